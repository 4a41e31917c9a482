import ArgumentParser

struct DNSCommand: ReportCommand {
  static let configuration = CommandConfiguration(
    commandName: "dns", abstract: "Every DNS record with keep or orphan and the reason; how full the zone is.",
    discussion: """
      The names are compared with the rosters and machines of every configured environment that names the same zone. Ends with 3 when there \
      are orphans or findings, with 4 when one of the sources is missing. Nothing is changed.
      """)

  @OptionGroup var global: GlobalOptions

  func document() async throws -> DNSDocument {
    let (configuration, environment) = try global.environment()
    let table = "environment.\(environment.name)"
    guard let zone = environment.dns else {
      throw ConfigurationError(
        path: configuration.path, line: nil, problem: "\(table): no DNS zone is configured: add [\(table).dns] with zone and token")
    }
    let session = try global.session { options, configuration, environment in
      options.asksTenants = false
      options.readsZone = true
      options.zoneNeighbours = configuration.neighbours(of: environment)
    }
    let (fleet, now) = await session.judged()
    return DNSDocument(fleet: fleet, settings: zone, now: now)
  }
}
