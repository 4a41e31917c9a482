import FleetModel

/// Where the names of a zone come from, for the plan and for reading back. The rule tells which of them are the org's.
public struct ZoneNames: Sendable {
  /// Every record's name. Throws when not all of them could be read.
  public var all: @Sendable () async throws -> [String]

  public init(all: @escaping @Sendable () async throws -> [String]) { self.all = all }

  /// The environment's zone at its provider; `nil` where none is configured.
  public init?(of access: FleetAccess) {
    guard let settings = access.environment.dns else { return nil }
    all = { try await access.records(of: settings, within: 15).map(\.name) }
  }
}

/// Reads back what is left of an org: roster, boot-events, every region, names and audit, all at once.
public struct DeletionReader: Sendable {
  private let access: FleetAccess
  private let names: ZoneNames?
  private let prices: PriceBook
  /// Told every answer, for whoever shows the fleet.
  private let onEvent: @Sendable (FleetEvent) -> Void

  /// - Throws: ``FeedError`` when the control plane can't be asked at all.
  public init(
    _ access: FleetAccess, names: ZoneNames?, prices: PriceBook, onEvent: @escaping @Sendable (FleetEvent) -> Void = { _ in }
  ) async throws(FeedError) {
    guard access.controlPlane != nil else {
      throw .unanswerable("environment \(access.environment.name) has no control_plane: nothing can be deleted")
    }
    _ = try await access.controlPlaneClient()
    self.access = access
    self.names = names
    self.prices = prices
    self.onEvent = onEvent
  }

  private var environment: FleetEnvironment { access.environment }

  /// With the token as it counts now: it may be rotated while a cascade runs.
  func client() async throws(FeedError) -> ControlPlaneClient { try await access.controlPlaneClient() }

  /// Which names of the zone are this org's; `nil` without a zone.
  public func rule(for slug: Slug) -> OrgNames? { Self.rule(for: slug, in: environment) }

  public static func rule(for slug: Slug, in environment: FleetEnvironment) -> OrgNames? {
    guard let dns = environment.dns else { return nil }
    let base = environment.controlPlane.flatMap { TenantClient.base(of: slug, template: environment.tenantURL, controlPlane: $0) }
    let host = base.flatMap { try? HTTPOrigin(url: $0) }?.host
    return OrgNames(zone: dns.zone, suffixes: dns.environmentSuffixes, environment: environment.name, host: host, slug: slug)
  }

  /// - Parameter budget: seconds for each source.
  public func read(_ order: DeletionRun.Order, within budget: Double) async -> DeletionReading {
    async let roster = readRoster(order, budget)
    async let existence = readExistence(order.slug, budget)
    async let machines = readMachines(order, budget)
    async let names = readNames(order)
    async let audit = readAudit(order, budget)
    let (rosterRead, existenceRead) = await (roster, existence)
    return DeletionReading(
      at: wallClock(), roster: rosterRead, existence: existenceRead, machines: await machines, names: await names, audit: await audit)
  }

  private func readRoster(_ order: DeletionRun.Order, _ budget: Double) async -> DeletionReading.Roster {
    let question = Question()
    do throws(FeedError) {
      let roster = try await client().roster(within: budget)
      onEvent(
        FleetEvent(
          from: .controlPlane, answering: question,
          .roster(roster.rows, limit: ControlPlaneClient.rosterLimit, unreadable: roster.unreadable)))
      let row = roster.rows.first { $0.id == order.orgID }
      if roster.unreadable > 0 { return .partial(why: "\(roster.unreadable) of its rows could not be read", holdsOrg: row != nil) }
      if roster.rows.count >= ControlPlaneClient.rosterLimit {
        return .partial(why: "exactly \(roster.rows.count) rows came, the most that were asked for", holdsOrg: row != nil)
      }
      return .listed(org: row, namesake: roster.rows.first { $0.slug == order.slug && $0.id != order.orgID && $0.status != .purged }?.id)
    } catch {
      access.controlPlane?.note(error)
      return .failed(error.description)
    }
  }

