import Foundation
import HostileNumbers
import Testing

@testable import Feeds
@testable import FleetModel

/// Each reader of something from outside, with hostile numbers and moments wherever it reads one: nothing ends the program, and what is read
/// can be meant.
@Suite struct OutsideNumbersTests {
  private static let seeds = 1...200 as ClosedRange<UInt64>

  private func isCount(_ number: Int?) -> Bool { number.map { Plausible.count.contains($0) } ?? true }
  private func isDuration(_ seconds: Double?) -> Bool { seconds.map { Plausible.duration.contains($0) } ?? true }
  private func spoiled(_ json: JSONValue, _ hostile: inout HostileNumbers) -> JSONValue? { try? JSONValue(parsing: hostile.spoil(json)) }

  @Test(arguments: seeds) func rosterWorkspacesPurgesAndEvents(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let at: JSONValue = .string(SampleEvents.start.description)
    let org = spoiled(
      ["id": "o", "slug": "acme", "member_count": 3, "created_at": at, "updated_at": 1_795_441_327], &hostile
    ).flatMap(OrgRow.init)
    #expect(isCount(org?.memberCount))
    let workspace = spoiled(
      [
        "id": "w", "tier": 4, "active_tasks": 1, "last_error_rate": 0.5, "uptime_seconds": 99, "provision_timeout_ms": 600_000,
        "monthly_spend": 1234, "budget_limit": 5000,
      ], &hostile
    ).flatMap(WorkspaceRow.init)
    for count in [workspace?.tier, workspace?.activeTasks, workspace?.monthlySpendCents, workspace?.budgetLimitCents] {
      #expect(isCount(count))
    }
    #expect(isDuration(workspace?.uptime) && isDuration(workspace?.provisionTimeout))
    #expect(workspace?.errorRate.map { $0 >= 0 && $0.isFinite } ?? true)
    let purge = spoiled(["id": "p", "attempts": 3, "created_at": at, "completed_at": 1_795_441_327_000], &hostile).flatMap(PurgeRow.init)
    #expect(isCount(purge?.attempts))
    let boot = spoiled(["event": "launch", "step": 1, "total": 4, "created_at": at], &hostile).flatMap(BootEventRow.init)
    #expect(isCount(boot?.step) && isCount(boot?.total))
    _ = spoiled(["id": "e", "event_type": "X", "created_at": at, "payload": ["n": 1]], &hostile).flatMap(StoredEventRow.init)
  }

  @Test(arguments: seeds) func theEnvelopeOfAStreamedEvent(seed: UInt64) {
    var hostile = HostileNumbers(seed: seed)
    let text = hostile.spoil([
      "type": "WORKSPACE_HEARTBEAT", "timestamp": 1_795_441_327_000, "workspace_id": "w-1",
      "data": ["active_tasks": 1, "uptime_seconds": 44, "at": .string(SampleEvents.start.description)],
    ])
    let read = FeedEnvelope.read(EventStreamEvent(type: "message", data: Array(text.utf8), lastEventID: hostile.text()))
    guard case .success(let event) = read else { return }
    var fleet = Fleet()
    for sample in SampleEvents.all.prefix(10) { fleet.apply(sample) }
    for source in [Source.feed, .tenant("acme")] {
      fleet.apply(FleetEvent(source: source, at: SampleEvents.start, change: .streamed(event)))
    }
    #expect(fleet.checkInvariants().isEmpty && isDuration(fleet.workspaces["w-1"]?.row.uptime))
  }

