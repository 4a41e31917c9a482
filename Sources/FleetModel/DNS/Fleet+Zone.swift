/// One reading of the zone that an environment's names lie in, to its last page.
public struct ZoneReading: Hashable, Codable, Sendable {
  /// The environment that it was read for.
  public var environment: String
  public var rules: DNSRules
  /// The most records that the zone may hold.
  public var quota: Int
  public var records: [DNSRecordRow]
  /// The other configured environments that name the same zone.
  public var neighbours: [ZoneShare]

  public init(environment: String, rules: DNSRules, quota: Int, records: [DNSRecordRow], neighbours: [ZoneShare]) {
    self.environment = environment
    self.rules = rules
    self.quota = quota
    self.records = records
    self.neighbours = neighbours
  }
}

/// The zone's size at the moments when it was another than before.
struct ZoneGrowth: Sendable {
  /// Sizes kept: the oldest go first.
  private static let limit = 1000
  /// Seconds of looking on, before which a change says nothing of the hour.
  private static let shortest = 600.0
  private var sizes: [(at: Timestamp, count: Int)] = []

  mutating func note(_ count: Int, at moment: Timestamp) {
    guard sizes.last?.count != count else { return }
    if sizes.count == Self.limit { sizes.removeFirst(Self.limit / 2) }
    sizes.append((moment, count))
  }

  /// Records an hour since the first look.
  func perHour(at now: Timestamp) -> Double? {
    guard let first = sizes.first, let last = sizes.last, now - first.at >= Self.shortest else { return nil }
    return Double(last.count - first.count) * 3600 / (now - first.at)
  }
}

extension Fleet {
  mutating func applyZone(_ reading: ZoneReading, _ event: FleetEvent) {
    zone = reading
    zoneGrowth.note(reading.records.count, at: event.asked ?? event.at)
    turn(event.source)
    noteComplete(event)
  }

  /// Every record of the zone with what is decided over it; `nil` before the first reading. Its cost is the fleet's size.
  public func zoneReport(at now: Timestamp) -> DNSReport? {
    guard let zone else { return nil }
    let shares = [ZoneShare(of: self, environment: zone.environment, at: now)] + zone.neighbours
    return DNSReport(
      records: zone.records, zoneProblem: zoneProblem(zone.rules.zone, at: now), rules: zone.rules, fleet: DNSFleet(of: shares),
      quota: zone.quota, observedPerHour: zoneGrowth.perHour(at: now), at: now)
  }

  /// Why the zone's records can't be leaned on; `nil` when they can.
  public func zoneProblem(_ name: String, at now: Timestamp) -> String? {
    let freshness = freshness(of: .dns, at: now)
    let why = freshness.problem.map { ": \($0)" } ?? ""
    return switch freshness.state {
    case .complete: nil
    case .never: "the zone \(name) has not been read yet\(why)"
    case .stale, .partial: "the zone \(name) was last read \(freshness.at.map(\.description) ?? "never")\(why)"
    case .failed: "the zone \(name) could not be read\(why)"
    }
  }
}
