import Testing

@testable import FleetModel

/// This happened, that is wanted: no clock that counts, no socket.
private struct Desk {
  var scene = Scene()
  var budget = StreamBudget()

  init(_ choice: StreamBudget.Choice = .needed, _ slugs: String...) {
    budget.choice = choice
    _ = news()
    scene.hear(.controlPlane, .roster(slugs.map { Scene.org($0) }, limit: 500, unreadable: 0))
    for slug in slugs { scene.hear(.tenant(Slug(slug)), .tokenRead(OrgID("org-\(slug)"))) }
    _ = news()
  }

  /// What is wanted otherwise than before.
  mutating func news() -> Wants.Changes {
    _ = scene.fleet.takeChanges()
    return scene.fleet.takeWants(within: budget)
  }

  mutating func list(_ slug: String = "acme", _ rows: (String, WorkspaceStatus)...) {
    scene.hear(
      .tenant(Slug(slug)), .workspaces(OrgID("org-\(slug)"), rows.map { WorkspaceRow(id: WorkspaceID($0.0), name: $0.0, status: $0.1) }))
  }

  mutating func tenant(_ change: FleetEvent.Change, _ slug: Slug = "acme") { scene.hear(.tenant(slug), change) }

  mutating func stream(_ type: EventType, _ workspace: WorkspaceID, _ slug: Slug = "acme") {
    tenant(.streamed(StreamedEvent(type: type, timestamp: nil, workspaceID: workspace)), slug)
  }

  /// The streams that are wanted, and why, once everything is looked at.
  mutating func streams() -> [WorkspaceID: StreamWant.Reason] {
    _ = news()
    return scene.fleet.wants.streams.mapValues(\.reason)
  }

  mutating func want(_ org: OrgID = "org-acme") throws -> TenantWant {
    _ = news()
    return try #require(scene.fleet.wants.tenants[org])
  }
}

@Suite struct WantsPlanTests {
  // MARK: - Who is asked

  @Test func whoRunsIsAskedAndWhoNoLongerDoesIsNot() {
    var desk = Desk(.needed, "acme", "globex")
    #expect(Set(desk.scene.fleet.wants.tenants.keys) == ["org-acme", "org-globex"])
    for status in [OrgStatus.stopped, .suspended, .provisioning, .failed, .purged] {
      desk.scene.hear(.controlPlane, .roster([Scene.org("acme", status), Scene.org("globex")], limit: 500, unreadable: 0))
      #expect(desk.news().tenants == ["org-acme": nil], "\(status)")
      desk.scene.roster("acme", "globex")
      #expect(desk.news().tenants.keys.map(\.rawValue) == ["org-acme"], "\(status)")
    }
  }

  @Test func anOrgThatLeftAndCameBackIsAnother() throws {
    var desk = Desk(.needed, "acme", "globex")
    let first = try desk.want()
    desk.scene.pass(10)
    desk.scene.roster("globex")
    desk.scene.roster("acme", "globex")
    // Though nobody asked in between.
    let second = try desk.want()
    #expect(second.visit > first.visit && second.token == .first && second.readings == 0)
  }

  @Test func ofTwoOrgsOfOneNameTheNewerHasIt() {
    var desk = Desk(.needed, "globex")
    let old = OrgRow(id: "old", slug: "acme", status: .running, createdAt: Timestamp(seconds: 1))
    var new = OrgRow(id: "new", slug: "acme", status: .provisioning, createdAt: Timestamp(seconds: 2))
    func roster(_ rows: OrgRow...) -> [OrgID: TenantWant?] {
      desk.scene.hear(.controlPlane, .roster(rows + [Scene.org("globex")], limit: 500, unreadable: 0))
      return desk.news().tenants
    }
    #expect(roster(old).keys.sorted() == ["old"])
    // It has no tenant yet, and the name is its own.
    #expect(roster(old, new) == ["old": nil])
    new.status = .running
    #expect(roster(old, new).keys.sorted() == ["new"])
    let back = roster(old)
    #expect(back["new"] == .some(nil) && back["old"]??.slug == "acme")
  }

