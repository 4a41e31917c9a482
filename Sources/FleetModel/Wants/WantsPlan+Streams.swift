/// That a tenant refuses its streams: all of them, since they share its token. One is tried now and then; the others wait for it.
struct StreamRefusal: Sendable {
  var count = 1
  /// Seconds before the next try.
  var pause: Double
  /// The one that is tried.
  var probe: WorkspaceID?
}

extension WantsPlan {
  // MARK: - What is told

  /// Nothing is ever replayed (contract §3.1): what happened before is in the list.
  mutating func streamOpened(of org: OrgID, _ fleet: Fleet) {
    readAnew(org)
    guard let refusal = tenants[org]?.refusal else { return }
    forgetProbe(refusal)
    unprobed.remove(org)
    change(org) { tenant in
      tenant.refusal = nil
      tenant.tries += 1
    }
    touchedWorkspaces.formUnion(fleet.workspaceIDs(of: org))
  }

  mutating func streamRefused(_ id: WorkspaceID, of org: OrgID, _ fleet: Fleet) {
    guard let tenant = tenants[org] else { return }
    // Those that were asked for together are refused together.
    if let refusal = tenant.refusal, refusal.probe != id { return }
    var refusal = tenant.refusal ?? StreamRefusal(count: 0, pause: 0)
    forgetProbe(refusal)
    refusal.count += 1
    refusal.pause = TenantSchedule.next(afterRefusals: refusal.count, random: tenant.want.rhythm.phase)
    refusal.probe = nil
    change(org) { tenant in
      tenant.refusal = refusal
      tenant.tries += 1
      tenant.want.token = .anew
    }
    unprobed.insert(org)
    touchedWorkspaces.formUnion(fleet.workspaceIDs(of: org))
  }

  /// They may be refused no longer: the one that waits for its turn is tried at once.
  mutating func tryStreams(of org: OrgID) {
    guard tenants[org]?.refusal != nil else { return }
    change(org) { tenant in
      tenant.refusal?.pause = 0
      tenant.tries += 1
    }
    if let probe = tenants[org]?.refusal?.probe { touchedWorkspaces.insert(probe) }
  }

  // MARK: - What follows

  mutating func settleStreams(_ fleet: Fleet) {
    for id in touchedWorkspaces where choice.set(id, reason(of: id, fleet)) { mustChoose = true }
    for id in touchedWorkspaces where isNoProbe(id, fleet) {
      guard let org = probes.removeValue(forKey: id) else { continue }
      tenants[org]?.refusal?.probe = nil
      unprobed.insert(org)
    }
    for org in unprobed { probe(org, fleet) }
    if mustChoose {
      mustChoose = false
      let chosen = choice.chosen(limit: budget.limit)
      touchedWorkspaces.formUnion(chosen.symmetricDifference(self.chosen))
      self.chosen = chosen
    }
    for id in touchedWorkspaces {
      let want = want(of: id, fleet)
      if wants.streams[id] != want { changes.streams[id] = .some(want) }
    }
    touchedWorkspaces.removeAll(keepingCapacity: true)
  }

  /// Why it would get a stream of its own accord.
  func reason(of id: WorkspaceID, _ fleet: Fleet) -> StreamWant.Reason? {
    guard let workspace = fleet.workspaces[id], let tenant = tenants[workspace.orgID], tenant.isListed else { return nil }
    // Of those that are refused the ones that still stand stay.
    guard tenant.refusal == nil || fleet.openStreams.contains(id) else { return nil }
    return worth(of: workspace)
  }

  private func worth(of workspace: Workspace) -> StreamWant.Reason? {
    var budget = budget
    if hearsFeed, budget.choice == .needed { budget.choice = .shown }
    return budget.reason(of: workspace.row.status, isShown: shown.contains(workspace.id), isAwaited: awaitedWorkspace == workspace.id)
  }

  private func want(of id: WorkspaceID, _ fleet: Fleet) -> StreamWant? {
    guard let workspace = fleet.workspaces[id], let tenant = tenants[workspace.orgID] else { return nil }
    var want = StreamWant(org: tenant.want.org, slug: tenant.want.slug, visit: tenant.want.visit, reason: .probe, tries: tenant.tries)
    want.beats = workspace.row.status == .online
    if let refusal = tenant.refusal, refusal.probe == id {
      want.pause = refusal.pause
      return want
    }
    guard chosen.contains(id), let reason = choice.reason(of: id) else { return nil }
    want.reason = reason
    return want
  }

  // MARK: - The one that is tried

  private mutating func forgetProbe(_ refusal: StreamRefusal) {
    guard let probe = refusal.probe else { return }
    probes[probe] = nil
    touchedWorkspaces.insert(probe)
  }

  /// Whether one that is thought to be tried can't be.
  private func isNoProbe(_ id: WorkspaceID, _ fleet: Fleet) -> Bool {
    guard let org = probes[id] else { return false }
    guard let tenant = tenants[org], tenant.refusal?.probe == id else { return true }
    guard let workspace = fleet.workspaces[id], workspace.orgID == org else { return true }
    return workspace.row.status == .removed
  }

  /// Whether it is wanted or not: that the streams are refused is to be known until they no longer are.
  private mutating func probe(_ org: OrgID, _ fleet: Fleet) {
    guard let tenant = tenants[org], tenant.refusal != nil else {
      unprobed.remove(org)
      return
    }
    let closed = fleet.workspaces(of: org).filter { $0.row.status != .removed && !fleet.openStreams.contains($0.id) }
    guard let probe = closed.min(by: { (worth(of: $0) == nil ? 1 : 0, $0.id) < (worth(of: $1) == nil ? 1 : 0, $1.id) })?.id else { return }
    unprobed.remove(org)
    tenants[org]?.refusal?.probe = probe
    probes[probe] = org
    touchedWorkspaces.insert(probe)
  }
}
