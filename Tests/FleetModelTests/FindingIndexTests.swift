import Testing

@testable import FleetModel

@Suite struct FindingIndexTests {
  static let workspace = DiagnosisTests.workspace

  /// An org whose machine runs for a minute and has told nothing, its boot events read.
  func silentTenant() -> Scene {
    var scene = DiagnosisTests().scene(.provisioning, launched: "2026-11-24T02:59:00Z")
    scene.hear(.controlPlane, .bootEvents("org-acme", []))
    return scene
  }

  @Test func twoMinutesWithoutABootEventAreAFindingAtThatMomentAlthoughNothingHappens() throws {
    var scene = silentTenant()
    var index = FindingIndex()
    index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(index.findings(of: .org("org-acme")).isEmpty)
    #expect(index.nextChange == Timestamp(rfc3339: "2026-11-24T03:01:00Z"))
    scene.now = try #require(index.nextChange) + 0.001
    let changed = index.update(FleetChanges(), scene.fleet, at: scene.now)
    #expect(changed == [.org("org-acme")])
    #expect(index.findings(of: .org("org-acme")).map(\.code) == [.bootEventsMissing])
    #expect(index.count(of: .critical) == 1 && index.targets == [.org("org-acme")] && index.isUnwell("org-acme"))
  }

  @Test func aBootEventThatComesAfterAllTakesTheFindingAway() {
    var scene = silentTenant()
    var index = FindingIndex()
    scene.pass(90)
    index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(index.findings(within: "org-acme").map(\.code) == [.bootEventsMissing])
    scene.hear(.controlPlane, .bootEvents("org-acme", [BootEventRow(event: "install_apt_base", at: scene.now)]))
    #expect(index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now) == [.org("org-acme")])
    #expect(index.targets.isEmpty && index.count(of: .critical) == 0 && !index.isUnwell("org-acme"))
  }

  @Test func anAgentThatStopsBeatingIsFoundThreeMinutesAfterItsLastBeat() {
    var scene = DiagnosisTests().scene(workspace: .online)
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    var index = FindingIndex()
    for _ in 0..<3 {
      scene.pass(30)
      scene.hear(.ec2("us-east-2"), .failed("stopped asking, for this test"))
      scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: .workspaceHeartbeat, timestamp: scene.now, workspaceID: Self.workspace)))
      index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    }
    let last = scene.now
    #expect(index.nextChange.map { $0 <= last + 180 } == true)
    // As the dashboard waits: from one moment to the next.
    while let next = index.nextChange, index.targets.isEmpty {
      scene.now = next + 0.001
      index.update(FleetChanges(), scene.fleet, at: scene.now)
    }
    #expect(index.findings(of: .workspace(Self.workspace)).map(\.code) == [.heartbeatStale])
    #expect(abs(scene.now - last - 180) < 0.01)
  }

  @Test func machinesThatNobodyAsksForAnyMoreAreNoLongerJudged() {
    var scene = DiagnosisTests().scene(workspace: .paused)
    var index = FindingIndex()
    index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(index.findings(of: .workspace(Self.workspace)).map(\.code) == [.statusDisagrees])
    scene.pass(61)
    index.update(FleetChanges(), scene.fleet, at: scene.now)
    #expect(index.targets.isEmpty)
  }

  @Test func aQuotaThatFillsUpIsFoundOnceForTheFleet() {
    var scene = DiagnosisTests().scene(.running)
    var index = FindingIndex(vcpuQuota: 10)
    index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(index.findings(of: .fleet).isEmpty)
    scene.hear(
      .ec2("us-east-2"), .instances((1...5).map { Scene.machine("i-\($0)", org: "acme", role: "workspace") }, complete: true, problem: nil))
    index.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(index.findings(of: .fleet).map(\.code) == [.vcpuQuotaFull] && index.targets.contains(.fleet))
  }

  @Test(arguments: 0..<40) func whateverHappensTheIndexHoldsWhatJudgingEverythingWouldFind(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var index = FindingIndex(vcpuQuota: seed % 2 == 0 ? 4 : nil)
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for step in 0..<300 {
      // Now and then a long silence.
      now = now + (Int.random(in: 0..<12, using: &random) == 0 ? 200 : Double.random(in: 0...20, using: &random))
      for _ in 0..<Int.random(in: 0...3, using: &random) { fleet.apply(FleetPropertyTests.event(&random, at: now)) }
      index.update(fleet.takeChanges(), fleet, at: now)
      let problems = index.differences(from: fleet, at: now)
      #expect(problems.isEmpty, "seed \(seed), step \(step): \(problems)")
      if !problems.isEmpty { return }
    }
  }
}
