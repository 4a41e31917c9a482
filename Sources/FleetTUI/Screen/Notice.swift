import FleetModel

/// One line about an org or workspace that needs a human.
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

extension Finding {
  /// What can't be judged any more accuses nobody.
  var role: Role { asOf != nil ? .stale : code == .bootLate ? .late : severity.role }
}

extension Notice {
  /// What is wrong with an org and its workspaces, the worst first.
  static func of(_ org: Org, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    // What is well isn't judged again to be shown.
    let findings = fleet.triage.isUnwell(org.id) ? fleet.findings(believedWithin: org.id, at: now) : []
    var notices = findings.map { Notice(role: $0.role, summary: $0.summary(in: fleet)) } + odd(org.row.status)
    for workspace in fleet.workspaces(of: org.id) {
      notices += more(of: workspace).map { Notice(role: $0.role, summary: "\(workspace.row.name): \($0.summary)") }
    }
    return notices
  }

  static func of(_ workspace: Workspace, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    fleet.findings(believedOf: .workspace(workspace.id), at: now).map { Notice(role: $0.role, summary: $0.summary) } + more(of: workspace)
  }

  /// What is no finding and still worth a look.
  private static func more(of workspace: Workspace) -> [Notice] {
    switch workspace.row.status {
    case .offline: [Notice(role: .warning, summary: workspace.row.lastError ?? "offline")]
    case .unknown(let text): [Notice(role: .unknown, summary: "status \(text) is not known here")]
    default: []
    }
  }

  private static func odd(_ status: OrgStatus?) -> [Notice] {
    guard case .unknown(let text) = status else { return [] }
    return [Notice(role: .unknown, summary: "status \(text) is not known here")]
  }
}
