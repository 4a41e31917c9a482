/// What the simulated fleet is to be.
public struct SimulationOptions: Sendable {
  public var scenario = "default"
  public var seed: UInt64 = 1
  /// Time factor: 2 is twice as fast.
  public var speed: Double = 1
  /// How many orgs; `nil` is the scenario's own number.
  public var orgs: Int?
  /// The loopback port; 0 takes a free one.
  public var port: UInt16 = 0

  public init() {}
}

/// Where the simulated services answer, and with which (worthless) credentials.
public struct SimulatedEndpoints: Sendable {
  /// `http://127.0.0.1:PORT`
  public var controlPlane: String
  public var adminToken: String
  /// `http://127.0.0.1:PORT/tenants/{slug}`
  public var tenantURL: String
  public var ec2: String
  public var regions: [String]
  public var accessKeyID: String
  public var secretAccessKey: String
  public var dnsAPI: String
  public var dnsZone: String
  public var dnsZoneID: String
  public var dnsToken: String
}
