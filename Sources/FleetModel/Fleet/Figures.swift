/// Every count and sum that anything shows, kept with every change: none is counted over the whole fleet. `docs/figures.md` says what each is.
public struct Figures: Sendable {
  public struct Totals: Hashable, Sendable {
    public internal(set) var orgs = Figure<Int>.unknown
    public internal(set) var workspaces = Figure<Int>.unknown
    public internal(set) var instances = Figure<Int>.unknown
    public internal(set) var machines = Figure<Int>.unknown
    public internal(set) var foreign = Figure<Int>.unknown
    public internal(set) var comingUp = Figure<Int>.unknown
    public internal(set) var late = Figure<Int>.unknown
    public internal(set) var stuck = Figure<Int>.unknown
    public internal(set) var failed = Figure<Int>.unknown
    public internal(set) var degraded = Figure<Int>.unknown
    public internal(set) var offline = Figure<Int>.unknown
    public internal(set) var orphans = Figure<Int>.unknown
    /// US dollars an hour.
    public internal(set) var hourly = Figure<Money>.unknown
    public internal(set) var wasted = Figure<Money>.unknown
    /// Of what is wasted: the orphan machines'.
    public internal(set) var orphaned = Figure<Money>.unknown
    /// Of what is wasted: the machines' that run for what failed.
    public internal(set) var failedHourly = Figure<Money>.unknown
    public internal(set) var leftovers = Figure<Int>.unknown
    public internal(set) var leftoversHourly = Figure<Money>.unknown
    public internal(set) var vcpus = Figure<Int>.unknown
    /// `nil`: nobody told it.
    public internal(set) var vcpuLimit: Int?
    public internal(set) var zoneRecords = Figure<Int>.unknown
    public internal(set) var zoneQuota: Int?
    /// Under way, failed, or called completed while machines of theirs stand.
    public internal(set) var openDeletions = Figure<Int>.unknown
    /// Of the open ones those that failed or stalled.
    public internal(set) var failedDeletions = Figure<Int>.unknown
    /// Of the open ones those that were called completed.
    public internal(set) var deletionsWithMachines = 0
    public internal(set) var findings: [Finding.Severity: Int] = [:]
  }

  /// As of the last judgement.
  public private(set) var totals = Totals()
  /// When a boot becomes late by time alone.
  private(set) var nextChange: Timestamp?

  private struct OrgShare: Hashable {
    var slug: Slug
    var isListed: Bool
    var hasFailed: Bool
  }

  private struct WorkspaceShare: Hashable {
    var status: WorkspaceStatus
    /// It counts as coming up, not as failed.
    var mayRecover: Bool

    var hasFailed: Bool { status == .failed && !mayRecover }
  }

  /// One machine's part of the sums.
  private struct MachineShare: Hashable {
    var isOurs: Bool
    var isStanding: Bool
    /// In billionths of a US dollar: sums of differences stay exact.
    var hourly: Int64?
    var isWasted: Bool
    var isOrphan: Bool
    /// Whether its type tells what it takes of the quota.
    var tellsVCPUs: Bool
  }

  /// A sum of prices, some of them unknown.
  private struct Sum {
    var billionths: Int64 = 0
    var unknown = 0

    mutating func add(_ price: Int64?, _ sign: Int) {
      if let price { billionths &+= Int64(sign) &* price } else { unknown += sign }
    }

    var money: Money {
      var money = Money()
      money.add(Double(billionths) / 1e9)
      if unknown > 0 { money.add(nil) }
      return money
    }
  }

  private struct BootShare: Hashable {
    var lateAt: Timestamp?
    /// Nothing is told of it any more since then.
    var lostAt: Timestamp?
    var isStuck: Bool

    func isLate(at now: Timestamp) -> Bool { !isStuck && lateAt.map { min(now, lostAt ?? now) > $0 } ?? false }
  }

  private var orgs: [OrgID: OrgShare] = [:]
  private var workspaces: [WorkspaceID: WorkspaceShare] = [:]
  private var machines: [InstanceID: MachineShare] = [:]
  /// Orphans among the leftovers, each with its price in billionths of a US dollar an hour.
  private var leftovers: [OrphanCase.ID: Int64?] = [:]
  private var boots: [BootTarget: BootShare] = [:]
  /// Deletions that aren't over, by their rows: whether they failed.
  private var deletions: [String: Bool] = [:]
  private var lessons = 0

