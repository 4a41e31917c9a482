import DequeModule
import OrderedCollections

/// Everything that is known of one environment's fleet. Only ``apply(_:)`` changes it; what it costs follows the event, never the fleet.
public struct Fleet: Sendable {
  /// Lines of the log that are kept.
  public static let logLimit = 50_000

  public internal(set) var orgs: [OrgID: Org] = [:]
  public internal(set) var workspaces: [WorkspaceID: Workspace] = [:]
  public internal(set) var instances: [InstanceID: Instance] = [:]
  /// Volumes, addresses and security groups, where they were asked for.
  public internal(set) var resources: [Region: RegionResources] = [:]
  /// How many standard on-demand vCPUs may run in a region, where Service Quotas told.
  public internal(set) var vcpuLimits: [Region: Int] = [:]
  /// Why a region's limit isn't known.
  public internal(set) var vcpuProblems: [Region: String] = [:]
  public internal(set) var purges: OrderedDictionary<PurgeID, PurgeRow> = [:]
  /// When the list of them was last read; `nil`: never, so that there may be any.
  public internal(set) var purgesReadAt: Timestamp?
  /// Those of them that have not completed.
  public internal(set) var openPurges: Set<PurgeID> = []
  /// The steps of runs of the cascade, where the fleet feed told them.
  public internal(set) var cascades: OrderedDictionary<PurgeID, Cascade> = [:]
  /// The last reading of the control plane's database, for comparison.
  public internal(set) var database: DatabaseRows?
  /// The last reading of the DNS zone.
  public internal(set) var zone: ZoneReading?
  var zoneGrowth = ZoneGrowth()
  public internal(set) var sources: [Source: SourceRecord] = [:]
  /// How far each service's clock was from this machine's when it last answered.
  public internal(set) var clocks: [Source: ClockReading] = [:]
  /// The regions that are asked for machines.
  public internal(set) var regions: Set<Region> = []
  public internal(set) var log: Deque<LogEntry> = []
  /// Bytes of the log's data.
  var logBytes = 0
  /// At most: one event may bring 64 KiB.
  var logByteLimit = 64 << 20
  /// Lines ever logged; the newest line's sequence.
  public internal(set) var logged: UInt64 = 0
  /// Orgs that were seen once and are gone, with the last time a roster held them.
  public internal(set) var departed: OrderedDictionary<OrgID, (slug: Slug, lastSeen: Timestamp)> = [:]
  /// Boots that are under way.
  public internal(set) var inFlight: Set<BootTarget> = []
  /// The workspaces whose streams are open.
  public internal(set) var openStreams: Set<WorkspaceID> = []

  // The joins (contract §5.2), kept with every change.
  /// Nearly always one; a name that was given anew may stand for two while the old one goes.
  var orgsBySlug: [Slug: Set<OrgID>] = [:]
  var workspacesByOrg: [OrgID: OrderedSet<WorkspaceID>] = [:]
  var instancesByOrg: [OrgID: Set<InstanceID>] = [:]
  var instancesBySlug: [Slug: Set<InstanceID>] = [:]
  var instancesByWorkspace: [WorkspaceID: Set<InstanceID>] = [:]
  var instancesByRegion: [Region: Set<InstanceID>] = [:]

  /// The fleet feed's newest id.
  var lastFeedID: UInt64?
  /// What came lately by which way: an event that arrives by two is applied once.
  var recent: RecentEvents = RecentEvents()
  var changes = FleetChanges()
  /// What it should be asked next.
  var plan = WantsPlan()
  /// Whether anything is reached from here.
  var reach = Reach()
  /// How every source stands, as of the last ``judge(at:limits:prices:)``.
  public internal(set) var book = SourceBook()
  /// Every count and sum that anything shows, as of then.
  public internal(set) var figures = Figures()
  /// What was learned of how long boots take.
  public internal(set) var history = BootHistory()
  var finishedBoots: [BootRecord] = []
  /// The verdict on every machine, as of the last ``judge(at:)``.
  public internal(set) var judgement: OrphanJudgement
  /// What stands beside the machines and is used by nothing, as of the last ``judge(at:)``.
  public internal(set) var leftovers = LeftoverJudgement()
  /// Boots that were learned from, watched or told by others.
  var learnedBoots: Set<BootEnd> = []
  /// What the database tells of boots that can't be learned from yet.
  var sharedBootEvents: [OrgID: [BootEventRow]] = [:]
  /// The database's word on each org's machine.
  var databaseInstances: [OrgID: DatabaseInstanceRow] = [:]
  /// What is wrong, as of the last ``judge(at:limits:)``.
  public internal(set) var triage = Triage()

