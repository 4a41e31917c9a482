/// The machines, by id and by what their tags name (contract §5.2).
struct Machines: Sendable {
  private(set) var instances: [InstanceID: Instance] = [:]
  /// What they take of the quota of standard on-demand vCPUs, as far as their types tell.
  private(set) var vcpus = 0
  private var byOrg = Index<OrgID, InstanceID>()
  /// Those that name an org by its slug alone.
  private var bySlug = Index<Slug, InstanceID>()
  private var byWorkspace = Index<WorkspaceID, InstanceID>()
  private var byRegion = Index<Region, InstanceID>()

  // MARK: - Asking

  func ids(of org: OrgID) -> Set<InstanceID> { byOrg[org] }
  func ids(named slug: Slug) -> Set<InstanceID> { bySlug[slug] }
  func ids(of workspace: WorkspaceID) -> Set<InstanceID> { byWorkspace[workspace] }
  func ids(in region: Region) -> Set<InstanceID> { byRegion[region] }
  /// Every org that a machine names by its id.
  var orgs: some Collection<OrgID> { byOrg.keys }

  // MARK: - Keeping

  mutating func add(_ instance: Instance) {
    instances[instance.id] = instance
    join(instance.row)
    vcpus += Self.vcpus(of: instance.row)
  }

  /// Changes a machine where it stands. - Returns: `nil` where there is none.
  @discardableResult
  mutating func update<Result>(_ id: InstanceID, _ change: (inout Instance) -> Result) -> Result? {
    guard let place = instances.index(forKey: id) else { return nil }
    let before = instances[place].value.row
    let result = change(&instances.values[place])
    let after = instances[place].value.row
    if after.region != before.region || after.tags != before.tags {
      part(before)
      join(after)
    }
    vcpus += Self.vcpus(of: after) - Self.vcpus(of: before)
    return result
  }

  mutating func remove(_ id: InstanceID) {
    guard let instance = instances.removeValue(forKey: id) else { return }
    part(instance.row)
    vcpus -= Self.vcpus(of: instance.row)
  }

  // MARK: - Joins

  private mutating func join(_ row: InstanceRow) {
    byRegion.insert(row.id, under: Self.region(of: row))
    byOrg.insert(row.id, under: row.orgID)
    bySlug.insert(row.id, under: Self.slug(of: row))
    byWorkspace.insert(row.id, under: row.workspaceID)
  }

  private mutating func part(_ row: InstanceRow) {
    byRegion.remove(row.id, under: Self.region(of: row))
    byOrg.remove(row.id, under: row.orgID)
    bySlug.remove(row.id, under: Self.slug(of: row))
    byWorkspace.remove(row.id, under: row.workspaceID)
  }

  /// `nil` until EC2 tells it.
  private static func region(of row: InstanceRow) -> Region? { row.region.rawValue.isEmpty ? nil : row.region }

  private static func slug(of row: InstanceRow) -> Slug? { row.orgID == nil ? row.orgSlug : nil }

  /// What a machine takes of the quota of standard on-demand vCPUs; 0 where its type doesn't tell.
  static func vcpus(of row: InstanceRow) -> Int { VCPUQuota.counted(row) ?? 0 }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, instance) in instances {
      let row = instance.row
      if let region = Self.region(of: row), !byRegion[region].contains(id) { problems.append("\(id) is not in its region") }
      if let org = row.orgID, !byOrg[org].contains(id) { problems.append("\(id) is not in its org") }
      if let slug = Self.slug(of: row), !bySlug[slug].contains(id) { problems.append("\(id) is not under its slug") }
      if let workspace = row.workspaceID, !byWorkspace[workspace].contains(id) { problems.append("\(id) is not at its workspace") }
    }
    let rows = instances.values.map(\.row)
    for (name, kept, found) in [
      ("region", byRegion.count, rows.count { Self.region(of: $0) != nil }), ("org", byOrg.count, rows.count { $0.orgID != nil }),
      ("slug", bySlug.count, rows.count { Self.slug(of: $0) != nil }),
      ("workspace", byWorkspace.count, rows.count { $0.workspaceID != nil }),
    ] where kept != found {
      problems.append("the \(name) index holds \(kept) machines of \(found)")
    }
    if vcpus != rows.reduce(0, { $0 + Self.vcpus(of: $1) }) { problems.append("the vCPUs in use are others") }
    return problems
  }
}
