import Feeds
import FleetModel

/// The one live fleet, owned by the thread that shows it. Never captured elsewhere: a second reference would turn each event into a copy.
final class FleetStore {
  private(set) var fleet: Fleet
  private let queue: EventQueue
  private let log: FleetLog

  /// Those that came.
  private(set) var events = 0
  private let history: KeptHistory?
  private var orgsNotedAt: Timestamp?
  /// Seconds between two writings of who is in the roster: who leaves it is written at once.
  private static let orgsEvery = 600.0

  /// - Parameter history: where finished boots are kept; without, in memory alone. What it holds already is an event of the queue, like what is
  ///   configured.
  init(queue: EventQueue, log: FleetLog = FleetLog(), history: KeptHistory? = nil) {
    fleet = Fleet()
    self.queue = queue
    self.log = log
    self.history = history
  }

  /// Readable when ``drain(at:)`` has something to do.
  var wakeDescriptor: Int32 { queue.wakeDescriptor }

  /// Applies what waits, and judges what that and the time change. - Returns: what looks different since the last call.
  func drain(at now: Timestamp) -> FleetChanges {
    for event in queue.drain() {
      events += 1
      log.note(event)
      fleet.apply(event)
    }
    let finished = fleet.takeFinishedBoots()
    if !finished.isEmpty { history?.file.addLater(finished, report: lose) }
    fleet.judge(at: now)
    let changes = fleet.takeChanges()
    queue.leaveWants(of: &fleet)
    noteOrgs(changes, at: now)
    return changes
  }

  /// These workspaces are on screen: their streams come first.
  func show(_ workspaces: Set<WorkspaceID>) {
    fleet.show(workspaces)
    queue.leaveWants(of: &fleet)
  }

  /// Every source is asked again now.
  func wantEverything() {
    fleet.wantEverything()
    queue.leaveWants(of: &fleet)
  }

  /// Returns when what was learned is kept.
  func finish() { history?.file.finish() }

  /// When a verdict, a finding or what is known of a source changes by time alone.
  var nextJudgement: Timestamp? {
    [fleet.triage.nextChange, fleet.judgement.nextChange, fleet.leftovers.nextChange, fleet.book.nextChange].compactMap { $0 }.min().map {
      $0 + 0.001
    }
  }

  private func noteOrgs(_ changes: FleetChanges, at now: Timestamp) {
    guard let history, changes.sources.contains(.controlPlane) || !changes.orgs.isEmpty else { return }
    var sightings = changes.orgs.compactMap { id in
      fleet.orgs[id] == nil ? fleet.departed[id].map { OrgSighting(id: id, slug: $0.slug, lastSeen: $0.lastSeen) } : nil
    }
    if orgsNotedAt.map({ now - $0 >= Self.orgsEvery }) ?? true, fleet.isComplete(.controlPlane, at: now) {
      orgsNotedAt = now
      sightings += fleet.sightings
    }
    history.file.noteLater(sightings, in: history.environment, report: lose)
  }

  private var lose: @Sendable (HistoryFailure) -> Void {
    { [log] failure in
      log.warn(failure.description)
      Unwritten.lose(failure.description, fails: false)
    }
  }
}
