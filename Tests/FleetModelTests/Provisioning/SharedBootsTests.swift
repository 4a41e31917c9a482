import Testing

@testable import FleetModel

@Suite struct SharedBootsTests {
  static let hermes: WorkspaceID = "0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a"

  /// A running org whose machine was launched at 02:50 and whose boot the database remembers.
  func scene(machine: Bool = true) -> Scene {
    var scene = Scene()
    scene.roster("acme")
    if machine { scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil)) }
    return scene
  }

  static func events(
    _ seconds: [(String, BootEventRow.Status, Double)], from start: String = "2026-11-24T02:50:00Z", of id: WorkspaceID? = nil
  )
    -> [BootEventRow]
  {
    seconds.map { BootEventRow(event: $0.0, status: $0.1, at: Timestamp(rfc3339: start)! + $0.2, workspaceID: id) }
  }

  static let tenantBoot = events([
    ("install_apt_base", .started, 75), ("install_apt_base", .ok, 130), ("image_pull", .ok, 190), ("wait_platform_health", .ok, 250),
  ])

  @Test func aBootThatOnlyTheDatabaseSawIsLearnedFromOnce() throws {
    var scene = scene()
    for _ in 0..<3 {
      scene.hear(.database, .bootEvents("org-acme", Self.tenantBoot))
      scene.pass(30)
    }
    let forecast = try #require(scene.fleet.history.forecast(group: "tenant/-/-/t3.small", elapsed: 0))
    #expect(forecast.samples == 1 && (200...300).contains(forecast.p50))
    let kept = scene.fleet.takeFinishedBoots()
    #expect(kept.count == 1 && kept[0].outcome == .ok && kept[0].target == "tenant/org-acme")
    #expect(kept[0].phases.map(\.name) == ["launch", "install_apt_base", "image_pull", "wait_platform_health"])
    #expect(abs(kept[0].total - 250) < 0.5)
  }

  @Test func theDatabaseMayAnswerFirst() {
    var scene = Scene()
    scene.hear(.ec2("us-east-2"), .expected(pollInterval: 15))
    scene.hear(.database, .bootEvents("org-acme", Self.tenantBoot))
    #expect(scene.fleet.history.isEmpty)
    scene.roster("acme")
    #expect(scene.fleet.history.isEmpty, "nobody knows yet since when its machine ran")
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil))
    #expect(scene.fleet.takeFinishedBoots().count == 1)
  }

  @Test func aBootOfTheMachineBeforeTodaysTeachesNothing() {
    var scene = scene()
    scene.hear(
      .database,
      .bootEvents("org-acme", Self.events([("install_apt_base", .ok, 130), ("image_pull", .ok, 190)], from: "2026-11-20T02:50:00Z")))
    #expect(scene.fleet.history.isEmpty && scene.fleet.takeFinishedBoots().isEmpty)
  }

  @Test func aBootThatWasWatchedOrKeptIsNotLearnedAgain() {
    var scene = scene()
    let watched = BootRecord(
      group: "tenant/-/-/t3.small", phases: [PhaseTime("launch", 70), PhaseTime("image_pull", 200)], outcome: .ok,
      endedAt: Timestamp(rfc3339: "2026-11-24T02:54:40Z"), target: "tenant/org-acme")
    scene.fleet.adopt([watched])
    scene.hear(.database, .bootEvents("org-acme", Self.tenantBoot))
    #expect(scene.fleet.history.forecast(group: "tenant/-/-/t3.small", elapsed: 0)?.samples == 1)
    #expect(scene.fleet.takeFinishedBoots().isEmpty)
  }

  @Test func aBootUnderWayIsFollowedNotLearned() {
    var scene = Scene()
    scene.roster("acme", status: .provisioning)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil))
    let events = Self.events(
      [("install_apt_base", .ok, 75), ("image_pull", .ok, 140), ("wait_platform_health", .started, 141)], from: "2026-11-24T02:55:00Z")
    scene.hear(.database, .bootEvents("org-acme", events))
    #expect(scene.fleet.takeFinishedBoots().isEmpty && scene.fleet.history.isEmpty)
    #expect(scene.fleet.orgs["org-acme"]?.boot?.marks.count == 3)
  }
}