  private func readExistence(_ slug: Slug, _ budget: Double) async -> DeletionReading.Existence {
    do throws(FeedError) { return .exists(try await client().bootEvents(of: slug, limit: 1, within: budget).org) } catch {
      if case .absent = error { return .absent }
      return .unknown(error.description)
    }
  }

  func readMachines(_ order: DeletionRun.Order, _ budget: Double) async -> DeletionReading.Machines {
    guard let aws = environment.aws, !aws.regions.isEmpty else { return .notConfigured }
    var found: [DeletionReading.Machine] = []
    var unread = Set(aws.regions)
    // A machine of the plan in a region that is configured no longer is not gone.
    var problems = Set(order.machines.values).subtracting(aws.regions).sorted().map { "ec2:\($0): not configured any more" }
    for event in await askRegions(within: budget) {
      onEvent(event)
      guard case .ec2(let region) = event.source else { continue }
      switch event.change {
      case .instances(let rows, let complete, let problem):
        if complete { unread.remove(region) } else { problems.append("ec2:\(region): \(problem ?? "not every page came")") }
        for row in rows where row.state != .terminated && (row.orgID == order.orgID || order.machines[row.id] != nil) {
          found.append(
            DeletionReading.Machine(id: row.id, region: region, state: row.state, type: row.type, hourly: prices.hourly(of: row)))
        }
      case .failed(let why): problems.append("ec2:\(region): \(why)")
      default: break
      }
    }
    for region in unread.sorted() where !problems.contains(where: { $0.hasPrefix("ec2:\(region):") }) {
      problems.append("ec2:\(region): no answer")
    }
    return .found(found.sorted { $0.id < $1.id }, unread: problems)
  }

  /// Every region, all at the same time.
  private func askRegions(within budget: Double) async -> [FleetEvent] {
    await withTaskGroup(of: FleetEvent.self) { group in
      for region in access.aws?.regions ?? [] {
        group.addTask {
          let question = Question()
          let change = await region.ec2.machines(within: budget)
          return FleetEvent(from: .ec2(region.region), answering: question, change)
        }
      }
      var events: [FleetEvent] = []
      for await event in group { events.append(event) }
      return events
    }
  }

  private func readNames(_ order: DeletionRun.Order) async -> DeletionReading.Names {
    guard let names, let rule = rule(for: order.slug) else { return .notConfigured }
    do {
      let all = try await zone(names)
      let ours = Set(rule.names(among: all, slug: order.slug, workspaces: order.workspaces)).union(Set(order.names).intersection(all))
      return .found(ours.sorted())
    } catch { return .failed(UntrustedText.clean("dns: \(error)", limit: 300)) }
  }

  /// Every name in the zone, told to whoever shows the fleet. - Throws: what the zone's own source throws.
  private func zone(_ names: ZoneNames) async throws -> [String] {
    let question = Question()
    do {
      let all = try await names.all()
      onEvent(FleetEvent(from: .dns, answering: question, .answered))
      return all
    } catch {
      onEvent(FleetEvent(from: .dns, answering: question, .failed(UntrustedText.clean("\(error)", limit: 300))))
      throw error
    }
  }

  /// What a plan needs beside roster and machines: the org's workspaces, as its tenant lists them, and the zone's names. Neither is
  /// needed to delete: a dead tenant must be deletable.
  /// - Returns: the zone's names, none where no zone is configured; `nil` when it could not be read.
  public func readForPlan(_ org: OrgRow) async -> [String]? {
    async let workspaces: Void = readWorkspaces(of: org)
    let all = await zoneNames()
    await workspaces
    return all
  }

  /// Every name in the zone, none where no zone is configured; `nil` when it could not be read.
  public func zoneNames() async -> [String]? {
    guard let names else { return [] }
    return try? await zone(names)
  }

