import Feeds
import FleetModel

/// Every deletion that is known: the control plane's runs of the cascade, those carried out here, and their receipts, joined by purge id.
struct DeletionLedger {
  /// By receipt id.
  private(set) var reports: [String: DeletionReport] = [:]
  /// The newest last.
  private(set) var receipts: [JSONValue] = []
  private var receiptsByRow: [String: [Int]] = [:]
  private var reportsByRow: [String: String] = [:]

  /// - Returns: the rows that it touches.
  mutating func take(_ news: DeletionNews) -> [String] {
    switch news {
    case .prepared: return []
    case .changed(let report):
      let id = report.run.order.receiptID
      var touched = [id]
      if let old = reports[id].map(Self.row) { touched.append(old) }
      reports[id] = report
      reportsByRow[Self.row(of: report)] = id
      return touched + [Self.row(of: report)]
    case .receipts(let receipts):
      self.receipts = receipts
      receiptsByRow = [:]
      for (index, receipt) in receipts.enumerated() { receiptsByRow[Self.row(of: receipt), default: []].append(index) }
      return Array(receiptsByRow.keys)
    }
  }

  static func row(of report: DeletionReport) -> String { report.run.purge?.rawValue ?? report.run.order.receiptID }

  private static func row(of receipt: JSONValue) -> String {
    let purges = (receipt["requests"]?.array ?? []).compactMap { $0["purge_id"]?.text }
    return UntrustedText.clean(purges.last ?? receipt["id"]?.string ?? "?", limit: 128)
  }

  func rows(_ fleet: Fleet) -> Set<String> {
    var rows = Set(fleet.purges.keys.map(\.rawValue))
    for id in receiptsByRow.keys { rows.insert(id) }
    for report in reports.values { rows.insert(Self.row(of: report)) }
    return rows
  }

  /// The row under which a deletion stands now: by its purge id as soon as that is known.
  func current(_ id: String) -> String { reports[id].map(Self.row) ?? id }

  func entry(_ id: String, _ fleet: Fleet) -> DeletionEntry? {
    let report = reports[reportsByRow[id] ?? id]
    // Its purge id was not known yet when the row was made.
    if let report, Self.row(of: report) != id { return nil }
    let entry = DeletionEntry(
      id: id, purge: fleet.purges[PurgeID(id)] ?? report?.run.row, report: report,
      receipts: (receiptsByRow[id] ?? []).map { receipts[$0] })
    return entry.purge == nil && report == nil && entry.receipts.isEmpty ? nil : entry
  }
}

/// One deletion and everything that is known of it.
struct DeletionEntry {
  var id: String
  var purge: PurgeRow?
  var report: DeletionReport?
  /// The newest last.
  var receipts: [JSONValue]

  enum Standing: Hashable {
    /// Looking, or waiting for the org's lease: nothing runs.
    case waiting(String)
    case running, queued
    case failed
    case ended(DeletionOutcome)
    case completed
    case refused(String)
  }

  var slug: String {
    purge?.slug?.rawValue ?? report?.slug.rawValue ?? receipts.last?["org"]?["slug"]?.string.map { UntrustedText.clean($0, limit: 64) }
      ?? "?"
  }
  var orgID: OrgID? {
    report?.orgID ?? purge?.orgID ?? receipts.last?["org"]?["id"]?.string.map { OrgID(UntrustedText.clean($0, limit: 128)) }
  }

  /// The receipt that counts: this run's own, else the newest.
  var receipt: JSONValue? {
    if case .receipt(let receipt, _, _)? = report?.end { return receipt }
    return receipts.last
  }

  var outcome: DeletionOutcome? {
    if report?.end == .watched { return report?.run.outcome }
    return receipt?["outcome"]?.string.flatMap(DeletionOutcome.init)
  }

  var standing: Standing {
    if let report, report.end == nil {
      switch report.run.state {
      case .checking: return .waiting("checking")
      case .waiting: return .waiting("held (409)")
      case .sending: return .running
      case .following, .ended: return report.run.word == .queued ? .queued : .running
      }
    }
    if case .refused(let why)? = report?.end { return .refused(why) }
    // What the control plane says now is newer than any receipt, unless that one read more back.
    if let purge {
      switch purge.status {
      case .failed: return .failed
      case .pending(let text): return text == "queued" || text == "pending" ? .queued : .running
      case .completed: return outcome.map { $0 == .stalled || $0 == .queued ? .completed : .ended($0) } ?? .completed
      }
    }
    return outcome.map(Standing.ended) ?? .completed
  }

  /// Somebody else's run, which is looked at from here.
  var isAnotherOperators: Bool {
    guard let report else { return purge?.isPending == true }
    if report.origin == .watched || report.end == .watched { return true }
    return report.origin == .begun && report.run.state == .following && report.run.requests.isEmpty
  }

  /// The control plane itself said that it failed, so that it is known how far it came; else nobody read whether it was accepted.
  var isFailedHalfway: Bool {
    if purge?.status == .failed { return true }
    return receipt?["legs"]?["cascade"]?["state"]?.string == DeletionLeg.State.failed.rawValue
  }

  var beganAt: Timestamp? {
    purge?.createdAt ?? report?.run.order.startedAt ?? receipt?["started_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
  }

  var endedAt: Timestamp? { purge?.completedAt ?? receipt?["ended_at"]?.string.flatMap { Timestamp(rfc3339: $0) } }

  /// The place of what is left over.
  static let leftoverRank = -3e7

  /// What wants a look first: under way, then failed by age, then what is left over, then the past.
  func rank(at now: Timestamp) -> Double {
    let year = 3e7
    switch standing {
    case .waiting, .running, .queued: return -4 * year
    case .failed, .ended(.stalled): return -2 * year - min(year, beganAt.map { now - $0 } ?? 0)
    case .ended(.partial), .ended(.queued), .refused: return Self.leftoverRank
    case .ended(.failed), .ended(.verified), .completed: return min(year, endedAt.map { max(0, now - $0) } ?? year)
    }
  }

  /// How long an unfinished deletion may last (contract §8.3).
  static let deadline = 30 * 86_400.0

  /// Of a failed one: what its age means.
  func age(at now: Timestamp) -> (text: String, role: Role)? {
    guard let beganAt, standing == .failed || standing == .ended(.stalled) else { return nil }
    let age = now - beganAt
    if age > Self.deadline { return ("over GDPR's 30 days", .danger) }
    let left = "30 days end in \(Moment.coarse(Self.deadline - age))"
    if age > 48 * 3600 { return ("over 48 h, \(left)", .failed) }
    if age > 24 * 3600 { return ("over 24 h, \(left)", .late) }
    return ("under 24 h", .warning)
  }
}

extension DeletionEntry.Standing {
  var word: String {
    switch self {
    case .waiting(let what): what
    case .running: "running"
    case .queued: "queued"
    case .failed: "failed"
    case .ended(let outcome): outcome.rawValue
    case .completed: "completed"
    case .refused: "refused"
    }
  }

  var role: Role {
    switch self {
    case .waiting, .running, .queued: .running
    case .failed, .ended(.stalled), .ended(.failed): .failed
    case .ended(.partial), .ended(.queued), .refused: .warning
    case .ended(.verified): .ok
    // The control plane's word alone.
    case .completed: .dim
    }
  }
}
