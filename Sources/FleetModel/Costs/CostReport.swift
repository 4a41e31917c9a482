/// What some machines cost together.
public struct CostSum: Hashable, Sendable {
  /// Machines that stand: all but the terminated.
  public private(set) var count = 0
  public private(set) var hourly = Money()
  public private(set) var storageMonthly = Money()
  public private(set) var addressMonthly = Money()
  public private(set) var sinceLaunch = Money()
  public private(set) var thisMonth = Money()

  public init() {}

  public mutating func add(_ cost: InstanceCost) {
    count += 1
    hourly.add(cost.hourly)
    storageMonthly.add(cost.storageMonthly)
    addressMonthly.add(cost.addressMonthly)
    sinceLaunch.add(cost.sinceLaunch)
    thisMonth.add(cost.thisMonth)
  }

  /// Compute of a month at what it costs now.
  public var monthly: Double? { hourly.exact.map { $0 * PriceBook.hoursPerMonth } }
}

/// Why money is wasted. A machine counts under the first that holds.
public enum Waste: String, Hashable, Sendable, CaseIterable {
  /// Nobody owns it any more.
  case orphan
  /// Its workspace sleeps or is gone, and it runs all the same (contract §4.6).
  case pausedButRunning = "paused-but-running"
  /// It runs for an org or a workspace that failed; documents have called it stuck from the first.
  case failed = "stuck"
  /// It runs no more, and its volumes and addresses cost on.
  case stopped
}

/// What the whole fleet costs, by every side an operator looks at it from. Machines that aren't the environment's own don't count.
public struct CostReport: Sendable {
  public let prices: PriceBook
  public private(set) var instances: [InstanceID: InstanceCost] = [:]
  public private(set) var orgs: [OrgID: CostSum] = [:]
  public private(set) var roles: [InstanceRole: CostSum] = [:]
  public private(set) var regions: [Region: CostSum] = [:]
  public private(set) var total = CostSum()
  public private(set) var wastes: [Waste: CostSum] = [:]
  /// The machines whose money is wasted, and why.
  public private(set) var wasted: [InstanceID: Waste] = [:]
  /// Those without a role: with them the roles add up to the total.
  public private(set) var withoutRole = CostSum()
  /// Types of running machines that no price is known of, sorted; spot machines are marked.
  public private(set) var unpriced: [String] = []
  /// Machines of which nobody says whether they run, sorted: what they cost is unknown, whatever is known of their price.
  public private(set) var stateUnknown: [InstanceID] = []
  /// Whether every region has given a whole list at least once: without that, a sum would be a guess.
  public let knowsMachines: Bool
  /// Whether the verdicts stand that waste is counted by.
  public let knowsOrphans: Bool

  /// - Parameter fleet: judged at `now`; its verdicts and its prices are the report's.
  public init(of fleet: Fleet, at now: Timestamp) {
    let judgement = fleet.judgement
    prices = fleet.settings.prices
    knowsMachines = Self.knowsMachines(of: fleet)
    knowsOrphans = knowsMachines && judgement.lastToldOrphans != nil
    // What runs on may have ended since a region was last heard.
    let lost = fleet.regions.compactMap { fleet.lostAt(.ec2($0), at: now) }.min()
    let pricing = InstancePricing(prices: prices, fleet: fleet, now: min(now, lost ?? now))
    var unpriced: Set<String> = []
    for instance in fleet.instances.values where instance.row.state != .terminated {
      let row = instance.row
      let verdict = judgement.lastTold(of: row.id)
      guard verdict != .foreign else { continue }
      let cost = pricing.cost(of: row)
      instances[row.id] = cost
      total.add(cost)
      if let role = row.role { roles[role, default: CostSum()].add(cost) } else { withoutRole.add(cost) }
      regions[row.region, default: CostSum()].add(cost)
      if let org = fleet.org(of: row)?.id { orgs[org, default: CostSum()].add(cost) }
      if let waste = Self.waste(row, verdict, in: fleet) {
        wastes[waste, default: CostSum()].add(cost)
        wasted[row.id] = waste
      }
      if case .unknown = row.state {
        stateUnknown.append(row.id)
      } else if cost.hourly == nil {
        // Of a machine that only the feed told of yet, the region is missing, not the price.
        let mark = row.isSpot ? " (spot)" : row.knownRegion == nil ? " (region unknown)" : ""
        unpriced.insert((row.type ?? "unknown type") + mark)
      }
    }
    self.unpriced = unpriced.sorted()
    stateUnknown.sort()
  }

