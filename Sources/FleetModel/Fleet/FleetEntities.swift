/// An organisation: a row of the roster and what else was heard of it.
public struct Org: Hashable, Sendable {
  public var row: OrgRow
  /// When its status was last told, by this machine's clock: an answer to an older question doesn't undo it.
  public var statusToldAt: Timestamp
  /// When this program first saw it.
  public var firstSeen: Timestamp
  /// When a roster last held it.
  public var lastSeen: Timestamp?
  /// The boot of its tenant's machine, while there is one to follow.
  public var boot: Boot?
  /// The last boot that ended in a failure, for who asks why.
  public var failedBoot: Boot?
  /// The last boot that was watched and went well: what a worse one is compared with.
  public var doneBoot: Boot?
  /// When its boot events were last read: without, that none are known says nothing.
  public var bootEventsReadAt: Timestamp?
  public var deletion: Deletion?
  public var subsystems: [SubsystemRow] = []
  public var subsystemsReadAt: Timestamp?
  /// What was refused of what is said in this org's name.
  public var overreach: Overreach?

  public var id: OrgID { row.id }
  public var slug: Slug { row.slug }
  /// A run of the cascade is at it, or was and failed: its control plane goes on saying what it said.
  public var isBeingDeleted: Bool { deletion != nil }
  /// How it stands, in a word: its deletion before what the control plane goes on saying.
  public var standing: String {
    deletion.map { $0.status == .failed ? "purge failed" : "deleting" } ?? row.status?.text ?? "no status"
  }

  /// A run of the cascade that removes it (contract §8.1).
  public struct Deletion: Hashable, Sendable {
    public var purgeID: PurgeID?
    public var status: PurgeRow.Status
    public var step: String?
    public var lastError: String?
    public var startedAt: Timestamp?
  }
}

/// That a roster once held an org, and when it last did.
public struct OrgSighting: Hashable, Codable, Sendable {
  public var id: OrgID
  public var slug: Slug
  public var lastSeen: Timestamp

  public init(id: OrgID, slug: Slug, lastSeen: Timestamp) {
    self.id = id
    self.slug = slug
    self.lastSeen = lastSeen
  }
}

/// A workspace: a row of its tenant's list and what its stream told since.
public struct Workspace: Hashable, Sendable {
  public var row: WorkspaceRow
  public var orgID: OrgID
  /// When its status was last told, by this machine's clock.
  public var statusToldAt: Timestamp
  /// When it last told its tasks or its uptime in an event, by this machine's clock.
  public var reportedAt: Timestamp?
  /// When its status was told, by the server's clock; an older event doesn't undo it.
  public var statusServerTime: Timestamp?
  public var firstSeen: Timestamp
  public var lastHeartbeat: Timestamp?
  public var lastActivity: Timestamp?
  /// The agent's own word, `wedged`.
  public var runtimeState: String?
  /// Who called it failed: `provision_timeout_sweep`, `bootstrap_watcher`.
  public var failureSource: String?
  /// The end of the boot's log that came with the failure.
  public var failureLog: String?
  /// When that, or what the agent said of itself, was recorded.
  public var reasonAt: Timestamp?
  /// When it was last told to provision.
  public var provisioningSince: Timestamp?
  /// Its own stream.
  public var listening = Listening()
  public var boot: Boot?
  /// The last boot that ended in a failure.
  public var failedBoot: Boot?
  /// The last boot that was watched and went well.
  public var doneBoot: Boot?

  public var id: WorkspaceID { row.id }
}

/// A machine: a row of EC2's answer, or what the fleet feed said of one.
public struct Instance: Hashable, Sendable {
  public var row: InstanceRow
  public var stateToldAt: Timestamp
  public var firstSeen: Timestamp

  public var id: InstanceID { row.id }
}

/// One line of the live log.
public struct LogEntry: Hashable, Sendable {
  /// Counts every line since the start.
  public var sequence: UInt64
  /// The server's time where it told one, else when it was received.
  public var at: Timestamp
  public var source: Source
  public var type: EventType
  public var orgID: OrgID?
  public var slug: Slug?
  public var workspaceID: WorkspaceID?
  /// The event's own data as JSON text: cleaned and bounded.
  public var data: String
  /// When what it tells of was over: of a gap, when its stream was open again.
  public var endedAt: Timestamp?
}

/// What an application of events touched, for whoever shows it.
public struct FleetChanges: Hashable, Sendable {
  public var orgs: Set<OrgID> = []
  public var workspaces: Set<WorkspaceID> = []
  public var instances: Set<InstanceID> = []
  public var sources: Set<Source> = []
  public var purges: Set<PurgeID> = []
  /// Deletions of the ledger: their receipts' ids and the rows under which they stood and stand.
  public var deletions: Set<String> = []
  /// Volumes, addresses and security groups of which something else is said than before (``Fleet/judge(at:limits:)``).
  public var leftovers: Set<OrphanCase.ID> = []
  /// What is judged otherwise than before (``Fleet/judge(at:limits:)``).
  public var findings: Set<Finding.Target> = []
  public var logged = false
  /// Lines of the log of which more is told than when they were written.
  public var lines: Set<UInt64> = []
  /// A source's state became another, or it brought what none of the sets names. A source that is among ``sources`` alone only said again
  /// what it had said.
  public var turned = false

  public init() {}
  public var isEmpty: Bool {
    orgs.isEmpty && workspaces.isEmpty && instances.isEmpty && sources.isEmpty && purges.isEmpty && leftovers.isEmpty && findings.isEmpty
      && deletions.isEmpty && !logged && lines.isEmpty
  }
}
