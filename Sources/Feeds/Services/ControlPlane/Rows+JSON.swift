import FleetModel

// From documents to rows: known keys only, extras ignored, an odd field is absent rather than the end of the whole answer (contract §12).

extension JSONValue {
  /// A short cleaned text; `nil` for anything else and for "".
  func clean(_ name: String, limit: Int = 512) -> String? {
    self[name]?.text.map { UntrustedText.clean($0, limit: limit) }.flatMap { $0.isEmpty ? nil : $0 }
  }
  /// The same with its lines kept.
  func cleanLines(_ name: String, limit: Int = 2000) -> String? {
    self[name]?.text.map { UntrustedText.cleanLines($0, limit: limit) }.flatMap { $0.isEmpty ? nil : $0 }
  }
  func count(_ name: String) -> Int? { self[name]?.count }
  /// RFC 3339, or Unix seconds or milliseconds; `nil` for a moment outside the years 1…9999.
  func time(_ name: String) -> Timestamp? {
    guard let value = self[name] else { return nil }
    if let text = value.text { return Timestamp(rfc3339: text) }
    guard let number = value.double, number > 0 else { return nil }
    return Timestamp(unix: number > 1e11 ? number / 1000 : number)
  }
  func identity<ID: Identity>(_ name: String) -> ID? { clean(name, limit: 128).map(ID.init(rawValue:)) }
}

extension OrgRow {
  init?(_ json: JSONValue) {
    guard let id: OrgID = json.identity("id"), let slug: Slug = json.identity("slug") else { return nil }
    self.init(
      id: id, slug: slug, name: json.clean("name"), plan: json.clean("plan", limit: 64), memberCount: json.count("member_count"),
      status: json.clean("instance_status", limit: 64).map(OrgStatus.init), lastError: json.cleanLines("last_error"),
      createdAt: json.time("created_at"), updatedAt: json.time("updated_at"))
  }
}

extension WorkspaceRow {
  init?(_ json: JSONValue) {
    guard let id: WorkspaceID = json.identity("id") else { return nil }
    self.init(
      id: id, name: json.clean("name", limit: 200) ?? id.rawValue, role: json.clean("role", limit: 200), tier: json.count("tier"),
      status: WorkspaceStatus(json.clean("status", limit: 64) ?? ""), runtime: json.clean("runtime", limit: 64),
      parentID: json.identity("parent_id"), url: json.clean("url"), activeTasks: json.count("active_tasks"),
      currentTask: json.clean("current_task", limit: 1000), errorRate: json["last_error_rate"]?.rate,
      lastError: json.cleanLines("last_sample_error"), uptime: json["uptime_seconds"]?.duration,
      provisionTimeout: json["provision_timeout_ms"]?.duration.flatMap { $0 > 0 ? $0 / 1000 : nil },
      monthlySpendCents: json.count("monthly_spend"),
      budgetLimitCents: json.count("budget_limit"), agentCard: json["agent_card"].flatMap { $0.isNull ? nil : AgentCardMark(of: $0) })
  }
}

extension PurgeRow {
  init?(_ json: JSONValue) {
    guard let id: PurgeID = json.identity("id") else { return nil }
    self.init(
      id: id, orgID: json.identity("org_id"), slug: json.identity("org_slug"), status: Status(json.clean("status", limit: 64) ?? ""),
      lastStep: json.clean("last_step", limit: 64), lastError: json.clean("last_error", limit: 2000), attempts: json.count("attempts"),
      createdAt: json.time("created_at"), completedAt: json.time("completed_at"))
  }
}

extension BootEventRow {
  init?(_ json: JSONValue) {
    guard let event = json.clean("event", limit: 128) ?? json.clean("name", limit: 128) ?? json.clean("step", limit: 128) else {
      return nil
    }
    self.init(
      event: event, status: json.clean("status", limit: 64).map(Status.init), detail: json.clean("detail", limit: 2000),
      step: json.count("step"),
      total: json.count("total"), at: json.time("created_at") ?? json.time("timestamp") ?? json.time("at"),
      workspaceID: json.identity("workspace_id"))
  }
}

extension StoredEventRow {
  init?(_ json: JSONValue) {
    guard let id = json.clean("id", limit: 128), let type = json.clean("event_type", limit: 128), let created = json.time("created_at")
    else { return nil }
    self.init(
      id: id, type: EventType(rawValue: type), workspaceID: json.identity("workspace_id"),
      payload: UntrustedText.clean(
        json["payload"] ?? .object([]), limit: 2000, keepingLinesOf: UntrustedText.programOutput), createdAt: created)
  }
}
