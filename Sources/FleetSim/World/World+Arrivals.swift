import FleetModel

extension World {
  private static let names = [
    "northwind", "contoso", "fabrikam", "tailspin", "adventure-works", "wingtip", "litware", "proseware", "lucerne", "margies",
    "blue-yonder", "woodgrove", "trey", "fourth-coffee", "relecloud", "alpine-ski", "bellows", "best-for-you", "coho", "consolidated",
  ]
  /// Bounds that keep a demonstration readable however long it runs: so many more than there were at its start.
  private static let visitorLimit = 4
  private var workspaceLimit: Int { settledWorkspaces + 11 }

  /// Something new now and then: a workspace, an org, a passing fault, or the end of an org that came while the demonstration ran.
  mutating func arrive(at now: Timestamp) {
    agenda.plan(.arrival, at: now + wall(Double.random(in: 35...95, using: &random)))
    let visitors = orgs.values.filter(\.isVisitor).sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    switch random.next() % 20 {
    case 0..<10 where workspaces.count < workspaceLimit: newWorkspace(at: now)
    case 10..<14 where visitors.count < Self.visitorLimit: newOrg(at: now)
    case 14..<17: passingFault(at: now)
    default:
      if let leaving = visitors.first(where: { $0.purge == nil && $0.status == .running }), workspaces.count > settledWorkspaces {
        beginCascade(of: leaving.id, at: now)
      } else if workspaces.count < workspaceLimit {
        newWorkspace(at: now)
      } else {
        passingFault(at: now)
      }
    }
  }

  private mutating func newWorkspace(at now: Timestamp) {
    let hosts = orgs.values.filter { $0.isUp && $0.purge == nil && $0.status == .running }.sorted { $0.id < $1.id }
    guard let host = hosts.randomElement(using: &random) else { return }
    let runtime = random.pick(["claude-code", "claude-code", "hermes", "langgraph", "openclaw"], else: "hermes")
    let manner: Workspace.Manner = random.chance(0.08) ? .failsBoot : .ordinary
    let name = "\(random.pick(Self.jobs, else: "agent"))-\(host.workspaces.count + 1)"
    provisionWorkspace(name, in: host.id, runtime: runtime, manner: manner, at: now)
  }

  private mutating func newOrg(at now: Timestamp) {
    let slug = Slug(random.pick(Self.names.filter { orgIDs[Slug($0)] == nil }, else: "visitor-\(random.hex(6))"))
    guard let org = create(slug, name: Self.title(of: slug), at: now) else { return }
    orgs[org]?.isVisitor = true
    orgs[org]?.workspacesToCome = Int.random(in: 1...2, using: &random)
  }

  /// An org as `POST /cp/admin/orgs` makes it: the row at once, provisioning after it. `nil` where the slug is taken.
  mutating func create(_ slug: Slug, name: String, at now: Timestamp) -> OrgID? {
    guard orgIDs[slug] == nil else { return nil }
    let org = addOrg(slug, name: name, plan: "free", status: nil, at: now)
    tell(.orgCreated, of: org, at: now, ["name": .string(name), "plan": "free", "created_at": JSONValue(now)])
    provision(org, at: now)
    return org
  }

  private mutating func passingFault(at now: Timestamp) {
    let calm = workspaces.values.filter { $0.status == .online && $0.manner == .ordinary }.sorted { $0.id < $1.id }
    guard let chosen = calm.randomElement(using: &random) else { return }
    agenda.plan(.degraded(chosen.id, "hermes-agent unreachable"), at: now)
    agenda.plan(.recovered(chosen.id), at: now + wall(Double.random(in: 60...150, using: &random)))
  }
}
