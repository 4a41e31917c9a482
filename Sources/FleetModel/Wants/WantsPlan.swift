/// Makes a fleet's ``Wants``, and keeps them with every change: without clock, chance or socket.
///
/// Of who there is, in what status and whose, it keeps nothing but indices: it looks at the fleet's own tables, at what changed in them. What it
/// keeps itself is what no table has: how often something was wanted anew, and how a tenant takes being asked.
struct WantsPlan: Sendable {
  struct Tenant: Sendable {
    var want: TenantWant
    /// The org's, by which one that left and came back is told from one that stayed.
    let firstSeen: Timestamp
    /// Its list came: by then there is a token to open streams with.
    var isListed = false
    var hasFailed = false
    /// Lists that came.
    var answers = 0
    /// Workspaces that boot there and whose streams are not open.
    var untoldBoots: Set<WorkspaceID> = []
    /// That its streams are refused.
    var refusal: StreamRefusal?
    /// How often its refused streams were to be tried again.
    var tries: UInt64 = 0
  }

  /// Whom somebody waits for.
  struct AwaitedOrg: Sendable {
    var org: OrgID
    var slug: Slug
  }

  private(set) var wants = Wants()
  /// Whether anybody asks.
  private(set) var isKept = false
  var changes = Wants.Changes()

  /// What is on screen.
  var shown: Set<WorkspaceID> = [] {
    didSet { if shown != oldValue { touchedWorkspaces.formUnion(shown.symmetricDifference(oldValue)) } }
  }
  private var (readings, gaps): (UInt64, UInt64) = (0, 0)
  private(set) var rosterReadings: UInt64 = 0
  private(set) var awaited: AwaitedOrg?
  private(set) var awaitedWorkspace: WorkspaceID?
  /// The tenants of these.
  private var followed: Set<OrgID> = []

  var tenants: [OrgID: Tenant] = [:]
  /// The org that each name stands for among them.
  private(set) var orgs: [Slug: OrgID] = [:]
  private var visits: UInt64 = 0
  /// Whose boot that no stream tells of each is counted as.
  private var untoldBoots: [WorkspaceID: OrgID] = [:]
  private(set) var hearsFeed = false
  private(set) var budget = StreamBudget()

  /// Orgs, tenants and workspaces that were looked at again, ever: what an event costs.
  var looks = 0
  // What is to be looked at again.
  private var touchedOrgs: Set<OrgID> = []
  private var touchedTenants: Set<OrgID> = []
  var touchedWorkspaces: Set<WorkspaceID> = []
  var touchedSources: Set<Source> = []

  /// Orgs whose boot events tell something.
  private(set) var booting: Set<OrgID> = []
  var mustChooseBoots = false

  var choice = StreamChoice()
  /// Another choice than ``chosen`` may be due.
  var mustChoose = false
  var chosen: Set<WorkspaceID> = []
  /// Whose streams are tried by each of these.
  var probes: [WorkspaceID: OrgID] = [:]
  /// The tenants that refuse their streams and have none that is tried.
  var unprobed: Set<OrgID> = []

  // MARK: - What is told

  mutating func begin(_ fleet: Fleet) {
    isKept = true
    touchedOrgs.formUnion(fleet.orgs.keys)
    touchedWorkspaces.formUnion(fleet.workspaces.keys)
    touchedSources.formUnion(fleet.sources.keys)
    changes.common = wants.common
  }

  /// What an application of events touched.
  mutating func note(_ changes: FleetChanges) {
    guard isKept else { return }
    touchedOrgs.formUnion(changes.orgs)
    touchedWorkspaces.formUnion(changes.workspaces)
    touchedSources.formUnion(changes.sources)
  }

  /// Everything is wanted as soon as may be, once.
  mutating func wantEverything() { readings += 1 }

  mutating func waitFor(_ org: AwaitedOrg, workspace: WorkspaceID?) {
    touchedTenants.formUnion([awaited?.org, org.org].compactMap { $0 })
    touchedWorkspaces.formUnion([awaitedWorkspace, workspace].compactMap { $0 })
    (awaited, awaitedWorkspace) = (org, workspace)
    mustChooseBoots = true
  }

  /// One event that the fleet believes, before it is applied.
  mutating func hear(_ event: FleetEvent, _ fleet: Fleet) {
    let speaker: OrgID? = if case .tenant(let slug) = event.source { orgs[slug] } else { nil }
    switch event.change {
    case .streamed(let streamed): hear(streamed, from: event.source, fleet)
    case .workspaces(let org, let rows): if org == speaker { listCame(rows, of: org, fleet) }
    case .storedEvents(let org, let rows): if org == speaker { explain(by: rows, of: org, fleet) }
    case .failed: if let speaker { tenants[speaker]?.hasFailed = true }
    // Something that it told is lost.
    case .gap(_, .some): if let speaker { readAnew(speaker) }
    case .gap(_, nil): if event.source == .feed { gaps += 1 }
    // A plan needs everything fresh, and its end changes everything.
    case .deletionPlanned: wantEverything()
    case .deletion(let report): if report.end != nil { wantEverything() }
    case .streamOpened(.some): if let speaker { streamOpened(of: speaker, fleet) }
    case .streamRefused(let id, _): if let speaker { streamRefused(id, of: speaker, fleet) }
    case .tokenRead(let org):
      guard org == speaker else { return }
      change(org) { $0.want.token = .held }
      tryStreams(of: org)
    case .tokenRefused(let org): if org == speaker { change(org) { $0.want.token = .anew } }
    default: break
    }
  }

