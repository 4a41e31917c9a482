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
    let prices = PriceBook.inUse(environment, variables: global.variables)
    var options = FleetFeeds.Options()
    // Volumes and addresses for what they cost.
    options.readsResources = true
    options.asksQuota = true
    options.readsZone = true
    options.zoneNeighbours = configuration.neighbours(of: environment)
    let session = try Session(environment: environment, global: global, options: options)
    let code = Interruption.run {
      let fleet = await session.loaded()
      return Self.print(fleet, environment, prices, format)
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  /// - Returns: 4 when the roster or a region failed, else 0: what is merely not configured changes no exit code.
  private static func print(_ fleet: Fleet, _ environment: FleetEnvironment, _ prices: PriceBook, _ format: GlobalOptions.Format) -> Int32 {
    let now = wallClock()
    let document = SnapshotDocument(
      fleet: fleet, prices: prices, vcpuQuota: environment.aws?.vcpuQuota, orphans: OrphanSettings(environment.aws), now: now)
    switch format {
    case .json: Output.line(document.json(environment: environment.name).serialized())
    case .csv: Output.line(document.table.csv)
    case .table: Output.line(document.table.table)
    }
    var isMissingSomething = document.judgement.safetyGate != nil
    if let gate = document.judgement.safetyGate { Output.message(gate) }
    for source in fleet.sources.keys.sorted() {
      let freshness = fleet.freshness(of: source, at: now)
      guard let problem = freshness.problem, freshness.state != .complete, freshness.state != .never else { continue }
      Output.message("\(source): \(freshness.state.rawValue): \(problem)")
      switch source {
      case .controlPlane, .ec2: isMissingSomething = true
      case .feed, .database, .dns, .tenant: break
      }
    }
    return isMissingSomething ? 4 : 0
  }
}
