import FleetModel

/// Reads what the fleet's own feeds don't: about one org, because somebody asks why. Everything is read only, and kept by whoever asked.
public struct CaseReader: Sendable {
  /// Consoles read for one org at most: each is 64 KiB of another machine's output.
  static let consoleLimit = 8

  public let controlPlane: ControlPlaneClient
  private let access: FleetAccess
  private var environment: FleetEnvironment { access.environment }
  private var http: HTTPClient { access.http }

  /// - Throws: ``FeedError`` when there is no control plane or no token to ask it with.
  public init(_ access: FleetAccess) async throws(FeedError) {
    self.access = access
    controlPlane = try await access.controlPlaneClient()
  }

  /// What is worth reading of an org in its state.
  /// - Parameter budget: seconds for each question.
  public func file(on question: CaseQuestion, within budget: Double = 20) async -> CaseFile {
    let (org, suspects) = (question.org, question.workspaces)
    let stuck = suspects.filter { [.provisioning, .failed, .offline, .degraded].contains($0.row.status) }
    // What a busy one does, and what an agent's last request came to; the busy ones first.
    let busy = suspects.filter { $0.row.status == .online || $0.row.status == .degraded }
      .sorted { ($0.row.activeTasks ?? 0) > ($1.row.activeTasks ?? 0) }
    let isUp = org.row.status == .running
    async let boot = reading { () async throws(FeedError) in try await bootEvents(of: org, within: budget) }
    async let diagnosis = reading { () async throws(FeedError) in try await controlPlane.diagnostics(of: org.slug, within: budget) }
    async let deletions = reading { () async throws(FeedError) in try await controlPlane.purges(within: budget).count }
    async let records = dnsRecords(within: budget)
    async let output = consoles(of: stuck, within: budget)
    async let tenant = tenantReadings(question, busy: isUp ? busy : [], isUp: isUp, within: budget)
    async let layers = probe(question)
    var file = CaseFile()
    file.bootEvents = await boot
    file.diagnostics = await diagnosis
    file.purges = await deletions
    file.dnsRecords = await records
    file.consoles = await output
    let answers = await tenant
    (file.events, file.activity) = (answers.events, answers.activity)
    file.probe = await layers
    return file
  }

  /// What looks at one tenant from outside; where it gets no token, its open routes alone are asked.
  /// - Throws: ``FeedError`` when the tenant's address can't be told.
  public func tenantProbe(of slug: Slug, _ org: OrgID?) async throws(FeedError) -> TenantProbe {
    guard let base = TenantClient.base(of: slug, template: environment.tenantURL, controlPlane: controlPlane.base) else {
      throw .unanswerable("tenant \(slug): its address can't be derived from \(controlPlane.base); set tenant_url")
    }
    guard let org else {
      return TenantProbe(
        http: http, slug: slug, base: base, org: nil, token: nil, tokenProblem: "the roster does not tell the org's id")
    }
    do throws(FeedError) {
      let token = try await controlPlane.tenantToken(of: slug, within: 20)
      return TenantProbe(http: http, slug: slug, base: base, org: org, token: token)
    } catch {
      return TenantProbe(http: http, slug: slug, base: base, org: org, token: nil, tokenProblem: error.description)
    }
  }

  // MARK: - One question each

  private func reading<Value: Sendable>(_ ask: () async throws(FeedError) -> Value) async -> CaseFile.Reading<Value> {
    do throws(FeedError) { return .read(try await ask(), at: wallClock()) } catch {
      if case .notOffered(let what, let status) = error { return .notOffered("\(what) is not offered here (\(status))") }
      return .failed(error.description)
    }
  }

  /// One question about each of the first workspaces, all at once.
  private func readings<Value: Sendable>(
    of workspaces: [Workspace], _ ask: @escaping @Sendable (WorkspaceID) async throws(FeedError) -> Value
  ) async -> [WorkspaceID: CaseFile.Reading<Value>] {
    let ids = workspaces.prefix(Self.consoleLimit).map(\.id)
    let readings = await ids.concurrentMap { id in await reading { () async throws(FeedError) in try await ask(id) } }
    return Dictionary(zip(ids, readings)) { first, _ in first }
  }

  private func bootEvents(of org: Org, within budget: Double) async throws(FeedError) -> [BootEventRow] {
    let answer = try await controlPlane.bootEvents(of: org.slug, within: budget)
    guard answer.org == nil || answer.org == org.id else {
      throw .unanswerable("boot events of \(org.slug): they are of another org, which has its name now")
    }
    return answer.rows
  }

  private func consoles(of workspaces: [Workspace], within budget: Double) async -> [WorkspaceID: CaseFile.Reading<[String]>] {
    await readings(of: workspaces) { id async throws(FeedError) in try await controlPlane.console(of: id, within: budget) }
  }

  private struct TenantReadings: Sendable {
    var events: CaseFile.Reading<[StoredEventRow]>
    var activity: [WorkspaceID: CaseFile.Reading<CaseFile.Activity>]
  }

  private func tenantReadings(
    _ question: CaseQuestion, busy: [Workspace], isUp: Bool, within budget: Double
  ) async -> TenantReadings {
    let org = question.org
    guard isUp, let base = TenantClient.base(of: org.slug, template: environment.tenantURL, controlPlane: controlPlane.base) else {
      return TenantReadings(events: .notAsked, activity: [:])
    }
    let token: Secret
    do throws(FeedError) { token = try await controlPlane.tenantToken(of: org.slug, within: budget) } catch {
      return TenantReadings(events: .failed(error.description), activity: [:])
    }
    let client = TenantClient(http: http, slug: org.slug, org: org.id, base: base, token: token)
    async let events = reading { () async throws(FeedError) in
      let rows = question.workspaces.map(\.row)
      if let id = question.workspaceID { return try await client.events(of: id, within: budget) }
      return try await client.events(explaining: rows, within: budget)
    }
    let activity = await readings(of: busy) { id async throws(FeedError) in try await client.activity(of: id, within: budget) }
    return TenantReadings(events: await events, activity: activity)
  }

  /// Only where the tenant did not answer: what answered needs no probe.
  private func probe(_ question: CaseQuestion) async -> TenantProbeReport? {
    let org = question.org
    guard org.row.status == .running, question.tenantProblem?.hasPrefix("tenant ") == true else { return nil }
    guard let base = TenantClient.base(of: org.slug, template: environment.tenantURL, controlPlane: controlPlane.base) else { return nil }
    return await TenantProbe(http: http, slug: org.slug, base: base, org: org.id, token: nil).report()
  }

  /// How full the zone is (contract §6.3).
  private func dnsRecords(within budget: Double) async -> CaseFile.Reading<CaseFile.Gauge> {
    guard let settings = environment.dns, settings.token != nil else { return .notAsked }
    return await reading { () async throws(FeedError) in
      CaseFile.Gauge(used: try await access.records(of: settings, within: budget).count, limit: settings.recordQuota)
    }
  }
}
