import FleetModel

extension PageID {
  static let dns = PageID(
    "dns", title: "DNS", keys: [.character("7"), .function(7)], help: "the zone's records and its quota",
    sources: Sources(tenants: false, others: [.dns]), make: { _ in DNSPage() })
}

/// The zone's records with what is decided over each, as the last report has it.
struct DNSContent: TableContent {
  static let page = PageID.dns
  static let columns = [decision, name, type, content, why, age]
  static let initialSort = (column: decision, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { why }

  struct Entry {
    var row: DNSRecordRow
    var decision: DNSDecision
    var finding: DNSFinding?
  }

  var entries: [String: Entry] = [:]

  func id(_ subject: Subject) -> String? { if case .record(let id) = subject { id } else { nil } }
  func subject(_ id: String) -> Subject { .record(id) }
  func all(_ fleet: Fleet) -> [String] { Array(entries.keys) }
  func count(_ fleet: Fleet) -> Int { entries.count }
  func oldest(_ fleet: Fleet) -> String? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [String] { [] }
  func exists(_ id: String, _ fleet: Fleet) -> Bool { entries[id] != nil }
  func asOf(_ id: String, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.lastWord(of: .dns, at: now) }

  private static func rank(_ entry: Entry) -> Int {
    if let finding = entry.finding { return finding.severity == .critical ? 0 : 2 }
    switch entry.decision.outcome {
    case .orphan: return 1
    case .cannotTell: return 3
    case .keep: return 4
    }
  }

  func texts(_ id: String, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let entry = entries[id] else { return false }
    return look(entry.row.name) || look(entry.row.content) || look(entry.row.type) || look(entry.decision.outcome.rawValue)
      || look(entry.decision.reason) || look(entry.finding?.summary ?? "")
  }

  func row(_ id: String, _ fleet: Fleet, _ context: inout DrawingContext) -> Entry? { entries[id] }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    guard fleet.sources[.dns] != nil else { return "DNS is not configured: add [environment.NAME.dns] with zone and token" }
    let freshness = fleet.freshness(of: .dns, at: now)
    return switch freshness.state {
    case .never: "not loaded yet: the zone has not been read"
    case .failed: "not loaded: \(freshness.problem ?? "the zone could not be read")"
    case .complete, .partial, .stale: "the zone holds no records"
    }
  }
}

// MARK: - Columns

extension DNSContent {
  static let decision = Column<Self>(
    "DECISION", minimum: 12, ideal: 12, priority: 1,
    // What needs a human first, and the names in order.
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id].map { "\(rank($0)) \($0.row.name)" }) }
  ) { entry, _, context in
    let role = entry.decision.outcome.role
    return [Span("\(role == .dim ? " " : context.glyphs.sign(of: role)) \(entry.decision.outcome.word)", role)]
  }
  .field("decision", "status").spelt { content, id, _, _ in
    content.entries[id].map { [$0.decision.outcome.word, $0.decision.outcome.rawValue] } ?? []
  }

  static let name = Column<Self>(
    "NAME", minimum: 14, ideal: 44, priority: 0, stretch: 1,
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id]?.row.name) }
  ) { entry, _, context in
    // Where there is no room for the decision, its sign stands before the name.
    let role = entry.finding?.severity.role ?? entry.decision.outcome.role
    let sign = context.shows(decision) || role == .dim ? [] : [Span(context.glyphs.sign(of: role) + " ", role)]
    return sign + [Span(entry.row.name, role == .dim ? .text : .title)]
  }
  .claiming(30)

  static let type = Column<Self>(
    "TYPE", minimum: 5, ideal: 5, priority: 3, order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id]?.row.type) }
  ) { entry, _, _ in [Span(entry.row.type, .dim)] }

  static let content = Column<Self>(
    "CONTENT", minimum: 24, ideal: 40, priority: 5, stretch: 1,
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id]?.row.content) }
  ) { entry, _, _ in [Span(entry.row.content, entry.finding?.severity.role ?? .dim)] }

  static let why = Column<Self>(
    "WHY", minimum: 12, ideal: 34, priority: 2,
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id].map { $0.finding?.code ?? $0.decision.reason }) }
  ) { entry, _, _ in [entry.finding.map { Span($0.words, $0.severity.role) } ?? Span(entry.decision.reason, .dim)] }
  .claiming(18)
  .field("why", "reason").spelt { content, id, _, _ in
    content.entries[id].map { [$0.finding?.words, $0.finding?.code, $0.decision.reason].compactMap { $0 } } ?? []
  }

  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 4, alignment: .right,
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id]?.row.createdAt.map { -$0.seconds }) }
  ) { entry, _, context in [entry.row.createdAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)] }
  .measured(.duration) { content, id, _, now in content.entries[id]?.row.createdAt.map { now - $0 } }
}

extension DNSDecision.Outcome {
  var role: Role {
    switch self {
    case .keep: .dim
    case .orphan: .failed
    case .cannotTell: .unknown
    }
  }

  /// As a page says it.
  var word: String { self == .cannotTell ? "can't tell" : rawValue }
}

extension DNSFinding {
  /// The finding in a column.
  var words: String {
    switch code {
    case "dns-target-dead": "points at nothing alive"
    case "dns-target-unknown": "points at no machine of ours"
    default: code
    }
  }
}

extension DNSFinding.Severity {
  var role: Role {
    switch self {
    case .critical: .failed
    case .warning: .warning
    case .info: .info
    }
  }
}

/// The zone's records, and under them how full it is, when it will be full, and why perhaps nothing is called an orphan.
struct DNSPage: TabledPage {
  var hasSums: Bool { true }
  var table = TablePage<DNSContent>()
  private var report: DNSReport?
  private var reportedAt: Timestamp?
  private var hasChanged = true
  /// Orphans when last something could be called one, and when that was.
  private var told: (orphans: Int, at: Timestamp)?