  @Test func anOrgWithAnotherNameIsAskedUnderThat() throws {
    var desk = Desk(.needed, "acme")
    let before = try desk.want()
    var row = Scene.org("acme")
    row.slug = "acme-two"
    desk.scene.hear(.controlPlane, .roster([row], limit: 500, unreadable: 0))
    let after = try desk.want()
    #expect(after.slug == "acme-two" && after.visit > before.visit && desk.scene.fleet.wants.tenants.count == 1)
  }

  @Test func aPartOfTheRosterForgetsNobodyItDoesNotName() {
    var desk = Desk(.needed, "acme", "globex")
    desk.scene.hear(.controlPlane, .roster([Scene.org("globex", .stopped)], limit: 500, unreadable: 1))
    #expect(desk.news().tenants == ["org-globex": nil])
    desk.scene.hear(.controlPlane, .failed("503"))
    desk.scene.hear(.controlPlane, .roster([], limit: 500, unreadable: 0))
    #expect(desk.news().tenants.isEmpty)
  }

  @Test func whatTheFeedTellsOfAnOrgCountsAtOnce() {
    var desk = Desk(.needed, "acme")
    desk.scene.hear(
      .feed,
      .streamed(
        StreamedEvent(type: .orgStatus, timestamp: nil, orgID: "org-acme", slug: "acme", data: ["instance_status": "stopped"], id: 1)))
    let news = desk.news()
    #expect(news.tenants == ["org-acme": nil] && news.common == nil)
    // Where it lost something, everything is read.
    desk.scene.hear(.feed, .gap("lost", nil))
    #expect(desk.news().common?.gaps == 1)
  }

  // MARK: - How often

  @Test func manyTenantsAreAskedMoreRarelyAndFewerQuestionsAreNeededWhereTheFeedTells() {
    var desk = Desk(.needed, "acme")
    #expect(desk.scene.fleet.wants.common.interval == 30)
    desk.scene.hear(.feed, .streamOpened(nil))
    #expect(desk.news().common?.interval == 60)
    desk.scene.hear(.controlPlane, .roster((0..<1200).map { Scene.org("org\($0)") }, limit: 5000, unreadable: 0))
    #expect(desk.news().common?.interval == 120)
    desk.scene.hear(.feed, .failed("broken"))
    // Those that are there are asked as they were: what concerns all is said once.
    let news = desk.news()
    #expect(news.common == nil && news.tenants.isEmpty)
  }

  @Test func whatIsShownIsAskedClosely() throws {
    var desk = Desk(.needed, "acme", "globex")
    desk.list("acme", ("w1", .online))
    desk.list("globex", ("w2", .online))
    #expect(try desk.want().rhythm.close == nil)
    desk.scene.fleet.show(["w1", "w2"])
    #expect(try desk.want().rhythm.close == 5)
    desk.scene.fleet.show(["w2"])
    #expect(try desk.want().rhythm.close == nil)
    #expect(try desk.want("org-globex").rhythm.close == 5)
  }

  @Test func whoIsWaitedForIsAskedCloselyThoughItFails() throws {
    var desk = Desk(.needed, "acme", "globex")
    desk.scene.fleet.waitFor("org-acme", workspace: nil)
    let rhythm = try desk.want().rhythm
    #expect(rhythm.close == 5 && rhythm.isAwaited && rhythm.wait(afterFailures: 9, pause: nil) == 5)
    #expect(rhythm.wait(afterFailures: 9, pause: 90) == 90)
    // Then for another.
    desk.scene.fleet.waitFor("org-globex", workspace: nil)
    #expect(try desk.want().rhythm == PollRhythm(of: "org-acme"))
  }

