import OrderedCollections

/// The runs of the deletion cascade, by id and by org, and the steps of those that were heard (contract §8.1).
struct Purges: Sendable {
  /// In the order in which they became known.
  private(set) var rows: OrderedDictionary<PurgeID, PurgeRow> = [:]
  /// When the list of them was last read; `nil`: never, so that there may be any.
  private(set) var readAt: Timestamp?
  /// Those that have not completed.
  private(set) var open: Set<PurgeID> = []
  /// The steps of runs, where the fleet feed told them.
  private(set) var cascades: OrderedDictionary<PurgeID, Cascade> = [:]
  /// The newest completed run of each org.
  private var completed: [OrgID: PurgeID] = [:]
  /// A run that tells the name of each org.
  private var naming: [OrgID: PurgeID] = [:]

  private static let limit = 5000
  /// Runs whose steps are kept.
  private static let cascadeLimit = 500

  // MARK: - Asking

  /// The newest run that removed an org, by the control plane's word.
  func completed(of org: OrgID) -> PurgeRow? { completed[org].flatMap { rows[$0] } }

  /// What an org was called that a run removes.
  func slug(of org: OrgID) -> Slug? { naming[org].flatMap { rows[$0]?.slug } }

  func hasPurged(_ org: OrgID) -> Bool { rows.values.contains { $0.orgID == org && $0.status == .completed } }

  // MARK: - Keeping

  mutating func noteReading(at moment: Timestamp) { readAt = max(readAt ?? .distantPast, moment) }

  /// Whether a list that was read tells something new of a run. One that is over doesn't begin again: the list was read before its end was
  /// heard.
  func isNews(_ row: PurgeRow) -> Bool {
    guard let known = rows[row.id] else { return true }
    return known != row && !(known.isFinished && row.isPending)
  }

  mutating func keep(_ row: PurgeRow) {
    if let known = rows[row.id] { forget(known) }
    rows[row.id] = row
    if let org = row.orgID, row.slug != nil { naming[org] = row.id }
    guard row.status == .completed else {
      open.insert(row.id)
      return
    }
    open.remove(row.id)
    guard let org = row.orgID else { return }
    let known = completed(of: org)?.completedAt ?? .distantPast
    if known <= row.completedAt ?? .distantPast { completed[org] = row.id }
  }

  /// Lets the oldest go where there are too many. - Returns: those.
  mutating func trim() -> [PurgeID] {
    var gone: [PurgeID] = []
    while rows.count > Self.limit {
      let oldest = rows.removeFirst()
      gone.append(oldest.key)
      open.remove(oldest.key)
      forget(oldest.value)
    }
    return gone
  }

  private mutating func forget(_ row: PurgeRow) {
    guard let org = row.orgID else { return }
    if completed[org] == row.id { completed[org] = nil }
    if naming[org] == row.id { naming[org] = nil }
  }

  mutating func noteStep(_ step: Cascade.Step, of id: PurgeID, status: String, at moment: Timestamp) {
    cascades[id, default: Cascade()].note(step, status: status, at: moment)
    if cascades.count > Self.cascadeLimit { cascades.removeFirst() }
  }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (org, purge) in completed where rows[purge].map({ $0.orgID != org || $0.status != .completed }) ?? true {
      problems.append("\(purge) is no completed purge of \(org)")
    }
    for (org, purge) in naming where rows[purge].map({ $0.orgID != org || $0.slug == nil }) ?? true {
      problems.append("\(purge) doesn't name \(org)")
    }
    if open != Set(rows.values.filter { $0.status != .completed }.map(\.id)) { problems.append("the open purges are others") }
    if cascades.count > Self.cascadeLimit { problems.append("more cascades are kept than may be") }
    return problems
  }
}
