import FleetModel
import FleetSim
import Foundation
import Testing

import enum FleetModel.JSONValue

@Suite("Simulated control plane", .timeLimit(.minutes(5)))
struct SimulationControlPlaneTests {
  @Test("The default fleet is there, in every state, newest org first")
  func roster() async throws {
    try await withSimulation { _, wire in
      let reply = try await wire.admin("/cp/admin/orgs?limit=500")
      #expect(reply.status == 200)
      #expect(reply.header("Content-Type") == "application/json")
      let orgs = try #require(reply.json["orgs"]?.array)
      #expect(orgs.count == 15)
      let created = orgs.compactMap { $0["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } }
      #expect(created.count == orgs.count)
      #expect(created == created.sorted(by: >))
      let statuses = Set(orgs.compactMap { $0["instance_status"]?.string })
      #expect(statuses.isSuperset(of: ["provisioning", "running", "failed", "stopped", "suspended"]))
      #expect(orgs.contains { $0["instance_status"] == nil }, "an org without an instance row has no instance_status at all")
      for org in orgs {
        #expect(
          Set(org.members?.map(\.name) ?? []).subtracting(["instance_status"]) == [
            "id", "slug", "name", "plan", "member_count", "last_error", "created_at", "updated_at",
          ])
        let slug = Slug(org["slug"]?.string ?? "")
        #expect(slug.isWellFormed)
      }
      let few = try await wire.admin("/cp/admin/orgs?limit=3")
      #expect(few.json["orgs"]?.array == Array(orgs.prefix(3)))
    }
  }

  @Test("A missing or wrong bearer gets 401 and a JSON error, everywhere under /cp/admin")
  func unauthorised() async throws {
    try await withSimulation { _, wire in
      for path in ["/cp/admin/orgs?limit=500", "/cp/admin/purges", "/cp/admin/events/stream", "/cp/admin/tenants/acme/boot-events"] {
        for bearer in [nil, "wrong"] {
          let reply = try await wire.get(path, bearer: bearer)
          #expect(reply.status == 401)
          #expect(reply.json["error"]?.text != nil)
        }
      }
      let health = try await wire.get("/health")
      #expect(health.text == #"{"service":"molecule-cp","status":"ok"}"#)
      #expect(try await wire.get("/cp/status").status == 200)
    }
  }

  @Test("What does not exist answers the exact 404 that proves an org's absence")
  func absent() async throws {
    try await withSimulation { _, wire in
      for path in ["orgs/nobody/admin-token", "tenants/nobody/diagnostics", "tenants/nobody/boot-events?limit=1"] {
        let reply = try await wire.admin("/cp/admin/\(path)")
        #expect(reply.status == 404)
        #expect(reply.text == #"{"error":"org not found","slug":"nobody"}"#)
      }
      let unknown = try await wire.admin("/cp/admin/nothing")
      #expect(unknown.status == 404)
      #expect(unknown.text == "404 page not found")
    }
  }

  @Test("Boot events, diagnostics, console, stats and the public instance answer about a tenant that provisions")
  func details() async throws {
    try await withSimulation { _, wire in
      let boot = try await wire.admin("/cp/admin/tenants/bright-lab/boot-events?limit=50").json
      #expect(boot["slug"]?.string == "bright-lab")
      let rows = try #require(boot["events"]?.array)
      #expect(rows.last?["event"]?.string == "install_apt_base")
      #expect(rows.allSatisfy { $0["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil })
      #expect(try await wire.admin("/cp/admin/tenants/bright-lab/boot-events?limit=1").json["events"]?.array == Array(rows.prefix(1)))
      let slugs = try await wire.admin("/cp/admin/orgs?limit=500").json["orgs"]?.array?.compactMap { $0["slug"]?.string } ?? []
      let slug = try #require(slugs.first { $0.hasPrefix("e2e-") && $0.hasSuffix("-7f") })
      #expect(try await wire.admin("/cp/admin/tenants/\(slug)/boot-events").json["events"]?.array == [])

      let diagnostics = try await wire.admin("/cp/admin/tenants/acme/diagnostics").json
      #expect(diagnostics["tunnel"]?["status"]?.string == "healthy")
      let instance = try await wire.get("/cp/orgs/acme/instance").json
      #expect(Set(instance.members?.map(\.name) ?? []) == ["slug", "status", "ip", "region", "org_id"])
      #expect(try await wire.admin("/cp/admin/stats").json["orphan_ec2_instances"]?.integer ?? 0 > 0)

      let token = try await wire.admin("/cp/admin/orgs/initech/admin-token").json["admin_token"]?.text
      let org = try await wire.get("/cp/orgs/initech/instance").json["org_id"]?.string ?? ""
      let list = try await wire.get("/tenants/initech/workspaces", bearer: token, headers: ["X-Molecule-Org-Id": org]).json
      let id = try #require(list.array?.first { $0["status"]?.string == "provisioning" }?["id"]?.string)
      let console = try await wire.admin("/cp/admin/workspaces/\(id)/console").json
      #expect(console["output"]?.string?.contains("0.0.0.0:8000") == true)
      #expect(console["instance_id"]?.string?.hasPrefix("i-") == true)
    }
  }

  @Test("Creating an org answers 201 with its id and starts to provision it; a taken slug 409, missing fields 400")
  func creation() async throws {
    try await withSimulation { _, wire in
      func create(_ body: String) async throws -> SimulationWire.Reply {
        try await wire.send("POST", "/cp/admin/orgs", bearer: wire.endpoints.adminToken, body: body)
      }
      let made = try await create(#"{"slug":"newcorp","name":"New Corp","owner_user_id":"u1"}"#)
      #expect(made.status == 201)
      let row = try await wire.admin("/cp/admin/orgs?limit=1").json["orgs"]?.array?.first
      #expect(row?["id"] == made.json["id"])
      #expect(row?["instance_status"]?.string == "provisioning")
      #expect(try await create(#"{"slug":"newcorp","name":"New Corp","owner_user_id":"u1"}"#).status == 409)
      let missing = try await create(#"{"slug":"x"}"#)
      #expect(missing.status == 400)
      #expect(missing.text == #"{"error":"name, owner_user_id are required","fields":["name","owner_user_id"]}"#)
    }
  }

  @Test("A deletion runs its cascade to the end: receipt, purge row, machines, name and roster row gone")
  func deletion() async throws {
    try await withSimulation(speed: 1000) { _, wire in
      let orgID = try await wire.get("/cp/orgs/globex/instance").json["org_id"]?.string ?? ""
      #expect(try await wire.delete("globex", confirm: "Globex").text == #"{"error":"confirm field must equal the URL slug"}"#)
      async let one = wire.delete("globex", confirm: "globex")
      async let two = wire.delete("globex", confirm: "globex")
      let (first, second) = try await (one, two)
      let (reply, other) = first.status == 200 ? (first, second) : (second, first)
      #expect(reply.status == 200)
      #expect(reply.json["deleted"]?.bool == true)
      #expect(reply.json["org_id"]?.string == orgID)
      // Whoever asks meanwhile joins the same run; who asks after it learns that the org is gone.
      #expect(other.status == 404 || other.json["purge_id"] == reply.json["purge_id"])

      let purge = try await wire.admin("/cp/admin/purges?limit=500").json["purges"]?.array?.first { $0["id"] == reply.json["purge_id"] }
      #expect(purge?["status"]?.string == "completed")
      #expect(purge?["last_step"]?.string == "completed")
      #expect(purge?["completed_at"]?.text != nil)
      #expect(try await wire.admin("/cp/admin/tenants/globex/boot-events?limit=1").text == #"{"error":"org not found","slug":"globex"}"#)
      let slugs = try await wire.admin("/cp/admin/orgs?limit=500").json["orgs"]?.array?.compactMap { $0["slug"]?.string }
      #expect(slugs?.contains("globex") == false)
      let live = try await wire.ec2(
        "Action=DescribeInstances&Filter.1.Name=tag%3AOrgID&Filter.1.Value.1=\(orgID)&Filter.2.Name=instance-state-name"
          + "&Filter.2.Value.1=pending&Filter.2.Value.2=running&Filter.2.Value.3=shutting-down")
      #expect(live.status == 200)
      #expect(!live.text.contains("<instanceId>"))
      let names = try await wire.get(
        "/dns/client/v4/zones/\(wire.endpoints.dnsZoneID)/dns_records?per_page=5000", bearer: wire.endpoints.dnsToken)
      #expect(!names.text.contains("\"globex."))
      #expect(try await wire.delete("globex", confirm: "globex").status == 404)
    }
  }

  @Test("A cascade that fails answers 500 with its purge id, and the same request resumes it after the last step done")
  func resumedDeletion() async throws {
    try await withSimulation(speed: 1000) { simulation, wire in
      simulation.set(.cascadeFails(atStep: "db_rows"), on: true)
      let failed = try await wire.delete("acme", confirm: "acme")
      #expect(failed.status == 500)
      #expect(failed.json["error"]?.string == "purge cascade failed; retry the request to resume")
      let id = try #require(failed.json["purge_id"])
      func purge() async throws -> JSONValue? {
        try await wire.admin("/cp/admin/purges?limit=500").json["purges"]?.array?.first { $0["id"] == id }
      }
      let row = try #require(try await purge())
      #expect(row["status"]?.string == "failed")
      #expect(row["last_step"]?.string == "infra")
      #expect(row["last_error"]?.text != nil)

      simulation.set(.cascadeFails(atStep: "db_rows"), on: false)
      let resumed = try await wire.delete("acme", confirm: "acme")
      #expect(resumed.status == 200)
      #expect(resumed.json["purge_id"] == id)
      #expect(try await purge()?["attempts"]?.integer == 2)
    }
  }

  @Test("An org that provisions holds its lease: 409; a queued deletion answers 202 with its purge id")
  func refusedAndQueued() async throws {
    try await withSimulation { simulation, wire in
      #expect(try await wire.delete("bright-lab", confirm: "bright-lab").status == 409)
      simulation.set(.deletionQueued, on: true)
      let queued = try await wire.delete("hooli", confirm: "hooli")
      let again = try await wire.delete("hooli", confirm: "hooli")
      #expect(queued.status == 202)
      #expect(queued.json["purge_id"]?.text != nil)
      #expect(again.json["purge_id"] == queued.json["purge_id"])
    }
  }

  @Test("Each fault of the roster is what it says, and goes when it is switched off")
  func faults() async throws {
    try await withSimulation { simulation, wire in
      func roster(_ fault: SimulatedFault) async throws -> SimulationWire.Reply {
        simulation.set(fault, on: true)
        defer { simulation.set(fault, on: false) }
        return try await wire.admin("/cp/admin/orgs?limit=500")
      }
      #expect(try await roster(.rosterUnavailable).status == 503)
      #expect(try await roster(.rosterHTML).text.hasPrefix("<html>"))
      #expect(try await roster(.rosterEmpty).text == #"{"orgs":[]}"#)
      #expect(try await roster(.rosterWithoutOrgs).json["orgs"] == nil)
      #expect(try await roster(.rosterTruncated(to: 4)).json["orgs"]?.array?.count == 4)
      #expect(try await roster(.tokenRefused).status == 401)
      let whole = try await wire.admin("/cp/admin/orgs?limit=500")
      #expect(whole.json["orgs"]?.array?.count == 15)
    }
  }

  @Test("A roster that hangs answers nothing, and stopping the fleet ends the wait")
  func hanging() async throws {
    let simulation = try FleetSimulation()
    let wire = SimulationWire(endpoints: try await simulation.start())
    simulation.set(.rosterHangs, on: true)
    var hanging = try await wire.open("GET", "/cp/admin/orgs?limit=500", bearer: wire.endpoints.adminToken)
    defer { hanging.close() }
    #expect(try await wire.get("/health").status == 200)
    async let stopped: Void = simulation.stop()
    _ = try await hanging.readToEnd()
    await stopped
    #expect(SimulationWire.reply(from: hanging.received).status != 200)
  }
}
