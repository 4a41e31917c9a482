import FleetModel

extension World {
  static let jobs = ["researcher", "support", "indexer", "billing", "outreach", "triage", "reviewer", "planner"]
  private static let tasks = [
    "summarise the overnight tickets", "reconcile invoices of the week", "index the product handbook", "draft the release notes",
    "answer a customer about single sign-on", "compare three vendors' offers", "translate the onboarding mails",
  ]

  mutating func startHeartbeats(of id: WorkspaceID, after seconds: Double, from moment: Timestamp) {
    guard hasHeartbeats, workspaces[id]?.beats == false else { return }
    workspaces[id]?.beats = true
    agenda.plan(.heartbeat(id), at: moment + seconds)
  }

  /// The agent's report every 30 s (contract §4.4): a task now and then, activity with it, always the heartbeat last.
  mutating func beat(_ id: WorkspaceID, at now: Timestamp) {
    guard var workspace = workspaces[id], workspace.isAlive else {
      workspaces[id]?.beats = false
      return
    }
    agenda.plan(.heartbeat(id), at: now + Self.heartbeatInterval)
    if workspace.manner == .ordinary, workspace.status == .online {
      if workspace.activeTasks > 0, chatter.chance(0.5) {
        if let delegation = workspace.delegation {
          workspace.delegation = nil
          endDelegation(delegation, of: id, task: workspace.currentTask, at: now)
        } else {
          activity(of: id, "a2a_receive", "completed: \(workspace.currentTask)", at: now)
        }
        workspace.activeTasks = 0
        workspace.currentTask = ""
        workspace.spendCents += Int.random(in: 1...24, using: &chatter)
        tellTask(workspace, at: now)
      } else if workspace.activeTasks == 0, chatter.chance(0.25) {
        workspace.activeTasks = 1
        workspace.currentTask = chatter.pick(Self.tasks, else: "")
        tellTask(workspace, at: now)
        workspace.delegation = child(of: workspace).map { delegate(from: id, to: $0, workspace.currentTask, at: now) }
        if workspace.delegation == nil { activity(of: id, "a2a_send", workspace.currentTask, at: now) }
      }
      workspaces[id] = workspace
    }
    let uptime = Int(clamping: now - (workspace.onlineSince ?? now))
    broadcast(
      .workspaceHeartbeat, of: id, at: now, onFeed: false,
      ["active_tasks": JSONValue(workspace.activeTasks), "uptime_seconds": JSONValue(uptime)])
  }

  private mutating func tellTask(_ workspace: Workspace, at now: Timestamp) {
    broadcast(
      .taskUpdated, of: workspace.id, at: now, onFeed: true,
      ["current_task": .string(workspace.currentTask), "active_tasks": JSONValue(workspace.activeTasks)])
  }

  private mutating func activity(
    of id: WorkspaceID, _ type: String, _ summary: String, from source: WorkspaceID? = nil, to target: WorkspaceID? = nil,
    isOK: Bool = true, at now: Timestamp
  ) {
    let duration = Int.random(in: 180...9200, using: &chatter)
    broadcast(
      .activityLogged, of: id, at: now, onFeed: false,
      [
        "activity_type": .string(type), "method": "message/send", "summary": .string(summary), "status": isOK ? "ok" : "error",
        "source_id": JSONValue(source ?? id), "target_id": JSONValue(target), "duration_ms": JSONValue(duration),
      ])
  }

  // MARK: - Delegations

  /// One under it that can be given something to do.
  private func child(of parent: Workspace) -> WorkspaceID? {
    orgs[parent.org]?.workspaces.first { id in workspaces[id].map { $0.parent == parent.id && $0.isAlive } ?? false }
  }

  /// A parent gives a task to a child (contract §3.4): recorded at the parent, and its own activity.
  @discardableResult
  mutating func delegate(from id: WorkspaceID, to target: WorkspaceID, _ task: String, at now: Timestamp) -> Workspace.Delegation {
    let delegation = Workspace.Delegation(id: chatter.uuid(), target: target)
    record(
      .delegationSent, of: id, at: now, id: chatter.uuid(),
      ["delegation_id": .string(delegation.id), "target_id": JSONValue(target), "task_preview": .string(task)])
    return delegation
  }

  /// The child is done with it, or did not answer; its platform logs what it received when that is over.
  private mutating func endDelegation(_ delegation: Workspace.Delegation, of id: WorkspaceID, task: String, at now: Timestamp) {
    let isOK = workspaces[delegation.target]?.isAlive == true && !chatter.chance(0.1)
    if workspaces[delegation.target] != nil {
      activity(of: delegation.target, "a2a_receive", task, from: id, to: delegation.target, isOK: isOK, at: now)
    }
    var data: [JSONValue.Member] = [.init("delegation_id", .string(delegation.id)), .init("target_id", JSONValue(delegation.target))]
    data.append(isOK ? .init("response_preview", .string("completed: \(task)")) : .init("error", "the workspace did not answer"))
    record(isOK ? .delegationComplete : .delegationFailed, of: id, at: now, id: chatter.uuid(), .object(data))
  }

  mutating func degrade(_ id: WorkspaceID, _ error: String, at now: Timestamp) {
    guard workspaces[id]?.status == .online else { return }
    workspaces[id]?.status = .degraded
    workspaces[id]?.errorRate = 0.75
    workspaces[id]?.sampleError = error
    record(.workspaceDegraded, of: id, at: now, ["error_rate": 0.75, "sample_error": .string(error)])
  }

  mutating func recover(_ id: WorkspaceID, at now: Timestamp) {
    guard workspaces[id]?.status == .degraded else { return }
    workspaces[id]?.status = .online
    workspaces[id]?.errorRate = 0
    workspaces[id]?.sampleError = ""
    record(.workspaceOnline, of: id, at: now, [:])
  }
}
