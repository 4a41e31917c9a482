import FleetModel

/// Which org's tenant listed a workspace first, for as long as it lists it: a workspace of another is not one's own, whatever one's list says.
struct WorkspaceClaims: Sendable {
  private var owners: [WorkspaceID: OrgID] = [:]
  private var lists: [OrgID: Set<WorkspaceID>] = [:]

  func owner(of workspace: WorkspaceID) -> OrgID? { owners[workspace] }

  /// Why nothing may be done because of an event of a tenant's stream: what the fleet refuses decides over nothing here either.
  func objection(to event: StreamedEvent, from slug: Slug, of org: OrgID) -> String? {
    Source.tenant(slug).objection(to: event, own: [org]) { owners[$0] }
  }

  /// A tenant's whole list came. - Returns: those of its rows that are its own.
  mutating func take(_ rows: [WorkspaceRow], of org: OrgID) -> [WorkspaceRow] {
    let own = rows.filter { (owners[$0.id] ?? org) == org }
    let ids = Set(own.map(\.id))
    for gone in lists[org, default: []].subtracting(ids) { owners[gone] = nil }
    for id in ids { owners[id] = org }
    lists[org] = ids
    return own
  }

  mutating func forget(_ org: OrgID) {
    for id in lists.removeValue(forKey: org) ?? [] { owners[id] = nil }
  }
}
