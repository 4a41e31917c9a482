/// The rules of contract §5.5 and §4.6, one small pure function each. They are asked about running and pending machines of ours in a
/// region that was read completely, beside a complete roster; what else a rule needs it looks for itself.
struct OrphanRules: ~Copyable {
  enum Finding: Hashable {
    case no, yes
    case unknown(OrphanWitness)
  }

  /// A machine with what it belongs to, looked up once for all the rules.
  struct Subject {
    let row: InstanceRow
    let org: Org?
    let workspace: Workspace?
  }

  let fleet: Fleet
  let settings: OrphanSettings
  let complete: CompleteSources

  func finding(_ reason: OrphanReason, _ machine: Subject) -> Finding {
    switch reason {
    case .orgGone: orgGone(machine)
    case .noOrgTag: noOrgTag(machine)
    case .workspaceRemoved: workspaceRemoved(machine)
    case .duplicateWorkspace: duplicateWorkspace(machine.row)
    case .stoppedStatusButRunning: stoppedStatusButRunning(machine)
    case .unattached: .no
    }
  }

  /// (a) Its org isn't in the roster. A name alone proves nothing where the id says otherwise: names are given anew.
  private func orgGone(_ machine: Subject) -> Finding {
    guard machine.org == nil else { return .no }
    return machine.row.orgID != nil || machine.row.orgSlug != nil ? .yes : .no
  }

  /// (d) It carries no org at all, as machines did before 2026-04-23. Where a tenant lists its workspace all the same, the two disagree.
  private func noOrgTag(_ machine: Subject) -> Finding {
    guard machine.row.orgID == nil, machine.row.orgSlug == nil else { return .no }
    guard let workspace = machine.workspace, workspace.row.status != .removed, let org = fleet.orgs[workspace.orgID] else { return .yes }
    return .unknown(.tenant(org.slug))
  }

  /// (b) Its tenant removed the workspace, or never heard of it. Tenants leave removed ones out of their lists.
  private func workspaceRemoved(_ machine: Subject) -> Finding {
    guard machine.row.role == .workspace, machine.row.workspaceID != nil, let org = machine.org else { return .no }
    guard isListed(org) else { return .unknown(.tenant(org.slug)) }
    guard let workspace = machine.workspace else { return .yes }
    guard workspace.orgID == org.id else { return .unknown(.tenant(org.slug)) }
    return workspace.row.status == .removed ? .yes : .no
  }

  /// (c) Another machine of the same workspace was launched later; of equals the greatest id stays.
  private func duplicateWorkspace(_ row: InstanceRow) -> Finding {
    guard row.role != .tenant, let id = row.workspaceID else { return .no }
    var unknown: OrphanWitness?
    for sibling in fleet.machines.ids(of: id) where sibling != row.id {
      guard let other = fleet.instances[sibling]?.row, other.state.isLive, other.role != .tenant, settings.isOurs(other) else {
        continue
      }
      guard other.orgID == nil || row.orgID == nil || other.orgID == row.orgID else { continue }
      guard let mine = row.launchedAt, let its = other.launchedAt else {
        unknown = .region(row.launchedAt == nil ? row.region : other.region)
        continue
      }
      guard (its, other.id) > (mine, row.id) else { continue }
      // It may be gone since: then this one is the newest.
      if complete.regions[other.region] != nil { return .yes }
      unknown = .region(other.region)
    }
    return unknown.map(Finding.unknown) ?? .no
  }

  /// §4.6: paused, hibernated or removed in its tenant, while the machine runs and costs.
  private func stoppedStatusButRunning(_ machine: Subject) -> Finding {
    guard machine.row.role == .workspace, machine.row.workspaceID != nil, machine.row.state == .running, let org = machine.org else {
      return .no
    }
    guard isListed(org) else { return .unknown(.tenant(org.slug)) }
    guard let workspace = machine.workspace, workspace.orgID == org.id else { return .no }
    switch workspace.row.status {
    case .paused, .hibernated, .removed: return .yes
    case .provisioning, .online, .offline, .degraded, .failed, .hibernating, .awaitingAgent, .unknown: return .no
    }
  }

  /// The org that the tags name and the roster holds; a purged one is gone (contract §12 row 18).
  func org(of row: InstanceRow) -> Org? {
    let org =
      if let id = row.orgID { fleet.orgs[id] ?? fleet.orgs[OrgID(id.rawValue.lowercased())] } else {
        row.orgSlug.flatMap(fleet.org(named:))
      }
    return org?.row.status == .purged ? nil : org
  }

  func workspace(of row: InstanceRow) -> Workspace? {
    row.workspaceID.flatMap { fleet.workspaces[$0] ?? fleet.workspaces[WorkspaceID($0.rawValue.lowercased())] }
  }

  /// Whether the org's tenant told all its workspaces. Of two orgs with one name nobody knows which of them answered.
  private func isListed(_ org: Org) -> Bool {
    complete.tenants[org.slug] != nil && fleet.roster.ids(named: org.slug).count == 1
  }

  // MARK: - Together

  func verdict(of row: InstanceRow, at now: Timestamp) -> OrphanVerdict {
    guard settings.isOurs(row) else { return .foreign }
    guard row.state.isLive else {
      // What is stopped costs storage and is shown so; what ends is going.
      if case .unknown = row.state { return .cannotTell([.region(row.region)]) }
      return .live
    }
    var missing: [OrphanWitness] = []
    if complete.roster == nil { missing.append(.roster) }
    if complete.regions[row.region] == nil { missing.append(row.knownRegion.map(OrphanWitness.region) ?? .feed) }
    guard missing.isEmpty else { return .cannotTell(missing) }

    let machine = Subject(row: row, org: org(of: row), workspace: workspace(of: row))
    var reasons: [OrphanReason] = []
    var unknown: Set<OrphanWitness> = []
    for reason in OrphanReason.allCases {
      switch finding(reason, machine) {
      case .no: break
      case .yes: reasons.append(reason)
      case .unknown(let witness): unknown.insert(witness)
      }
    }
    guard reasons.isEmpty else {
      guard let launched = row.launchedAt else { return .cannotTell([.region(row.region)]) }
      return isYoung(row, launched, at: now) ? .grace(reasons) : .orphan(reasons)
    }
    return unknown.isEmpty ? .live : .cannotTell(unknown.sorted())
  }

  /// Launched within the grace, or after the other sources were asked: they can't know it yet.
  private func isYoung(_ row: InstanceRow, _ launched: Timestamp, at now: Timestamp) -> Bool {
    if now - launched < settings.grace { return true }
    if let roster = complete.roster, launched > roster { return true }
    guard let org = org(of: row), let tenant = complete.tenants[org.slug] else { return false }
    return launched > tenant
  }
}
