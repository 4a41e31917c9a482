import FleetModel

extension PageID {
  static let events = PageID(
    "events", title: "Events", short: "Log", keys: [.character("0"), .function(10)], help: "what happened, as it happens",
    sources: Sources(roster: false, regions: false, tenants: false, others: [.feed]), make: { _ in EventsPage() })
}

struct EventsPage: TabledPage {
  var table = TablePage<EventsContent>()

  /// More came while it is frozen than its last frame says.
  private var isOutdated = false

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    table.update(changes, fleet, at: now)
    if changes.logged, table.content.frozen != nil { isOutdated = true }
  }

  mutating func takeTouch() -> Bool {
    defer { isOutdated = false }
    return table.takeTouch() || isOutdated
  }

  mutating func freeze(_ fleet: Fleet, at now: Timestamp) {
    let point = table.content.frozen == nil ? EventsContent.Frozen(last: fleet.logged, at: now) : nil
    table.change({ $0.frozen = point }, fleet, at: now)
    if point == nil { table.moveToTop() }
  }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    guard case .event(let id)? = selection, let entry = fleet.logEntry(id) else { return [] }
    let role = EventsContent.role(of: entry.type)
    return [Notice(role: role == .dim ? .text : role, summary: EventsContent.text(of: entry))]
  }

  /// A line of the table shows far less of an event than it has to say.
  func rowsSaid(of rows: Int, width: Int) -> Int { max(rows / 3, Self.usualRowsSaid(of: rows, width: width)) }

  func panel(_ fleet: Fleet) -> (any Layer)? {
    guard case .event(let id)? = selection, let entry = fleet.logEntry(id) else { return nil }
    let text = SecretMask.mask(JSONValue.object(WatchLine.event(entry)).prettyPrinted())
    return Pager(title: "event \(entry.type) of \(entry.at.timeOfDay)", lines: text.lines.map { Line(String($0)) })
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    var below: [Line] = []
    if rows >= 10, let rate = EventRate(fleet.log.reversed().lazy.map(\.at)) { below.append(rate.line(width: width - 1, context.glyphs)) }
    if let frozen = table.content.frozen, rows > 2 {
      let text = " frozen at \(frozen.at.timeOfDay): \(fleet.logged - frozen.last) came since"
      below.append(Line([Span(text, .warning)].fitted(to: width)))
    }
    return table.draw(fleet, over: below, rows: rows, width: width, &context)
  }
}

/// What happened, the newest at the top.
struct EventsContent: TableContent {
  static let page = PageID.events
  static let columns = [time, source, org, workspace, event, data]
  static let initialSort = (column: time, isReversed: true)
  static let followsTop = true
  static let keysMove = false

  /// Where the page was frozen: nothing that came later is a row.
  struct Frozen {
    var last: UInt64
    var at: Timestamp
  }
  var frozen: Frozen?
  /// Lines that were taken in, and the oldest that is still in the order.
  private var newest: UInt64 = 0
  private var first: UInt64 = 0

  func id(_ subject: Subject) -> UInt64? { if case .event(let id) = subject { id } else { nil } }
  func subject(_ id: UInt64) -> Subject { .event(id) }
  func all(_ fleet: Fleet) -> [UInt64] {
    let all = fleet.log.map(\.sequence)
    return frozen.map { frozen in Array(all.prefix { $0 <= frozen.last }) } ?? all
  }
  func count(_ fleet: Fleet) -> Int { max(0, fleet.log.count - Int(clamping: frozen.map { fleet.logged - $0.last } ?? 0)) }
  func exists(_ id: UInt64, _ fleet: Fleet) -> Bool { id <= frozen?.last ?? .max && fleet.logEntry(id) != nil }

  /// In batches: taking one line from the front costs as much as taking a thousand.
  mutating func oldest(_ fleet: Fleet) -> UInt64? {
    guard let kept = fleet.log.first?.sequence, kept > first + 1024 else { return nil }
    first = kept
    return kept
  }

  mutating func touched(by changes: FleetChanges, _ fleet: Fleet) -> [UInt64] {
    guard changes.logged, let oldest = fleet.log.first?.sequence else { return Array(changes.lines) }
    let from = max(newest + 1, oldest)
    newest = fleet.logged
    let last = min(newest, frozen?.last ?? .max)
    return Array(changes.lines) + (from <= last ? Array(from...last) : [])
  }

  /// The filters that find the row's own events, from the narrowest on: its workspace, its org, its source.
  static func targets(_ entry: LogEntry, _ fleet: Fleet) -> [String] {
    let org = fleet.orgName(of: entry).map { "org=\($0.asFilterWord)" }
    let workspace = workspaceName(of: entry, fleet).map { [org, "workspace=\($0.asFilterWord)"].compactMap { $0 }.joined(separator: " ") }
    return [workspace, org, "source=\(entry.source.description.asFilterWord)"].compactMap { $0 }
  }

  static func workspaceName(of entry: LogEntry, _ fleet: Fleet) -> String? {
    entry.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
  }

