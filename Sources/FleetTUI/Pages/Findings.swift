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
