import FleetModel

/// The header's sums, kept with every change: none is counted again over the whole fleet.
struct Tallies {
  private struct Share {
    var hourly: Double?
    var isLive: Bool
    var isWasted: Bool
    /// Virtual processors that count against the quota; `nil` when its type doesn't tell.
    var vcpus: Int?
  }

  private var orgRoles: [OrgID: Role] = [:]
  private var workspaceRoles: [WorkspaceID: Role] = [:]
  private var shares: [InstanceID: Share] = [:]

  private(set) var liveMachines = 0
  /// US dollars an hour of the machines whose price is known.
  private(set) var hourly = 0.0
  private(set) var unknownPrices = 0
  /// US dollars an hour that nobody has anything of.
  private(set) var wasted = 0.0
  private var vcpusKnown = 0
  private var vcpusUnknown = 0
  /// Orgs and workspaces that failed.
  private(set) var failed = 0
  /// Workspaces that are degraded or offline.
  private(set) var degraded = 0

  var money: Money {
    var money = Money()
    // Sums of differences drift by less than a thousandth of a cent; they never show as less than nothing.
    money.add(max(0, hourly))
    if unknownPrices > 0 { money.add(nil) }
    return money
  }

  /// Of every running and pending machine of the account; `nil` when a type doesn't tell.
  var vcpus: Int? { vcpusUnknown == 0 ? vcpusKnown : nil }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, _ prices: PriceBook) {
    var machines = changes.instances
    for id in changes.orgs where Self.count(&orgRoles, id, fleet.orgs[id]?.row.status?.role, &failed, &degraded) {
      if let tenant = fleet.tenantMachine(of: id) { machines.insert(tenant.id) }
    }
    for id in changes.workspaces where Self.count(&workspaceRoles, id, fleet.workspaces[id]?.row.status.role, &failed, &degraded) {
      for machine in fleet.machines(of: id) { machines.insert(machine.id) }
    }
    for id in machines {
      if let old = shares.removeValue(forKey: id) { add(old, -1) }
      guard let row = fleet.instances[id]?.row else { continue }
      let verdict = fleet.judgement.verdict(of: id)
      // A foreign machine is somebody else's to pay for; it takes of the account's quota all the same.
      let share = Share(
        hourly: verdict == .foreign ? 0 : prices.hourly(of: row), isLive: row.state.isLive,
        isWasted: verdict != .foreign && CostReport.waste(row, verdict, in: fleet) != nil, vcpus: VCPUQuota.counted(row))
      shares[id] = share
      add(share, 1)
    }
    if shares.isEmpty { (hourly, wasted) = (0, 0) }
  }

  /// - Returns: whether its role is another than before.
  private static func count<ID: Hashable>(
    _ roles: inout [ID: Role], _ id: ID, _ role: Role?, _ failed: inout Int, _ degraded: inout Int
  ) -> Bool {
    let old = roles[id]
    guard old != role else { return false }
    roles[id] = role
    failed += (role == .failed ? 1 : 0) - (old == .failed ? 1 : 0)
    degraded += (role == .warning ? 1 : 0) - (old == .warning ? 1 : 0)
    return true
  }

  private mutating func add(_ share: Share, _ sign: Int) {
    if share.isLive { liveMachines += sign }
    if let price = share.hourly { hourly += Double(sign) * price } else { unknownPrices += sign }
    if share.isWasted, let price = share.hourly { wasted += Double(sign) * price }
    if let count = share.vcpus { vcpusKnown += sign * count } else { vcpusUnknown += sign }
  }
}
