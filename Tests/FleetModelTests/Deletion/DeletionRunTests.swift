import FleetModel
import Testing

/// The answers of contract §1.6 and §8.2, and what each leads to.
@Suite struct DeletionRunTests {
  static let org = OrgID("7c1e9b52-0000-4000-8000-0000a4d1a4d1")
  let start = Timestamp(seconds: 1_795_000_000)

  var plan: DeletionPlan {
    var fleet = Fleet()
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: start, change: .roster([OrgRow(id: Self.org, slug: "acme", status: .running)], limit: 500, unreadable: 0)
      ))
    return DeletionPlan(of: fleet.orgs[Self.org]!, in: fleet, environment: "staging", isProtected: false)
  }

  func run(resumes: Int = 0, isFollower: Bool = false) -> DeletionRun {
    DeletionRun(
      DeletionRun.Order(receiptID: "r-1", plan: plan, planHash: "sha256:0", operator: "op@host", startedAt: start, verifyWithin: 180),
      resumes: resumes, isFollower: isFollower)
  }

  func standing(_ audit: DeletionReading.Audit = .rows([]), at seconds: Double = 1) -> DeletionReading {
    DeletionReading(
      at: start + seconds, roster: .listed(org: OrgRow(id: Self.org, slug: "acme", status: .running), namesake: nil),
      existence: .exists(Self.org),
      machines: .found([.init(id: "i-1", region: "us-east-2", state: .running, type: "t3.small", hourly: 0.0208)], unread: []),
      names: .notConfigured,
      audit: audit)
  }

  func gone(_ audit: DeletionReading.Audit, at seconds: Double = 5) -> DeletionReading {
    DeletionReading(
      at: start + seconds, roster: .listed(org: nil, namesake: nil), existence: .absent, machines: .found([], unread: []),
      names: .found([]), audit: audit)
  }

  func purge(_ status: String, step: String = "infra", attempts: Int = 1, id: PurgeID = "p1", at seconds: Double = 4) -> PurgeRow {
    PurgeRow(
      id: id, orgID: Self.org, slug: "acme", status: .init(status), lastStep: status == "completed" ? "completed" : step,
      attempts: attempts,
      completedAt: status == "completed" ? start + seconds : nil)
  }

  /// A run whose DELETE is out.
  func sent(resumes: Int = 0, before: [PurgeRow] = []) -> DeletionRun {
    var run = run(resumes: resumes)
    #expect(run.handle(.started, at: start) == [.read])
    #expect(run.handle(.read(standing(.rows(before))), at: start + 1) == [.record(.sending(before: before, at: start + 1)), .send])
    return run
  }

  func receipt(_ actions: [DeletionRun.Action]) -> DeletionReceipt? {
    if case .end(let receipt)? = actions.last { receipt } else { nil }
  }

  /// The audit and the roster are read side by side: the roster's answer may be the older one.
  @Test func aCascadeThatIsOverJustBeforeTheRequestIsFollowedAndNotDoubled() {
    var run = run()
    _ = run.handle(.started, at: start)
    let actions = run.handle(.read(standing(.rows([purge("completed", at: 0.5)]))), at: start + 1)
    #expect(actions.first == .record(.following("p1", at: start + 1)) && !actions.contains(.send))
    _ = run.handle(.woke, at: start + 2)
    #expect(receipt(run.handle(.read(gone(.rows([purge("completed", at: 0.5)]))), at: start + 3))?.outcome == .verified)
    // One of yesterday is no reason: the org stands, and is to go.
    var again = self.run()
    _ = again.handle(.started, at: start)
    #expect(again.handle(.read(standing(.rows([purge("completed", at: -86_400)]))), at: start + 1).last == .send)
  }

  @Test func theRecordIsMadeBeforeTheRequestAndAfterTheAnswer() {
    var run = sent()
    let actions = run.handle(.answered(.done("p1", org: Self.org), status: 200), at: start + 3)
    #expect(actions == [.record(.answered(.done("p1", org: Self.org), status: 200, at: start + 3)), .read])
  }

  @Test func twoHundredIsVerifiedOnlyWhenEveryLegWasReadBack() {
    var run = sent()
    _ = run.handle(.answered(.done("p1", org: Self.org), status: 200), at: start + 3)
    let receipt = receipt(run.handle(.read(gone(.rows([purge("completed")]))), at: start + 5))
    #expect(receipt?.outcome == .verified)
    #expect(receipt?.requests == [.init(at: start + 1, path: "/cp/admin/tenants/acme", status: 200, purgeID: "p1")])
    #expect(receipt?.legs.all.map(\.leg.state) == [.completed, .gone, .gone, .gone, .completed])
  }

  @Test func aControlPlaneThatLiesEndsPartialWithTheMachinesListed() {
    var run = sent()
    _ = run.handle(.answered(.done("p1", org: Self.org), status: 200), at: start + 3)
    guard case .wait? = run.handle(.read(standing()), at: start + 5).last else {
      Issue.record("it does not wait")
      return
    }
    #expect(run.handle(.woke, at: start + 6) == [.read])
    let receipt = receipt(run.handle(.read(standing(at: 200)), at: start + 200))
    #expect(receipt?.outcome == .partial)
    #expect(receipt?.legs.instances.state == .present)
    #expect(receipt?.legs.instances.detail.contains("i-1") == true && receipt?.legs.instances.detail.contains("$0.0208/h") == true)
    #expect(receipt?.legs.roster.state == .present)
  }

  @Test func queuedIsFollowedAndIsNotSuccess() {
    var run = sent()
    #expect(run.handle(.answered(.queued("p1"), status: 202), at: start + 2).last == .read)
    guard case .wait? = run.handle(.read(standing(.rows([purge("pending")]))), at: start + 3).last else {
      Issue.record("it does not wait")
      return
    }
    _ = run.handle(.woke, at: start + 4)
    var finished = run
    #expect(receipt(finished.handle(.read(gone(.rows([purge("completed")]))), at: start + 5))?.outcome == .verified)
    let late = receipt(run.handle(.read(standing(.rows([purge("pending")]), at: 183)), at: start + 183))
    #expect(late?.outcome == .queued)
    #expect(late?.legs.cascade.state == .pending)
  }

  @Test func theLeaseIsWaitedForAMinuteAtMostAndEachTryLooksFirst() {
    var run = sent()
    var waited = 0.0
    var now = start + 2
    for _ in 0..<100 {
      let actions = run.handle(.answered(.busy(retryAfter: 25), status: 409), at: now)
      guard case .wait(let seconds)? = actions.last else {
        #expect(receipt(actions)?.outcome == .failed)
        break
      }
      waited += seconds
      now = now + seconds
      #expect(run.handle(.woke, at: now) == [.read])
      #expect(run.handle(.read(standing()), at: now).last == .send)
    }
    #expect(waited == 60)
  }

  @Test func aNameThatWasGivenToAnotherOrgIsNeverDeletedByAResend() {
    var run = sent()
    _ = run.handle(.answered(.busy(retryAfter: 1), status: 409), at: start + 2)
    _ = run.handle(.woke, at: start + 3)
    var reading = gone(.rows([]))
    reading.roster = .listed(org: nil, namesake: "other")
    reading.existence = .exists("other")
    let actions = run.handle(.read(reading), at: start + 4)
    #expect(!actions.contains(.send))
    #expect(receipt(actions)?.outcome == .failed)
  }

  @Test func failedHalfwayIsStalledUnlessResumed() {
    var run = sent()
    #expect(run.handle(.answered(.failedHalfway("p1", why: "answered 500"), status: 500), at: start + 2).last == .read)
    let receipt = receipt(run.handle(.read(standing(.rows([purge("failed")]))), at: start + 3))
    #expect(receipt?.outcome == .stalled)
    #expect(receipt?.legs.cascade.state == .failed && receipt?.legs.cascade.detail.contains("infra") == true)
  }

  @Test func resumedAtMostAsOftenAsAskedAndNeverWhileOneRuns() {
    var run = sent(resumes: 1)
    #expect(run.handle(.answered(.failedHalfway("p1", why: "answered 500"), status: 500), at: start + 2).last == .read)
    var elsewhere = run
    #expect(run.handle(.read(standing(.rows([purge("failed")]))), at: start + 3).last == .send)
    #expect(run.handle(.answered(.failedHalfway("p1", why: "answered 500"), status: 500), at: start + 4).last == .read)
    let receipt = receipt(run.handle(.read(standing(.rows([purge("failed", attempts: 2)]))), at: start + 5))
    #expect(receipt?.outcome == .stalled)
    #expect(receipt?.requests.count == 2)
    // Somebody else resumed it first.
    let actions = elsewhere.handle(.read(standing(.rows([purge("running", attempts: 2)]))), at: start + 3)
    #expect(!actions.contains(.send) && elsewhere.word == .underWay)
  }

  @Test func aLostAnswerIsResolvedFromTheAudit() {
    var lost = sent()
    #expect(lost.handle(.unanswered("cut", mayHaveArrived: true), at: start + 2).last == .read)
    var verified = lost
    #expect(receipt(verified.handle(.read(gone(.rows([purge("completed")]))), at: start + 5))?.outcome == .verified)
    // Everything gone, but nobody can say by what: not verified.
    var unaudited = lost
    #expect(receipt(unaudited.handle(.read(gone(.notOffered)), at: start + 5))?.outcome == .partial)
    // A run that was completed long before proves nothing.
    var old = lost
    guard case .wait? = old.handle(.read(gone(.rows([purge("completed", at: -86_400)]))), at: start + 5).last else {
      Issue.record("taken for this run")
      return
    }
    // For as long as it is followed the audit has no run, and the org stands: that it was never accepted nobody knows.
    for audit in [DeletionReading.Audit.rows([]), .notOffered, .failed("purges answered 500")] {
      var unknown = lost
      let receipt = receipt(unknown.handle(.read(standing(audit, at: 183)), at: start + 183))
      #expect(receipt?.outcome == .stalled && receipt?.legs.cascade.state == .unknown, "\(audit)")
      #expect(receipt?.legs.cascade.detail.contains("may have been accepted: ask again") == true)
    }
    // Not even whether it stands could be read.
    var dark = standing(at: 183)
    dark.roster = .failed("timed out")
    dark.existence = .unknown("timed out")
    #expect(receipt(lost.handle(.read(dark), at: start + 183))?.outcome == .stalled)
  }

  @Test func aResendThatIsRefusedLeavesTheRunThatFailedHalfwayAsItStood() {
    for end in [DeletionRun.Event.answered(.refused(why: "answered 403"), status: 403), .unanswered("refused", mayHaveArrived: false)] {
      var run = sent(resumes: 1)
      _ = run.handle(.answered(.failedHalfway("p1", why: "answered 500"), status: 500), at: start + 2)
      #expect(run.handle(.read(standing(.rows([purge("failed")]))), at: start + 3).last == .send)
      let receipt = receipt(run.handle(end, at: start + 4))
      #expect(receipt?.outcome == .stalled && receipt?.legs.cascade.state == .failed && receipt?.requests.count == 2)
    }
  }

  @Test func onlyARefusalThatWasReadEndsFailed() {
    let answers: [(DeletionAnswer, Int)] = [
      (500, #"{"error":"boom"}"#, false), (502, "<html>Bad Gateway</html>", true), (503, "", false), (504, "", false),
      (200, "<html>Sign in</html>", true),
      (202, "<html>", true), (408, "", false), (303, "", false), (200, #"{"deleted":false}"#, false), (206, "", false),
    ].map { (DeletionAnswer(status: $0, body: Array($1.utf8), isHTML: $2, retryAfter: nil, slug: "acme"), $0) }
    for (answer, status) in answers {
      var run = sent()
      #expect(run.handle(.answered(answer, status: status), at: start + 2).last == .read, "\(answer)")
      let receipt = receipt(run.handle(.read(standing(at: 183)), at: start + 183))
      #expect(receipt?.outcome == .stalled, "\(answer)")
      #expect(receipt?.requests.first?.status == status)
    }
    for lost in ["timed out", "cut"] {
      var run = sent()
      _ = run.handle(.unanswered(lost, mayHaveArrived: true), at: start + 2)
      #expect(receipt(run.handle(.read(standing(at: 183)), at: start + 183))?.outcome == .stalled)
    }
  }

  @Test func aRunThatFailedBeforeTheRequestIsNoNewsOfIt() {
    var run = sent(before: [purge("failed")])
    _ = run.handle(.unanswered("cut", mayHaveArrived: true), at: start + 2)
    guard case .wait? = run.handle(.read(standing(.rows([purge("failed")]))), at: start + 3).last else {
      Issue.record("taken for this run")
      return
    }
    _ = run.handle(.woke, at: start + 4)
    #expect(receipt(run.handle(.read(standing(.rows([purge("failed", attempts: 2)]))), at: start + 5))?.outcome == .stalled)
  }

  @Test func anotherOperatorsRunIsFollowedInsteadOfStarted() {
    var run = run()
    _ = run.handle(.started, at: start)
    let actions = run.handle(.read(standing(.rows([purge("running")]))), at: start + 1)
    #expect(!actions.contains(.send) && actions.first == .record(.following("p1", at: start + 1)))
    _ = run.handle(.woke, at: start + 2)
    let receipt = receipt(run.handle(.read(gone(.rows([purge("completed")]))), at: start + 5))
    #expect(receipt?.outcome == .verified && receipt?.requests.isEmpty == true)
  }

  @Test func aFollowerNeverSends() {
    var run = run(isFollower: true)
    #expect(run.handle(.started, at: start) == [.read])
    let actions = run.handle(.read(standing()), at: start + 1)
    #expect(!actions.contains(.send))
    _ = run.handle(.woke, at: start + 2)
    #expect(receipt(run.handle(.read(gone(.rows([purge("completed")]))), at: start + 5))?.outcome == .verified)
  }

  @Test func refusalsEndFailedAndNothingIsReadBack() {
    for status in [301, 302, 307, 400, 401, 403, 404, 405, 422, 429] {
      var run = sent()
      let answer = DeletionAnswer(status: status, body: Array(#"{"error":"no"}"#.utf8), isHTML: false, retryAfter: nil, slug: "acme")
      let receipt = receipt(run.handle(.answered(answer, status: status), at: start + 2))
      #expect(receipt?.outcome == .failed, "\(status)")
      #expect(receipt?.legs.cascade.state == .failed)
    }
  }

  @Test func nothingLeavesWhenTheWorldChangedOrTheRosterCannotBeRead() {
    let rosters: [DeletionReading.Roster] = [
      .listed(org: nil, namesake: nil), .listed(org: nil, namesake: "other"),
      .listed(org: OrgRow(id: Self.org, slug: "renamed"), namesake: nil),
      .listed(org: OrgRow(id: Self.org, slug: "acme", status: .purged), namesake: nil),
      .listed(org: OrgRow(id: Self.org, slug: "acme"), namesake: "other"), .partial(why: "cut", holdsOrg: true), .failed("503"),
    ]
    for roster in rosters {
      var run = run()
      _ = run.handle(.started, at: start)
      var reading = standing()
      reading.roster = roster
      guard case .refuse? = run.handle(.read(reading), at: start + 1).last else {
        Issue.record("sent with \(roster)")
        return
      }
    }
  }

  @Test func nothingLeavesWhileWhetherACascadeRunsCannotBeTold() {
    var run = run()
    _ = run.handle(.started, at: start)
    guard case .refuse? = run.handle(.read(standing(.failed("purges answered 500"))), at: start + 1).last else {
      Issue.record("sent although the list of runs could not be read")
      return
    }
    // Between two tries at a held lease it is looked for again.
    var held = sent()
    _ = held.handle(.answered(.busy(retryAfter: 5), status: 409), at: start + 2)
    #expect(held.handle(.woke, at: start + 7) == [.read])
    #expect(held.handle(.read(standing(.failed("purges answered 500"))), at: start + 8) == [.wait(5)])
    #expect(held.handle(.woke, at: start + 13) == [.read])
    #expect(held.handle(.read(standing()), at: start + 14).last == .send)
  }

  @Test func aResendIsUsedUpWhenItLeavesAndNotWhenItIsMeant() {
    var run = sent(resumes: 1)
    _ = run.handle(.answered(.failedHalfway("p1", why: "answered 500"), status: 500), at: start + 2)
    // The audit is slower than the answer: it still has the run under way.
    guard case .wait? = run.handle(.read(standing(.rows([purge("in_progress")]))), at: start + 3).last else {
      Issue.record("it does not wait")
      return
    }
    _ = run.handle(.woke, at: start + 4)
    #expect(run.handle(.read(standing(.rows([purge("failed")]))), at: start + 5) == [.read])
    #expect(run.handle(.read(standing(.rows([purge("failed")]))), at: start + 6).last == .send)
  }

  @Test func aWordThatTheSameControlPlaneContradictsIsNoProof() {
    for answer in [DeletionAnswer.done("p1", org: Self.org), .absent] {
      var run = sent()
      _ = run.handle(.answered(answer, status: 200), at: start + 3)
      let receipt = receipt(run.handle(.read(standing(at: 200)), at: start + 200))
      #expect(receipt?.outcome == .partial && receipt?.legs.cascade.state == .unknown)
    }
    var run = sent()
    _ = run.handle(.answered(.done("p1", org: "another"), status: 200), at: start + 3)
    let other = receipt(run.handle(.read(standing(at: 200)), at: start + 200))
    #expect(other?.outcome == .partial && other?.legs.cascade.detail.contains("another") == true)
  }

  @Test func aMachineOfThePlanIsLookedForByWhoeverGoesOnWithTheRun() throws {
    var fleet = Fleet()
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: start, change: .roster([OrgRow(id: Self.org, slug: "acme", status: .running)], limit: 500, unreadable: 0)
      ))
    let row = InstanceRow(id: "i-1", region: "us-west-2", state: .running, type: "t3.small", tags: ["OrgID": Self.org.rawValue])
    fleet.apply(FleetEvent(source: .ec2("us-west-2"), at: start, change: .instances([row], complete: true, problem: nil)))
    let plan = DeletionPlan(of: try #require(fleet.orgs[Self.org]), in: fleet, environment: "staging", isProtected: false)
    let order = DeletionRun.Order(receiptID: "r", plan: plan, planHash: "h", operator: "o", startedAt: start, verifyWithin: 1)
    #expect(order.machines == ["i-1": "us-west-2"])
    guard case .begun(let read)? = DeletionRecord(DeletionRecord.begun(order).json) else {
      Issue.record("it can't be read again")
      return
    }
    #expect(read == order)
  }

  @Test func thePlanSaysWhatChangedAndWhatCouldNotBeRead() {
    var newer = plan
    newer.members = 4
    newer.names = nil
    #expect(plan.differences(from: newer) == ["dns: the zone can't be read any more", "members: 4, was not known"])
    #expect(newer.body["dns"] == .null && plan.body["dns"] == [])
    #expect(plan.kind == .customer && plan.differences(from: plan).isEmpty)
  }

  @Test func theStepsOfACascadeAreTimedAndLearnedFrom() {
    var fleet = Fleet()
    fleet.apply(FleetEvent(source: .feed, at: start, change: .streamOpened(nil)))
    func tell(_ step: String, _ status: String, at seconds: Double) {
      let data: JSONValue = ["purge_id": "p1", "step": .string(step), "status": .string(status)]
      fleet.apply(
        FleetEvent(
          source: .feed, at: start + seconds,
          change: .streamed(StreamedEvent(type: .purgeStep, timestamp: start + seconds, orgID: Self.org, slug: "acme", data: data))))
    }
    tell("stripe", "started", at: 0)
    tell("stripe", "ok", at: 1.5)
    tell("redis", "started", at: 1.5)
    #expect(fleet.purges["p1"]?.lastStep == "stripe" && fleet.openPurges == ["p1"])
    let states = fleet.cascades["p1"]?.states(of: fleet.purges["p1"]!).map(\.state)
    #expect(states == [.done(seconds: 1.5), .running(since: start + 1.5), .waiting, .waiting])
    tell("redis", "ok", at: 2)
    tell("infra", "started", at: 2)
    tell("infra", "ok", at: 40)
    tell("db_rows", "started", at: 40)
    tell("db_rows", "ok", at: 41)
    #expect(fleet.usualCascade.phases.isEmpty)
    fleet.apply(
      FleetEvent(
        source: .feed, at: start + 41,
        change: .streamed(
          StreamedEvent(type: .orgPurged, timestamp: start + 41, orgID: Self.org, slug: "acme", data: ["purge_id": "p1"]))))
    #expect(fleet.usualCascade.phases.map(\.name) == ["stripe", "redis", "infra", "db_rows"])
    #expect(fleet.usualCascade.phases.map(\.median) == [1.5, 0.5, 38, 1])
    #expect(fleet.takeFinishedBoots().map(\.target) == ["purge/p1"])
    #expect(fleet.openPurges.isEmpty && fleet.checkInvariants().isEmpty)
  }

  @Test func aRecordThatCannotBeWrittenKeepsTheRequestBack() {
    var run = sent()
    guard case .refuse? = run.handle(.unrecorded("disk full"), at: start + 1).last else {
      Issue.record("not refused")
      return
    }
  }

  @Test func answersAreReadAsTheContractSays() {
    func answer(_ status: Int, _ body: String, isHTML: Bool = false) -> DeletionAnswer {
      DeletionAnswer(status: status, body: Array(body.utf8), isHTML: isHTML, retryAfter: nil, slug: "acme")
    }
    #expect(answer(204, "") == .done(nil, org: nil))
    #expect(answer(200, "") == .done(nil, org: nil))
    #expect(answer(200, #"{"deleted":true,"slug":"acme","purge_id":"p","org_id":"o"}"#) == .done("p", org: "o"))
    #expect(answer(202, #"{"purge_id":"p"}"#) == .queued("p"))
    #expect(answer(404, #"{"error":"org not found","slug":"acme"}"#) == .absent)
    #expect(answer(404, #"{"slug":"acme","error":"org not found"}"#) == .absent)
    for unclear in [
      answer(200, "<html>"), answer(200, "sign in", isHTML: true), answer(200, #"{"deleted":false}"#), answer(200, #"{"slug":"other"}"#),
      answer(500, "<html>"), answer(500, #"{"error":"boom"}"#), answer(502, ""), answer(503, ""), answer(504, ""), answer(202, "<p>"),
      answer(206, ""),
    ] {
      guard case .unclear = unclear else {
        Issue.record("\(unclear)")
        continue
      }
    }
    for refused in [
      answer(404, "404 page not found"), answer(404, #"{"error":"org not found","slug":"other"}"#),
      answer(404, #"{"error":"org not found","slug":"acme","x":1}"#), answer(400, ""), answer(401, ""), answer(302, ""),
    ] {
      guard case .refused = refused else {
        Issue.record("\(refused)")
        continue
      }
    }
    #expect(
      answer(500, #"{"error":"purge cascade failed","purge_id":"p"}"#) == .failedHalfway("p", why: "answered 500: purge cascade failed"))
  }

  @Test func theSameNameCreatedAgainIsToldByItsID() {
    var run = sent()
    _ = run.handle(.answered(.done("p1", org: Self.org), status: 200), at: start + 2)
    var reading = gone(.rows([purge("completed")]))
    reading.roster = .listed(org: nil, namesake: "other")
    reading.existence = .exists("other")
    let receipt = receipt(run.handle(.read(reading), at: start + 5))
    #expect(receipt?.outcome == .verified)
    #expect(receipt?.legs.roster.detail.contains("other") == true)
  }

  @Test func aLegThatCouldNotBeScannedIsUnknownAndNeverGone() {
    var run = sent()
    _ = run.handle(.answered(.done("p1", org: Self.org), status: 200), at: start + 2)
    var reading = gone(.rows([purge("completed")]), at: 5)
    reading.machines = .found([], unread: ["ec2:us-west-2: 503"])
    // The audit's completion is the control plane's last word: followed from there.
    guard case .wait? = run.handle(.read(reading), at: start + 5).last else {
      Issue.record("it does not wait")
      return
    }
    let receipt = receipt(run.handle(.read(reading), at: start + 186))
    #expect(receipt?.outcome == .partial)
    #expect(receipt?.legs.instances.state == .unknown)
  }

  @Test func verifiedWithoutASourceSaysWhatWasNotRead() {
    var run = sent()
    _ = run.handle(.answered(.done(nil, org: nil), status: 204), at: start + 2)
    var reading = gone(.notOffered)
    reading.names = .notConfigured
    let receipt = receipt(run.handle(.read(reading), at: start + 5))
    #expect(receipt?.outcome == .verified)
    #expect(receipt?.legs.cascade.detail.contains("not read: dns, audit") == true)
  }

  @Test func aJournalBringsTheRunToWhereItStood() throws {
    let order = run().order
    func resumed(_ records: [DeletionRecord]) -> DeletionRun? {
      // As written and read again.
      let lines = records.map { DeletionRecord($0.json) }
      #expect(lines == records.map(Optional.some))
      return DeletionRun(resuming: lines.compactMap(\.self), at: start + 100)
    }
    let sending = DeletionRecord.sending(before: [purge("failed")], at: start + 1)
    #expect(resumed([.begun(order)]) == nil)
    let cut = resumed([.begun(order), sending])
    guard case .lost? = cut?.word else {
      Issue.record("\(String(describing: cut))")
      return
    }
    #expect(cut?.requests.count == 1)
    #expect(resumed([.begun(order), sending, .answered(.queued("p1"), status: 202, at: start + 2)])?.word == .queued)
    #expect(resumed([.begun(order), sending, .answered(.done("p1", org: nil), status: 200, at: start + 2)])?.word == .done)
    #expect(resumed([.begun(order), .following("p1", at: start)])?.word == .underWay)
    #expect(resumed([.begun(order), sending, .unanswered("cut", mayHaveArrived: true, at: start + 2)])?.word == .lost("cut"))
    var leased = try #require(resumed([.begun(order), sending, .answered(.busy(retryAfter: 5), status: 409, at: start + 2)]))
    // It looks first, and reads back what it says.
    #expect(leased.resume() == [.read])
    let refused = receipt(leased.handle(.read(standing(at: 100)), at: start + 100))
    #expect(refused?.outcome == .failed && refused?.legs.roster.state == .present)
    // A resend that was cut off is as ambiguous as a first request.
    let failed = DeletionRecord.answered(.failedHalfway("p1", why: "500"), status: 500, at: start + 2)
    guard case .lost? = resumed([.begun(order), sending, failed, sending])?.word else {
      Issue.record("a resend is forgotten")
      return
    }
  }
}
