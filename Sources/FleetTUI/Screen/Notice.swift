import FleetModel

/// One line about an org or workspace that needs a human.
struct Notice: Hashable, Sendable {
  var role: Role
  var summary: String
  /// What to do about it.
  var next: NextStep?
  /// What would show that it is not so.
  var disproof: String?
  /// Which one it tells; `nil`: it is none.
  var finding: FindingID?
  /// The smaller the sooner it wants a look, as ``Finding/urgency`` has it.
  var urgency: Int?
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
  /// Its code and what it is of.
  fileprivate var id: FindingID { FindingID(target: target, code: code) }

  /// What can't be judged any more accuses nobody.
  var role: Role { asOf != nil ? .stale : code == .bootLate ? .late : severity.role }
}

extension Notice {
  /// What is wrong with an org and its workspaces, the worst first.
  static func of(_ org: Org, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    // What is well isn't judged again to be shown.
    let findings = fleet.triage.isUnwell(org.id) ? fleet.findings(believedWithin: org.id, at: now) : []
    var notices =
      findings.map {
        Notice(
          role: $0.role, summary: $0.summary(in: fleet), next: $0.step, disproof: $0.disproof?.text, finding: $0.id,
          urgency: $0.urgency)
      }
      + odd(org.row.status)
    for workspace in fleet.workspaces(of: org.id) {
      notices += more(of: workspace).map {
        Notice(role: $0.role, summary: "\(workspace.row.name): \($0.summary)", urgency: $0.urgency)
      }
    }
    return notices
  }

  static func of(_ workspace: Workspace, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    fleet.findings(believedOf: .workspace(workspace.id), at: now).map {
      Notice(role: $0.role, summary: $0.summary, next: $0.step, disproof: $0.disproof?.text, finding: $0.id)
    } + more(of: workspace)
  }

  /// What is wrong with a row of any page, the worst first.
  static func of(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> [Notice] {
    switch subject {
    case .org(let id): return fleet.orgs[id].map { of($0, fleet, at: now) } ?? []
    case .workspace(let id): return fleet.workspaces[id].map { of($0, fleet, at: now) } ?? []
    case .instance(let id): return fleet.orphanCase(of: id, at: now).map { [of($0)] } ?? []
    case .leftover(let id): return fleet.leftoverCase(of: id, at: now).map { [of($0)] } ?? []
    case .finding(let id):
      return id.finding(in: fleet, at: now).map { [Notice(role: $0.role, summary: $0.summary, next: $0.step)] } ?? []
    case .own(let subject): return subject.kind.notices(fleet, at: now)
    case .record, .event, .deletion: return []
    }
  }

  private static func of(_ found: OrphanCase) -> Notice {
    let role: Role = found.verdict.role == .dim ? .text : found.verdict.role
    return Notice(role: role, summary: "\(found.verdict.word): \(found.verdict.why). \(found.brief)", next: NextStep(found.nextStep))
  }

  /// What is no finding and still worth a look.
  private static func more(of workspace: Workspace) -> [Notice] {
    switch workspace.row.status {
    case .offline: [Notice(role: .warning, summary: workspace.row.lastError ?? "offline", urgency: Finding.Severity.warning.urgencyUnfound)]
    case .unknown(let text): [Notice(role: .unknown, summary: "status \(text) is not known here")]
    default: []
    }
  }

  private static func odd(_ status: OrgStatus?) -> [Notice] {
    guard case .unknown(let text) = status else { return [] }
    return [Notice(role: .unknown, summary: "status \(text) is not known here")]
  }
}
