import TestSupport
import Testing

@testable import FleetModel

/// The figures counted anew over the whole fleet, as `docs/figures.md` defines them.
struct Recount: Equatable {
  var orgs: Int
  var workspaces: Int
  var instances: Int
  var machines: Int
  var comingUp: Int
  var late: Int
  var stuck: Int
  var failed: Int
  var degraded: Int
  var offline: Int
  var orphans: Int
  var vcpus: Int?
  var hourly: Double?
  var wasted: Double?
  var openDeletions: Int
  var failedDeletions: Int

  init(of fleet: Fleet, prices: PriceBook = .builtin, at now: Timestamp) {
    let rows = fleet.instances.values.map(\.row)
    let standing = rows.filter { $0.state != .terminated }
    let ours = standing.filter { fleet.judgement.lastTold(of: $0.id) != .foreign }
    let listed = fleet.workspaces.values.filter { $0.row.status != .removed }
    orgs = fleet.orgs.values.count { $0.row.status != .purged }
    workspaces = listed.count
    instances = standing.count
    machines = ours.count
    let boots = fleet.inFlight.compactMap { fleet.progress(of: $0, at: now) }
    comingUp = boots.count
    late = boots.count { $0.isLate && !$0.isStuck }
    stuck = boots.count(where: \.isStuck)
    failed =
      fleet.orgs.values.count { $0.row.status == .failed || $0.row.status == .abandoned }
      + listed.count { $0.row.status == .failed && !fleet.mayRecover($0) }
    degraded = listed.count { $0.row.status == .degraded }
    offline = listed.count { $0.row.status == .offline }
    orphans = rows.count { if case .orphan = fleet.judgement.lastTold(of: $0.id) { $0.state.isLive } else { false } }
    vcpus = rows.map(VCPUQuota.counted).reduce(0) { sum, count in sum.flatMap { sum in count.map { sum + $0 } } }
    let deletions = fleet.deletions.rows(fleet).compactMap { fleet.deletions.entry($0, fleet)?.standing }
    let left = Set(fleet.purges.values.filter { $0.status == .completed }.compactMap(\.orgID)).count { !fleet.machinesLeft(by: $0).isEmpty }
    openDeletions = deletions.count { $0.isUnderWay || $0.hasFailed } + left
    failedDeletions = deletions.count(where: \.hasFailed)
    hourly = Self.sum(ours, prices)
    wasted = Self.sum(ours.filter { CostReport.waste($0, fleet.judgement.lastTold(of: $0.id), in: fleet) != nil }, prices)
  }

  /// As the figures have them, whatever they are worth.
  init?(_ totals: Figures.Totals) {
    guard let orgs = totals.orgs.value, let workspaces = totals.workspaces.value, let instances = totals.instances.value,
      let machines = totals.machines.value, let comingUp = totals.comingUp.value, let late = totals.late.value,
      let stuck = totals.stuck.value, let failed = totals.failed.value, let degraded = totals.degraded.value,
      let offline = totals.offline.value, let orphans = totals.orphans.value
    else { return nil }
    (self.orgs, self.workspaces, self.instances, self.machines) = (orgs, workspaces, instances, machines)
    (self.comingUp, self.late, self.stuck, self.failed) = (comingUp, late, stuck, failed)
    (self.degraded, self.offline, self.orphans) = (degraded, offline, orphans)
    guard let deletions = totals.openDeletions.value, let failed = totals.failedDeletions.value else { return nil }
    (openDeletions, failedDeletions) = (deletions, failed)
    vcpus = totals.vcpus.value
    hourly = totals.hourly.value?.exact
    wasted = totals.wasted.value?.exact
  }

  private static func sum(_ rows: [InstanceRow], _ prices: PriceBook) -> Double? {
    var money = Money()
    for row in rows { money.add(prices.hourly(of: row)) }
    return money.exact.map { ($0 * 1e9).rounded() / 1e9 }
  }
}

@Suite struct FiguresTests {
  @Test(arguments: 0..<60) func whateverHappensTheFiguresAreWhatCountingAnewGives(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet(orphans: OrphanSettings(grace: 300))
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    var compared = 0
    for step in 0..<300 {
      now = now + (Int.random(in: 0..<15, using: &random) == 0 ? 200 : Double.random(in: 0...20, using: &random))
      for _ in 0..<Int.random(in: 0...3, using: &random) { fleet.apply(FleetPropertyTests.event(&random, at: now)) }
      fleet.judge(at: now)
      _ = fleet.takeChanges()
      let problems = fleet.book.differences(from: fleet, at: now)
      #expect(problems.isEmpty, "seed \(seed), step \(step): \(problems)")
      guard let kept = Recount(fleet.figures.totals) else { continue }
      compared += 1
      let anew = Recount(of: fleet, at: now)
      #expect(kept == anew, "seed \(seed), step \(step)")
      if kept != anew || !problems.isEmpty { return }
    }
    #expect(compared > 0)
  }

  private func scene() -> Scene {
    var scene = Scene()
    for source in [Source.controlPlane, .ec2("us-east-2")] { scene.hear(source, .expected(pollInterval: 15)) }
    return scene
  }

  private func totals(_ scene: inout Scene) -> Figures.Totals {
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
    return scene.fleet.figures.totals
  }

