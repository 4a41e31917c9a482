/// What one machine costs. Compute, storage and address are separate figures, in US dollars; `nil` is unknown.
public struct InstanceCost: Hashable, Sendable {
  /// Compute an hour, now: 0 unless it runs.
  public var hourly: Double?
  /// Its attached volumes: charged whatever its state.
  public var storageMonthly: Double?
  /// Its public IPv4 addresses: charged whatever its state.
  public var addressMonthly: Double?
  /// Compute from its last start until now, or until it stopped.
  public var sinceLaunch: Double?
  /// Compute of that run within this calendar month (UTC).
  public var thisMonth: Double?

  /// Compute of a month at what it costs now.
  public var monthly: Double? { hourly.map { $0 * PriceBook.hoursPerMonth } }
}

/// Works out what machines cost from EC2's own figures (EC2 User Guide, "On-Demand Instances": per second, at least a minute each start).
struct InstancePricing {
  let prices: PriceBook
  let now: Timestamp
  private let monthStart: Timestamp
  private let volumes: [InstanceID: [VolumeRow]]
  private let known: Set<ResourceID>
  private let regionsWithVolumes: Set<Region>
  private let addresses: [InstanceID: Set<String>]

  init(prices: PriceBook, fleet: Fleet, now: Timestamp) {
    self.prices = prices
    self.now = now
    monthStart = now.startOfMonth
    var volumes: [InstanceID: [VolumeRow]] = [:]
    var known: Set<ResourceID> = []
    var regions: Set<Region> = []
    var addresses: [InstanceID: Set<String>] = [:]
    for (region, resources) in fleet.resources {
      if let rows = resources.volumes.rows {
        regions.insert(region)
        for volume in rows {
          known.insert(volume.id)
          for instance in volume.instances { volumes[instance, default: []].append(volume) }
        }
      }
      for address in resources.addresses.rows ?? [] {
        if let instance = address.instance, let ip = address.publicIP { addresses[instance, default: []].insert(ip) }
      }
    }
    self.volumes = volumes
    self.known = known
    self.addresses = addresses
    regionsWithVolumes = regions
  }

  func cost(of row: InstanceRow) -> InstanceCost {
    InstanceCost(
      hourly: prices.hourly(of: row), storageMonthly: storage(of: row), addressMonthly: address(of: row),
      sinceLaunch: compute(of: row, from: .distantPast), thisMonth: compute(of: row, from: monthStart))
  }

  /// Unknown when the region's volumes weren't read, or one that the machine names wasn't among them.
  private func storage(of row: InstanceRow) -> Double? {
    guard regionsWithVolumes.contains(row.region), row.volumes.allSatisfy(known.contains) else { return nil }
    var money = Money()
    // A volume attached to several machines is shared by them.
    for volume in volumes[row.id] ?? [] { money.add(prices.monthly(of: volume).map { $0 / Double(max(1, Set(volume.instances).count)) }) }
    return money.exact
  }

  /// What `DescribeInstances` tells is enough; elastic addresses beside the first are added where they were read.
  private func address(of row: InstanceRow) -> Double? {
    // The feed tells of no address.
    guard row.knownRegion != nil else { return nil }
    var ips = addresses[row.id] ?? []
    if let ip = row.publicIP { ips.insert(ip) }
    return Double(ips.count) * prices.publicIPv4Monthly
  }

  /// Compute of the current or last run, of its part after `start`.
  private func compute(of row: InstanceRow, from start: Timestamp) -> Double? {
    let end: Timestamp
    switch row.state {
    case .pending: return 0
    case .running: end = now
    case .stopping, .stopped, .shuttingDown, .terminated:
      guard let stopped = row.stoppedAt else { return nil }
      end = stopped
    case .unknown: return nil
    }
    guard let rate = prices.rate(of: row), let launched = row.launchedAt else { return nil }
    guard end >= start else { return 0 }
    return rate * (launched >= start ? max(60, end - launched) : end - start) / 3600
  }
}

extension InstanceRow {
  /// When it was stopped, out of EC2's words for it: `User initiated (2026-11-23 09:12:44 GMT)`.
  public var stoppedAt: Timestamp? {
    guard !state.isLive, let reason = stateReason, reason.hasSuffix(" GMT)"), let open = reason.lastIndex(of: "(") else { return nil }
    let time = reason[reason.index(after: open)...].dropLast(" GMT)".count)
    return Timestamp(rfc3339: time.replacing(" ", with: "T") + "Z")
  }
}

extension Timestamp {
  /// The first moment of its month, UTC.
  public var startOfMonth: Timestamp { Timestamp(rfc3339: description.prefix(7) + "-01T00:00:00Z") ?? .distantPast }
}
