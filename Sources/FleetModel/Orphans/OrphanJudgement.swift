/// The verdict on every machine, kept with the fleet: what changed is judged again, nothing else.
///
/// Over all stands the safety gate: when more than half of our machines, and more than three, would be orphans, the roster is the likelier
/// suspect, and nothing is called an orphan. The same when more than three machines name orgs, and the roster knows none of them at all: that
/// is another environment's roster.
public struct OrphanJudgement: Sendable {
  public let settings: OrphanSettings
  public private(set) var complete: CompleteSources
  private var verdicts: [InstanceID: OrphanVerdict] = [:]
  private var tally = Tally()
  private var counted: [InstanceID: Tally] = [:]
  /// Machines whose verdict changes by the mere passing of time.
  private var waiting: Set<InstanceID> = []

  /// What the gate looks at, of one machine or of all.
  private struct Tally: Hashable, Sendable {
    /// Running and pending machines of ours.
    var machines = 0
    var orphans = 0
    /// Machines of orgs that the roster holds, and of orgs that it lacks, young ones too.
    var known = 0
    var strangers = 0

    static func += (left: inout Tally, right: Tally) {
      left.machines += right.machines
      left.orphans += right.orphans
      left.known += right.known
      left.strangers += right.strangers
    }

    static prefix func - (tally: Tally) -> Tally {
      Tally(machines: -tally.machines, orphans: -tally.orphans, known: -tally.known, strangers: -tally.strangers)
    }
  }

  /// Judges the whole fleet.
  public init(of fleet: Fleet, settings: OrphanSettings, at now: Timestamp) {
    self.settings = settings
    complete = CompleteSources(of: fleet, at: now)
    verdicts.reserveCapacity(fleet.instances.count)
    let rules = OrphanRules(fleet: fleet, settings: settings, complete: complete)
    for id in fleet.instances.keys { judge(id, rules, at: now) }
  }

  /// Judges again what `changes`, the sources' ageing and the time passed touch.
  public mutating func update(_ fleet: Fleet, changes: FleetChanges, at now: Timestamp) {
    let before = complete
    complete = CompleteSources(of: fleet, at: now)
    let rules = OrphanRules(fleet: fleet, settings: settings, complete: complete)
    guard (before.roster == nil) == (complete.roster == nil) else {
      for id in Set(fleet.instances.keys).union(verdicts.keys) { judge(id, rules, at: now) }
      return
    }
    var touched = waiting.union(changes.instances)
    for workspace in changes.workspaces { Self.add(fleet.instancesByWorkspace, workspace, to: &touched) }
    for org in changes.orgs { Self.add(machinesOf: org, fleet, to: &touched) }
    // Machines known by their org's name alone are few, and a name may have moved.
    if !changes.orgs.isEmpty { for ids in fleet.instancesBySlug.values { touched.formUnion(ids) } }
    for region in Self.flipped(before.regions, complete.regions) {
      // A duplicate elsewhere leans on this region's machines.
      for id in fleet.instancesByRegion[region] ?? [] {
        touched.insert(id)
        if let workspace = fleet.instances[id]?.row.workspaceID { Self.add(fleet.instancesByWorkspace, workspace, to: &touched) }
      }
    }
    for slug in Self.flipped(before.tenants, complete.tenants) {
      for org in fleet.orgsBySlug[slug] ?? [] { Self.add(machinesOf: org, fleet, to: &touched) }
    }
    for id in touched { judge(id, rules, at: now) }
  }

  private static func flipped<Key: Hashable>(_ before: [Key: Timestamp], _ after: [Key: Timestamp]) -> [Key] {
    before.keys.filter { after[$0] == nil } + after.keys.filter { before[$0] == nil }
  }

  private static func add<Key: Hashable>(_ index: [Key: Set<InstanceID>], _ key: Key, to touched: inout Set<InstanceID>) {
    if let ids = index[key] { touched.formUnion(ids) }
  }

  private static func add(machinesOf org: OrgID, _ fleet: Fleet, to touched: inout Set<InstanceID>) {
    add(fleet.instancesByOrg, org, to: &touched)
    add(fleet.instancesByOrg, OrgID(org.rawValue.uppercased()), to: &touched)
    // Two orgs of one name hide each other's tenant.
    guard let slug = fleet.orgs[org]?.slug ?? fleet.departed[org]?.slug else { return }
    add(fleet.instancesBySlug, slug, to: &touched)
    for other in fleet.orgsBySlug[slug] ?? [] where other != org { add(fleet.instancesByOrg, other, to: &touched) }
  }

  private mutating func judge(_ id: InstanceID, _ rules: OrphanRules, at now: Timestamp) {
    if let before = counted.removeValue(forKey: id) { tally += -before }
    waiting.remove(id)
    guard let row = rules.fleet.instances[id]?.row else {
      verdicts[id] = nil
      return
    }
    let verdict = rules.verdict(of: row, at: now)
    verdicts[id] = verdict
    if case .grace = verdict { waiting.insert(id) }
    guard verdict != .foreign, row.state.isLive else { return }
    var one = Tally(machines: 1)
    if rules.org(of: row) != nil { one.known = 1 }
    switch verdict {
    case .orphan(let reasons):
      one.orphans = 1
      if reasons.contains(.orgGone) { one.strangers = 1 }
    case .grace(let reasons): if reasons.contains(.orgGone) { one.strangers = 1 }
    case .live, .cannotTell, .foreign: break
    }
    counted[id] = one
    tally += one
  }

  // MARK: - What it says

  private var isMostlyOrphans: Bool { tally.orphans > 3 && tally.orphans * 2 > tally.machines }
  private var isAllStrangers: Bool { tally.orphans > 0 && tally.strangers > 3 && tally.known == 0 }
  private var isGateClosed: Bool { isMostlyOrphans || isAllStrangers }

  /// Why nothing can be called an orphan: the gate is closed. `nil` when it is open.
  public var safetyGate: String? {
    guard isGateClosed else { return nil }
    let counted =
      isMostlyOrphans
      ? "\(tally.orphans) of \(tally.machines) machines of ours would be orphans, more than half"
      : "the roster knows none of the orgs that \(tally.strangers) machines of ours name"
    return counted + ": the roster is the likelier suspect, so nothing is called an orphan. "
      + "Check that the control plane and the AWS account are of the same environment"
  }

  /// The verdict, the safety gate applied.
  public func verdict(of id: InstanceID) -> OrphanVerdict {
    let verdict = verdicts[id] ?? .foreign
    if case .orphan = verdict, isGateClosed { return .cannotTell([.roster]) }
    return verdict
  }

  /// Orphans as the documents count them: `nil` when nothing can be said.
  public var orphans: Int? { complete.roster == nil || isGateClosed ? nil : tally.orphans }
}
