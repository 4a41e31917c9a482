import HeapModule

/// The findings of the whole fleet, kept with every change and with the passing of time.
///
/// What an event touched is judged anew, and what a rule waits for (two minutes without a boot event, three without a heartbeat) is judged
/// at that moment, although nothing happens then. The rest of the fleet is not looked at. Evidence and ages in texts are of the moment of
/// judgement: who shows a finding in full asks ``Fleet/findings(of:at:file:)`` again.
public struct Triage: Sendable {
  private struct Entry: Sendable {
    var findings: [Finding] = []
    /// What was told of the target when they were judged.
    var told: Told?
    /// When time alone may change them.
    var due: Timestamp?
    /// When its turn in the queue is: never after `due`.
    var queued: Timestamp?
  }

  private struct Turn: Comparable, Sendable {
    let at: Timestamp
    let target: Finding.Target

    static func < (left: Self, right: Self) -> Bool { left.at < right.at }
    static func == (left: Self, right: Self) -> Bool { left.at == right.at }
  }

  private var entries: [Finding.Target: Entry] = [:]
  private var turns = Heap<Turn>()
  /// What each org has that is not well: itself, its workspaces.
  private var unwell: [OrgID: Set<Finding.Target>] = [:]
  /// The org of each workspace that is not well, for when it is gone.
  private var owners: [WorkspaceID: OrgID] = [:]
  private var counts: [Finding.Severity: Int] = [:]
  /// What was judged by how full the quotas are, and how full they were.
  private var restingOnGauges: Set<Finding.Target> = []
  private var gauges: [CaseFile.Gauge?] = []
  /// The org that each machine's tags name, for when the machine is gone.
  private var machineOrgs: [InstanceID: OrgID] = [:]
  /// Orgs whose deletion is completed and of which machines stand.
  private var deleted: Set<OrgID> = []
  /// Orgs whose deletion explains everything in them.
  private var deleting: Set<OrgID> = []
  /// The runs that orgs are deleted by, failed ones too.
  private var deletedBy: [OrgID: PurgeID] = [:]
  private var changed: Set<Finding.Target> = []

  /// What the fleet's own events don't tell of its limits.
  public struct Limits: Hashable, Sendable {
    /// As configured; `nil`: what Service Quotas says.
    public var vcpuQuota: Int?

    public init(vcpuQuota: Int? = nil) { self.vcpuQuota = vcpuQuota }
  }
  /// When a boot that was called failed early has had its time.
  fileprivate(set) var nextBootEnd: Timestamp?

  // MARK: - Asking

  /// When a finding may come or go without an event; `nil`: never.
  public var nextChange: Timestamp? { [turns.min?.at, nextBootEnd].compactMap { $0 }.min() }

  /// Everything that has findings.
  public var targets: Set<Finding.Target> {
    var all = Set(unwell.values.joined())
    if !findings(of: .fleet).isEmpty { all.insert(.fleet) }
    return all
  }

  /// How many findings there are of that severity.
  public func count(of severity: Finding.Severity) -> Int { counts[severity] ?? 0 }

  public func findings(of target: Finding.Target) -> [Finding] { entries[target]?.findings ?? [] }

  /// What was told of a target when it was judged.
  func told(of target: Finding.Target) -> Told? { entries[target]?.told }

  /// Whether an org or one of its workspaces has findings.
  public func isUnwell(_ org: OrgID) -> Bool { unwell[org] != nil }

  /// An org's findings and those of its workspaces, the worst first.
  public func findings(within org: OrgID) -> [Finding] {
    guard let targets = unwell[org] else { return [] }
    // Equals stand in the same order each time.
    return targets.sorted().flatMap(findings).ranked
  }

  // MARK: - Keeping

