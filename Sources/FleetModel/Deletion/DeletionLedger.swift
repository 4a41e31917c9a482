/// Every deletion that is known: the control plane's runs of the cascade, those carried out here, and their receipts, joined by purge id.
public struct DeletionLedger: Sendable {
  /// Deletions that are kept; a program that runs for months lets the oldest go that are over.
  private static let limit = 1000

  /// By receipt id.
  public private(set) var reports: [String: DeletionReport] = [:]
  /// The newest last.
  public private(set) var receipts: [JSONValue] = []
  private var receiptsByRow: [String: [Int]] = [:]
  private var reportsByRow: [String: String] = [:]

  public init() {}

  /// - Returns: its receipt's id and the rows that it touches.
  mutating func note(_ report: DeletionReport) -> [String] {
    let id = report.run.order.receiptID
    var touched = [id]
    if let old = reports[id].map(Self.row) { touched.append(old) }
    reports[id] = report
    reportsByRow[Self.row(of: report)] = id
    if reports.count > Self.limit { forgetOldest() }
    return touched + [Self.row(of: report)]
  }

  /// - Returns: the rows that it touches.
  mutating func replace(receipts: [JSONValue]) -> [String] {
    let before = receiptsByRow.keys
    self.receipts = receipts.map { UntrustedText.clean($0, limit: 1000) }
    receiptsByRow = [:]
    for (index, receipt) in self.receipts.enumerated() { receiptsByRow[Self.row(of: receipt), default: []].append(index) }
    return Array(Set(before).union(receiptsByRow.keys))
  }

  private mutating func forgetOldest() {
    let over = reports.values.filter { $0.end != nil }.min {
      ($0.run.order.startedAt, $0.run.order.receiptID) < ($1.run.order.startedAt, $1.run.order.receiptID)
    }
    guard let over else { return }
    reports[over.run.order.receiptID] = nil
    reportsByRow[Self.row(of: over)] = nil
  }

  private static func row(of report: DeletionReport) -> String { report.run.purge?.rawValue ?? report.run.order.receiptID }

  private static func row(of receipt: JSONValue) -> String {
    let purges = (receipt["requests"]?.array ?? []).compactMap { $0["purge_id"]?.text }
    return UntrustedText.clean(purges.last ?? receipt["id"]?.string ?? "?", limit: 128)
  }

  public func rows(_ fleet: Fleet) -> Set<String> {
    var rows = Set(fleet.purges.keys.map(\.rawValue))
    for id in receiptsByRow.keys { rows.insert(id) }
    for report in reports.values { rows.insert(Self.row(of: report)) }
    return rows
  }

  /// The row under which a deletion stands now: by its purge id as soon as that is known.
  public func current(_ id: String) -> String { reports[id].map(Self.row) ?? id }

  public func entry(_ id: String, _ fleet: Fleet) -> DeletionEntry? {
    let report = reports[reportsByRow[id] ?? id]
    // Its purge id was not known yet when the row was made.
    if let report, Self.row(of: report) != id { return nil }
    let purge = fleet.purges[PurgeID(id)]
    if report == nil, let purge, purge.isPending, reports.values.contains(where: { $0.isUnanswered(of: purge) }) { return nil }
    let entry = DeletionEntry(
      id: id, purge: purge ?? report?.run.row ?? report.flatMap { fleet.run(begunBy: $0) }, report: report,
      receipts: (receiptsByRow[id] ?? []).map { receipts[$0] })
    return entry.purge == nil && report == nil && entry.receipts.isEmpty ? nil : entry
  }
}

extension DeletionReport {
  /// Whether it was sent and isn't answered yet, so that the org's run under way is its own: an org has one at a time (contract §1.6).
  fileprivate func isUnanswered(of purge: PurgeRow) -> Bool {
    guard end == nil, run.purge == nil, purge.isAbout(orgID, slug) else { return false }
    switch run.state {
    case .sending: return true
    case .following: return !run.requests.isEmpty
    case .checking, .waiting, .ended: return false
    }
  }
}

extension Fleet {
  /// The control plane's run of a deletion that was sent here and isn't answered yet.
  fileprivate func run(begunBy report: DeletionReport) -> PurgeRow? {
    openPurges.compactMap { purges[$0] }.filter { $0.isPending && report.isUnanswered(of: $0) }.min { $0.id < $1.id }
  }
}

/// One deletion and everything that is known of it.
public struct DeletionEntry: Sendable {
  public var id: String
  public var purge: PurgeRow?
  public var report: DeletionReport?
  /// The newest last.
  public var receipts: [JSONValue]

  public enum Standing: Hashable, Sendable {
    /// Looking, or waiting for the org's lease: nothing runs.
    case waiting(String)
    case running, queued
    case failed
    case ended(DeletionOutcome)
    case completed
    case refused(String)

    public var isUnderWay: Bool {
      switch self {
      case .waiting, .running, .queued: true
      case .failed, .ended, .completed, .refused: false
      }
    }

    /// It stopped half-way, or nobody knows where.
    public var hasFailed: Bool { self == .failed || self == .ended(.stalled) }
  }

  public var slug: String {
    purge?.slug?.rawValue ?? report?.slug.rawValue ?? receipts.last?["org"]?["slug"]?.string.map { UntrustedText.clean($0, limit: 64) }
      ?? "?"
  }
  public var orgID: OrgID? {
    report?.orgID ?? purge?.orgID ?? receipts.last?["org"]?["id"]?.string.map { OrgID(UntrustedText.clean($0, limit: 128)) }
  }

  /// The receipt that counts: this run's own, else the newest.
  public var receipt: JSONValue? {
    if case .receipt(let receipt, _, _)? = report?.end { return receipt }
    return receipts.last
  }

  public var outcome: DeletionOutcome? {
    if report?.end == .watched { return report?.run.outcome }
    return receipt?["outcome"]?.string.flatMap(DeletionOutcome.init)
  }

  public var standing: Standing {
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
  public var isAnotherOperators: Bool {
    guard let report else { return purge?.isPending == true }
    if report.origin == .watched || report.end == .watched { return true }
    return report.origin == .begun && report.run.state == .following && report.run.requests.isEmpty
  }

  /// The control plane itself said that it failed, so that it is known how far it came; else nobody read whether it was accepted.
  public var isFailedHalfway: Bool {
    if purge?.status == .failed { return true }
    return receipt?["legs"]?["cascade"]?["state"]?.string == DeletionLeg.State.failed.rawValue
  }

  public var beganAt: Timestamp? {
    purge?.createdAt ?? report?.run.order.startedAt ?? receipt?["started_at"]?.string.flatMap { Timestamp(rfc3339: $0) }
  }

  public var endedAt: Timestamp? { purge?.completedAt ?? receipt?["ended_at"]?.string.flatMap { Timestamp(rfc3339: $0) } }

  /// The place of what is left over.
  public static let leftoverRank = -3e7

  /// What wants a look first: under way, then failed by age, then what is left over, then the past.
  public func rank(at now: Timestamp) -> Double {
    let year = 3e7
    switch standing {
    case .waiting, .running, .queued: return -4 * year
    case .failed, .ended(.stalled): return -2 * year - min(year, beganAt.map { now - $0 } ?? 0)
    case .ended(.partial), .ended(.queued), .refused: return Self.leftoverRank
    case .ended(.failed), .ended(.verified), .completed: return min(year, endedAt.map { max(0, now - $0) } ?? year)
    }
  }
}