  @Test(arguments: seeds) func ec2sRows(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    func xml(_ list: String, _ item: String) -> String { "<R><\(list)><item>\(item)</item></\(list)></R>" }
    let text = xml("volumeSet", "<volumeId>vol-1</volumeId><size>\(hostile.text())</size><createTime>\(hostile.time())</createTime>")
    for volume in try AWSXMLTests.rows(text) as [VolumeRow] {
      #expect(isCount(volume.size) && PriceBook.builtin.monthly(of: volume).map { $0 >= 0 && $0.isFinite } ?? true)
    }
    let rule = "<ipProtocol>\(hostile.text())</ipProtocol><fromPort>\(hostile.text())</fromPort><toPort>\(hostile.text())</toPort>"
    let groups =
      try AWSXMLTests.rows(
        xml("securityGroupInfo", "<groupId>sg-1</groupId><ipPermissions><item>\(rule)</item></ipPermissions>")) as [SecurityGroupRow]
    for rule in groups.flatMap(\.ingress) {
      for port in [rule.fromPort, rule.toPort] { #expect(port.map { (-1...65_535).contains($0) } ?? true) }
    }
    let machines: [InstanceRow] = try AWSXMLTests.rows(
      "<R><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>stopped</name></instanceState>"
        + "<launchTime>\(hostile.time())</launchTime><reason>User initiated (\(hostile.time().replacing("T", with: " ").dropLast()) GMT)</reason>"
        + "</item></instancesSet></item></reservationSet></R>")
    for machine in machines { _ = machine.stoppedAt.map { $0 - SampleEvents.start } }
  }

  @Test(arguments: seeds) func cloudflaresPages(seed: UInt64) {
    var hostile = HostileNumbers(seed: seed)
    var pages = RecordPages()
    for page in 1...3 {
      let json = spoiled(
        [
          "result": [
            ["id": .string("\(page)"), "name": "a.example.com", "type": "A", "created_on": .string(SampleEvents.start.description)]
          ],
          "result_info": [
            "page": .integer(Int64(page)), "per_page": 1, "count": 1, "total_count": 3, "total_pages": 3,
          ],
        ], &hostile)
      guard let json, (try? pages.add(json)) != nil else { return }
      #expect(isCount(pages.total))
    }
  }

  @Test(arguments: seeds) func theDatabasesRows(seed: UInt64) {
    var hostile = HostileNumbers(seed: seed)
    func moment() -> String { hostile.next() % 2 == 0 ? hostile.text() : hostile.time() }
    let values = DatabaseValues([
      "id": "p", "org_id": "o", "event": "launch", "kind": "ec2_instance", "attempts": hostile.text(), "created_at": moment(),
      "completed_at": moment(), "updated_at": moment(),
    ])
    #expect(isCount(PurgeRow(values)?.attempts))
    let made = [
      PurgeRow(values)?.createdAt, BootEventRow(values)?.at, DatabaseOrgRow(values)?.createdAt, ResourceClaimRow(values)?.updatedAt,
    ]
    for moment in made.compactMap({ $0 }) { #expect(Timestamp(rfc3339: moment.description) == moment) }
  }

  @Test(arguments: HostileNumbers.texts + HostileNumbers.times + ["Sun, 06 Nov 0000 08:49:37 GMT", "Sun, 06 Nov 10000 08:49:37 GMT"])
  func headers(text: String) {
    let head = HTTPHead(status: 429, headers: [("retry-after", text), ("date", text), ("x-ratelimit-reset", text)])
    for now in [SampleEvents.start.seconds, 0, -1e308, .infinity, .nan] { #expect(isDuration(head.retryAfter(now: now))) }
    let offset = head.clock(sent: SampleEvents.start, received: SampleEvents.start + 1)
    #expect(offset.map { $0.ahead.isFinite && $0.margin >= 0 } ?? true)
    let response = HTTPResponse(head: head, body: [], elapsed: 0.1, receivedAt: SampleEvents.start)
    let error = FeedError.refusal(of: "control plane /x", response, credential: "")
    #expect(error.description.hasPrefix("control plane /x answered 429"))
    for policy in [EventStreamPolicy.tenant, .fleetFeed] { #expect(policy.refusal(of: head, now: SampleEvents.start.seconds) != nil) }
    var retries = Retries<String>(RetryPolicy(), began: 0, deadline: 20)
    if case .wait(let delay) = retries.ended(Attempt("429", .passing(retryAfter: error.retryAfter)), at: 0, random: 0.5) {
      #expect(delay < 20)
    }
    #expect(TenantSchedule.next(afterFailures: .max, pause: error.retryAfter, random: 0.5).isFinite)
    let busy = DeletionAnswer(status: 409, body: [], isHTML: false, retryAfter: error.retryAfter, slug: "acme")
    #expect(busy == .busy(retryAfter: error.retryAfter))
  }

  @Test(arguments: seeds) func thePriceList(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let offer = try JSONValue(
      parsing:
        #"{"product":{},"terms":{"OnDemand":{"a":{"priceDimensions":{"b":{"unit":"Hrs","pricePerUnit":{"USD":"\#(hostile.text())"}}}}}}}"#)
    let price = PriceList.price(in: offer, unit: "Hrs", [])
    #expect(price.map { $0 > 0 && Plausible.price.contains($0) } ?? true)
    var book = PriceBook.builtin
    book.hourly = ["us-east-2": ["t3.small": 0.02]]
    guard let read = spoiled(PriceListFile.json(book), &hostile).flatMap(PriceListFile.book) else { return }
    for price in read.hourly.values.flatMap(\.values) + read.storage.values.flatMap(\.values) { #expect(Plausible.price.contains(price)) }
    #expect(Plausible.price.contains(read.publicIPv4Hourly))
  }

  @Test(arguments: seeds) func theDeletionsJournal(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let begun: JSONValue = [
      "record": "begun",
      "order": [
        "receipt_id": "r-1", "environment": "staging", "org_id": "o-1", "slug": "acme", "plan_hash": "sha256:0", "operator": "op",
        "started_at": 1_795_441_327_000, "verify_within": 180, "hourly_saved": 0.25,
      ],
    ]
    let lines: [JSONValue] = [
      [
        "record": "sending", "at": 1_795_441_327_000,
        "before": [["id": "p-1", "attempts": 2, "created_at": 1_795_441_327_000, "status": "failed"]],
      ],
      ["record": "answered", "at": 1_795_441_328_000, "status": 409, "answer": ["is": "busy", "retry_after": 5]],
      ["record": "answered", "at": 1_795_441_329_000, "status": 202, "answer": ["is": "queued", "purge_id": "p-1"]],
      ["record": "following", "at": 1_795_441_330_000, "purge_id": "p-1"],
    ]
    let text = ([begun] + lines).map { hostile.spoil($0) + "\n" }.joined()
    guard var run = DeletionRun(resuming: DeletionJournal.records(in: Array(text.utf8)), at: SampleEvents.start) else { return }
    _ = run.resume()
    #expect(isDuration(run.order.verifyWithin) && run.timeLeft(at: SampleEvents.start).isFinite && !run.standing.isEmpty)
    _ = run.receipt(.queued, DeletionLegs(unread: "not read", at: SampleEvents.start), at: SampleEvents.start).body(previous: nil)
      .serialized()
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>) func recordings(seed: UInt64) async throws {
    var hostile = HostileNumbers(seed: seed)
    let place = try HistoryFileTests.Place()
    let encoder = JSONEncoder()
    var text = #"{"recording":1,"environment":"staging"}"# + "\n"
    for event in SampleEvents.all { text += hostile.spoil(try JSONValue(parsing: Array(encoder.encode(event)))) + "\n" }
    let path = place.path + "/r.ndjson"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    let recording = try Recording(path: path)
    #expect(recording.start.map { $0 <= recording.end ?? $0 } ?? true)
    let queue = EventQueue()
    await recording.play(into: queue, speed: 1e12)
    var fleet = Fleet()
    for event in queue.drain() { fleet.apply(event) }
    fleet.judge(at: recording.end ?? SampleEvents.start)
    #expect(fleet.checkInvariants().isEmpty)
  }

  @Test(arguments: 1...60 as ClosedRange<UInt64>) func theHistory(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let place = try HistoryFileTests.Place()
    let file = try HistoryFile(path: place.file)
    let record: JSONValue = [
      "group": "workspace/hermes", "phases": [["name": "launch", "seconds": 61.5], ["name": "adapter", "seconds": 40]], "outcome": "ok",
      "ended_at": .string(SampleEvents.start.description), "target": "workspace/w",
    ]
    for _ in 0..<5 {
      let line = hostile.spoil(record)
      if let boot = try? BootRecord(line: Array(line.utf8)) { try file.add([boot]) }
      try file.testRun("insert or ignore into boot (ended_at, record) values (\(Int64(bitPattern: hostile.next())), '\(line)')")
    }
    try file.testRun("insert into org values ('e', 'o', 'acme', \(Int64(bitPattern: hostile.next())))")
    try file.note([OrgSighting(id: "o", slug: "acme", lastSeen: Timestamp(milliseconds: .max))], in: "e")
    for boot in try file.boots() { #expect(boot.phases.allSatisfy { isDuration($0.seconds) }) }
    #expect(try file.orgs(of: "e").map(\.slug) == ["acme"])
  }

  @Test func aHistoryThatAnotherProgramWroteTo() throws {
    let place = try HistoryFileTests.Place()
    let file = try HistoryFile(path: place.file)
    try file.testRun(
      "drop table org; create table org (environment, id, slug, last_seen); drop table boot; create table boot (id integer primary key, target, ended_at, record)"
    )
    try file.testRun("insert into org values ('e', null, 'a', 1), ('e', 7, 8, 9.5), ('e', x'ff00', 'b', 'never'), ('e', 'o', 'c', 5)")
    try file.testRun("insert into boot (record) values (null), (7), (x'ff'), (1e308), ('{}')")
    #expect(try file.orgs(of: "e").contains { $0.id == "o" && $0.slug == "c" && $0.lastSeen == Timestamp(milliseconds: 5) })
    #expect(try file.boots().isEmpty)
  }

  @Test(arguments: seeds) func recordedBoots(seed: UInt64) {
    var hostile = HostileNumbers(seed: seed)
    var backtest = ETABacktest()
    for number in 0..<12 {
      let line = hostile.spoil([
        "group": "workspace/hermes", "outcome": "ok", "ended_at": .string(SampleEvents.start.description),
        "phases": [["name": "launch", "seconds": 60.5], ["name": "adapter", "seconds": 0], ["name": "init", "seconds": 1e10]],
      ])
      guard let boot = try? BootRecord(line: Array(line.utf8)) else { continue }
      for prediction in backtest.score(boot, number: number) {
        #expect(prediction.forecast.p50 >= 0 && prediction.forecast.p90 >= prediction.forecast.p50 && prediction.forecast.p90.isFinite)
        #expect(prediction.actual.isFinite && prediction.elapsed.isFinite)
      }
    }
    #expect(backtest.meanAbsoluteError?.isFinite ?? true)
  }
}
