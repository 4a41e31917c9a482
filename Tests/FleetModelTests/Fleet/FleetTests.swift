import Testing

@testable import FleetModel

/// A fleet with a hand on its clock.
struct Scene {
  var fleet = Fleet()
  var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
  var epoch: UInt64 = 0

  mutating func hear(_ source: Source, _ change: FleetEvent.Change, asked: Timestamp? = nil, epoch: UInt64? = nil) {
    self.epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: asked ?? now, epoch: epoch ?? self.epoch, change: change))
  }

  mutating func roster(_ slugs: String..., status: OrgStatus = .running) {
    hear(.controlPlane, .roster(slugs.map { Scene.org($0, status) }, limit: 500, unreadable: 0))
  }

  mutating func pass(_ seconds: Double) { now = now + seconds }

  var roster: Freshness { fleet.freshness(of: .controlPlane, at: now) }
  var slugs: [String] { fleet.orgs.values.map(\.slug.rawValue).sorted() }

  static func org(_ slug: String, _ status: OrgStatus? = .running) -> OrgRow {
    OrgRow(id: OrgID("org-\(slug)"), slug: Slug(slug), status: status, createdAt: Timestamp(rfc3339: "2026-11-24T02:55:00Z"))
  }

  static func machine(
    _ id: String, org: String? = nil, workspace: String? = nil, state: InstanceState = .running, role: String = "tenant",
    launched: String = "2026-11-24T02:50:00Z"
  ) -> InstanceRow {
    var tags = ["ManagedBy": "molecule-cp", "Role": role]
    tags["OrgID"] = org.map { "org-\($0)" }
    tags["WorkspaceID"] = workspace
    return InstanceRow(
      id: InstanceID(id), region: "us-east-2", state: state, type: "t3.small", launchedAt: Timestamp(rfc3339: launched), tags: Tags(tags))
  }
}

/// What only two lists tell.
@Suite struct ResynchronisingTests {
  static let id: WorkspaceID = "w"

  static func card(_ version: String) -> AgentCardMark { AgentCardMark(of: ["name": "one", "version": .string(version)]) }

  private func scene(_ change: (inout WorkspaceRow) -> Void) -> Scene {
    var scene = Scene()
    scene.roster("acme")
    var row = WorkspaceRow(
      id: Self.id, name: "one", status: .online, activeTasks: 0, currentTask: nil, uptime: 100, agentCard: Self.card("1"))
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    scene.pass(30)
    change(&row)
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    return scene
  }

  @Test func tasksARenamingAndANewCardAreLinesToo() throws {
    let changes: [(EventType, JSONValue, (inout WorkspaceRow) -> Void)] = [
      (.taskUpdated, ["current_task": "sort", "active_tasks": 0], { $0.currentTask = "sort" }),
      (.taskUpdated, ["current_task": "", "active_tasks": 2], { $0.activeTasks = 2 }),
      (.workspaceRenamed, ["name": "two", "was": "one"], { $0.name = "two" }),
      (.agentCardUpdated, ["left_out": ["agent_card": JSONValue(Self.card("22").bytes)]], { $0.agentCard = Self.card("22") }),
    ]
    for (type, data, change) in changes {
      let scene = scene(change)
      let entry = try #require(scene.fleet.log.last)
      #expect(scene.fleet.log.count == 1 && entry.type == type && entry.workspaceID == Self.id && entry.slug == "acme")
      let told = try JSONValue(parsing: entry.data)
      #expect(told["found_by"] == "resynchronising")
      for member in data.members ?? [] { #expect(told[member.name] == member.value) }
    }
    #expect(scene { $0.uptime = 130 }.fleet.log.isEmpty)
  }

  @Test func whatAStreamToldIsNotFoundAgain() {
    var scene = scene { $0.uptime = 130 }
    func tell(_ type: EventType, _ data: JSONValue) {
      scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: type, timestamp: scene.now, workspaceID: Self.id, data: data)))
    }
    tell(.agentCardUpdated, ["agent_card": ["version": "2"]])
    tell(.taskUpdated, ["current_task": "sort", "active_tasks": 1])
    scene.pass(5)
    let row = WorkspaceRow(
      id: Self.id, name: "one", status: .online, activeTasks: 1, currentTask: "sort", uptime: 140, agentCard: Self.card("2"))
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    #expect(scene.fleet.log.map(\.type) == [.agentCardUpdated, .taskUpdated])
  }
}

