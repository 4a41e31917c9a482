/// The resources that are left over and the verdict on each, kept with the fleet: what a change touches is judged again, nothing else. To
/// be brought up to date after ``OrphanJudgement``, whose sources and safety gate it leans on.
public struct LeftoverJudgement: Sendable {
  private struct Entry: Hashable, Sendable {
    var leftover: Leftover
    var verdict: OrphanVerdict?
    /// The last one that told something.
    var told: OrphanVerdict?
    /// The org that was found by what it names.
    var owner: OrgID?
  }

  /// What was last read of one region, and who uses its groups.
  private struct Reading: Sendable {
    var at: Timestamp
    var isStale = false
    /// Those that no interface uses.
    var groups: [ResourceID: SecurityGroupRow] = [:]
    /// How many machines use a group.
    var machines: [ResourceID: Int] = [:]
  }

  /// What everything leans on.
  private struct Ground: Hashable, Sendable {
    var hasRoster = false
    var isGateClosed = false
    var regions: Set<Region> = []
  }

  private struct Use: Hashable, Sendable {
    var region: Region
    var groups: [ResourceID]
  }

  private var entries: [OrphanCase.ID: Entry] = [:]
  private var readings: [Region: Reading] = [:]
  private var ground = Ground()
  /// What each machine was counted for.
  private var uses: [InstanceID: Use] = [:]
  /// Young ones, each with when its grace ends.
  private var waiting: [OrphanCase.ID: Timestamp] = [:]
  // Who is named by what is left over.
  private var byOrg = Index<OrgID, OrphanCase.ID>()
  private var bySlug = Index<Slug, OrphanCase.ID>()
  private var byWorkspace = Index<WorkspaceID, OrphanCase.ID>()
  private var byPrefix = Index<String, OrphanCase.ID>()
  /// How many were ever judged, for tests: what didn't change is not looked at.
  private(set) var looks = 0

  // MARK: - Asking

  public var ids: some Collection<OrphanCase.ID> { entries.keys }
  public func contains(_ id: OrphanCase.ID) -> Bool { entries[id] != nil }
  public func verdict(of id: OrphanCase.ID) -> OrphanVerdict? { entries[id]?.verdict }
  public func region(of id: OrphanCase.ID) -> Region? { entries[id]?.leftover.region }
  /// The verdict, or what was last told where it can't be told any more. For figures that must not shrink; nothing may be done by it.
  public func lastTold(of id: OrphanCase.ID) -> OrphanVerdict? { entries[id]?.told ?? entries[id]?.verdict }
  /// When the oldest list was read of those that say nothing any more.
  var oldestStale: Timestamp? { readings.values.lazy.filter(\.isStale).map(\.at).min() }
  /// US dollars of one of them; `nil` when its price is unknown.
  public func hourly(of id: OrphanCase.ID, _ prices: PriceBook) -> Double? { entries[id]?.leftover.hourly(prices) }

  func judged(_ id: OrphanCase.ID) -> (leftover: Leftover, verdict: OrphanVerdict)? {
    entries[id].flatMap { entry in entry.verdict.map { (entry.leftover, $0) } }
  }

  /// When the next verdict changes by time alone; `nil` when none does before something happens.
  public var nextChange: Timestamp? {
    let aged = readings.values.lazy.filter { !$0.isStale }.map { $0.at + LeftoverRules.staleAfter + 0.001 }.min()
    return [waiting.values.min(), entries.isEmpty ? nil : aged].compactMap { $0 }.min()
  }

  // MARK: - Keeping

  /// - Returns: those of which something else is said than before, gone ones included.
  mutating func update(_ fleet: Fleet, changes: FleetChanges, at now: Timestamp) -> Set<OrphanCase.ID> {
    let rules = LeftoverRules(fleet: fleet, now: now)
    var touched: Set<OrphanCase.ID> = []
    var changed: Set<OrphanCase.ID> = []
    count(changes.instances, rules, &touched)
    for (region, read) in fleet.resources where readings[region]?.at != read.at { reread(region, read, rules, &touched) }
    noteNames(changes, rules, &touched)
    noteGround(rules, &touched)
    for (id, end) in waiting where end <= now { touched.insert(id) }
    for id in touched where judge(id, rules) { changed.insert(id) }
    return changed
  }

  private mutating func reread(_ region: Region, _ read: RegionResources, _ rules: LeftoverRules, _ touched: inout Set<OrphanCase.ID>) {
    var reading = Reading(at: read.at, groups: rules.groups(of: region, read), machines: readings[region]?.machines ?? [:])
    if readings[region] == nil {
      for machine in rules.fleet.machines.ids(in: region) {
        let groups = rules.groups(usedBy: machine)
        uses[machine] = Use(region: region, groups: groups)
        for group in groups { reading.machines[group, default: 0] += 1 }
      }
    }
    readings[region] = reading
    var found = Dictionary(rules.unattached(in: read).map { ($0.id, $0) }) { $1 }
    for row in reading.groups.values where reading.machines[row.id] == nil {
      let group = Leftover.group(row, region)
      found[group.id] = group
    }
    for (id, entry) in entries where entry.leftover.region == region && found[id] == nil {
      place(id, nil)
      touched.insert(id)
    }
    for (id, leftover) in found {
      place(id, leftover)
      touched.insert(id)
    }
  }