@Suite struct EarlyFailureTests {
  /// A hermes that began at 03:00 and that the bootstrap watcher gave up on five minutes later.
  func scene() -> Scene {
    var scene = Scene()
    scene.roster("acme")
    let id = SharedBootsTests.hermes
    let row = WorkspaceRow(id: id, name: "gavin", status: .provisioning, runtime: "hermes")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    scene.hear(
      .tenant("acme"),
      .streamed(StreamedEvent(type: .workspaceProvisioning, timestamp: scene.now, workspaceID: id, data: ["runtime": "hermes"])))
    scene.pass(300)
    scene.hear(
      .tenant("acme"),
      .streamed(
        StreamedEvent(
          type: .workspaceProvisionFailed, timestamp: scene.now, workspaceID: id,
          data: ["error": "no workspace_ready within 5m0s", "source": "bootstrap_watcher"])))
    return scene
  }

  @Test func aHermesCalledFailedBeforeItsDeadlineMayRecoverAndIsFollowed() throws {
    let scene = scene()
    let progress = try #require(scene.fleet.progress(of: .workspace(SharedBootsTests.hermes), at: scene.now))
    #expect(progress.mayRecover && !progress.hasFailed && progress.deadline == scene.now + 1500)
    #expect(scene.fleet.findings(within: "org-acme", at: scene.now).map(\.code) == [.stillInstalling])
  }

  /// Its machine isn't wasted meanwhile either.
  @Test func whatMayRecoverComesUpAndHasNotFailed() throws {
    var scene = scene()
    for source in [Source.controlPlane, .ec2("us-east-2")] { scene.hear(source, .expected(pollInterval: 700)) }
    scene.hear(
      .ec2("us-east-2"),
      .instances(
        [Scene.machine("i-1", org: "acme", workspace: SharedBootsTests.hermes.rawValue, role: "workspace")], complete: true, problem: nil))
    scene.hear(.tenant("acme"), .expected(pollInterval: 700))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.figures.totals.comingUp.value == 1 && scene.fleet.figures.totals.failed.value == 0)
    #expect(scene.fleet.figures.totals.failedHourly.value == Money())
    #expect(CostReport(of: scene.fleet, at: scene.now).wasted.isEmpty)
    scene.pass(1500.001)
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.figures.totals.comingUp.value == 0 && scene.fleet.figures.totals.failed.value == 1)
    #expect(scene.fleet.figures.totals.failedHourly.value != Money())
    #expect(CostReport(of: scene.fleet, at: scene.now).wasted == ["i-1": .failed])
  }

  /// Also by who comes only when it was called failed already, and whatever runtime it is.
  @Test(arguments: ["hermes", "claude-code"]) func whatMayRecoverIsFollowedThoughItsBeginningWasNotSeen(runtime: String) throws {
    var scene = Scene()
    scene.roster("acme")
    let id = SharedBootsTests.hermes
    let row = WorkspaceRow(
      id: id, name: "gavin", status: .failed, runtime: runtime, lastError: "provision timeout: no workspace_ready within 5m0s",
      provisionTimeout: 1800)
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    var machine = Scene.machine("i-1", org: "acme", workspace: id.rawValue, role: "workspace")
    machine.launchedAt = scene.now + -400
    scene.hear(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.triage.findings(of: .workspace(id)).map(\.code) == [.stillInstalling])
    #expect(scene.fleet.inFlight == [.workspace(id)] && scene.fleet.figures.totals.comingUp.value == 1)
    #expect(scene.fleet.progress(of: .workspace(id), at: scene.now)?.mayRecover == true)
    // The next list says the same.
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.inFlight == [.workspace(id)] && scene.fleet.figures.totals.failed.value == 0)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }

  @Test func onceItsTimeIsOverItHasFailed() throws {
    var scene = scene()
    // It isn't lost before its time is over.
    scene.hear(.tenant("acme"), .expected(pollInterval: 700))
    scene.fleet.judge(at: scene.now)
    let end = try #require(scene.fleet.triage.nextChange)
    #expect(end == scene.now + 1500)
    scene.now = end + 0.001
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.inFlight.isEmpty && scene.fleet.workspaces[SharedBootsTests.hermes]?.boot == nil)
    #expect(scene.fleet.triage.findings(within: "org-acme").map(\.code) == [.provisionTimeout])
    #expect(scene.fleet.takeFinishedBoots().map(\.outcome) == [.failed])
    #expect(scene.fleet.checkInvariants().isEmpty)
  }
}
