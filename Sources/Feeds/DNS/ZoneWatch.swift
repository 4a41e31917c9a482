import FleetModel

/// Reads the DNS zone of an environment, and beside it the rosters and machines of the other environments whose names lie in it: without them
/// nobody can say which name has lost its owner. Only GETs.
public final class ZoneWatch: Sendable {
  /// Seconds between two readings: a zone changes with its orgs, and Cloudflare answers 1,200 questions in five minutes.
  static let interval = 60.0

  let kick = Kick()
  private let environment: String
  private let settings: DNSSettings
  private let rules: DNSRules
  private let neighbours: [FleetEnvironment]
  private let http: HTTPClient
  private let queue: EventQueue
  private let variables: [String: String]

  /// - Parameter neighbours: the other environments of the configuration that name the same zone.
  public init(
    environment: String, settings: DNSSettings, neighbours: [FleetEnvironment], http: HTTPClient, queue: EventQueue,
    variables: [String: String]
  ) {
    self.environment = environment
    self.settings = settings
    rules = DNSRules(settings, sharedWith: neighbours)
    self.neighbours = neighbours
    self.http = http
    self.queue = queue
    self.variables = variables
  }

  func announce() { post(.expected(pollInterval: Self.interval)) }

  func run() async {
    while !Task.isCancelled {
      await read(within: 60)
      await kick.wait(Self.interval)
    }
  }

  /// Reads every page, at most `budget` seconds long, and posts the records or why there are none: never a short list.
  public func read(within budget: Double) async {
    let question = Question()
    async let shares = shares(within: budget)
    let change: FleetEvent.Change
    do throws(FeedError) {
      let records = try await records(within: budget)
      change = .zone(
        ZoneReading(environment: environment, rules: rules, quota: settings.recordQuota, records: records, neighbours: await shares))
    } catch {
      _ = await shares
      change = .failed(error.description)
    }
    guard !Task.isCancelled else { return }
    post(to: question, change)
  }

  private func records(within budget: Double) async throws(FeedError) -> [DNSRecordRow] {
    guard let source = settings.token else { throw .unanswerable("DNS: no token is configured") }
    let token: Secret
    do throws(SecretSource.Unavailable) { token = try source.read(environment: variables) } catch {
      throw .unanswerable("DNS: \(error)")
    }
    return try await CloudflareClient(http: http, api: settings.api, token: token).records(of: settings, within: budget)
  }

  /// What the neighbours know, each asked once, all at the same time.
  private func shares(within budget: Double) async -> [ZoneShare] {
    await neighbours.concurrentMap { await self.share(of: $0, within: budget) }.sorted { $0.environment < $1.environment }
  }

  private func share(of neighbour: FleetEnvironment, within budget: Double) async -> ZoneShare {
    var asked = neighbour
    asked.dns = nil
    asked.database = nil
    var options = FleetFeeds.Options()
    options.asksTenants = false
    options.budget = min(20, budget)
    let events = EventQueue()
    await FleetFeeds(environment: asked, http: http, queue: events, variables: variables, options: options).loadOnce()
    var fleet = Fleet(orphans: OrphanSettings(neighbour.aws))
    for event in events.drain() { fleet.apply(event) }
    return ZoneShare(of: fleet, environment: neighbour.name, at: wallClock())
  }

  private func post(to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: .dns, answering: question, change))
  }
}

extension DNSRules {
  /// The zone's rules, with what any environment in it calls a core name or a suffix.
  public init(_ settings: DNSSettings, sharedWith neighbours: [FleetEnvironment]) {
    let all = [settings] + neighbours.compactMap(\.dns)
    self.init(
      zone: settings.zone, coreNames: all.flatMap(\.coreNames), environmentSuffixes: Set(all.flatMap(\.environmentSuffixes)).sorted())
  }
}
