import FleetModel

extension World {
  /// How many orgs the cast has.
  static let castSize = 15

  /// The orgs of the demonstration. With `moving`, boots and a deletion are under way and their seconds pass at the time factor.
  mutating func addCast(moving: Bool) {
    addCalmOrgs()
    addTroubledOrgs()
    if moving { addMovingOrgs() } else { addStillOrgs() }
    redeployTenants()
  }

  private func begun(_ seconds: Double) -> Timestamp { startedAt + -wall(seconds) }

  private mutating func calmOrg(
    _ slug: Slug, name: String? = nil, plan: String, region: Region = "us-east-2", type: String = "t3.small", days: Double
  ) -> OrgID {
    // Not all at the same time of day.
    let born = ago(days: days * Double.random(in: 1...1.02, using: &random))
    let org = addOrg(slug, name: name, plan: plan, status: .running, region: region, at: born)
    settle(org, type: type, launchedAt: born + 3)
    return org
  }

  @discardableResult
  private mutating func online(_ name: String, _ runtime: String, in org: OrgID, role: String? = nil, days: Double) -> WorkspaceID {
    let born = ago(days: days * Double.random(in: 0.98...1, using: &random))
    let id = addWorkspace(name, in: org, runtime: runtime, status: .online, role: role, at: born)
    recordPast(of: id)
    return id
  }

  // MARK: - Calm

  private mutating func addCalmOrgs() {
    let acme = calmOrg("acme", plan: "pro", type: "t3.medium", days: 61)
    let lead = online("researcher", "hermes", in: acme, role: "researcher", days: 30)
    let support = online("support-6", "claude-code", in: acme, role: "support", days: 12)
    workspaces[support]?.parent = lead
    delegate(from: lead, to: support, "summarise the overnight tickets", at: ago(minutes: 3))
    workspaces[support]?.budgetCents = 5000
    let wedged = online("billing", "hermes", in: acme, days: 20)
    workspaces[wedged]?.status = .degraded
    workspaces[wedged]?.sampleError = "wedged: SDK init timeout after 120s"
    record(
      .workspaceDegraded, of: wedged, at: ago(minutes: 41),
      ["runtime_state": "wedged", "sample_error": "wedged: SDK init timeout after 120s"])
    let approval = Approval(id: random.uuid(), workspace: lead, action: "deploy", reason: "publish the price list", at: ago(minutes: 9))
    orgs[acme]?.approvals = [approval]

    let globex = calmOrg("globex", plan: "pro", type: "t3.medium", days: 143)
    for (index, name) in ["planner", "indexer", "reviewer", "triage"].enumerated() {
      online(name, index % 2 == 0 ? "hermes" : "langgraph", in: globex, days: 41 + Double(index))
    }
    let paused = online("archive", "hermes", in: globex, days: 70)
    workspaces[paused]?.status = .paused
    record(.workspacePaused, of: paused, at: ago(days: 2), ["name": "archive"])
    let sleeping = online("nightly", "claude-code", in: globex, days: 66)
    workspaces[sleeping]?.status = .hibernated
    record(.workspaceHibernated, of: sleeping, at: ago(hours: 7), ["name": "nightly", "tier": 4])
    let removed = online("old-support", "hermes", in: globex, days: 51)
    workspaces[removed]?.status = .removed
    record(.workspaceRemoved, of: removed, at: ago(days: 3), ["cascade_deleted": 0])

    let piedpiper = calmOrg("piedpiper", name: "Pied Piper", plan: "starter", region: "us-west-2", days: 24)
    let west = online("compression", "langgraph", in: piedpiper, days: 22)
    workspaces[west]?.tracesSecrets = true
    if let instance = orgs[piedpiper]?.instance, let ip = machines[instance]?.publicIP {
      addresses.append(
        ElasticAddress(allocation: "eipalloc-0\(random.hex(16))", region: "us-west-2", ip: ip, instance: instance, tags: []))
    }

    let canary = calmOrg(Slug("e2e-canary-\(day)-24966"), name: "E2E canary", plan: "free", days: 0.02)
    orgs[canary]?.members = 1
    let away = calmOrg("umbrella", plan: "starter", days: 88)
    setStatus(.stopped, of: away, at: ago(days: 6))
    orgs[away]?.isUp = false
    if let instance = orgs[away]?.instance { machines.update(instance) { $0.state = .stopped } }
  }

  // MARK: - In trouble

