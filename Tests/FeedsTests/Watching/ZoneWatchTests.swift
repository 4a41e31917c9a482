import FleetModel
import FleetSim
import Testing

@testable import Feeds

@Suite struct ZoneWatchTests {
  private func with(_ options: SimulationOptions, _ body: (FleetSimulation, SimulatedEndpoints) async throws -> Void) async throws {
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    do { try await body(simulation, endpoints) } catch {
      await simulation.stop()
      throw error
    }
    await simulation.stop()
  }

  private func environment(_ name: String, _ endpoints: SimulatedEndpoints) -> FleetEnvironment {
    var environment = FleetEnvironment(name: name)
    environment.controlPlane = endpoints.controlPlane
    environment.adminToken = .environment("CP_TOKEN")
    var dns = DNSSettings(zone: "molecule.example")
    dns.zoneID = endpoints.dnsZoneID
    dns.token = .environment("DNS_TOKEN")
    dns.api = endpoints.dnsAPI
    environment.dns = dns
    return environment
  }

  private func load(_ environment: FleetEnvironment, neighbours: [FleetEnvironment] = [], _ endpoints: SimulatedEndpoints) async -> Fleet {
    var options = FleetFeeds.Options()
    options.asksTenants = false
    options.readsZone = true
    options.zoneNeighbours = neighbours
    let queue = EventQueue()
    let feeds = FleetFeeds(
      environment: environment, http: HTTPClient(userAgent: "fleettui/test"), queue: queue,
      variables: ["CP_TOKEN": endpoints.adminToken, "DNS_TOKEN": endpoints.dnsToken], options: options)
    await feeds.loadOnce()
    var fleet = Fleet()
    for event in queue.drain() { fleet.apply(event) }
    return fleet
  }

  @Test func theZoneComesWithWhatTheOtherEnvironmentsInItKnow() async throws {
    var options = SimulationOptions()
    options.scenario = "idle"
    try await with(options) { simulation, endpoints in
      let staging = environment("staging", endpoints)
      let prod = environment("prod", endpoints)
      let fleet = await load(staging, neighbours: [prod], endpoints)
      let zone = try #require(fleet.zone)
      #expect(zone.records.count > 100 && zone.environment == "staging" && zone.rules.zone == "molecule.example")
      #expect(zone.neighbours.map(\.environment) == ["prod"])
      #expect(zone.neighbours[0].rosterProblem == nil && zone.neighbours[0].slugs == Set(fleet.orgs.values.map(\.slug)))
      #expect(fleet.isComplete(.dns, at: wallClock()))

      simulation.set(.dnsFails, on: true)
      let blind = await load(staging, endpoints)
      #expect(blind.zone == nil && blind.freshness(of: .dns, at: wallClock()).state == .failed)
    }
  }

  @Test func anEnvironmentWithoutAControlPlaneHasNoRosterToCompareWith() async throws {
    var options = SimulationOptions()
    options.scenario = "idle"
    try await with(options) { _, endpoints in
      var bare = FleetEnvironment(name: "bare")
      bare.dns = environment("x", endpoints).dns
      let fleet = await load(environment("staging", endpoints), neighbours: [bare], endpoints)
      let report = try #require(fleet.zoneReport(at: wallClock()))
      #expect(report.refused?.contains("environment bare has no control plane") == true && report.orphans == 0)
    }
  }
}
