/// Everything that is known of one environment's fleet. Only ``apply(_:)`` changes it; what it costs follows the event, never the fleet.
///
/// What was told stands in tables: each has its rows, its indices and its verbs, and none reaches into another. Rules that need several of them
/// are extensions of the fleet, which read the tables and call their verbs. What follows from what was told is judged (``judge(at:limits:prices:)``).
public struct Fleet: Sendable {
  /// Lines of the log that are kept.
  public static let logLimit = EventLog.limit

  // MARK: What was told

  var roster = Roster()
  var tenants = Tenants()
  var machines = Machines()
  var boots = Boots()
  var eventLog = EventLog()
  var sourceTable = Sources()
  var resourceTable = Resources()
  var purgeTable = Purges()
  var databaseTable = Database()
  var zoneTable = Zone()
  /// The deletions that were carried out or followed here, and the receipts.
  public internal(set) var deletions = DeletionLedger()
  /// What is configured: by this everything is judged.
  public internal(set) var settings: FleetSettings

  var changes = FleetChanges()
  /// What it should be asked next.
  var plan = WantsPlan()

  // MARK: What follows from it, as of the last judgement

  /// How every source stands.
  public internal(set) var book = SourceBook()
  /// The verdict on every machine.
  public internal(set) var judgement: OrphanJudgement
  /// The resources that nothing uses.
  public internal(set) var leftovers = LeftoverJudgement()
  /// What is wrong.
  public internal(set) var triage = Triage()
  /// What became of it while it was watched.
  public internal(set) var chronicle = Chronicle()
  /// Every count and sum that anything shows.
  public internal(set) var figures = Figures()

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
    noteChronicle(at: now)
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
  public func org(named slug: Slug) -> Org? { roster.org(named: slug) }

  func orgID(named slug: Slug) -> OrgID? { org(named: slug)?.id }

  public func workspaces(of org: OrgID) -> [Workspace] { tenants.ids(of: org).compactMap { workspaces[$0] } }

  public func workspaceIDs(of org: OrgID) -> [WorkspaceID] { Array(tenants.ids(of: org)) }

  /// Every machine that its tags give to the org, the one that counts first.
  public func machines(of org: OrgID) -> [Instance] { machineIDs(of: org).compactMap { instances[$0] }.sorted(by: Self.isPreferred) }

  /// The org's tenant machine: the newest launched of the live ones, else of the rest.
  public func tenantMachine(of org: OrgID) -> Instance? {
    preferred(among: machineIDs(of: org)) { $0.role == .tenant && !$0.state.isEnding }
  }

  /// The workspace's machines, the one that counts first.
  public func machines(of workspace: WorkspaceID) -> [Instance] {
    machines.ids(of: workspace).compactMap { instances[$0] }.sorted(by: Self.isPreferred)
  }

  public func machine(of workspace: WorkspaceID) -> Instance? { preferred(among: machines.ids(of: workspace)) { !$0.state.isEnding } }

  private func machineIDs(of org: OrgID) -> Set<InstanceID> {
    let ids = machines.ids(of: org)
    guard let slug = orgs[org]?.slug else { return ids }
    return ids.union(machines.ids(named: slug))
  }

  private func preferred(among ids: Set<InstanceID>, where counts: (InstanceRow) -> Bool) -> Instance? {
    ids.compactMap { id in instances[id].flatMap { counts($0.row) ? $0 : nil } }.min(by: Self.isPreferred)
  }

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
    judgement.settings.isOurs(instance.row) && !instance.row.state.isEnding
  }

  /// Whether `source` can be judged from.
  public func isComplete(_ source: Source, at now: Timestamp) -> Bool { freshness(of: source, at: now).state == .complete }

  // MARK: - Invariants

  /// What is wrong with the tables, and where two of them disagree: empty, always. Tests ask after every event.
  public func checkInvariants() -> [String] {
    roster.checkInvariants() + tenants.checkInvariants() + machines.checkInvariants() + boots.checkInvariants()
      + eventLog.checkInvariants() + sourceTable.checkInvariants() + resourceTable.checkInvariants() + purgeTable.checkInvariants()
      + databaseTable.checkInvariants() + zoneTable.checkInvariants() + disagreements + planProblems()
  }

  /// A boot stands with its org or workspace, and is in flight.
  private var disagreements: [String] {
    var problems: [String] = []
    for (id, org) in orgs where (org.boot != nil) != inFlight.contains(.tenant(id)) {
      problems.append("org \(id): boot and in-flight set disagree")
    }
    for (id, workspace) in workspaces where (workspace.boot != nil) != inFlight.contains(.workspace(id)) {
      problems.append("workspace \(id): boot and in-flight set disagree")
    }
    for target in inFlight {
      switch target {
      case .tenant(let id): if orgs[id] == nil { problems.append("in flight without an org: \(id)") }
      case .workspace(let id): if workspaces[id] == nil { problems.append("in flight without a workspace: \(id)") }
      }
    }
    return problems
  }
}
