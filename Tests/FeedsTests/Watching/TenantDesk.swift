import FleetModel
import Testing

@testable import Feeds

/// What happens to the tenants of a fleet, what the fleet wants then, and what is asked and listened to because of it: no socket, no clock.
struct TenantDesk {
  var fleet = Fleet()
  var errands = TenantErrands()
  var now = 0.0
  private var budget = StreamBudget()
  private var questions: UInt64 = 0
  /// What was closed since somebody looked.
  private var closings: [TenantErrands.StreamAction] = []

  init(_ choice: StreamBudget.Choice = .all) {
    budget.choice = choice
    settle()
  }

  static func row(_ slug: String, _ id: String? = nil, _ status: OrgStatus = .running, created: Double? = nil) -> OrgRow {
    OrgRow(id: OrgID(id ?? "org-\(slug)"), slug: Slug(slug), status: status, createdAt: created.map(Timestamp.init(seconds:)))
  }

  static func workspaces(_ count: Int, _ status: WorkspaceStatus = .online, of slug: String = "acme") -> [WorkspaceRow] {
    (0..<count).map { WorkspaceRow(id: WorkspaceID("\(slug)-\($0)"), name: "\($0)", status: status) }
  }

  /// The fleet hears of it, and what it wants is begun.
  mutating func hear(_ source: Source, _ change: FleetEvent.Change) {
    questions += 1
    let at = Timestamp(seconds: 1_795_438_040 + now)
    fleet.apply(FleetEvent(source: source, at: at, asked: at, epoch: questions, change: change))
    settle()
  }

  mutating func settle() {
    for action in errands.heed(fleet.takeWants(within: budget), at: now) {
      closings.append(action)
      if case .close(let stream, let visit, wasOpen: true) = action { hear(.tenant(visit.slug), .streamClosed(stream.workspace)) }
    }
  }

  mutating func takeClosings() -> [TenantErrands.StreamAction] {
    defer { closings = [] }
    return closings
  }

  mutating func roster(_ rows: OrgRow..., isWhole: Bool = true) {
    hear(.controlPlane, .roster(rows, limit: 500, unreadable: isWhole ? 0 : 1))
  }

  mutating func show(_ workspaces: Set<WorkspaceID>) {
    fleet.show(workspaces)
    settle()
  }

  mutating func feed(isOpen: Bool) { hear(.feed, isOpen ? .streamOpened(nil) : .failed("broken")) }

  mutating func due() -> [TenantErrands.Visit] { errands.beginDue(width: 16, at: now) }

  func mustReadToken(of visit: TenantErrands.Visit) -> Bool {
    errands.errand(visit).map { $0.credential.mustBeRead(isRefused: $0.want.token == .anew, at: now) } ?? false
  }

  mutating func tokenCame(_ token: Secret?, for visit: TenantErrands.Visit) {
    var isAnother = false
    errands.change(visit) { isAnother = $0.credential.read(token, at: now) }
    if isAnother { hear(.tenant(visit.slug), .tokenRead(visit.org)) }
  }

  mutating func listCame(_ rows: [WorkspaceRow], from visit: TenantErrands.Visit) {
    hear(.tenant(visit.slug), .workspaces(visit.org, rows))
  }

  mutating func failed(_ visit: TenantErrands.Visit, pause: Double? = nil) {
    if errands.errand(visit) != nil { hear(.tenant(visit.slug), .failed("away")) }
    errands.failed(visit, pause: pause, at: now)
  }

  /// Asks whoever is due; each gets its token where it must be read, and lists these workspaces.
  mutating func poll(_ rows: [WorkspaceRow], token: String = "t1") -> Int {
    let visits = due()
    for visit in visits {
      if mustReadToken(of: visit) { tokenCame(Secret(token), for: visit) }
      listCame(rows, from: visit)
      errands.answered(visit, at: now)
    }
    return visits.count
  }

  /// What is opened now; each asks for its token.
  mutating func openings() -> [TenantErrands.StreamID] {
    errands.arrange(at: now).compactMap { action in
      guard case .open(let stream, _, _) = action else { return nil }
      #expect(errands.connects(stream) != nil)
      return stream
    }
  }

  private func tenant(of stream: TenantErrands.StreamID) -> Source {
    .tenant(errands.streams[stream.workspace]?.want.slug ?? "nobody")
  }

  mutating func open(_ streams: [TenantErrands.StreamID]) {
    for stream in streams {
      let tenant = tenant(of: stream)
      #expect(errands.streamOpened(stream, at: now) == true)
      hear(tenant, .streamOpened(stream.workspace))
    }
  }

  mutating func lose(_ stream: TenantErrands.StreamID) -> Bool {
    let tenant = tenant(of: stream)
    guard errands.streamBroke(stream) else { return false }
    hear(tenant, .streamClosed(stream.workspace))
    return true
  }

  /// Something that it told is lost.
  mutating func miss(_ stream: TenantErrands.StreamID) { hear(tenant(of: stream), .gap("lost", stream.workspace)) }

  /// - Returns: how many of them say something of the tenant.
  mutating func refuse(_ streams: [TenantErrands.StreamID]) -> Int {
    var count = 0
    for stream in streams {
      let tenant = tenant(of: stream)
      _ = lose(stream)
      guard errands.streamRefused(stream, at: now) else { continue }
      count += 1
      hear(tenant, .streamRefused(stream.workspace, "401"))
    }
    return count
  }

  /// Acme with that many workspaces, polled, every stream open.
  static func listening(_ count: Int, _ status: WorkspaceStatus = .online) -> (TenantDesk, [TenantErrands.StreamID]) {
    var desk = TenantDesk()
    desk.roster(row("acme"))
    #expect(desk.poll(workspaces(count, status)) == 1)
    let streams = desk.openings()
    #expect(streams.count == count)
    desk.open(streams)
    desk.now = 2
    #expect(desk.poll(workspaces(count, status)) == 1)
    return (desk, streams)
  }
}

extension TenantErrands {
  /// Seconds until there is something to do although nothing happens.
  func wait(at now: Double) -> Double { max(0.05, min(nextTurn(after: now) - now, 3600)) }
}
