import Testing

@testable import FleetModel

/// This happened, that is polled: no clock that counts, no socket.
@Suite struct PollPlanTests {
  private var scene = Scene()

  private mutating func news() -> [Poll: PollWant?] {
    _ = scene.fleet.takeChanges()
    return scene.fleet.takeWants().polls
  }

  private mutating func polls() -> [Poll: PollWant] {
    _ = news()
    #expect(scene.fleet.checkInvariants() == [])
    return scene.fleet.wants.polls
  }

  private mutating func expectControlPlane() { scene.hear(.controlPlane, .expected(pollInterval: 20)) }

  private mutating func boots() -> [Slug: Double] {
    polls().reduce(into: [:]) { if case .bootEvents(_, let slug) = $1.key { $0[slug] = $1.value.interval } }
  }

  @Test mutating func whoIsThereIsAskedAsOftenAsItIsExpectedToAnswer() {
    #expect(polls().isEmpty)
    expectControlPlane()
    #expect(polls() == [.roster: PollWant(interval: 20), .purges: PollWant(interval: 60)])
    scene.hear(.dns, .expected(pollInterval: 60))
    scene.hear(.database, .expected(pollInterval: 30))
    scene.hear(.tenant("acme"), .expected(pollInterval: 30))
    scene.hear(.feed, .expected(pollInterval: nil))
    #expect(news() == [.zone: PollWant(interval: 60), .database: PollWant(interval: 30)])
    scene.hear(.dns, .failed("503"))
    #expect(news().isEmpty)
  }

  @Test(arguments: [FleetEvent.Change.instances([], complete: true, problem: nil), .failed("503")])
  mutating func whatStandsBesideMachinesIsAskedForOnceTheyHadTheirWord(word: FleetEvent.Change) {
    scene.hear(.ec2("us-east-2"), .expected(pollInterval: 15))
    #expect(polls() == [.machines("us-east-2"): PollWant(interval: 15)])
    scene.hear(.ec2("us-east-2"), word)
    #expect(news() == [.resources("us-east-2"): PollWant(interval: 300)])
  }

  @Test mutating func whoComesUpIsAskedForItsBootAndWhoFailedIsOnce() {
    expectControlPlane()
    scene.hear(
      .controlPlane,
      .roster(
        [Scene.org("up", .provisioning), Scene.org("new", nil), Scene.org("bad", .failed), Scene.org("runs")], limit: 500, unreadable: 0))
    #expect(boots() == ["up": 20, "new": 20, "bad": .infinity])
    // That there is none is an answer.
    for slug in ["bad", "up"] { scene.hear(.controlPlane, .bootEvents(OrgID("org-\(slug)"), [])) }
    #expect(boots() == ["up": 20, "new": 20])
    // Of one that failed since, what there is was read.
    scene.hear(.controlPlane, .roster([Scene.org("up", .failed), Scene.org("new")], limit: 500, unreadable: 0))
    #expect(boots().isEmpty)
  }

  @Test mutating func aMassCreationIsNoFloodOfQuestions() {
    expectControlPlane()
    let orgs = (0..<200).map { number in
      OrgRow(
        id: OrgID("o\(number)"), slug: Slug("s\(number)"), status: number < 10 ? .failed : .provisioning,
        createdAt: Timestamp(seconds: 1_795_438_040 + Double(number)))
    }
    scene.hear(.controlPlane, .roster(orgs, limit: 500, unreadable: 0))
    // The newest.
    #expect(Set(boots().keys) == Set((170..<200).map { Slug("s\($0)") }))
    scene.hear(.controlPlane, .roster(Array(orgs.prefix(15)), limit: 500, unreadable: 0))
    #expect(boots().count == 15 && boots()["s3"] == .infinity && boots()["s12"] == 20)
  }

  @Test mutating func whoIsWaitedForIsAskedWhetherItStandsUnderItsLastName() {
    expectControlPlane()
    scene.roster("acme")
    scene.fleet.waitFor("org-acme", workspace: nil)
    let want = PollWant(interval: 5, isAwaited: true)
    #expect(polls()[.bootEvents("org-acme", "acme")] == want)
    // It left the roster: now more than ever.
    scene.roster("globex")
    #expect(polls()[.bootEvents("org-acme", "acme")] == want)
    scene.fleet.waitFor("org-globex", workspace: nil)
    #expect(boots() == ["globex": 5])
  }

  @Test mutating func whatTheFeedTellsOfAnOrgHasTheRosterRead() {
    expectControlPlane()
    _ = news()
    scene.hear(.feed, .streamed(StreamedEvent(type: .orgCreated, timestamp: nil, orgID: "org-acme", slug: "acme", id: 1)))
    #expect(news()[.roster] == .some(PollWant(interval: 20, readings: 1)))
    scene.hear(.feed, .streamed(StreamedEvent(type: .taskUpdated, timestamp: nil, workspaceID: "w", id: 2)))
    #expect(news().isEmpty)
  }

  @Test mutating func everythingIsWantedWhereSomebodyAsksForItAndAroundADeletion() {
    _ = scene.fleet.takeWants()
    func readings() -> UInt64 { scene.fleet.wants.common.readings }
    #expect(readings() == 0)
    scene.fleet.wantEverything()
    #expect(scene.fleet.takeWants().common?.readings == 1)
    scene.roster("acme")
    scene.hear(.here, .deletionPlanned("org-acme", "acme"))
    #expect(scene.fleet.takeWants().common?.readings == 2)
    #expect(scene.fleet.takeWants().isEmpty)
  }

  @Test func whoFailsIsAskedLaterByItsOwnRule() {
    func wait(_ poll: Poll, _ outcome: PollSchedule.Outcome, failures: Int = 1, random: Double = 0.5) -> Double {
      PollSchedule.wait(poll, every: 30, after: outcome, failures: failures, random: random)
    }
    #expect(wait(.roster, .answered) == 30 && wait(.roster, .failed(pause: nil), failures: 9) == 30)
    #expect(wait(.roster, .failed(pause: 90)) == 90 && wait(.purges, .failed(pause: 5)) == 30)
    #expect(wait(.purges, .notOffered) == 600)
    #expect(wait(.zone, .failed(pause: nil), failures: 9) == 30)
    // A database ever more rarely; a wrong password stays wrong, and asking again may lock the role.
    let waits = (1...40).map { wait(.database, .failed(pause: nil), failures: $0, random: 0.999) }
    #expect(waits == waits.sorted() && waits[0] < 5 && waits[39] <= PollSchedule.longestWait)
    #expect(wait(.database, .refused, random: 0) >= 30 && wait(.database, .answered) == 30)
  }
}
