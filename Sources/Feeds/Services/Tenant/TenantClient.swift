import FleetModel

/// One tenant's read-only questions (contract §4).
public struct TenantClient: Sendable {
  let service: JSONService
  public let base: String
  let headers: [(name: String, value: String)]
  /// Seconds for which a tenant that isn't reached is asked again: one whose machine sleeps, boots or goes is nothing rare.
  static let patience = 5.0
  /// Workspaces that one tenant may have; its list has no limit to ask for.
  static let workspaceLimit = 5000
  /// Recorded events that are looked at: the newest, of which the tenant gives 100.
  static let eventLimit = 500
  /// Rows asked for of a workspace's activity.
  static let activityLimit = 20
  /// Subsystems that one tenant may have.
  static let subsystemLimit = 200

  /// - Parameter base: `https://acme.example.com`.
  public init(http: HTTPClient, slug: Slug, org: OrgID, base: String, token: Secret) {
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    headers = Self.headers(org: org, base: self.base, token: token)
    service = JSONService(
      http: http, name: "tenant \(slug)", base: self.base, headers: headers,
      // A valid token gets 401 while the tenant's database is away (captured): never the proof of a bad one.
      credential: "its token is read anew; while the tenant's database is away it refuses good ones too", patience: Self.patience)
  }

  /// Every request carries the org's id, or the tenant's guard answers a bare 404; later builds want an `Origin` too (contract §4.0).
  static func headers(org: OrgID, base: String, token: Secret) -> [(name: String, value: String)] {
    var headers = [("Authorization", token.bearer), ("X-Molecule-Org-Id", org.rawValue)]
    if let origin = try? HTTPOrigin(url: base) {
      let isDefault = origin.port == (origin.scheme == "https" ? "443" : "80")
      headers.append(("Origin", "\(origin.scheme)://\(origin.host)" + (isDefault ? "" : ":\(origin.port)")))
    }
    return headers
  }

  /// Where a tenant answers. The configured template's `{slug}`, or by the control plane's host: `api.X` → `<slug>.X`,
  /// `staging-api.X` → `<slug>.staging.X` (contract §0).
  /// - Returns: `nil` when neither gives a name, or the slug could not stand in a host.
  public static func base(of slug: Slug, template: String?, controlPlane: String) -> String? {
    guard slug.isHostLabel else { return nil }
    if let template { return template.replacingAll("{slug}", with: slug.rawValue) }
    guard let origin = try? HTTPOrigin(url: controlPlane) else { return nil }
    if origin.host.hasPrefix("staging-api.") { return "https://\(slug).staging.\(origin.host.dropFirst("staging-api.".count))" }
    if origin.host.hasPrefix("api.") { return "https://\(slug).\(origin.host.dropFirst("api.".count))" }
    return nil
  }

  /// `GET /workspaces`: a bare array without the removed ones (contract §4.2).
  public func workspaces(within budget: Double = 15) async throws(FeedError) -> [WorkspaceRow] {
    // One more tells that the list is cut.
    let json = try await get("/workspaces", within: budget, rowLimit: Self.workspaceLimit + 1)
    guard let list = json.array else { throw .unreadable("\(service.name) /workspaces", why: "it is not a list") }
    guard list.count <= Self.workspaceLimit else {
      throw .unreadable("\(service.name) /workspaces", why: "it has more than \(Self.workspaceLimit) rows")
    }
    let rows = list.compactMap(WorkspaceRow.init)
    guard rows.count == list.count else {
      // A list with holes must not make workspaces vanish.
      throw .unreadable("\(service.name) /workspaces", why: "\(list.count - rows.count) of its rows have no id")
    }
    return rows
  }

  /// The newest 100 recorded events of the tenant (`GET /events`), or of one workspace (`GET /events/:workspaceId`), which stay there however
  /// much happens elsewhere (contract §3.3).
  public func events(of workspace: WorkspaceID? = nil, within budget: Double = 15) async throws(FeedError) -> [StoredEventRow] {
    let path = "/events" + (workspace.map { "/\(JSONService.segment($0.rawValue))" } ?? "")
    let json = try await get(path, within: budget, rowLimit: Self.eventLimit)
    guard let list = json.array else { throw .unreadable("\(service.name) \(path)", why: "it is not a list") }
    return list.compactMap(StoredEventRow.init)
  }

