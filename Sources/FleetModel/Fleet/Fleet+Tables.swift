import DequeModule
import OrderedCollections

// What the tables hold, for whoever reads it.

extension Fleet {
  // MARK: - Who there is

  public var orgs: [OrgID: Org] { roster.orgs }
  /// Orgs that were seen once and are gone, with the last time a roster held them.
  public var departed: OrderedDictionary<OrgID, (slug: Slug, lastSeen: Timestamp)> { roster.departed }
  public var workspaces: [WorkspaceID: Workspace] { tenants.workspaces }
  /// The workspaces whose streams are open.
  public var openStreams: Set<WorkspaceID> { tenants.openStreams }
  public var instances: [InstanceID: Instance] { machines.instances }
  /// Volumes, addresses and security groups, where they were asked for.
  public var resources: [Region: RegionResources] { resourceTable.read }
  /// How many standard on-demand vCPUs may run in a region, where Service Quotas told.
  public var vcpuLimits: [Region: Int] { resourceTable.vcpuLimits }
  /// Why a region's limit isn't known.
  public var vcpuProblems: [Region: String] { resourceTable.vcpuProblems }

  // MARK: - Boots and deletions

  /// Boots that are under way.
  public var inFlight: Set<BootTarget> { boots.inFlight }
  /// What was learned of how long boots take.
  public var history: BootHistory { boots.history }
  public var purges: OrderedDictionary<PurgeID, PurgeRow> { purgeTable.rows }
  /// When the list of them was last read; `nil`: never, so that there may be any.
  public var purgesReadAt: Timestamp? { purgeTable.readAt }
  /// Those of them that have not completed.
  public var openPurges: Set<PurgeID> { purgeTable.open }
  /// The steps of runs of the cascade, where the fleet feed told them.
  public var cascades: OrderedDictionary<PurgeID, Cascade> { purgeTable.cascades }

  // MARK: - Who told it

  public var sources: [Source: SourceRecord] { sourceTable.records }
  /// How far each service's clock was from this machine's when it last answered.
  public var clocks: [Source: ClockReading] { sourceTable.clocks }
  /// The regions that are asked for machines.
  public var regions: Set<Region> { sourceTable.regions }
  var reach: Reach { sourceTable.reach }
  /// The last reading of the control plane's database, for comparison.
  public var database: DatabaseRows? { databaseTable.rows }
  /// The last reading of the DNS zone.
  public var zone: ZoneReading? { zoneTable.reading }
  public var log: Deque<LogEntry> { eventLog.lines }
  /// Lines ever logged; the newest line's sequence.
  public var logged: UInt64 { eventLog.count }

  // MARK: - What is configured

  /// What is configured of the account's limits.
  public internal(set) var limits: Triage.Limits {
    get { settings.limits }
    set { settings.limits = newValue }
  }
}
