import FleetModel
import FleetSim
import Foundation
import Testing

import enum FleetModel.JSONValue

@testable import Feeds

@Suite("Simulated outages", .timeLimit(.minutes(5)))
struct SimulationOutageTests {
  private func post(_ path: String, _ wire: SimulationWire, bearer: String? = nil) async throws -> SimulationWire.Reply {
    try await wire.send("POST", "/sim/\(path)", bearer: bearer ?? wire.endpoints.adminToken)
  }

  @Test("A stopped service answers as its gateway does, and as ever once it is resumed")
  func stopped() async throws {
    try await withSimulation("idle") { _, wire in
      let tenant = try await SimulationTenantTests.Tenant("acme", wire)
      func statuses() async throws -> [Int] {
        [
          try await wire.admin("/cp/admin/orgs").status, try await tenant.get("/workspaces").status,
          try await wire.ec2("Action=DescribeInstances").status, try await wire.ec2("Action=DescribeInstances", region: "us-west-2").status,
          try await wire.get("/dns/client/v4/zones/\(wire.endpoints.dnsZoneID)/dns_records", bearer: wire.endpoints.dnsToken).status,
        ]
      }
      let outages: [(service: String, statuses: [Int])] = [
        ("control-plane", [503, 200, 200, 200, 200]), ("tenants", [200, 503, 200, 200, 200]), ("tenants/acme", [200, 503, 200, 200, 200]),
        ("ec2", [200, 200, 503, 503, 200]), ("ec2/us-west-2", [200, 200, 200, 503, 200]), ("dns", [200, 200, 200, 200, 503]),
        ("database/acme", [200, 503, 200, 200, 200]), ("feed", [200, 200, 200, 200, 200]),
      ]
      for outage in outages {
        let stopped = try await post("stop/\(outage.service)", wire)
        #expect(stopped.status == 200)
        let row = stopped.json["services"]?.array?.first { $0["name"]?.string == outage.service }
        #expect(row?["state"] == "stopped", "\(stopped.text)")
        #expect(try await statuses() == outage.statuses, "\(outage.service)")
        let resumed = try await post("resume/\(outage.service)", wire)
        #expect(resumed.json["services"]?.array?.contains { $0["state"] == "stopped" } == false)
      }
      #expect(try await statuses() == [200, 200, 200, 200, 200])
    }
  }

  @Test("Only the admin token opens the door, and what isn't there is named")
  func door() async throws {
    try await withSimulation("idle") { _, wire in
      #expect(wire.endpoints.outages == wire.endpoints.controlPlane + "/sim")
      #expect(try await post("stop/dns", wire, bearer: "wrong").status == 401)
      #expect(try await wire.get("/sim").status == 401)
      for path in ["stop/everything", "stop/tenants/nobody", "stop/ec2/mars", "stop/dns/acme", "rotate/nobody", "burn/dns", "stop"] {
        let reply = try await post(path, wire)
        #expect(reply.status == 404 && reply.json["services"]?.array?.contains("control-plane") == true, "\(path)")
      }
      let overview = try await wire.admin("/sim")
      #expect(overview.json["services"]?.array?.count == 6 && overview.json["routes"]?.array?.isEmpty == false)
    }
  }

  @Test("A stopped feed cuts its clients and takes none")
  func feed() async throws {
    try await withSimulation("idle") { _, wire in
      let path = "/cp/admin/events/stream"
      var stream = try await wire.open("GET", path, bearer: wire.endpoints.adminToken)
      defer { stream.close() }
      try await stream.read { $0.text.contains("retry:") }
      _ = try await post("stop/feed", wire)
      _ = try await stream.readToEnd()
      #expect(try await wire.admin(path).status == 503)
      #expect(try await wire.admin("/cp/admin/orgs").status == 200)
    }
  }

