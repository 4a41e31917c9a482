import FleetModel

/// One line about an org or workspace that needs a human: a finding, or that a boot is late.
struct Notice: Hashable, Sendable {
  var role: Role
  var summary: String
}

extension Finding.Severity {
  var role: Role {
    switch self {
    case .critical: .failed
    case .warning: .warning
    case .info: .info
    }
  }
}

extension Notice {
  /// What is wrong with an org and its workspaces, the worst first.
  static func of(_ org: Org, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    // What is well isn't judged again to be shown.
    let findings = fleet.triage.isUnwell(org.id) ? fleet.findings(within: org.id, at: now) : []
    var notices = findings.map { Notice(role: $0.severity.role, summary: $0.summary(in: fleet)) }
    if org.boot != nil, let progress = fleet.progress(of: .tenant(org.id), at: now) { notices += late(progress, "tenant") }
    notices += odd(org.row.status)
    for workspace in fleet.workspaces(of: org.id) {
      notices += more(of: workspace, fleet, at: now).map { Notice(role: $0.role, summary: "\(workspace.row.name): \($0.summary)") }
    }
    return notices
  }

  static func of(_ workspace: Workspace, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    fleet.findings(of: workspace.id, at: now).map { Notice(role: $0.severity.role, summary: $0.summary) }
      + more(of: workspace, fleet, at: now)
  }

  /// What is no finding and still worth a look.
  private static func more(of workspace: Workspace, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    var notices: [Notice] = []
    switch workspace.row.status {
    case .offline: notices.append(Notice(role: .warning, summary: workspace.row.lastError ?? "offline"))
    case .unknown(let text): notices.append(Notice(role: .unknown, summary: "status \(text) is not known here"))
    default: break
    }
    if workspace.boot != nil, let progress = fleet.progress(of: .workspace(workspace.id), at: now) { notices += late(progress, nil) }
    return notices
  }

  private static func odd(_ status: OrgStatus?) -> [Notice] {
    guard case .unknown(let text) = status else { return [] }
    return [Notice(role: .unknown, summary: "status \(text) is not known here")]
  }

  private static func late(_ progress: Progress, _ name: String?) -> [Notice] {
    guard progress.isLate, !progress.hasFailed else { return [] }
    let since = progress.phaseElapsed ?? progress.elapsed ?? 0
    return [Notice(role: .late, summary: "\(name.map { $0 + ": " } ?? "")\(progress.phase ?? "boot") \(Moment.estimate(since)), late")]
  }
}

/// What the fleet says of a machine, before anything is judged: the three-valued answer of what can be told from the roster alone.
enum Standing: Hashable, Sendable {
  /// Its org, and its workspace where it names one, are known.
  case inFleet
  /// Shutting down or terminated.
  case ending
  /// Not made by the control plane: never judged.
  case foreign
  /// Young: the roster may not know it yet. Until when.
  case grace(until: Timestamp)
  case orphan(String)
  case cannotTell(String)

  /// Seconds after its launch in which a machine is never called an orphan (contract §5.5).
  static let gracePeriod = 1200.0

  init(of instance: Instance, _ fleet: Fleet, at now: Timestamp) {
    let row = instance.row
    guard !row.state.isEnding else {
      self = .ending
      return
    }
    guard row.isOurs else {
      self = .foreign
      return
    }
    guard let org = fleet.org(of: row) else {
      if let launched = row.launchedAt, now - launched < Self.gracePeriod {
        self = .grace(until: launched + Self.gracePeriod)
      } else if row.orgID == nil, row.orgSlug == nil {
        self = .orphan("names no org")
      } else if !fleet.isComplete(.controlPlane, at: now) {
        self = .cannotTell("the roster is not complete")
      } else {
        self = .orphan("org gone")
      }
      return
    }
    guard row.role == .workspace, let workspace = row.workspaceID, fleet.workspaces[workspace] == nil else {
      self = .inFleet
      return
    }
    if let launched = row.launchedAt, now - launched < Self.gracePeriod {
      self = .grace(until: launched + Self.gracePeriod)
    } else if fleet.isComplete(.tenant(org.slug), at: now) {
      self = .orphan("workspace gone")
    } else {
      self = .cannotTell("tenant \(org.slug) not read")
    }
  }

  var role: Role {
    switch self {
    case .inFleet, .ending, .foreign: .dim
    case .grace: .running
    case .orphan: .failed
    case .cannotTell: .unknown
    }
  }

  var text: String {
    switch self {
    case .inFleet: "in fleet"
    case .ending: "ending"
    case .foreign: "not ours"
    case .grace: "grace"
    case .orphan(let why): "orphan: \(why)"
    case .cannotTell(let why): "can't tell: \(why)"
    }
  }

  /// What needs a human first.
  var rank: Double {
    switch self {
    case .orphan: 0
    case .cannotTell: 1
    case .grace: 2
    case .inFleet: 3
    case .foreign: 4
    case .ending: 5
    }
  }
}
