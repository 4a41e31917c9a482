import TestSupport
import Testing

@testable import FleetModel

@Suite struct ProvisioningTests {
  let start = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  func progress(_ boot: Boot, after seconds: Double, plan: PhasePlan = .cold, tellsPhases: Bool = true) -> Progress {
    Progress(of: boot, plan: plan, tellsPhases: tellsPhases, deadline: nil, at: start + seconds)
  }

  @Test func theFractionNeverTurnsBackNorReachesOneWhileTheBootGoesOn() {
    var boot = Boot(startedAt: start)
    var last = 0.0
    var random = SystemRandomNumberGenerator()
    var moment = 0.0
    let phases = PhasePlan.cold.phases.dropFirst()
    for (index, phase) in phases.enumerated() {
      let begin = moment + Double.random(in: 1...400, using: &random)
      while moment < begin {
        let fraction = progress(boot, after: moment).fraction ?? -1
        #expect(fraction >= last - 1e-9 && fraction < 1)
        last = fraction
        moment += 3
      }
      if index > 0 { boot.note(BootEventRow(event: Array(phases)[index - 1].name, status: .ok, at: start + begin), at: start + begin) }
      boot.note(BootEventRow(event: phase.name, status: .started, at: start + begin), at: start + begin)
      moment = begin
    }
  }

  @Test func phasesFollowTheirEventsWhateverTheirOrder() {
    var boot = Boot(startedAt: start)
    #expect(progress(boot, after: 5).phase == "launch")
    boot.note(BootEventRow(event: "venv_pip", status: .started, at: start + 200), at: start + 201)
    boot.note(BootEventRow(event: "install_apt_base", status: .ok, at: start + 199), at: start + 202)
    boot.note(BootEventRow(event: "install_apt_base", status: .started, at: start + 70), at: start + 203)
    boot.note(BootEventRow(event: "install_apt_base", status: .started, at: start + 70), at: start + 204)
    let now = progress(boot, after: 230)
    #expect(now.phase == "venv_pip")
    #expect(now.phaseElapsed == 30)
    #expect(boot.marks.map(\.name) == ["install_apt_base", "venv_pip"])
  }

  @Test func aNameWithItsStatusInItIsUnderstood() {
    var boot = Boot(startedAt: start)
    boot.note(BootEventRow(event: "wait_platform_health=ok", at: start + 100), at: start + 100)
    #expect(boot.marks.first?.name == "wait_platform_health")
    #expect(boot.marks.first?.endedAt == start + 100)
    boot.note(BootEventRow(event: "image_pull=failed", at: start + 110), at: start + 110)
    #expect(progress(boot, after: 120, plan: .tenant).hasFailed)
  }

  @Test func theETAIsNeverNegativeAndItsBoundsAreOrdered() {
    for elapsed in stride(from: 0.0, through: 5000, by: 37) {
      for plan in [PhasePlan.cold, .hermes, .prebaked, .tenant] {
        let eta = progress(Boot(startedAt: start), after: elapsed, plan: plan).eta
        #expect(eta.map { $0.p50 > 0 && $0.p50 <= $0.p90 } ?? false)
      }
    }
  }

  @Test func whatLastsLongerThanUsualIsLate() {
    let boot = Boot(startedAt: start)
    #expect(!progress(boot, after: 100, tellsPhases: false).isLate)
    #expect(progress(boot, after: PhasePlan.cold.lateAfter + 1, tellsPhases: false).isLate)
    #expect(progress(boot, after: 121).isLate)
  }

  @Test func withoutBootEventsThePhaseIsUnknownNotTheFirstOne() {
    let now = progress(Boot(startedAt: start), after: 300, tellsPhases: false)
    #expect(now.phase == nil)
    #expect(now.fraction.map { $0 > 0.4 && $0 < 0.6 } == true)
    let unknown = progress(Boot(startedAt: nil), after: 300, tellsPhases: false)
    #expect(unknown.elapsed == nil && unknown.fraction == nil && unknown.eta == nil)
  }

