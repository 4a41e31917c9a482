/// The last reading of the control plane's database, for comparison.
struct Database: Sendable {
  private(set) var rows: DatabaseRows?
  /// Its word on each org's machine.
  private var byOrg: [OrgID: DatabaseInstanceRow] = [:]
  private var slugs: [OrgID: Slug] = [:]

  func instance(of org: OrgID) -> DatabaseInstanceRow? { byOrg[org] }
  func slug(of org: OrgID) -> Slug? { slugs[org] }

  mutating func keep(_ rows: DatabaseRows) {
    self.rows = rows
    byOrg = Dictionary((rows.instances ?? []).map { ($0.orgID, $0) }) { $1 }
    slugs = Dictionary((rows.orgs ?? []).compactMap { row in row.slug.map { (row.id, $0) } }) { $1 }
  }

  func checkInvariants() -> [String] {
    Set((rows?.instances ?? []).map(\.orgID)) == Set(byOrg.keys) ? [] : ["the database's word on machines is of other orgs"]
  }
}
