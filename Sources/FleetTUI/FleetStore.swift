import Feeds
import FleetModel

/// The one live fleet, owned by the thread that shows it. Never captured elsewhere: a second reference would turn each event into a copy.
final class FleetStore {
  private(set) var fleet: Fleet
  private let queue: EventQueue
  private let log: FleetLog

  private let history: HistoryFile?

  /// - Parameters:
  ///   - orphans: which machines are the environment's own.
  ///   - history: what was learned before, and where finished boots are kept; without, in memory alone.
  init(queue: EventQueue, orphans: OrphanSettings = OrphanSettings(), log: FleetLog = FleetLog(), history: KeptHistory? = nil) {
    fleet = Fleet(orphans: orphans)
    self.queue = queue
    self.log = log
    self.history = history?.file
    if let history { fleet.adopt(history.learned) }
  }

  /// Readable when ``drain(at:)`` has something to do.
  var wakeDescriptor: Int32 { queue.wakeDescriptor }

  /// Applies what waits and judges what it touched. - Returns: what looks different since the last call.
  func drain(at now: Timestamp) -> FleetChanges {
    for event in queue.drain() {
      log.note(event)
      fleet.apply(event)
    }
    let finished = fleet.takeFinishedBoots()
    if !finished.isEmpty { history?.addLater(finished) { [log] failure in log.warn(failure.description) } }
    fleet.judge(at: now)
    return fleet.takeChanges()
  }
}
