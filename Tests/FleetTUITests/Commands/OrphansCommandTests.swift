import FleetModel
import FleetSim
import Foundation
import Testing

extension CommandRun {
  /// The one document on standard output.
  fileprivate var json: JSONValue { get throws { try JSONValue(parsing: output) } }
}

private func withFleet(_ options: SimulationOptions, _ body: (FleetSimulation, SimulatedEndpoints) async throws -> Void) async throws {
  let simulation = try FleetSimulation(options)
  let endpoints = try await simulation.start()
  do { try await body(simulation, endpoints) } catch {
    await simulation.stop()
    throw error
  }
  await simulation.stop()
}

private func idle() -> SimulationOptions {
  var options = SimulationOptions()
  options.scenario = "idle"
  return options
}

@Suite struct OrphansCommandTests {
  private func verdicts(_ json: JSONValue) -> [(kind: String, verdict: String, reasons: [String])] {
    (json["orphans"]?.array ?? []).map {
      ($0["kind"]?.string ?? "", $0["verdict"]?.string ?? "", ($0["reasons"]?.array ?? []).compactMap(\.string))
    }
  }

  @Test func everyKindOfOrphanIsFoundInTheSimulatedFleet() async throws {
    try await withFleet(idle()) { _, endpoints in
      let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 3, "\(run.errors)")
      let json = try run.json
      #expect(json["schema"] == 1 && json["environment"] == "demo" && json["judged"] == true && json["refused"] == .null)
      let found = verdicts(json)
      let orphans = found.filter { $0.verdict == "orphan" }
      #expect(Set(orphans.map(\.kind)) == ["instance", "volume", "address", "security-group"])
      #expect(
        Set(orphans.flatMap(\.reasons)) == [
          "org-gone", "no-org-tag", "workspace-removed", "duplicate-workspace", "stopped-status-but-running", "unattached",
        ])
      #expect(found.contains { $0.verdict == "grace" })
      #expect(!found.contains { $0.verdict == "live" || $0.verdict == "foreign" })
      for row in json["orphans"]?.array ?? [] {
        #expect(
          row.members?.map(\.name) == ["kind", "id", "region", "verdict", "reasons", "evidence", "age", "hourly", "monthly", "next_step"])
        #expect(row["evidence"]?.array?.isEmpty == false)
        #expect(row["next_step"]?.string?.lowercased().contains("terminate") == false)
      }
      let again = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json").json
      #expect(json["orphans"]?.array?.map { $0["id"] } == again["orphans"]?.array?.map { $0["id"] })

      let snapshot = try await CommandRun.run("snapshot", "--config", endpoints.configPath, "--format", "json")
      let machines = try snapshot.json["instances"]?.array ?? []
      #expect(machines.count { $0["verdict"] == "orphan" } == orphans.count { $0.kind == "instance" })
      #expect(machines.contains { $0["verdict"] == "foreign" })
      #expect(try snapshot.json["totals"]?["orphans"]?.integer == Int64(orphans.count { $0.kind == "instance" }))
      #expect(try snapshot.json["totals"]?["wasted_hourly"]?.double ?? 0 > 0)

      for format in ["table", "csv"] {
        let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", format)
        #expect(run.status == 3 && run.output.hasPrefix("VERDICT") && run.output.contains("workspace-removed"))
      }
    }
  }

  @Test(arguments: [SimulatedFault.rosterHTML, .rosterEmpty, .rosterWithoutOrgs, .tokenRefused, .rosterUnavailable])
  func aRosterThatCannotBeBelievedMakesNothingAnOrphan(fault: SimulatedFault) async throws {
    try await withFleet(idle()) { simulation, endpoints in
      simulation.set(fault, on: true)
      let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4, "\(run.errors)")
      let json = try run.json
      #expect(json["judged"] == false)
      #expect(json["refused"]?.string?.contains("roster") == true)
      #expect(!verdicts(json).contains { $0.verdict == "orphan" })
      #expect(verdicts(json).contains { $0.reasons == ["roster"] })
      let roster = json["sources"]?.array?.first { $0["name"] == "control-plane" }
      #expect(roster?["state"] == (fault == .rosterEmpty ? "partial" : "failed"))
      #expect(!run.errors.contains(endpoints.adminToken))
    }
  }

  /// The roster lacks most of the orgs: each answer is whole, and together they can't be true.
  @Test func aCutRosterTripsTheSafetyGate() async throws {
    try await withFleet(idle()) { simulation, endpoints in
      simulation.set(.rosterTruncated(to: 1), on: true)
      let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4)
      let json = try run.json
      #expect(json["judged"] == false && json["refused"]?.string?.contains("more than half") == true)
      #expect(!verdicts(json).contains { $0.verdict == "orphan" })
      #expect(json["sources"]?.array?.first { $0["name"] == "control-plane" }?["state"] == "partial")
      #expect(try await CommandRun.run("snapshot", "--config", endpoints.configPath, "--format", "json").status == 4)
    }
  }

  @Test func aFailedRegionLeavesTheOthersOrphans() async throws {
    try await withFleet(idle()) { simulation, endpoints in
      simulation.set(.regionFails("us-west-2"), on: true)
      let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4)
      #expect(try run.json["judged"] == true)
      #expect(verdicts(try run.json).contains { $0.reasons == ["org-gone"] && $0.verdict == "orphan" })
      #expect(run.errors.contains("ec2:us-west-2"))
    }
  }

  @Test func aTenantThatCannotBeAskedLeavesItsMachinesOpen() async throws {
    try await withFleet(idle()) { simulation, endpoints in
      simulation.set(.tenantUnauthorized("globex"), on: true)
      let run = try await CommandRun.run("orphans", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4)
      let found = verdicts(try run.json)
      #expect(found.contains { $0.verdict == "cannot-tell" && $0.reasons == ["tenant:globex"] })
      #expect(found.contains { $0.verdict == "orphan" && $0.reasons == ["org-gone"] })
      #expect(!found.contains { $0.verdict == "orphan" && $0.reasons.contains("stopped-status-but-running") })
    }
  }
}

