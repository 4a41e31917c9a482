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
  /// What one page alone has rows of.
  case own(OwnSubject)

  init(_ kind: some PageSubject) { self = .own(OwnSubject(kind)) }
}

/// A kind of row that one page alone has: it says itself, in the page's file, what it is called, what is known of it and where it leads.
protocol PageSubject: Hashable, Sendable {
  func title(_ fleet: Fleet) -> String
  func relations(in fleet: Fleet) -> Relations
  /// What its detail says.
  func describe(in list: inout FieldLines, _ fleet: Fleet, _ context: inout DrawingContext)
  /// What is wrong with it, the worst first.
  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice]
}

struct OwnSubject: Hashable, Sendable {
  let kind: any PageSubject

  init(_ kind: some PageSubject) { self.kind = kind }

  static func == (one: OwnSubject, other: OwnSubject) -> Bool { AnyHashable(one.kind) == AnyHashable(other.kind) }
  func hash(into hasher: inout Hasher) { hasher.combine(AnyHashable(kind)) }
}

/// What belongs together: where a row leads to on the other pages.
struct Relations {
  /// The org that it is, or belongs to, if the roster has it.
  var org: OrgID?
  var workspace: WorkspaceID?
  /// Where it is a machine.
  var machine: InstanceID?
  /// What its events are found by, where neither a workspace nor an org of it is known: the org's name that it carries, whether there is such
  /// an org or not.
  var name: String?
}

extension Subject {
  func relations(in fleet: Fleet) -> Relations {
    switch self {
    case .org(let id): return Relations(org: fleet.orgs[id]?.id)
    case .workspace(let id): return Relations(of: id, fleet)
    case .instance(let id):
      let row = fleet.instances[id]?.row
      let name = row.flatMap(fleet.orgName(of:)) ?? id.rawValue
      return Relations(org: row.flatMap { fleet.org(of: $0)?.id }, workspace: row?.workspaceID, machine: id, name: name)
    case .event(let sequence):
      let entry = fleet.logEntry(sequence)
      return Relations(org: entry?.orgID.flatMap { fleet.orgs[$0]?.id }, workspace: entry?.workspaceID)
    case .deletion(let id):
      let purge = fleet.purges[PurgeID(id)]
      return Relations(org: purge?.orgID.flatMap { fleet.orgs[$0]?.id }, name: purge.map { fleet.name(of: $0) })
    case .leftover(let id):
      guard let tags = fleet.tags(of: id) else { return Relations() }
      let slug = tags["OrgSlug"].map { Slug($0) }
      // An id that nobody has any more is not replaced by a name that somebody else may have.
      let org = tags["OrgID"].map { fleet.orgs[OrgID($0)]?.id } ?? slug.flatMap { fleet.org(named: $0)?.id }
      return Relations(org: org, workspace: tags["WorkspaceID"].map { WorkspaceID($0) }, name: slug?.rawValue)
    case .record(let id):
      let zone = fleet.zone
      let slug = zone?.records.first { $0.id == id }.flatMap { zone?.rules.slug(of: $0.name) }
      return Relations(org: slug.flatMap { fleet.org(named: $0)?.id }, name: slug?.rawValue)
    case .finding(let id):
      switch id.target {
      case .org(let id): return Relations(org: fleet.orgs[id]?.id)
      case .workspace(let id): return Relations(of: id, fleet)
      case .fleet: return Relations()
      }
    case .own(let subject): return subject.kind.relations(in: fleet)
    }
  }

