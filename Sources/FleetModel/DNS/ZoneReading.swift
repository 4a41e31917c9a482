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
