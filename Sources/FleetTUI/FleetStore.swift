import Feeds
import FleetModel

/// The one live fleet, owned by the thread that shows it. Never captured elsewhere: a second reference would turn each event into a copy.
final class FleetStore {
  private(set) var fleet = Fleet()
  private let queue: EventQueue
  private let log: FleetLog

  init(queue: EventQueue, log: FleetLog = FleetLog()) {
    self.queue = queue
    self.log = log
  }

  /// Readable when ``drain()`` has something to do.
  var wakeDescriptor: Int32 { queue.wakeDescriptor }

  /// Applies what waits. - Returns: what it touched.
  func drain() -> FleetChanges {
    for event in queue.drain() {
      log.note(event)
      fleet.apply(event)
    }
    return fleet.takeChanges()
  }
}