@Suite struct OrphansCommandDNSTests {
  private func count(_ json: JSONValue, _ decision: String) -> Int {
    json["records"]?.array?.count { $0["decision"] == .string(decision) } ?? -1
  }

  @Test func theZoneIsComparedWithTheFleet() async throws {
    try await withFleet(idle()) { simulation, endpoints in
      let run = try await CommandRun.run("dns", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 3, "\(run.errors)")
      let json = try run.json
      #expect(json["orphans"]?.integer == Int64(count(json, "orphan")) && count(json, "orphan") > 50)
      #expect(json["used"]?.integer == Int64(json["records"]?.array?.count ?? 0) && json["quota"] == 200)
      #expect(json["findings"]?.array?.first?["code"] == "dns-quota-full")
      #expect(json["sources"]?.array?.contains { $0["name"] == "dns" && $0["state"] == "complete" } == true)
      simulation.set(.rosterHTML, on: true)
      let blind = try await CommandRun.run("dns", "--config", endpoints.configPath, "--format", "json")
      #expect(blind.status == 4)
      #expect(try count(blind.json, "orphan") == 0 && count(blind.json, "cannot-tell") > 50)
      #expect(try blind.json["refused"]?.string?.contains("roster of demo") == true)
      simulation.set(.rosterHTML, on: false)
      simulation.set(.tokenRefused, on: true)
      #expect(try await CommandRun.run("dns", "--config", endpoints.configPath, "--format", "json").status == 4)
    }
  }

  @Test func anUnreadableZoneIsToldAndNothingIsAnOrphan() async throws {
    try await withFleet(idle()) { simulation, endpoints in
      simulation.set(.dnsFails, on: true)
      let run = try await CommandRun.run("dns", "--config", endpoints.configPath, "--format", "json")
      #expect(run.status == 4)
      #expect(try run.json["used"] == .null)
      #expect(try run.json["refused"]?.string?.contains("could not be read") == true)
      #expect(try run.json["sources"]?.array?.contains { $0["name"] == "dns" && $0["state"] == "failed" } == true)
      #expect(!run.errors.contains(endpoints.dnsToken))
    }
  }

  /// Two environments in one zone: the second's tenants are alive too, and without its roster nothing is an orphan.
  @Test func everyEnvironmentOfTheZoneIsAsked() async throws {
    var other = idle()
    other.seed = 2
    other.orgs = 3
    try await withFleet(idle()) { _, first in
      try await withFleet(other) { simulation, second in
        // Of one history for both.
        let other = second.configuration.split(separator: "[history]")[0].replacing("environment.demo", with: "environment.second")
        let both = first.configuration + other.drop { $0 != "[" }
        let directory = try TemporaryDirectory()
        let path = try directory.file("config.toml", both)
        let run = try await CommandRun.run("dns", "--config", path, "--format", "json")
        #expect(run.status == 3, "\(run.errors)")
        simulation.set(.rosterHTML, on: true)
        let blind = try await CommandRun.run("dns", "--config", path, "--format", "json")
        #expect(blind.status == 4)
        #expect(try count(blind.json, "orphan") == 0)
        #expect(try blind.json["refused"]?.string?.contains("roster of second") == true)
        let roster = try blind.json["sources"]?.array?.first { $0["name"] == "control-plane" }
        #expect(roster?["state"] == "failed" && roster?["error"]?.string?.contains("environment second") == true)
      }
    }
  }

  @Test func anEnvironmentWithoutAZoneIsAConfigurationError() async throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file(
      "config.toml", "[environment.lone]\ncontrol_plane = \"http://127.0.0.1:1\"\nadmin_token = { env = \"X\" }\n")
    let run = try await CommandRun.run("dns", "--config", path)
    #expect(run.status == 2 && run.output.isEmpty && run.errors.contains("environment.lone.dns"))
  }
}
