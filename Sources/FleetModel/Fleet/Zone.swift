/// The DNS zone as it was last read, and how it grew.
struct Zone: Sendable {
  private(set) var reading: ZoneReading?
  /// Its size at the moments when it was another than before.
  private var sizes: [(at: Timestamp, count: Int)] = []

  /// Sizes kept: the oldest go first.
  private static let limit = 1000
  /// Seconds of looking on, before which a change says nothing of the hour.
  private static let shortest = 600.0

  /// Records an hour since the first look.
  func growth(at now: Timestamp) -> Double? {
    guard let first = sizes.first, let last = sizes.last, now - first.at >= Self.shortest else { return nil }
    return Double(last.count - first.count) * 3600 / (now - first.at)
  }

  mutating func keep(_ reading: ZoneReading, at moment: Timestamp) {
    self.reading = reading
    guard sizes.last?.count != reading.records.count else { return }
    if sizes.count == Self.limit { sizes.removeFirst(Self.limit / 2) }
    sizes.append((moment, reading.records.count))
  }

  func checkInvariants() -> [String] { sizes.last?.count == reading?.records.count ? [] : ["the zone's last size is another"] }
}