  /// Seconds for which a report is good although the fleet moves on.
  private static let interval = 2.0

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    // Names are compared with orgs and machines; a heartbeat is nothing to them.
    if !changes.orgs.isEmpty || !changes.instances.isEmpty || !changes.sources.isEmpty { hasChanged = true }
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    renew(fleet, &context)
    guard rows >= 6, let report else { return table.draw(fleet, rows: rows, width: width, &context) }
    let under = summary(report, fleet, width: width, rows: min(6, rows - 4), &context)
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  private mutating func renew(_ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    let due = reportedAt.map { $0 + (hasChanged ? Self.interval : 60) }
    guard due == nil || now >= due ?? now else { return context.moment.changes(at: due ?? now) }
    let new = fleet.zoneReport(at: now)
    report = new
    reportedAt = now
    hasChanged = false
    if let new, new.refused == nil { told = (new.orphans, now) }
    context.moment.changes(at: now + 60)
    let findings = Dictionary((new?.findings ?? []).compactMap { finding in finding.recordID.map { ($0, finding) } }) { first, _ in first }
    let entries = (new?.records ?? []).map {
      ($0.row.id, DNSContent.Entry(row: $0.row, decision: $0.decision, finding: findings[$0.row.id]))
    }
    table.change({ $0.entries = Dictionary(entries) { $1 } }, fleet, at: now)
  }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    guard case .record(let id)? = selection, let entry = table.content.entries[id] else { return [] }
    let role = entry.decision.outcome.role
    let decision = Notice(role: role == .dim ? .text : role, summary: "\(entry.decision.outcome.word): \(entry.decision.reason)")
    return (entry.finding.map { [Notice(role: $0.severity.role, summary: $0.summary)] } ?? []) + [decision]
  }

  // MARK: - Under the table

  private func summary(_ report: DNSReport, _ fleet: Fleet, width: Int, rows: Int, _ context: inout DrawingContext) -> [Line] {
    let glyphs = context.glyphs
    var lines: [Line] = []
    let notes =
      (report.refused.map { [("\(glyphs.warning) \($0)", Role.warning)] } ?? [])
      + report.findings.filter { $0.severity == .critical || $0.recordID == nil }.map {
        ("\(glyphs.sign(of: $0.severity.role)) \($0.summary)", $0.severity.role)
      }
    for (text, role) in notes {
      lines += Line("  " + text, role).told(to: width)
    }
    let told =
      Line(counts(report, fleet, &context)).told(to: width) + Line(gauge(report, fleet, width: width - 1, context)).told(to: width)
    return Array(lines.prefix(max(0, rows - told.count)) + told.prefix(rows))
  }

  private func counts(_ report: DNSReport, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    let kept = report.records.count - report.orphans - report.cannotTell
    var spans: [Span] = []
    if report.refused == nil {
      spans.append(Span("  \(report.orphans) \(report.orphans == 1 ? "orphan" : "orphans")", report.orphans > 0 ? .failed : .dim))
    } else {
      // That nothing is called an orphan now doesn't make them fewer.
      let known = told.map { "\($0.orphans) \($0.orphans == 1 ? "orphan" : "orphans") \(context.moment.asOf($0.at))" }
      spans.append(known.map { Span("  \($0)", .stale) } ?? Span("  ? orphans", .unknown))
    }
    spans.append(Span("  \(kept) kept", .dim))
    if report.cannotTell > 0 { spans.append(Span("  ? \(report.cannotTell) can't be told", .unknown)) }
    let dead = report.findings.count { $0.recordID != nil }
    if dead > 0 { spans.append(Span("  \(dead) \(dead == 1 ? "points" : "point") at nothing alive", .warning)) }
    let names = (fleet.zone?.neighbours ?? []).map(\.environment)
    spans.append(Span("  compared with the rosters of \(([fleet.zone?.environment ?? "?"] + names).joined(separator: ", "))", .dim))
    return spans
  }

  /// `zone example.com ▕███████▌ ▏ 91 of 200  +1.2/h  full in 3d`
  private func gauge(_ report: DNSReport, _ fleet: Fleet, width: Int, _ context: DrawingContext) -> [Span] {
    let used = report.used.map(Double.init)
    let fraction = used.map { report.quota > 0 ? $0 / Double(report.quota) : 1 }
    let role: Role = fraction.map { $0 >= 0.95 ? .failed : $0 >= 0.8 ? .warning : .ok } ?? .unknown
    let bar = ProgressBar(fraction: fraction, isLate: (fraction ?? 0) >= 0.8)
    let name = [Span("  zone ", .heading), Span("\(fleet.zone?.rules.zone ?? "?") ", .dim)]
    var spans: [Span] = []
    spans.append(Span(" \(role.glyph(context.glyphs)) \(report.used.map(String.init) ?? "?") of \(report.quota) records", role))
    if let perHour = report.perHour {
      let tenths = Int(clamping: (abs(perHour) * 10).rounded())
      spans.append(Span("  \(perHour < 0 ? "-" : "+")\(tenths / 10).\(tenths % 10)/h", .dim))
    } else {
      spans.append(Span("  growth not known yet", .dim))
    }
    if let full = report.fullAt {
      let left = full - context.moment.now
      spans.append(
        left <= 0 ? Span("  full: provisioning fails", .failed) : Span("  full in \(Moment.coarse(left))", role == .ok ? .dim : role))
    }
    // The bar has what the words leave.
    let room = width - Line(name + spans).columns
    return name + (room >= 8 ? bar.spans(width: min(22, room), glyphs: context.glyphs) : []) + spans
  }
}
