import FlyingFox
import Foundation
import Synchronization
import Testing

@testable import Feeds
@testable import FleetModel

/// A control plane and one tenant in which so much happened elsewhere that its newest hundred events no longer hold a workspace's own.
private final class BusyTenant: Sendable {
  static let workspace = "5fc42138-fb6c-4b13-89d3-93481d3d8621"
  private let asked = Mutex<[String: Int]>([:])
  private let answers = Mutex<[String: (Int, String)]>([:])

  /// How often each path was asked for.
  func count(_ path: String) -> Int { asked.withLock { $0["/t/acme" + path] ?? 0 } }
  func answer(_ path: String, _ status: Int, _ text: String) { answers.withLock { $0["/t/acme" + path] = (status, text) } }

  init() {
    let id = Self.workspace
    let elsewhere = (0..<100).map {
      #"{"id":"e\#($0)","event_type":"WORKSPACE_REMOVED","workspace_id":"other","payload":{},"created_at":"2026-11-24T03:00:00Z"}"#
    }
    answer("/health", 200, #"{"status":"ok"}"#)
    answer("/events", 200, "[\(elsewhere.joined(separator: ","))]")
    answer(
      "/events/\(id)", 200,
      #"[{"id":"own","event_type":"WORKSPACE_DEGRADED","workspace_id":"\#(id)","payload":{"runtime_state":"wedged"},"created_at":"2026-11-24T02:00:00Z"}]"#
    )
    answer(
      "/workspaces", 200,
      #"[{"id":"\#(id)","name":"one","status":"degraded","runtime":"hermes","last_error_rate":0,"last_sample_error":"SDK init timeout"}]"#)
    answer("/workspaces/\(id)", 200, #"{"id":"\#(id)"}"#)
    answer("/workspaces/\(id)/state", 401, #"{"error":"invalid workspace auth token"}"#)
    answer("/workspaces/\(id)/activity", 200, "[]")
    for path in ["/admin/schedules/health", "/approvals/pending", "/templates", "/plugins", "/canvas/viewport"] { answer(path, 200, "[]") }
    answer("/admin/liveness", 200, #"{"subsystems":{}}"#)
    answer("/metrics", 200, "")
  }

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func json(_ status: Int, _ text: String) -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(
        statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: "application/json"], body: Data(text.utf8))
    }
    switch request.path {
    case "/cp/admin/orgs": return json(200, #"{"orgs":[{"id":"org-1","slug":"acme","instance_status":"running"}]}"#)
    case "/cp/admin/orgs/acme/admin-token": return json(200, #"{"admin_token":"t"}"#)
    case "/cp/admin/purges": return json(200, #"{"purges":[]}"#)
    default:
      asked.withLock { $0[request.path, default: 0] += 1 }
      guard let (status, text) = answers.withLock({ $0[request.path] }) else { return json(404, "404 page not found") }
      guard request.path == "/t/acme/health" || request.headers[HTTPHeader("X-Molecule-Org-Id")] == "org-1" else { return json(404, "") }
      return json(status, text)
    }
  }

  func access(_ base: String) -> FleetAccess {
    var environment = FleetEnvironment(name: "test")
    environment.controlPlane = base
    environment.adminToken = .environment("TOKEN")
    environment.tenantURL = base + "/t/{slug}"
    return FleetAccess(environment: environment, http: HTTPClient(), variables: ["TOKEN": "cp"])
  }

  func load(_ base: String, asksEvents: Bool = true) async -> Fleet {
    let queue = EventQueue()
    var options = FleetFeeds.Options()
    options.asksEvents = asksEvents
    let feeds = FleetFeeds(access(base), queue: queue, options: options)
    await feeds.loadOnce()
    var fleet = Fleet()
    for event in queue.drain() { fleet.apply(event) }
    return fleet
  }
}

@Suite struct TenantWordsTests {
  private func withTenant(_ body: (BusyTenant, String) async throws -> Void) async throws {
    let tenant = BusyTenant()
    try await withServer({ try await tenant.handle($0) }) { base in try await body(tenant, base) }
  }

  @Test func aSnapshotReadsTheOwnEventsOfWhatTheTenantsNewestDoNotExplainOnce() async throws {
    try await withTenant { tenant, base in
      let fleet = await tenant.load(base)
      #expect(fleet.findings(within: "org-1", at: wallClock()).map(\.code) == [.wedged])
      #expect(tenant.count("/events") == 1 && tenant.count("/events/\(BusyTenant.workspace)") == 1)
    }
  }

  @Test func whatTheTenantsNewestExplainIsNotReadAgain() async throws {
    try await withTenant { tenant, base in
      tenant.answer(
        "/events", 200,
        #"[{"id":"a","event_type":"WORKSPACE_DEGRADED","workspace_id":"\#(BusyTenant.workspace)","payload":{},"created_at":"2026-11-24T02:00:00Z"}]"#
      )
      _ = await tenant.load(base)
      #expect(tenant.count("/events") == 1 && tenant.count("/events/\(BusyTenant.workspace)") == 0)
    }
  }

  @Test func anExplanationOfAWorkspaceReadsItsOwnEventsAndNobodyElses() async throws {
    try await withTenant { tenant, base in
      let fleet = await tenant.load(base, asksEvents: false)
      #expect(tenant.count("/events") == 0)
      let org = try #require(fleet.orgs["org-1"])
      let workspace = try #require(fleet.workspaces(of: org.id).first)
      let reader = try await CaseReader(tenant.access(base))
      let file = await reader.file(on: CaseQuestion(about: org, workspace: workspace, in: fleet, at: wallClock()))
      #expect(fleet.findings(of: workspace.id, at: wallClock(), file: file).map(\.code) == [.wedged])
      #expect(Timeline.of(org, workspace: workspace, in: fleet, file: file).contains { $0.event.contains("WORKSPACE_DEGRADED") })
      #expect(tenant.count("/events") == 0 && tenant.count("/events/\(BusyTenant.workspace)") == 1)
    }
  }

  // MARK: - Checks

  private func checks(_ tenant: BusyTenant, _ base: String) async -> [Check] {
    await TenantProbe(http: HTTPClient(), slug: "acme", base: base + "/t/acme", org: "org-1", token: Secret("t")).checks()
  }

  @Test func aStateThatOnlyTheWorkspaceMayReadIsNoFaultOfTheTenant() async throws {
    try await withTenant { tenant, base in
      let checks = await checks(tenant, base)
      #expect(!checks.contains { $0.result == .fail }, "\(checks.filter { $0.result == .fail })")
      let state = try #require(checks.first { $0.id == "route-state" })
      #expect(state.result == .unknown && !state.counts && state.summary.contains("401"))
      // A refused activity still is one.
      tenant.answer("/workspaces/\(BusyTenant.workspace)/activity", 401, #"{"error":"invalid workspace auth token"}"#)
      #expect(await self.checks(tenant, base).first { $0.id == "route-activity" }?.result == .fail)
    }
  }

  @Test func tooManyRequestsFailNothingAndAreNotMadeMore() async throws {
    try await withTenant { tenant, base in
      tenant.answer("/health", 429, #"{"error":"rate limit exceeded","retry_after":41}"#)
      let checks = await checks(tenant, base)
      #expect(!checks.contains { $0.result == .fail } && checks.contains { $0.id == "http" && $0.result == .unknown && $0.counts })
      #expect(tenant.count("/workspaces") == 0)
      let report = await TenantProbe(http: HTTPClient(), slug: "acme", base: base + "/t/acme", org: "org-1", token: nil).report()
      #expect(report.isLimited && report.failure == nil)
    }
  }

  @Test func aDatabaseThatIsAwayIsNamed() async throws {
    try await withTenant { tenant, base in
      tenant.answer("/workspaces", 503, #"{"code":"platform_unavailable","error":"platform datastore unavailable — retry shortly"}"#)
      let checks = await checks(tenant, base)
      #expect(checks.first { $0.id == "http" }?.result == .pass)
      let list = try #require(checks.first { $0.id == "route-workspaces" })
      #expect(list.result == .fail && list.summary.contains("its database does not"))
      let fleet = await tenant.load(base)
      #expect(fleet.findings(within: "org-1", at: wallClock()).map(\.code) == [.platformDatabaseDown])
    }
  }

  // MARK: - What is waited for

  @Test func whatIsWaitedForIsAskedEveryFewSeconds() async throws {
    try await withTenant { tenant, base in
      tenant.answer("/workspaces", 200, #"[{"id":"\#(BusyTenant.workspace)","name":"one","status":"online","runtime":"hermes"}]"#)
      let queue = EventQueue()
      let feeds = FleetFeeds(tenant.access(base), queue: queue)
      let listener = FleetListener(queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      let id = WorkspaceID(BusyTenant.workspace)
      #expect(await listener.wait { $0.workspaces[id] != nil })
      listener.waitFor("org-1", workspace: id)
      // Its stream is asked for, and the list shows what no stream tells.
      #expect(await listener.wait { _ in tenant.count("/workspaces/\(id)/events/stream") > 0 })
      tenant.answer("/workspaces", 200, "[]")
      let began = monotonicSeconds()
      #expect(await listener.wait { $0.workspaces[id] == nil })
      #expect(monotonicSeconds() - began < 20, "the usual interval is 30 s")
    }
  }
}