  /// Whom the log tells of that this row is, or is about; `nil`: events tell of nothing of its kind, or nobody knows whose it is.
  func heard(in fleet: Fleet) -> Heard? {
    func org(_ id: OrgID, named slug: Slug? = nil) -> Heard {
      .org(id, slug ?? fleet.slug(of: id))
    }
    switch self {
    case .org(let id): return org(id)
    case .workspace(let id): return .workspace(id)
    case .instance(let id):
      guard let row = fleet.instances[id]?.row else { return nil }
      if let workspace = row.workspaceID, fleet.workspaces[workspace] != nil { return .workspace(workspace) }
      if let owner = fleet.org(of: row)?.id { return org(owner) }
      return row.orgID.flatMap { fleet.departed[$0] == nil ? nil : org($0) }
    case .event(let sequence):
      guard let entry = fleet.logEntry(sequence) else { return nil }
      return entry.workspaceID.map(Heard.workspace) ?? entry.orgID.map { org($0, named: entry.slug) }
    case .deletion(let id):
      guard let entry = fleet.deletions.entry(fleet.deletions.current(id), fleet), let id = entry.orgID else { return nil }
      return org(id, named: Slug(entry.slug))
    case .finding(let id):
      switch id.target {
      case .org(let id): return org(id)
      case .workspace(let id): return .workspace(id)
      case .fleet: return nil
      }
    case .leftover, .record, .own: return nil
    }
  }

  func org(in fleet: Fleet) -> OrgID? { relations(in: fleet).org }
  func workspace(in fleet: Fleet) -> WorkspaceID? { relations(in: fleet).workspace }

  /// Those that it shows something of: worth a stream of their own while it is on screen. Asked of every row in view with each frame.
  func workspaces(in fleet: Fleet) -> [WorkspaceID] {
    switch self {
    case .org(let id): fleet.workspaceIDs(of: id)
    case .workspace, .instance, .finding, .own: [relations(in: fleet).workspace].compactMap { $0 }
    case .event, .deletion, .leftover, .record: []
    }
  }

  /// The machine that counts first: the workspace's, else the org's tenant's.
  func machine(in fleet: Fleet) -> InstanceID? {
    let relations = relations(in: fleet)
    if let machine = relations.machine { return machine }
    if let workspace = relations.workspace { return fleet.machines(of: workspace).first?.id }
    return relations.org.flatMap { fleet.tenantMachine(of: $0)?.id ?? fleet.machines(of: $0).first?.id }
  }

  /// The text by which its events are found.
  func eventsFilter(in fleet: Fleet) -> String? {
    let relations = relations(in: fleet)
    if let workspace = relations.workspace { return fleet.workspaces[workspace]?.row.name ?? workspace.rawValue }
    return relations.org.flatMap { fleet.orgs[$0]?.slug.rawValue } ?? relations.name
  }
}

/// Whose lines the log has.
enum Heard: Hashable, Sendable {
  case workspace(WorkspaceID)
  /// With its workspaces; by its name where a line has no id.
  case org(OrgID, Slug?)

  func isTold(by entry: LogEntry) -> Bool {
    switch self {
    case .workspace(let id): entry.workspaceID == id
    case .org(let id, let slug): entry.orgID == id || entry.orgID == nil && slug != nil && entry.slug == slug
    }
  }

  func title(_ fleet: Fleet) -> String {
    switch self {
    case .workspace(let id): Detail.title(of: .workspace(id), fleet)
    case .org(let id, _): "org \(fleet.name(of: id))"
    }
  }
}

extension Relations {
  fileprivate init(of workspace: WorkspaceID, _ fleet: Fleet) {
    self.init(org: fleet.workspaces[workspace].flatMap { fleet.orgs[$0.orgID]?.id }, workspace: workspace)
  }
}

extension Fleet {
  /// The tags of a volume, an address or a security group.
  fileprivate func tags(of id: OrphanID) -> Tags? {
    for read in resources.values {
      let tags: Tags? =
        switch id.kind {
        case .instance: nil
        case .volume: read.volumes.rows?.first { $0.id.rawValue == id.id }?.tags
        case .address: read.addresses.rows?.first { $0.id.rawValue == id.id }?.tags
        case .securityGroup: read.securityGroups.rows?.first { $0.id.rawValue == id.id }?.tags
        }
      if let tags { return tags }
    }
    return nil
  }
}
