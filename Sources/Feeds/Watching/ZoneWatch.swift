import FleetModel

/// Reads the DNS zone of an environment, and beside it the rosters and machines of the other environments whose names lie in it: without them
/// nobody can say which name has lost its owner. Only GETs.
public final class ZoneWatch: Sendable {
  private let access: FleetAccess
  private let settings: DNSSettings
  private let rules: DNSRules
  private let neighbours: [FleetAccess]
  private let queue: EventQueue

  /// - Parameter neighbours: the other environments of the configuration that name the same zone.
  init(_ access: FleetAccess, _ settings: DNSSettings, neighbours: [FleetEnvironment], queue: EventQueue) {
    self.access = access
    self.settings = settings
    rules = DNSRules(settings, sharedWith: neighbours)
    self.neighbours = neighbours.map { neighbour in
      var asked = neighbour
      asked.dns = nil
      asked.database = nil
      return access.neighbour(asked)
    }
    self.queue = queue
  }

  /// Reads every page, at most `budget` seconds long, and posts the records or why there are none: never a short list.
  public func read(within budget: Double) async {
    let question = Question()
    async let shares = shares(within: budget)
    let change: FleetEvent.Change
    do throws(FeedError) {
      let records = try await access.records(of: settings, within: budget)
      change = .zone(
        ZoneReading(
          environment: access.environment.name, rules: rules, quota: settings.recordQuota, records: records, neighbours: await shares))
    } catch {
      _ = await shares
      change = .failed(error.description)
    }
    guard !Task.isCancelled else { return }
    queue.post(FleetEvent(from: .dns, answering: question, change))
  }

  /// What the neighbours know, each asked once, all at the same time.
  private func shares(within budget: Double) async -> [ZoneShare] {
    await neighbours.concurrentMap { await self.share(of: $0, within: budget) }.sorted { $0.environment < $1.environment }
  }

  private func share(of neighbour: FleetAccess, within budget: Double) async -> ZoneShare {
    var options = FleetFeeds.Options()
    options.asksTenants = false
    options.budget = min(20, budget)
    let events = EventQueue()
    await FleetFeeds(neighbour, queue: events, options: options).loadOnce()
    var fleet = Fleet(orphans: OrphanSettings(neighbour.environment.aws))
    for event in events.drain() { fleet.apply(event) }
    return ZoneShare(of: fleet, environment: neighbour.environment.name, at: wallClock())
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
