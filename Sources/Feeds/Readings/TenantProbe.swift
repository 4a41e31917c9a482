import FleetModel

/// Looks at one tenant from outside, layer by layer, reading only (contract §4, §6.5): its name, its handshake, its health, its routes.
public struct TenantProbe: Sendable {
  let http: HTTPClient
  let slug: Slug
  let base: String
  let org: OrgID?
  let token: Secret?
  /// Why there is no token, where there is none.
  public let tokenProblem: String?

  public init(http: HTTPClient, slug: Slug, base: String, org: OrgID?, token: Secret?, tokenProblem: String? = nil) {
    self.http = http
    self.slug = slug
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.org = org
    self.token = token
    self.tokenProblem = tokenProblem
  }

  /// The layers, and behind them the read-only part of the tenant's smoke list. What lies behind a layer that failed was not reached.
  public func checks() async -> [Check] {
    var checks: [Check] = []
    func isBroken() -> Bool { checks.contains { $0.result == .fail } }
    let origin: HTTPOrigin
    do throws(HTTPFailure) { origin = try HTTPOrigin(url: base) } catch {
      return [Check("dns", .fail, target: slug.rawValue, "\(error)", evidence: ["address \(base)"])]
        + unreached(["tls", "http"] + Self.routes.map(\.id))
    }
    checks.append(await name(origin))
    if isBroken() { checks += unreached(["tls"]) } else { checks.append(await handshake(origin)) }
    let health = isBroken() ? nil : await health()
    checks += health.map { [$0.check] } ?? unreached(["http"])
    if isBroken() { return checks + unreached(Self.routes.map(\.id)) }
    // More questions would only use up what others wait for.
    if health?.isLimited == true {
      return checks + Self.routes.map { Check($0.id, .unknown, target: slug.rawValue, "not asked: too many requests", counts: false) }
    }
    checks.append(await closed())
    checks.append(await guarded())
    var workspace: String?
    for route in Self.routes where route.path.hasPrefix("/") {
      let (check, document) = await read(route)
      checks.append(check)
      if route.id == "route-workspaces" { workspace = document?.array?.first?["id"]?.text }
    }
    for route in Self.routes where !route.path.hasPrefix("/") && !route.path.isEmpty {
      guard let workspace else {
        checks.append(Check(route.id, .unknown, target: slug.rawValue, "no workspace to ask about", counts: false))
        continue
      }
      var route = route
      route.path = "/workspaces/\(JSONService.segment(workspace))/\(route.path)"
      if route.path.hasSuffix("/.") { route.path.removeLast(2) }
      checks.append(await read(route).check)
    }
    return checks
  }

  /// Just the layers: what a finding needs.
  public func report() async -> TenantProbeReport {
    var failures: [TenantProbeReport.Layer: String] = [:]
    var isLimited = false
    if let origin = try? HTTPOrigin(url: base) {
      let dns = await name(origin)
      if dns.result == .fail { failures[.dns] = dns.summary }
      if failures.isEmpty {
        let tls = await handshake(origin)
        if tls.result == .fail { failures[.tls] = tls.summary }
      }
      if failures.isEmpty {
        let health = await health()
        if health.check.result == .fail { failures[.http] = health.check.summary }
        isLimited = health.isLimited
      }
    } else {
      failures[.dns] = "its address \(base) can't be used"
    }
    return TenantProbeReport(failures: failures, isLimited: isLimited, at: wallClock())
  }

  /// The platform lives and answers nobody from here for the rest of a minute: that tells nothing of its health.
  private static let limited = "too many requests from this address (429): ask again in a minute"

  private func unreached(_ ids: [String]) -> [Check] {
    ids.map { Check($0, .unknown, target: slug.rawValue, "not reached: a layer before it failed", counts: false) }
  }

  // MARK: - Layers

  private func name(_ origin: HTTPOrigin) async -> Check {
    if origin.isLoopback {
      return Check("dns", .pass, target: origin.host, "\(origin.host) is this machine", evidence: ["no name to resolve"], millis: 0)
    }
    let start = monotonicSeconds()
    let answer = await NameLookup.addresses(of: origin.host)
    let millis = Self.millis(since: start)
    switch answer {
    case .success(let addresses):
      return Check("dns", .pass, target: origin.host, "\(origin.host) resolves", evidence: addresses, millis: millis)
    case .failure(let failure):
      return Check("dns", .fail, target: origin.host, failure.why, evidence: ["asked this machine's resolver"], millis: millis)
    }
  }

