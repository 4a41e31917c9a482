/// One region's resources: read now and then, by who looks for what was left behind.
public struct RegionResources: Hashable, Codable, Sendable {
  public enum Listing<Row: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
    /// Every page came.
    case complete([Row])
    /// The credentials lack the permission, or the endpoint doesn't have it: nothing can be said, and nothing is wrong.
    case notAllowed(String)
    case failed(String)

    public var rows: [Row]? { if case .complete(let rows) = self { rows } else { nil } }

    /// It came before, and failed now.
    fileprivate func lacks(of known: Self) -> Bool { if case .failed = self { known.rows != nil } else { false } }
  }

  public var at: Timestamp
  public var volumes: Listing<VolumeRow>
  public var addresses: Listing<AddressRow>
  public var securityGroups: Listing<SecurityGroupRow>
  public var interfaces: Listing<NetworkInterfaceRow>
  /// The health checks of running machines.
  public var statuses: Listing<InstanceStatusRow>

  public init(
    at: Timestamp, volumes: Listing<VolumeRow>, addresses: Listing<AddressRow>, securityGroups: Listing<SecurityGroupRow>,
    interfaces: Listing<NetworkInterfaceRow>, statuses: Listing<InstanceStatusRow> = .complete([])
  ) {
    self.at = at
    self.volumes = volumes
    self.addresses = addresses
    self.securityGroups = securityGroups
    self.interfaces = interfaces
    self.statuses = statuses
  }

  /// The lists of what may be left over that could not be read: their names, why, and whether that is a failure rather than a missing permission.
  public var gaps: [(what: String, why: String, isFailure: Bool)] {
    func gap<Row>(_ what: String, _ listing: Listing<Row>) -> (what: String, why: String, isFailure: Bool)? {
      switch listing {
      case .complete: nil
      case .notAllowed(let why): (what, why, false)
      case .failed(let why): (what, why, true)
      }
    }
    return [
      gap("volumes", volumes), gap("addresses", addresses), gap("security groups", securityGroups), gap("network interfaces", interfaces),
    ]
    .compactMap { $0 }
  }
}

extension RegionResources {
  /// One of the lists that leftovers are judged from failed, and had come before.
  func lacks(of known: RegionResources) -> Bool {
    volumes.lacks(of: known.volumes) || addresses.lacks(of: known.addresses) || securityGroups.lacks(of: known.securityGroups)
      || interfaces.lacks(of: known.interfaces)
  }
}
