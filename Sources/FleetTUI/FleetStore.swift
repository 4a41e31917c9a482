import Feeds
import FleetModel

/// The one live fleet, owned by the thread that shows it. Never captured elsewhere: a second reference would turn each event into a copy.
final class FleetStore {
  private(set) var fleet = Fleet()
  private let queue: EventQueue
  private let log: FleetLog

  private let history: HistoryFile?

  /// - Parameter history: what was learned before, and where finished boots are kept; without, in memory alone.
  init(queue: EventQueue, log: FleetLog = FleetLog(), history: KeptHistory? = nil) {
    self.queue = queue
    self.log = log
    self.history = history?.file
    if let history { fleet.adopt(history.boots) }
  }

  /// Readable when ``drain(at:_:)`` has something to do.
  var wakeDescriptor: Int32 { queue.wakeDescriptor }

  /// Applies what waits, and judges what that and the time change. - Returns: what it touched.
  func drain(at now: Timestamp, _ limits: Triage.Limits) -> FleetChanges {
    for event in queue.drain() {
      log.note(event)
      fleet.apply(event)
    }
    let finished = fleet.takeFinishedBoots()
    if !finished.isEmpty { history?.addLater(finished) { [log] failure in log.warn(failure.description) } }
    fleet.judge(at: now, limits: limits)
    return fleet.takeChanges()
  }
}