@Suite struct RosterTests {
  @Test func aCompleteRosterIsTheTruthAndWhatItLacksIsGone() {
    var scene = Scene()
    scene.hear(.controlPlane, .expected(pollInterval: 15))
    #expect(scene.roster.state == .never)
    scene.roster("acme", "globex")
    #expect(scene.roster.state == .complete)
    scene.pass(15)
    scene.roster("acme")
    #expect(scene.slugs == ["acme"])
    #expect(scene.fleet.departed["org-globex"]?.slug == "globex")
    #expect(scene.fleet.log.map(\.type) == [.orgGone])
  }

  @Test func afterAFailureTheLastGoodRosterStaysAndItsAgeGrows() {
    var scene = Scene()
    scene.roster("acme", "globex")
    scene.pass(15)
    scene.hear(.controlPlane, .failed("control plane answered 503"))
    #expect(scene.slugs == ["acme", "globex"])
    #expect(
      scene.roster == Freshness(state: .failed, at: Timestamp(rfc3339: "2026-11-24T03:00:00Z"), problem: "control plane answered 503"))
    scene.pass(30)
    #expect(scene.roster.age(at: scene.now) == 45)
    scene.roster("acme", "globex")
    #expect(scene.roster.state == .complete)
    #expect(scene.fleet.log.map(\.type) == [.sourceFailed, .sourceRecovered])
  }

  @Test func anEmptyRosterAfterAFullOneIsPartialAndNobodyVanishes() {
    var scene = Scene()
    scene.roster("acme", "globex")
    scene.pass(15)
    scene.hear(.controlPlane, .roster([], limit: 500, unreadable: 0))
    #expect(scene.slugs == ["acme", "globex"])
    #expect(scene.roster.state == .partial)
    #expect(scene.roster.age(at: scene.now) == 15)
  }

  @Test func anEmptyRosterIsPartialWhileMachinesOfOursExist() {
    var scene = Scene()
    scene.hear(.controlPlane, .roster([], limit: 500, unreadable: 0))
    #expect(scene.roster.state == .complete)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil))
    #expect(scene.roster.state == .partial)
    scene.pass(15)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme", state: .terminated)], complete: true, problem: nil))
    #expect(scene.roster.state == .complete)
  }

  @Test func theLastOrgMayGoWhenItsPurgeIsDone() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p1", orgID: "org-acme", slug: "acme", status: .completed)]))
    scene.pass(15)
    scene.hear(.controlPlane, .roster([], limit: 500, unreadable: 0))
    #expect(scene.slugs.isEmpty)
    #expect(scene.roster.state == .complete)
  }

  @Test func exactlyAsManyRowsAsAskedForMayBeACutList() {
    var scene = Scene()
    scene.roster("zeta")
    scene.pass(15)
    let rows = (0..<500).map { Scene.org("org-\($0)") }
    scene.hear(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
    #expect(scene.fleet.orgs.count == 501)
    #expect(scene.roster.state == .partial)
  }

  @Test func aRosterWithUnreadableRowsIsPartialAndRemovesNobody() {
    var scene = Scene()
    scene.roster("acme", "globex")
    scene.pass(15)
    scene.hear(.controlPlane, .roster([Scene.org("acme")], limit: 500, unreadable: 1))
    #expect(scene.slugs == ["acme", "globex"])
    #expect(scene.roster.state == .partial)
  }

  @Test func aLateAnswerToAnOlderQuestionChangesNothing() {
    var scene = Scene()
    scene.hear(.controlPlane, .roster([Scene.org("acme"), Scene.org("globex")], limit: 500, unreadable: 0), epoch: 7)
    scene.hear(.controlPlane, .roster([Scene.org("acme")], limit: 500, unreadable: 0), epoch: 6)
    #expect(scene.slugs == ["acme", "globex"])
  }

  @Test func silenceMakesTheRosterStaleAfterThreePollsAndAMinute() {
    var scene = Scene()
    scene.hear(.controlPlane, .expected(pollInterval: 15))
    scene.roster("acme")
    scene.pass(60)
    #expect(scene.roster.state == .complete)
    scene.pass(1)
    #expect(scene.roster.state == .stale)
    scene.hear(.controlPlane, .expected(pollInterval: 40))
    #expect(scene.roster.state == .complete)
    scene.pass(60)
    #expect(scene.roster.state == .stale)
  }

  @Test func whatTheFeedToldAfterTheQuestionLeftIsNewerThanTheAnswer() {
    var scene = Scene()
    scene.roster("acme", status: .provisioning)
    let asked = scene.now
    scene.pass(1)
    scene.hear(
      .feed,
      .streamed(
        StreamedEvent(type: .orgStatus, timestamp: scene.now, orgID: "org-acme", slug: "acme", data: ["instance_status": "running"], id: 1))
    )
    scene.pass(1)
    scene.hear(.controlPlane, .roster([Scene.org("acme", .provisioning)], limit: 500, unreadable: 0), asked: asked)
    #expect(scene.fleet.orgs["org-acme"]?.row.status == .running)
  }

  @Test func theSameNameWithAnotherIdIsAnotherOrg() {
    var scene = Scene()
    scene.roster("acme")
    scene.pass(15)
    scene.hear(.controlPlane, .roster([OrgRow(id: "org-new", slug: "acme", status: .provisioning)], limit: 500, unreadable: 0))
    #expect(scene.fleet.orgs.keys.sorted() == ["org-new"])
    #expect(scene.fleet.org(named: "acme")?.id == "org-new")
    #expect(scene.fleet.departed["org-acme"] != nil)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }
}

@Suite struct JoinTests {
  @Test func machinesJoinByTheirTagsAndTheLiveNewestOneCounts() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .online)]))
    scene.hear(
      .ec2("us-east-2"),
      .instances(
        [
          Scene.machine("i-t", org: "acme"),
          Scene.machine("i-old", org: "acme", workspace: "w1", role: "workspace", launched: "2026-11-23T00:00:00Z"),
          Scene.machine("i-new", org: "acme", workspace: "w1", role: "workspace", launched: "2026-11-24T00:00:00Z"),
          Scene.machine("i-dead", org: "acme", workspace: "w1", state: .terminated, role: "workspace", launched: "2026-11-24T02:00:00Z"),
        ], complete: true, problem: nil))
    #expect(scene.fleet.tenantMachine(of: "org-acme")?.id == "i-t")
    #expect(scene.fleet.machine(of: "w1")?.id == "i-new")
    #expect(scene.fleet.machines(of: OrgID("org-acme")).count == 4)
  }

  @Test func aRegionThatFailedKeepsItsMachines() {
    var scene = Scene()
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1"), Scene.machine("i-2")], complete: true, problem: nil))
    scene.pass(15)
    scene.hear(.ec2("us-east-2"), .failed("AuthFailure"))
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1")], complete: false, problem: "page 2 failed"))
    #expect(scene.fleet.instances.count == 2)
    #expect(scene.fleet.freshness(of: .ec2("us-east-2"), at: scene.now).state == .partial)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1")], complete: true, problem: nil))
    #expect(scene.fleet.instances.count == 1)
  }

  @Test func aMachineOfTheFeedHasNoRegionUntilEC2GivesIt() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(
      .feed,
      .streamed(
        StreamedEvent(
          type: .instanceState, timestamp: scene.now, orgID: "org-acme",
          data: ["instance_id": "i-9", "role": "tenant", "state": "pending", "instance_type": "t3.small"], id: 4)))
    #expect(scene.fleet.tenantMachine(of: "org-acme")?.row.region == "")
    scene.pass(1)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-9", org: "acme")], complete: true, problem: nil))
    #expect(scene.fleet.tenantMachine(of: "org-acme")?.row.region == "us-east-2")
    #expect(scene.fleet.checkInvariants().isEmpty)
  }
}