  @Test func aBootThatNoStreamTellsOfIsAskedForClosely() throws {
    var desk = Desk(.needed, "acme")
    desk.list("acme", ("w1", .provisioning), ("w2", .online))
    #expect(try desk.want().rhythm.close == 5)
    desk.tenant(.streamOpened("w1"))
    #expect(try desk.want().rhythm.close == nil)
    desk.tenant(.streamClosed("w1"))
    #expect(try desk.want().rhythm.close == 5)
    // The fleet feed tells of it too.
    desk.scene.hear(.feed, .streamOpened(nil))
    #expect(try desk.want().rhythm.close == nil)
    desk.scene.hear(.feed, .failed("broken"))
    #expect(try desk.want().rhythm.close == 5)
    desk.scene.pass(1)
    desk.stream(.workspaceOnline, "w1")
    #expect(try desk.want().rhythm.close == nil)
  }

  @Test func tenantsAreAskedALittleApart() {
    let phases = (0..<200).map { PollRhythm(of: OrgID("org-\($0)")).phase }
    #expect(phases.allSatisfy { (0..<1).contains($0) } && Set(phases).count > 190)
    #expect((0..<10).allSatisfy { tenth in phases.contains { $0 >= Double(tenth) / 10 && $0 < Double(tenth + 1) / 10 } })
  }

  // MARK: - What is read anew

  @Test func whatIsLostOrNewOnAStreamHasTheListReadAnew() throws {
    var desk = Desk(.all, "acme")
    desk.list("acme", ("w1", .online))
    var readings = try desk.want().readings
    func isReadAnew() throws -> Bool {
      let now = try desk.want().readings
      defer { readings = now }
      return now > readings
    }
    desk.tenant(.streamOpened("w1"))
    #expect(try isReadAnew())
    desk.tenant(.gap("lost", "w1"))
    #expect(try isReadAnew())
    desk.stream(.workspaceProvisioning, "w2")
    #expect(try isReadAnew())
    desk.scene.hear(.feed, .streamed(StreamedEvent(type: .workspaceOnline, timestamp: nil, slug: "acme", workspaceID: "w3", id: 1)))
    #expect(try isReadAnew())
    // What is known, and what says nothing of a status, has not.
    desk.stream(.workspaceOffline, "w1")
    desk.stream(.taskUpdated, "w1")
    desk.stream(.taskUpdated, "w9")
    desk.list("acme", ("w1", .online), ("w2", .provisioning))
    #expect(try !isReadAnew())
  }

  @Test func whatATenantSaysOfAnotherDecidesOverNothing() {
    var desk = Desk(.all, "acme", "globex")
    desk.list("acme", ("a1", .online))
    desk.list("globex", ("a1", .provisioning), ("g1", .online))
    #expect(desk.streams() == ["a1": .everything, "g1": .everything])
    #expect(desk.scene.fleet.wants.streams["a1"]?.org == "org-acme")
    let wants = desk.scene.fleet.wants
    desk.stream(.workspaceRemoved, "a1", "globex")
    desk.tenant(.streamRefused("a1", "401"), "globex")
    desk.tenant(.gap("lost", "a1"), "globex")
    desk.tenant(.tokenRefused("org-acme"), "globex")
    _ = desk.news()
    #expect(desk.scene.fleet.wants == wants)
    desk.stream(.workspaceRemoved, "a1")
    #expect(desk.streams() == ["g1": .everything])
  }

  @Test func theReasonOfAStatusIsReadOnce() throws {
    var desk = Desk(.needed, "acme")
    let rows = ["w1", "w2"].map { WorkspaceRow(id: WorkspaceID($0), name: $0, status: .degraded) }
    desk.tenant(.workspaces("org-acme", rows))
    #expect(try desk.want().unexplained(rows) == rows)
    let told = StoredEventRow(id: "e", type: .workspaceDegraded, workspaceID: "w1", payload: .object([]), createdAt: desk.scene.now)
    desk.tenant(.storedEvents("org-acme", [told]))
    #expect(try desk.want().unexplained(rows) == [rows[1]])
    desk.list("acme", ("w1", .online), ("w2", .degraded))
    desk.tenant(.workspaces("org-acme", rows))
    #expect(try desk.want().unexplained(rows) == rows)
  }

  @Test func subsystemsAreReadWithEachFourthList() throws {
    var desk = Desk(.needed, "acme")
    var asked: [Bool] = []
    for _ in 0..<9 {
      asked.append(try desk.want().asksSubsystems)
      desk.list("acme")
    }
    #expect(asked == [true, false, false, false, true, false, false, false, true])
  }

