import TestSupport
import Testing

@testable import FleetModel

/// A fleet with something of everything, and what is said of it while its sources are lost.
struct WatchedFleet {
  static let sources: [Source] = [.controlPlane, .ec2("us-east-2"), .dns, .tenant("acme"), .tenant("globex")]
  var scene = Scene()

  /// Two tenants with agents, one of them wedged; a tenant and a workspace that boot; an orphan; a zone that is nearly full.
  init() {
    for source in Self.sources { scene.hear(source, .expected(pollInterval: 15)) }
    answer()
    judge()
  }

  /// Everything answers as it is.
  mutating func answer(except lost: Set<Source> = []) {
    let start = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    var coming = Scene.org("young", nil)
    coming.createdAt = start + -200
    for source in Self.sources where !lost.contains(source) {
      switch source {
      case .controlPlane:
        scene.hear(source, .roster([Scene.org("acme"), Scene.org("globex"), coming], limit: 500, unreadable: 0))
        scene.hear(source, .bootEvents("org-young", [BootEventRow(event: "install_apt_base", status: .started, at: start + -100)]))
      case .ec2:
        let machines = [
          Scene.machine("i-1", org: "acme"), Scene.machine("i-2", org: "globex"), Scene.machine("i-3", org: "young"),
          Scene.machine("i-4", org: "gone", launched: "2026-11-20T00:00:00Z"),
          Scene.machine("i-5", org: "acme", workspace: "w-boot", role: "workspace", launched: "2026-11-24T02:57:00Z"),
          Scene.machine("i-6", org: "acme", workspace: "w-paused", role: "workspace", launched: "2026-11-20T00:00:00Z"),
        ]
        scene.hear(source, .instances(machines, complete: true, problem: nil))
      case .dns:
        let records = (0..<9).map { DNSRecordRow(id: "r\($0)", name: "n\($0).example.com", type: "CNAME", content: "t.example.com") }
        scene.hear(
          source,
          .zone(
            ZoneReading(
              environment: "staging", rules: DNSRules(zone: "example.com", coreNames: [], environmentSuffixes: []), quota: 10,
              records: records, neighbours: [])))
      case .tenant("acme"):
        scene.hear(
          source,
          .workspaces(
            "org-acme",
            [
              WorkspaceRow(id: "w-boot", name: "booting", status: .provisioning, runtime: "crewai"),
              WorkspaceRow(id: "w-paused", name: "paused", status: .paused),
              WorkspaceRow(id: "w-wedged", name: "wedged", status: .degraded, lastError: "wedged: SDK init timeout"),
            ]))
      case .tenant:
        scene.hear(source, .workspaces("org-globex", [WorkspaceRow(id: "w-well", name: "well", status: .online)]))
      default: break
      }
    }
  }

  mutating func lose(_ sources: some Sequence<Source>) {
    for source in sources {
      let isTenant = if case .tenant = source { true } else { false }
      scene.hear(
        source, .failed(isTenant ? "tenant of \(source) /workspaces: its host refuses connections" : "\(source): connection refused"))
    }
  }

  mutating func judge() {
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
  }

  /// Lets time pass, the sources that are left answering every ten seconds.
  mutating func pass(_ seconds: Double, without lost: Set<Source>) {
    let end = scene.now + seconds
    while scene.now < end {
      scene.pass(10)
      answer(except: lost)
      lose(lost.sorted())
      judge()
    }
  }

  var findings: [Finding.Target: [Finding]] {
    Dictionary(uniqueKeysWithValues: scene.fleet.triage.targets.map { ($0, scene.fleet.triage.findings(of: $0)) })
  }
}

@Suite struct BlindnessTests {
  private static let everything = Set(WatchedFleet.sources)

  @Test func cutOffForAMinuteEverythingStandsAsItWasAndOneFindingSaysSo() throws {
    var watched = WatchedFleet()
    let before = watched.findings
    let totals = watched.scene.fleet.figures.totals
    let last = watched.scene.now
    #expect(totals.orphans == Figure(2, .known) && totals.comingUp == Figure(2, .known) && totals.late == Figure(0, .known))
    watched.pass(600, without: Self.everything)
    let fleet = watched.scene.fleet

    let cutOff = try #require(fleet.cutOff)
    #expect(cutOff.scope == .everything && cutOff.since == last)
    let ours = fleet.triage.findings(of: .fleet)
    #expect(ours.first?.code == .cutOff && ours.first?.severity == .critical)
    #expect(ours.first?.evidence.contains { $0.by == "control-plane" && $0.says.contains("connection refused") } == true)
    // Nothing new, nothing gone; each as of then.
    var after = watched.findings
    after[.fleet]?.removeAll { $0.code == .cutOff }
    #expect(Set(after.keys) == Set(before.keys))
    for (target, findings) in after {
      #expect(findings.map(\.identity) == before[target]?.map(\.identity))
      #expect(findings.allSatisfy { $0.asOf == last }, "\(findings)")
    }
    let now = fleet.figures.totals
    for (then, now) in [
      (totals.orgs, now.orgs), (totals.machines, now.machines), (totals.workspaces, now.workspaces), (totals.comingUp, now.comingUp),
      (totals.late, now.late), (totals.orphans, now.orphans), (totals.vcpus, now.vcpus), (totals.zoneRecords, now.zoneRecords),
    ] {
      #expect(now == Figure(then.value, .lastKnown(last)))
    }
    #expect(now.wasted == Figure(totals.wasted.value, .lastKnown(last)) && now.hourly == Figure(totals.hourly.value, .lastKnown(last)))
  }

