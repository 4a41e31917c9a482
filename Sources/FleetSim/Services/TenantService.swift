import FleetModel

/// The tenants' platforms under `/tenants/:slug` (contract §4, the captured answers).
struct TenantService: Sendable {
  let hub: Hub

  private static let type = "application/json; charset=utf-8"
  /// What the platform puts on every answer that got past its guard.
  private static let security: [(name: String, value: String)] = [
    ("Content-Security-Policy", "default-src 'self'"), ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"), ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
  ]

  func answer(_ question: Question) -> Answer {
    guard question.path.count > 1 else { return .notFound }
    let slug = Slug(question.path[1])
    guard let org = (hub.withWorld { world, _ in world.orgIDs[slug].flatMap { world.orgs[$0] } }) ?? nil else {
      // The name does not resolve: the edge says so.
      return .text(530, "error code: 1016")
    }
    if hub.has(.tenantUnreachable(slug)) || hub.isStopped(.tenants, .tenant(slug)) { return .gateway(503) }
    guard org.isUp else { return .gateway(502) }

    let allowance = hub.spend(at: slug)
    let rate: [(name: String, value: String)] = [
      ("X-Ratelimit-Limit", String(Hub.rateLimit)), ("X-Ratelimit-Remaining", String(allowance.remaining)),
      ("X-Ratelimit-Reset", String(allowance.reset)),
    ]
    if allowance.isOver || hub.has(.tenantLimited(slug)) {
      let body: JSONValue = ["error": "rate limit exceeded", "retry_after": JSONValue(allowance.reset)]
      return .json(429, body, type: Self.type).with(rate + [("Retry-After", String(allowance.reset))])
    }
    let path = Array(question.path.dropFirst(2))
    guard path == ["health"] || path == ["metrics"] || question.header("X-Molecule-Org-Id") == org.id.rawValue else {
      return Answer(status: 404, headers: rate, body: .bytes([]))
    }
    return route(question, path, org).with(rate + Self.security)
  }

  private func route(_ question: Question, _ path: [String], _ org: Org) -> Answer {
    guard let path = parts(path) else { return .notFound }
    if question.method == "PATCH", case ("workspaces"?, let id?, nil, nil) = path { return rename(id, question, org) }
    guard question.method == "GET" else { return .notFound }
    switch path {
    case ("health"?, nil, nil, nil): return json(["status": "ok"])
    case ("metrics"?, nil, nil, nil):
      return .text(200, "# TYPE workspaces gauge\nworkspaces \(org.workspaces.count)\n", type: "text/plain; version=0.0.4")
    case ("workspaces"?, let id?, nil, nil): return isBlind(org) ? error(500, "query failed") : workspace(id, of: org)
    case ("workspaces"?, let id?, let part?, nil) where part == "state" || part == "budget":
      if let refusal = workspaceRefusal(question, org) { return refusal }
      guard part == "state" else { return budget(of: id, org) }
      // It has a check of its own: once its workspace has a token of its own, only that one is taken (contract §4.3).
      return hasToken(id, in: org) ? error(401, "invalid workspace auth token") : state(of: id, org)
    case ("workspaces"?, let id?, "activity"?, nil):
      if let refusal = workspaceRefusal(question, org) { return refusal }
      return activity(of: id, org)
    case ("workspaces"?, let id?, "events"?, "stream"?):
      if let refusal = workspaceRefusal(question, org) { return refusal }
      guard Self.isUUID(id) else { return error(500, "failed to verify workspace") }
      guard find(id, in: org) != nil else { return error(404, "workspace not found") }
      return .events(hub.workspaceStream(WorkspaceID(id)))
    default:
      guard let answer = admin(path, org) else { return .notFound }
      return adminRefusal(question, org) ?? answer()
    }
  }

  private func admin(_ path: PathParts, _ org: Org) -> (() -> Answer)? {
    switch path {
    case ("workspaces"?, nil, nil, nil): { list(org) }
    case ("workspaces"?, let id?, "console"?, nil): { console(of: id, org) }
    case ("admin"?, "liveness"?, nil, nil): { liveness(org) }
    case ("events"?, nil, nil, nil): { events(of: nil, org) }
    case ("events"?, let id?, nil, nil): { events(of: id, org) }
    case ("approvals"?, "pending"?, nil, nil): { approvals(org) }
    default: nil
    }
  }