  // MARK: - Streams

  @Test func streamsAreWantedForAReasonOnceTheListCame() throws {
    var desk = Desk(.needed, "acme")
    desk.stream(.workspaceProvisioning, "w1")
    #expect(desk.streams().isEmpty)
    desk.list("acme", ("w1", .provisioning), ("w2", .degraded), ("w3", .online), ("w4", .online), ("w5", .removed))
    desk.scene.fleet.show(["w3", "w5"])
    #expect(desk.streams() == ["w1": .boots, "w2": .unsettled, "w3": .shown])
    #expect(desk.scene.fleet.wants.streams.filter(\.value.beats).keys.sorted() == ["w3"])
    desk.scene.fleet.waitFor("org-acme", workspace: "w4")
    #expect(desk.streams()["w4"] == .awaited)
    desk.scene.pass(1)
    desk.stream(.workspaceOnline, "w1")
    #expect(desk.streams() == ["w2": .unsettled, "w3": .shown, "w4": .awaited])
    desk.budget.choice = .all
    #expect(desk.streams() == ["w1": .everything, "w2": .unsettled, "w3": .shown, "w4": .awaited])
    // The feed carries the rest.
    desk.budget.choice = .needed
    desk.scene.hear(.feed, .streamOpened(nil))
    #expect(desk.streams() == ["w3": .shown, "w4": .awaited])
    desk.scene.roster("globex")
    #expect(desk.streams().isEmpty)
  }

  @Test func whereThereIsNoRoomWhatBootsComesFirst() {
    var desk = Desk(.all, "acme")
    desk.budget.limit = 2
    desk.list("acme", ("w1", .online), ("w2", .online), ("w3", .online))
    #expect(desk.streams() == ["w1": .everything, "w2": .everything])
    desk.scene.fleet.show(["w3"])
    #expect(desk.streams() == ["w3": .shown, "w1": .everything])
    desk.scene.pass(1)
    desk.stream(.workspaceProvisioning, "w2")
    #expect(desk.streams() == ["w2": .boots, "w3": .shown])
    desk.budget.limit = 3
    #expect(desk.streams().count == 3)
  }

