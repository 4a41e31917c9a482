/// The machines, by id and by what their tags name (contract §5.2).
struct Machines: Sendable {
  private(set) var instances: [InstanceID: Instance] = [:]
  /// What they take of the quota of standard on-demand vCPUs, as far as their types tell.
  private(set) var vcpus = 0
  private var vcpuUse: [Region: VCPUUse] = [:]
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

  /// What a region's machines take of the quota; `nil` when one's type doesn't tell.
  func vcpus(in region: Region) -> Int? {
    let use = vcpuUse[region] ?? VCPUUse()
    return use.untold > 0 ? nil : use.known
  }

  // MARK: - Keeping

  mutating func add(_ instance: Instance) {
    instances[instance.id] = instance
    join(instance.row)
    count(instance.row, 1)
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
    if after.type != before.type || after.state != before.state || after.region != before.region || after.isSpot != before.isSpot {
      count(before, -1)
      count(after, 1)
    }
    return result
  }

  mutating func remove(_ id: InstanceID) {
    guard let instance = instances.removeValue(forKey: id) else { return }
    part(instance.row)
    count(instance.row, -1)
  }

  // MARK: - Joins

  private mutating func join(_ row: InstanceRow) {
    byRegion.insert(row.id, under: row.knownRegion)
    byOrg.insert(row.id, under: row.orgID)
    bySlug.insert(row.id, under: Self.slug(of: row))
    byWorkspace.insert(row.id, under: row.workspaceID)
  }

  private mutating func part(_ row: InstanceRow) {
    byRegion.remove(row.id, under: row.knownRegion)
    byOrg.remove(row.id, under: row.orgID)
    bySlug.remove(row.id, under: Self.slug(of: row))
    byWorkspace.remove(row.id, under: row.workspaceID)
  }

  private static func slug(of row: InstanceRow) -> Slug? { row.orgID == nil ? row.orgSlug : nil }

  // MARK: - vCPUs

  private struct VCPUUse: Hashable, Sendable {
    var known = 0
    /// Machines whose type doesn't tell.
    var untold = 0
  }

  private mutating func count(_ row: InstanceRow, _ sign: Int) {
    Self.count(row, sign, in: &vcpuUse)
    vcpus += sign * (VCPUQuota.counted(row) ?? 0)
  }

  private static func count(_ row: InstanceRow, _ sign: Int, in use: inout [Region: VCPUUse]) {
    let vcpus = VCPUQuota.counted(row)
    use[row.region, default: VCPUUse()].known += sign * (vcpus ?? 0)
    if vcpus == nil { use[row.region]?.untold += sign }
    if use[row.region] == VCPUUse() { use[row.region] = nil }
  }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    for (id, instance) in instances {
      let row = instance.row
      if let region = row.knownRegion, !byRegion[region].contains(id) { problems.append("\(id) is not in its region") }
      if let org = row.orgID, !byOrg[org].contains(id) { problems.append("\(id) is not in its org") }
      if let slug = Self.slug(of: row), !bySlug[slug].contains(id) { problems.append("\(id) is not under its slug") }
      if let workspace = row.workspaceID, !byWorkspace[workspace].contains(id) { problems.append("\(id) is not at its workspace") }
    }
    let rows = instances.values.map(\.row)
    for (name, kept, found) in [
      ("region", byRegion.count, rows.count { $0.knownRegion != nil }), ("org", byOrg.count, rows.count { $0.orgID != nil }),
      ("slug", bySlug.count, rows.count { Self.slug(of: $0) != nil }),
      ("workspace", byWorkspace.count, rows.count { $0.workspaceID != nil }),
    ] where kept != found {
      problems.append("the \(name) index holds \(kept) machines of \(found)")
    }
    var use: [Region: VCPUUse] = [:]
    for row in rows { Self.count(row, 1, in: &use) }
    if vcpuUse != use || vcpus != use.values.reduce(0, { $0 + $1.known }) { problems.append("the vCPUs in use are others") }
    return problems
  }
}
