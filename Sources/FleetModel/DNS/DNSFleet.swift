/// What one environment has to say of a zone's names: its roster and its machines, as they were known at one moment.
public struct ZoneShare: Hashable, Codable, Sendable {
  public var environment: String
  public var slugs: Set<Slug>
  /// Why its roster can't be leaned on; `nil` when it is complete.
  public var rosterProblem: String?
  /// Its regions, each with whether every machine there is known.
  public var regions: [Region: Bool]
  /// `Name` tags of running and pending machines: never filtered by an environment's tag.
  public var machineNames: Set<String> = []
  /// Public addresses of running and pending machines, and those of machines that ended.
  public var liveAddresses: Set<String> = []
  public var deadAddresses: [String: InstanceID] = [:]
  /// Tunnels of running and pending machines (tag `TunnelID`), and those of machines that ended.
  public var liveTunnels: Set<String> = []
  public var deadTunnels: [String: InstanceID] = [:]
  /// How each of its sources stood.
  public var sources: [Source: SourceRecord]

  public init(of fleet: Fleet, environment: String, at now: Timestamp) {
    self.environment = environment
    slugs = Set(fleet.orgs.values.map(\.slug))
    rosterProblem = Self.rosterProblem(fleet, environment, at: now)
    regions = [:]
    sources = fleet.sources
    for case .ec2(let region) in fleet.sources.keys { regions[region] = fleet.isComplete(.ec2(region), at: now) }
    for row in fleet.instances.values.lazy.map(\.row) {
      let tunnel = row.tags["TunnelID"]
      if row.state.isLive {
        if let name = row.name { machineNames.insert(name) }
        liveAddresses.formUnion(row.publicAddresses)
        if let tunnel { liveTunnels.insert(tunnel) }
      } else if row.state.isEnding {
        if let address = row.publicIP ?? row.privateIP { deadAddresses[address] = row.id }
        for address in row.ipv6Addresses ?? [] { deadAddresses[address] = row.id }
        if let tunnel { deadTunnels[tunnel] = row.id }
      }
    }
  }

  private static func rosterProblem(_ fleet: Fleet, _ environment: String, at now: Timestamp) -> String? {
    guard fleet.sources[.controlPlane] != nil else { return "environment \(environment) has no control plane: its roster can't be read" }
    let roster = fleet.freshness(of: .controlPlane, at: now)
    guard roster.state != .complete else { return nil }
    return "the roster of \(environment) is \(roster.state.rawValue)" + (roster.problem.map { ": \($0)" } ?? "")
  }
}

/// The fleet as a zone's names are compared with it: of all configured environments that share the zone.
public struct DNSFleet: Sendable {
  /// Every slug of every roster.
  public let slugs: Set<Slug>
  /// Why the rosters are not all of them; `nil` when they are.
  public let rosterProblem: String?
  /// Regions without a complete answer; empty when every machine is known.
  public let missingRegions: [Region]
  /// Whether EC2 is configured at all.
  public let asksEC2: Bool
  let liveAddresses: Set<String>
  let deadAddresses: [String: InstanceID]
  let deadTunnels: [String: InstanceID]
  /// `Name` tags of running and pending machines, sorted: a prefix is found by halving.
  private let names: [String]

  public init(of shares: [ZoneShare]) {
    slugs = shares.reduce(into: []) { $0.formUnion($1.slugs) }
    let problems = shares.compactMap(\.rosterProblem)
    rosterProblem = problems.isEmpty ? nil : problems.joined(separator: "; ")
    let regions = shares.reduce(into: [Region: Bool]()) { $0.merge($1.regions) { $0 && $1 } }
    missingRegions = regions.filter { !$0.value }.keys.sorted()
    asksEC2 = !regions.isEmpty
    let live = shares.reduce(into: Set<String>()) { $0.formUnion($1.liveAddresses) }
    liveAddresses = live
    deadAddresses = shares.reduce(into: [:]) { $0.merge($1.deadAddresses) { $1 } }.filter { !live.contains($0.key) }
    let tunnels = shares.reduce(into: Set<String>()) { $0.formUnion($1.liveTunnels) }
    deadTunnels = shares.reduce(into: [:]) { $0.merge($1.deadTunnels) { $1 } }.filter { !tunnels.contains($0.key) }
    names = shares.reduce(into: Set<String>()) { $0.formUnion($1.machineNames) }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether a running or pending machine's name starts with `prefix` (rule 4).
  func hasMachine(named prefix: String) -> Bool {
    var low = 0
    var high = names.count
    while low < high {
      let middle = (low + high) / 2
      if names[middle].utf8.lexicographicallyPrecedes(prefix.utf8) { low = middle + 1 } else { high = middle }
    }
    return low < names.count && names[low].utf8.starts(with: prefix.utf8)
  }
}