@Suite struct StreamedEventTests {
  func scene() -> Scene {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "one", status: .online, runtime: "hermes")]))
    scene.pass(1)
    return scene
  }

  func event(_ scene: Scene, _ type: EventType, _ data: JSONValue = [:], id: UInt64? = nil) -> FleetEvent.Change {
    .streamed(StreamedEvent(type: type, timestamp: scene.now, orgID: "org-acme", slug: "acme", workspaceID: "w1", data: data, id: id))
  }

  @Test func aListThatWasAskedForBeforeATaskWasToldLeavesTheTask() {
    var scene = scene()
    let asked = scene.now
    scene.pass(1)
    scene.hear(.tenant("acme"), event(scene, .taskUpdated, ["current_task": "review", "active_tasks": 2]))
    let row = WorkspaceRow(id: "w1", name: "one", status: .online, runtime: "hermes")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]), asked: asked)
    #expect(scene.fleet.workspaces["w1"]?.row.currentTask == "review" && scene.fleet.workspaces["w1"]?.row.activeTasks == 2)
    scene.pass(1)
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    #expect(scene.fleet.workspaces["w1"]?.row.currentTask == nil)
  }

  @Test func statusesFollowTheStream() {
    var scene = scene()
    let steps: [(EventType, JSONValue, WorkspaceStatus)] = [
      (.workspaceDegraded, ["error_rate": 0.75, "sample_error": "timeout"], .degraded), (.workspaceOnline, [:], .online),
      (.workspaceOffline, [:], .offline), (.workspaceHibernated, ["name": "one"], .hibernated), (.workspacePaused, [:], .paused),
      (.workspaceProvisioning, ["name": "one", "runtime": "hermes"], .provisioning),
      (.workspaceProvisionFailed, ["error": "timed out"], .failed),
      (.workspaceRemoved, [:], .removed),
    ]
    for (type, data, status) in steps {
      scene.pass(1)
      scene.hear(.tenant("acme"), event(scene, type, data))
      #expect(scene.fleet.workspaces["w1"]?.row.status == status)
      #expect(scene.fleet.checkInvariants().isEmpty)
    }
  }

  @Test func theSameEventByTwoWaysIsAppliedOnceAndByOneWayTwice() {
    var scene = scene()
    let activity = event(scene, .activityLogged, ["summary": "x"])
    scene.hear(.tenant("acme"), activity)
    scene.hear(.tenant("acme"), activity)
    scene.hear(.feed, activity)
    #expect(scene.fleet.log.count { $0.type == .activityLogged } == 2)
  }

  @Test func theFeedsRepeatedIdsAreDroppedUntilItIsReset() {
    var scene = scene()
    scene.hear(.feed, event(scene, .workspaceHeartbeat, [:], id: 10))
    scene.pass(1)
    scene.hear(.feed, event(scene, .workspaceHeartbeat, [:], id: 10))
    scene.hear(.feed, event(scene, .workspaceHeartbeat, [:], id: 9))
    #expect(scene.fleet.log.count { $0.type == .workspaceHeartbeat } == 1)
    scene.hear(.feed, .streamed(StreamedEvent(type: .feedReset, timestamp: scene.now, data: ["oldest_id": 1], id: 1)))
    scene.hear(.feed, event(scene, .workspaceHeartbeat, [:], id: 2))
    #expect(scene.fleet.log.count { $0.type == .workspaceHeartbeat } == 2)
  }

  @Test func anOlderStatusDoesNotUndoANewerOne() {
    var scene = scene()
    let old = event(scene, .workspaceOffline)
    scene.pass(5)
    scene.hear(.feed, event(scene, .workspaceOnline, [:], id: 5))
    scene.hear(.tenant("acme"), old)
    #expect(scene.fleet.workspaces["w1"]?.row.status == .online)
  }

  @Test func unknownTypesAreKeptAndShown() {
    var scene = scene()
    scene.hear(.tenant("acme"), event(scene, "SOMETHING_NEW", ["a": 1]))
    #expect(scene.fleet.log.last?.type == "SOMETHING_NEW")
    #expect(scene.fleet.log.last?.data == #"{"a":1}"#)
  }

  @Test func whatAResynchronisationFindsIsALineToo() {
    var scene = scene()
    scene.hear(.tenant("acme"), .gap("the connection broke", "w1"))
    scene.pass(2)
    scene.hear(
      .tenant("acme"),
      .workspaces(
        "org-acme",
        [
          WorkspaceRow(id: "w1", name: "one", status: .degraded, lastError: "boom"),
          WorkspaceRow(id: "w2", name: "two", status: .provisioning),
        ]))
    #expect(scene.fleet.log.map(\.type) == [.gap, .workspaceDegraded, .workspaceProvisioning])
    #expect(scene.fleet.log.allSatisfy { $0.slug == "acme" && $0.orgID == "org-acme" })
  }

  @Test func whatASourceLacksIsSaidBesideItsAnswerAndEndsWhenItComes() {
    var scene = scene()
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p1", orgID: "org-acme", slug: "acme", status: .failed)]))
    let readAt = scene.fleet.purgesReadAt
    for _ in 0..<3 {
      scene.pass(60)
      scene.roster("acme")
      scene.hear(.controlPlane, .lacking(.purges, "its purges could not be read: 503"))
    }
    #expect(scene.roster.state == .complete && scene.roster.problem == nil)
    #expect(scene.roster.trouble == "its purges could not be read: 503")
    // Unknown is not none: what was known stays, with its time.
    #expect(scene.fleet.openPurges == ["p1"] && scene.fleet.purgesReadAt == readAt)
    #expect(scene.fleet.log.count { $0.type == .sourceFailed } == 1)
    scene.hear(.controlPlane, .purges([]))
    #expect(scene.roster.trouble == nil && scene.fleet.log.last?.type == .sourceRecovered)

    scene.hear(.tenant("acme"), .lacking(.streams, "its streams are refused: 401"))
    #expect(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).contains { $0.code == .streamsRefused })
    scene.hear(.tenant("acme"), .streamOpened("w1"))
    #expect(!scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).contains { $0.code == .streamsRefused })
  }

  @Test func aFailureOfAnOlderQuestionIsLateToo() {
    var scene = scene()
    scene.roster("acme")
    scene.hear(.controlPlane, .failed("no answer"), epoch: 1)
    #expect(scene.roster.state == .complete)
  }

  @Test func aListOfAnOrgThatNoLongerHasTheNameIsNotTheTenants() {
    var scene = Scene()
    scene.hear(.controlPlane, .roster([Scene.org("acme")], limit: 500, unreadable: 0))
    var renamed = Scene.org("globex")
    renamed.id = "org-acme"
    scene.hear(.controlPlane, .roster([renamed], limit: 500, unreadable: 0))
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w9", name: "nine", status: .online)]))
    #expect(scene.fleet.workspaces.isEmpty)
  }

  @Test func aStreamIsFreshWhileItIsOpenAndStaleWhenItIsNot() {
    var scene = Scene()
    scene.hear(.feed, .expected(pollInterval: nil))
    #expect(scene.fleet.freshness(of: .feed, at: scene.now).state == .never)
    scene.hear(.feed, .streamOpened(nil))
    scene.pass(500)
    #expect(scene.fleet.freshness(of: .feed, at: scene.now).state == .complete)
    scene.hear(.feed, .failed("nothing came for 45 s"))
    #expect(scene.fleet.freshness(of: .feed, at: scene.now).state == .failed)
    scene.hear(.feed, .notOffered("404"))
    scene.pass(1)
    #expect(scene.fleet.freshness(of: .feed, at: scene.now).state != .failed)
  }
}
