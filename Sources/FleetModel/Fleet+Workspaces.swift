extension Fleet {
  /// A tenant's whole list. It lacks what was removed, so that a workspace which it lacks is gone.
  mutating func applyWorkspaces(_ rows: [WorkspaceRow], of org: OrgID, _ event: FleetEvent) {
    // Of this very org: its name may have been given to another one while the question was under way.
    guard let slug = orgs[org]?.slug, event.source == .tenant(slug) else { return }
    let asked = event.asked ?? event.at
    let isFirst = sources[event.source]?.lastComplete == nil
    for row in rows { upsert(row, of: org, asked: asked, event, announce: !isFirst) }
    let listed = Set(rows.map(\.id))
    for id in workspacesByOrg[org] ?? [] where !listed.contains(id) {
      guard let workspace = workspaces[id], workspace.statusToldAt <= asked else { continue }
      if workspace.row.status != .removed { record(event, .workspaceRemoved, workspace: id, data: Self.found([:])) }
      dropWorkspace(id)
      workspacesByOrg[org]?.remove(id)
    }
    changes.orgs.insert(org)
    noteComplete(event)
  }

  private mutating func upsert(_ row: WorkspaceRow, of org: OrgID, asked: Timestamp, _ event: FleetEvent, announce: Bool) {
    guard var workspace = workspaces[row.id], workspace.orgID == org else {
      // The same id in two tenants would be a lie of one of them: the first keeps it.
      guard workspaces[row.id] == nil else { return }
      workspaces[row.id] = Workspace(row: row, orgID: org, statusToldAt: asked, firstSeen: event.at)
      workspacesByOrg[org, default: []].append(row.id)
      followBoot(of: row.id, since: nil, at: event.at)
      changes.workspaces.insert(row.id)
      if announce {
        record(
          event, Self.eventType(of: row.status), workspace: row.id,
          data: Self.found(["name": .string(row.name), "status": .string(row.status.text)]))
      }
      return
    }
    let before = workspace.row
    workspace.row = row
    // What the stream told after the question left is newer than the answer.
    if workspace.statusToldAt > asked {
      workspace.row.status = before.status
      workspace.row.lastError = before.lastError
      workspace.row.errorRate = before.errorRate
    }
    if let reported = workspace.reportedAt, reported > asked {
      workspace.row.activeTasks = before.activeTasks
      workspace.row.currentTask = before.currentTask
      workspace.row.uptime = before.uptime
    }
    guard workspace.row != before else { return }
    let changed = workspace.row.status != before.status
    if changed {
      workspace.statusToldAt = asked
      workspace.listening.heard(at: asked)
    }
    if row.runtime != before.runtime {
      keepFloor(of: .workspace(row.id), at: event.at)
      workspace.boot = workspaces[row.id]?.boot
    }
    workspaces[row.id] = workspace
    if row.runtime != before.runtime { regroup(.workspace(row.id), at: event.at) }
    changes.workspaces.insert(row.id)
    changes.orgs.insert(org)
    guard changed else { return }
    followBoot(of: row.id, since: workspace.row.status == .provisioning ? asked : nil, at: asked)
    if announce {
      record(
        event, Self.eventType(of: row.status), workspace: row.id,
        data: Self.found([
          "name": .string(row.name), "status": .string(workspace.row.status.text), "was": .string(before.status.text),
          "last_error": JSONValue(row.lastError),
        ]))
    }
  }

  /// The event that a tenant would have sent for that status (contract §3.4).
  static func eventType(of status: WorkspaceStatus) -> EventType {
    switch status {
    case .provisioning: .workspaceProvisioning
    case .online: .workspaceOnline
    case .offline: .workspaceOffline
    case .degraded: .workspaceDegraded
    case .failed: .workspaceProvisionFailed
    case .removed: .workspaceRemoved
    case .paused: .workspacePaused
    case .hibernated: .workspaceHibernated
    case .awaitingAgent: .workspaceAwaitingAgent
    case .hibernating, .unknown: .workspaceStatus
    }
  }

  mutating func dropWorkspace(_ id: WorkspaceID) {
    guard let workspace = workspaces.removeValue(forKey: id) else { return }
    inFlight.remove(.workspace(id))
    openStreams.remove(id)
    changes.workspaces.insert(id)
    changes.orgs.insert(workspace.orgID)
  }

  /// Follows the boot of a workspace while it provisions. A hermes that was called failed before its time may recover (contract §4.5): its
  /// boot is kept until it is online or its deadline is far behind. `now` is when it came to its status, by the server's clock where that told.
  mutating func followBoot(of id: WorkspaceID, since: Timestamp?, at now: Timestamp) {
    guard let workspace = workspaces[id] else { return }
    switch workspace.row.status {
    case .provisioning:
      if let since { workspaces[id]?.provisioningSince = since }
      // Told again of the same beginning: still the same boot.
      let isAnother = since.map { since in workspace.boot?.startedAt.map { since > $0 } ?? true } ?? false
      if workspace.boot == nil || isAnother {
        let launched = machine(of: id)?.row.launchedAt
        workspaces[id]?.boot = Boot(startedAt: since ?? launched)
        inFlight.insert(.workspace(id))
      }
      regroup(.workspace(id), at: now)
    case .failed where mayRecover(workspace):
      break
    default: endBoot(of: id, at: now)
    }
  }

  mutating func endBoot(of id: WorkspaceID, at now: Timestamp) {
    guard let workspace = workspaces[id] else { return }
    switch workspace.row.status {
    case .online, .degraded: finish(.workspace(id), .ok, at: now)
    case .failed: finish(.workspace(id), .failed, at: now)
    default: break
    }
    workspaces[id]?.failedBoot = workspace.row.status == .failed ? workspace.boot ?? workspace.failedBoot : nil
    workspaces[id]?.boot = nil
    inFlight.remove(.workspace(id))
  }

  /// Called failed by a timeout before its runtime's own limit is over.
  func mayRecover(_ workspace: Workspace) -> Bool {
    workspace.row.runtime == "hermes" && workspace.boot != nil
      && (workspace.failureSource ?? "bootstrap_watcher") != "provision_timeout_sweep"
  }

  /// The newest recorded events of a tenant: since when a workspace provisions, and why one failed. The lists lack both (contract §4.2).
  mutating func applyStoredEvents(_ rows: [StoredEventRow], of org: OrgID) {
    var seen: Set<WorkspaceID> = []
    noteBeginnings(rows, of: org)
    for row in rows.sorted(by: { $0.createdAt > $1.createdAt }) {
      guard let id = row.workspaceID, let workspace = workspaces[id], workspace.orgID == org else { continue }
      switch row.type {
      case .workspaceProvisioning where workspace.boot != nil && !seen.contains(id):
        if workspace.boot?.startedAt == nil || (workspace.boot?.startedAt ?? row.createdAt) > row.createdAt {
          workspaces[id]?.boot?.startedAt = row.createdAt
          changes.workspaces.insert(id)
        }
        seen.insert(id)
      case .workspaceProvisionFailed where workspace.row.status == .failed && !seen.contains(id):
        if workspace.row.lastError == nil { workspaces[id]?.row.lastError = row.payload["error"]?.text }
        workspaces[id]?.failureSource = row.payload["source"]?.text
        workspaces[id]?.failureLog = row.payload["log_tail"]?.text
        changes.workspaces.insert(id)
        seen.insert(id)
      case .workspaceDegraded where workspace.row.status == .degraded && !seen.contains(id):
        if workspace.row.lastError == nil { workspaces[id]?.row.lastError = row.payload["sample_error"]?.text }
        workspaces[id]?.runtimeState = row.payload["runtime_state"]?.text
        changes.workspaces.insert(id)
        seen.insert(id)
      default: continue
      }
    }
  }

  /// When each workspace was last told to provision.
  private mutating func noteBeginnings(_ rows: [StoredEventRow], of org: OrgID) {
    for row in rows where row.type == .workspaceProvisioning {
      guard let id = row.workspaceID, let workspace = workspaces[id], workspace.orgID == org else { continue }
      if workspace.provisioningSince.map({ $0 < row.createdAt }) ?? true { workspaces[id]?.provisioningSince = row.createdAt }
    }
  }
}
