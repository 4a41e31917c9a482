import OrderedCollections

/// The tenants' workspaces, by id and by org, which of their streams are open, and who spoke to whom.
struct Tenants: Sendable {
  private(set) var workspaces: [WorkspaceID: Workspace] = [:]
  /// One may be open before its workspace is known.
  private(set) var openStreams: Set<WorkspaceID> = []
  private var byOrg: [OrgID: OrderedSet<WorkspaceID>] = [:]
  private var talks: [OrgID: Conversations] = [:]

  // MARK: - Asking

  /// An org's workspaces, in the order in which they became known.
  func ids(of org: OrgID) -> OrderedSet<WorkspaceID> { byOrg[org] ?? [] }

  func conversations(of org: OrgID) -> Conversations { talks[org] ?? Conversations() }

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
    talks[workspace.orgID]?.forget(id)
    if talks[workspace.orgID]?.isEmpty == true { talks[workspace.orgID] = nil }
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

  /// What an event told of a message between two workspaces of the org. - Returns: whether that is news.
  mutating func note(_ word: Conversation.Word, in org: OrgID, at moment: Timestamp) -> Bool {
    guard areNeighbours(word.from, word.to, in: org) else { return false }
    return talks[org, default: Conversations()].note(word, at: moment)
  }

  /// What the org's tenant recorded of messages before.
  mutating func recall(from: WorkspaceID, to: WorkspaceID, in org: OrgID, at moment: Timestamp) {
    guard areNeighbours(from, to, in: org) else { return }
    talks[org, default: Conversations()].recall(from: from, to: to, at: moment)
  }

  private func areNeighbours(_ one: WorkspaceID, _ other: WorkspaceID, in org: OrgID) -> Bool {
    one != other && workspaces[one]?.orgID == org && workspaces[other]?.orgID == org
  }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, workspace) in workspaces {
      if workspace.id != id { problems.append("workspace \(id) is stored under another id") }
      if byOrg[workspace.orgID]?.contains(id) != true { problems.append("workspace \(id) is not in its org's list") }
    }
    if byOrg.values.reduce(0, { $0 + $1.count }) != workspaces.count { problems.append("workspace lists and table differ in size") }
    for (org, talk) in talks {
      if talk.all.count > Conversations.limit { problems.append("more is kept of who spoke to whom in \(org) than may be") }
      if !talk.all.allSatisfy({ areNeighbours($0.from, $0.to, in: org) }) { problems.append("in \(org) one spoke that is not there") }
    }
    return problems
  }
}
