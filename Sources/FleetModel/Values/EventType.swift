/// The type of a streamed event (contract §3.4, fleet feed). Unknown ones are kept and shown.
public struct EventType: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { self.rawValue = value }
  public var description: String { rawValue }

  public static let orgCreated: Self = "ORG_CREATED"
  public static let orgStatus: Self = "ORG_STATUS"
  public static let orgPurged: Self = "ORG_PURGED"
  /// The roster no longer holds an org that it held (ours: found by comparing two rosters).
  public static let orgGone: Self = "ORG_GONE"
  public static let instanceState: Self = "INSTANCE_STATE"
  /// A machine that EC2 no longer lists (ours: found by comparing two answers).
  public static let instanceGone: Self = "INSTANCE_GONE"
  public static let bootEvent: Self = "BOOT_EVENT"
  public static let purgeStep: Self = "PURGE_STEP"
  public static let feedReset: Self = "FEED_RESET"
  /// Events may have been lost between two moments (ours).
  public static let gap: Self = "GAP"
  /// A source failed or came back (ours).
  public static let sourceFailed: Self = "SOURCE_FAILED"
  public static let sourceRecovered: Self = "SOURCE_RECOVERED"
  /// A source said what it may not say, and nobody believed it (ours).
  public static let sourceRefused: Self = "SOURCE_REFUSED"

  /// What was done here about a deletion: its plan was opened, it was confirmed and begun, another's run was followed, it ended (ours).
  public static let deletionPlanned: Self = "DELETION_PLANNED"
  public static let deletionBegun: Self = "DELETION_BEGUN"
  public static let deletionFollowed: Self = "DELETION_FOLLOWED"
  public static let deletionEnded: Self = "DELETION_ENDED"

  public static let workspaceProvisioning: Self = "WORKSPACE_PROVISIONING"
  public static let workspaceOnline: Self = "WORKSPACE_ONLINE"
  public static let workspaceOffline: Self = "WORKSPACE_OFFLINE"
  public static let workspaceDegraded: Self = "WORKSPACE_DEGRADED"
  public static let workspaceProvisionFailed: Self = "WORKSPACE_PROVISION_FAILED"
  public static let workspaceRemoved: Self = "WORKSPACE_REMOVED"
  public static let workspacePaused: Self = "WORKSPACE_PAUSED"
  public static let workspaceHibernated: Self = "WORKSPACE_HIBERNATED"
  public static let workspaceAwaitingAgent: Self = "WORKSPACE_AWAITING_AGENT"
  public static let workspaceHeartbeat: Self = "WORKSPACE_HEARTBEAT"
  public static let taskUpdated: Self = "TASK_UPDATED"
  public static let activityLogged: Self = "ACTIVITY_LOGGED"
  public static let delegationSent: Self = "DELEGATION_SENT"
  public static let delegationComplete: Self = "DELEGATION_COMPLETE"
  public static let delegationFailed: Self = "DELEGATION_FAILED"
  public static let agentCardUpdated: Self = "AGENT_CARD_UPDATED"
  public static let bootStep: Self = "BOOT_STEP"
  /// A workspace has another name (ours: no stream tells it, two lists do).
  public static let workspaceRenamed: Self = "WORKSPACE_RENAMED"
  /// A workspace's status changed to one that has no event of its own (ours: found by comparing two lists).
  public static let workspaceStatus: Self = "WORKSPACE_STATUS"
  /// An online workspace whose stream is open gave no sign of life for three minutes (ours).
  public static let workspaceSilent: Self = "WORKSPACE_SILENT"
}