  /// What is configured: by this everything is judged.
  public internal(set) var settings: FleetSettings
  /// What is configured of the account's limits.
  public internal(set) var limits: Triage.Limits {
    get { settings.limits }
    set { settings.limits = newValue }
  }
  /// The deletions that were carried out or followed here, and the receipts.
  public internal(set) var deletions = DeletionLedger()
  /// What the account's machines take of the quota of standard on-demand vCPUs, as far as their types tell.
  var vcpusUsed = 0
  /// The newest completed run of the cascade of each org.
  var completedPurges: [OrgID: PurgeID] = [:]

  /// - Parameters:
  ///   - orphans: which machines are this environment's own, and when they may be judged.
  ///   - limits: as configured.
  public init(orphans: OrphanSettings = OrphanSettings(), limits: Triage.Limits = Triage.Limits()) {
    self.init(settings: FleetSettings(orphans: orphans, limits: limits))
  }

  public init(settings: FleetSettings) {
    judgement = OrphanJudgement(settings: settings.orphans)
    self.settings = settings
  }

  /// Brings verdicts and findings up to `now`: what changed since the last ``takeChanges()`` is judged again, and what became true by time
  /// alone, nothing else. To be called before the changes are taken, which then tell of what else is said than before.
  /// - Parameters:
  ///   - limits: `nil`: as they are known.
  ///   - prices: what the machines' costs are counted by; `nil`: as they are known.
  public mutating func judge(at now: Timestamp, limits: Triage.Limits? = nil, prices: PriceBook? = nil) {
    if let limits { self.limits = limits }
    if let prices, prices != settings.prices { price(by: prices) }
    let turned = lookAtSources(at: now)
    judgeMachines(at: now)
    judgeLeftovers(at: now)
    countFigures()
    judgeFindings(at: now, turned: turned)
    // A word of one that is lost moves what stands still to that moment, though it stands no otherwise than before.
    settleFigures(at: now, turned: !turned.isEmpty || changes.sources.contains { !book.isFresh($0) })
  }

  private mutating func judgeMachines(at now: Timestamp) {
    // Moved out meanwhile, so that the rules' look at the fleet shares no storage with it.
    var judgement = OrphanJudgement(settings: self.judgement.settings)
    swap(&judgement, &self.judgement)
    changes.instances.formUnion(judgement.update(self, changes: changes, at: now))
    swap(&judgement, &self.judgement)
  }

  /// What changed since the last call.
  public mutating func takeChanges() -> FleetChanges {
    defer { changes = FleetChanges() }
    plan.note(changes)
    return changes
  }

  // MARK: - Joins

  /// The org of that name; of two the one created last.
  public func org(named slug: Slug) -> Org? {
    orgsBySlug[slug]?.compactMap { orgs[$0] }.max {
      ($0.row.createdAt ?? .distantPast, $0.id) < ($1.row.createdAt ?? .distantPast, $1.id)
    }
  }

  func orgID(named slug: Slug) -> OrgID? { org(named: slug)?.id }

  public func workspaces(of org: OrgID) -> [Workspace] { workspacesByOrg[org]?.compactMap { workspaces[$0] } ?? [] }

  public func workspaceIDs(of org: OrgID) -> [WorkspaceID] { workspacesByOrg[org].map(Array.init) ?? [] }

  /// Every machine that its tags give to the org.
  public func machines(of org: OrgID) -> [Instance] {
    var ids = instancesByOrg[org] ?? []
    if let slug = orgs[org]?.slug, let bySlug = instancesBySlug[slug] { ids.formUnion(bySlug) }
    return ids.compactMap { instances[$0] }.sorted(by: Self.isPreferred)
  }

  /// The org's tenant machine: the newest launched of the live ones, else of the rest.
  public func tenantMachine(of org: OrgID) -> Instance? {
    machines(of: org).first { $0.row.role == .tenant && !$0.row.state.isEnding }
  }

  /// The workspace's machines, the one that counts first.
  public func machines(of workspace: WorkspaceID) -> [Instance] {
    (instancesByWorkspace[workspace] ?? []).compactMap { instances[$0] }.sorted(by: Self.isPreferred)
  }

  public func machine(of workspace: WorkspaceID) -> Instance? { machines(of: workspace).first { !$0.row.state.isEnding } }

  /// The org that a machine's tags name, if the roster knows it.
  public func org(of instance: InstanceRow) -> Org? {
    if let id = instance.orgID { return orgs[id] }
    return instance.orgSlug.flatMap { org(named: $0) }
  }

  private static func isPreferred(_ left: Instance, _ right: Instance) -> Bool {
    let live = (left.row.state.isLive, right.row.state.isLive)
    if live.0 != live.1 { return live.0 }
    let launched = (left.row.launchedAt ?? .distantPast, right.row.launchedAt ?? .distantPast)
    return launched.0 != launched.1 ? launched.0 > launched.1 : left.id > right.id
  }

