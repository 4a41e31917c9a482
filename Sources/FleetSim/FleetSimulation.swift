import FleetModel
import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// What the simulated fleet is to be.
public struct SimulationOptions: Sendable {
  public var scenario = "default"
  public var seed: UInt64 = 1
  /// Time factor: 2 is twice as fast. It shortens durations; moments are the wall clock's, heartbeats stay 30 s apart.
  public var speed: Double = 1
  /// How many orgs; `nil` is the scenario's own number.
  public var orgs: Int?
  /// The loopback port; 0 takes a free one.
  public var port: UInt16 = 0
  /// Whether the control plane offers the fleet feed; without it that path answers `404 page not found`.
  public var offersFleetFeed = true
  /// How many events the fleet feed holds for clients that resume.
  public var feedCapacity = 4096

  public init() {}

  /// What the simulated configuration gives as `vcpu_quota`, for a fleet of so many orgs.
  public static func vcpuQuota(orgs: Int) -> Int { max(96, orgs * 8) }
  /// What it gives as `record_quota`.
  public static func recordQuota(orgs: Int) -> Int { max(200, orgs * 4) }
}

/// Where the simulated services answer, and with which (worthless) credentials.
public struct SimulatedEndpoints: Sendable {
  /// `http://127.0.0.1:PORT`
  public var controlPlane: String
  public var adminToken: String
  /// `http://127.0.0.1:PORT/tenants/{slug}`
  public var tenantURL: String
  /// `http://127.0.0.1:PORT/sim`: stops and resumes services (`docs/simulation.md`), with the admin token.
  public var outages: String
  public var ec2: String
  public var regions: [String]
  public var accessKeyID: String
  public var secretAccessKey: String
  public var dnsAPI: String
  public var dnsZone: String
  public var dnsZoneID: String
  public var dnsToken: String
  /// A configuration file's text with the environment `demo`; it names token files that `stop()` removes.
  public var configuration: String
  /// The file that holds `configuration`, mode 0600 in a directory of mode 0700.
  public var configPath: String
  /// The AWS shared credentials file that `configuration` names.
  public var credentialsPath: String
}

/// Why a simulation can't be had.
public enum SimulationError: Error, CustomStringConvertible {
  case unknownScenario(String)
  case badSpeed(Double)
  case badOrgCount(Int)
  case cannotListen(port: UInt16, reason: String)
  case cannotWrite(path: String, reason: String)
  case alreadyStarted

  public var description: String {
    switch self {
    case .unknownScenario(let name):
      "There is no scenario \"\(UntrustedText.clean(name, limit: 64))\"; choose one of "
        + "\(FleetSimulation.scenarios.joined(separator: ", "))."
    case .badSpeed(let speed): "The time factor \(speed) can't be used; give a number from 0.01 to 10000."
    case .badOrgCount(let count): "\(count) orgs can't be simulated; give a number from 0 to \(FleetSimulation.largestFleet)."
    case .cannotListen(let port, let reason):
      "The simulated fleet can't listen on 127.0.0.1:\(port): \(reason). Leave the port out to take a free one."
    case .cannotWrite(let path, let reason):
      "The simulated fleet's configuration can't be written to \(path): \(reason). Point TMPDIR at a directory that can be written."
    case .alreadyStarted: "The simulated fleet has been started before; make a new one."
    }
  }
}

/// The fleet's services, simulated and served over real sockets on 127.0.0.1: control plane, fleet feed, tenants, EC2 and DNS.
public final class FleetSimulation: Sendable {
  /// The names that `SimulationOptions.scenario` takes.
  public static let scenarios = Scenario.allCases.map(\.rawValue)
  public static let largestFleet = 20_000

  private struct Running {
    var server: HTTPServer
    var tasks: [Task<Void, Never>]
    var files: SimulationFiles
  }

  private let options: SimulationOptions
  private let scenario: Scenario
  private let hub: Hub
  private let started = Atomic(false)
  private let running = Mutex<Running?>(nil)

  /// Checks the options; nothing is built or opened yet. Throws `SimulationError`.
  public init(_ options: SimulationOptions = SimulationOptions()) throws {
    guard let scenario = Scenario(rawValue: options.scenario) else { throw SimulationError.unknownScenario(options.scenario) }
    guard options.speed.isFinite, (0.01...10_000).contains(options.speed) else { throw SimulationError.badSpeed(options.speed) }
    if let count = options.orgs, !(0...Self.largestFleet).contains(count) { throw SimulationError.badOrgCount(count) }
    self.options = options
    self.scenario = scenario
    hub = Hub(options: options, now: Self.wallClock)
  }

  /// The text of the configuration file that ``start()`` writes, with nothing in the place of its port and its files' directory.
  public var configuration: String { SimulationFiles.configuration(origin: "http://127.0.0.1:0", directory: "", size: options.orgs ?? 0) }

