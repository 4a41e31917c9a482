extension Fleet {
  /// One event of the fleet feed or of a tenant's stream.
  mutating func noteStreamed(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let streamed = heard(streamed, event) else { return }
    switch streamed.type {
    case .orgCreated: noteCreation(streamed, event)
    case .orgStatus: noteOrgStatus(streamed, event)
    case .orgPurged: notePurged(streamed, event)
    case .instanceState: noteInstanceState(streamed, event)
    case .bootEvent, .bootStep: noteBootEvent(streamed, event)
    case .purgeStep: notePurgeStep(streamed, event)
    default: noteWorkspaceEvent(streamed, event)
    }
  }

  /// Seconds that a server's clock may be ahead of this machine's.
  private static let believedAhead = 86_400.0

  /// What was streamed, with whom it is about, written in the log; `nil` where it was heard before.
  private mutating func heard(_ streamed: StreamedEvent, _ event: FleetEvent) -> StreamedEvent? {
    var streamed = streamed
    // What claims to come from days ahead would outlive everything that is told after it.
    if let told = streamed.timestamp, told - event.at > Self.believedAhead { streamed.timestamp = nil }
    if event.source == .feed {
      guard !eventLog.isToldAgain(streamed) else { return nil }
      // This may be its first word, or the first again.
      if sources[.feed]?.freshness(at: event.at).state != .complete { markChanged(.feed) }
      sourceTable.update(.feed) { $0.lastComplete = event.at }
    }
    if case .tenant(let slug) = event.source {
      streamed.slug = slug
      streamed.orgID = streamed.orgID ?? orgID(named: slug)
    }
    if streamed.orgID == nil {
      streamed.orgID = streamed.workspaceID.flatMap { workspaces[$0]?.orgID } ?? streamed.slug.flatMap { orgID(named: $0) }
    }
    guard !eventLog.isRepeated(streamed, from: event.source) else { return nil }
    let org = streamed.orgID.flatMap { orgs[$0] }
    append(
      LogEntry(
        sequence: 0, at: streamed.timestamp ?? event.at, source: event.source, type: streamed.type, orgID: org?.id ?? streamed.orgID,
        slug: org?.slug ?? streamed.slug ?? streamed.orgID.flatMap { slug(of: $0) },
        workspaceID: streamed.workspaceID.flatMap { workspaces[$0]?.id } ?? streamed.workspaceID,
        data: streamed.data.onOneLine.serialized()))
    return streamed
  }

  // MARK: - Orgs

  private mutating func noteCreation(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.orgID, let slug = streamed.slug, orgs[id] == nil else { return }
    let row = OrgRow(
      id: id, slug: slug, name: streamed.data["name"]?.text, plan: streamed.data["plan"]?.text,
      createdAt: streamed.data["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? streamed.timestamp)
    upsert(row, event, announce: false)
  }

  private mutating func noteOrgStatus(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.orgID, let text = streamed.data["instance_status"]?.text else { return }
    let hasTurned = roster.update(id) { org in
      let before = org.row.status
      org.row.status = OrgStatus(text)
      if let error = streamed.data["last_error"]?.string { org.row.lastError = error.isEmpty ? nil : error }
      org.statusToldAt = event.at
      return org.row.status != before
    }
    guard let hasTurned else { return }
    changes.orgs.insert(id)
    if hasTurned { refreshBoot(ofOrg: id, since: streamed.timestamp ?? event.at, at: event.at) }
  }

  private mutating func noteBootEvent(_ streamed: StreamedEvent, _ event: FleetEvent) {
    let data = streamed.data
    guard let name = (data["event"] ?? data["key"] ?? data["label"])?.text else { return }
    let row = BootEventRow(
      event: name, status: data["status"]?.text.map(BootEventRow.Status.init), detail: (data["detail"] ?? data["message"])?.text,
      step: data["step"]?.count, total: data["total"]?.count,
      at: streamed.timestamp, workspaceID: streamed.workspaceID)
    noteBoot(row, org: streamed.orgID, at: event.at)
  }

  // MARK: - Workspaces

  private mutating func noteWorkspaceEvent(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.workspaceID else { return }
    if workspaces[id] == nil {
      guard streamed.type == .workspaceProvisioning, let org = streamed.orgID, orgs[org] != nil else { return }
      let row = WorkspaceRow(
        id: id, name: streamed.data["name"]?.text ?? id.rawValue, tier: streamed.data["tier"]?.count,
        status: .provisioning, runtime: streamed.data["runtime"]?.text, parentID: streamed.data["parent_id"]?.text.map(WorkspaceID.init))
      tenants.add(Workspace(row: row, orgID: org, statusToldAt: event.at, firstSeen: event.at))
    }
    let status = Self.status(after: streamed.type)
    // By the server's clock this is from before what is known: a repetition, or two ways at different speeds.
    if status != nil, let known = workspaces[id]?.statusServerTime, let told = streamed.timestamp, told < known { return }
    let owner = tenants.update(id) { workspace in
      workspace.note(streamed, leaving: status, at: event.at)
      return workspace.orgID
    }
    guard let owner else { return }
    changes.workspaces.insert(id)
    changes.orgs.insert(owner)
    noteConversation(streamed, of: id, in: owner, at: event.at)
    guard status != nil else { return }
    let moment = streamed.timestamp ?? event.at
    followBoot(of: id, since: streamed.type == .workspaceProvisioning ? moment : nil, at: moment)
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

extension Workspace {
  /// Takes in one event of its own.
  /// - Parameters:
  ///   - status: the one that it leaves the workspace in; `nil` where it says nothing of it.
  ///   - received: by this machine's clock.
  fileprivate mutating func note(_ event: StreamedEvent, leaving status: WorkspaceStatus?, at received: Timestamp) {
    let data = event.data
    let moment = event.timestamp ?? received
    switch event.type {
    case .workspaceHeartbeat:
      lastHeartbeat = moment
      row.activeTasks = data["active_tasks"]?.count ?? row.activeTasks
      row.uptime = data["uptime_seconds"]?.duration ?? row.uptime
      reportedAt = received
      listening.heard(at: received)
    case .taskUpdated:
      row.currentTask = data["current_task"]?.string ?? row.currentTask
      row.activeTasks = data["active_tasks"]?.count ?? row.activeTasks
      lastActivity = moment
      reportedAt = received
      listening.heard(at: received)
    case .activityLogged:
      lastActivity = moment
    case .agentCardUpdated:
      // Told here: the next list finds nothing new in it.
      row.agentCard = nil
      reportedAt = received
    default:
      guard let status else { return }
      row.status = status
      statusToldAt = received
      listening.heard(at: received)
      statusServerTime = event.timestamp ?? statusServerTime
      explain(status, by: data, at: moment)
    }
  }

  /// Why, or with what, it is in a status, as the event that told so has it.
  private mutating func explain(_ status: WorkspaceStatus, by data: JSONValue, at moment: Timestamp) {
    switch status {
    case .degraded:
      row.lastError = data["sample_error"]?.text ?? row.lastError
      row.errorRate = data["error_rate"]?.rate ?? row.errorRate
      note(runtimeState: data["runtime_state"]?.text, at: moment)
    case .failed:
      row.lastError = data["error"]?.text ?? row.lastError
      note(failedBy: data["source"]?.text, log: data["log_tail"]?.text, at: moment)
    case .online:
      forgetReason()
      row.lastError = nil
      row.errorRate = 0
      row.agentCard = nil
    case .provisioning:
      forgetReason()
      row.lastError = nil
      row.runtime = data["runtime"]?.text ?? row.runtime
    default: break
    }
  }
}
