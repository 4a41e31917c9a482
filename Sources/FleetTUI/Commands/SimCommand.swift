import ArgumentParser
import FleetModel
import FleetSim

/// What `demo` and `sim` share.
struct SimulationArguments: ParsableArguments {
  @Option(help: "The scenario's name.")
  var scenario = "default"
  @Option(help: "Time factor: 2 is twice as fast.")
  var speed = 1.0
  @Option(help: "The same seed gives the same fleet.")
  var seed: UInt64 = 1
  @Option(help: "How many orgs.")
  var orgs: Int?

  func validate() throws {
    guard (0.01...10_000).contains(speed) else { throw ValidationError("--speed must be at least 0.01 and at most 10000") }
    if let orgs, !(0...10_000).contains(orgs) { throw ValidationError("--orgs must be between 0 and 10000") }
  }

  var options: SimulationOptions {
    var options = SimulationOptions()
    options.scenario = scenario
    options.speed = speed
    options.seed = seed
    options.orgs = orgs
    return options
  }
}

struct SimCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sim", abstract: "Serve only the simulated fleet; print its addresses as one JSON line, then serve until SIGTERM.")

  @OptionGroup var simulation: SimulationArguments
  @Option(help: "The loopback port; left out, a free one.")
  var port: UInt16 = 0
  @OptionGroup var global: GlobalOptions

  func run() throws {
    var options = simulation.options
    options.port = port
    let fleet: FleetSimulation
    do { fleet = try FleetSimulation(options) } catch { throw CommandFailure(code: 2, message: "sim: \(error)") }
    let code = try Interruption.run(cleanup: { await fleet.stop() }) {
      do {
        let endpoints = try await fleet.start()
        // Nobody would know where it serves.
        guard Output.line(Self.json(of: endpoints).serialized()) else { return 0 }
        try await Task.sleep(seconds: Double(Int32.max))
        return 0
      } catch is CancellationError { return 0 } catch {
        Output.message("sim: \(error)")
        return 1
      }
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func json(of endpoints: SimulatedEndpoints) -> JSONValue {
    [
      "schema": 1, "control_plane": .string(endpoints.controlPlane), "admin_token": .string(endpoints.adminToken),
      "tenant_url": .string(endpoints.tenantURL), "outages": .string(endpoints.outages), "ec2": .string(endpoints.ec2),
      "regions": .array(endpoints.regions.map { .string($0) }),
      "aws_access_key_id": .string(endpoints.accessKeyID), "aws_secret_access_key": .string(endpoints.secretAccessKey),
      "dns_api": .string(endpoints.dnsAPI), "dns_zone": .string(endpoints.dnsZone), "dns_zone_id": .string(endpoints.dnsZoneID),
      "dns_token": .string(endpoints.dnsToken), "config": .string(endpoints.configPath),
    ]
  }
}
