import FleetModel

extension World {
  // MARK: - Orgs

  /// An org without an instance. `nil` as status: the instance row does not exist yet.
  @discardableResult
  mutating func addOrg(
    _ slug: Slug, name: String? = nil, plan: String = "starter", status: OrgStatus?, region: Region = "us-east-2", at moment: Timestamp
  ) -> OrgID {
    let id = OrgID(random.uuid())
    orgs[id] = Org(
      id: id, slug: slug, name: name ?? Self.title(of: slug), plan: plan, members: Int.random(in: 1...9, using: &random), status: status,
      createdAt: moment, updatedAt: moment, adminToken: "sim-" + random.hex(40), region: region)
    orgIDs[slug] = id
    return id
  }

  /// `bright-lab` → `Bright Lab`.
  static func title(of slug: Slug) -> String {
    slug.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: " ")
  }

  /// Gives the org its machine, tunnel name and running platform, as if provisioned long ago.
  mutating func settle(_ org: OrgID, type: String = World.tenantType, launchedAt moment: Timestamp) {
    let instance = addTenantMachine(for: org, state: .running, type: type, at: moment)
    orgs[org]?.instance = instance
    orgs[org]?.isUp = true
    addTenantName(for: org, at: moment)
  }

  // MARK: - Machines

  static let tenantType = "t3.small"
  static let workspaceType = "t3.large"

  /// What the machine of a workspace starts from, and a tenant's (`nil`): one runtime is baked into an image of its own.
  static func image(of runtime: String?) -> String { runtime == "claude-code" ? "ami-0c1d9f47ab23e8650" : BootGroup.plainImage }

  /// What tenants started from before they were redeployed.
  static let formerImage = "ami-0b94e1d67a3f25c08"

  mutating func newInstanceID() -> InstanceID { InstanceID("i-0" + random.hex(16)) }

  mutating func privateIP() -> String {
    let bits = random.next()
    return "10.\(bits & 63).\(bits >> 8 & 255).\(bits >> 16 % 250 + 4 & 255)"
  }

  mutating func publicIP() -> String {
    let bits = random.next()
    return (bits & 1 == 0 ? "203.0.113." : "198.51.100.") + String(bits >> 8 % 250 & 127 + 4)
  }

  mutating func addTenantMachine(for org: OrgID, state: InstanceState, type: String = World.tenantType, at moment: Timestamp) -> InstanceID?
  {
    guard let row = orgs[org] else { return nil }
    return addTenantMachine(orgID: org, slug: row.slug, region: row.region, state: state, type: type, at: moment)
  }

  mutating func addTenantMachine(
    orgID: OrgID, slug: Slug, region: Region = "us-east-2", state: InstanceState, type: String = World.tenantType, at moment: Timestamp
  ) -> InstanceID {
    let id = newInstanceID()
    machines.add(
      Machine(
        id: id, region: region, state: state, type: type, launchedAt: moment, role: .tenant, org: orgID, slug: slug, diskGB: 30,
        privateIP: privateIP(), publicIP: publicIP(), groupName: "tenant-\(slug)",
        tags: [
          .init(key: "Name", value: "tenant-\(slug)"), .init(key: "ManagedBy", value: "molecule-cp"),
          .init(key: "Environment", value: Self.environment), .init(key: "Role", value: "tenant"),
          .init(key: "OrgID", value: orgID.rawValue), .init(key: "OrgSlug", value: slug.rawValue),
          .init(key: "TunnelID", value: random.uuid()), .init(key: "SGID", value: "sg-\(id.rawValue.dropFirst(2))"),
        ]))
    return id
  }

  /// The machine of a workspace; without `org` it lacks the tag, as machines made before 2026-04-23 do (contract §5.5).
  @discardableResult
  mutating func addWorkspaceMachine(
    _ workspace: WorkspaceID, org: OrgID?, runtime: String, region: Region = "us-east-2", state: InstanceState, at moment: Timestamp
  ) -> InstanceID {
    let id = newInstanceID()
    let short = String(workspace.rawValue.prefix(12))
    var tags: [Machine.Tag] = [
      .init(key: "Name", value: "ws-\(short)"), .init(key: "ManagedBy", value: "molecule-cp"),
      .init(key: "Environment", value: Self.environment), .init(key: "Role", value: "workspace"),
      .init(key: "WorkspaceID", value: workspace.rawValue), .init(key: "Runtime", value: runtime),
      .init(key: "SGID", value: "sg-\(id.rawValue.dropFirst(2))"),
    ]
    if let org { tags.append(.init(key: "OrgID", value: org.rawValue)) }
    machines.add(
      Machine(
        id: id, region: region, state: state, type: Self.workspaceType, launchedAt: moment, role: .workspace, org: org,
        workspace: workspace, image: Self.image(of: runtime), diskGB: 80,
        privateIP: privateIP(), groupName: "workspace-\(short)", tags: tags))
    return id
  }

  /// - Returns: whether there is such an org.
  mutating func rotateToken(of slug: Slug) -> Bool {
    guard let id = orgIDs[slug], orgs[id] != nil else { return false }
    orgs[id]?.adminToken = "sim-" + random.hex(40)
    return true
  }

  // MARK: - Workspaces

  /// A workspace that exists since `moment`; with `machine` it has one that runs.
  @discardableResult
  mutating func addWorkspace(
    _ name: String, in org: OrgID, runtime: String, status: WorkspaceStatus, role: String? = nil, manner: Workspace.Manner = .ordinary,
    machine: Bool = true, at moment: Timestamp
  ) -> WorkspaceID {
    let id = WorkspaceID(random.uuid())
    var workspace = Workspace(id: id, org: org, name: name, role: role, status: status, runtime: runtime, createdAt: moment, manner: manner)
    workspace.spendCents = Int.random(in: 12...4200, using: &random)
    if workspace.isAlive { workspace.onlineSince = moment + 500 }
    workspaces[id] = workspace
    orgs[org]?.workspaces.append(id)
    if machine {
      let region = orgs[org]?.region ?? "us-east-2"
      let instance = addWorkspaceMachine(id, org: org, runtime: runtime, region: region, state: .running, at: moment + 2)
      workspaces[id]?.instance = instance
      addWorkspaceName(for: id, at: moment)
    }
    if workspace.isAlive { startHeartbeats(of: id, after: Double.random(in: 0..<Self.heartbeatInterval, using: &chatter), from: startedAt) }
    return id
  }

  /// What the tenant recorded of a workspace that came up long ago.
  mutating func recordPast(of id: WorkspaceID, until status: EventType? = nil, at last: Timestamp? = nil) {
    guard let workspace = workspaces[id] else { return }
    record(
      .workspaceProvisioning, of: id, at: workspace.createdAt,
      ["name": .string(workspace.name), "tier": JSONValue(workspace.tier), "runtime": .string(workspace.runtime)])
    record(.workspaceOnline, of: id, at: workspace.createdAt + 500, ["url": .string(workspace.url), "agent_card": card(of: workspace)])
    if let status, let last { record(status, of: id, at: last, ["name": .string(workspace.name), "tier": JSONValue(workspace.tier)]) }
  }

  func card(of workspace: Workspace) -> JSONValue {
    [
      "name": .string(workspace.name), "description": .string("\(workspace.runtime) agent"), "url": .string(workspace.url),
      "version": "1.4.2", "capabilities": ["streaming": true], "skills": [],
    ]
  }

  // MARK: - DNS

  @discardableResult
  mutating func addRecord(_ name: String, type: String = "CNAME", content: String? = nil, at moment: Timestamp) -> String {
    let id = random.hex(32)
    let target = content ?? random.uuid() + ".cfargotunnel.com"
    let full = name.isEmpty ? Self.zone : "\(name).\(Self.zone)"
    records.append(
      DNSRecord(id: id, name: full, type: type, content: target, proxied: type == "CNAME", createdAt: moment))
    return id
  }

  mutating func addTenantName(for org: OrgID, at moment: Timestamp) {
    guard let slug = orgs[org]?.slug else { return }
    addRecord(slug.rawValue, at: moment)
  }

  mutating func addWorkspaceName(for id: WorkspaceID, at moment: Timestamp) {
    addRecord("ws-\(id.rawValue.prefix(12))", at: moment)
  }

  mutating func dropNames(_ names: Set<String>) {
    records.removeAll { names.contains($0.name) }
  }
}