  private var listedOrgs = 0
  private var failed = 0
  private var listedWorkspaces = 0
  private var degraded = 0
  private var offline = 0
  private var standing = 0
  private var foreign = 0
  private var hourly = Sum()
  private var wasted = Sum()
  private var orphaned = Sum()
  private var failedHourly = Sum()
  private var unknownVCPUs = 0
  private var leftover = Sum()
  private var late = 0
  private var stuck = 0

  init() {}

  // MARK: - Counting

  /// Counts again what `changes` touched.
  mutating func count(_ changes: FleetChanges, _ fleet: Fleet, _ prices: PriceBook) {
    var touched = changes.instances
    for id in changes.orgs {
      let status = fleet.orgs[id]?.row.status
      let share = fleet.orgs[id].map { org in
        OrgShare(slug: org.slug, isListed: status != .purged, hasFailed: status == .failed || status == .abandoned)
      }
      guard orgs[id] != share else { continue }
      let before = orgs[id]
      if let before { add(before, -1) }
      if let share { add(share, 1) }
      orgs[id] = share
      // Whether its tenant's machine runs for nothing. A machine may know it by its name alone, which a gone org has no more.
      for machine in fleet.machines(of: id) where machine.row.role == .tenant { touched.insert(machine.id) }
      if let slug = before?.slug, slug != share?.slug { touched.formUnion(fleet.machines.ids(named: slug)) }
    }
    for id in changes.workspaces { count(id, fleet, &touched) }
    for id in touched { count(id, fleet, prices) }
    for id in changes.purges.map(\.rawValue) + changes.deletions {
      let standing = fleet.deletions.entry(id, fleet)?.standing
      deletions[id] = standing?.isUnderWay == true ? false : standing?.hasFailed == true ? true : nil
    }
    for id in changes.leftovers {
      if let old = leftovers.removeValue(forKey: id) { leftover.add(old, -1) }
      guard case .orphan? = fleet.leftovers.lastTold(of: id) else { continue }
      let price = Self.billionths(fleet.leftovers.hourly(of: id, prices))
      leftovers.updateValue(price, forKey: id)
      leftover.add(price, 1)
    }
  }

  /// Counts again what was found since: whether what is called failed may recover.
  mutating func countFound(_ changes: FleetChanges, _ fleet: Fleet, _ prices: PriceBook) {
    var touched: Set<InstanceID> = []
    for case .workspace(let id) in changes.findings { count(id, fleet, &touched) }
    for id in touched { count(id, fleet, prices) }
  }

  private mutating func count(_ id: WorkspaceID, _ fleet: Fleet, _ touched: inout Set<InstanceID>) {
    let share = fleet.workspaces[id].map { WorkspaceShare(status: $0.row.status, mayRecover: fleet.mayRecover($0)) }
    let before = workspaces[id]
    guard before != share else { return }
    if let before { add(before, -1) }
    if let share { add(share, 1) }
    workspaces[id] = share
    if before?.hasFailed != share?.hasFailed { for machine in fleet.machines(of: id) { touched.insert(machine.id) } }
  }

  private mutating func count(_ id: InstanceID, _ fleet: Fleet, _ prices: PriceBook) {
    let share = fleet.instances[id].map { self.share(of: $0.row, fleet, prices) }
    let before = machines[id]
    guard before != share else { return }
    if let before { add(before, -1) }
    if let share { add(share, 1) }
    machines[id] = share
  }

  private static func billionths(_ dollars: Double?) -> Int64? { dollars.flatMap { Int64(exactly: ($0 * 1e9).rounded()) } }

  private func share(of row: InstanceRow, _ fleet: Fleet, _ prices: PriceBook) -> MachineShare {
    let verdict = fleet.judgement.lastTold(of: row.id)
    let isOurs = verdict != .foreign
    var isOrphan = false
    if case .orphan = verdict { isOrphan = true }
    return MachineShare(
      isOurs: isOurs, isStanding: row.state != .terminated, hourly: Self.billionths(prices.hourly(of: row)),
      isWasted: isOurs && CostReport.waste(row, verdict, in: fleet) != nil, isOrphan: isOrphan, tellsVCPUs: VCPUQuota.counted(row) != nil)
  }

  private mutating func add(_ share: OrgShare, _ sign: Int) {
    if share.isListed { listedOrgs += sign }
    if share.hasFailed { failed += sign }
  }

  private mutating func add(_ share: WorkspaceShare, _ sign: Int) {
    guard share.status != .removed else { return }
    listedWorkspaces += sign
    switch share.status {
    case .failed: if share.hasFailed { failed += sign }
    case .degraded: degraded += sign
    case .offline: offline += sign
    default: break
    }
  }