  private func handshake(_ origin: HTTPOrigin) async -> Check {
    guard origin.scheme == "https" else {
      return Check("tls", .unknown, target: origin.host, "plain http on this machine: there is no handshake", counts: false)
    }
    let start = monotonicSeconds()
    do throws(HTTPFailure) {
      let response = try await http.send(HTTPRequest(.get, base + "/health", timeout: 10))
      return Check(
        "tls", .pass, target: origin.host, "connected, certificate accepted",
        evidence: ["GET /health over https answered \(response.status)"],
        millis: Self.millis(since: start))
    } catch {
      // A connection that stood and then broke had its handshake.
      if case .broken(_, answered: true) = error {
        return Check("tls", .pass, target: origin.host, "connected", millis: Self.millis(since: start))
      }
      return Check("tls", .fail, target: origin.host, "\(error)", evidence: ["GET \(base)/health"], millis: Self.millis(since: start))
    }
  }

  private func health() async -> (check: Check, isLimited: Bool) {
    let (answer, millis) = await ask("/health", authorized: false)
    func check(_ result: Check.Result, _ summary: String, _ evidence: [String] = []) -> Check {
      Check("http", result, target: slug.rawValue, summary, evidence: evidence, millis: millis)
    }
    switch answer {
    case .failure(let failure): return (check(.fail, "GET /health: \(failure)"), false)
    case .success(let response):
      if response.status == 429 { return (check(.unknown, "GET /health: \(Self.limited)"), true) }
      guard response.status == 200 else {
        return (check(.fail, "GET /health answered \(response.status)", [FeedError.message(of: response)].filter { !$0.isEmpty }), false)
      }
      let status = (try? JSONValue(parsing: response.body))?["status"]?.text.map { UntrustedText.clean($0, limit: 60) }
      guard status == nil || status == "ok" else { return (check(.fail, "GET /health says \(status ?? "")"), false) }
      return (check(.pass, "GET /health answered 200", status.map { ["status \($0)"] } ?? []), false)
    }
  }

  // MARK: - Routes

  private struct Route {
    var id: String
    /// Without a slash in front it is one of the first workspace's (`.`: the workspace itself); empty where nothing is read.
    var path: String
    /// A tenant without it is broken, not just old.
    var isRequired = false
    var needsToken = true
    /// Only the workspace's own token may read it: the operator's is refused as soon as there is one (contract §4.3).
    var isWorkspacesOwn = false
    /// What is wrong with a 200's document; `nil` when nothing is.
    var problem: @Sendable (JSONValue?) -> String? = { $0 == nil ? "its answer is not JSON" : nil }
  }

  private static let routes: [Route] = [
    Route(id: "route-closed", path: "", needsToken: false), Route(id: "route-guard", path: ""),
    Route(id: "route-workspaces", path: "/workspaces", isRequired: true) { $0?.array == nil ? "its answer is not a list" : nil },
    Route(id: "route-events", path: "/events") { $0?.array == nil ? "its answer is not a list" : nil },
    Route(id: "route-liveness", path: "/admin/liveness") { $0?["subsystems"]?.members == nil ? "it has no \"subsystems\"" : nil },
    Route(id: "route-schedules", path: "/admin/schedules/health") { $0?.array == nil ? "its answer is not a list" : nil },
    Route(id: "route-approvals", path: "/approvals/pending") { $0 == nil ? "its answer is not JSON" : nil },
    Route(id: "route-templates", path: "/templates") { $0 == nil ? "its answer is not JSON" : nil },
    Route(id: "route-plugins", path: "/plugins"), Route(id: "route-viewport", path: "/canvas/viewport"),
    Route(id: "route-metrics", path: "/metrics", needsToken: false) { _ in nil },
    Route(id: "route-workspace", path: ".") { $0?["id"] == nil ? "it has no \"id\"" : nil },
    Route(id: "route-state", path: "state", isWorkspacesOwn: true) { $0?["status"] == nil ? "it has no \"status\"" : nil },
    Route(id: "route-activity", path: "activity?limit=1") { $0?.array == nil ? "its answer is not a list" : nil },
  ]

  /// Nobody without a token may list what a tenant holds: asked as a stranger.
  private func closed() async -> Check {
    let (answer, millis) = await ask("/workspaces", authorized: false)
    let id = "route-closed"
    switch answer {
    case .failure(let failure):
      return Check(id, .unknown, target: slug.rawValue, "GET /workspaces without a token: \(failure)", millis: millis)
    case .success(let response):
      switch response.status {
      case 401, 403, 404: return Check(id, .pass, target: slug.rawValue, "a stranger is refused with \(response.status)", millis: millis)
      case 200:
        return Check(
          id, .fail, target: slug.rawValue, "GET /workspaces answers anybody: the tenant has no tokens, or its guard is off",
          evidence: ["200 without Authorization and X-Molecule-Org-Id"], millis: millis)
      default:
        return Check(
          id, .unknown, target: slug.rawValue, "GET /workspaces without a token answered \(response.status)", counts: false, millis: millis)
      }
    }
  }

