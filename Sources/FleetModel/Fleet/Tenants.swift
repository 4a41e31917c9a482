import OrderedCollections

/// The tenants' workspaces, by id and by org, and which of their streams are open.
struct Tenants: Sendable {
  private(set) var workspaces: [WorkspaceID: Workspace] = [:]
  /// One may be open before its workspace is known.
  private(set) var openStreams: Set<WorkspaceID> = []
  private var byOrg: [OrgID: OrderedSet<WorkspaceID>] = [:]

  // MARK: - Asking

  /// An org's workspaces, in the order in which they became known.
  func ids(of org: OrgID) -> OrderedSet<WorkspaceID> { byOrg[org] ?? [] }

  // MARK: - Keeping

  mutating func add(_ workspace: Workspace) {
    workspaces[workspace.id] = workspace
    byOrg[workspace.orgID, default: []].append(workspace.id)
  }

  /// Changes a workspace where it stands; whose it is stays. - Returns: `nil` where there is none.
  @discardableResult
  mutating func update<Result>(_ id: WorkspaceID, _ change: (inout Workspace) -> Result) -> Result? {
    guard let place = workspaces.index(forKey: id) else { return nil }
    return change(&workspaces.values[place])
  }

  /// - Returns: whose it was; `nil` where there was none.
  @discardableResult
  mutating func remove(_ id: WorkspaceID) -> OrgID? {
    guard let workspace = workspaces.removeValue(forKey: id) else { return nil }
    openStreams.remove(id)
    byOrg[workspace.orgID]?.remove(id)
    if byOrg[workspace.orgID]?.isEmpty == true { byOrg[workspace.orgID] = nil }
    return workspace.orgID
  }

  mutating func openStream(of id: WorkspaceID, at moment: Timestamp) {
    openStreams.insert(id)
    update(id) { $0.listening.opened(at: moment) }
  }

  mutating func closeStream(of id: WorkspaceID, at moment: Timestamp) {
    openStreams.remove(id)
    update(id) { $0.listening.closed(at: moment) }
  }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, workspace) in workspaces {
      if workspace.id != id { problems.append("workspace \(id) is stored under another id") }
      if byOrg[workspace.orgID]?.contains(id) != true { problems.append("workspace \(id) is not in its org's list") }
    }
    if byOrg.values.reduce(0, { $0 + $1.count }) != workspaces.count { problems.append("workspace lists and table differ in size") }
    return problems
  }
}
