import TestSupport
import Testing

@testable import FleetModel

extension Scene {
  fileprivate mutating func judge() { fleet.judge(at: now) }
}

@Suite struct TriageTests {
  static let workspace = DiagnosisTests.workspace

  /// An org whose machine runs for a minute and has told nothing, its boot events read.
  func silentTenant() -> Scene {
    var scene = DiagnosisTests().scene(.provisioning, launched: "2026-11-24T02:59:00Z", created: "2026-11-24T02:58:50Z")
    // Asked so seldom that it isn't stale before the end of the test.
    for source in [Source.controlPlane, .ec2("us-east-2")] { scene.hear(source, .expected(pollInterval: 300)) }
    scene.hear(.controlPlane, .bootEvents("org-acme", []))
    return scene
  }

  @Test func twoMinutesWithoutABootEventAreAFindingAtThatMomentAlthoughNothingHappens() throws {
    var scene = silentTenant()
    scene.judge()
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(of: .org("org-acme")).isEmpty)
    #expect(scene.fleet.triage.nextChange == Timestamp(rfc3339: "2026-11-24T03:01:00Z"))
    scene.now = try #require(scene.fleet.triage.nextChange) + 0.001
    scene.judge()
    #expect(scene.fleet.takeChanges().findings == [.org("org-acme")])
    #expect(scene.fleet.triage.findings(of: .org("org-acme")).map(\.code) == [.bootEventsMissing])
    #expect(
      scene.fleet.triage.count(of: .critical) == 1 && scene.fleet.triage.targets == [.org("org-acme")]
        && scene.fleet.triage.isUnwell("org-acme"))
  }

  @Test func aBootEventThatComesAfterAllTakesTheFindingAway() {
    var scene = silentTenant()
    scene.pass(90)
    scene.judge()
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(within: "org-acme").map(\.code) == [.bootEventsMissing])
    scene.hear(.controlPlane, .bootEvents("org-acme", [BootEventRow(event: "install_apt_base", at: scene.now)]))
    scene.judge()
    #expect(scene.fleet.takeChanges().findings == [.org("org-acme")])
    #expect(scene.fleet.triage.targets.isEmpty && scene.fleet.triage.count(of: .critical) == 0 && !scene.fleet.triage.isUnwell("org-acme"))
  }

  @Test func anAgentThatStopsBeatingIsFoundThreeMinutesAfterItsLastBeat() {
    var scene = DiagnosisTests().scene(workspace: .online)
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    for _ in 0..<3 {
      scene.pass(30)
      scene.hear(.ec2("us-east-2"), .failed("stopped asking, for this test"))
      scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: .workspaceHeartbeat, timestamp: scene.now, workspaceID: Self.workspace)))
      scene.judge()
      _ = scene.fleet.takeChanges()
    }
    let last = scene.now
    #expect(scene.fleet.triage.nextChange.map { $0 <= last + 180 } == true)
    // As the dashboard waits: from one moment to the next.
    while let next = scene.fleet.triage.nextChange, scene.fleet.triage.targets.isEmpty {
      scene.now = next + 0.001
      scene.judge()
      _ = scene.fleet.takeChanges()
    }
    #expect(scene.fleet.triage.findings(of: .workspace(Self.workspace)).map(\.code) == [.heartbeatStale])
    #expect(abs(scene.now - last - 180) < 0.01)
  }

  @Test func whatWasJudgedFromMachinesThatNobodyAsksForAnyMoreStaysAsItWasKnown() {
    var scene = DiagnosisTests().scene(workspace: .paused)
    scene.judge()
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(of: .workspace(Self.workspace)).map(\.code) == [.statusDisagrees])
    let last = scene.now
    scene.pass(61)
    scene.judge()
    #expect(scene.fleet.takeChanges().findings == [.workspace(Self.workspace)])
    #expect(scene.fleet.triage.findings(of: .workspace(Self.workspace)).map(\.asOf) == [last])
  }

  @Test func aQuotaThatFillsUpIsFoundOnceForTheFleet() {
    var scene = DiagnosisTests().scene(.running)
    scene.fleet.judge(at: scene.now, limits: Triage.Limits(vcpuQuota: 10))
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(of: .fleet).isEmpty)
    scene.hear(
      .ec2("us-east-2"), .instances((1...5).map { Scene.machine("i-\($0)", org: "acme", role: "workspace") }, complete: true, problem: nil))
    scene.fleet.judge(at: scene.now, limits: Triage.Limits(vcpuQuota: 10))
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(of: .fleet).map(\.code) == [.vcpuQuotaFull] && scene.fleet.triage.targets.contains(.fleet))
  }

  @Test(arguments: 0..<40) func whateverHappensTheIndexHoldsWhatJudgingEverythingWouldFind(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    let quota = seed % 2 == 0 ? 4 : nil
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for step in 0..<300 {
      // Now and then a long silence.
      now = now + (Int.random(in: 0..<12, using: &random) == 0 ? 200 : Double.random(in: 0...20, using: &random))
      for _ in 0..<Int.random(in: 0...3, using: &random) { fleet.apply(FleetPropertyTests.event(&random, at: now)) }
      fleet.judge(at: now, limits: Triage.Limits(vcpuQuota: quota))
      _ = fleet.takeChanges()
      let problems = fleet.triage.differences(from: fleet, at: now)
      #expect(problems.isEmpty, "seed \(seed), step \(step): \(problems)")
      if !problems.isEmpty { return }
    }
  }
}
