import FleetModel

/// The fleets that can be simulated.
enum Scenario: String, CaseIterable, Sendable {
  /// Orgs in every state, boots under way, orphans of every kind, a deletion running; something new every minute or so.
  case everything = "default"
  /// The same orgs with nothing under way and no heartbeats: nothing moves.
  case idle
  /// No org, no machine.
  case empty
  /// Nothing but calm orgs: whoever finds anything wrong here is wrong.
  case healthy
  // One org in trouble among calm ones, as contract §9 tells it.
  case bootEvents401 = "incident-boot-events-401"
  case dnsQuota = "incident-dns-quota"
  case tunnelStep = "incident-tunnel-step"
  case unreachable = "incident-unreachable"
  case provisionerDisabled = "incident-provisioner-disabled"
  case vcpuQuota = "incident-vcpu-quota"
  case neverRegistered = "incident-never-registered"
  case runtimeCrashed = "incident-runtime-crashed"
  case environmentMissing = "incident-env-missing"
  case hermesGivenUp = "incident-hermes-given-up"
  case wedged = "incident-wedged"
  case providerKey = "incident-provider-key"
  case phantomBusy = "incident-phantom-busy"
  case schedulerStuck = "incident-scheduler-stuck"
  case purgeStuck = "incident-purge-stuck"

  /// The fleet as it is at `moment`: what led there has happened already.
  func world(_ options: SimulationOptions, at moment: Timestamp) -> World {
    var world = World(seed: options.seed, speed: options.speed, at: moment)
    switch self {
    case .empty: world.addPlatformNames()
    case .idle:
      world.hasHeartbeats = false
      world.populate(options.orgs, moving: false)
    case .everything: world.populate(options.orgs, moving: true)
    case .healthy:
      world.addPlatformNames()
      world.addCrowd(options.orgs ?? 12, isCalm: true)
    default:
      world.addPlatformNames()
      world.addCrowd((options.orgs ?? 6) - 1, isCalm: true)
      world.addIncident(self, size: options.orgs ?? 0)
    }
    _ = world.advance(to: moment)
    return world
  }
}

extension World {
  /// The cast, or its first `count` orgs, or the cast and a crowd that makes up the number.
  mutating func populate(_ count: Int?, moving: Bool) {
    addPlatformNames()
    if let count, count < Self.castSize {
      addCrowd(count)
    } else {
      addCast(moving: moving)
      addOrphans()
      if let count { addCrowd(count - Self.castSize) }
    }
    settledWorkspaces = workspaces.count
    if moving { agenda.plan(.arrival, at: startedAt + wall(12)) }
  }

  /// The names that are there whatever the fleet (contract §6.2, rules 1–3).
  mutating func addPlatformNames() {
    let past = ago(days: 900)
    addRecord("", type: "A", content: "203.0.113.10", at: past)
    addRecord("", type: "TXT", content: "v=spf1 include:_spf.molecule.example -all", at: past)
    addRecord("_dmarc", type: "TXT", content: "v=DMARC1; p=reject", at: past)
    addRecord("_acme-challenge", type: "TXT", content: "fXk2…", at: past)
    addRecord("mail._domainkey", type: "TXT", content: "v=DKIM1; k=rsa; p=MIIB", at: past)
    for name in ["api", "app", "doc", "send", "status", "www", "staging-api"] {
      addRecord(name, content: "edge.\(Self.zone)", at: past)
    }
  }

  func ago(days: Double = 0, hours: Double = 0, minutes: Double = 0) -> Timestamp {
    startedAt + -(days * 86_400 + hours * 3600 + minutes * 60)
  }

  /// `20261123`, the day in e2e slugs (contract §5.5).
  var day: String { String(startedAt.description.prefix(10).filter { $0 != "-" }) }

  // MARK: - The crowd

  /// `count` orgs with up to four workspaces each, nearly all of them calm.
  mutating func addCrowd(_ count: Int, isCalm: Bool = false) {
    for index in 0..<max(0, count) {
      let age = Double.random(in: 1...400, using: &random)
      let region: Region = random.chance(0.2) ? "us-west-2" : "us-east-2"
      let slug = Slug("org-\(index + 1)-\(random.hex(4))")
      let org = addOrg(
        slug, plan: random.pick(["free", "starter", "pro"], else: "free"), status: .running, region: region, at: ago(days: age))
      settle(org, launchedAt: ago(days: age))
      for number in 0..<Int.random(in: 0...4, using: &random) {
        let runtime = random.pick(["hermes", "claude-code", "langgraph"], else: "hermes")
        let name = "\(Self.jobs[(index + number) % Self.jobs.count])-\(number + 1)"
        let status: WorkspaceStatus = random.chance(0.02) && !isCalm ? .degraded : .online
        let id = addWorkspace(name, in: org, runtime: runtime, status: status, at: ago(days: age * random.share()))
        if status == .degraded {
          workspaces[id]?.errorRate = 0.6
          workspaces[id]?.sampleError = "hermes-agent unreachable"
        }
      }
    }
  }
}

extension SeededRandom {
  mutating func share() -> Double { Double.random(in: 0.05...0.95, using: &self) }
}