  // MARK: - Who may ask

  /// Whether the platform can't reach its database.
  private func isBlind(_ org: Org) -> Bool { hub.isStopped(.databases, .database(org.slug)) }

  /// An agent gets its token when it registers, and loses it when its workspace is removed.
  private func hasToken(_ id: String, in org: Org) -> Bool {
    find(id, in: org).map { $0.onlineSince != nil && $0.status != .removed } ?? false
  }

  private func adminRefusal(_ question: Question, _ org: Org) -> Answer? {
    if isBlind(org) {
      return .json(
        503, ["code": "platform_unavailable", "error": "platform datastore unavailable — retry shortly"], type: Self.type)
    }
    guard let bearer = question.bearer else { return error(401, "admin auth required") }
    return bearer == org.adminToken && !hub.has(.tenantUnauthorized(org.slug)) ? nil : error(401, "invalid admin auth token")
  }

  private func workspaceRefusal(_ question: Question, _ org: Org) -> Answer? {
    guard let bearer = question.bearer else { return error(401, "missing workspace auth token") }
    let isGood = bearer == org.adminToken && !hub.has(.tenantUnauthorized(org.slug)) && !isBlind(org)
    return isGood ? nil : error(401, "invalid workspace auth token")
  }

  // MARK: - Answers

  private func json(_ value: JSONValue) -> Answer { .json(200, value, type: Self.type) }
  private func error(_ status: Int, _ text: String) -> Answer { .json(status, ["error": .string(text)], type: Self.type) }

  private func find(_ id: String, in org: Org) -> Workspace? {
    (hub.withWorld { world, _ in world.workspaces[WorkspaceID(id)].flatMap { $0.org == org.id ? $0 : nil } }) ?? nil
  }

  private func list(_ org: Org) -> Answer {
    let rows = hub.withWorld { world, now in
      org.workspaces.compactMap { world.workspaces[$0] }.filter { $0.status != .removed }.map { row($0, world, now, full: true) }
    }
    return json(.array(rows ?? []))
  }

  /// A row of the list, or with `full` false the single answer, which leaves money and errors out (contract §4.3).
  private func row(_ workspace: Workspace, _ world: World, _ now: Timestamp, full: Bool) -> JSONValue {
    let uptime = workspace.onlineSince.map { workspace.isAlive ? Int(clamping: max(0, now - $0)) : 0 } ?? 0
    var members: [JSONValue.Member] = [
      .init("active_tasks", JSONValue(workspace.activeTasks)),
      .init("agent_card", workspace.onlineSince == nil ? .null : world.card(of: workspace)), .init("collapsed", false),
      .init("id", JSONValue(workspace.id)), .init("last_error_rate", JSONValue(workspace.errorRate)), .init("max_concurrent_tasks", 1),
      .init("name", .string(workspace.name)), .init("parent_id", JSONValue(workspace.parent)), .init("role", JSONValue(workspace.role)),
      .init("runtime", .string(workspace.runtime)), .init("status", .string(workspace.status.text)),
      .init("tier", JSONValue(workspace.tier)), .init("uptime_seconds", JSONValue(uptime)), .init("url", .string(workspace.url)),
      .init("x", 0), .init("y", 0),
    ]
    if full {
      members += [
        .init("budget_limit", JSONValue(workspace.budgetCents)), .init("current_task", .string(workspace.currentTask)),
        .init("last_sample_error", .string(workspace.sampleError)), .init("monthly_spend", JSONValue(workspace.spendCents)),
        .init("workspace_dir", .null),
      ]
      if workspace.runtime == "hermes" {
        members.append(.init("provision_timeout_ms", JSONValue(Int(clamping: Boot.limit(of: workspace.runtime) * 1000))))
      }
    } else {
      members.append(.init("last_outbound_at", .null))
    }
    return .object(members.sorted { $0.name < $1.name })
  }

  /// Gives a workspace another name, which no stream tells (contract §3.3).
  private func rename(_ id: String, _ question: Question, _ org: Org) -> Answer {
    if let refusal = adminRefusal(question, org) { return refusal }
    guard let workspace = find(id, in: org) else { return error(404, "workspace not found") }
    guard let name = (try? JSONValue(parsing: question.body))?["name"]?.text else { return error(400, "name is required") }
    hub.withWorld { world, _ in world.workspaces[workspace.id]?.name = name }
    return json(["status": "updated"])
  }

