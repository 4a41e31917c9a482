/// Everything that can happen to a ``Fleet``: an answer, a streamed event, a failure. Recorded, these are a replay.
public struct FleetEvent: Codable, Sendable {
  public var source: Source
  /// When it was received here.
  public var at: Timestamp
  /// When the question left; `nil` for what came unasked. What a stream said after that is newer than the answer.
  public var asked: Timestamp?
  /// Which of this process's questions it answers, counted; an answer to an older one than the newest applied of its source is dropped.
  /// `nil`: nobody asked.
  public var epoch: UInt64?
  public var change: Change

  public init(source: Source, at: Timestamp, asked: Timestamp? = nil, epoch: UInt64? = nil, change: Change) {
    self.source = source
    self.at = at
    self.asked = asked
    self.epoch = epoch
    self.change = change
  }

  public enum Change: Codable, Sendable {
    /// What is configured: by this everything that follows is judged.
    case configured(FleetSettings)
    /// What had been learned of boots before, all of it.
    case learned([BootRecord])
    /// Orgs that a roster was seen to hold before.
    case sighted([OrgSighting])
    /// The source will be asked every `pollInterval` seconds (`nil`: it is a stream).
    case expected(pollInterval: Double?)
    /// The whole roster, `limit` rows at most; `unreadable` rows had no id or slug.
    case roster([OrgRow], limit: Int, unreadable: Int)
    case purges([PurgeRow])
    /// A boot-events answer: of an org's tenant, and of workspaces where the rows say so.
    case bootEvents(OrgID, [BootEventRow])
    /// The control plane's exact 404: no org of that name exists (contract §1.8).
    case orgAbsent(Slug)
    case workspaces(OrgID, [WorkspaceRow])
    case storedEvents(OrgID, [StoredEventRow])
    case subsystems(OrgID, [SubsystemRow])
    /// A region's instances; `complete` when every page came.
    case instances([InstanceRow], complete: Bool, problem: String?)
    /// What an answer told of its server's clock.
    case clock(ClockOffset)
    /// Its question was answered to the end, and what came is not kept here: a DNS zone's records, of which a deletion looks at a few.
    case answered
    /// A DNS zone was read to its end.
    case zone(ZoneReading)
    /// A region's resources: volumes, addresses, security groups.
    case resources(RegionResources)
    /// One reading of the control plane's database, complete unless it names a problem.
    case databaseRows(DatabaseRows)
    /// A region's quota of standard on-demand vCPUs, or why it isn't known.
    case vcpuLimit(Int?, problem: String?)
    /// One event of a stream.
    case streamed(StreamedEvent)
    /// The fleet feed is open, or the stream of one workspace.
    case streamOpened(WorkspaceID?)
    /// That stream ended, for good or until it is opened again.
    case streamClosed(WorkspaceID?)
    /// That stream is refused, and why.
    case streamRefused(WorkspaceID, String)
    /// The tenant's token was read, and is another than before. It is never part of an event.
    case tokenRead(OrgID)
    /// The tenant refused the token that it was asked with.
    case tokenRefused(OrgID)
    /// Events may have been lost; every snapshot of this source is being read again.
    case gap(String, WorkspaceID?)
    /// A question failed, or a stream broke. What was known stays, and ages.
    case failed(String)
    /// A part of what the source offers can't be had, and why. What was known of it stays.
    case lacking(SourcePart, String)
    /// The service doesn't have it (404, 405, 501): never a failure.
    case notOffered(String)
    /// The plan of an org's deletion was opened here.
    case deletionPlanned(OrgID, Slug)
    /// A deletion that is carried out or followed here, as it stands.
    case deletion(DeletionReport)
    /// The environment's receipts that are kept here, the newest last.
    case receipts([JSONValue])

    /// What recordings call them: one that is renamed here keeps its name there.
    private enum CodingKeys: String, CodingKey {
      case configured, learned, sighted, expected, roster, purges, bootEvents, orgAbsent, workspaces, storedEvents, subsystems, instances
      case clock, zone, resources, databaseRows, vcpuLimit, streamed, streamOpened, streamClosed, gap, failed, lacking, notOffered
      case deletionPlanned, deletion, receipts, streamRefused, tokenRead, tokenRefused
      case answered = "zoneRead"
    }
  }
}

/// The envelope of the tenants' streams and the fleet feed (contract §3.1, `docs/fleet-feed.md`).
public struct StreamedEvent: Hashable, Codable, Sendable {
  public var type: EventType
  /// The server's clock.
  public var timestamp: Timestamp?
  public var orgID: OrgID?
  public var slug: Slug?
  public var workspaceID: WorkspaceID?
  /// Cleaned.
  public var data: JSONValue
  /// The fleet feed's growing id.
  public var id: UInt64?

  public init(
    type: EventType, timestamp: Timestamp?, orgID: OrgID? = nil, slug: Slug? = nil, workspaceID: WorkspaceID? = nil,
    data: JSONValue = .object([]), id: UInt64? = nil
  ) {
    self.type = type
    self.timestamp = timestamp
    self.orgID = orgID
    self.slug = slug
    self.workspaceID = workspaceID
    self.data = data
    self.id = id
  }
}
