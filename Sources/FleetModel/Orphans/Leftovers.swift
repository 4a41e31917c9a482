/// Volumes, addresses and security groups of ours that nothing uses.
///
/// That is their own account's word alone; still nothing is called an orphan without a complete roster, since then nothing is known of what
/// is being made (contract §5.5).
struct Leftovers {
  let fleet: Fleet
  let judgement: OrphanJudgement
  let prices: PriceBook
  let now: Timestamp

  /// Seconds after which a list says nothing any more: three times as long as the dashboard waits between two.
  private static let staleAfter = 900.0

  var cases: [OrphanCase] {
    fleet.resources.flatMap { region, read in
      (read.volumes.rows ?? []).compactMap(volume) + (read.addresses.rows ?? []).compactMap(address) + groups(of: region, read)
    }
  }

  private func isOurs(_ tags: Tags) -> Bool { judgement.settings.isOurs(tags) }

  private func volume(_ row: VolumeRow) -> OrphanCase? {
    guard isOurs(row.tags), row.state == "available", row.instances.isEmpty else { return nil }
    let age = row.createdAt.map { max(0, now - $0) }
    let monthly = prices.monthly(of: row)
    let verdict: OrphanVerdict =
      age.map { self.verdict(row.region, isYoung: $0 < judgement.settings.grace) } ?? .cannotTell([.region(row.region)])
    // It was attached for a part of that.
    let soFar = age.flatMap { age in monthly.map { $0 / PriceBook.hoursPerMonth * age / 3600 } }
    return OrphanCase(
      kind: .volume, id: row.id, region: row.region, type: row.type, orgID: org(row.tags), slug: slug(row.tags),
      workspaceID: row.tags["WorkspaceID"].map { WorkspaceID($0) }, verdict: verdict,
      brief: "attached to no machine",
      evidence: [
        "\(told(row.region)): \(row.id) is available and attached to no machine",
        "\(row.size.map { "\($0) GiB" } ?? "of unknown size") \(row.type ?? ""), created \(row.createdAt?.description ?? "nobody knows when")",
      ] + tags(row.tags), age: age, hourly: monthly.map { $0 / PriceBook.hoursPerMonth }, monthly: monthly, soFar: soFar,
      nextStep: step(verdict, row.tags))
  }

  private func address(_ row: AddressRow) -> OrphanCase? {
    guard isOurs(row.tags), row.association == nil, row.instance == nil, row.networkInterface == nil else { return nil }
    let verdict = verdict(row.region, isYoung: isBeingMade(row.tags, name: nil))
    return OrphanCase(
      kind: .address, id: row.id, region: row.region, orgID: org(row.tags), slug: slug(row.tags),
      workspaceID: row.tags["WorkspaceID"].map { WorkspaceID($0) }, verdict: verdict,
      brief: "\(row.publicIP ?? row.id) is associated with nothing",
      evidence: ["\(told(row.region)): \(row.publicIP ?? row.id) is associated with nothing"] + tags(row.tags),
      age: nil, hourly: prices.publicIPv4Hourly, monthly: prices.publicIPv4Monthly, soFar: nil, nextStep: step(verdict, row.tags))
  }

  private func groups(of region: Region, _ read: RegionResources) -> [OrphanCase] {
    guard let groups = read.securityGroups.rows else { return [] }
    var used: Set<String> = []
    for interface in read.interfaces.rows ?? [] { used.formUnion(interface.securityGroups) }
    for id in fleet.instancesByRegion[region] ?? [] {
      if let row = fleet.instances[id]?.row, row.state != .terminated { used.formUnion(row.securityGroups) }
    }
    // Without the interfaces nobody can say that a group is unused.
    if case .notAllowed = read.interfaces { return [] }
    return groups.compactMap { row in
      guard isOurs(row.tags), row.name != "default", !used.contains(row.id) else { return nil }
      let verdict: OrphanVerdict =
        read.interfaces.rows == nil ? .cannotTell([.region(region)]) : verdict(region, isYoung: isBeingMade(row.tags, name: row.name))
      return OrphanCase(
        kind: .securityGroup, id: row.id, region: region, orgID: org(row.tags), slug: slug(row.tags),
        workspaceID: row.tags["WorkspaceID"].map { WorkspaceID($0) }, verdict: verdict,
        brief: "\(row.name): no interface and no machine uses it",
        evidence: ["\(told(region)): no network interface and no machine uses \(row.id) (\(row.name))"] + tags(row.tags),
        age: nil, hourly: 0, monthly: 0, soFar: 0, nextStep: step(verdict, row.tags))
    }
  }

  private func org(_ tags: Tags) -> OrgID? { tags["OrgID"].flatMap { $0.isEmpty ? nil : OrgID($0) } }
  private func slug(_ tags: Tags) -> Slug? { tags["OrgSlug"].flatMap { $0.isEmpty ? nil : Slug($0) } }

  private func verdict(_ region: Region, isYoung: Bool) -> OrphanVerdict {
    guard judgement.complete.roster != nil, judgement.safetyGate == nil else { return .cannotTell([.roster]) }
    guard judgement.complete.regions[region] != nil, let at = fleet.resources[region]?.at, now - at <= Self.staleAfter else {
      return .cannotTell([.region(region)])
    }
    return isYoung ? .grace([.unattached]) : .orphan([.unattached])
  }

  /// Addresses and groups don't tell their age, and are made moments before their machine: those of an org or workspace that comes up wait.
  private func isBeingMade(_ tags: Tags, name: String?) -> Bool {
    let named = name.flatMap { $0.hasPrefix("tenant-") ? Slug(String($0.dropFirst(7))) : nil }
    let slug = tags["OrgSlug"].map { Slug($0) } ?? named
    let org = tags["OrgID"].flatMap { fleet.orgs[OrgID($0)] } ?? slug.flatMap(fleet.org(named:))
    if let org, org.row.status == .provisioning || org.row.status == nil { return true }
    if let id = tags["WorkspaceID"] { return fleet.workspaces[WorkspaceID(id)]?.row.status == .provisioning }
    guard let name, name.hasPrefix("workspace-"), name.utf8.count > 18 else { return false }
    let start = String(name.dropFirst(10))
    return fleet.workspaces.values.contains { $0.row.status == .provisioning && $0.id.rawValue.hasPrefix(start) }
  }

  private func told(_ region: Region) -> String {
    guard let at = fleet.resources[region]?.at else { return "region:\(region)" }
    return "region:\(region) answered \(OrphanEvidence.span(now - at)) ago (\(at))"
  }

  private func tags(_ tags: Tags) -> [String] {
    let known = ["Name", "OrgID", "OrgSlug", "WorkspaceID"].compactMap { key in tags[key].map { "\(key)=\($0)" } }
    return known.isEmpty ? [] : ["tags: " + known.joined(separator: ", ")]
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
