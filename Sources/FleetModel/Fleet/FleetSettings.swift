/// What is configured that verdicts, findings, costs and figures depend on. It comes as an event like everything else, so that a replay judges as
/// the run did. No address, token or path is in it: it stands in recordings.
///
/// What a DNS zone is judged by comes with each reading of it (``ZoneReading``), since other environments have a say in that too.
public struct FleetSettings: Hashable, Sendable {
  /// The environment's name.
  public var environment: String
  public var isProtected: Bool
  /// Which machines are the environment's own, and when they may be judged.
  public var orphans: OrphanSettings
  public var limits: Triage.Limits
  /// What things cost in the environment's regions.
  public var prices: PriceBook

  public init(
    environment: String = "", isProtected: Bool = false, orphans: OrphanSettings = OrphanSettings(),
    limits: Triage.Limits = Triage.Limits(), prices: PriceBook = .builtin
  ) {
    self.environment = environment
    self.isProtected = isProtected
    self.orphans = orphans
    self.limits = limits
    self.prices = prices
  }
}

extension Fleet {
  /// What was judged by other settings is judged anew.
  mutating func configure(_ settings: FleetSettings) {
    let judgedByOthers = settings.orphans != self.settings.orphans
    if settings.prices != self.settings.prices { price(by: settings.prices) }
    self.settings = settings
    guard judgedByOthers else { return }
    changes.leftovers.formUnion(leftovers.ids)
    judgement = OrphanJudgement(settings: settings.orphans)
    leftovers = LeftoverJudgement()
    changes.instances.formUnion(instances.keys)
    for source in sources.keys { markChanged(source) }
  }
}

// MARK: - Written down

// A recording may come from anybody: a figure that nobody can mean makes the whole of it unbelievable.

extension FleetSettings: Codable {
  private enum Key: String, CodingKey {
    case environment
    case isProtected = "protected"
    case tag = "environment_tag"
    case grace = "orphan_grace"
    case vcpuQuota = "vcpu_quota"
    case prices
  }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Key.self)
    self.init(
      environment: UntrustedText.clean(try members.decode(String.self, forKey: .environment), limit: 80),
      isProtected: try members.decode(Bool.self, forKey: .isProtected), prices: try members.decode(PriceBook.self, forKey: .prices))
    if let tag = try members.decodeIfPresent([String].self, forKey: .tag) {
      guard tag.count == 2 else { throw members.unbelievable(.tag) }
      orphans.environmentTag = OrphanSettings.Tag(
        key: UntrustedText.clean(tag[0], limit: 128), value: UntrustedText.clean(tag[1], limit: 256))
    }
    orphans.grace = try members.figure(.grace, in: Plausible.duration)
    if let quota = try members.decodeIfPresent(Int.self, forKey: .vcpuQuota) {
      guard Plausible.quota.contains(quota) else { throw members.unbelievable(.vcpuQuota) }
      limits.vcpuQuota = quota
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Key.self)
    try members.encode(environment, forKey: .environment)
    try members.encode(isProtected, forKey: .isProtected)
    try members.encodeIfPresent(orphans.environmentTag.map { [$0.key, $0.value] }, forKey: .tag)
    try members.encode(orphans.grace, forKey: .grace)
    try members.encodeIfPresent(limits.vcpuQuota, forKey: .vcpuQuota)
    try members.encode(prices, forKey: .prices)
  }
}

extension PriceBook: Codable {
  private enum Key: String, CodingKey {
    case source, date, dates
    case hourly = "region"
    case storage = "storage_gb_month"
    case publicIPv4Hourly = "public_ipv4_hourly"
  }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Key.self)
    func day(_ text: String, _ key: Key) throws -> String {
      guard text.utf8.count == 10, Timestamp(rfc3339: text + "T00:00:00Z") != nil else { throw members.unbelievable(key) }
      return text
    }
    func table(_ key: Key) throws -> [Region: [String: Double]] {
      var regions: [Region: [String: Double]] = [:]
      for (region, prices) in try members.decode([String: [String: Double]].self, forKey: key) {
        guard prices.values.allSatisfy(Plausible.price.contains) else { throw members.unbelievable(key) }
        for (name, price) in prices {
          regions[Region(UntrustedText.clean(region, limit: 40)), default: [:]][UntrustedText.clean(name, limit: 40)] = price
        }
      }
      return regions
    }
    self.init(
      source: UntrustedText.clean(try members.decode(String.self, forKey: .source), limit: 400),
      date: try day(members.decode(String.self, forKey: .date), .date), hourly: try table(.hourly), storage: try table(.storage),
      publicIPv4Hourly: try members.figure(.publicIPv4Hourly, in: Plausible.price))
    for (region, date) in try members.decode([String: String].self, forKey: .dates) {
      dates[Region(UntrustedText.clean(region, limit: 40))] = try day(date, .dates)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    func named<Value>(_ regions: [Region: Value]) -> [String: Value] {
      Dictionary(regions.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
    }
    var members = encoder.container(keyedBy: Key.self)
    try members.encode(source, forKey: .source)
    try members.encode(date, forKey: .date)
    try members.encode(named(dates), forKey: .dates)
    try members.encode(named(hourly), forKey: .hourly)
    try members.encode(named(storage), forKey: .storage)
    try members.encode(publicIPv4Hourly, forKey: .publicIPv4Hourly)
  }
}

extension KeyedDecodingContainer {
  func figure(_ key: Key, in range: ClosedRange<Double>) throws -> Double {
    let figure = try decode(Double.self, forKey: key)
    guard range.contains(figure) else { throw unbelievable(key) }
    return figure
  }

  func unbelievable(_ key: Key) -> DecodingError {
    DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "\(key.stringValue) can't be that")
  }
}