  /// Counts anew what these machines use: a group that its last machine let go is left over, one that a machine took is not.
  private mutating func count(_ machines: Set<InstanceID>, _ rules: LeftoverRules, _ touched: inout Set<OrphanCase.ID>) {
    for machine in machines {
      let before = uses[machine]
      let region = rules.fleet.instances[machine]?.row.region
      let now = region.flatMap { readings[$0] == nil ? nil : Use(region: $0, groups: rules.groups(usedBy: machine)) }
      guard now != before else { continue }
      uses[machine] = now
      for group in before?.groups ?? [] { add(-1, to: group, before?.region) }
      for group in now?.groups ?? [] { add(1, to: group, now?.region) }
      for use in [before, now].compactMap({ $0 }) {
        for group in use.groups {
          let id = OrphanCase.ID(kind: .securityGroup, id: group.rawValue)
          let reading = readings[use.region]
          place(id, reading?.machines[group] == nil ? reading?.groups[group].map { .group($0, use.region) } : nil)
          touched.insert(id)
        }
      }
    }
  }

  private mutating func add(_ count: Int, to group: ResourceID, _ region: Region?) {
    guard let region else { return }
    let sum = (readings[region]?.machines[group] ?? 0) + count
    readings[region]?.machines[group] = sum > 0 ? sum : nil
  }

  private func noteNames(_ changes: FleetChanges, _ rules: LeftoverRules, _ touched: inout Set<OrphanCase.ID>) {
    guard !entries.isEmpty else { return }
    for org in changes.orgs {
      touched.formUnion(byOrg[org])
      if let slug = rules.fleet.orgs[org]?.slug ?? rules.fleet.departed[org]?.slug { touched.formUnion(bySlug[slug]) }
    }
    for workspace in changes.workspaces {
      touched.formUnion(byWorkspace[workspace])
      for start in byPrefix.keys where workspace.rawValue.hasPrefix(start) { touched.formUnion(byPrefix[start]) }
    }
  }

  /// A source came or went, the gate closed or opened, a list grew too old.
  private mutating func noteGround(_ rules: LeftoverRules, _ touched: inout Set<OrphanCase.ID>) {
    let judgement = rules.judgement
    let now = Ground(
      hasRoster: judgement.complete.roster != nil, isGateClosed: judgement.safetyGate != nil, regions: Set(judgement.complete.regions.keys))
    var turned = now.regions.symmetricDifference(ground.regions)
    for (region, reading) in readings where rules.isStale(region) != reading.isStale {
      readings[region]?.isStale.toggle()
      turned.insert(region)
    }
    let isWhole = (now.hasRoster, now.isGateClosed) != (ground.hasRoster, ground.isGateClosed)
    ground = now
    guard isWhole || !turned.isEmpty else { return }
    for (id, entry) in entries where isWhole || turned.contains(entry.leftover.region) { touched.insert(id) }
  }

  // MARK: - One of them

  /// Keeps what is left over under its id, or nothing, and who is named by it.
  private mutating func place(_ id: OrphanCase.ID, _ leftover: Leftover?) {
    guard entries[id]?.leftover != leftover else { return }
    let old = entries.removeValue(forKey: id)
    if let old { name(id, of: old, isNamed: false) }
    waiting[id] = nil
    guard let leftover else { return }
    let entry = Entry(leftover: leftover, told: old?.told)
    entries[id] = entry
    name(id, of: entry, isNamed: true)
  }

  private mutating func name(_ id: OrphanCase.ID, of entry: Entry, isNamed: Bool) {
    func note<Key: Hashable & Sendable>(_ index: inout Index<Key, OrphanCase.ID>, _ key: Key?) {
      if isNamed { index.insert(id, under: key) } else { index.remove(id, under: key) }
    }
    // A volume tells its age; what doesn't is judged by what becomes of those it names.
    if case .volume = entry.leftover { return }
    note(&byOrg, entry.leftover.orgID)
    if entry.owner != entry.leftover.orgID { note(&byOrg, entry.owner) }
    note(&bySlug, entry.leftover.tags["OrgSlug"].map { Slug($0) } ?? entry.leftover.namedSlug)
    note(&byWorkspace, entry.leftover.workspaceID)
    note(&byPrefix, entry.leftover.workspacePrefix)
  }

  /// - Returns: whether something else is said of it than before.
  private mutating func judge(_ id: OrphanCase.ID, _ rules: LeftoverRules) -> Bool {
    guard var entry = entries[id] else { return true }
    looks += 1
    let before = entry
    entry.verdict = rules.verdict(of: entry.leftover)
    if case .cannotTell? = entry.verdict {} else { entry.told = entry.verdict }
    entry.owner = rules.owner(of: entry.leftover)?.id
    if entry.owner != before.owner {
      name(id, of: before, isNamed: false)
      name(id, of: entry, isNamed: true)
    }
    entries[id] = entry
    waiting[id] = nil
    if case .grace? = entry.verdict, let created = entry.leftover.createdAt { waiting[id] = created + rules.judgement.settings.grace }
    return entry.verdict != before.verdict
  }

  // MARK: - Invariants

  /// Where what is kept and a judgement of everything differ: empty, always. Tests ask after every event.
  func differences(from fleet: Fleet, at now: Timestamp) -> [String] {
    let rules = LeftoverRules(fleet: fleet, now: now)
    let whole = Dictionary(rules.leftovers.map { ($0.id, $0) }) { $1 }
    return Set(whole.keys).union(entries.keys).sorted().compactMap { id in
      let (kept, found) = (entries[id], whole[id])
      guard kept?.leftover != found || kept?.verdict != found.map(rules.verdict) else { return nil }
      return "\(id): kept \(String(describing: kept)), found \(String(describing: found)) \(String(describing: found.map(rules.verdict)))"
    }
  }
}

extension Fleet {
  mutating func judgeLeftovers(at now: Timestamp) {
    // Moved out meanwhile, so that the rules' look at the fleet shares no storage with it.
    var leftovers = LeftoverJudgement()
    swap(&leftovers, &self.leftovers)
    changes.leftovers.formUnion(leftovers.update(self, changes: changes, at: now))
    swap(&leftovers, &self.leftovers)
  }
}
