import FleetModel

struct EventsPage: BareTablePage {
  var table = TablePage<EventsContent>()
}

/// What happened, the newest at the top.
struct EventsContent: TableContent {
  static let page = PageID.events
  static let columns = [
    Column(id: "time", title: "TIME", minimum: 8, ideal: 8, priority: 1),
    Column(id: "source", title: "SOURCE", minimum: 8, ideal: 14, priority: 5),
    Column(id: "org", title: "ORG", minimum: 8, ideal: 18, priority: 2),
    Column(id: "workspace", title: "WORKSPACE", minimum: 8, ideal: 16, priority: 4),
    Column(id: "event", title: "EVENT", minimum: 14, ideal: 26, priority: 0),
    Column(id: "data", title: "DATA", minimum: 10, ideal: 20, priority: 3, stretch: 1),
  ]
  static let initialSort = (column: 0, isReversed: true)
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

  static func workspace(of entry: LogEntry, _ fleet: Fleet) -> String? {
    entry.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
  }

  func key(_ id: UInt64, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    guard column != 0 else { return .number(Double(id)) }
    guard let entry = fleet.logEntry(id) else { return .unknown }
    return switch Self.columns[column].id {
    case "source": SortKey(entry.source.description)
    case "org": SortKey(entry.slug?.rawValue)
    case "workspace": SortKey(Self.workspace(of: entry, fleet))
    case "event": SortKey(entry.type.rawValue)
    default: SortKey(entry.data)
    }
  }

  func texts(_ id: UInt64, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let entry = fleet.logEntry(id) else { return false }
    return look(entry.type.rawValue) || look(entry.slug?.rawValue ?? "") || look(Self.workspace(of: entry, fleet) ?? "")
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

  func cells(_ id: UInt64, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    guard let entry = fleet.logEntry(id) else { return [[], [], [], [], [Span("no longer kept", .dim)], []] }
    return [
      [Span(entry.at.timeOfDay, .dim)], [Span(entry.source.description, .dim)], [Span(entry.slug?.rawValue ?? entry.orgID?.rawValue ?? "")],
      [Span(Self.workspace(of: entry, fleet) ?? "")], [Span(entry.type.rawValue, Self.role(of: entry.type))],
      // A line shows far less; the detail shows all.
      [Span(String(entry.data.prefix(400)), .dim)],
    ]
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "nothing has happened yet" }
}

extension Fleet {
  /// The line of the log with that number, while it is kept.
  func logEntry(_ sequence: UInt64) -> LogEntry? {
    guard let first = log.first?.sequence, sequence >= first, sequence - first < UInt64(log.count) else { return nil }
    return log[Int(sequence - first)]
  }
}