  /// What an operator would have learned of this fleet's boots and deletions until `moment`: made by what makes its boots, the same for the
  /// same seed.
  public func history(until moment: Timestamp) -> [BootRecord] {
    PastBoots.records(seed: options.seed, speed: options.speed, until: moment)
  }

  /// Returns once connections are accepted. A large fleet may still be in the making then: requests wait for it.
  /// Throws `SimulationError`.
  public func start() async throws -> SimulatedEndpoints {
    guard started.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
      throw SimulationError.alreadyStarted
    }
    let keys = SimulationKeys()
    let services = Services(hub: hub, keys: keys, offersFeed: options.offersFleetFeed, now: Self.wallClock)
    // No limit on a handler: a deletion answers when its cascade has ended.
    let configuration = HTTPServer.Configuration(
      address: sockaddr_in.loopbackOnly(port: options.port), timeout: 86_400, logger: .disabled)
    let server = HTTPServer(config: configuration, handler: ClosureHTTPHandler { request in await services.respond(to: request) })
    // Whichever comes first: it listens (nil), or it ends, with a reason.
    let (outcomes, outcome) = AsyncStream<String?>.makeStream()
    let serving = Task {
      do { try await server.run() } catch { outcome.yield("\(error)") }
      outcome.finish()
    }
    let waiting = Task { if (try? await server.waitUntilListening(timeout: 30)) != nil { outcome.yield(nil) } else { outcome.finish() } }
    let first = await outcomes.first { _ in true }
    waiting.cancel()
    guard case .some(nil) = first, case .ip4(_, let port)? = await server.listeningAddress else {
      serving.cancel()
      throw SimulationError.cannotListen(port: options.port, reason: (first ?? nil) ?? "it did not start within 30 s")
    }
    let files: SimulationFiles
    let endpoints: SimulatedEndpoints
    do {
      files = try SimulationFiles(keys: keys)
      endpoints = try files.endpoints(port: port, keys: keys, size: options.orgs ?? 0)
    } catch {
      await server.stop()
      throw error
    }
    let building = Task { [scenario, options, hub] in hub.open(scenario.world(options, at: Self.wallClock())) }
    let living = Task { [hub] in await hub.run() }
    let keeping = Task { [hub] in
      while (try? await Task.sleep(for: .seconds(15))) != nil { hub.keepFeedAlive() }
    }
    running.withLock { $0 = Running(server: server, tasks: [serving, building, living, keeping], files: files) }
    return endpoints
  }

  /// Ends every connection and removes the token files. Safe to call more than once.
  public func stop() async {
    let running = running.withLock { running in
      defer { running = nil }
      return running
    }
    guard let running else { return }
    // First, since who stops it may not wait for the rest.
    running.files.remove()
    hub.close()
    for task in running.tasks.dropFirst() { task.cancel() }
    await running.server.stop()
    for task in running.tasks { await task.value }
  }

  /// Switches a fault on or off.
  public func set(_ fault: SimulatedFault, on: Bool) { hub.set(fault, on: on) }

  /// Cuts every connection of the fleet feed, as a dying server does.
  public func cutFeed() { hub.cutFeed() }

  private static let wallClock: @Sendable () -> Timestamp = {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Timestamp(milliseconds: Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000)
  }
}

/// All services behind the one port.
struct Services: Sendable {
  let controlPlane: ControlPlaneService
  let tenants: TenantService
  let compute: ComputeService
  let names: NameService
  let outages: OutageService
  let hub: Hub
  let now: @Sendable () -> Timestamp

  init(hub: Hub, keys: SimulationKeys, offersFeed: Bool, now: @escaping @Sendable () -> Timestamp) {
    controlPlane = ControlPlaneService(hub: hub, token: keys.adminToken, offersFeed: offersFeed)
    tenants = TenantService(hub: hub)
    compute = ComputeService(hub: hub, accessKeyID: keys.accessKeyID)
    names = NameService(hub: hub, token: keys.dnsToken)
    outages = OutageService(hub: hub, token: keys.adminToken)
    self.hub = hub
    self.now = now
  }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    let question = await Question(request)
    await hub.ready()
    let answer =
      switch question.path.first {
      case "tenants": tenants.answer(question)
      case "ec2": compute.answer(question)
      case "dns": names.answer(question)
      case "sim": outages.answer(question)
      default: await controlPlane.answer(question)
      }
    return answer.response(at: now() + Double(hub.clockAhead(of: question.path.first)))
  }
}

extension sockaddr_in {
  /// 127.0.0.1 and nothing else: the simulation is not to be reached from outside.
  fileprivate static func loopbackOnly(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in.inet(port: port)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}