  @Test func twoFiguresTogetherAreKnownAsFarAsTheOneThatIsKnownLess() {
    let (early, late) = (Timestamp(milliseconds: 1000), Timestamp(milliseconds: 2000))
    #expect(Figure(2, .known).joined(with: Figure(3, .known), +) == Figure(5, .known))
    #expect(Figure(2, .known).joined(with: Figure(3, .lastKnown(late)), +) == Figure(5, .lastKnown(late)))
    #expect(Figure(2, .lastKnown(late)).joined(with: Figure(3, .lastKnown(early)), +) == Figure(5, .lastKnown(early)))
    #expect(Figure(2, .known).joined(with: Figure(nil, .unknown), +) == Figure(2, .unknown))
  }

  @Test func beforeAnyAnswerNothingIsNoughtAndItLoads() {
    var scene = scene()
    let totals = totals(&scene)
    #expect(totals.orgs == Figure(nil, .loading(answered: 0, of: 1)) && totals.machines == Figure(nil, .loading(answered: 0, of: 1)))
    #expect(totals.workspaces.value == nil && totals.orphans.value == nil && totals.zoneRecords == .unknown)
  }

  @Test func aMachineThatTheFeedJustToldOfIsNoOrphanYetAndBlursNoFigure() {
    var scene = scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", []))
    scene.hear(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    for source in [Source.controlPlane, .tenant("acme"), .ec2("us-east-2")] { scene.hear(source, .expected(pollInterval: 9000)) }
    let data: JSONValue = [
      "instance_id": "i-1", "role": "tenant", "state": "running", "instance_type": "t3.small", "launched_at": JSONValue(scene.now + -60),
    ]
    let told = StreamedEvent(type: .instanceState, timestamp: scene.now, orgID: "org-acme", slug: "acme", data: data)
    scene.hear(.feed, .streamed(told))
    #expect(totals(&scene).orphans == Figure(0, .known))
    scene.pass(1140)
    #expect(totals(&scene).orphans == Figure(0, .incomplete))
  }

  @Test func whatNeedsEveryTenantIsMarkedUntilAllHaveAnswered() {
    var scene = scene()
    scene.roster("acme", "globex", "initech")
    scene.hear(
      .ec2("us-east-2"), .instances([Scene.machine("i-1", org: "gone", launched: "2026-11-20T00:00:00Z")], complete: true, problem: nil))
    var now = totals(&scene)
    #expect(now.orgs == Figure(3, .known) && now.workspaces == Figure(nil, .loading(answered: 0, of: 3)))
    #expect(now.orphans == Figure(1, .loading(answered: 0, of: 3)) && now.failed == Figure(0, .loading(answered: 0, of: 3)))
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .online)]))
    now = totals(&scene)
    #expect(now.workspaces == Figure(1, .loading(answered: 1, of: 3)) && now.orphans == Figure(1, .loading(answered: 1, of: 3)))
    scene.hear(.tenant("globex"), .workspaces("org-globex", []))
    // One that never answered and failed is not waited for: there is more.
    scene.hear(.tenant("initech"), .failed("connection refused"))
    now = totals(&scene)
    #expect(now.workspaces == Figure(1, .incomplete) && now.workspaces.whole == nil)
    scene.hear(.tenant("initech"), .workspaces("org-initech", []))
    #expect(totals(&scene).workspaces == Figure(1, .known))
  }

  @Test func aSourceThatIsLostLeavesItsFiguresAsTheyWere() {
    var scene = scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .offline)]))
    scene.hear(
      .ec2("us-east-2"),
      .instances(
        [Scene.machine("i-1", org: "acme"), Scene.machine("i-2", org: "gone", launched: "2026-11-20T00:00:00Z")], complete: true,
        problem: nil))
    let before = totals(&scene)
    #expect(before.orphans == Figure(1, .known) && before.offline == Figure(1, .known) && before.wasted.value?.exact == 0.0208)
    let last = scene.now
    scene.pass(5)
    scene.hear(.controlPlane, .failed("503"))
    let after = totals(&scene)
    #expect(after.orgs == Figure(1, .lastKnown(last)) && after.orphans == Figure(1, .lastKnown(last)))
    #expect(after.wasted == Figure(before.wasted.value, .lastKnown(last)) && after.machines == Figure(2, .known))
    #expect(scene.fleet.judgement.verdict(of: "i-2") == .cannotTell([.roster]), "it must not be acted on")
    scene.roster("acme")
    #expect(totals(&scene).orphans == Figure(1, .known))
  }

  @Test func aTenantThatIsBeingDeletedIsNotMissedAndOneThatFailsIsNamed() {
    var scene = scene()
    scene.roster("acme", "halcyon")
    for slug in ["acme", "halcyon"] { scene.hear(.tenant(Slug(slug)), .workspaces(OrgID("org-\(slug)"), [])) }
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p", orgID: "org-halcyon", status: .pending("running"), createdAt: scene.now)]))
    scene.hear(.tenant("halcyon"), .failed("connection refused"))
    _ = totals(&scene)
    #expect(scene.fleet.book.tenants.expected == 1 && scene.fleet.book.missingTenants.isEmpty)
    #expect(scene.fleet.book.leavingTenants == ["org-halcyon"])
    scene.hear(.tenant("acme"), .failed("connection refused"))
    _ = totals(&scene)
    #expect(scene.fleet.book.missingTenants == ["org-acme"])
  }

  @Test func withoutAnyRegionMachinesAreNotKnown() {
    var scene = Scene()
    scene.roster("acme")
    let now = totals(&scene)
    #expect(now.machines == .unknown && now.hourly == .unknown && scene.fleet.hourly(of: "org-acme") == .unknown)
  }
}