  // MARK: - Freshness

  public func freshness(of source: Source, at now: Timestamp) -> Freshness {
    guard let record = sources[source] else { return Freshness(state: .never, at: nil) }
    let freshness = corrected(record.freshness(at: now), of: source)
    if source == .controlPlane, freshness.state == .complete, orgs.isEmpty, instances.values.contains(where: isOursAndStanding) {
      return Freshness(state: .partial, at: freshness.at, problem: "the roster is empty while machines of ours exist")
    }
    return freshness
  }

  private func isOursAndStanding(_ instance: Instance) -> Bool {
    judgement.settings.isOurs(instance.row.tags) && !instance.row.state.isEnding
  }

  /// Whether `source` can be judged from.
  public func isComplete(_ source: Source, at now: Timestamp) -> Bool { freshness(of: source, at: now).state == .complete }

  // MARK: - Invariants

  /// What is wrong with the indices: empty, always. Tests ask after every event.
  public func checkInvariants() -> [String] {
    var problems: [String] = []
    func expect(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { problems.append(what()) } }
    for (id, org) in orgs {
      expect(org.id == id, "org \(id) is stored under another id")
      expect(orgsBySlug[org.slug]?.contains(id) == true, "slug \(org.slug) is not indexed")
      expect((org.boot != nil) == inFlight.contains(.tenant(id)), "org \(id): boot and in-flight set disagree")
    }
    expect(orgsBySlug.values.reduce(0) { $0 + $1.count } == orgs.count, "slugs and orgs differ in number")
    for (id, workspace) in workspaces {
      expect(workspacesByOrg[workspace.orgID]?.contains(id) == true, "workspace \(id) is not in its org's list")
      expect((workspace.boot != nil) == inFlight.contains(.workspace(id)), "workspace \(id): boot and in-flight set disagree")
    }
    expect(workspacesByOrg.values.reduce(0) { $0 + $1.count } == workspaces.count, "workspace lists and table differ in size")
    for target in inFlight {
      switch target {
      case .tenant(let id): expect(orgs[id] != nil, "in flight without an org: \(id)")
      case .workspace(let id): expect(workspaces[id] != nil, "in flight without a workspace: \(id)")
      }
    }
    for (id, instance) in instances {
      let row = instance.row
      expect(row.region.rawValue.isEmpty || instancesByRegion[row.region]?.contains(id) == true, "\(id) is not in its region")
      if let org = row.orgID { expect(instancesByOrg[org]?.contains(id) == true, "\(id) is not in its org") }
      if row.orgID == nil, let slug = row.orgSlug { expect(instancesBySlug[slug]?.contains(id) == true, "\(id) is not under its slug") }
      if let workspace = row.workspaceID { expect(instancesByWorkspace[workspace]?.contains(id) == true, "\(id) is not at its workspace") }
    }
    expect(instancesByRegion.values.reduce(0) { $0 + $1.count } <= instances.count, "regions hold more than there is")
    for (name, index) in [("org", instancesByOrg.values.flatMap { $0 }), ("workspace", instancesByWorkspace.values.flatMap { $0 })] {
      for id in index { expect(instances[id] != nil, "the \(name) index holds \(id), which is gone") }
    }
    expect(vcpusUsed == instances.values.reduce(0) { $0 + Self.vcpus(of: $1.row) }, "the vCPUs in use are others")
    for (org, purge) in completedPurges {
      expect(purges[purge].map { $0.orgID == org && $0.status == .completed } ?? false, "\(purge) is no completed purge of \(org)")
    }
    expect(openPurges == Set(purges.values.filter { $0.status != .completed }.map(\.id)), "the open purges are others")
    problems += planProblems()
    expect(log.count <= Self.logLimit && logBytes <= logByteLimit, "the log is over its limit")
    expect(logBytes == log.reduce(0) { $0 + $1.data.utf8.count }, "the log's bytes are miscounted")
    return problems
  }
}

/// The last few thousand streamed events by where they came from.
struct RecentEvents: Sendable {
  private struct Key: Hashable {
    let type: EventType
    let workspace: WorkspaceID
    let timestamp: Timestamp
  }

  static let limit = 4096
  private var sources: [Key: Source] = [:]
  private var order: Deque<Key> = []

  /// Whether the same event came before by another way.
  mutating func isRepeated(_ event: StreamedEvent, from source: Source) -> Bool {
    guard let workspace = event.workspaceID, let timestamp = event.timestamp else { return false }
    let key = Key(type: event.type, workspace: workspace, timestamp: timestamp)
    if let first = sources[key] { return first != source }
    sources[key] = source
    order.append(key)
    if order.count > Self.limit, let oldest = order.popFirst() { sources[oldest] = nil }
    return false
  }
}
