import FleetModel

/// One thing about an org, workspace or machine that needs a human.
struct Finding: Hashable, Sendable {
  var role: Role
  var summary: String
}

extension Finding {
  /// What is wrong with an org and its workspaces, the worst first.
  static func of(_ org: Org, _ fleet: Fleet, at now: Timestamp) -> [Finding] {
    var failed: [Finding] = []
    var warnings: [Finding] = []
    switch org.row.status {
    case .failed, .abandoned:
      failed.append(Finding(role: .failed, summary: org.row.lastError ?? "tenant \(org.row.status?.text ?? "")"))
    case .unknown(let text): warnings.append(Finding(role: .unknown, summary: "status \(text) is not known here"))
    default: break
    }
    if let deletion = org.deletion, deletion.status == .failed {
      failed.append(
        Finding(
          role: .failed, summary: "deletion stuck in \(deletion.step ?? "an unknown step"): \(deletion.lastError ?? "no reason given")"))
    }
    if org.boot != nil, let progress = fleet.progress(of: .tenant(org.id), at: now) { warnings += Self.of(progress, "tenant", at: now) }
    for workspace in fleet.workspaces(of: org.id) {
      for finding in Self.of(workspace, fleet, at: now) {
        let named = Finding(role: finding.role, summary: "\(workspace.row.name): \(finding.summary)")
        if finding.role == .failed { failed.append(named) } else { warnings.append(named) }
      }
    }
    let tenant = fleet.freshness(of: .tenant(org.slug), at: now)
    if tenant.state == .failed {
      warnings.append(Finding(role: .stale, summary: "tenant unreachable: \(tenant.problem ?? "no reason given")"))
    }
    return failed + warnings
  }

  static func of(_ workspace: Workspace, _ fleet: Fleet, at now: Timestamp) -> [Finding] {
    var findings: [Finding] = []
    let row = workspace.row
    switch row.status {
    case .failed: findings.append(Finding(role: .failed, summary: row.lastError ?? "failed, no reason given"))
    case .degraded: findings.append(Finding(role: .warning, summary: row.lastError ?? "degraded"))
    case .offline: findings.append(Finding(role: .warning, summary: row.lastError ?? "offline"))
    case .unknown(let text): findings.append(Finding(role: .unknown, summary: "status \(text) is not known here"))
    default: break
    }
    if let state = workspace.runtimeState, state == "wedged" {
      findings.append(Finding(role: .failed, summary: "wedged: \(row.lastError ?? "no reason given")"))
    }
    if workspace.boot != nil, let progress = fleet.progress(of: .workspace(workspace.id), at: now) {
      findings += Self.of(progress, nil, at: now)
    }
    return findings
  }

  private static func of(_ progress: Progress, _ name: String?, at now: Timestamp) -> [Finding] {
    guard progress.isLate || progress.hasFailed else { return [] }
    let subject = name.map { $0 + ": " } ?? ""
    let phase = progress.phase ?? "boot"
    if progress.hasFailed { return [Finding(role: .failed, summary: "\(subject)\(phase) failed")] }
    let since = progress.phaseElapsed ?? progress.elapsed ?? 0
    return [Finding(role: .late, summary: "\(subject)\(phase) \(Moment.estimate(since)), late")]
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
