import TestSupport
import Testing

@testable import FleetModel

@Suite struct FleetPropertyTests {
  /// Any event, sensible or not, about a handful of names, so that they collide.
  static func event(_ random: inout SeededGenerator, at now: Timestamp) -> FleetEvent {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let slugs: [Slug] = ["acme", "globex", "initech", "hooli"]
    let orgs: [OrgID] = ["o1", "o2", "o3", "o4", "o5"]
    let workspaces: [WorkspaceID] = ["w1", "w2", "w3", "w4", "w5", "w6"]
    let instances: [InstanceID] = ["i-1", "i-2", "i-3", "i-4", "i-5", "i-6"]
    let states: [InstanceState] = [.pending, .running, .stopping, .stopped, .shuttingDown, .terminated, .unknown("odd")]
    let statuses: [WorkspaceStatus] = [
      .provisioning, .online, .offline, .degraded, .failed, .removed, .paused, .hibernated, .awaitingAgent, .unknown("?"),
    ]
    let types: [EventType] = [
      .orgCreated, .orgStatus, .orgPurged, .instanceState, .bootEvent, .purgeStep, .feedReset, .workspaceProvisioning, .workspaceOnline,
      .workspaceOffline, .workspaceDegraded, .workspaceProvisionFailed, .workspaceRemoved, .workspacePaused, .workspaceHeartbeat,
      .taskUpdated, .activityLogged, .activityLogged, .delegationSent, .delegationFailed, "NEW",
    ]
    func orgRow() -> OrgRow {
      OrgRow(
        id: pick(orgs), slug: pick(slugs), status: pick([nil, .provisioning, .running, .failed, .purged]),
        createdAt: pick([nil, now + -60]))
    }
    func workspaceRow() -> WorkspaceRow {
      WorkspaceRow(id: pick(workspaces), name: "w", status: pick(statuses), runtime: pick([nil, "hermes", "langgraph"]))
    }
    func instanceRow() -> InstanceRow {
      var tags: [String: String] = [:]
      if Bool.random(using: &random) { tags["OrgID"] = pick(orgs).rawValue }
      if Bool.random(using: &random) { tags["OrgSlug"] = pick(slugs).rawValue }
      if Bool.random(using: &random) { tags["WorkspaceID"] = pick(workspaces).rawValue }
      if Bool.random(using: &random) { tags["Role"] = pick(["tenant", "workspace", "odd"]) }
      return InstanceRow(
        id: pick(instances), region: pick(["a", "b"]), state: pick(states), launchedAt: pick([nil, now + -500]), tags: Tags(tags))
    }
    func some<T>(_ make: () -> T) -> [T] { (0..<Int.random(in: 0...5, using: &random)).map { _ in make() } }

    let asked = now + -Double.random(in: 0...20, using: &random)
    let epoch = UInt64.random(in: 0...3, using: &random) + UInt64(max(0, now.milliseconds / 10_000))
    let source: Source
    let change: FleetEvent.Change
    switch Int.random(in: 0..<12, using: &random) {
    case 0: (source, change) = (.controlPlane, .roster(some(orgRow), limit: pick([4, 500]), unreadable: pick([0, 0, 1])))
    case 1: (source, change) = (.ec2(pick(["a", "b"])), .instances(some(instanceRow), complete: Bool.random(using: &random), problem: nil))
    case 2, 3: (source, change) = (.tenant(pick(slugs)), .workspaces(pick(orgs), some(workspaceRow)))
    case 4:
      (source, change) = (
        .controlPlane,
        .purges(some { PurgeRow(id: pick(["p1", "p2"]), orgID: pick(orgs), status: pick([.completed, .failed, .pending("x")])) })
      )
    case 5:
      (source, change) = (
        .controlPlane,
        .bootEvents(
          pick(orgs),
          some {
            BootEventRow(
              event: pick(["install_apt_base", "image_pull", "x=ok", ""]), status: pick([nil, .ok, .started, .failed]),
              at: pick([nil, now]))
          })
      )
    case 6: (source, change) = (.controlPlane, .orgAbsent(pick(slugs)))
    case 7:
      (source, change) = (
        pick([.controlPlane, .feed, .ec2("a"), .tenant(pick(slugs))]),
        pick([
          .failed("x"), .notOffered("y"), .gap("z", pick(workspaces)), .streamOpened(nil), .streamClosed(pick(workspaces)),
          .expected(pollInterval: 15),
        ])
      )
    default:
      let streamed = StreamedEvent(
        type: pick(types), timestamp: pick([nil, now, asked]), orgID: pick([nil, pick(orgs)]), slug: pick([nil, pick(slugs)]),
        workspaceID: pick([nil, pick(workspaces)]),
        data: pick([
          [:], ["instance_status": "running"], ["instance_status": "provisioning"],
          ["instance_id": .string(pick(instances).rawValue), "state": .string(pick(states).text), "role": "tenant"],
          ["event": "image_pull", "status": "ok"], ["purge_id": "p1", "step": "infra", "status": "started"],
          ["runtime": "hermes", "name": "n"], .array([]), .null,
          ["activity_type": "a2a_receive", "source_id": .string(pick(workspaces).rawValue), "status": pick(["ok", "error"])],
          ["activity_type": "a2a_send", "target_id": .string(pick(workspaces).rawValue), "duration_ms": pick([20, -1])],
        ]), id: pick([nil, UInt64.random(in: 0...50, using: &random)]))
      (source, change) = (pick([.feed, .tenant(pick(slugs))]), .streamed(streamed))
    }
    return FleetEvent(source: source, at: now, asked: asked, epoch: epoch, change: change)
  }

  @Test(arguments: 0..<40) func everyRandomHistoryKeepsTheIndicesTrue(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for step in 0..<400 {
      now = now + Double.random(in: 0...3, using: &random)
      let event = Self.event(&random, at: now)
      fleet.apply(event)
      let problems = fleet.checkInvariants()
      #expect(problems.isEmpty, "seed \(seed), step \(step), \(event): \(problems)")
      if !problems.isEmpty { return }
      for target in fleet.inFlight { _ = fleet.progress(of: target, at: now) }
    }
  }

  @Test func aReplayOfTheSameEventsGivesTheSameFleet() {
    func run() -> [String] {
      var random = SeededGenerator(seed: 7)
      var fleet = Fleet()
      var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
      for _ in 0..<1000 {
        now = now + 1
        fleet.apply(Self.event(&random, at: now))
      }
      return fleet.log.map { "\($0)" } + fleet.orgs.keys.sorted().map { "\($0) \(String(describing: fleet.orgs[$0]?.row))" }
    }
    let same = run() == run()
    #expect(same)
  }

  @Test func theLogIsBounded() {
    var fleet = Fleet()
    for index in 0..<(Fleet.logLimit + 100) {
      fleet.apply(FleetEvent(source: .feed, at: Timestamp(milliseconds: Int64(index)), change: .gap("x", nil)))
    }
    #expect(fleet.log.count == Fleet.logLimit)
    #expect(fleet.log.first?.sequence == 101)
  }
}
