import TestSupport
import Testing

@testable import FleetModel

/// Where nothing moves there is neither an estimate nor a bar, and what is late is a finding at that moment.
@Suite struct StandstillTests {
  private func scene(_ status: OrgStatus? = nil, machine: Bool, age: Double) -> Scene {
    var scene = Scene()
    for source in [Source.controlPlane, .ec2("us-east-2")] { scene.hear(source, .expected(pollInterval: 3600)) }
    var row = Scene.org("wonka", status)
    row.createdAt = scene.now + -age
    scene.hear(.controlPlane, .roster([row], limit: 500, unreadable: 0))
    var instance = Scene.machine("i-1", org: "wonka")
    instance.launchedAt = scene.now + -age
    scene.hear(.ec2("us-east-2"), .instances(machine ? [instance] : [], complete: true, problem: nil))
    return scene
  }

  private func progress(_ scene: inout Scene) throws -> Progress {
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
    return try #require(scene.fleet.progress(of: .tenant("org-wonka"), at: scene.now))
  }

  @Test func whereEC2HasNoMachineOfItThereIsNoEstimate() throws {
    var scene = scene(machine: false, age: 30)
    let waiting = try progress(&scene)
    #expect(waiting.standstill == .noMachine && waiting.eta == nil && waiting.fraction == nil && !waiting.isStuck)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "wonka")], complete: true, problem: nil))
    let booting = try progress(&scene)
    #expect(booting.standstill == nil && booting.eta != nil && booting.fraction != nil)
  }

  @Test func withoutEC2NobodyKnowsAndTheEstimateStands() throws {
    var scene = Scene()
    scene.hear(.controlPlane, .roster([Scene.org("wonka", nil)], limit: 500, unreadable: 0))
    #expect(try progress(&scene).eta != nil)
  }

  @Test func aFindingThatNothingMovesTakesTheEstimatesPlace() throws {
    var scene = scene(machine: false, age: 660)
    let stuck = try progress(&scene)
    #expect(stuck.isStuck && stuck.standstill == .finding(.provisionerDisabled) && stuck.standstill?.words == "no machine")
    #expect(stuck.eta == nil && stuck.fraction == nil && stuck.tick == nil && !stuck.isLate)
    #expect(scene.fleet.figures.totals.stuck.value == 1 && scene.fleet.figures.totals.late.value == 0)
    // It moves after all.
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "wonka")], complete: true, problem: nil))
    #expect(try progress(&scene).standstill == nil)
  }

  @Test func aTenantWithoutABootEventIsStuckNotOnTime() throws {
    var scene = scene(machine: true, age: 150)
    scene.hear(.controlPlane, .bootEvents("org-wonka", []))
    #expect(try progress(&scene).standstill?.words == "0 boot events")
    #expect(scene.fleet.triage.findings(of: .org("org-wonka")).map(\.code) == [.bootEventsMissing])
  }

  @Test func aBootThatBecomesLateIsAFindingAtThatMoment() throws {
    var scene = scene(machine: true, age: 100)
    let lateAt = try #require(try progress(&scene).lateAt)
    #expect(scene.fleet.triage.findings(of: .org("org-wonka")).isEmpty)
    scene.now = lateAt
    #expect(try !progress(&scene).isLate)
    #expect(scene.fleet.triage.nextChange.map { $0 <= lateAt } == true)
    scene.now = lateAt + 0.001
    #expect(try progress(&scene).isLate)
    let found = try #require(scene.fleet.triage.findings(of: .org("org-wonka")).first)
    #expect(found.code == .bootLate && found.severity == .warning && scene.fleet.figures.totals.late.value == 1)
    #expect(found.evidence.contains { $0.says.contains("by typical times") })
  }

  /// Over random fleets: no estimate without a machine where EC2 was read, none under a finding that nothing moves.
  @Test(arguments: 0..<30) func noEstimateWithoutAMachineOrUnderAFindingThatNothingMoves(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for step in 0..<250 {
      now = now + (Int.random(in: 0..<12, using: &random) == 0 ? 200 : Double.random(in: 0...20, using: &random))
      fleet.apply(FleetPropertyTests.event(&random, at: now))
      fleet.judge(at: now)
      _ = fleet.takeChanges()
      for target in fleet.inFlight {
        guard let progress = fleet.progress(of: target, at: now), progress.eta != nil || progress.fraction != nil else { continue }
        let findings = fleet.triage.findings(of: target.finding)
        #expect(
          !findings.contains { $0.severity == .critical && $0.code.standstill != nil }, "seed \(seed), step \(step): \(target) \(findings)")
        let isKnown = !fleet.regions.isEmpty && fleet.regions.allSatisfy { fleet.sources[.ec2($0)]?.lastComplete != nil }
        let machine: Instance? =
          switch target {
          case .tenant(let id): fleet.tenantMachine(of: id)
          case .workspace(let id): fleet.machine(of: id)
          }
        if isKnown, !progress.hasFailed { #expect(machine != nil, "seed \(seed), step \(step): \(target)") }
      }
    }
  }
}
