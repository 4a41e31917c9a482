/// How much of the account's quota of standard on-demand vCPUs is used. It counts every machine of the account, whoever's it is.
public struct VCPUQuota: Hashable, Sendable {
  public enum Level: Hashable, Sendable { case unknown, calm, warning, critical }

  /// One region's share.
  public struct Share: Hashable, Sendable {
    public var used: Int?
    public var limit: Int?
  }

  public let regions: [Region: Share]
  /// Of machines of which only the fleet feed told, so that nobody knows their region.
  public let unplaced: Int?
  /// Of all machines, also those of which only the fleet feed told and nobody knows the region; `nil` when one of the regions can't be told.
  public let used: Int?
  public let limit: Int?
  /// The configuration gives one figure for all regions together; Service Quotas one a region.
  private let isShared: Bool

  /// - Parameter configured: the configuration's `vcpu_quota`: it wins over what Service Quotas said.
  public init(of fleet: Fleet, configured: Int?) {
    var regions: [Region: Share] = [:]
    for (source, record) in fleet.sources {
      guard case .ec2(let region) = source else { continue }
      regions[region] = Share(used: record.lastComplete == nil ? nil : fleet.machines.vcpus(in: region), limit: fleet.vcpuLimits[region])
    }
    self.regions = regions
    unplaced = fleet.machines.vcpus(in: "")
    used = regions.isEmpty || unplaced == nil || regions.values.contains { $0.used == nil } ? nil : fleet.machines.vcpus
    limit = configured ?? (regions.isEmpty ? nil : Self.sum(regions.values.map(\.limit)))
    isShared = configured != nil
  }

  /// How many vCPUs of the quota a machine takes; `nil` when its type doesn't tell.
  public static func counted(_ row: InstanceRow) -> Int? {
    // Spot machines have a quota of their own.
    guard row.state.isLive, !row.isSpot else { return 0 }
    guard let type = row.type.flatMap(InstanceType.init) else { return nil }
    return type.isStandard ? type.vcpus : 0
  }

  private static func sum(_ parts: [Int?]) -> Int? {
    var total = 0
    for part in parts {
      guard let part else { return nil }
      total += part
    }
    return total
  }

  /// How many more machines of a type the quota lets start; `nil` when that can't be told.
  public func fits(_ name: String) -> Int? {
    guard let type = InstanceType(name), type.isStandard, let count = type.vcpus, count > 0, let used, let limit else { return nil }
    if isShared { return max(0, limit - used) / count }
    return regions.values.reduce(0) { $0 + max(0, ($1.limit ?? 0) - ($1.used ?? 0)) / count }
  }

  public var level: Level { Self.level(used: used, limit: limit) }

  /// At 80 % a warning, at 95 % critical.
  public static func level(used: Int?, limit: Int?) -> Level {
    guard let used, let limit else { return .unknown }
    if Double(used) >= Double(limit) * 0.95 { return .critical }
    return Double(used) >= Double(limit) * 0.8 ? .warning : .calm
  }
}

extension Fleet {
  /// How much of the quota is used, as the configuration has it, else as Service Quotas told it.
  public var quota: VCPUQuota { VCPUQuota(of: self, configured: limits.vcpuQuota) }
}
