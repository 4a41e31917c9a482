import FleetModel
import FleetSim
import Foundation
import Testing

import enum FleetModel.JSONValue

@Suite("Simulated tenants", .timeLimit(.minutes(5)))
struct SimulationTenantTests {
  /// A tenant's door: its token and its org's id.
  struct Tenant {
    let wire: SimulationWire
    let slug: String
    let token: String
    let org: String

    init(_ slug: String, _ wire: SimulationWire) async throws {
      self.wire = wire
      self.slug = slug
      token = try await wire.admin("/cp/admin/orgs/\(slug)/admin-token").json["admin_token"]?.text ?? ""
      org = try await wire.get("/cp/orgs/\(slug)/instance").json["org_id"]?.string ?? ""
    }

    var guardHeader: [String: String] { ["X-Molecule-Org-Id": org] }

    func get(_ path: String) async throws -> SimulationWire.Reply {
      try await wire.get("/tenants/\(slug)\(path)", bearer: token, headers: guardHeader)
    }

    func bare(_ path: String, bearer: String? = nil) async throws -> SimulationWire.Reply {
      try await wire.get("/tenants/\(slug)\(path)", bearer: bearer, headers: guardHeader)
    }
  }

  private static func captured(_ name: String) throws -> SimulationWire.Reply {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "http", subdirectory: "Fixtures/tenant"))
    return SimulationWire.reply(from: Array(try Data(contentsOf: url)))
  }

  /// The names of an answer's members; of a list, of its first row.
  private static func names(_ value: JSONValue) -> [String] {
    (value.array.map { $0.first ?? .null } ?? value).members?.map(\.name) ?? []
  }

  /// Headers whose values a server chooses anew each time.
  private static func stableHeaders(_ reply: SimulationWire.Reply) -> [String: String] {
    let volatile = ["date", "content-length", "transfer-encoding", "connection"]
    return reply.headers.filter { !volatile.contains($0.key) && !$0.key.hasPrefix("x-ratelimit") && $0.key != "retry-after" }
  }

  @Test("A parent's delegation is among what its tenant recorded, with whom it went to")
  func delegation() async throws {
    try await withSimulation { _, wire in
      let tenant = try await Tenant("acme", wire)
      let workspaces = try await tenant.get("/workspaces").json.array ?? []
      let child = try #require(workspaces.first { $0["parent_id"]?.string != nil })
      let event = try #require(try await tenant.get("/events").json.array?.first { $0["event_type"]?.string == "DELEGATION_SENT" })
      #expect(event["workspace_id"]?.string == child["parent_id"]?.string)
      #expect(event["payload"]?["target_id"]?.string == child["id"]?.string)
      #expect(event["payload"]?.members?.map(\.name).sorted() == ["delegation_id", "target_id", "task_preview"])
    }
  }

  @Test("Every answer has the members, the order and the headers of the captured one")
  func shapes() async throws {
    try await withSimulation { _, wire in
      let tenant = try await Tenant("acme", wire)
      let list = try await tenant.get("/workspaces")
      let id = try #require(
        list.json.array?.first { $0["status"]?.string == "online" && $0["runtime"]?.string == "claude-code" }?["id"]?.string)
      let row = try #require(list.json.array?.first { $0["id"]?.string == id })
      // One that has no token yet: of any other the state is refused.
      let fresh = try #require(list.json.array?.first { $0["status"]?.string == "provisioning" }?["id"]?.string)
      #expect(Self.names(row) == Self.names(try Self.captured("12-list-3").json))
      for (path, name) in [
        ("/health", "01-health"), ("/workspaces/\(id)", "46-get-A"), ("/workspaces/\(fresh)/state", "47-state-A"),
        ("/workspaces/\(id)/budget", "54-budget"), ("/events", "62-events-all"), ("/events/\(id)", "63-events-A"),
        ("/admin/liveness", "64-admin-liveness"), ("/approvals/pending", "37-approvals-pending"),
      ] {
        let reply = try await tenant.get(path)
        let real = try Self.captured(name)
        #expect(reply.status == real.status, "\(path)")
        #expect(Self.names(reply.json) == Self.names(real.json), "\(path)")
        #expect(Self.stableHeaders(reply) == Self.stableHeaders(real), "\(path)")
      }
    }
  }

  @Test("An allowance that others used up refuses everything, health too")
  func limited() async throws {
    try await withSimulation("idle") { simulation, wire in
      let tenant = try await Tenant("acme", wire)
      simulation.set(.tenantLimited("acme"), on: true)
      for path in ["/health", "/workspaces"] {
        let reply = try await tenant.get(path)
        #expect(reply.status == 429 && reply.header("Retry-After") != nil, "\(path)")
      }
    }
  }

  @Test("Errors have the captured status and body, byte for byte")
  func errors() async throws {
    try await withSimulation { _, wire in
      let tenant = try await Tenant("acme", wire)
      let unknown = "00000000-0000-4000-8000-000000000000"
      let stream = "/workspaces/\(unknown)/events/stream"
      let cases: [(SimulationWire.Reply, String)] = [
        (try await tenant.bare("/workspaces"), "02-list-noauth"),
        (try await tenant.bare("/workspaces", bearer: "wrong"), "03-list-badauth"),
        (try await tenant.bare(stream), "13-sse-noauth"),
        (try await tenant.get(stream), "15-sse-unknown-ws"),
        (try await tenant.get("/workspaces/not-a-uuid/events/stream"), "16-sse-nonuuid-ws"),
        (try await tenant.get("/workspaces/\(unknown)"), "48-get-unknown"),
        (try await tenant.get("/workspaces/not-a-uuid"), "49-get-nonuuid"),
        (try await tenant.get("/no/such/route"), "66-wrong-method"),
        (try await wire.get("/tenants/acme/workspaces", bearer: tenant.token), "218-tenant-noorg"),
        (try await wire.get("/tenants/acme/workspaces", bearer: tenant.token, headers: ["X-Molecule-Org-Id": "x"]), "220-tenant-wrongorg"),
      ]
      for (reply, name) in cases {
        let real = try Self.captured(name)
        #expect(reply.status == real.status, "\(name)")
        #expect(reply.text == real.text, "\(name)")
        #expect(Self.stableHeaders(reply) == Self.stableHeaders(real), "\(name)")
      }
    }
  }

  @Test("A removed workspace leaves the list, answers by its id, and its state is 404")
  func removed() async throws {
    try await withSimulation { _, wire in
      let tenant = try await Tenant("globex", wire)
      let events = try await tenant.get("/events").json.array ?? []
      let id = try #require(events.first { $0["event_type"]?.string == "WORKSPACE_REMOVED" }?["workspace_id"]?.string)
      #expect(try await tenant.get("/workspaces").json.array?.contains { $0["id"]?.string == id } == false)
      #expect(try await tenant.get("/workspaces/\(id)").json["status"]?.string == "removed")
      let state = try await tenant.get("/workspaces/\(id)/state")
      #expect(state.status == 404)
      #expect(state.text == #"{"deleted":true,"status":"removed","workspace_id":"\#(id)"}"#)
    }
  }

  @Test("A stream opens with a ping and then holds only data lines, with the tenant's own words")
  func stream() async throws {
    try await withSimulation(speed: 4) { _, wire in
      let tenant = try await Tenant("acme", wire)
      let rows = try await tenant.get("/workspaces").json.array ?? []
      let id = try #require(rows.first { $0["name"]?.string == "support-7" }?["id"]?.string)
      var stream = try await wire.open(
        "GET", "/tenants/acme/workspaces/\(id)/events/stream", bearer: tenant.token, headers: tenant.guardHeader)
      defer { stream.close() }
      try await stream.read { $0.text.contains("\"WORKSPACE_HEARTBEAT\"") }
      let body = SimulationWire.reply(from: stream.received)
      #expect(body.header("Content-Type") == "text/event-stream")
      #expect(body.text.hasPrefix(": ping\n\n"))
      let lines = body.text.split(separator: "\n").dropFirst()
      #expect(lines.allSatisfy { $0.hasPrefix("data: ") })
      let types = stream.events.compactMap { $0["type"]?.string }
      #expect(types.contains("WORKSPACE_ONLINE"))
      #expect(types.firstIndex(of: "WORKSPACE_ONLINE") ?? 0 < types.firstIndex(of: "WORKSPACE_HEARTBEAT") ?? 0)
    }
  }

  @Test("Beyond 600 requests a minute a tenant answers 429 with Retry-After and the captured body")
  func rateLimit() async throws {
    try await withSimulation("idle") { _, wire in
      var last = try await wire.get("/tenants/acme/health")
      #expect(last.header("X-Ratelimit-Limit") == "600")
      for _ in 0..<600 { last = try await wire.get("/tenants/acme/health") }
      #expect(last.status == 429)
      let seconds = try #require(last.header("Retry-After"))
      #expect(last.text == #"{"error":"rate limit exceeded","retry_after":\#(seconds)}"#)
      #expect(Self.stableHeaders(last) == Self.stableHeaders(try Self.captured("204-ratelimit-2")))
    }
  }

  @Test("A tenant that does not answer, refuses its token or does not exist is told apart")
  func unreachable() async throws {
    try await withSimulation { simulation, wire in
      let tenant = try await Tenant("acme", wire)
      simulation.set(.tenantUnreachable("acme"), on: true)
      #expect(try await tenant.get("/workspaces").status == 503)
      simulation.set(.tenantUnreachable("acme"), on: false)
      simulation.set(.tenantUnauthorized("acme"), on: true)
      #expect(try await tenant.get("/workspaces").status == 401)
      simulation.set(.tenantUnauthorized("acme"), on: false)
      #expect(try await tenant.get("/workspaces").status == 200)
      #expect(try await wire.get("/tenants/bright-lab/health").status == 502)
      #expect(try await wire.get("/tenants/nobody/health").status == 530)
    }
  }
}