  private mutating func add(_ share: MachineShare, _ sign: Int) {
    // Whoever's it is, it takes of the account's quota.
    if !share.tellsVCPUs { unknownVCPUs += sign }
    guard share.isStanding else { return }
    guard share.isOurs else { return foreign += sign }
    standing += sign
    hourly.add(share.hourly, sign)
    if share.isWasted { wasted.add(share.hourly, sign) }
    if share.isOrphan { orphaned.add(share.hourly, sign) } else if share.isWasted { failedHourly.add(share.hourly, sign) }
  }

  /// What some machines cost an hour; another's cost nothing here.
  func hourly(of machines: some Sequence<Instance>) -> Money {
    var sum = Sum()
    for machine in machines {
      guard let share = self.machines[machine.id] else {
        sum.add(nil, 1)
        continue
      }
      if share.isOurs, share.isStanding { sum.add(share.hourly, 1) }
    }
    return sum.money
  }

  // MARK: - Boots

  /// Looks again at the boots that `changes` touched, at all when a source turned or something was learned of how long they take.
  private mutating func countBoots(_ changes: FleetChanges, _ fleet: Fleet, turned: Bool, at now: Timestamp) {
    var isTouched = false
    func look(at target: BootTarget) {
      isTouched = true
      boots[target] = Self.share(of: target, fleet, at: now)
    }
    if turned || boots.count != fleet.inFlight.count || lessons != fleet.history.lessons {
      lessons = fleet.history.lessons
      boots = [:]
      isTouched = true
      for target in fleet.inFlight { look(at: target) }
    } else if !boots.isEmpty {
      let targets =
        changes.orgs.map(BootTarget.tenant) + changes.workspaces.map(BootTarget.workspace) + changes.findings.compactMap(\.boot)
      for target in targets where boots[target] != nil || fleet.inFlight.contains(target) { look(at: target) }
    }
    guard isTouched || nextChange.map({ now > $0 }) ?? false else { return }
    (late, stuck, nextChange) = (0, 0, nil)
    for share in boots.values {
      if share.isStuck {
        stuck += 1
      } else if share.isLate(at: now) {
        late += 1
      } else if share.lostAt == nil, let at = share.lateAt {
        nextChange = min(nextChange ?? at, at)
      }
    }
  }

  private static func share(of target: BootTarget, _ fleet: Fleet, at now: Timestamp) -> BootShare? {
    guard fleet.inFlight.contains(target), let progress = fleet.progress(of: target, at: now) else { return nil }
    return BootShare(lateAt: progress.lateAt, lostAt: fleet.lostAt(target, at: now), isStuck: progress.isStuck)
  }

  // MARK: - Settling

  /// Says what the counts are worth, by how their sources stand.
  mutating func settle(_ fleet: Fleet, _ changes: FleetChanges, turned: Bool, at now: Timestamp) {
    countBoots(changes, fleet, turned: turned, at: now)
    let book = fleet.book
    let roster = book.basis(of: [.roster])
    let listed = book.basis(of: [.roster, .tenants])
    let booting = book.basis(of: [.roster], completedBy: [.tenants])
    var ec2 = book.basis(of: [.regions])
    // The feed tells of machines too, though never of all.
    if ec2.standing == .unknown, standing + foreign > 0 { ec2 = SourceBook.Basis(standing: .incomplete, isBare: false) }
    func figure<Value>(_ value: Value, _ basis: SourceBook.Basis) -> Figure<Value> { Figure(basis.isBare ? nil : value, basis.standing) }
    var totals = Totals()
    totals.orgs = figure(listedOrgs, roster)
    totals.workspaces = figure(listedWorkspaces, listed)
    totals.comingUp = figure(fleet.inFlight.count, booting)
    totals.late = figure(late, booting)
    totals.stuck = figure(stuck, booting)
    totals.failed = figure(failed, booting)
    totals.degraded = figure(degraded, listed)
    totals.offline = figure(offline, listed)
    totals.instances = figure(standing + foreign, ec2)
    totals.machines = figure(standing, ec2)
    totals.foreign = figure(foreign, ec2)
    totals.hourly = figure(hourly.money, ec2)
    totals.vcpus = unknownVCPUs > 0 ? .unknown : figure(fleet.machines.vcpus, ec2)
    totals.vcpuLimit = fleet.limits.vcpuQuota ?? fleet.vcpuLimit
    var verdicts = book.basis(of: [.roster, .regions], completedBy: [.tenants])
    if case .loading = verdicts.standing, fleet.judgement.safetyGate == nil { totals.orphans = Figure(nil, verdicts.standing) }
    if let orphans = fleet.judgement.lastToldOrphans {
      if verdicts.standing == .known, fleet.judgement.untold > 0 { verdicts.standing = .incomplete }
      totals.orphans = figure(orphans, verdicts)
      totals.orphaned = figure(orphaned.money, verdicts)
      totals.failedHourly = figure(failedHourly.money, verdicts)
      totals.wasted = figure(wasted.money, verdicts)
    }
    if !fleet.resources.isEmpty, fleet.judgement.lastToldOrphans != nil {
      var basis = book.basis(of: [.roster, .regions])
      if basis.standing == .known, fleet.regions.contains(where: { fleet.resources[$0] == nil }) { basis.standing = .incomplete }
      // Their lists are read more seldom, and age by themselves.
      if let old = fleet.leftovers.oldestStale {
        switch basis.standing {
        case .known: basis.standing = .lastKnown(old)
        case .lastKnown(let other): basis.standing = .lastKnown(min(old, other))
        case .loading, .incomplete, .unknown: break
        }
      }
      totals.leftovers = figure(leftovers.count, basis)
      totals.leftoversHourly = figure(leftover.money, basis)
    }
    if let zone = fleet.zone {
      totals.zoneRecords = figure(zone.records.count, book.basis(of: [.zone]))
      totals.zoneQuota = zone.quota
    }
    totals.deletionsWithMachines = fleet.triage.findings(of: .fleet).count { $0.code == .deletionLeftMachines }
    totals.openDeletions = figure(deletions.count + totals.deletionsWithMachines, roster)
    totals.failedDeletions = figure(deletions.values.count { $0 }, roster)
    for severity in [Finding.Severity.critical, .warning, .info] { totals.findings[severity] = fleet.triage.count(of: severity) }
    self.totals = totals
  }
}