  private mutating func addTroubledOrgs() {
    let initech = calmOrg("initech", plan: "starter", days: 33)
    let broken = online("tps-reports", "hermes", in: initech, days: 31)
    workspaces[broken]?.status = .degraded
    workspaces[broken]?.errorRate = 0.83
    workspaces[broken]?.sampleError = "[hermes-agent error 401] Invalid API key"
    record(
      .workspaceDegraded, of: broken, at: ago(minutes: 26),
      ["error_rate": 0.83, "sample_error": "[hermes-agent error 401] Invalid API key"])
    expose(broken, .ssh)

    let hooli = calmOrg("hooli", plan: "pro", days: 52)
    let busy = online("nucleus", "hermes", in: hooli, days: 19)
    workspaces[busy]?.manner = .phantomBusy
    workspaces[busy]?.activeTasks = 3
    workspaces[busy]?.currentTask = "index the product handbook"
    let stuck = ago(minutes: 52)
    orgs[hooli]?.schedulerStuckSince = stuck
    expose(busy, .debugPort)

    let vandelay = calmOrg("vandelay", name: "Vandelay Industries", plan: "free", days: 4)
    setStatus(.failed, of: vandelay, error: "tunnel/DNS step failed: cloudflare 81045: record quota exceeded", at: ago(days: 4))
    orgs[vandelay]?.isUp = false
    dropNames(["vandelay.\(Self.zone)"])

    addOrg("wonka", plan: "free", status: nil, at: ago(minutes: 11))
    let pending = calmOrg("stark-labs", plan: "pro", days: 200)
    setStatus(.suspended, of: pending, at: ago(days: 1))
    orgs[pending]?.isUp = false

    let soylent = calmOrg("soylent", plan: "starter", days: 120)
    let purge = beginCascade(of: soylent, at: ago(days: 3))
    if let index = purges.firstIndex(where: { $0.id == purge }) {
      purges[index].status = "failed"
      purges[index].lastStep = "redis"
      purges[index].lastError = "infra: DeleteSecurityGroup: DependencyViolation"
      purges[index].attempts = 3
    }
    if let instance = orgs[soylent]?.instance { machines.update(instance) { $0.ingress = .everything } }

    for (slug, days) in [("prestige", 2.0), ("tyrell", 1.7), ("cyberdyne", 9.0), ("aperture", 16.0)] {
      let done = ago(days: days)
      purges.insert(
        Purge(
          id: PurgeID(random.uuid()), org: OrgID(random.uuid()), slug: Slug(slug), status: "completed", lastStep: "completed",
          createdAt: done + -38, completedAt: done), at: 0)
    }
  }

  private mutating func expose(_ id: WorkspaceID, _ ingress: Machine.Ingress) {
    if let instance = workspaces[id]?.instance { machines.update(instance) { $0.ingress = ingress } }
  }

  // MARK: - Redeployed

  /// The tenants that ran five days ago were redeployed then (contract §1.12): a canary, its soak, then three at a time. The one that was stopped kept its
  /// machine, which starts from the image before.
  private mutating func redeployTenants() {
    let began = ago(days: 5.2)
    let waves: [(after: Double, slugs: [Slug])] = [
      (0, ["piedpiper"]), (240, ["acme", "cinder", "globex"]), (425, ["halcyon", "hooli", "initech"]), (610, ["soylent", "stark-labs"]),
    ]
    for wave in waves {
      for (index, slug) in wave.slugs.enumerated() {
        guard let instance = orgIDs[slug].flatMap({ orgs[$0]?.instance }) else { continue }
        machines.update(instance) { $0.launchedAt = began + wave.after + Double(index) * 4 }
      }
    }
    if let stopped = orgIDs["umbrella"].flatMap({ orgs[$0]?.instance }) { machines.update(stopped) { $0.image = Self.formerImage } }
  }

  // MARK: - Under way

  private mutating func addMovingOrgs() {
    if let acme = orgIDs["acme"] {
      provisionWorkspace("support-7", in: acme, runtime: "claude-code", role: "support", at: begun(8))
    }
    if let globex = orgIDs["globex"] { provisionWorkspace("ledger", in: globex, runtime: "hermes", at: begun(100)) }
    if let initech = orgIDs["initech"] {
      provisionWorkspace("milton", in: initech, runtime: "langgraph", manner: .neverRegisters, at: begun(330))
    }
    if let hooli = orgIDs["hooli"] {
      // A hermes that the watcher gives up too early.
      provisionWorkspace("gavin", in: hooli, runtime: "hermes", manner: .failsThenRecovers, at: begun(285))
    }
    let brightLab = addOrg("bright-lab", plan: "starter", status: nil, at: begun(205))
    orgs[brightLab]?.workspacesToCome = 1
    provision(brightLab, at: begun(203))

    let cinder = calmOrg("cinder", plan: "starter", days: 9)
    online("ash", "claude-code", in: cinder, days: 9)
    duplicate(online("ember", "langgraph", in: cinder, days: 5))
    provisionWorkspace("indexer", in: cinder, runtime: "hermes", role: "indexer", slow: "adapter", at: begun(430))

    let silent = addOrg(Slug("e2e-\(day)-7f"), name: "E2E \(day)-7f", plan: "free", status: nil, at: begun(152))
    provisionInSilence(silent, at: begun(150))

    let halcyon = calmOrg("halcyon", plan: "pro", days: 77)
    online("atlas", "hermes", in: halcyon, days: 60)
    online("orrery", "langgraph", in: halcyon, days: 44)
    beginCascade(of: halcyon, at: begun(6))
  }

  private mutating func addStillOrgs() {
    for slug: Slug in ["bright-lab", "cinder", "halcyon"] {
      let org = calmOrg(slug, plan: "starter", days: 9)
      let id = online("ember", "langgraph", in: org, days: 5)
      if slug == "cinder" { duplicate(id) }
    }
    let silent = calmOrg(Slug("e2e-\(day)-7f"), name: "E2E \(day)-7f", plan: "free", days: 0.1)
    setStatus(.failed, of: silent, error: "tenant not ready: no boot event within 4m0s", at: ago(minutes: 140))
    orgs[silent]?.isUp = false
  }

  /// A resume that launched a second machine and left the first running (contract §4.6).
  private mutating func duplicate(_ id: WorkspaceID) {
    guard let workspace = workspaces[id] else { return }
    let instance = addWorkspaceMachine(id, org: workspace.org, runtime: workspace.runtime, state: .running, at: ago(hours: 19))
    workspaces[id]?.instance = instance
  }
}
