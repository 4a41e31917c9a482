import FleetModel

extension PageID {
  static let events = PageID(
    "events", title: "Events", keys: [.character("0"), .function(10)], help: "what happened, as it happens",
    sources: Sources(roster: false, regions: false, tenants: false, others: [.feed]), make: { _ in EventsPage() })
}

struct EventsPage: BareTablePage {
  var table = TablePage<EventsContent>()
}

/// What happened, the newest at the top.
struct EventsContent: TableContent {
  static let page = PageID.events
  static let columns = [time, source, org, workspace, event, data]
  static let initialSort = (column: time, isReversed: true)
  static let followsTop = true
  static let keysMove = false

  /// Lines that were taken in, and the oldest that is still in the order.
  private var newest: UInt64 = 0
  private var first: UInt64 = 0

  func id(_ subject: Subject) -> UInt64? { if case .event(let id) = subject { id } else { nil } }
  func subject(_ id: UInt64) -> Subject { .event(id) }
  func all(_ fleet: Fleet) -> [UInt64] { fleet.log.map(\.sequence) }
  func count(_ fleet: Fleet) -> Int { fleet.log.count }
  func exists(_ id: UInt64, _ fleet: Fleet) -> Bool { fleet.logEntry(id) != nil }

  /// In batches: taking one line from the front costs as much as taking a thousand.
  mutating func oldest(_ fleet: Fleet) -> UInt64? {
    guard let kept = fleet.log.first?.sequence, kept > first + 1024 else { return nil }
    first = kept
    return kept
  }

  mutating func touched(by changes: FleetChanges, _ fleet: Fleet) -> [UInt64] {
    guard changes.logged, let oldest = fleet.log.first?.sequence else { return [] }
    let from = max(newest + 1, oldest)
    newest = fleet.logged
    return from <= newest ? Array(from...newest) : []
  }

  static func workspaceName(of entry: LogEntry, _ fleet: Fleet) -> String? {
    entry.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
  }

  func texts(_ id: UInt64, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let entry = fleet.logEntry(id) else { return false }
    return look(entry.type.rawValue) || look(entry.slug?.rawValue ?? "") || look(Self.workspaceName(of: entry, fleet) ?? "")
      || look(entry.data) || look(entry.source.description)
  }

  static func role(of type: EventType) -> Role {
    switch type {
    case .workspaceProvisionFailed, .sourceFailed: .failed
    case .workspaceDegraded, .workspaceOffline, .workspaceSilent, .gap, .feedReset, .sourceRefused: .warning
    case .workspaceProvisioning, .bootEvent, .bootStep, .orgCreated, .deletionBegun, .deletionFollowed: .running
    case .workspaceOnline, .sourceRecovered: .ok
    case .workspaceHeartbeat, .taskUpdated, .activityLogged, .agentCardUpdated: .dim
    default: .text
    }
  }

  struct Row {
    /// `nil` when the log keeps it no longer.
    var entry: LogEntry?

    func cell(_ span: (LogEntry) -> Span) -> [Span] { entry.map { [span($0)] } ?? [] }
  }

  func row(_ id: UInt64, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? { Row(entry: fleet.logEntry(id)) }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "nothing has happened yet" }
}

// MARK: - Columns

extension EventsContent {
  /// As it happened: the log is numbered in that order.
  static let time = Column<Self>("TIME", minimum: 8, ideal: 8, priority: 1, order: .lowestFirst { _, id, _, _ in .number(Double(id)) }) {
    row, _, _ in row.cell { Span($0.at.timeOfDay, .dim) }
  }

  static let source = Column<Self>(
    "SOURCE", minimum: 8, ideal: 14, priority: 5, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.source.description) }
  ) { row, _, _ in row.cell { Span($0.source.description, .dim) } }

  static let org = Column<Self>(
    "ORG", minimum: 8, ideal: 18, priority: 2, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.slug?.rawValue) }
  ) { row, _, _ in row.cell { Span($0.slug?.rawValue ?? $0.orgID?.rawValue ?? "") } }

  static let workspace = Column<Self>(
    "WORKSPACE", minimum: 8, ideal: 16, priority: 4,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id).flatMap { workspaceName(of: $0, fleet) }) }
  ) { row, fleet, _ in row.cell { Span(workspaceName(of: $0, fleet) ?? "") } }

  static let event = Column<Self>(
    "EVENT", minimum: 14, ideal: 26, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.type.rawValue) }
  ) { row, _, _ in row.entry.map { [Span($0.type.rawValue, role(of: $0.type))] } ?? [Span("no longer kept", .dim)] }

  static let data = Column<Self>(
    "DATA", minimum: 10, ideal: 20, priority: 3, stretch: 1, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.data) }
  ) { row, _, _ in
    // A line shows far less; the detail shows all.
    row.cell { Span(String($0.data.prefix(400)), .dim) }
  }
}

extension Fleet {
  /// The line of the log with that number, while it is kept.
  func logEntry(_ sequence: UInt64) -> LogEntry? {
    guard let first = log.first?.sequence, sequence >= first, sequence - first < UInt64(log.count) else { return nil }
    return log[Int(sequence - first)]
  }
}