  /// Whoever has the token and not the org's id is to be told nothing (contract §4.0).
  private func guarded() async -> Check {
    let id = "route-guard"
    guard let token else { return Check(id, .unknown, target: slug.rawValue, "not asked: \(tokenProblem ?? "there is no token for it")") }
    let start = monotonicSeconds()
    let request = HTTPRequest(
      .get, base + "/workspaces", headers: [("Accept", "application/json"), ("Authorization", token.bearer)], timeout: 10)
    do throws(HTTPFailure) {
      let response = try await http.send(request)
      let millis = Self.millis(since: start)
      let what = "GET /workspaces without X-Molecule-Org-Id"
      switch response.status {
      case 404, 401, 403:
        return Check(id, .pass, target: slug.rawValue, "\(what) is refused with \(response.status)", millis: millis)
      case 200:
        return Check(
          id, .fail, target: slug.rawValue, "\(what) is answered: the tenant's guard is off", evidence: ["200 with the token alone"],
          millis: millis)
      default: return Check(id, .unknown, target: slug.rawValue, "\(what) answered \(response.status)", counts: false, millis: millis)
      }
    } catch { return Check(id, .unknown, target: slug.rawValue, "\(error)", counts: false, millis: Self.millis(since: start)) }
  }

  /// - Returns: the check, and the document where the route answered one.
  private func read(_ route: Route) async -> (check: Check, document: JSONValue?) {
    if route.needsToken, token == nil || org == nil {
      let why = "GET \(route.path) was not asked: \(tokenProblem ?? "there is no token for it")"
      return (Check(route.id, .unknown, target: slug.rawValue, why), nil)
    }
    let (answer, millis) = await ask(route.path, authorized: route.needsToken)
    var document: JSONValue?
    if case .success(let response) = answer, response.status == 200 { document = try? JSONValue(parsing: response.body) }
    return (judge(route, answer, document, millis), document)
  }

  private func judge(_ route: Route, _ answer: Result<HTTPResponse, HTTPFailure>, _ document: JSONValue?, _ millis: Double) -> Check {
    let what = "GET \(route.path)"
    switch answer {
    case .failure(let failure): return Check(route.id, .fail, target: slug.rawValue, "\(what): \(failure)", millis: millis)
    case .success(let response):
      switch response.status {
      case 200:
        if let problem = route.problem(document) {
          return Check(route.id, .fail, target: slug.rawValue, "\(what): \(problem)", millis: millis)
        }
        return Check(
          route.id, .pass, target: slug.rawValue, "\(what) answered 200", evidence: ["\(response.body.count) bytes"], millis: millis)
      case 404 where response.body.isEmpty && route.isRequired:
        return Check(
          route.id, .fail, target: slug.rawValue, "\(what) answered a bare 404: the tenant's guard refuses the org id",
          evidence: ["X-Molecule-Org-Id \(org?.rawValue ?? "")"],
          millis: millis)
      case 404, 405, 501:
        guard route.isRequired else {
          return Check(
            route.id, .unknown, target: slug.rawValue, "\(what) is not offered here (\(response.status))", counts: false, millis: millis)
        }
        return Check(route.id, .fail, target: slug.rawValue, "\(what) answered \(response.status)", millis: millis)
      case 429: return Check(route.id, .unknown, target: slug.rawValue, "\(what): \(Self.limited)", millis: millis)
      case 401 where route.isWorkspacesOwn, 403 where route.isWorkspacesOwn:
        return Check(
          route.id, .unknown, target: slug.rawValue,
          "\(what) answered \(response.status): only the workspace's own token may read it, which says nothing of the tenant",
          counts: false,
          millis: millis)
      default:
        let message = FeedError.message(of: response)
        let isDatabase = message.contains(TenantTrouble.databaseWords)
        return Check(
          route.id, .fail, target: slug.rawValue,
          "\(what) answered \(response.status)" + (isDatabase ? ": its platform answers, its database does not" : ""),
          evidence: [message].filter { !$0.isEmpty }, millis: millis)
      }
    }
  }

  private func ask(_ path: String, authorized: Bool) async -> (Result<HTTPResponse, HTTPFailure>, millis: Double) {
    var headers: [(name: String, value: String)] = [("Accept", "application/json")]
    if authorized, let token, let org { headers += TenantClient.headers(org: org, base: base, token: token) }
    let start = monotonicSeconds()
    do throws(HTTPFailure) {
      let response = try await http.send(HTTPRequest(.get, base + path, headers: headers, timeout: 10))
      return (.success(response), Self.millis(since: start))
    } catch { return (.failure(error), Self.millis(since: start)) }
  }

  private static func millis(since start: Double) -> Double { ((monotonicSeconds() - start) * 10_000).rounded() / 10 }
}