  private func readWorkspaces(of org: OrgRow) async {
    guard let controlPlane = environment.controlPlane,
      let base = TenantClient.base(of: org.slug, template: environment.tenantURL, controlPlane: controlPlane)
    else { return }
    let question = Question()
    let change: FleetEvent.Change
    do throws(FeedError) {
      let token = try await client().tenantToken(of: org.slug, within: 5)
      change = .workspaces(
        org.id, try await TenantClient(http: access.http, slug: org.slug, org: org.id, base: base, token: token).workspaces(within: 5))
    } catch { change = .failed(error.description) }
    onEvent(FleetEvent(from: .tenant(org.slug), answering: question, change))
  }

  func readAudit(_ order: DeletionRun.Order, _ budget: Double) async -> DeletionReading.Audit {
    let question = Question()
    do throws(FeedError) {
      let rows = try await client().purges(within: budget)
      onEvent(FleetEvent(from: .controlPlane, answering: question, .purges(rows)))
      return .rows(of(order, among: rows))
    } catch {
      if case .notOffered = error { return await readAuditFromDatabase(order, budget) }
      return .failed(error.description)
    }
  }

  private func of(_ order: DeletionRun.Order, among rows: [PurgeRow]) -> [PurgeRow] {
    rows.filter { row in row.orgID.map { $0 == order.orgID } ?? (row.slug == order.slug) }
  }

  /// Older control planes keep the same rows in `org_purges` alone (contract §1.9, §12 row 7).
  private func readAuditFromDatabase(_ order: DeletionRun.Order, _ budget: Double) async -> DeletionReading.Audit {
    guard let database = access.database else { return .notOffered }
    let question = Question()
    do throws(DatabaseError) {
      // A server that was restarted meanwhile ends the connection that is held.
      let rows = try await RetryPolicy.database().ask(until: monotonicSeconds() + budget) { left throws(DatabaseError) in
        try await database.perform(within: left) { session, limits throws(DatabaseError) in
          try session.connect(limits)
          return try DatabaseReading.purges(session, limits)
        }
      }
      guard let rows else { return .notOffered }
      onEvent(FleetEvent(from: .database, answering: question, .purges(rows)))
      return .rows(of(order, among: rows))
    } catch { return .failed("database: \(error)") }
  }
}

/// What is known of an org that its cascade destroys and somebody may ask for later (contract §1.7, §1.8).
public struct DeletionEvidence: Hashable, Sendable {
  /// `nil` when they could not be read.
  public var bootEvents: [BootEventRow]?
  public var diagnostics: JSONValue?

  public init(bootEvents: [BootEventRow]? = nil, diagnostics: JSONValue? = nil) {
    self.bootEvents = bootEvents
    self.diagnostics = diagnostics
  }

  /// Keeps it in `evidence/<receipt>.json`, beside the plan.
  func keep(_ plan: JSONValue, receiptID: String, in state: StateDirectory) throws(StateDirectory.Failure) {
    let rows = bootEvents?.map { row -> JSONValue in
      ["event": .string(row.event), "detail": JSONValue(row.detail), "at": JSONValue(row.at), "workspace_id": JSONValue(row.workspaceID)]
    }
    let document: JSONValue = [
      "receipt": .string(receiptID), "plan": plan, "boot_events": rows.map(JSONValue.array) ?? .null, "diagnostics": diagnostics ?? .null,
    ]
    try StateDirectory.make(state.evidence)
    try StateDirectory.replace("\(state.evidence)/\(receiptID).json", with: Array((document.prettyPrinted() + "\n").utf8))
  }
}

extension DeletionReader {
  /// Boot events and diagnostics as they stand, five seconds at most.
  public func evidence(of slug: Slug) async -> DeletionEvidence {
    async let boot = try? client().bootEvents(of: slug, limit: 50, within: 5).rows
    async let diagnostics = try? client().diagnostics(of: slug, within: 5)
    return DeletionEvidence(bootEvents: await boot, diagnostics: await diagnostics)
  }
}
