/// How the sources stand that figures are counted from, kept with every change and with the passing of time.
public struct SourceBook: Sendable {
  /// The sources of one kind, of which a figure needs all.
  public struct Group: Hashable, Sendable {
    /// How many should answer.
    public internal(set) var expected = 0
    /// Of those, how many did at least once.
    public internal(set) var answered = 0
    /// Of those, how many can be leaned on now.
    public internal(set) var fresh = 0
    /// Those that failed and never answered: waiting for them is of no use.
    public internal(set) var silent = 0
    /// The oldest last word of those that can't be leaned on any more.
    public internal(set) var oldest: Timestamp?

    public var isFresh: Bool { fresh == expected }
    public var isLoading: Bool { answered + silent < expected }
  }

  /// How one source, or one org's tenant, stands.
  public enum Standing: Hashable, Sendable {
    /// Not answered yet.
    case loading
    /// Failed, and never answered.
    case silent
    case fresh
    /// Answers, but not all of it.
    case partial
    /// Answered once, at that time, and can't be leaned on any more.
    case lost(Timestamp)
  }

  public private(set) var roster = Group()
  public private(set) var regions = Group()
  public private(set) var tenants = Group()
  public private(set) var zone = Group()
  /// The orgs whose tenants can't be leaned on any more, or failed from the beginning.
  public private(set) var missingTenants: Set<OrgID> = []
  /// The orgs whose tenants refuse their event streams.
  public private(set) var streamlessTenants: Set<OrgID> = []
  /// The orgs whose tenants may go silent at any time: they are being deleted.
  public private(set) var leavingTenants: Set<OrgID> = []
  private var standings: [OrgID: Standing] = [:]
  private var states: [Source: Freshness.State] = [:]
  private var cutOff: Reach.CutOff?
  /// The first moment after which one of them may be stale by age alone; `nil` when that can't happen.
  private var holdsUntil: Timestamp?

  /// When something may turn without an event.
  public var nextChange: Timestamp? { holdsUntil }

  init() {}

  // MARK: - Keeping

  /// Looks again at what `changes` touched, and at everything once something has aged.
  /// - Returns: the sources whose state is another than before.
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> Set<Source> {
    var turned: Set<Source> = []
    let hasAged = holdsUntil.map { now > $0 } ?? false
    if hasAged {
      holdsUntil = nil
      for source in states.keys where fleet.sources[source] == nil { look(at: source, fleet, now, &turned) }
      for source in fleet.sources.keys { look(at: source, fleet, now, &turned) }
    } else {
      for source in changes.sources { look(at: source, fleet, now, &turned) }
      // Whether an empty roster can be believed depends on the machines.
      if fleet.orgs.isEmpty, fleet.sources[.controlPlane] != nil { look(at: .controlPlane, fleet, now, &turned) }
    }
    // Streams that are open still tell nothing either, whatever their sources' states are.
    if fleet.cutOff != cutOff { turned.formUnion(fleet.sources.keys) }
    cutOff = fleet.cutOff
    for id in changes.orgs { place(id, fleet, at: now) }
    if !turned.isEmpty || !changes.sources.isEmpty {
      roster = Self.group([.controlPlane], fleet, at: now)
      regions = Self.group(fleet.regions.map(Source.ec2), fleet, at: now)
      zone = Self.group([.dns], fleet, at: now)
    }
    return turned
  }

  private mutating func look(at source: Source, _ fleet: Fleet, _ now: Timestamp, _ turned: inout Set<Source>) {
    let freshness = fleet.freshness(of: source, at: now)
    let state = fleet.sources[source] == nil ? nil : freshness.state
    if states[source] != state { turned.insert(source) }
    states[source] = state
    if case .tenant(let slug) = source { for id in fleet.roster.ids(named: slug) { place(id, fleet, at: now) } }
    guard freshness.state == .complete, let record = fleet.sources[source], !record.isStream, let at = record.lastComplete else { return }
    let end = at + record.staleAfter
    holdsUntil = min(holdsUntil ?? end, end)
  }

