/// One reading of the zone that an environment's names lie in, to its last page.
public struct ZoneReading: Hashable, Sendable {
  public var records: [DNSRecordRow]
  /// The other configured environments that name the same zone.
  public var neighbours: [ZoneShare]

  public init(records: [DNSRecordRow], neighbours: [ZoneShare]) {
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
    noteComplete(event)
  }

  /// Every record of the zone with what is decided over it. Its cost is the fleet's size.
  ///
  /// - Parameter environment: this fleet's own name, for what is said of its roster.
  public func zoneReport(rules: DNSRules, quota: Int, environment: String, at now: Timestamp) -> DNSReport {
    let freshness = freshness(of: .dns, at: now)
    let why = freshness.problem.map { ": \($0)" } ?? ""
    let problem: String? =
      switch freshness.state {
      case .complete: nil
      case .never: "the zone \(rules.zone) has not been read yet\(why)"
      case .stale, .partial: "the zone \(rules.zone) was last read \(freshness.at.map(\.description) ?? "never")\(why)"
      case .failed: "the zone \(rules.zone) could not be read\(why)"
      }
    let shares = [ZoneShare(of: self, environment: environment, at: now)] + (zone?.neighbours ?? [])
    return DNSReport(
      records: zone?.records, zoneProblem: problem, rules: rules, fleet: DNSFleet(of: shares), quota: quota,
      observedPerHour: zoneGrowth.perHour(at: now), at: now)
  }
}
