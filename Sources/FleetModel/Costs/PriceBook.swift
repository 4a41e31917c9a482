/// What an hour of a machine costs. A type or region that isn't in it is unknown, never free.
public struct PriceBook: Hashable, Sendable {
  public var source: String
  /// The day the prices were read, `2026-01-19`.
  public var date: String
  /// US dollars an hour by region and instance type.
  public var hourly: [Region: [String: Double]]

  public init(source: String, date: String, hourly: [Region: [String: Double]]) {
    self.source = source
    self.date = date
    self.hourly = hourly
  }

  /// Compute dollars an hour now: 0 when it doesn't run (EC2 bills `running` alone), `nil` when the price is unknown.
  public func hourly(of instance: InstanceRow) -> Double? {
    guard instance.state == .running else {
      if case .unknown = instance.state { return nil }
      return 0
    }
    guard !instance.isSpot, let type = instance.type else { return nil }
    return hourly[instance.region]?[type]
  }

  /// On-demand Linux prices, read from AWS's price list on 2026-01-19. The three regions' prices are equal for these types.
  public static let builtin: PriceBook = {
    let prices: [String: Double] = [
      "t2.micro": 0.0116, "t3.nano": 0.0052, "t3.micro": 0.0104, "t3.small": 0.0208, "t3.medium": 0.0416, "t3.large": 0.0832,
      "t3.xlarge": 0.1664, "t3.2xlarge": 0.3328, "t3a.micro": 0.0094, "t3a.small": 0.0188, "t3a.medium": 0.0376, "t3a.large": 0.0752,
      "t3a.xlarge": 0.1504, "t3a.2xlarge": 0.3008, "t4g.micro": 0.0084, "t4g.small": 0.0168, "t4g.medium": 0.0336, "t4g.large": 0.0672,
      "t4g.xlarge": 0.1344, "t4g.2xlarge": 0.2688, "m5.large": 0.096, "m5.xlarge": 0.192, "m5a.large": 0.086, "m6i.large": 0.096,
      "m6i.xlarge": 0.192, "m6a.large": 0.0864, "m6g.large": 0.077, "m7i.large": 0.1008, "m7i.xlarge": 0.2016, "m7i-flex.large": 0.09576,
      "m7g.large": 0.0816, "c5.large": 0.085, "c5.xlarge": 0.17, "c5.2xlarge": 0.34, "c6i.large": 0.085, "c6a.large": 0.0765,
      "c6g.large": 0.068, "c7i.large": 0.08925, "c7g.large": 0.0725, "r5.large": 0.126, "r6i.large": 0.126,
    ]
    return PriceBook(
      source: "AWS price list, on-demand Linux", date: "2026-01-19",
      hourly: ["us-east-1": prices, "us-east-2": prices, "us-west-2": prices])
  }()
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

  /// The sum, or `nil` when a part of it is unknown.
  public var exact: Double? { hasUnknown ? nil : known }
}
