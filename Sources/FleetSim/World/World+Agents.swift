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
        activity(of: id, "a2a_receive", "completed: \(workspace.currentTask)", at: now)
        workspace.activeTasks = 0
        workspace.currentTask = ""
        workspace.spendCents += Int.random(in: 1...24, using: &chatter)
        tellTask(workspace, at: now)
      } else if workspace.activeTasks == 0, chatter.chance(0.25) {
        workspace.activeTasks = 1
        workspace.currentTask = chatter.pick(Self.tasks, else: "")
        tellTask(workspace, at: now)
        activity(of: id, "a2a_send", workspace.currentTask, at: now)
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

  private mutating func activity(of id: WorkspaceID, _ type: String, _ summary: String, at now: Timestamp) {
    let duration = Int.random(in: 180...9200, using: &chatter)
    broadcast(
      .activityLogged, of: id, at: now, onFeed: false,
      [
        "activity_type": .string(type), "method": "message/send", "summary": .string(summary), "status": "ok",
        "source_id": JSONValue(id), "target_id": nil, "duration_ms": JSONValue(duration),
      ])
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
