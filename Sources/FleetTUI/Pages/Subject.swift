import FleetModel

/// What is being looked at, by its name in the fleet.
enum Subject: Hashable, Sendable {
  case org(OrgID)
  case workspace(WorkspaceID)
  case instance(InstanceID)
  case event(UInt64)
  /// A run of the cascade by its purge id, or one that was begun here by its receipt's.
  case deletion(String)
  /// A volume, an address or a security group.
  case leftover(OrphanID)
  /// A DNS record, by its id in the zone.
  case record(String)
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
    case .deletion(let id): fleet.purges[PurgeID(id)].flatMap { fleet.orgs[$0.orgID ?? ""]?.id }
    case .leftover(let id):
      fleet.tags(of: id).flatMap { tags in
        tags["OrgID"].map { fleet.orgs[OrgID($0)]?.id } ?? tags["OrgSlug"].flatMap { fleet.org(named: Slug($0))?.id }
      }
    case .record: slug(in: fleet).flatMap { fleet.org(named: $0)?.id }
    case .finding(let id):
      switch id.target {
      case .org(let id): fleet.orgs[id]?.id
      case .workspace(let id): fleet.workspaces[id].flatMap { fleet.orgs[$0.orgID]?.id }
      case .fleet: nil
      }
    case .check(let check): fleet.org(named: Slug(String(check.target.prefix { $0 != "/" })))?.id
    }
  }

  /// The org's name that a record or a leftover carries, whether there is such an org or not.
  private func slug(in fleet: Fleet) -> Slug? {
    switch self {
    case .record(let id):
      guard let zone = fleet.zone, let row = zone.records.first(where: { $0.id == id }) else { return nil }
      return zone.rules.slug(of: row.name)
    case .leftover(let id): return fleet.tags(of: id)?["OrgSlug"].map { Slug($0) }
    case .org, .workspace, .instance, .event, .deletion, .finding, .check: return nil
    }
  }

  func workspace(in fleet: Fleet) -> WorkspaceID? {
    switch self {
    case .org, .check: nil
    case .workspace(let id): id
    case .finding(let id): if case .workspace(let id) = id.target { id } else { nil }
    case .instance(let id): fleet.instances[id]?.row.workspaceID
    case .event(let sequence): fleet.logEntry(sequence)?.workspaceID
    case .deletion: nil
    case .leftover(let id): fleet.tags(of: id)?["WorkspaceID"].map { WorkspaceID($0) }
    case .record: nil
    }
  }

  /// Those that it shows something of: worth a stream of their own while it is on screen.
  func workspaces(in fleet: Fleet) -> [WorkspaceID] {
    switch self {
    case .org(let id): fleet.workspaceIDs(of: id)
    case .workspace(let id): [id]
    case .instance(let id): fleet.instances[id]?.row.workspaceID.map { [$0] } ?? []
    case .finding(let id): if case .workspace(let workspace) = id.target { [workspace] } else { [] }
    case .event, .deletion, .leftover, .record, .check: []
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
    if case .deletion(let id) = self { return fleet.purges[PurgeID(id)]?.slug?.rawValue }
    if let slug = slug(in: fleet) { return slug.rawValue }
    guard case .instance(let id) = self else { return nil }
    let row = fleet.instances[id]?.row
    return row?.orgSlug?.rawValue ?? row?.orgID.flatMap { fleet.departed[$0]?.slug.rawValue } ?? id.rawValue
  }
}

extension Fleet {
  /// The tags of a volume, an address or a security group.
  fileprivate func tags(of id: OrphanID) -> Tags? {
    for read in resources.values {
      let tags: Tags? =
        switch id.kind {
        case .instance: nil
        case .volume: read.volumes.rows?.first { $0.id == id.id }?.tags
        case .address: read.addresses.rows?.first { $0.id == id.id }?.tags
        case .securityGroup: read.securityGroups.rows?.first { $0.id == id.id }?.tags
        }
      if let tags { return tags }
    }
    return nil
  }
}