  @Test func aBarItsEstimateAndItsLatenessStandStillAndGoOnWithTheNextWord() throws {
    var watched = WatchedFleet()
    watched.pass(10, without: Self.everything)
    let targets: [BootTarget] = [.tenant("org-young"), .workspace("w-boot")]
    let then = try targets.map { try #require(watched.scene.fleet.progress(of: $0, at: watched.scene.now)) }
    watched.pass(3600, without: Self.everything)
    for (target, then) in zip(targets, then) {
      let now = try #require(watched.scene.fleet.progress(of: target, at: watched.scene.now))
      #expect(now.fraction == then.fraction && now.eta == then.eta && !now.isLate && now.asOf != nil)
    }
    watched.pass(10, without: [])
    for target in targets {
      let now = try #require(watched.scene.fleet.progress(of: target, at: watched.scene.now))
      #expect(now.isLate && now.asOf == nil)
      #expect(watched.scene.fleet.triage.findings(of: target.finding).map(\.code) == [.bootLate])
    }
    #expect(watched.scene.fleet.figures.totals.late == Figure(2, .known))
  }

  @Test func afterACutNoTenantIsAccusedBeforeItWasAskedAgain() {
    var watched = WatchedFleet()
    watched.pass(60, without: Self.everything)
    // The control plane is back, the tenants were not asked yet.
    watched.scene.pass(5)
    watched.answer(except: [.tenant("acme"), .tenant("globex")])
    watched.judge()
    #expect(watched.scene.fleet.cutOff == nil)
    #expect(watched.scene.fleet.freshness(of: .tenant("globex"), at: watched.scene.now).state == .stale)
    #expect(!watched.findings.values.joined().contains { $0.code == .tenantUnreachable })
    watched.lose([Source.tenant("globex")])
    watched.judge()
    #expect(!watched.findings.values.joined().contains { $0.code == .cutOff })
    #expect(watched.scene.fleet.freshness(of: .tenant("globex"), at: watched.scene.now).state == .failed)
  }

  @Test func tenantsThatFailTogetherAreNotAccusedBeforeTheControlPlaneWasAsked() {
    let tenants: [Source] = [.tenant("acme"), .tenant("globex")]
    func accused(_ watched: WatchedFleet) -> Int { watched.findings.values.joined().count { $0.code == .tenantUnreachable } }
    var watched = WatchedFleet()
    watched.scene.pass(5)
    for (tenant, expected) in zip(tenants, [1, 0]) {
      watched.lose([tenant])
      watched.judge()
      #expect(accused(watched) == expected, "one that fails is at fault itself; of two it may be the way")
    }
    // AWS answers yet.
    watched.answer(except: Set([.controlPlane, .dns] + tenants))
    watched.judge()
    #expect(accused(watched) == 0)
    var cut = watched
    cut.pass(60, without: Self.everything)
    #expect(cut.scene.fleet.cutOff != nil && accused(cut) == 0)
    // The control plane answers: it is they.
    watched.answer(except: Set(tenants))
    watched.judge()
    #expect(watched.scene.fleet.cutOff == nil && accused(watched) == 2)
  }

  @Test func aRegionThatIsLostTakesNoFindingOfAnotherAway() {
    var watched = WatchedFleet()
    for source in [Source.ec2("us-west-2")] { watched.scene.hear(source, .expected(pollInterval: 15)) }
    watched.scene.hear(.ec2("us-west-2"), .instances([], complete: true, problem: nil))
    watched.judge()
    let before = watched.findings
    let paused = Finding.Target.workspace("w-paused")
    #expect(before[paused]?.map(\.code) == [.statusDisagrees])
    watched.lose([.ec2("us-west-2")])
    watched.judge()
    #expect(watched.findings[paused]?.map(\.code) == [.statusDisagrees])
    watched.lose([.ec2("us-east-2")])
    watched.judge()
    #expect(watched.findings.mapValues { $0.map(\.identity) } == before.mapValues { $0.map(\.identity) })
    // Its tenant tells of a turn: what was kept is history.
    watched.scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w-paused", name: "paused", status: .online)]))
    watched.judge()
    #expect(watched.findings[paused] == nil)
  }

  @Test func whatIsStuckIsNotFoundLateAsWellWhenAWSIsLost() {
    var watched = WatchedFleet()
    var wonka = Scene.org("wonka", nil)
    wonka.createdAt = watched.scene.now + -660
    watched.scene.hear(.controlPlane, .roster([Scene.org("acme"), Scene.org("globex"), wonka], limit: 500, unreadable: 0))
    watched.scene.hear(.controlPlane, .bootEvents("org-wonka", []))
    watched.judge()
    #expect(watched.scene.fleet.triage.findings(of: .org("org-wonka")).map(\.code) == [.provisionerDisabled])
    watched.lose([.ec2("us-east-2")])
    watched.judge()
    #expect(watched.scene.fleet.triage.findings(of: .org("org-wonka")).map(\.code) == [.provisionerDisabled])
    // It came up meanwhile: what was kept is history.
    wonka.status = .running
    watched.scene.hear(.controlPlane, .roster([Scene.org("acme"), Scene.org("globex"), wonka], limit: 500, unreadable: 0))
    watched.judge()
    #expect(!watched.scene.fleet.triage.findings(of: .org("org-wonka")).contains { $0.code == .provisionerDisabled })
  }

  @Test func onlyThePlatformIsLostWhereAWSAnswers() {
    var watched = WatchedFleet()
    let platform: Set<Source> = [.controlPlane, .tenant("acme"), .tenant("globex")]
    watched.pass(60, without: platform)
    #expect(watched.scene.fleet.cutOff?.scope == .platform)
    #expect(watched.scene.fleet.figures.totals.machines == Figure(6, .known))
    #expect(!watched.findings.values.joined().contains { $0.code == .tenantUnreachable })
    #expect(watched.scene.fleet.triage.findings(of: .fleet).first?.summary.contains("neither the control plane nor a tenant") == true)
  }

  /// Whatever is lost, for however long: what was known stays, and only what was seen is new.
  @Test(arguments: 0..<40) func nothingGrowsOrShrinksForTheBetterWhenSourcesAreLost(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var watched = WatchedFleet()
    watched.pass(Double.random(in: 0...400, using: &random), without: [])
    let before = watched.findings
    let totals = watched.scene.fleet.figures.totals
    let lost = Set(WatchedFleet.sources.filter { _ in Bool.random(using: &random) })
    watched.pass(Double.random(in: 60...1200, using: &random), without: lost)
    let fleet = watched.scene.fleet
    let after = watched.findings
    for (target, findings) in before {
      for finding in findings where finding.code != .bootLate {
        #expect(after[target]?.contains { $0.identity == finding.identity } == true, "\(lost): \(finding.code) of \(target) went")
      }
    }
    for (target, findings) in after {
      for finding in findings where before[target]?.contains(where: { $0.identity == finding.identity }) != true {
        switch finding.code {
        case .cutOff: #expect(fleet.cutOff != nil)
        case .tenantUnreachable: #expect(fleet.cutOff == nil, "\(lost)")
        // Seen by a source that is left.
        default: #expect(finding.asOf == nil, "\(lost): \(finding)")
        }
      }
    }
    let now = fleet.figures.totals
    for (then, now) in [
      (totals.orgs, now.orgs), (totals.machines, now.machines), (totals.workspaces, now.workspaces), (totals.comingUp, now.comingUp),
      (totals.orphans, now.orphans), (totals.degraded, now.degraded), (totals.vcpus, now.vcpus), (totals.zoneRecords, now.zoneRecords),
    ] {
      #expect(now.value == then.value && now.standing != .unknown, "\(lost)")
    }
    #expect(now.wasted.value == totals.wasted.value && now.hourly.value == totals.hourly.value)
    // Who lost nothing isn't marked.
    if lost.isEmpty { #expect(after.values.joined().allSatisfy { $0.asOf == nil }) }
  }

  @Test func aFoundOrphanStaysCountedWhateverIsLostAndTheGateDoesNotOpen() {
    var scene = Scene()
    for region in ["east", "west"] { scene.hear(.ec2(Region(region)), .expected(pollInterval: 15)) }
    scene.roster("acme")
    func machines(_ region: String, _ numbers: Range<Int>) -> FleetEvent.Change {
      let rows = numbers.map { number in
        var row = Scene.machine("i-\(region)-\(number)", org: number % 8 == 0 ? "acme" : "gone", launched: "2026-11-20T00:00:00Z")
        row.region = Region(region)
        return row
      }
      return .instances(rows, complete: true, problem: nil)
    }
    scene.hear(.ec2("east"), machines("east", 0..<4))
    scene.hear(.ec2("west"), machines("west", 4..<9))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.judgement.safetyGate != nil && scene.fleet.figures.totals.orphans == .unknown)
    scene.hear(.ec2("west"), .failed("503"))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.judgement.safetyGate != nil, "with half of them out of sight the rest would look few")
  }
}
