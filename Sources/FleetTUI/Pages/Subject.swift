import FleetModel

/// What is being looked at, by its name in the fleet.
enum Subject: Hashable, Sendable {
  case org(OrgID)
  case workspace(WorkspaceID)
  case instance(InstanceID)
  case event(UInt64)
  case finding(FindingID)
  case check(Check)
}

/// What belongs together: where a row leads to on the other pages.
extension Subject {
  /// The org that it is, or belongs to, if the roster has it.
  func org(in fleet: Fleet) -> OrgID? {
    switch self {
    case .org(let id): fleet.orgs[id]?.id
    case .workspace(let id): fleet.workspaces[id].flatMap { fleet.orgs[$0.orgID]?.id }
    case .instance(let id): fleet.instances[id].flatMap { fleet.org(of: $0.row)?.id }
    case .event(let sequence): fleet.logEntry(sequence)?.orgID.flatMap { fleet.orgs[$0]?.id }
    case .finding(let id):
      switch id.target {
      case .org(let id): fleet.orgs[id]?.id
      case .workspace(let id): fleet.workspaces[id].flatMap { fleet.orgs[$0.orgID]?.id }
      case .fleet: nil
      }
    case .check(let check): fleet.org(named: Slug(String(check.target.prefix { $0 != "/" })))?.id
    }
  }

  func workspace(in fleet: Fleet) -> WorkspaceID? {
    switch self {
    case .org, .check: nil
    case .workspace(let id): id
    case .finding(let id): if case .workspace(let id) = id.target { id } else { nil }
    case .instance(let id): fleet.instances[id]?.row.workspaceID
    case .event(let sequence): fleet.logEntry(sequence)?.workspaceID
    }
  }

  /// The machine that counts first: the workspace's, else the org's tenant's.
  func machine(in fleet: Fleet) -> InstanceID? {
    if case .instance(let id) = self { return id }
    if let workspace = workspace(in: fleet) { return fleet.machines(of: workspace).first?.id }
    return org(in: fleet).flatMap { fleet.tenantMachine(of: $0)?.id ?? fleet.machines(of: $0).first?.id }
  }

  /// The text by which its events are found.
  func eventsFilter(in fleet: Fleet) -> String? {
    if let workspace = workspace(in: fleet) { return fleet.workspaces[workspace]?.row.name ?? workspace.rawValue }
    if let org = org(in: fleet) { return fleet.orgs[org]?.slug.rawValue }
    guard case .instance(let id) = self else { return nil }
    return fleet.instances[id]?.row.orgSlug?.rawValue ?? id.rawValue
  }
}
