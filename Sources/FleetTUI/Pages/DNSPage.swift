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

    var rank: Int {
      if let finding { return finding.severity == .critical ? 0 : 2 }
      switch decision.outcome {
      case .orphan: return 1
      case .cannotTell: return 3
      case .keep: return 4
      }
    }
    /// What is kept and points at something alive needs nobody, nor does what can't be told.
    var needsHuman: Bool { rank < 3 }
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
    order: .lowestFirst { content, id, _, _ in SortKey(content.entries[id].map { "\($0.rank) \($0.row.name)" }) }
  ) { entry, _, context in
    let role = entry.decision.outcome.role
    return [Span("\(role == .dim ? " " : context.glyphs.sign(of: role)) \(entry.decision.outcome.word)", role)]
  }
  .staying().field("decision", "status").spelt { content, id, _, _ in
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
  .claiming(30).naming()

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
  .claiming(18).staying()
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
  private var pace = ReportPace()
  /// Orphans, and records that need a human, when last something could be called an orphan, and when that was.
  private var told: (orphans: Int, needy: Int, at: Timestamp)?

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    // Names are compared with orgs and machines; a heartbeat is nothing to them.
    if !changes.orgs.isEmpty || !changes.instances.isEmpty || !changes.sources.isEmpty { pace.noteChange() }
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    renew(fleet, &context)
    context.zone = report
    guard rows >= 6, let report else { return table.draw(fleet, rows: rows, width: width, &context) }
    let under = summary(report, fleet, width: width, rows: min(6, rows - 4, sumRows(of: rows)), &context)
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  private mutating func renew(_ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    guard pace.isDue(whileMoving: table.isMoving(at: now), &context.moment) else { return }
    let new = fleet.zoneReport(at: now)
    report = new
    let findings = Dictionary((new?.findings ?? []).compactMap { finding in finding.recordID.map { ($0, finding) } }) { first, _ in first }
    let entries = (new?.records ?? []).map {
      ($0.row.id, DNSContent.Entry(row: $0.row, decision: $0.decision, finding: findings[$0.row.id]))
    }
    if let new, new.refused == nil { told = (new.orphans, entries.count { $0.1.needsHuman }, now) }
    table.change({ $0.entries = Dictionary(entries) { $1 } }, fleet, at: now)
  }

  /// What is judged anew only while the page is drawn; `nil`: that was some time ago.
  func report(freshAt now: Timestamp) -> DNSReport? { pace.isFresh(at: now) ? report : nil }

  /// As of the last report: one is made while the page is looked at.
  func tabCount(_ fleet: Fleet, _ moment: inout Moment) -> PageID.Count? {
    guard let told, let record = fleet.sources[.dns] else { return nil }
    let old = told.at + record.staleAfter
    moment.changes(at: old)
    return moment.now < old && report?.refused == nil
      ? PageID.Count(figure: Figure(told.needy, .known), role: .failed, isOfPage: true)
      : PageID.Count(figure: Figure(told.needy, .lastKnown(told.at)), isOfPage: true)
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
    let refused = report.refused.map { [Line("  \(glyphs.warning) \($0)", .warning)] } ?? []
    let findings = report.findings.filter { $0.severity == .critical || $0.recordID == nil }.map {
      Line("  \(glyphs.sign(of: $0.severity.role)) \($0.summary)", $0.severity.role)
    }
    let counts = counts(report, fleet, &context)
    let told = [Sums.line(counts), Sums.line(gauge(report, fleet, width: width - 1, context))]
    let lines = (refused + findings + told).flatMap { $0.told(to: width) }
    guard lines.count > rows else { return lines }
    // A record's finding is its row's, and how full the zone is its gauge tells.
    let pieces = refused.map { Sums.Piece($0.spans) } + counts + gauge(report, fleet, width: 0, context)
    return Array(Sums.joined(pieces, rows: rows, width: width).prefix(rows))
  }

  private func counts(_ report: DNSReport, _ fleet: Fleet, _ context: inout DrawingContext) -> [Sums.Piece] {
    let kept = report.records.count - report.orphans - report.cannotTell
    var pieces: [Sums.Piece] = []
    func add(_ text: String, _ role: Role, calm: Int? = nil) { pieces.append(Sums.Piece([Span("  " + text, role)], calm: calm)) }
    if report.refused == nil {
      add("\(report.orphans) \(report.orphans == 1 ? "orphan" : "orphans")", report.orphans > 0 ? .failed : .dim)
    } else {
      // That nothing is called an orphan now doesn't make them fewer.
      let known = told.map { "\($0.orphans) \($0.orphans == 1 ? "orphan" : "orphans") \(context.moment.asOf($0.at))" }
      add(known ?? "? orphans", known == nil ? .unknown : .stale)
    }
    add("\(kept) kept", .dim, calm: 2)
    if report.cannotTell > 0 { add("? \(report.cannotTell) can't be told", .unknown) }
    let dead = report.findings.count { $0.recordID != nil }
    if dead > 0 { add("\(dead) \(dead == 1 ? "points" : "point") at nothing alive", .warning) }
    let names = (fleet.zone?.neighbours ?? []).map(\.environment)
    add("compared with the rosters of \(([fleet.zone?.environment ?? "?"] + names).joined(separator: ", "))", .dim, calm: 3)
    return pieces
  }

  /// `zone example.com ▕███████▌ ▏ 91 of 200  +1.2/h  full in 3d`
  private func gauge(_ report: DNSReport, _ fleet: Fleet, width: Int, _ context: DrawingContext) -> [Sums.Piece] {
    let used = report.used.map(Double.init)
    let fraction = used.map { report.quota > 0 ? $0 / Double(report.quota) : 1 }
    let role: Role = fraction.map { $0 >= 0.95 ? .failed : $0 >= 0.8 ? .warning : .ok } ?? .unknown
    let bar = ProgressBar(fraction: fraction, isLate: (fraction ?? 0) >= 0.8)
    let name = [Span("  zone ", .heading), Span("\(fleet.zone?.rules.zone ?? "?") ", .dim)]
    let fill = Span("\(role.glyph(context.glyphs)) \(report.used.map(String.init) ?? "?") of \(report.quota) records", role)
    var growth = Span("  growth not known yet", .dim)
    if let perHour = report.perHour {
      let tenths = Int(clamping: (abs(perHour) * 10).rounded())
      growth = Span("  \(perHour < 0 ? "-" : "+")\(tenths / 10).\(tenths % 10)/h", .dim)
    }
    let end = report.fullAt.map { full in
      let left = full - context.moment.now
      return left <= 0 ? Span("  full: provisioning fails", .failed) : Span("  full in \(Moment.coarse(left))", role == .ok ? .dim : role)
    }
    // The bar has what the words leave.
    let room = width - Line(name + [fill, growth] + [end].compactMap { $0 }).columns - 1
    let drawn = room >= 8 ? bar.spans(width: min(22, room), glyphs: context.glyphs) + [Span(" ", role)] : []
    return [Sums.Piece(name + drawn + [fill]), Sums.Piece([growth], calm: 1), Sums.Piece([end].compactMap { $0 }, calm: 0)]
  }
}
