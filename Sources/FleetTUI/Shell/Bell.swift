import Feeds
import FleetModel

/// When the terminal's bell rings: a finding is newly critical, a boot becomes late, a deletion is over.
///
/// What is so when the fleet was first loaded is no news. However much happens at once it rings once in
/// ``pause``: it asks for a look, the pages say the rest.
struct Bell {
  /// What `ui.notify` may be.
  enum Notification: String, CaseIterable, Sendable { case bell, none }

  /// Milliseconds.
  static let pause: Int64 = 1000
  /// Milliseconds after which the fleet counts as loaded although a source has neither answered nor failed.
  static let patience: Int64 = 30_000

  private let isOn: Bool
  /// Monotonic milliseconds, as all here.
  private var begunAt: Int64?
  private var rungAt: Int64?
  private var isLoaded = false
  private var critical: [Finding.Target: Set<Finding.Code>] = [:]
  /// When each boot under way becomes late, and those that are.
  private var lateAt: [BootTarget: Timestamp] = [:]
  private var late: Set<BootTarget> = []
  private var running: Set<PurgeID> = []
  /// Deletions that are carried out or followed here: their end is theirs to tell, once it is read back.
  private var followed: Set<PurgeID> = []
  private var ended: Set<String> = []

  init(_ notification: Notification) { isOn = notification == .bell }

  /// The fleet changed, or time went by. - Returns: whether it rings.
  mutating func hears(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp, uptime: Int64) -> Bool {
    guard isOn else { return false }
    let isNews = [
      note(changes.findings, fleet), noteBoots(changes, fleet, at: now), note(changes.deletions, fleet.deletions),
      note(changes.purges, fleet),
    ].contains(true)
    guard isLoaded else {
      let begun = begunAt ?? uptime
      begunAt = begun
      isLoaded = Self.hasLoaded(fleet, at: now) || uptime - begun > Self.patience
      return false
    }
    return isNews && rings(at: uptime)
  }

  private mutating func rings(at uptime: Int64) -> Bool {
    if let rungAt, uptime - rungAt < Self.pause { return false }
    rungAt = uptime
    return true
  }

  /// Whether everything that is configured has answered or failed, the tenants of the roster too.
  private static func hasLoaded(_ fleet: Fleet, at now: Timestamp) -> Bool {
    !fleet.sources.isEmpty && fleet.sources.keys.allSatisfy { !fleet.freshness(of: $0, at: now).isUnanswered }
      && fleet.orgs.values.allSatisfy { $0.row.status != .running || fleet.sources[.tenant($0.slug)] != nil }
  }

  // MARK: - What is news

  private mutating func note(_ targets: Set<Finding.Target>, _ fleet: Fleet) -> Bool {
    var isNews = false
    for target in targets {
      let codes = Set(fleet.triage.findings(of: target).filter { $0.severity == .critical }.map(\.code))
      if !codes.isSubset(of: critical[target] ?? []) { isNews = true }
      critical[target] = codes.isEmpty ? nil : codes
    }
    return isNews
  }

  private mutating func noteBoots(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> Bool {
    for target in changes.orgs.map(BootTarget.tenant) + changes.workspaces.map(BootTarget.workspace) {
      lateAt[target] = fleet.progress(of: target, at: now)?.lateAt
      if lateAt[target].map({ $0 >= now }) ?? true { late.remove(target) }
    }
    var isNews = false
    for (target, moment) in lateAt where moment < now && !late.contains(target) {
      guard let progress = fleet.progress(of: target, at: now), progress.isLate, !progress.hasFailed else { continue }
      late.insert(target)
      isNews = true
    }
    return isNews
  }

  private mutating func note(_ deletions: Set<String>, _ ledger: DeletionLedger) -> Bool {
    var isNews = false
    for report in deletions.compactMap({ ledger.reports[$0] }) {
      if let purge = report.run.purge { followed.insert(purge) }
      switch report.end {
      case nil, .refused: continue
      case .watched, .receipt: if ended.insert(report.run.order.receiptID).inserted { isNews = true }
      }
    }
    return isNews
  }

  private mutating func note(_ purges: Set<PurgeID>, _ fleet: Fleet) -> Bool {
    var isNews = false
    for id in purges {
      if fleet.purges[id]?.isPending == true {
        running.insert(id)
      } else if running.remove(id) != nil, !followed.contains(id) {
        isNews = true
      }
    }
    return isNews
  }
}