  func texts(_ id: UInt64, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let entry = fleet.logEntry(id) else { return false }
    return look(entry.type.rawValue) || look(fleet.orgName(of: entry) ?? "") || look(Self.workspaceName(of: entry, fleet) ?? "")
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

    /// Something is missing here.
    var isGap: Bool { entry?.type == .gap || entry?.type == .feedReset }

    func cell<Content>(_ context: CellContext<Content>, _ span: (LogEntry) -> Span) -> [Span] {
      guard let entry else { return [] }
      let span = span(entry)
      return isGap ? Self.ruled(span.text, context.width, context.glyphs) : [span]
    }

    /// A line across all columns, with the text in it.
    static func ruled(_ text: String, _ width: Int, _ glyphs: Glyphs) -> [Span] {
      let text = text.isEmpty ? "" : text + " "
      return [Span(text + String(repeating: glyphs.rule, count: max(0, width - TextWidth.columns(of: text))), .warning)]
    }

    /// `gap 14s`, where its end is known.
    var gap: String {
      guard let entry else { return "" }
      return entry.endedAt.map { "gap \(Moment.elapsed($0 - entry.at))" } ?? "gap"
    }
  }

  func row(_ id: UInt64, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? { Row(entry: fleet.logEntry(id)) }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "nothing has happened yet" }
}

// MARK: - Columns

extension EventsContent {
  /// As it happened: the log is numbered in that order.
  static let time = Column<Self>("TIME", minimum: 8, ideal: 8, priority: 2, order: .lowestFirst { _, id, _, _ in .number(Double(id)) }) {
    row, _, _ in row.entry.map { [Span($0.at.timeOfDay, row.isGap ? .warning : .dim)] } ?? []
  }
  .field("time", "age").measured(.duration) { _, id, fleet, now in fleet.logEntry(id).map { now - $0.at } }
  .spelt { _, id, fleet, _ in fleet.logEntry(id).map { [$0.at.timeOfDay] } ?? [] }
  .exported(exactly: { _, id, fleet, _ in fleet.logEntry(id)?.at.description })

  /// Only where an event's name and data have room beside it.
  static let source = Column<Self>(
    "SOURCE", minimum: 16, ideal: 16, priority: 5,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.source.description) }
  ) { row, _, context in row.cell(context) { Span($0.source.description, .dim) } }
  .claiming(16)

  /// Whom it is of, on every screen: what has no column of its own stands here too.
  static let org = Column<Self>(
    "ORG", minimum: 8, ideal: 18, priority: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id).flatMap { fleet.orgName(of: $0) }) }
  ) { row, fleet, context in
    let (showsWorkspace, showsSource) = (context.shows(workspace), context.shows(source))
    return row.cell(context) { entry in
      let name = showsWorkspace ? nil : workspaceName(of: entry, fleet)
      let parts = [fleet.orgName(of: entry), name].compactMap { $0 }
      return parts.isEmpty && !showsSource ? Span(entry.source.description, .dim) : Span(parts.joined(separator: "/"))
    }
  }
  .claiming(11)

  static let workspace = Column<Self>(
    "WORKSPACE", minimum: 8, ideal: 16, priority: 4,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id).flatMap { workspaceName(of: $0, fleet) }) }
  ) { row, fleet, context in row.cell(context) { Span(workspaceName(of: $0, fleet) ?? "") } }
  .claiming(12)

  static let event = Column<Self>(
    "EVENT", minimum: 14, ideal: 26, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.type.rawValue) }
  ) { row, _, context in
    if row.isGap { return Row.ruled(row.gap, context.width, context.glyphs) }
    return row.entry.map { [Span(word(for: $0.type, in: context.width), role(of: $0.type))] } ?? [Span("no longer kept", .dim)]
  }
  .claiming(14).field("event", "type")

  /// Its name; where that would be cut, without what several have in common.
  private static func word(for type: EventType, in width: Int) -> String {
    let (name, common) = (type.rawValue, "WORKSPACE_")
    return TextWidth.columns(of: name) > width && name.hasPrefix(common) ? "…" + name.dropFirst(common.count) : name
  }

  static let data = Column<Self>(
    "DATA", minimum: 10, ideal: 20, priority: 3, stretch: 1, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.logEntry(id)?.data) }
  ) { row, _, context in
    // A line shows far less; its own text shows all.
    row.cell(context) { Span(row.isGap ? reason(of: $0) : String($0.data.prefix(400)), .dim) }
  }
  .claiming(16).field("data", "detail")

  /// Whole, with a space behind what parts its members: it is wrapped there.
  static func text(of entry: LogEntry) -> String {
    let limit = 4000
    var text = ""
    var (isQuoted, isEscaped) = (false, false)
    for character in entry.data.prefix(limit) {
      text.append(character)
      if !isQuoted, character == "," || character == ":" { text.append(" ") }
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && !isEscaped
    }
    return entry.data.utf8.count > limit && entry.data.count > limit ? text + "…" : text
  }

  /// Why something is missing, in words.
  private static func reason(of gap: LogEntry) -> String {
    (try? JSONValue(parsing: gap.data))?["reason"]?.string ?? String(gap.data.prefix(400))
  }
}

extension Fleet {
  /// The line of the log with that number, while it is kept.
  func logEntry(_ sequence: UInt64) -> LogEntry? {
    guard let first = log.first?.sequence, sequence >= first, sequence - first < UInt64(log.count) else { return nil }
    return log[Int(sequence - first)]
  }
}