extension SourceBook {
  enum Kind { case roster, regions, tenants, zone }

  private func group(_ kind: Kind) -> Group {
    switch kind {
    case .roster: roster
    case .regions: regions
    case .tenants: tenants
    case .zone: zone
    }
  }

  /// What a figure rests on.
  struct Basis {
    var standing: FigureStanding
    /// Nothing that it is counted from was read yet.
    var isBare: Bool
  }

  /// How far something is known that is counted from `kinds`, of which each must have told something, and completed by `rest`.
  func basis(of kinds: [Kind], completedBy rest: [Kind] = []) -> Basis {
    let needed = kinds.map(group)
    let all = needed + rest.map(group)
    // A fleet may well have no tenant that should answer; of the other kinds there is at least one, or nobody to ask.
    for kind in kinds where kind != .tenants && group(kind).expected == 0 { return Basis(standing: .unknown, isBare: true) }
    let isBare = needed.contains { $0.answered == 0 && $0.expected > 0 }
    if let slowest = all.filter(\.isLoading).max(by: { $0.expected - $0.answered < $1.expected - $1.answered }) {
      return Basis(standing: .loading(answered: slowest.answered, of: slowest.expected), isBare: isBare)
    }
    if isBare { return Basis(standing: .unknown, isBare: true) }
    if let oldest = all.compactMap(\.oldest).min() { return Basis(standing: .lastKnown(oldest), isBare: false) }
    return Basis(standing: all.allSatisfy(\.isFresh) ? .known : .incomplete, isBare: false)
  }
}

extension Finding.Target {
  /// The boot that a finding may be about.
  var boot: BootTarget? {
    switch self {
    case .org(let id): .tenant(id)
    case .workspace(let id): .workspace(id)
    case .fleet: nil
    }
  }
}

extension Fleet {
  /// From now on everything costs what these say.
  mutating func price(by prices: PriceBook) {
    settings.prices = prices
    changes.instances.formUnion(instances.keys)
    changes.leftovers.formUnion(leftovers.ids)
  }

  mutating func countFigures() {
    var figures = Figures()
    swap(&figures, &self.figures)
    figures.count(changes, self, settings.prices)
    swap(&figures, &self.figures)
  }

  mutating func settleFigures(at now: Timestamp, turned: Bool) {
    var figures = Figures()
    swap(&figures, &self.figures)
    figures.countFound(changes, self, settings.prices)
    figures.settle(self, changes, turned: turned, at: now)
    swap(&figures, &self.figures)
  }

  /// What an org costs an hour: compute of all its machines; unknown while EC2 was never read.
  public func hourly(of org: OrgID) -> Figure<Money> {
    Figure(figures.totals.machines.value == nil ? nil : figures.hourly(of: machines(of: org)), figures.totals.machines.standing)
  }
}
