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
  /// Young machines, each with when its grace ends: by the mere passing of time their verdict changes.
  private var waiting: [InstanceID: Timestamp] = [:]
  /// What the rules alone call an orphan, the gate left aside.
  private var accused: Set<InstanceID> = []
  /// Every machine that isn't simply live or foreign.
  public private(set) var questioned: Set<InstanceID> = []
  /// What was last told of machines that can't be judged now. Nothing is done by it: it keeps a figure from shrinking where nobody looks.
  private var recalled: [InstanceID: OrphanVerdict] = [:]
  /// The roster was whole once: something could be told.
  private var wasJudged = false
  /// The orgs' names as they were judged by.
  private var slugs: [OrgID: Slug] = [:]

  /// What the gate looks at, of one machine or of all.
  private struct Tally: Hashable, Sendable {
    /// Running and pending machines of ours.
    var machines = 0
    var orphans = 0
    /// Machines of orgs that the roster holds, and of orgs that it lacks, young ones too.
    var known = 0
    var strangers = 0
    /// Of those that can't be judged now: the ones that were orphans, those of them whose org was gone, and the ones that never were judged.
    var recalled = 0
    var recalledStrangers = 0
    var untold = 0

    static func += (left: inout Tally, right: Tally) {
      left.machines += right.machines
      left.orphans += right.orphans
      left.known += right.known
      left.strangers += right.strangers
      left.recalled += right.recalled
      left.recalledStrangers += right.recalledStrangers
      left.untold += right.untold
    }

    static prefix func - (tally: Tally) -> Tally {
      Tally(
        machines: -tally.machines, orphans: -tally.orphans, known: -tally.known, strangers: -tally.strangers, recalled: -tally.recalled,
        recalledStrangers: -tally.recalledStrangers, untold: -tally.untold)
    }
  }

  /// Of nothing yet.
  public init(settings: OrphanSettings) {
    self.settings = settings
    complete = CompleteSources()
  }

  /// Judges again what `changes`, the sources' ageing and the time passed touch.
  ///
  /// - Returns: the machines of which something else is said than before.
  @discardableResult
  public mutating func update(_ fleet: Fleet, changes: FleetChanges, at now: Timestamp) -> Set<InstanceID> {
    let wasClosed = isGateClosed
    let turn = complete.update(fleet, touched: changes.sources, at: now)
    wasJudged = wasJudged || complete.roster != nil
    let rules = OrphanRules(fleet: fleet, settings: settings, complete: complete)
    var touched = turn.roster ? Set(fleet.instances.keys).union(verdicts.keys) : changes.instances
    for org in changes.orgs {
      let before = slugs[org]
      let after = fleet.orgs[org]?.slug
      slugs[org] = after
      if turn.roster { continue }
      touched.formUnion(fleet.machines.ids(of: org))
      touched.formUnion(fleet.machines.ids(of: OrgID(org.rawValue.uppercased())))
      // Machines known by the name alone, which may have moved; and two orgs of one name hide each other's tenant.
      for slug in Set([before, after].compactMap { $0 }) { Self.add(machinesNamed: slug, fleet, to: &touched) }
    }
    if !turn.roster {
      for (id, end) in waiting where end <= now { touched.insert(id) }
      for workspace in changes.workspaces { Self.add(machinesOf: workspace, fleet, to: &touched) }
      for region in turn.regions {
        // A duplicate elsewhere leans on this region's machines.
        for id in fleet.machines.ids(in: region) {
          touched.insert(id)
          if let workspace = fleet.instances[id]?.row.workspaceID { touched.formUnion(fleet.machines.ids(of: workspace)) }
        }
      }
      for slug in turn.tenants { Self.add(machinesNamed: slug, fleet, to: &touched) }
    }
    var changed = touched.filter { judge($0, rules, at: now) }
    // The gate speaks over every orphan at once.
    if isGateClosed != wasClosed { changed.formUnion(accused.union(recalled.keys)) }
    return changed
  }

  private static func add(machinesOf workspace: WorkspaceID, _ fleet: Fleet, to touched: inout Set<InstanceID>) {
    touched.formUnion(fleet.machines.ids(of: workspace))
    touched.formUnion(fleet.machines.ids(of: WorkspaceID(workspace.rawValue.uppercased())))
  }

  private static func add(machinesNamed slug: Slug, _ fleet: Fleet, to touched: inout Set<InstanceID>) {
    touched.formUnion(fleet.machines.ids(named: slug))
    for org in fleet.roster.ids(named: slug) {
      touched.formUnion(fleet.machines.ids(of: org))
      touched.formUnion(fleet.machines.ids(of: OrgID(org.rawValue.uppercased())))
    }
  }

  /// - Returns: whether the verdict is another than before, the gate left aside.
  @discardableResult
  private mutating func judge(_ id: InstanceID, _ rules: borrowing OrphanRules, at now: Timestamp) -> Bool {
    if let before = counted.removeValue(forKey: id) { tally += -before }
    waiting[id] = nil
    let before = verdicts[id]
    guard let row = rules.fleet.instances[id]?.row else {
      verdicts[id] = nil
      recalled[id] = nil
      accused.remove(id)
      questioned.remove(id)
      return before != nil
    }
    let verdict = rules.verdict(of: row, at: now)
    verdicts[id] = verdict
    if verdict != before {
      if case .orphan = verdict { accused.insert(id) } else if before != nil { accused.remove(id) }
      switch verdict {
      case .live, .foreign: if before != nil { questioned.remove(id) }
      case .orphan, .grace, .cannotTell: questioned.insert(id)
      }
    }
    switch (verdict, before) {
    case (.cannotTell, .live?), (.cannotTell, .grace?), (.cannotTell, .orphan?): recalled[id] = before
    case (.cannotTell, _): break
    default: if before != nil { recalled[id] = nil }
    }
    if case .grace = verdict, let launched = row.launchedAt { waiting[id] = launched + settings.grace }
    guard verdict != .foreign, row.state.isLive else { return verdict != before }
    var one = Tally(machines: 1)
    if rules.org(of: row) != nil { one.known = 1 }
    switch verdict {
    case .orphan(let reasons):
      one.orphans = 1
      if reasons.contains(.orgGone) { one.strangers = 1 }
    case .grace(let reasons): if reasons.contains(.orgGone) { one.strangers = 1 }
    case .cannotTell:
      guard case .orphan(let reasons)? = recalled[id] else {
        if recalled[id] != nil { break }
        // In its time of grace it is none, whatever is missing.
        if let end = row.launchedAt.map({ $0 + settings.grace }), end > now { waiting[id] = end } else { one.untold = 1 }
        break
      }
      one.recalled = 1
      if reasons.contains(.orgGone) { one.recalledStrangers = 1 }
    case .live, .foreign: break
    }
    counted[id] = one
    tally += one
    return verdict != before
  }

  // MARK: - What it says

  // What can't be judged any more still counts here: a source that is lost must not open the gate.
  private var suspects: Int { tally.orphans + tally.recalled }
  private var strangers: Int { tally.strangers + tally.recalledStrangers }
  private var isMostlyOrphans: Bool { suspects > 3 && suspects * 2 > tally.machines }
  private var isAllStrangers: Bool { suspects > 0 && strangers > 3 && tally.known == 0 }
  private var isGateClosed: Bool { isMostlyOrphans || isAllStrangers }

  /// Why nothing can be called an orphan: the gate is closed. `nil` when it is open.
  public var safetyGate: String? {
    guard isGateClosed else { return nil }
    let counted =
      isMostlyOrphans
      ? "\(suspects) of \(tally.machines) machines of ours would be orphans, more than half"
      : "the roster knows none of the orgs that \(strangers) machines of ours name"
    return counted + ": the roster is the likelier suspect, so nothing is called an orphan. "
      + "Check that the control plane and the AWS account are of the same environment"
  }

  /// The verdict, the safety gate applied.
  public func verdict(of id: InstanceID) -> OrphanVerdict {
    let verdict = verdicts[id] ?? .foreign
    if case .orphan = verdict, isGateClosed { return .cannotTell([.roster]) }
    return verdict
  }

  /// The verdict, or what was last told where it can't be told any more. For figures that must not shrink; nothing may be done by it.
  public func lastTold(of id: InstanceID) -> OrphanVerdict {
    let verdict = verdict(of: id)
    guard case .cannotTell = verdict, !isGateClosed else { return verdict }
    return recalled[id] ?? verdict
  }

  /// Machines that were never judged, because what their rules need was never read.
  public var untold: Int { tally.untold }

  /// Orphans, those among them that can't be judged now; `nil` when nothing can be said, now or then.
  public var lastToldOrphans: Int? { isGateClosed || !wasJudged ? nil : suspects }

  /// When the next verdict changes by time alone; `nil` when none does before something happens.
  public var nextChange: Timestamp? {
    let aged = complete.holdsUntil.map { $0 + 0.001 }
    return [waiting.values.min(), aged].compactMap { $0 }.min()
  }

  /// Orphans as the documents count them: `nil` when nothing can be said.
  public var orphans: Int? { complete.roster == nil || isGateClosed ? nil : tally.orphans }
}
