/// A resource of ours that nothing uses.
///
/// That is its own account's word alone; still nothing is called an orphan without a complete roster, since then nothing is known of what is
/// being made (contract §5.5).
enum Leftover: Hashable, Sendable {
  case volume(VolumeRow)
  case address(AddressRow)
  case group(SecurityGroupRow, Region)

  var id: OrphanCase.ID {
    switch self {
    case .volume(let row): OrphanCase.ID(kind: .volume, id: row.id.rawValue)
    case .address(let row): OrphanCase.ID(kind: .address, id: row.id.rawValue)
    case .group(let row, _): OrphanCase.ID(kind: .securityGroup, id: row.id.rawValue)
    }
  }

  var region: Region {
    switch self {
    case .volume(let row): row.region
    case .address(let row): row.region
    case .group(_, let region): region
    }
  }

  var tags: Tags {
    switch self {
    case .volume(let row): row.tags
    case .address(let row): row.tags
    case .group(let row, _): row.tags
    }
  }

  var createdAt: Timestamp? { if case .volume(let row) = self { row.createdAt } else { nil } }

  // MARK: - Whom it names

  var orgID: OrgID? { tags["OrgID"].flatMap { $0.isEmpty ? nil : OrgID($0) } }
  var orgSlug: Slug? { tags["OrgSlug"].flatMap { $0.isEmpty ? nil : Slug($0) } }
  var workspaceID: WorkspaceID? { tags["WorkspaceID"].map { WorkspaceID($0) } }
  /// A group's own name, where it is a tenant's: `tenant-acme`.
  var namedSlug: Slug? { groupName.flatMap { $0.hasPrefix("tenant-") ? Slug(String($0.dropFirst(7))) : nil } }
  /// How a workspace's id begins, by a group's own name: `workspace-5fc42138-f`.
  var workspacePrefix: String? {
    groupName.flatMap { $0.hasPrefix("workspace-") && $0.utf8.count > 18 ? String($0.dropFirst(10)) : nil }
  }
  private var groupName: String? { if case .group(let row, _) = self { row.name } else { nil } }

  /// US dollars; `nil` when the price is unknown.
  func monthly(_ prices: PriceBook) -> Double? {
    switch self {
    case .volume(let row): prices.monthly(of: row)
    case .address: prices.publicIPv4Monthly
    case .group: 0
    }
  }

  func hourly(_ prices: PriceBook) -> Double? {
    if case .address = self { return prices.publicIPv4Hourly }
    return monthly(prices).map { $0 / PriceBook.hoursPerMonth }
  }
}

/// What counts as left over, and what is said of it.
struct LeftoverRules {
  let fleet: Fleet
  let now: Timestamp

  var judgement: OrphanJudgement { fleet.judgement }

  /// Seconds after which a list says nothing any more: three times as long as the dashboard waits between two.
  static let staleAfter = 900.0

  private func isOurs(_ tags: Tags) -> Bool { judgement.settings.isOurs(tags) }

  // MARK: - What is left over

  var leftovers: [Leftover] {
    fleet.resources.flatMap { region, read in
      var used: Set<ResourceID> = []
      for id in fleet.machines.ids(in: region) { used.formUnion(groups(usedBy: id)) }
      return unattached(in: read) + groups(of: region, read).values.filter { !used.contains($0.id) }.map { .group($0, region) }
    }
  }

  /// Volumes and addresses that are attached to nothing.
  func unattached(in read: RegionResources) -> [Leftover] {
    let volumes = (read.volumes.rows ?? []).filter { isOurs($0.tags) && $0.state == "available" && $0.instances.isEmpty }
    let addresses = (read.addresses.rows ?? []).filter {
      isOurs($0.tags) && $0.association == nil && $0.instance == nil && $0.networkInterface == nil
    }
    return volumes.map(Leftover.volume) + addresses.map(Leftover.address)
  }

  /// Security groups of ours that no network interface uses; a machine may still.
  func groups(of region: Region, _ read: RegionResources) -> [ResourceID: SecurityGroupRow] {
    // Without the interfaces nobody can say that a group is unused.
    guard let groups = read.securityGroups.rows, !read.interfaces.isNotAllowed else { return [:] }
    var used: Set<ResourceID> = []
    for interface in read.interfaces.rows ?? [] { used.formUnion(interface.securityGroups) }
    let unused = groups.filter { isOurs($0.tags) && $0.name != "default" && !used.contains($0.id) }
    return Dictionary(unused.map { ($0.id, $0) }) { $1 }
  }

  func groups(usedBy machine: InstanceID) -> [ResourceID] {
    fleet.instances[machine].map { $0.row.state == .terminated ? [] : $0.row.securityGroups } ?? []
  }

  // MARK: - Verdicts