  @Test func whereStreamsAreRefusedOneIsTriedMoreAndMoreRarely() throws {
    var desk = Desk(.all, "acme")
    desk.list("acme", ("w1", .online), ("w2", .online), ("w3", .online))
    desk.tenant(.streamOpened("w3"))
    _ = desk.news()
    desk.tenant(.streamRefused("w1", "401"))
    desk.tenant(.streamRefused("w2", "401"))
    // The one that stands stays; those that were asked for together are refused together.
    #expect(desk.streams() == ["w1": .probe, "w3": .everything])
    #expect(try desk.want().token == .anew)
    #expect(desk.scene.fleet.sources[.tenant("acme")]?.lacks[.streams]?.reason == "its streams are refused: 401")
    var pauses: [Double] = []
    var tries: Set<UInt64> = []
    for _ in 0..<6 {
      let want = try #require(desk.scene.fleet.wants.streams["w1"])
      pauses.append((want.pause / (1 + PollRhythm(of: "org-acme").phase / 5)).rounded())
      tries.insert(want.tries)
      desk.tenant(.streamRefused("w1", "401"))
      _ = desk.news()
    }
    #expect(pauses == [5, 10, 20, 40, 60, 60] && tries.count == 6)
    // A list that comes proves the token, but not the streams.
    desk.list("acme", ("w1", .online), ("w2", .online), ("w3", .online))
    #expect(try desk.want().token == .held)
    #expect(
      desk.streams() == ["w1": .probe, "w3": .everything]
        && desk.scene.fleet.wants.streams["w1"]?.pause == 60 * (1 + PollRhythm(of: "org-acme").phase / 5))
    // The one that is tried went away.
    desk.list("acme", ("w2", .online), ("w3", .online))
    #expect(desk.streams() == ["w2": .probe, "w3": .everything])
    desk.tenant(.streamOpened("w2"))
    #expect(desk.streams() == ["w2": .everything, "w3": .everything])
    #expect(desk.scene.fleet.sources[.tenant("acme")]?.lacks.isEmpty == true)
  }

  @Test func anotherTokenOrATenantThatIsBackHasTheStreamsTriedAtOnce() throws {
    var desk = Desk(.all, "acme")
    desk.list("acme", ("w1", .online))
    for word in [FleetEvent.Change.tokenRead("org-acme"), .workspaces("org-acme", [WorkspaceRow(id: "w1", name: "w1", status: .online)])] {
      desk.tenant(.streamRefused("w1", "401"))
      desk.tenant(.failed("503"))
      _ = desk.news()
      let before = try #require(desk.scene.fleet.wants.streams["w1"])
      #expect(before.reason == .probe && before.pause > 0)
      desk.tenant(word)
      _ = desk.news()
      let after = try #require(desk.scene.fleet.wants.streams["w1"])
      #expect(after.reason == .probe && after.pause == 0 && after.tries > before.tries)
    }
    #expect(try desk.want().token == .held)
  }

  @Test func withoutAWantedWorkspaceItIsStillFoundThatStreamsAreNoLongerRefused() {
    var desk = Desk(.shown, "acme")
    desk.list("acme", ("w1", .online), ("w2", .online))
    desk.scene.fleet.show(["w2"])
    #expect(desk.streams() == ["w2": .shown])
    desk.tenant(.streamRefused("w2", "401"))
    #expect(desk.streams() == ["w2": .probe])
    desk.scene.fleet.show([])
    #expect(desk.streams() == ["w2": .probe])
    desk.tenant(.streamOpened("w2"))
    #expect(desk.streams().isEmpty)
  }

  // MARK: - What it rests on

  @Test func aJumpOfTheWallClockChangesNothingThatIsWanted() throws {
    func wants(jumping jumps: [Double]) -> Wants {
      var desk = Desk(.all, "acme", "globex")
      for (index, jump) in jumps.enumerated() {
        desk.scene.pass(jump)
        desk.list("acme", ("w1", index % 2 == 0 ? .provisioning : .online), ("w2", .failed))
        desk.tenant(.streamOpened("w2"))
        desk.tenant(.streamRefused("w1", "401"))
        desk.tenant(.failed("503"), "globex")
        _ = desk.news()
      }
      return desk.scene.fleet.wants
    }
    let steady = wants(jumping: [30, 30, 30, 30])
    #expect(wants(jumping: [30, 86_400, 30, 30]) == steady)
    // A list that seems to be older than what is known is not believed; it is asked for all the same.
    let back = wants(jumping: [30, 86_400 * 400, 30, -3600])
    #expect(back.tenants.mapValues(\.readings) == steady.tenants.mapValues(\.readings) && back.common == steady.common)
  }

  @Test func oneEventIsOneLookHoweverLargeTheFleet() {
    var desk = Desk()
    let slugs = (0..<10_000).map { "org\($0)" }
    desk.scene.hear(.controlPlane, .roster(slugs.map { Scene.org($0) }, limit: 20_000, unreadable: 0))
    for slug in slugs.prefix(100) { desk.list(slug, ("w-\(slug)", .provisioning)) }
    #expect(desk.news().tenants.count == 10_000)
    let looks = desk.scene.fleet.plan.looks
    desk.stream(.taskUpdated, "w-org7", "org7")
    #expect(desk.news().isEmpty)
    desk.tenant(.streamOpened("w-org7"), "org7")
    let news = desk.news()
    #expect(news.tenants.count == 1 && news.streams.isEmpty && news.common == nil)
    #expect(desk.scene.fleet.plan.looks - looks <= 20, "\(desk.scene.fleet.plan.looks - looks)")
  }

  @Test func aFleetThatNobodyAsksKeepsNoPlan() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.tenant("acme"), .streamRefused("w", "401"))
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.wants == Wants() && scene.fleet.plan.looks == 0)
    #expect(scene.fleet.takeWants().tenants.keys.map(\.rawValue) == ["org-acme"])
  }
}