  /// Judges anew what `changes` touched and whatever's time has come.
  /// - Parameter turned: the sources that stand otherwise than before: with one, what is judged from it comes and goes.
  /// - Returns: the targets whose findings became others.
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, turned: Set<Source>, at now: Timestamp) -> Set<Finding.Target> {
    changed = []
    noteDeleted(changes, fleet)
    var targets = touched(by: changes, fleet)
    let gauges = [fleet.vcpuGauge, fleet.zoneGauge]
    if gauges != self.gauges {
      self.gauges = gauges
      targets.formUnion(restingOnGauges)
    }
    for source in turned { add(judgedFrom: source, fleet, to: &targets) }
    for target in targets { judge(target, fleet, at: now) }
    judge(.fleet, fleet, at: now)
    judgeDue(fleet, at: now)
    return changed
  }

  private mutating func touched(by changes: FleetChanges, _ fleet: Fleet) -> Set<Finding.Target> {
    var targets: Set<Finding.Target> = []
    for id in changes.workspaces { targets.insert(.workspace(id)) }
    for id in changes.orgs { targets.insert(.org(id)) }
    for id in changes.instances {
      guard let row = fleet.instances[id]?.row else { continue }
      if let org = fleet.org(of: row) { targets.insert(.org(org.id)) }
      if let workspace = row.workspaceID { targets.insert(.workspace(workspace)) }
    }
    for source in changes.sources {
      switch source {
      case .tenant(let slug):
        if let org = fleet.org(named: slug) { targets.insert(.org(org.id)) }
      // Whether a boot event would have been heard.
      case .feed: for target in fleet.inFlight { targets.insert(target.finding) }
      default: break
      }
    }
    for id in changes.purges { if let org = fleet.purges[id]?.orgID { targets.insert(.org(org)) } }
    for id in changes.orgs { deletedBy[id] = fleet.orgs[id]?.deletion?.purgeID }
    if !changes.purges.isEmpty { for (org, purge) in deletedBy where changes.purges.contains(purge) { targets.insert(.org(org)) } }
    for id in changes.orgs {
      let isDeleted = fleet.orgs[id]?.deletion.map { $0.status != .failed } ?? false
      guard isDeleted != deleting.contains(id) else { continue }
      if isDeleted { deleting.insert(id) } else { deleting.remove(id) }
      for workspace in fleet.workspaceIDs(of: id) { targets.insert(.workspace(workspace)) }
    }
    return targets
  }

  private func add(judgedFrom source: Source, _ fleet: Fleet, to targets: inout Set<Finding.Target>) {
    switch source {
    case .tenant(let slug):
      for org in fleet.roster.ids(named: slug) {
        targets.insert(.org(org))
        for workspace in fleet.workspaceIDs(of: org) { targets.insert(.workspace(workspace)) }
      }
    case .controlPlane, .ec2, .feed:
      for id in fleet.orgs.keys { targets.insert(.org(id)) }
      for id in fleet.workspaces.keys { targets.insert(.workspace(id)) }
    case .database: for id in fleet.orgs.keys { targets.insert(.org(id)) }
    case .dns: targets.formUnion(restingOnGauges)
    case .here: break
    }
  }

  private mutating func noteDeleted(_ changes: FleetChanges, _ fleet: Fleet) {
    var orgs = changes.orgs.union(changes.purges.compactMap { fleet.purges[$0]?.orgID })
    for id in changes.instances {
      if let before = machineOrgs[id] { orgs.insert(before) }
      machineOrgs[id] = fleet.instances[id]?.row.orgID
      if let after = machineOrgs[id] { orgs.insert(after) }
    }
    for id in orgs {
      let isDeleted = fleet.orgs[id] == nil && fleet.completedPurge(of: id) != nil && !fleet.machines.ids(of: id).isEmpty
      if isDeleted { deleted.insert(id) } else { deleted.remove(id) }
    }
  }

  private mutating func judgeDue(_ fleet: Fleet, at now: Timestamp) {
    while let turn = turns.min, turn.at < now {
      turns.removeMin()
      // One whose turn was moved forward stands in the queue twice.
      guard let entry = entries[turn.target], entry.queued == turn.at else { continue }
      entries[turn.target]?.queued = nil
      if let due = entry.due, due >= now { queue(turn.target, at: due) } else { judge(turn.target, fleet, at: now) }
    }
  }

  private mutating func queue(_ target: Finding.Target, at due: Timestamp) {
    if let queued = entries[target]?.queued, queued <= due { return }
    entries[target]?.queued = due
    turns.insert(Turn(at: due, target: target))
  }

  // MARK: - Judging

  private mutating func judge(_ target: Finding.Target, _ fleet: Fleet, at now: Timestamp) {
    let clock = RuleClock(now: now)
    let found: [Finding]
    switch target {
    case .org(let id):
      guard fleet.orgs[id] != nil else { return drop(target) }
      found = fleet.findings(of: id, by: clock)
    case .workspace(let id):
      guard let workspace = fleet.workspaces[id] else { return drop(target) }
      owners[id] = workspace.orgID
      found = fleet.findings(of: id, by: clock)
    case .fleet:
      found = fleet.fleetFindings(purges: fleet.openPurges.compactMap { fleet.purges[$0] }, deleted: deleted, clock)
      // An answer of EC2 that nobody renews grows stale.
      for region in fleet.regions {
        if let record = fleet.sources[.ec2(region)], let at = record.lastComplete { _ = clock.isOver(record.staleAfter, since: at) }
      }
    }
    let believed = fleet.believed(found, before: findings(of: target), toldThen: entries[target]?.told, of: target, at: now)
    note(believed, of: target)
    entries[target]?.told = fleet.told(of: target)
    // What was judged by them before and is kept rests on them too.
    if clock.restsOnGauges || believed.contains(where: { $0.asOf != nil && $0.witnesses.contains(.zone) }) {
      restingOnGauges.insert(target)
    } else {
      restingOnGauges.remove(target)
    }
    entries[target]?.due = clock.nextChange
    if let due = clock.nextChange { queue(target, at: due) }
  }

  private mutating func note(_ found: [Finding], of target: Finding.Target) {
    let before = entries[target]?.findings ?? []
    if found.map(\.identity) != before.map(\.identity) || found.map(\.asOf) != before.map(\.asOf) { changed.insert(target) }
    for finding in before { counts[finding.severity, default: 0] -= 1 }
    for finding in found { counts[finding.severity, default: 0] += 1 }
    entries[target, default: Entry()].findings = found
    guard let org = org(of: target) else { return }
    if found.isEmpty {
      unwell[org]?.remove(target)
      if unwell[org]?.isEmpty == true { unwell[org] = nil }
    } else {
      unwell[org, default: []].insert(target)
    }
  }

  private mutating func drop(_ target: Finding.Target) {
    restingOnGauges.remove(target)
    guard entries[target] != nil else { return }
    note([], of: target)
    entries[target] = nil
    if case .workspace(let id) = target { owners[id] = nil }
  }

  private func org(of target: Finding.Target) -> OrgID? {
    switch target {
    case .org(let id): id
    case .workspace(let id): owners[id]
    case .fleet: nil
    }
  }

  // MARK: - Invariants

  /// Where the index and a judgement of the whole fleet differ: empty, always. Tests ask after every event.
  func differences(from fleet: Fleet, at now: Timestamp) -> [String] {
    var problems: [String] = []
    var known = Set(entries.filter { !$0.value.findings.isEmpty }.keys)
    func compare(_ target: Finding.Target, _ found: [Finding]) {
      known.remove(target)
      let found = fleet.believed(found, before: findings(of: target), toldThen: entries[target]?.told, of: target, at: now)
      let kept = findings(of: target).map(\.identity)
      if kept != found.map(\.identity) { problems.append("\(target): kept \(kept), found \(found.map(\.identity))") }
    }
    for id in fleet.orgs.keys { compare(.org(id), fleet.findings(of: id, at: now)) }
    for id in fleet.workspaces.keys { compare(.workspace(id), fleet.findings(of: id, at: now)) }
    compare(.fleet, fleet.findings(at: now))
    if !known.isEmpty { problems.append("findings of what is gone: \(known)") }
    return problems
  }
}

