import FleetModel

/// The control plane's read-only questions (contract §1).
public struct ControlPlaneClient: Sendable {
  /// Rows asked for at once; exactly so many may be a cut list (contract §1.3). More are not looked at.
  public static let rosterLimit = 500
  /// Rows asked for of the audit.
  static let purgeLimit = 500

  let service: JSONService
  public let base: String

  public init(http: HTTPClient, base: String, token: Secret) {
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    service = JSONService(
      http: http, name: "control plane", base: self.base,
      // The admin callers send it on GET too (contract §1.0).
      headers: [("Authorization", token.bearer), ("Content-Type", "application/json")])
  }

  public struct Roster: Sendable {
    public var rows: [OrgRow]
    /// Rows without an id or slug.
    public var unreadable: Int
    public var clock: ClockOffset?
  }

  /// `GET /cp/admin/orgs?limit=500` (contract §1.3).
  /// - Throws: ``FeedError``; an answer without `orgs` is an error, never an empty fleet.
  public func roster(within budget: Double = 15) async throws(FeedError) -> Roster {
    let path = "/cp/admin/orgs?limit=\(Self.rosterLimit)"
    let response = try await service.response(path, timeout: 15, within: budget)
    guard response.status == 200 else {
      // The roster is what a control plane is for: here 404 is a wrong address, not a missing feature.
      throw service.refusal(path, response)
    }
    let json = try service.document(path, response, rowLimit: Self.rosterLimit)
    guard let list = json["orgs"]?.array else {
      throw .unreadable("control plane /cp/admin/orgs", why: "it has no list \"orgs\" (is this the control plane's address?)")
    }
    let rows = list.compactMap(OrgRow.init)
    return Roster(rows: rows, unreadable: list.count - rows.count, clock: Self.clock(of: response))
  }

  private static func clock(of response: HTTPResponse) -> ClockOffset? {
    response.head.clock(sent: response.receivedAt + -response.elapsed, received: response.receivedAt)
  }

  /// `GET /health` (contract §1.2): what it tells of the control plane's clock.
  public func health(within budget: Double = 10) async throws(FeedError) -> ClockOffset? {
    let response = try await service.response("/health", timeout: 10, within: budget)
    guard response.status == 200 else { throw service.failure("/health", response) }
    return Self.clock(of: response)
  }

  public struct BootEvents: Sendable {
    /// Whose they are, where the answer tells it.
    public var org: OrgID?
    public var rows: [BootEventRow]
  }

  /// `GET /cp/admin/tenants/:slug/boot-events` (contract §1.8).
  /// - Throws: ``FeedError/absent(_:)`` only for the exact 404.
  public func bootEvents(of slug: Slug, limit: Int = 50, within budget: Double = 20) async throws(FeedError) -> BootEvents {
    let path = "/cp/admin/tenants/\(JSONService.segment(slug.rawValue))/boot-events?limit=\(limit)"
    let response = try await service.response(path, timeout: 20, within: budget)
    if response.status == 404, let json = try? JSONValue(parsing: response.body),
      json == ["error": "org not found", "slug": .string(slug.rawValue)]
    {
      throw .absent(slug)
    }
    guard response.status == 200 else { throw service.failure(path, response) }
    let json = try service.document(path, response, rowLimit: limit)
    let list = (json["events"] ?? json["boot_events"] ?? json["items"])?.array ?? []
    return BootEvents(org: json.identity("org_id"), rows: list.compactMap(BootEventRow.init))
  }

  /// `GET /cp/admin/purges?limit=500` (contract §1.9); older control planes don't offer it.
  public func purges(within budget: Double = 20) async throws(FeedError) -> [PurgeRow] {
    let path = "/cp/admin/purges?limit=\(Self.purgeLimit)"
    let json = try await service.get(path, timeout: 20, within: budget, rowLimit: Self.purgeLimit)
    guard let list = json["purges"]?.array else { throw .unreadable("control plane /cp/admin/purges", why: "it has no list \"purges\"") }
    return list.compactMap(PurgeRow.init)
  }

  /// `GET /cp/admin/tenants/:slug/diagnostics`: a free-form document (contract §1.7), cleaned.
  public func diagnostics(of slug: Slug, within budget: Double = 20) async throws(FeedError) -> JSONValue {
    UntrustedText.clean(
      try await service.get("/cp/admin/tenants/\(JSONService.segment(slug.rawValue))/diagnostics", timeout: 20, within: budget))
  }

  /// `GET /cp/admin/stats`: a free-form document (contract §1.10), cleaned.
  public func stats(within budget: Double = 20) async throws(FeedError) -> JSONValue {
    UntrustedText.clean(try await service.get("/cp/admin/stats", timeout: 20, within: budget))
  }

  /// `GET /cp/admin/workspaces/:id/console`: a machine's serial output (contract §1.11), lines cleaned one by one and never kept.
  public func console(of workspace: WorkspaceID, within budget: Double = 20) async throws(FeedError) -> [String] {
    let path = "/cp/admin/workspaces/\(JSONService.segment(workspace.rawValue))/console"
    let json = try await service.get(path, timeout: 20, within: budget)
    guard let output = json["output"]?.string else { throw .unreadable("control plane \(path)", why: "it has no text \"output\"") }
    return ConsoleText.lines(of: output)
  }

  /// `GET /cp/admin/orgs/:slug/admin-token` (contract §1.5). Kept in memory only.
  public func tenantToken(of slug: Slug, within budget: Double = 20) async throws(FeedError) -> Secret {
    let path = "/cp/admin/orgs/\(JSONService.segment(slug.rawValue))/admin-token"
    let json = try await service.get(path, timeout: 20, within: budget)
    guard let token = json["admin_token"]?.text else { throw .unreadable("control plane admin-token of \(slug)", why: "it holds no token") }
    return Secret(token)
  }
}