  private static func knowsMachines(of fleet: Fleet) -> Bool {
    var any = false
    for (source, record) in fleet.sources {
      guard case .ec2 = source else { continue }
      guard record.lastComplete != nil else { return false }
      any = true
    }
    return any
  }

  /// Why a machine's money is wasted; `nil` when it isn't.
  public static func waste(_ row: InstanceRow, _ verdict: OrphanVerdict, in fleet: Fleet) -> Waste? {
    if case .orphan(let reasons) = verdict {
      return reasons.allSatisfy { $0 == .stoppedStatusButRunning } ? .pausedButRunning : .orphan
    }
    if row.state == .stopped { return .stopped }
    return row.state.isLive && isOfFailed(row, in: fleet) ? .failed : nil
  }

  private static func isOfFailed(_ row: InstanceRow, in fleet: Fleet) -> Bool {
    if let id = row.workspaceID {
      return fleet.workspaces[id].map { $0.row.status == .failed && !fleet.mayRecover($0) } ?? false
    }
    guard row.role == .tenant, let status = fleet.org(of: row)?.row.status else { return false }
    return status == .failed || status == .abandoned
  }

  // MARK: - Answers

  /// What the org costs; a known org without machines costs nothing, and `nil` is unknown.
  public func cost(of org: OrgID) -> CostSum? { knowsMachines ? orgs[org] ?? CostSum() : nil }

  /// Compute dollars an hour that nobody has anything of; `nil` while a verdict's sources are missing.
  public var wastedHourly: Double? {
    guard knowsOrphans else { return nil }
    var money = Money()
    for sum in wastes.values { money.add(sum.hourly) }
    return money.exact
  }

  /// What each minute costs in which what failed stays so.
  public var failedMinute: Double? { knowsMachines ? (wastes[.failed] ?? CostSum()).hourly.exact.map { $0 / 60 } : nil }
}

/// What an org's agents spent on language models this month, and may spend: its tenant's own figures (contract §4.2: US cents).
public struct LLMSpend: Hashable, Sendable {
  /// US dollars; `nil` while the tenant's list isn't known.
  public let spend: Double?
  /// The workspaces' limits that are set, together; `nil` when there is none.
  public let budget: Double?
  /// Workspaces that spent what they may, or more.
  public let exhausted: [WorkspaceID]

  /// A limit is reached: a workspace's own, or all of them together.
  public var isOverspent: Bool {
    if let spend, let budget, spend >= budget { return true }
    return !exhausted.isEmpty
  }

  public init(of org: Org, in fleet: Fleet) {
    guard fleet.sources[.tenant(org.slug)]?.lastComplete != nil else {
      spend = nil
      budget = nil
      exhausted = []
      return
    }
    let rows = fleet.workspaces(of: org.id).map(\.row).filter { $0.status != .removed }
    let cents = rows.map(\.monthlySpendCents)
    spend = cents.contains(nil) ? nil : cents.reduce(0) { $0 + Double($1 ?? 0) } / 100
    let limits = rows.compactMap(\.budgetLimitCents)
    budget = limits.isEmpty ? nil : limits.reduce(0) { $0 + Double($1) } / 100
    exhausted = rows.filter { row in
      guard let spent = row.monthlySpendCents, let limit = row.budgetLimitCents else { return false }
      return spent >= limit
    }.map(\.id).sorted()
  }
}
