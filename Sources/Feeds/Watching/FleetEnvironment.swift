import FleetModel

/// One environment of the configuration: whom to ask, with what, and what is allowed (`docs/configuration.md`).
public struct FleetEnvironment: Hashable, Sendable {
  public var name: String
  /// `https://staging-api.example.com`; `nil` where only AWS is looked at.
  public var controlPlane: String?
  public var adminToken: SecretSource?
  /// `https://{slug}.staging.example.com`; left out it is derived (contract §0).
  public var tenantURL: String?
  public var isProtected = false
  public var allowsWrites = false
  /// Seconds.
  public var rosterPoll = 15.0
  /// Seconds that a deletion is followed after the control plane's last word.
  public var verifyWithin = 180.0
  public var userAgent: String?
  public var aws: AWSSettings?
  public var dns: DNSSettings?
  public var database: DatabaseSettings?

  public init(name: String) { self.name = name }
}

public struct AWSSettings: Hashable, Sendable {
  public var regions: [Region] = []
  public var profile: String?
  /// Where the profile's keys are, other than in the usual file.
  public var credentialsFile: String?
  public var endpoint: String?
  /// Only machines with this tag belong to the environment; without it all do.
  public var environmentTag: EnvironmentTag?
  public var vcpuQuota: Int?
  /// Prices that win over the price list's: by instance type US dollars an hour, by volume type for a gigabyte and month, `public_ipv4` an hour.
  public var prices: [String: Double] = [:]
  /// Seconds after its launch in which a machine is never called an orphan.
  public var orphanGrace = 1200.0

  public struct EnvironmentTag: Hashable, Sendable {
    public var key: String
    public var value: String
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  public init() {}
}

extension OrphanSettings {
  /// As an environment's configuration has it.
  public init(_ aws: AWSSettings?) {
    self.init(environmentTag: aws?.environmentTag.map { Tag(key: $0.key, value: $0.value) }, grace: aws?.orphanGrace ?? 1200)
  }
}

extension FleetSettings {
  /// What an environment's configuration says that anything is judged by.
  /// - Parameter prices: in use, of which those of the environment's regions are taken.
  public init(_ environment: FleetEnvironment, prices: PriceBook) {
    self.init(
      environment: environment.name, isProtected: environment.isProtected, orphans: OrphanSettings(environment.aws),
      limits: Triage.Limits(vcpuQuota: environment.aws?.vcpuQuota), prices: prices.limited(to: environment.aws?.regions ?? []))
  }
}

public struct DNSSettings: Hashable, Sendable {
  public var zone: String
  public var zoneID: String?
  public var token: SecretSource?
  public var api = "https://api.cloudflare.com/client/v4"
  public var recordQuota = 200
  /// Names that are never orphans (contract §6.2 rule 3).
  public var coreNames = ["api", "app", "doc", "send", "status", "www", "staging-api"]
  public var environmentSuffixes = ["staging"]

  public init(zone: String) { self.zone = zone }
}

public struct DatabaseSettings: Hashable, Sendable {
  public enum Address: Hashable, Sendable {
    case url(String)
    case service(String)
  }
  public var address: Address

  public init(address: Address) { self.address = address }
}