  /// Workspaces whose own events are read beside the tenant's, at most.
  static let ownEventsLimit = 8

  /// The tenant's newest 100 events, and the own ones of those workspaces whose state these don't explain.
  /// - Parameter rows: its workspaces. One whose own events can't be read stays unexplained.
  public func events(explaining rows: [WorkspaceRow], within budget: Double = 15) async throws(FeedError) -> [StoredEventRow] {
    let began = monotonicSeconds()
    let newest = try await events(within: budget)
    let left = max(0.05, budget - (monotonicSeconds() - began))
    let silent = rows.filter { !$0.isExplained(by: newest) }.prefix(Self.ownEventsLimit).map(\.id)
    let own = await silent.concurrentMap { id in (try? await events(of: id, within: left)) ?? [] }
    var known = Set(newest.map(\.id))
    return newest + own.joined().filter { known.insert($0.id).inserted }
  }

  /// What the workspace did of late: the newest rows of `GET /workspaces/:id/activity` (contract §4.3).
  public func activity(of workspace: WorkspaceID, within budget: Double = 15) async throws(FeedError) -> CaseFile.Activity {
    let path = "/workspaces/\(JSONService.segment(workspace.rawValue))/activity"
    let response = try await service.response(path + "?limit=\(Self.activityLimit)", timeout: 15, within: budget)
    guard response.status == 200 else { throw service.failure(path, response) }
    guard let rows = try service.document(path, response, rowLimit: Self.activityLimit).array else {
      throw .unreadable("\(service.name) \(path)", why: "it is not a list")
    }
    var activity = CaseFile.Activity(last: rows.compactMap { $0.time("created_at") }.max())
    // What failed once and went well since is over.
    let telling = rows.filter { $0["status"]?.text != nil }
      .max { ($0.time("created_at")?.milliseconds ?? .min) < ($1.time("created_at")?.milliseconds ?? .min) }
    if let telling, telling["status"]?.text != "ok" {
      let text = [telling.clean("error_detail", limit: 500), telling.clean("summary", limit: 300)].compactMap { $0 }.joined(separator: ": ")
      if !text.isEmpty { activity.lastError = .init(text: text, at: telling.time("created_at")) }
    }
    return activity
  }

  /// `GET /health` (contract §4.1).
  public func health(within budget: Double = 5) async throws(FeedError) {
    let response = try await service.response("/health", timeout: 5, within: budget)
    guard response.status == 200 else { throw service.failure("/health", response) }
  }

  /// `GET /admin/liveness` (contract §4.1).
  public func subsystems(within budget: Double = 15) async throws(FeedError) -> [SubsystemRow] {
    let json = try await get("/admin/liveness", within: budget)
    guard let members = json["subsystems"]?.members else {
      throw .unreadable("\(service.name) /admin/liveness", why: "it has no \"subsystems\"")
    }
    return members.prefix(Self.subsystemLimit).map {
      SubsystemRow(
        name: UntrustedText.clean($0.name, limit: 100), lastTickAt: $0.value.time("last_tick_at"),
        secondsAgo: $0.value["seconds_ago"]?.duration)
    }
  }

  /// The request that opens one workspace's stream (contract §3.1).
  func streamRequest(of workspace: WorkspaceID) -> HTTPRequest {
    HTTPRequest(.get, base + "/workspaces/\(JSONService.segment(workspace.rawValue))/events/stream", headers: headers, timeout: nil)
  }

  private func get(_ path: String, within budget: Double, rowLimit: Int = .max) async throws(FeedError) -> JSONValue {
    let response = try await service.response(path, timeout: 15, within: budget)
    if response.status == 404, response.body.isEmpty {
      throw .status(
        "\(service.name) \(path)", 404, message: "the tenant's guard refuses the org id: is this the org's own tenant?", retryAfter: nil)
    }
    guard response.status == 200 else { throw service.refusal(path, response) }
    return try service.document(path, response, rowLimit: rowLimit)
  }
}

extension Slug {
  /// Whether it can be a host's label (RFC 1123 §2.1). More than the control plane allows today, so that a change there doesn't blind us.
  var isHostLabel: Bool {
    let bytes = Array(rawValue.utf8)
    guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else { return false }
    return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
  }
}

extension String {
  func replacingAll(_ needle: String, with replacement: String) -> String {
    split(separator: needle, omittingEmptySubsequences: false).joined(separator: replacement)
  }
}