  @Test func deadlinesAreTheSweepsOwn() {
    #expect(Fleet.provisionLimit(of: WorkspaceRow(id: "w", name: "w", status: .provisioning, runtime: "langgraph")) == 600)
    #expect(Fleet.provisionLimit(of: WorkspaceRow(id: "w", name: "w", status: .provisioning, runtime: "hermes")) == 1800)
    #expect(
      Fleet.provisionLimit(of: WorkspaceRow(id: "w", name: "w", status: .provisioning, runtime: "hermes", provisionTimeout: 900)) == 900)
  }

  @Test func aHermesCalledFailedByTheWatcherKeepsItsBootUntilItIsOnline() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .provisioning, runtime: "hermes")]))
    scene.pass(300)
    func event(_ type: EventType, _ data: JSONValue) -> FleetEvent.Change {
      .streamed(StreamedEvent(type: type, timestamp: scene.now, workspaceID: "w1", data: data))
    }
    scene.hear(.tenant("acme"), event(.workspaceProvisionFailed, ["error": "not ready", "source": "bootstrap_watcher"]))
    #expect(scene.fleet.workspaces["w1"]?.row.status == .failed)
    #expect(scene.fleet.inFlight == [.workspace("w1")])
    scene.pass(60)
    scene.hear(.tenant("acme"), event(.workspaceOnline, ["recovered_from": "provisioning"]))
    #expect(scene.fleet.inFlight.isEmpty)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }

  @Test func sinceWhenItProvisionsComesFromTheRecordedEvents() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .provisioning, runtime: "langgraph")]))
    #expect(scene.fleet.progress(of: .workspace("w1"), at: scene.now)?.elapsed == nil)
    scene.hear(
      .tenant("acme"),
      .storedEvents(
        "org-acme", [StoredEventRow(id: "e", type: .workspaceProvisioning, workspaceID: "w1", payload: [:], createdAt: scene.now + -120)]))
    let progress = scene.fleet.progress(of: .workspace("w1"), at: scene.now)
    #expect(progress?.elapsed == 120)
    #expect(progress?.deadline == scene.now + 480)
  }

  func workspaceEvent(_ scene: Scene, _ type: EventType, _ data: JSONValue = [:]) -> FleetEvent.Change {
    .streamed(StreamedEvent(type: type, timestamp: scene.now, orgID: "org-acme", slug: "acme", workspaceID: "w1", data: data))
  }

  /// A whole boot over the fleet feed, a phase every 100 s.
  func boot(_ scene: inout Scene, ends end: EventType = .workspaceOnline) {
    scene.hear(.feed, workspaceEvent(scene, .workspaceProvisioning, ["name": "one", "runtime": "hermes"]))
    for name in ["install_apt_base", "venv_pip", "adapter"] {
      scene.pass(100)
      scene.hear(.feed, workspaceEvent(scene, .bootEvent, ["event": .string(name), "status": "started"]))
    }
    scene.pass(100)
    scene.hear(.feed, workspaceEvent(scene, end))
  }

  @Test func aFinishedBootIsHandedOverOnceAndLearnedFrom() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.feed, .streamOpened(nil))
    boot(&scene)
    let expected = BootRecord(
      group: "workspace/hermes", phases: ["launch", "install_apt_base", "venv_pip", "adapter"].map { PhaseTime($0, 100) }, outcome: .ok,
      endedAt: scene.now, target: "workspace/w1")
    #expect(scene.fleet.takeFinishedBoots() == [expected])
    #expect(scene.fleet.takeFinishedBoots().isEmpty)
    scene.pass(3600)
    scene.hear(.feed, workspaceEvent(scene, .workspaceProvisioning, ["name": "one", "runtime": "hermes"]))
    let progress = scene.fleet.progress(of: .workspace("w1"), at: scene.now)
    #expect(progress?.eta?.samples == 1)
    #expect(progress?.eta.map { abs($0.p50 - 400) < 1 } == true)
    #expect(scene.fleet.plan(of: .workspace("w1")).phases.map(\.name) == ["launch", "install_apt_base", "venv_pip", "adapter"])
  }

  @Test func aBootJoinedHalfWayTeachesItsLengthAlone() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .provisioning, runtime: "hermes")]))
    scene.hear(
      .tenant("acme"),
      .storedEvents(
        "org-acme", [StoredEventRow(id: "e", type: .workspaceProvisioning, workspaceID: "w1", payload: [:], createdAt: scene.now + -300)]))
    scene.hear(.feed, .streamOpened(nil))
    scene.hear(.feed, workspaceEvent(scene, .bootEvent, ["event": "adapter", "status": "started"]))
    scene.pass(50)
    scene.hear(.feed, workspaceEvent(scene, .workspaceOnline))
    #expect(scene.fleet.takeFinishedBoots().map(\.phases) == [[PhaseTime("boot", 350)]])
  }

  @Test func whatWasDeletedOrPausedTaughtNothing() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.feed, .streamOpened(nil))
    boot(&scene, ends: .workspacePaused)
    #expect(scene.fleet.takeFinishedBoots().isEmpty)
    boot(&scene, ends: .workspaceProvisionFailed)
    // Before its time a hermes may recover.
    #expect(scene.fleet.takeFinishedBoots().isEmpty)
    scene.hear(.feed, workspaceEvent(scene, .workspaceRemoved))
    #expect(scene.fleet.takeFinishedBoots().isEmpty)
  }

  @Test(arguments: 0..<40) func whateverHappensNoBarTurnsBackAndBoundsAreOrdered(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var now = start
    var shown: [BootTarget: (boot: Timestamp?, fraction: Double)] = [:]
    var learned = ETAHistory.manyRuntimes.boots(seed: seed)
    for _ in 0..<800 {
      now = now + Double.random(in: 0...20, using: &random)
      let before = fleet
      let event = FleetPropertyTests.event(&random, at: now)
      // A list that holds a workspace twice can end a boot and begin another at once.
      if case .workspaces(_, let rows) = event.change, Set(rows.map(\.id)).count < rows.count { continue }
      fleet.apply(event)
      if Int.random(in: 0..<20, using: &random) == 0, let record = learned.popLast() { fleet.learn([record], at: now) }
      for target in fleet.inFlight {
        guard let progress = fleet.progress(of: target, at: now) else { continue }
        if let eta = progress.eta { #expect(eta.p50 >= 0 && eta.p50 <= eta.p90 && eta.p90.isFinite) }
        guard let fraction = progress.fraction else { continue }
        #expect(fraction >= 0 && fraction < 1)
        // A new boot of the same target begins anew.
        let start = fleet.bootStart(of: target)
        if let last = shown[target], let began = last.boot, let start, start <= began, before.inFlight.contains(target) {
          #expect(fraction >= last.fraction - 1e-9, "\(target) \(last) \(start) \(progress) \(event)")
        }
        shown[target] = (start, fraction)
      }
    }
  }
}

extension Fleet {
  fileprivate func bootStart(of target: BootTarget) -> Timestamp? {
    switch target {
    case .tenant(let id): orgs[id]?.boot?.startedAt
    case .workspace(let id): workspaces[id]?.boot?.startedAt
    }
  }
}
