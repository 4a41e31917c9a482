import FlyingFox
import Foundation
import Glibc
import Synchronization
import Testing

@testable import Feeds
@testable import FleetModel

/// A control plane whose answer can be changed while it is asked.
final class ChangeableControlPlane: Sendable {
  enum Roster: Sendable {
    case text(Int, String, type: String)
    case hang
  }
  private let state = Mutex(Roster.text(200, #"{"orgs":[]}"#, type: "application/json"))

  func answer(_ status: Int = 200, _ text: String, type: String = "application/json") {
    state.withLock { $0 = .text(status, text, type: type) }
  }
  func hang() { state.withLock { $0 = .hang } }

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func reply(_ status: Int, _ text: String, _ type: String = "application/json") -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: type], body: Data(text.utf8))
    }
    guard request.path == "/cp/admin/orgs" else { return reply(404, "404 page not found", "text/plain") }
    guard request.headers[.authorization] == "Bearer cp-token" else { return reply(401, #"{"error":"unauthorized"}"#) }
    switch state.withLock({ $0 }) {
    case .text(let status, let text, let type): return reply(status, text, type)
    case .hang:
      try await Task.sleep(for: .seconds(60))
      return reply(200, "{}")
    }
  }
}

/// The fleet as it grows from a queue, with the waiting that a test needs.
final class FleetListener {
  private(set) var fleet = Fleet()
  private let queue: Feeds.EventQueue
  private let arrival = Kick()
  private let source: any DispatchSourceRead

  init(_ queue: Feeds.EventQueue) {
    self.queue = queue
    // Nothing may block here: the feeds and the servers of the tests share these few threads.
    source = DispatchSource.makeReadSource(fileDescriptor: queue.wakeDescriptor, queue: .global())
    source.setEventHandler { [arrival] in arrival.kick() }
    source.activate()
  }

  deinit { source.cancel() }

  /// Somebody waits for it from the next ``wait(_:until:)`` on.
  func waitFor(_ org: OrgID, workspace: WorkspaceID?) { fleet.waitFor(org, workspace: workspace) }

  /// So is everything, at once.
  func wantEverything() {
    fleet.wantEverything()
    queue.leaveWants(of: &fleet)
  }

  /// Applies what comes until `condition` holds; `false` when it does not within `seconds`.
  func wait(_ seconds: Double = 30, until condition: (Fleet) -> Bool) async -> Bool {
    let deadline = monotonicSeconds() + seconds
    while true {
      for event in queue.drain() { fleet.apply(event) }
      queue.leaveWants(of: &fleet)
      if condition(fleet) { return true }
      let left = deadline - monotonicSeconds()
      guard left > 0 else { return false }
      await arrival.wait(min(left, 0.2))
    }
  }
}

@Suite struct FleetFeedsTests {
  static let good =
    #"{"orgs":[{"id":"o1","slug":"acme","name":"Acme","instance_status":"stopped"},{"id":"o2","slug":"globex","instance_status":"suspended"}]}"#

  func environment(_ base: String) -> FleetEnvironment {
    var environment = FleetEnvironment(name: "test")
    environment.controlPlane = base
    environment.adminToken = .environment("TOKEN")
    environment.rosterPoll = 1
    return environment
  }

