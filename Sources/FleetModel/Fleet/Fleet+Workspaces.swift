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
      workspace.row.agentCard = before.agentCard
    }
    guard workspace.row != before else { return }
    let changed = workspace.row.status != before.status
    if changed {
      workspace.statusToldAt = asked
      workspace.forgetReason()
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
    if announce { recordDifferences(between: before, and: workspace.row, event) }
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

  /// What two lists differ in and no stream told, or none that was heard, beside the status.
  private mutating func recordDifferences(between before: WorkspaceRow, and row: WorkspaceRow, _ event: FleetEvent) {
    if row.name != before.name {
      record(event, .workspaceRenamed, workspace: row.id, data: Self.found(["name": .string(row.name), "was": .string(before.name)]))
    }
    if row.currentTask != before.currentTask || row.activeTasks != before.activeTasks {
      let data: JSONValue = ["current_task": .string(row.currentTask ?? ""), "active_tasks": JSONValue(row.activeTasks)]
      record(event, .taskUpdated, workspace: row.id, data: Self.found(data))
    }
    if let card = row.agentCard, let known = before.agentCard, card != known {
      record(event, .agentCardUpdated, workspace: row.id, data: Self.found(["left_out": ["agent_card": JSONValue(card.bytes)]]))
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

  /// The newest recorded events of a tenant, or of one workspace.
  mutating func applyStoredEvents(_ rows: [StoredEventRow], of org: OrgID) {
    let rows = Dictionary(grouping: rows.filter { $0.workspaceID != nil }) { $0.workspaceID }
    for id in workspacesByOrg[org] ?? [] {
      guard let told = rows[id], let workspace = workspaces[id] else { continue }
      var learned = workspace
      learned.learn(from: told)
      guard learned != workspace else { continue }
      workspaces[id] = learned
      changes.workspaces.insert(id)
    }
  }
}

extension Workspace {
  /// Takes in what a tenant recorded of it and its list lacks (contract §4.2): since when it provisions, and why it failed or degraded. Only
  /// the newest word on its status tells why it is in it: one that something else followed is history.
  mutating func learn(from rows: [StoredEventRow]) {
    let newestFirst = rows.filter { $0.workspaceID == id }.sorted { $0.createdAt > $1.createdAt }
    if let beginning = newestFirst.first(where: { $0.type == .workspaceProvisioning })?.createdAt {
      if provisioningSince.map({ $0 < beginning }) ?? true { provisioningSince = beginning }
      if boot != nil, (boot?.startedAt).map({ $0 > beginning }) ?? true { boot?.startedAt = beginning }
    }
    // A stream may have told something newer meanwhile.
    guard let word = newestFirst.first(where: { Fleet.status(after: $0.type) != nil }), word.createdAt >= reasonAt ?? word.createdAt else {
      return
    }
    guard Fleet.status(after: word.type) == row.status else { return forgetReason() }
    switch row.status {
    case .failed:
      row.lastError = row.lastError ?? word.payload["error"]?.text
      note(failedBy: word.payload["source"]?.text, log: word.payload["log_tail"]?.text, at: word.createdAt)
    case .degraded:
      row.lastError = row.lastError ?? word.payload["sample_error"]?.text
      note(runtimeState: word.payload["runtime_state"]?.text, at: word.createdAt)
    default: break
    }
  }

  mutating func note(failedBy source: String? = nil, log: String? = nil, runtimeState: String? = nil, at moment: Timestamp) {
    failureSource = source
    failureLog = log
    self.runtimeState = runtimeState
    reasonAt = moment
  }

  /// What was said of a status that it is in no longer.
  mutating func forgetReason() {
    failureSource = nil
    failureLog = nil
    runtimeState = nil
    reasonAt = nil
  }
}

extension WorkspaceRow {
  /// Whether recorded events tell why, or since when, it is in its status; what is well needs no reason.
  public func isExplained(by events: some Sequence<StoredEventRow>) -> Bool {
    let telling: EventType
    switch status {
    case .failed: telling = .workspaceProvisionFailed
    case .degraded: telling = .workspaceDegraded
    case .provisioning: telling = .workspaceProvisioning
    default: return true
    }
    return events.contains { $0.workspaceID == id && $0.type == telling }
  }
}
