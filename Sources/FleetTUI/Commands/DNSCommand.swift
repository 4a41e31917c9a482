import ArgumentParser
import Feeds
import FleetModel

struct DNSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dns", abstract: "Every DNS record with keep or orphan and the reason; how full the zone is.",
    discussion: """
      The names are compared with the rosters and machines of every configured environment that names the same zone. Ends with 3 when there \
      are orphans or findings, with 4 when one of the sources is missing. Nothing is changed.
      """)

  @OptionGroup var global: GlobalOptions

  func run() throws {
    let (configuration, environment) = try global.environment()
    guard let settings = environment.dns else {
      throw ConfigurationError(
        path: configuration.path, line: nil,
        problem: "environment.\(environment.name): no DNS zone is configured: add [environment.\(environment.name).dns] with zone and token"
      )
    }
    var options = FleetFeeds.Options()
    options.asksTenants = false
    options.readsZone = true
    options.zoneNeighbours = configuration.neighbours(of: environment)
    let session = try Session(environment: environment, global: global, options: options)
    let format = global.outputFormat
    let code = Interruption.run {
      let document = DNSDocument(fleet: await session.loaded(), settings: settings, now: wallClock())
      Output.document(format, json: document.json(environment: environment.name), table: document.table)
      Self.tell(document)
      return document.exitCode
    }
    if code != 0 { throw CommandFailure(code: code) }
  }

  private static func tell(_ document: DNSDocument) {
    let report = document.report
    for finding in report.findings { Output.message("\(finding.severity.rawValue): \(finding.summary)") }
    if let refused = report.refused { Output.message(refused) }
    Output.problems(of: document.sources, at: document.now)
  }
}

extension Configuration {
  /// The other environments that name the same zone: their tenants' names lie in it too.
  func neighbours(of environment: FleetEnvironment) -> [FleetEnvironment] {
    guard let zone = environment.dns?.zone else { return [] }
    return environments.filter { $0.name != environment.name && $0.dns?.zone == zone }
  }
}