  /// What a list has more to say of: a status of a workspace that its tenant's list lacks.
  private mutating func hear(_ streamed: StreamedEvent, from source: Source, _ fleet: Fleet) {
    // The feed tells that an org came, went or changed; the roster tells the rest of it.
    if streamed.type.isOfRoster {
      rosterReadings += 1
      touchedSources.insert(.controlPlane)
    }
    guard let id = streamed.workspaceID, fleet.workspaces[id] == nil else { return }
    let org: OrgID? = if case .tenant(let slug) = source { orgs[slug] } else { streamed.orgID ?? streamed.slug.flatMap { orgs[$0] } }
    if let org { readAnew(org) }
  }

  private mutating func listCame(_ rows: [WorkspaceRow], of org: OrgID, _ fleet: Fleet) {
    guard let tenant = tenants[org] else { return }
    change(org) { tenant in
      tenant.isListed = true
      tenant.hasFailed = false
      tenant.answers += 1
      tenant.want.token = .held
      tenant.want.asksSubsystems = tenant.answers % 4 == 0
      guard !tenant.want.explained.isEmpty else { return }
      let statuses = Dictionary(rows.map { ($0.id, $0.status) }, uniquingKeysWith: { first, _ in first })
      tenant.want.explained = tenant.want.explained.filter { statuses[$0.key] == $0.value }
    }
    if !tenant.isListed { touchedWorkspaces.formUnion(rows.map(\.id) + fleet.workspaceIDs(of: org)) }
    // It is back: so are its streams, perhaps.
    if tenant.hasFailed { tryStreams(of: org) }
  }

  private mutating func explain(by rows: [StoredEventRow], of org: OrgID, _ fleet: Fleet) {
    let told = Dictionary(grouping: rows) { $0.workspaceID }
    change(org) { tenant in
      for (id, rows) in told {
        guard let id, let workspace = fleet.workspaces[id], workspace.orgID == org, workspace.row.isExplained(by: rows) else { continue }
        tenant.want.explained[id] = workspace.row.status
      }
    }
  }

  mutating func readAnew(_ org: OrgID) { change(org) { $0.want.readings += 1 } }

  mutating func change(_ org: OrgID, _ body: (inout Tenant) -> Void) {
    guard var tenant = tenants.removeValue(forKey: org) else { return }
    let before = tenant.want
    body(&tenant)
    if tenant.want != before { changes.tenants[org] = tenant.want }
    tenants[org] = tenant
  }

  // MARK: - What follows

  /// Looks again at what changed. - Returns: what is wanted otherwise than before.
  mutating func settle(_ fleet: Fleet, within budget: StreamBudget) -> Wants.Changes {
    let hearsFeed = fleet.sources[.feed]?.isOpen ?? false
    if hearsFeed != self.hearsFeed || budget != self.budget {
      touchedWorkspaces.formUnion(fleet.workspaces.keys)
      touchedTenants.formUnion(untoldBoots.values)
      (self.hearsFeed, self.budget, mustChoose) = (hearsFeed, budget, true)
    }
    looks += touchedOrgs.count
    for org in touchedOrgs.sorted() {
      look(atOrg: org, fleet)
      countTenantBoot(org, fleet)
    }
    touchedOrgs.removeAll(keepingCapacity: true)
    looks += touchedWorkspaces.count
    for id in touchedWorkspaces { countBoot(id, fleet) }
    settleStreams(fleet)
    settlePolls(fleet)
    follow(fleet)
    looks += touchedTenants.count
    for org in touchedTenants { setRhythm(of: org) }
    touchedTenants.removeAll(keepingCapacity: true)
    var common = Wants.Common()
    common.interval = TenantSchedule.interval(tenants: tenants.count, hearsFeed: hearsFeed)
    (common.readings, common.gaps) = (readings, gaps)
    if common != wants.common { changes.common = common }
    defer { changes = Wants.Changes() }
    wants.apply(changes)
    return changes
  }

  private mutating func look(atOrg id: OrgID, _ fleet: Fleet) {
    let slugs = [fleet.orgs[id]?.slug, tenants[id]?.want.slug, fleet.orgs[id] == nil ? fleet.departed[id]?.slug : nil].compactMap { $0 }
    for slug in Set(slugs) {
      // Of two orgs of one name it belongs to the one that was created last.
      let owner = fleet.org(named: slug).flatMap { OrgStatus.hasTenant($0.row.status) ? $0 : nil }
      if let known = orgs[slug], known != owner?.id || tenants[known]?.firstSeen != owner?.firstSeen { leave(known, fleet) }
      if let owner, orgs[slug] == nil { visit(owner, fleet) }
    }
  }