  private func workspace(_ id: String, of org: Org) -> Answer {
    guard Self.isUUID(id) else { return error(400, "invalid workspace ID") }
    guard let workspace = find(id, in: org) else { return error(404, "workspace not found") }
    return json(hub.withWorld { world, now in row(workspace, world, now, full: false) } ?? .null)
  }

  private func state(of id: String, _ org: Org) -> Answer {
    guard let workspace = find(id, in: org) else {
      return .json(404, ["deleted": true, "status": "removed", "workspace_id": .string(id)], type: Self.type)
    }
    guard workspace.status != .removed else {
      return .json(404, ["deleted": true, "status": "removed", "workspace_id": JSONValue(workspace.id)], type: Self.type)
    }
    return json([
      "deleted": false, "paused": JSONValue(workspace.status == .paused), "status": .string(workspace.status.text),
      "workspace_id": JSONValue(workspace.id),
    ])
  }

  private func budget(of id: String, _ org: Org) -> Answer {
    guard let workspace = find(id, in: org) else { return error(404, "workspace not found") }
    return json([
      "budget_limit": JSONValue(workspace.budgetCents), "monthly_spend": JSONValue(workspace.spendCents),
      "budget_remaining": JSONValue(workspace.budgetCents.map { $0 - workspace.spendCents }),
    ])
  }

  /// The newest row alone: a phantom has done nothing since it came online, everyone else something lately.
  private func activity(of id: String, _ org: Org) -> Answer {
    guard let workspace = find(id, in: org) else { return error(404, "workspace not found") }
    guard let online = workspace.onlineSince, workspace.manner != .phantomBusy || workspace.activeTasks == 0 else { return json([]) }
    let now = hub.withWorld { _, now in now } ?? online
    return json([
      [
        "workspace_id": JSONValue(workspace.id), "activity_type": "task_update", "status": "ok",
        "created_at": JSONValue(max(online, now + -20)),
      ]
    ])
  }

  private func console(of id: String, _ org: Org) -> Answer {
    guard let workspace = find(id, in: org) else { return error(404, "workspace not found") }
    let output = hub.withWorld { world, now in world.console(of: workspace, at: now) }
    return json(["output": .string(output ?? "")])
  }

  /// Two subsystems tick every 30 s; a stuck scheduler stays at its last tick (contract §4.1).
  private func liveness(_ org: Org) -> Answer {
    let now = hub.withWorld { _, now in now } ?? Timestamp(milliseconds: 0)
    let tick = Timestamp(milliseconds: now.milliseconds / 30_000 * 30_000)
    func subsystem(_ last: Timestamp) -> JSONValue {
      ["last_tick_at": JSONValue(last), "seconds_ago": JSONValue(Int(clamping: now - last))]
    }
    return json(["subsystems": ["hibernation-monitor": subsystem(tick), "scheduler": subsystem(org.schedulerStuckSince ?? tick)]])
  }

  private func events(of id: String?, _ org: Org) -> Answer {
    let newestFirst = org.recorded.reversed().sorted { $0.at > $1.at }
    let rows = newestFirst.filter { id == nil || $0.workspace.rawValue == id }.prefix(100).map { event -> JSONValue in
      [
        "created_at": JSONValue(event.at), "event_type": .string(event.type.rawValue), "id": .string(event.id), "payload": event.payload,
        "workspace_id": JSONValue(event.workspace),
      ]
    }
    return json(.array(Array(rows)))
  }

  private func approvals(_ org: Org) -> Answer {
    let rows = org.approvals.map { approval -> JSONValue in
      [
        "action": .string(approval.action), "created_at": JSONValue(approval.at), "id": .string(approval.id),
        "reason": .string(approval.reason), "status": "pending", "workspace_id": JSONValue(approval.workspace),
        "workspace_name": JSONValue(find(approval.workspace.rawValue, in: org)?.name),
      ]
    }
    return json(.array(rows))
  }

  private static func isUUID(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.count == 36 else { return false }
    return bytes.enumerated().allSatisfy { index, byte in
      [8, 13, 18, 23].contains(index)
        ? byte == UInt8(ascii: "-")
        : (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }
  }
}