  @Test("While its database is away a platform answers as it was seen to")
  func databaseDown() async throws {
    try await withSimulation("idle") { _, wire in
      let tenant = try await SimulationTenantTests.Tenant("acme", wire)
      let rows = try await tenant.get("/workspaces").json.array ?? []
      let id = try #require(rows.first?["id"]?.string)
      _ = try await post("stop/database", wire)
      #expect(try await tenant.bare("/health").status == 200)
      let list = try await tenant.get("/workspaces")
      #expect(list.status == 503)
      #expect(list.text == #"{"code":"platform_unavailable","error":"platform datastore unavailable — retry shortly"}"#)
      for path in ["/workspaces/\(id)/events/stream", "/workspaces/\(id)/activity", "/workspaces/\(id)/state"] {
        let reply = try await tenant.get(path)
        #expect(reply.status == 401 && reply.text == #"{"error":"invalid workspace auth token"}"#, "\(path)")
      }
    }
  }

  @Test("A workspace's state takes only its own token once it has one")
  func state() async throws {
    try await withSimulation { _, wire in
      let tenant = try await SimulationTenantTests.Tenant("acme", wire)
      let rows = try await tenant.get("/workspaces").json.array ?? []
      let online = try #require(rows.first { $0["status"]?.string == "online" }?["id"]?.string)
      let reply = try await tenant.get("/workspaces/\(online)/state")
      #expect(reply.status == 401 && reply.text == #"{"error":"invalid workspace auth token"}"#)
    }
  }

  @Test("A rotated token ends the streams and refuses the old one on every door")
  func rotated() async throws {
    try await withSimulation("idle") { _, wire in
      let tenant = try await SimulationTenantTests.Tenant("acme", wire)
      let id = try #require(try await tenant.get("/workspaces").json.array?.first?["id"]?.string)
      var stream = try await wire.open(
        "GET", "/tenants/acme/workspaces/\(id)/events/stream", bearer: tenant.token, headers: tenant.guardHeader)
      defer { stream.close() }
      try await stream.read { $0.text.contains(": ping") }
      #expect(try await post("rotate/acme", wire).status == 200)
      _ = try await stream.readToEnd()
      #expect(try await tenant.get("/workspaces").status == 401)
      #expect(try await tenant.get("/workspaces/\(id)/events/stream").status == 401)
      let renewed = try await SimulationTenantTests.Tenant("acme", wire)
      #expect(renewed.token != tenant.token)
      #expect(try await renewed.get("/workspaces").status == 200)
    }
  }

  @Test("The feeds follow a rotation by themselves, and spend little of the tenant's allowance on it")
  func followed() async throws {
    try await withSimulation("idle", offersFleetFeed: false) { _, wire in
      var environment = FleetEnvironment(name: "demo")
      environment.controlPlane = wire.endpoints.controlPlane
      environment.adminToken = .environment("TOKEN")
      environment.tenantURL = wire.endpoints.tenantURL
      var options = FleetFeeds.Options()
      options.streams.choice = .all
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = FleetFeeds(
        environment: environment, http: HTTPClient(), queue: queue, variables: ["TOKEN": wire.endpoints.adminToken], options: options)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      func open(_ fleet: Fleet) -> Int {
        fleet.org(named: "acme").map { org in fleet.workspaceIDs(of: org.id).count { fleet.openStreams.contains($0) } } ?? 0
      }
      func isWhole(_ fleet: Fleet) -> Bool {
        guard let org = fleet.org(named: "acme") else { return false }
        let count = fleet.workspaces(of: org.id).count { $0.row.status != .removed }
        return count > 0 && open(fleet) == count
      }
      #expect(await listener.wait(until: isWhole))
      _ = try await post("rotate/acme", wire)
      #expect(await listener.wait { !isWhole($0) })
      #expect(await listener.wait { isWhole($0) && $0.sources[.tenant("acme")]?.lacks.isEmpty == true })
      let left = try await wire.get("/tenants/acme/health").header("X-Ratelimit-Remaining").flatMap { Int($0) }
      #expect(left ?? 0 > 500)
    }
  }
}