  private mutating func visit(_ org: Org, _ fleet: Fleet) {
    // It had another name until now.
    if tenants[org.id] != nil { leave(org.id, fleet) }
    visits += 1
    let want = TenantWant(org: org.id, slug: org.slug, visit: visits, rhythm: PollRhythm(of: org.id))
    tenants[org.id] = Tenant(want: want, firstSeen: org.firstSeen)
    orgs[org.slug] = org.id
    changes.tenants[org.id] = want
    touchedTenants.insert(org.id)
    touchedWorkspaces.formUnion(fleet.workspaceIDs(of: org.id))
  }

  private mutating func leave(_ org: OrgID, _ fleet: Fleet) {
    guard let tenant = tenants.removeValue(forKey: org) else { return }
    orgs[tenant.want.slug] = nil
    changes.tenants[org] = .some(nil)
    touchedWorkspaces.formUnion(fleet.workspaceIDs(of: org))
  }

  private mutating func countTenantBoot(_ id: OrgID, _ fleet: Fleet) {
    let boots = fleet.orgs[id].map(Self.boots) ?? false
    if boots || booting.contains(id) { mustChooseBoots = true }
    if boots { booting.insert(id) } else { booting.remove(id) }
  }

  private mutating func countBoot(_ id: WorkspaceID, _ fleet: Fleet) {
    var org: OrgID?
    if let workspace = fleet.workspaces[id], workspace.row.status == .provisioning, !fleet.openStreams.contains(id) {
      org = workspace.orgID
    }
    if let owner = org, tenants[owner] == nil { org = nil }
    let before = untoldBoots[id]
    guard org != before || org.map({ tenants[$0]?.untoldBoots.contains(id) == false }) ?? false else { return }
    untoldBoots[id] = org
    if let before { tenants[before]?.untoldBoots.remove(id) }
    if let org { tenants[org]?.untoldBoots.insert(id) }
    touchedTenants.formUnion([before, org].compactMap { $0 })
  }

  private mutating func follow(_ fleet: Fleet) {
    var now = Set(shown.compactMap { fleet.workspaces[$0]?.orgID })
    if let awaited { now.insert(awaited.org) }
    now.formIntersection(tenants.keys)
    guard now != followed else { return }
    touchedTenants.formUnion(now.count == followed.count ? now.symmetricDifference(followed) : now.union(followed))
    followed = now
  }

  // MARK: - Invariants

  /// What is wrong with a plan that is settled, by a recount of the whole fleet.
  func problems(in fleet: Fleet) -> [String] {
    var problems: [String] = []
    func expect(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { problems.append(what()) } }
    let owners = Set(fleet.orgs.values.map(\.slug)).compactMap { fleet.org(named: $0) }.filter { OrgStatus.hasTenant($0.row.status) }
    expect(wants.tenants == tenants.mapValues(\.want), "the wants are not the plan's")
    expect(Set(tenants.keys) == Set(owners.map(\.id)), "other tenants are asked than there are")
    expect(orgs == Dictionary(uniqueKeysWithValues: owners.map { ($0.slug, $0.id) }), "names and tenants differ")
    var boots: [OrgID: Set<WorkspaceID>] = [:]
    for workspace in fleet.workspaces.values where workspace.row.status == .provisioning && !fleet.openStreams.contains(workspace.id) {
      boots[workspace.orgID, default: []].insert(workspace.id)
    }
    for (id, tenant) in tenants {
      expect(tenant.untoldBoots == boots[id] ?? [], "tenant \(id): other boots are told of by nothing")
      guard let refusal = tenant.refusal else { continue }
      expect(refusal.probe.map { wants.streams[$0]?.reason == .probe } ?? true, "tenant \(id): nothing is tried")
    }
    for (id, want) in wants.streams {
      expect(tenants[want.org]?.want.visit == want.visit, "stream \(id) is of no tenant")
      expect(fleet.workspaces[id]?.orgID == want.org, "stream \(id) is not of its workspace's org")
      expect((fleet.workspaces[id]?.row.status == .online) == want.beats, "stream \(id): whether it beats is wrong")
    }
    expect(wants.streams.values.count { $0.reason != .probe } <= budget.limit, "more streams are wanted than there may be")
    let worth = fleet.workspaces.values.filter { reason(of: $0.id, fleet) != nil }
    expect(
      worth.allSatisfy { choice.reason(of: $0.id) == reason(of: $0.id, fleet) }, "a stream is wanted for another reason than was counted")
    expect(chosen.count == min(worth.count, budget.limit), "\(chosen.count) streams are chosen of \(worth.count)")
    return problems + pollProblems(in: fleet)
  }

  private mutating func setRhythm(of org: OrgID) {
    let isFollowed = followed.contains(org)
    let (count, hearsFeed, isAwaited) = (followed.count, hearsFeed, awaited?.org == org)
    change(org) { tenant in
      let isMoving = !hearsFeed && !tenant.untoldBoots.isEmpty
      tenant.want.rhythm.close = TenantSchedule.close(isMoving: isMoving, followed: isFollowed ? count : nil)
      tenant.want.rhythm.isAwaited = isAwaited
    }
  }
}
