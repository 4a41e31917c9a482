extension Fleet {
  /// A tenant's whole list. It lacks what was removed, so that a workspace which it lacks is gone.
  mutating func reconcileWorkspaces(_ rows: [WorkspaceRow], of org: OrgID, _ event: FleetEvent) {
    defer { learnSharedBoots(at: event.at) }
    // Of this very org: its name may have been given to another one while the question was under way.
    guard let slug = orgs[org]?.slug, event.source == .tenant(slug) else { return }
    let asked = event.asked ?? event.at
    let isFirst = sources[event.source]?.lastComplete == nil
    for row in rows { upsert(row, of: org, asked: asked, event, announce: !isFirst) }
    let listed = Set(rows.map(\.id))
    for id in tenants.ids(of: org) where !listed.contains(id) {
      guard let workspace = workspaces[id], workspace.statusToldAt <= asked else { continue }
      if workspace.row.status != .removed { record(event, .workspaceRemoved, workspace: id, data: Self.found([:])) }
      dropWorkspace(id)
    }
    changes.orgs.insert(org)
    noteComplete(event)
  }

  private mutating func upsert(_ told: WorkspaceRow, of org: OrgID, asked: Timestamp, _ event: FleetEvent, announce: Bool) {
    guard let known = workspaces[told.id] else {
      tenants.add(Workspace(row: told, orgID: org, statusToldAt: asked, firstSeen: event.at))
      followBoot(of: told.id, since: nil, at: event.at)
      changes.workspaces.insert(told.id)
      if announce {
        record(
          event, Self.eventType(of: told.status), workspace: told.id,
          data: Self.found(["name": .string(told.name), "status": .string(told.status.text)]))
      }
      return
    }
    // The same id in two tenants would be a lie of one of them: the first keeps it.
    guard known.orgID == org else { return }
    let before = known.row
    let row = known.row(after: told, asked: asked)
    guard row != before else { return }
    let hasTurned = row.status != before.status
    let runsOther = row.runtime != before.runtime
    if runsOther { keepFloor(of: .workspace(row.id), at: event.at) }
    tenants.update(row.id) { workspace in
      workspace.row = row
      guard hasTurned else { return }
      workspace.statusToldAt = asked
      workspace.forgetReason()
      workspace.listening.heard(at: asked)
    }
    if runsOther { regroup(.workspace(row.id), at: event.at) }
    changes.workspaces.insert(row.id)
    changes.orgs.insert(org)
    if announce { recordDifferences(between: before, and: row, event) }
    guard hasTurned else { return }
    followBoot(of: row.id, since: row.status == .provisioning ? asked : nil, at: asked)
    if announce {
      record(
        event, Self.eventType(of: row.status), workspace: row.id,
        data: Self.found([
          "name": .string(row.name), "status": .string(row.status.text), "was": .string(before.status.text),
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
    guard let org = tenants.remove(id) else { return }
    boots.end(.workspace(id))
    changes.workspaces.insert(id)
    changes.orgs.insert(org)
  }

  /// Follows the boot of a workspace while it provisions. A hermes that was called failed before its time may recover (contract §4.5): its
  /// boot is kept until it is online or its deadline is far behind. `now` is when it came to its status, by the server's clock where that told.
  mutating func followBoot(of id: WorkspaceID, since: Timestamp?, at now: Timestamp) {
    guard let workspace = workspaces[id] else { return }
    switch workspace.row.status {
    case .provisioning:
      // Told again of the same beginning: still the same boot.
      let isAnother = since.map { since in workspace.boot?.startedAt.map { since > $0 } ?? true } ?? false
      let boot = workspace.boot == nil || isAnother ? Boot(startedAt: since ?? machine(of: id)?.row.launchedAt) : workspace.boot
      tenants.update(id) { workspace in
        if let since { workspace.provisioningSince = since }
        workspace.boot = boot
      }
      boots.begin(.workspace(id))
      regroup(.workspace(id), at: now)
    case .failed where wasGivenUpEarly(workspace) || workspace.boot != nil && mayRecover(workspace):
      break
    default: endBoot(of: id, at: now)
    }
  }

  mutating func endBoot(of id: WorkspaceID, at now: Timestamp) {
    switch workspaces[id]?.row.status {
    case .online, .degraded: finish(.workspace(id), .ok, at: now)
    case .failed: finish(.workspace(id), .failed, at: now)
    default: break
    }
    tenants.update(id) { workspace in
      workspace.failedBoot = workspace.row.status == .failed ? workspace.boot ?? workspace.failedBoot : nil
      if workspace.row.status == .online { workspace.doneBoot = workspace.boot ?? workspace.doneBoot }
      workspace.boot = nil
    }
    boots.end(.workspace(id))
  }

  /// Whether it was called failed though it is probably still installing, and so counts as coming up: what is found of it says so.
  public func mayRecover(_ workspace: Workspace) -> Bool {
    workspace.row.status == .failed && triage.findings(of: .workspace(workspace.id)).contains { $0.code == .stillInstalling }
  }

  /// Follows the boot of what was seen only after it had been called failed, from when it may recover.
  mutating func followRecovery(of id: WorkspaceID, at now: Timestamp) {
    guard let workspace = workspaces[id], workspace.boot == nil, mayRecover(workspace) else { return }
    let start = workspace.provisioningSince ?? workspace.failedBoot?.startedAt ?? machine(of: id)?.row.launchedAt
    // Of a tenant that is lost a finding is kept beyond that: nobody hears whether it came up.
    guard let start, now <= start + Self.provisionLimit(of: workspace.row) else { return }
    tenants.update(id) { $0.boot = $0.failedBoot ?? Boot(startedAt: start) }
    boots.begin(.workspace(id))
    changes.workspaces.insert(id)
    regroup(.workspace(id), at: now)
  }

  /// By a timeout, before its runtime's own limit is over.
  private func wasGivenUpEarly(_ workspace: Workspace) -> Bool {
    workspace.row.runtime == "hermes" && workspace.boot != nil
      && (workspace.failureSource ?? "bootstrap_watcher") != "provision_timeout_sweep"
  }

  /// The newest recorded events of a tenant, or of one workspace.
  mutating func noteStoredEvents(_ rows: [StoredEventRow], of org: OrgID) {
    let rows = Dictionary(grouping: rows.filter { $0.workspaceID != nil }) { $0.workspaceID }
    for id in tenants.ids(of: org) {
      guard let told = rows[id] else { continue }
      let isNews = tenants.update(id) { workspace in
        let before = workspace
        workspace.learn(from: told)
        return workspace != before
      }
      if isNews == true { changes.workspaces.insert(id) }
      for row in told where row.type == .delegationSent {
        guard let target = row.payload["target_id"]?.text else { continue }
        tenants.recall(from: id, to: WorkspaceID(target), in: org, at: row.createdAt)
      }
    }
  }
}

extension Workspace {
  /// Its row after a list told it, which was asked for at `asked`: what was streamed after that is newer.
  fileprivate func row(after told: WorkspaceRow, asked: Timestamp) -> WorkspaceRow {
    var told = told
    if statusToldAt > asked {
      told.status = row.status
      told.lastError = row.lastError
      told.errorRate = row.errorRate
    }
    if let reportedAt, reportedAt > asked {
      told.activeTasks = row.activeTasks
      told.currentTask = row.currentTask
      told.uptime = row.uptime
      told.agentCard = row.agentCard
    }
    return told
  }

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
