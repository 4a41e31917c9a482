extension Fleet {
  mutating func noteZone(_ reading: ZoneReading, _ event: FleetEvent) {
    zoneTable.keep(reading, at: event.asked ?? event.at)
    markChanged(event.source)
    noteComplete(event)
  }

  /// Every record of the zone with what is decided over it; `nil` before the first reading. Its cost is the fleet's size.
  public func zoneReport(at now: Timestamp) -> DNSReport? {
    guard let zone else { return nil }
    let shares = [ZoneShare(of: self, environment: zone.environment, at: now)] + zone.neighbours
    return DNSReport(
      records: zone.records, zoneProblem: zoneProblem(zone.rules.zone, at: now), rules: zone.rules, fleet: DNSFleet(of: shares),
      quota: zone.quota, observedPerHour: zoneTable.growth(at: now), at: now)
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