extension Finding {
  /// What makes it another one: not its ages, which grow.
  struct Identity: Hashable, Sendable {
    let code: Code
    let severity: Severity
  }

  var identity: Identity { Identity(code: code, severity: severity) }
}

extension Fleet {
  mutating func judgeFindings(at now: Timestamp, turned: Set<Source>) {
    let nextEnd = giveUpBoots(at: now)
    // Taken out of the fleet meanwhile: two references would copy it.
    var triage = triage
    self.triage = Triage()
    let changed = triage.update(changes, self, turned: turned, at: now)
    triage.nextBootEnd = nextEnd
    self.triage = triage
    changes.findings.formUnion(changed)
    for case .workspace(let id) in changed {
      followRecovery(of: id, at: now)
      noteSilence(of: id, at: now)
    }
  }

  /// Nothing happens when a workspace falls silent, so that it is told here: once, until it was heard again.
  private mutating func noteSilence(of id: WorkspaceID, at now: Timestamp) {
    guard let workspace = workspaces[id], let quiet = workspace.listening.quietSince, workspace.listening.silentSince == nil,
      triage.findings(of: .workspace(id)).contains(where: { $0.code == .heartbeatStale }), let org = orgs[workspace.orgID]
    else { return }
    tenants.update(id) { $0.listening.foundSilent() }
    append(
      LogEntry(
        sequence: 0, at: now, source: .tenant(org.slug), type: .workspaceSilent, orgID: org.id, slug: org.slug, workspaceID: id,
        data: JSONValue.object([
          .init("name", .string(workspace.row.name)), .init("seconds", JSONValue(now - quiet, places: 0)),
          .init("last_heartbeat", JSONValue(workspace.lastHeartbeat)),
        ]).serialized()))
  }
}
