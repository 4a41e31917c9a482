extension Fleet {
  /// One event of the fleet feed or of a tenant's stream.
  mutating func applyStreamed(_ streamed: StreamedEvent, _ event: FleetEvent) {
    var streamed = streamed
    // What claims to come from days ahead would outlive everything that is told after it.
    if let told = streamed.timestamp, told - event.at > Self.believedAhead { streamed.timestamp = nil }
    if event.source == .feed {
      if streamed.type == .feedReset {
        lastFeedID = streamed.id
      } else if let id = streamed.id {
        // Delivery is at least once: what was applied is not applied again.
        if let lastFeedID, id <= lastFeedID { return }
        lastFeedID = id
      }
      // While it is open it is fresh; else this may be its first word, or the first again.
      if sources[.feed]?.isOpen != true, sources[.feed]?.freshness(at: event.at).state != .complete { turn(.feed) }
      sources[.feed, default: SourceRecord()].lastComplete = event.at
    }
    if case .tenant(let slug) = event.source {
      streamed.slug = slug
      streamed.orgID = streamed.orgID ?? orgID(named: slug)
    }
    if streamed.orgID == nil {
      streamed.orgID = streamed.workspaceID.flatMap { workspaces[$0]?.orgID } ?? streamed.slug.flatMap { orgID(named: $0) }
    }
    guard !recent.isRepeated(streamed, from: event.source) else { return }
    log(streamed, event)

    switch streamed.type {
    case .orgCreated: applyOrgCreated(streamed, event)
    case .orgStatus: applyOrgStatus(streamed, event)
    case .orgPurged:
      if let id = streamed.orgID { purge(id, streamed, event) }
    case .instanceState: applyInstanceState(streamed, event)
    case .bootEvent, .bootStep: applyBootEvent(streamed, event)
    case .purgeStep: applyPurgeStep(streamed, event)
    default:
      if let id = streamed.workspaceID { applyWorkspaceEvent(streamed, id, event) }
    }
  }

  /// Seconds that a server's clock may be ahead of this machine's.
  private static let believedAhead = 86_400.0

  private mutating func log(_ streamed: StreamedEvent, _ event: FleetEvent) {
    let org = streamed.orgID.flatMap { orgs[$0] }
    append(
      LogEntry(
        sequence: 0, at: streamed.timestamp ?? event.at, source: event.source, type: streamed.type, orgID: org?.id ?? streamed.orgID,
        slug: org?.slug ?? streamed.slug, workspaceID: streamed.workspaceID.flatMap { workspaces[$0]?.id } ?? streamed.workspaceID,
        data: streamed.data.onOneLine.serialized()))
  }

  // MARK: - Orgs

  private mutating func applyOrgCreated(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.orgID, let slug = streamed.slug, orgs[id] == nil else { return }
    let row = OrgRow(
      id: id, slug: slug, name: streamed.data["name"]?.text, plan: streamed.data["plan"]?.text,
      createdAt: streamed.data["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? streamed.timestamp)
    upsert(row, event, announce: false)
  }

  private mutating func applyOrgStatus(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.orgID, var org = orgs[id], let text = streamed.data["instance_status"]?.text else { return }
    let before = org.row.status
    org.row.status = OrgStatus(text)
    if let error = streamed.data["last_error"]?.string { org.row.lastError = error.isEmpty ? nil : error }
    org.statusToldAt = event.at
    orgs[id] = org
    changes.orgs.insert(id)
    if org.row.status != before { refreshBoot(ofOrg: id, since: streamed.timestamp ?? event.at, at: event.at) }
  }

  private mutating func applyBootEvent(_ streamed: StreamedEvent, _ event: FleetEvent) {
    let data = streamed.data
    guard let name = (data["event"] ?? data["key"] ?? data["label"])?.text else { return }
    let row = BootEventRow(
      event: name, status: data["status"]?.text.map(BootEventRow.Status.init), detail: (data["detail"] ?? data["message"])?.text,
      step: data["step"]?.count, total: data["total"]?.count,
      at: streamed.timestamp, workspaceID: streamed.workspaceID)
    noteBoot(row, org: streamed.orgID, at: event.at)
  }

  private mutating func applyPurgeStep(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.data["purge_id"]?.text.map(PurgeID.init) else { return }
    let status: PurgeRow.Status = streamed.data["status"]?.text == "failed" ? .failed : .pending("running")
    var row = purges[id] ?? PurgeRow(id: id, orgID: streamed.orgID, slug: streamed.slug, status: status, createdAt: streamed.timestamp)
    row.status = status
    let step = streamed.data["step"]?.text
    // As the audit has it: the last step that was completed (contract §8.1).
    if streamed.data["status"]?.text == "ok" { row.lastStep = step ?? row.lastStep }
    row.lastError = streamed.data["last_error"]?.text?.onOneLine
    keep(row)
    if let step { noteStep(id, step, status: streamed.data["status"]?.text ?? "", at: streamed.timestamp ?? event.at) }
    notePurge(row)
  }

  private mutating func purge(_ id: OrgID, _ streamed: StreamedEvent, _ event: FleetEvent) {
    if let purge = streamed.data["purge_id"]?.text.map(PurgeID.init) {
      var row = purges[purge] ?? PurgeRow(id: purge, orgID: id, slug: streamed.slug ?? orgs[id]?.slug, status: .completed)
      row.status = .completed
      row.lastStep = "completed"
      row.completedAt = streamed.data["completed_at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? streamed.timestamp
      keep(row)
      finishCascade(purge)
    }
    depart(id, at: event.at)
  }

  // MARK: - Workspaces

  private mutating func applyWorkspaceEvent(_ streamed: StreamedEvent, _ id: WorkspaceID, _ event: FleetEvent) {
    if workspaces[id] == nil {
      guard streamed.type == .workspaceProvisioning, let org = streamed.orgID, orgs[org] != nil else { return }
      let row = WorkspaceRow(
        id: id, name: streamed.data["name"]?.text ?? id.rawValue, tier: streamed.data["tier"]?.count,
        status: .provisioning, runtime: streamed.data["runtime"]?.text, parentID: streamed.data["parent_id"]?.text.map(WorkspaceID.init))
      workspaces[id] = Workspace(row: row, orgID: org, statusToldAt: event.at, firstSeen: event.at)
      workspacesByOrg[org, default: []].append(id)
    }
    guard var workspace = workspaces[id] else { return }
    let data = streamed.data
    switch streamed.type {
    case .workspaceHeartbeat:
      workspace.lastHeartbeat = streamed.timestamp ?? event.at
      workspace.row.activeTasks = data["active_tasks"]?.count ?? workspace.row.activeTasks
      workspace.row.uptime = data["uptime_seconds"]?.duration ?? workspace.row.uptime
      workspace.reportedAt = event.at
      workspace.listening.heard(at: event.at)
    case .taskUpdated:
      workspace.row.currentTask = data["current_task"]?.string ?? workspace.row.currentTask
      workspace.row.activeTasks = data["active_tasks"]?.count ?? workspace.row.activeTasks
      workspace.lastActivity = streamed.timestamp ?? event.at
      workspace.reportedAt = event.at
      workspace.listening.heard(at: event.at)
    case .activityLogged:
      workspace.lastActivity = streamed.timestamp ?? event.at
    case .agentCardUpdated:
      // Told here: the next list finds nothing new in it.
      workspace.row.agentCard = nil
      workspace.reportedAt = event.at
    default:
      guard let status = Self.status(after: streamed.type) else { break }
      // By the server's clock this is from before what is known: a repetition, or two ways at different speeds.
      if let known = workspace.statusServerTime, let told = streamed.timestamp, told < known { return }
      workspace.row.status = status
      workspace.statusToldAt = event.at
      workspace.listening.heard(at: event.at)
      workspace.statusServerTime = streamed.timestamp ?? workspace.statusServerTime
      take(data, into: &workspace, status, at: streamed.timestamp ?? event.at)
    }
    workspaces[id] = workspace
    changes.workspaces.insert(id)
    changes.orgs.insert(workspace.orgID)
    if Self.status(after: streamed.type) != nil {
      let at = streamed.timestamp ?? event.at
      followBoot(of: id, since: streamed.type == .workspaceProvisioning ? at : nil, at: at)
    }
  }

  private func take(_ data: JSONValue, into workspace: inout Workspace, _ status: WorkspaceStatus, at moment: Timestamp) {
    switch status {
    case .degraded:
      workspace.row.lastError = data["sample_error"]?.text ?? workspace.row.lastError
      workspace.row.errorRate = data["error_rate"]?.rate ?? workspace.row.errorRate
      workspace.note(runtimeState: data["runtime_state"]?.text, at: moment)
    case .failed:
      workspace.row.lastError = data["error"]?.text ?? workspace.row.lastError
      workspace.note(failedBy: data["source"]?.text, log: data["log_tail"]?.text, at: moment)
    case .online:
      workspace.forgetReason()
      workspace.row.lastError = nil
      workspace.row.errorRate = 0
      workspace.row.agentCard = nil
    case .provisioning:
      workspace.forgetReason()
      workspace.row.lastError = nil
      workspace.row.runtime = data["runtime"]?.text ?? workspace.row.runtime
    default: break
    }
  }

  /// The status that an event leaves its workspace in; `nil` when it says nothing of it.
  public static func status(after type: EventType) -> WorkspaceStatus? {
    switch type {
    case .workspaceProvisioning: .provisioning
    case .workspaceOnline: .online
    case .workspaceOffline: .offline
    case .workspaceDegraded: .degraded
    case .workspaceProvisionFailed: .failed
    case .workspaceRemoved: .removed
    case .workspacePaused: .paused
    case .workspaceHibernated: .hibernated
    case .workspaceAwaitingAgent: .awaitingAgent
    default: nil
    }
  }
}
