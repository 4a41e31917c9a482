/// What an hour of a machine, a gigabyte of storage and a public address cost. What isn't in it is unknown, never free.
public struct PriceBook: Hashable, Sendable {
  /// Hours of the month that prices are told for, as AWS counts them.
  public static let hoursPerMonth = 730.0

  public var source: String
  /// The day the prices were read, `2026-01-19`.
  public var date: String
  /// The day of a region's prices, where it is another.
  public var dates: [Region: String] = [:]
  /// US dollars an hour by region and instance type: on-demand, Linux, shared tenancy.
  public var hourly: [Region: [String: Double]]
  /// US dollars for a gigabyte of a volume over a month, by region and volume type.
  public var storage: [Region: [String: Double]]
  /// US dollars an hour for each public IPv4 address, in use or idle: the same in every region since 2024-02-01
  /// (AWS, "New – AWS Public IPv4 Address Charge").
  public var publicIPv4Hourly: Double

  public init(
    source: String, date: String, hourly: [Region: [String: Double]], storage: [Region: [String: Double]] = [:],
    publicIPv4Hourly: Double = 0.005
  ) {
    self.source = source
    self.date = date
    self.hourly = hourly
    self.storage = storage
    self.publicIPv4Hourly = publicIPv4Hourly
  }

  /// Compute dollars an hour now: 0 when it doesn't run (EC2 bills `running` alone), `nil` when the price is unknown.
  public func hourly(of instance: InstanceRow) -> Double? {
    switch instance.state {
    case .running: rate(of: instance)
    case .pending, .stopping, .stopped, .shuttingDown, .terminated: 0
    case .unknown: nil
    }
  }

  /// Compute dollars an hour while it runs. A spot machine's price is the market's, and in no price list.
  public func rate(of instance: InstanceRow) -> Double? {
    guard !instance.isSpot, let type = instance.type else { return nil }
    return hourly[instance.region]?[type]
  }

  /// Dollars a month, attached or not; extra IOPS and throughput, which `DescribeVolumes` is not read for, are not in it.
  public func monthly(of volume: VolumeRow) -> Double? {
    guard let size = volume.size, let type = volume.type, let price = storage[volume.region]?[type] else { return nil }
    return Double(size) * price
  }

  /// Dollars a month for one public IPv4 address.
  public var publicIPv4Monthly: Double { publicIPv4Hourly * Self.hoursPerMonth }

  /// The day of the oldest prices in `regions`.
  public func date(in regions: some Sequence<Region>) -> String { regions.map { dates[$0] ?? date }.min() ?? date }

  // MARK: - Put together

  /// With the figures of `newer` in place of its own. An older or equally old one changes nothing.
  public func updated(by newer: PriceBook) -> PriceBook {
    guard newer.date > date else { return self }
    var book = self
    for (region, prices) in newer.hourly {
      book.hourly[region, default: [:]].merge(prices) { $1 }
      book.dates[region] = newer.date
    }
    for (region, prices) in newer.storage { book.storage[region, default: [:]].merge(prices) { $1 } }
    book.publicIPv4Hourly = newer.publicIPv4Hourly
    book.source = "\(newer.source); what was not asked for: \(source) of \(date)"
    book.date = newer.date
    return book
  }

  /// The prices of `regions` alone.
  public func limited(to regions: [Region]) -> PriceBook {
    var book = self
    book.hourly = hourly.filter { regions.contains($0.key) }
    book.storage = storage.filter { regions.contains($0.key) }
    book.dates = dates.filter { regions.contains($0.key) }
    return book
  }

  /// With the configuration's own figures: an instance type's name gives dollars an hour, a volume type's dollars for a gigabyte and month,
  /// `public_ipv4` dollars an hour.
  public func overridden(by prices: [String: Double], in regions: [Region]) -> PriceBook {
    guard !prices.isEmpty else { return self }
    var book = self
    for (name, price) in prices {
      if name == "public_ipv4" {
        book.publicIPv4Hourly = price
        continue
      }
      let isInstanceType = name.contains(".")
      for region in regions {
        if isInstanceType { book.hourly[region, default: [:]][name] = price } else { book.storage[region, default: [:]][name] = price }
      }
    }
    book.source += "; \(prices.count) of the configuration"
    return book
  }
}

/// A sum of which some parts may be unknown.
public struct Money: Hashable, Sendable {
  /// US dollars of the parts that are known.
  public var known: Double = 0
  public var hasUnknown = false

  public init() {}

  public mutating func add(_ part: Double?) {
    if let part { known += part } else { hasUnknown = true }
  }

  public mutating func add(_ other: Money) {
    known += other.known
    if other.hasUnknown { hasUnknown = true }
  }

  /// The sum, or `nil` when a part of it is unknown.
  public var exact: Double? { hasUnknown ? nil : known }
}