  /// Counts an org's tenant where it belongs now.
  private mutating func place(_ id: OrgID, _ fleet: Fleet, at now: Timestamp) {
    let org = fleet.orgs[id]
    let standing = org.flatMap { $0.expectsTenant ? Self.standing(of: .tenant($0.slug), fleet, at: now) : nil }
    if let org, org.isLeaving { leavingTenants.insert(id) } else { leavingTenants.remove(id) }
    if let org, standing != nil, fleet.sources[.tenant(org.slug)]?.lacks[.streams] != nil {
      streamlessTenants.insert(id)
    } else {
      streamlessTenants.remove(id)
    }
    let before = standings[id]
    guard before != standing else { return }
    if let before { count(before, -1) }
    if let standing { count(standing, 1) }
    standings[id] = standing
    switch standing {
    case .lost, .silent: missingTenants.insert(id)
    default: missingTenants.remove(id)
    }
    // There are few of them, or nothing works.
    tenants.oldest = missingTenants.compactMap { if case .lost(let at)? = standings[$0] { at } else { nil } }.min()
  }

  private mutating func count(_ standing: Standing, _ sign: Int) { Self.count(standing, sign, in: &tenants) }

  private static func count(_ standing: Standing, _ sign: Int, in group: inout Group) {
    group.expected += sign
    switch standing {
    case .loading: break
    case .silent: group.silent += sign
    case .fresh:
      group.answered += sign
      group.fresh += sign
    case .partial, .lost: group.answered += sign
    }
  }

  private static func group(_ sources: [Source], _ fleet: Fleet, at now: Timestamp) -> Group {
    var group = Group()
    for source in sources where fleet.sources[source] != nil {
      let standing = standing(of: source, fleet, at: now)
      count(standing, 1, in: &group)
      if case .lost(let at) = standing { group.oldest = min(group.oldest ?? at, at) }
    }
    return group
  }

  private static func standing(of source: Source, _ fleet: Fleet, at now: Timestamp) -> Standing {
    let freshness = fleet.freshness(of: source, at: now)
    switch freshness.state {
    case .complete: return .fresh
    case .partial: return .partial
    case .never: return fleet.sources[source]?.notOffered == nil ? .loading : .silent
    case .stale, .failed: return freshness.at.map(Standing.lost) ?? .silent
    }
  }

  func isFresh(_ source: Source) -> Bool { states[source] == .complete }

  /// How an org's tenant stands; `nil` where nobody expects it to answer.
  public func standing(ofTenant org: OrgID) -> Standing? { standings[org] }

  /// What is wrong with the groups: empty, always. Tests ask after every event.
  func differences(from fleet: Fleet, at now: Timestamp) -> [String] {
    var anew = SourceBook()
    var all = FleetChanges()
    all.sources = Set(fleet.sources.keys)
    all.orgs = Set(fleet.orgs.keys)
    _ = anew.update(all, fleet, at: now)
    var problems: [String] = []
    for (name, kept, found) in [
      ("roster", roster, anew.roster), ("regions", regions, anew.regions), ("tenants", tenants, anew.tenants), ("zone", zone, anew.zone),
    ] where kept != found {
      problems.append("\(name): kept \(kept), found \(found)")
    }
    if missingTenants != anew.missingTenants { problems.append("missing tenants: kept \(missingTenants), found \(anew.missingTenants)") }
    return problems
  }
}

extension Org {
  /// It is being deleted: that its tenant no longer answers is meant to be so.
  public var isLeaving: Bool { deletion.map { $0.status != .failed } ?? false }

  /// Whether its tenant should answer.
  public var expectsTenant: Bool { OrgStatus.hasTenant(row.status) && !isLeaving }
}

extension Fleet {
  /// The org whose tenant needn't answer, and so isn't missed; `nil`: `source` should.
  public func excused(_ source: Source) -> Org? {
    guard case .tenant(let slug) = source, let org = org(named: slug), !org.expectsTenant else { return nil }
    return org
  }
}

extension OrgStatus {
  /// Whether a tenant in that state has a name that answers.
  public static func hasTenant(_ status: OrgStatus?) -> Bool {
    switch status {
    case .running, .unknown: true
    case nil, .provisioning, .failed, .abandoned, .stopped, .suspended, .purged: false
    }
  }
}

extension Fleet {
  /// - Returns: the sources that stand otherwise than before.
  mutating func lookAtSources(at now: Timestamp) -> Set<Source> {
    // Taken out of the fleet meanwhile: two references would copy it.
    var book = SourceBook()
    swap(&book, &self.book)
    let turned = book.update(changes, self, at: now)
    swap(&book, &self.book)
    // By age alone nothing was said, and all that rests on it looks different.
    for source in turned { markChanged(source) }
    return turned
  }
}
