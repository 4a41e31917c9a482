/// What stands beside the machines in one region: read now and then, by who looks for what was left behind.
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
  fileprivate func lacks(of known: RegionResources) -> Bool {
    volumes.lacks(of: known.volumes) || addresses.lacks(of: known.addresses) || securityGroups.lacks(of: known.securityGroups)
      || interfaces.lacks(of: known.interfaces)
  }
}

extension Fleet {
  mutating func applyResources(_ read: RegionResources, _ event: FleetEvent) {
    guard case .ec2(let region) = event.source, (resources[region]?.at ?? read.at) <= read.at else { return }
    // A list that failed is not an empty one: what was read before stays, and ages.
    if let known = resources[region], read.lacks(of: known) { return }
    resources[region] = read
    turn(event.source)
  }

  /// How many standard on-demand vCPUs may run in all regions together; `nil` where one didn't tell.
  public var vcpuLimit: Int? {
    guard !regions.isEmpty, regions.allSatisfy({ vcpuLimits[$0] != nil }) else { return nil }
    return vcpuLimits.values.reduce(0, +)
  }

  /// A limit once told stands until another is.
  mutating func applyVCPULimit(_ limit: Int?, _ problem: String?, _ event: FleetEvent) {
    guard case .ec2(let region) = event.source else { return }
    let limit = limit.flatMap { Plausible.quota.contains($0) ? $0 : nil }
    if let limit { vcpuLimits[region] = limit }
    vcpuProblems[region] = limit == nil ? problem : nil
    turn(event.source)
  }
}

extension Fleet {
  /// Takes over how a source of another environment stands, with `reason` for its trouble: for documents that name a source once.
  public mutating func adopt(_ source: Source, _ record: SourceRecord, reason: String?) {
    var record = record
    if record.failure != nil { record.failure = reason }
    if record.partialReason != nil { record.partialReason = reason }
    sources[source] = record
  }
}
