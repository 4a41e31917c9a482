import DequeModule

/// What became of the fleet while it was watched, as far as no source tells it afterwards: what became critical, what recovered, which machines
/// were found to run for nobody. Bounded: the newest entries are kept.
public struct Chronicle: Sendable {
  static let limit = 4096

  private(set) var items: Deque<HandOver.Item> = []
  /// When the fleet was first judged: of what was before only others can tell.
  private(set) var begin: Timestamp?
  /// Of what something critical is found, and what it was called.
  private var critical: [Finding.Target: String] = [:]
  private var orphans: Set<InstanceID> = []

  // MARK: - Keeping

  mutating func note(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    begin = begin ?? now
    for target in changes.findings.sorted() { note(target, fleet, at: now) }
    for id in changes.instances.sorted() { note(id, fleet, at: now) }
  }

  private mutating func note(_ target: Finding.Target, _ fleet: Fleet, at now: Timestamp) {
    let worst = fleet.triage.findings(of: target).first { $0.severity == .critical }
    switch (critical[target], worst) {
    case (nil, let finding?):
      let name = fleet.name(of: target)
      critical[target] = name
      add(
        HandOver.Item(
          at: now, kind: .critical, target: HandOver.Target(target), name: name, why: finding.summary, hourly: fleet.hourly(of: target)))
    case (let name?, nil):
      critical[target] = nil
      // What is gone did not recover.
      guard fleet.has(target) else { return }
      add(
        HandOver.Item(
          at: now, kind: .recovered, target: HandOver.Target(target), name: name, why: "nothing critical is found any more",
          hourly: fleet.hourly(of: target)))
    default: break
    }
  }

  private mutating func note(_ id: InstanceID, _ fleet: Fleet, at now: Timestamp) {
    // Where a source is lost it stays what it was last told to be.
    guard let row = fleet.instances[id]?.row, case .orphan(let reasons) = fleet.judgement.lastTold(of: id) else {
      orphans.remove(id)
      return
    }
    guard orphans.insert(id).inserted else { return }
    add(
      HandOver.Item(
        at: now, kind: .orphan, target: .instance(id), name: id.rawValue, why: OrphanVerdict.orphan(reasons).why,
        hourly: fleet.settings.prices.hourly(of: row)))
  }

  private mutating func add(_ item: HandOver.Item) {
    items.append(item)
    if items.count > Self.limit { items.removeFirst() }
  }
}

extension Fleet {
  /// Takes down what became otherwise with the last judgement.
  mutating func noteChronicle(at now: Timestamp) {
    // Moved out meanwhile, so that its look at the fleet shares no storage with it.
    var chronicle = Chronicle()
    swap(&chronicle, &self.chronicle)
    chronicle.note(changes, self, at: now)
    swap(&chronicle, &self.chronicle)
  }

  fileprivate func name(of target: Finding.Target) -> String {
    switch target {
    case .org(let id): name(of: id)
    case .workspace(let id):
      workspaces[id].map { workspace in (orgs[workspace.orgID].map { "\($0.slug)/" } ?? "") + workspace.row.name } ?? id.rawValue
    case .fleet: "the fleet"
    }
  }

  fileprivate func has(_ target: Finding.Target) -> Bool {
    switch target {
    case .org(let id): orgs[id].map { $0.row.status != .purged } ?? false
    case .workspace(let id): workspaces[id].map { $0.row.status != .removed } ?? false
    case .fleet: true
    }
  }

  /// US dollars an hour of the machines that it has; `nil` when unknown, and for the whole fleet.
  fileprivate func hourly(of target: Finding.Target) -> Double? {
    switch target {
    case .org(let id): hourly(of: id).value?.exact
    case .workspace(let id): machine(of: id).flatMap { settings.prices.hourly(of: $0.row) }
    case .fleet: nil
    }
  }
}