  func verdict(of leftover: Leftover) -> OrphanVerdict {
    let region = leftover.region
    guard judgement.complete.roster != nil, judgement.safetyGate == nil else { return .cannotTell([.roster]) }
    guard judgement.complete.regions[region] != nil, !isStale(region) else { return .cannotTell([.region(region)]) }
    switch leftover {
    case .volume(let row):
      guard let created = row.createdAt else { return .cannotTell([.region(region)]) }
      return max(0, now - created) < judgement.settings.grace ? .grace([.unattached]) : .orphan([.unattached])
    case .group where fleet.resources[region]?.interfaces.rows == nil: return .cannotTell([.region(region)])
    case .address, .group: return isBeingMade(leftover) ? .grace([.unattached]) : .orphan([.unattached])
    }
  }

  func isStale(_ region: Region) -> Bool { fleet.resources[region].map { now - $0.at > Self.staleAfter } ?? true }

  /// The org whose coming up a leftover waits for.
  func owner(of leftover: Leftover) -> Org? {
    leftover.orgID.flatMap { fleet.orgs[$0] }
      ?? (leftover.tags["OrgSlug"].map { Slug($0) } ?? leftover.namedSlug).flatMap(fleet.org(named:))
  }

  /// Addresses and groups don't tell their age, and are made moments before their machine: those of an org or workspace that comes up wait.
  private func isBeingMade(_ leftover: Leftover) -> Bool {
    if let org = owner(of: leftover), org.row.status == .provisioning || org.row.status == nil { return true }
    if let id = leftover.workspaceID { return fleet.workspaces[id]?.row.status == .provisioning }
    guard let start = leftover.workspacePrefix else { return false }
    return fleet.inFlight.contains { target in
      guard case .workspace(let id) = target, id.rawValue.hasPrefix(start) else { return false }
      return fleet.workspaces[id]?.row.status == .provisioning
    }
  }

  // MARK: - Cases

  func `case`(of leftover: Leftover, _ verdict: OrphanVerdict) -> OrphanCase {
    let prices = fleet.settings.prices
    let age = leftover.createdAt.map { max(0, now - $0) }
    let monthly = leftover.monthly(prices)
    func told(_ words: String) -> OrphanCase.Statement {
      OrphanCase.Statement(.region(leftover.region), at: fleet.resources[leftover.region]?.at, now: now, says: words)
    }
    let type: String?
    let brief: String
    var evidence: [OrphanCase.Statement]
    var soFar: Double?
    switch leftover {
    case .volume(let row):
      type = row.type
      brief = "attached to no machine"
      evidence = [
        told("\(row.id) is available and attached to no machine"),
        .init(
          says: "\(row.size.map { "\($0) GiB" } ?? "of unknown size") \(row.type ?? ""), created "
            + (row.createdAt?.description ?? "nobody knows when")),
      ]
      // It was attached for a part of that.
      soFar = age.flatMap { age in monthly.map { $0 / PriceBook.hoursPerMonth * age / 3600 } }
    case .address(let row):
      type = nil
      brief = "\(row.publicIP ?? row.id.rawValue) is associated with nothing"
      evidence = [told("\(row.publicIP ?? row.id.rawValue) is associated with nothing")]
    case .group(let row, _):
      type = nil
      brief = "\(row.name): no interface and no machine uses it"
      evidence = [told("no network interface and no machine uses \(row.id) (\(row.name))")]
      soFar = 0
    }
    evidence += tags(leftover.tags)
    return OrphanCase(
      kind: leftover.id.kind, id: leftover.id.id, region: leftover.region, type: type, orgID: leftover.orgID,
      slug: leftover.orgID.flatMap { fleet.slug(of: $0) } ?? leftover.orgSlug,
      workspaceID: leftover.workspaceID, verdict: verdict, brief: brief, evidence: evidence, age: age, hourly: leftover.hourly(prices),
      monthly: monthly, soFar: soFar, nextStep: step(verdict, leftover.tags))
  }

  private func tags(_ tags: Tags) -> [OrphanCase.Statement] {
    let known = ["Name", "OrgID", "OrgSlug", "WorkspaceID"].compactMap { key in tags[key].map { "\(key)=\($0)" } }
    return known.isEmpty ? [] : [.init(says: "tags: " + known.joined(separator: ", "))]
  }

  private func step(_ verdict: OrphanVerdict, _ tags: Tags) -> String {
    switch verdict {
    case .grace: return "Wait: what it belongs to may still be coming up"
    case .cannotTell: return "Get \(verdict.reasons.joined(separator: ", ")) read completely, then look again"
    case .orphan, .live, .foreign:
      guard let slug = tags["OrgSlug"], fleet.org(named: Slug(slug)) == nil else { return "No route removes it by itself: ask who made it" }
      return
        "Delete org \(slug) again through the control plane (DELETE /cp/admin/tenants/\(slug)): it is idempotent and resumes the cascade"
    }
  }
}

extension RegionResources.Listing {
  fileprivate var isNotAllowed: Bool { if case .notAllowed = self { true } else { false } }
}
