/// What the control plane says of an org's machine (`instance_status`, contract §2.1). Absent is `nil`, never a case here.
public enum OrgStatus: Hashable, Sendable {
  case provisioning, running, failed, abandoned, stopped, suspended, purged
  case unknown(String)

  public init(_ text: String) {
    switch text {
    case "provisioning": self = .provisioning
    case "running": self = .running
    case "failed": self = .failed
    case "abandoned": self = .abandoned
    case "stopped": self = .stopped
    case "suspended": self = .suspended
    case "purged": self = .purged
    default: self = .unknown(text)
    }
  }

  public var text: String {
    switch self {
    case .provisioning: "provisioning"
    case .running: "running"
    case .failed: "failed"
    case .abandoned: "abandoned"
    case .stopped: "stopped"
    case .suspended: "suspended"
    case .purged: "purged"
    case .unknown(let text): text
    }
  }
}

/// A workspace's status in its tenant (contract §2.2); `hibernating` and `awaiting_agent` are written although the enum there lacks them.
public enum WorkspaceStatus: Hashable, Sendable {
  case provisioning, online, offline, degraded, failed, removed, paused, hibernating, hibernated, awaitingAgent
  case unknown(String)

  public init(_ text: String) {
    switch text {
    case "provisioning": self = .provisioning
    case "online": self = .online
    case "offline": self = .offline
    case "degraded": self = .degraded
    case "failed": self = .failed
    case "removed": self = .removed
    case "paused": self = .paused
    case "hibernating": self = .hibernating
    case "hibernated": self = .hibernated
    case "awaiting_agent": self = .awaitingAgent
    default: self = .unknown(text)
    }
  }

  public var text: String {
    switch self {
    case .provisioning: "provisioning"
    case .online: "online"
    case .offline: "offline"
    case .degraded: "degraded"
    case .failed: "failed"
    case .removed: "removed"
    case .paused: "paused"
    case .hibernating: "hibernating"
    case .hibernated: "hibernated"
    case .awaitingAgent: "awaiting_agent"
    case .unknown(let text): text
    }
  }
}

/// An EC2 instance's state (EC2 API, `InstanceState`).
public enum InstanceState: Hashable, Sendable {
  case pending, running, stopping, stopped, shuttingDown, terminated
  case unknown(String)

  public init(_ text: String) {
    switch text {
    case "pending": self = .pending
    case "running": self = .running
    case "stopping": self = .stopping
    case "stopped": self = .stopped
    case "shutting-down": self = .shuttingDown
    case "terminated": self = .terminated
    default: self = .unknown(text)
    }
  }

  public var text: String {
    switch self {
    case .pending: "pending"
    case .running: "running"
    case .stopping: "stopping"
    case .stopped: "stopped"
    case .shuttingDown: "shutting-down"
    case .terminated: "terminated"
    case .unknown(let text): text
    }
  }

  /// Counted as live by the fleet's own sweeps (contract §2.3).
  public var isLive: Bool { self == .running || self == .pending }
  /// Gone, or going without return.
  public var isEnding: Bool { self == .shuttingDown || self == .terminated }
}

/// What a machine of ours is for (tag `Role`, contract §5.2).
public enum InstanceRole: String, Hashable, Sendable {
  case tenant, workspace
}
