import ArgumentParser
import Feeds
import FleetModel

struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot", abstract: "Load every configured source once, print the fleet, exit.")

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (configuration, environment) = try global.environment()
    let format = global.outputFormat
    let session = try Session(
      environment: environment, global: global, options: .ofEverything(neighbours: configuration.neighbours(of: environment)))
    let code = Interruption.run {
      let fleet = await session.loaded()
      return Self.print(fleet, environment, session.settings.prices, format)
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  /// - Returns: 4 when the roster or a region failed, else 0: what is merely not configured changes no exit code.
  private static func print(_ fleet: Fleet, _ environment: FleetEnvironment, _ prices: PriceBook, _ format: GlobalOptions.Format) -> Int32 {
    let now = wallClock()
    let document = SnapshotDocument(
      fleet: fleet, prices: prices, vcpuQuota: environment.aws?.vcpuQuota, now: now)
    Output.document(format, json: document.json(environment: environment.name), table: document.table, text: document.text)
    var isMissingSomething = document.judgement.safetyGate != nil
    if let gate = document.judgement.safetyGate { Output.message(gate) }
    for source in fleet.sources.keys.sorted() {
      let freshness = fleet.freshness(of: source, at: now)
      guard let problem = freshness.problem, freshness.state != .complete, freshness.state != .never else { continue }
      Output.message("\(source): \(freshness.state.rawValue): \(problem)")
      switch source {
      case .controlPlane, .ec2: isMissingSomething = true
      case .feed, .database, .dns, .tenant, .here: break
      }
    }
    return isMissingSomething ? 4 : 0
  }
}