  /// After a good roster, each fault leaves it in place, tells itself, and ends with the next good one.
  @Test(arguments: [
    ("503", Freshness.State.failed), ("html", .failed), ("empty", .partial), ("no orgs", .failed), ("500 rows", .partial), ("401", .failed),
    ("404", .failed), ("truncated", .failed), ("bytes", .failed), ("odd row", .partial), ("redirect", .failed),
  ])
  func afterAFaultTheLastGoodRosterStays(fault: String, state: Freshness.State) async throws {
    let plane = ChangeableControlPlane()
    plane.answer(200, Self.good)
    try await withServer({ try await plane.handle($0) }) { base in
      let queue = EventQueue()
      let feeds = FleetFeeds(environment: environment(base), http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp-token"])
      let listener = FleetListener(queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.freshness(of: .controlPlane, at: wallClock()).state == .complete })
      switch fault {
      case "503": plane.answer(503, #"{"error":"database away"}"#)
      case "html": plane.answer(200, "<html><title>Sign in</title></html>", type: "text/html")
      case "empty": plane.answer(200, #"{"orgs":[]}"#)
      case "no orgs": plane.answer(200, #"{"status":"ok"}"#)
      case "500 rows":
        plane.answer(
          200,
          "{\"orgs\":[" + (0..<500).map { "{\"id\":\"x\($0)\",\"slug\":\"s\($0)\",\"instance_status\":\"stopped\"}" }.joined(separator: ",")
            + "]}")
      case "401": plane.answer(401, #"{"error":"bad token"}"#)
      case "404": plane.answer(404, "404 page not found", type: "text/plain")
      case "truncated": plane.answer(200, String(Self.good.dropLast(9)))
      case "bytes": plane.answer(200, "\u{0}\u{1b}[2J garbage")
      case "odd row": plane.answer(200, #"{"orgs":[{"id":"o1","slug":"acme"},{"id":7}]}"#)
      default: plane.answer(302, "", type: "text/plain")
      }
      #expect(await listener.wait { $0.freshness(of: .controlPlane, at: wallClock()).state == state }, "\(fault)")
      let names = Set(listener.fleet.orgs.values.map(\.slug.rawValue))
      #expect(names.isSuperset(of: ["acme", "globex"]))
      let freshness = listener.fleet.freshness(of: .controlPlane, at: wallClock())
      #expect(freshness.problem?.isEmpty == false)
      #expect(freshness.problem?.contains("cp-token") == false)
      #expect(freshness.age(at: wallClock() + 100).map { $0 >= 100 } == true)
      plane.answer(200, Self.good)
      #expect(await listener.wait { $0.freshness(of: .controlPlane, at: wallClock()).state == .complete })
      #expect(Set(listener.fleet.orgs.values.map(\.slug.rawValue)) == ["acme", "globex"])
    }
  }

  @Test func aControlPlaneThatHangsIsGivenUpWithinItsBudget() async throws {
    let plane = ChangeableControlPlane()
    plane.hang()
    try await withServer({ try await plane.handle($0) }) { base in
      let queue = EventQueue()
      var options = FleetFeeds.Options()
      options.budget = 0.5
      let feeds = FleetFeeds(
        environment: environment(base), http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp-token"], options: options)
      await feeds.loadOnce()
      let listener = FleetListener(queue)
      #expect(await listener.wait { $0.freshness(of: .controlPlane, at: wallClock()).state == .failed })
      #expect(listener.fleet.freshness(of: .controlPlane, at: wallClock()).problem?.contains("no answer within") == true)
    }
  }

  /// The screen stalls: nobody takes anything from the queue, and no source is asked a second later for it.
  @Test func aQueueThatNobodyTakesFromDelaysNoSource() async throws {
    let asked = Recorder<String>()
    let arrival = Kick()
    try await withServer({ request in
      defer { arrival.kick() }
      asked.add(request.method == .POST ? "machines" : request.path)
      return FlyingFox.HTTPResponse(statusCode: .init(503, phrase: "X"))
    }) { base in
      var environment = environment(base)
      var aws = AWSSettings()
      aws.regions = ["us-east-2"]
      aws.endpoint = base
      environment.aws = aws
      var dns = DNSSettings(zone: "molecule.example")
      (dns.zoneID, dns.token, dns.api) = ("z", .environment("TOKEN"), base)
      environment.dns = dns
      var options = FleetFeeds.Options()
      options.readsZone = true
      options.usesFleetFeed = false
      let queue = EventQueue()
      let variables = ["TOKEN": "cp-token", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
      let feeds = FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: variables, options: options)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      // From the beginning, though the fleet said nothing yet.
      func count(_ path: String) -> Int { asked.values.count { $0 == path } }
      let paths = ["/cp/admin/orgs", "/cp/admin/purges", "machines", "/zones/z/dns_records"]
      let deadline = monotonicSeconds() + 60
      while paths.contains(where: { count($0) < 1 }), monotonicSeconds() < deadline { await arrival.wait(0.2) }
      // The last that it said are other rhythms.
      var wanted = Wants.Changes()
      wanted.polls = [Poll.roster, .purges, .machines("us-east-2"), .zone].reduce(into: [:]) { $0[$1] = PollWant(interval: 0.1) }
      queue.wants.leave(wanted)
      let before = paths.map(count)
      while zip(paths, before).contains(where: { count($0) < $1 + 8 }), monotonicSeconds() < deadline { await arrival.wait(0.2) }
      for (path, before) in zip(paths, before) { #expect(count(path) >= before + 8, "\(path)") }
    }
  }

  /// One source, one budget: what hangs behind the roster must not be waited for in turns.
  @Test func bootEventsThatHangAreAskedForOnceWithinTheBudget() async throws {
    let asked = Recorder<String>()
    let rows = (0..<24).map { "{\"id\":\"o\($0)\",\"slug\":\"org\($0)\",\"instance_status\":\"provisioning\"}" }
    let roster = Data("{\"orgs\":[\(rows.joined(separator: ","))]}".utf8)
    try await withServer({ request in
      if request.path == "/cp/admin/orgs" {
        return FlyingFox.HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: roster)
      }
      if request.path.hasSuffix("/boot-events") { asked.add(request.path) }
      try await Task.sleep(for: .seconds(60))
      return FlyingFox.HTTPResponse(statusCode: .ok)
    }) { base in
      let queue = EventQueue()
      var options = FleetFeeds.Options()
      options.budget = 3
      let feeds = FleetFeeds(
        environment: environment(base), http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp-token"], options: options)
      await feeds.loadOnce()
      let listener = FleetListener(queue)
      #expect(await listener.wait { $0.orgs.count == 24 })
      // In turns, each with a time of its own, it would have been all of them.
      #expect(asked.values.count <= 12)
    }
  }

  /// A valid token gets 401 while the tenant's database is away (captured); a command that asks once has no next turn.
  @Test func aTenantThatRefusesAValidTokenForAMomentIsAskedAgain() async throws {
    let asked = Recorder<String>()
    try await withServer({ request in
      func json(_ status: Int, _ text: String) -> FlyingFox.HTTPResponse {
        FlyingFox.HTTPResponse(
          statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: "application/json"], body: Data(text.utf8))
      }
      switch request.path {
      case "/cp/admin/orgs": return json(200, #"{"orgs":[{"id":"o1","slug":"acme","instance_status":"running"}]}"#)
      case "/cp/admin/orgs/acme/admin-token":
        asked.add("token")
        return json(200, #"{"admin_token":"t"}"#)
      case "/tenants/acme/workspaces":
        asked.add("workspaces")
        guard asked.values.count(where: { $0 == "workspaces" }) > 2 else { return json(401, #"{"error":"invalid admin auth token"}"#) }
        return json(200, #"[{"id":"w1","name":"agent","status":"online"}]"#)
      default: return json(404, #"{"error":"not found"}"#)
      }
    }) { base in
      var environment = environment(base)
      environment.tenantURL = base + "/tenants/{slug}"
      let queue = EventQueue()
      await FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp-token"]).loadOnce()
      let listener = FleetListener(queue)
      #expect(await listener.wait { $0.workspaces.count == 1 && $0.isComplete(.tenant("acme"), at: wallClock()) })
      // Its token is read again once, not at each refusal.
      #expect(asked.values == ["token", "workspaces", "token", "workspaces", "workspaces"])
    }
  }

  /// A slow endpoint has its time for the machines; volumes and the rest come after them.
  @Test func machinesAreReadBeforeWhatStandsBesideThem() async throws {
    let asked = Recorder<String>()
    try await withServer({ request in
      let fields = try await FakeEC2.fields(request)
      asked.add(fields["Action"] ?? "another")
      guard fields["Action"] == "DescribeInstances" else { return FakeEC2.answer(400, FakeEC2.error("InvalidAction")) }
      return FakeEC2.answer(200, fields["NextToken"] == nil ? FakeEC2.page(0..<2, next: "more") : FakeEC2.page(2..<3))
    }) { base in
      var environment = FleetEnvironment(name: "test")
      var aws = AWSSettings()
      aws.regions = ["us-east-2"]
      aws.endpoint = base
      environment.aws = aws
      var options = FleetFeeds.Options()
      options.readsResources = true
      let queue = EventQueue()
      let keys = ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"]
      await FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: keys, options: options).loadOnce()
      #expect(asked.values.prefix(2) == ["DescribeInstances", "DescribeInstances"])
      #expect(Set(asked.values).isSuperset(of: ["DescribeVolumes", "DescribeAddresses", "DescribeSecurityGroups"]))
      let listener = FleetListener(queue)
      #expect(await listener.wait { $0.instances.count == 3 })
    }
  }

  @Test func aCommandThatClosesItsOutputAndGoesOnIsEndedInItsTime() {
    #expect(throws: ChildProcess.Failure.self) {
      try ChildProcess.output(of: ["/bin/sh", "-c", "exec >&-; exec sleep 600"], environment: [:], seconds: 0.3)
    }
    #expect(throws: ChildProcess.Failure.self) {
      try ChildProcess.output(of: ["/bin/sh", "-c", "sleep 600"], environment: [:], seconds: 0.3)
    }
  }

  @Test func aCommandsBrokenPipeEndsIt() throws {
    // SIGPIPE is ignored here; a child that inherited that would print on.
    signal(SIGPIPE, SIG_IGN)
    let text = try ChildProcess.output(
      of: ["/bin/sh", "-c", "while :; do echo y; done 2>/dev/null | head -n 1"],
      environment: ["PATH": "/usr/bin:/bin"], seconds: 20)
    #expect(text == "y\n")
  }

  @Test func aMissingTokenIsAFailureThatNamesItsPlace() async {
    let queue = EventQueue()
    let feeds = FleetFeeds(environment: environment("http://127.0.0.1:1"), http: HTTPClient(), queue: queue, variables: [:])
    await feeds.loadOnce()
    let listener = FleetListener(queue)
    _ = await listener.wait { _ in true }
    #expect(
      listener.fleet.freshness(of: .controlPlane, at: wallClock()).problem == "control plane: the environment variable TOKEN is not set")
  }

  @Test func aFeedThatIsNotOfferedIsNoFailure() async throws {
    let plane = ChangeableControlPlane()
    plane.answer(200, Self.good)
    try await withServer({ try await plane.handle($0) }) { base in
      let queue = EventQueue()
      let feeds = FleetFeeds(environment: environment(base), http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp-token"])
      let listener = FleetListener(queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.freshness(of: .feed, at: wallClock()).problem?.contains("polling") == true })
      #expect(listener.fleet.freshness(of: .feed, at: wallClock()).state == .never)
    }
  }

  @Test func streamsGoToWhatMovesAndToWhatIsShownWithinTheBudget() {
    var budget = StreamBudget()
    budget.limit = 3
    let candidates: [(id: WorkspaceID, status: WorkspaceStatus, isShown: Bool)] = [
      ("online", .online, false), ("shown", .online, true), ("boot1", .provisioning, false), ("boot2", .provisioning, false),
      ("bad", .degraded, false), ("gone", .removed, true),
    ]
    var choice = StreamChoice()
    func chosen() -> Set<WorkspaceID> {
      for candidate in candidates { _ = choice.set(candidate.id, budget.reason(of: candidate.status, isShown: candidate.isShown)) }
      return choice.chosen(limit: budget.limit)
    }
    #expect(chosen() == ["boot1", "boot2", "bad"])
    budget.limit = 10
    #expect(chosen() == ["boot1", "boot2", "bad", "shown"])
    budget.choice = .shown
    #expect(chosen() == ["shown"])
    budget.choice = .all
    #expect(chosen() == ["boot1", "boot2", "bad", "shown", "online"])
  }

  @Test func tenantsAreAskedRarelyWhereThereAreManyAndLaterAfterFailures() {
    func next(tenants: Int, hearsFeed: Bool, isMoving: Bool, followed: Int? = nil) -> Double {
      let usual = TenantSchedule.interval(tenants: tenants, hearsFeed: hearsFeed)
      var rhythm = PollRhythm(of: "acme")
      rhythm.close = TenantSchedule.close(isMoving: isMoving, followed: followed)
      // A little apart from the others.
      return (rhythm.wait(afterAnswer: usual) / (0.9 + rhythm.phase / 5)).rounded()
    }
    #expect(next(tenants: 14, hearsFeed: false, isMoving: false) == 30)
    #expect(next(tenants: 14, hearsFeed: true, isMoving: false) == 60)
    #expect(next(tenants: 5000, hearsFeed: true, isMoving: false) == 500)
    #expect(next(tenants: 14, hearsFeed: false, isMoving: true) == 5)
    // What is looked at or waited for: soon, but never more than two questions a second for all of it.
    #expect(next(tenants: 14, hearsFeed: true, isMoving: false, followed: 1) == 5)
    #expect(next(tenants: 5000, hearsFeed: false, isMoving: false, followed: 40) == 20)
    #expect(next(tenants: 100, hearsFeed: false, isMoving: false, followed: 100) == 30)
    #expect(TenantSchedule.next(afterFailures: 6, pause: nil, isAwaited: true, random: 0.5) == 5)
    let delays = (1...8).map { TenantSchedule.next(afterFailures: $0, pause: nil, random: 0.5) }
    #expect(delays == delays.sorted() && delays.last == 120)
    #expect(TenantSchedule.next(afterFailures: 1, pause: 90, random: 0.5) == 90)
  }
}
