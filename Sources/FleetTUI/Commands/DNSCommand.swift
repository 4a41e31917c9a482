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
    let sharing = configuration.environments.filter { $0.name == environment.name || $0.dns?.zone == settings.zone }
    var options = FleetFeeds.Options()
    options.asksTenants = false
    let sessions = try sharing.map { try Session(environment: $0, global: global, options: options) }
    let reading = ZoneReading(settings: settings, environment: environment, sessions: sessions, variables: global.variables)
    let format = global.outputFormat
    let code = Interruption.run {
      let document = await reading.document()
      switch format {
      case .json: Output.line(document.json(environment: environment.name).serialized())
      case .csv: Output.line(document.table.csv)
      case .table: Output.line(document.table.table)
      }
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

/// One reading of a zone beside the fleets whose names it holds.
struct ZoneReading: Sendable {
  let settings: DNSSettings
  let environment: FleetEnvironment
  /// Of every environment that names the zone, the asked one among them.
  let sessions: [Session]
  let variables: [String: String]

  private enum Part: Sendable {
    case zone(Result<[DNSRecordRow], FeedError>, asked: Timestamp)
    case fleet(String, Fleet)
  }

  func document() async -> DNSDocument {
    var zone: (Result<[DNSRecordRow], FeedError>, asked: Timestamp)?
    var fleets: [String: Fleet] = [:]
    await withTaskGroup(of: Part.self) { group in
      group.addTask {
        let asked = wallClock()
        return .zone(await records(), asked: asked)
      }
      for session in sessions { group.addTask { .fleet(session.environment.name, await session.loaded()) } }
      for await part in group {
        switch part {
        case .zone(let records, let asked): zone = (records, asked)
        case .fleet(let name, let fleet): fleets[name] = fleet
        }
      }
    }
    return judge(zone, fleets, at: wallClock())
  }

  private var sharing: [FleetEnvironment] { sessions.map(\.environment) }

  private func judge(_ zone: (Result<[DNSRecordRow], FeedError>, asked: Timestamp)?, _ fleets: [String: Fleet], at now: Timestamp)
    -> DNSDocument
  {
    var sources = fleets[environment.name] ?? Fleet()
    // The document names each source once: another environment's trouble is told under the same name.
    for (name, fleet) in fleets.sorted(by: { $0.key < $1.key }) where name != environment.name {
      for source in fleet.sources.keys.sorted() {
        let freshness = fleet.freshness(of: source, at: now)
        if sources.sources[source] == nil || (freshness.state != .complete && sources.isComplete(source, at: now)) {
          sources.adopt(source, from: fleet, reason: freshness.problem.map { "environment \(name): \($0)" })
        }
      }
    }
    var rows: [DNSRecordRow]?
    var problem: String?
    switch zone?.0 {
    case .success(let records):
      rows = records
      sources.apply(FleetEvent(source: .dns, at: now, asked: zone?.asked, change: .zoneRead))
    case .failure(let error):
      problem = "the zone \(settings.zone) could not be read: \(error)"
      sources.apply(FleetEvent(source: .dns, at: now, change: .failed(error.description)))
    case nil: break
    }
    let fleet = DNSFleet(of: fleets.keys.sorted().compactMap { fleets[$0] }, rosterProblem: rosterProblem(fleets, at: now), at: now)
    let rules = DNSRules(
      zone: settings.zone, coreNames: sharing.flatMap { $0.dns?.coreNames ?? [] },
      environmentSuffixes: Set(sharing.flatMap { $0.dns?.environmentSuffixes ?? [] }).sorted())
    let report = DNSReport(records: rows, zoneProblem: problem, rules: rules, fleet: fleet, quota: settings.recordQuota, at: now)
    return DNSDocument(report: report, sources: sources, now: now)
  }

  private func rosterProblem(_ fleets: [String: Fleet], at now: Timestamp) -> String? {
    let asked = sharing.filter { $0.controlPlane != nil }
    guard !asked.isEmpty else { return "no control plane is configured: without a roster nothing can be called an orphan" }
    let problems = asked.compactMap { environment -> String? in
      let roster = fleets[environment.name]?.freshness(of: .controlPlane, at: now) ?? Freshness(state: .never, at: nil)
      guard roster.state != .complete else { return nil }
      return "the roster of \(environment.name) is \(roster.state.rawValue)" + (roster.problem.map { ": \($0)" } ?? "")
    }
    return problems.isEmpty ? nil : problems.joined(separator: "; ")
  }

  private func records() async -> Result<[DNSRecordRow], FeedError> {
    guard let source = settings.token else { return .failure(.unanswerable("DNS: no token is configured")) }
    let token: Secret
    do throws(SecretSource.Unavailable) { token = try source.read(environment: variables) } catch {
      return .failure(.unanswerable("DNS: \(error)"))
    }
    let client = CloudflareClient(
      http: HTTPClient(userAgent: environment.userAgent ?? "fleettui/\(FleetTUI.version)"), api: settings.api, token: token)
    do throws(FeedError) { return .success(try await client.records(of: settings)) } catch { return .failure(error) }
  }
}
