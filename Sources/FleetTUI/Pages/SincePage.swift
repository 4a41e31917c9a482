import FleetModel

extension PageID {
  static let since = PageID(
    "since", title: "Since", keys: [],
    help: "what happened since a time, for whoever takes over: new, critical, recovered, deleted, orphans, money",
    argument: Action.Argument("HH:MM|8h", choices: { _, _ in ["06:00", "14:00", "22:00", "8h"] }, deed: openSince),
    make: { _ in SincePage() })

  @Sendable private static func openSince(_ interface: inout Interface, _ text: String, _ fleet: Fleet, _ now: Timestamp) -> Intent {
    guard let moment = SincePage.moment(text, at: now) else {
      interface.notice = Span("since: \"\(text)\" is no time such as 06:00 (UTC) or 8h", .warning)
      return .draw
    }
    let intent = interface.show(.since, fleet, at: now)
    if var page = interface.desk.pages.current as? SincePage {
      page.begin = moment
      interface.desk.pages.current = page
    }
    return intent
  }
}

/// One thing that happened, by when, what and to whom.
struct Happening: Hashable, Comparable, Sendable {
  var item: HandOver.Item

  /// The newest first.
  static func < (left: Self, right: Self) -> Bool {
    (right.item.at, left.item.kind, left.item.name) < (left.item.at, right.item.kind, right.item.name)
  }
}

/// What happened since a moment, the newest first.
struct SinceContent: TableContent {
  static let page = PageID.since
  static let columns = [time, kind, name, cost, why]
  static let initialSort = (column: time, isReversed: false)
  static let followsTop = true
  static let keysMove = false

  var items: [HandOver.Item] = []

  func id(_ subject: Subject) -> Happening? { items.first { Happening(item: $0).subject == subject }.map(Happening.init) }
  func subject(_ id: Happening) -> Subject { id.subject }
  func all(_ fleet: Fleet) -> [Happening] { items.map(Happening.init) }
  func count(_ fleet: Fleet) -> Int { items.count }
  func oldest(_ fleet: Fleet) -> Happening? { nil }
  // The page brings them all anew.
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [Happening] { [] }
  func exists(_ id: Happening, _ fleet: Fleet) -> Bool { items.contains(id.item) }
  func row(_ id: Happening, _ fleet: Fleet, _ context: inout DrawingContext) -> HandOver.Item? { id.item }

  func texts(_ id: Happening, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    look(id.item.kind.rawValue) || look(id.item.name) || look(id.item.why)
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "nothing happened since then that is known" }
}

extension Happening {
  fileprivate var subject: Subject {
    switch item.target {
    case .org(let id): .org(id)
    case .workspace(let id): .workspace(id)
    case .instance(let id): .instance(id)
    case .purge(let id): .deletion(id.rawValue)
    case .fleet: Subject(FleetItself())
    }
  }
}

/// The fleet as what is looked at: a finding of all of it.
private struct FleetItself: PageSubject {
  func title(_ fleet: Fleet) -> String { "the fleet" }
  func relations(in fleet: Fleet) -> Relations { Relations() }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    fleet.triage.findings(of: .fleet).map { Notice(role: $0.role, summary: $0.summary, next: $0.step) }
  }

  func describe(in list: inout FieldLines, _ fleet: Fleet, _ context: inout DrawingContext) {
    for finding in fleet.triage.findings(of: .fleet) { list.field(finding.code.rawValue, finding.summary, finding.role) }
  }
}

extension HandOver.Kind {
  var role: Role {
    switch self {
    case .new: .info
    case .critical, .orphan: .failed
    case .recovered: .ok
    case .deleted: .dim
    }
  }
}

// MARK: - Columns

extension SinceContent {
  static let time = Column<Self>(
    "TIME", minimum: 8, ideal: 9, priority: 2, order: .highestFirst { _, id, _, _ in id.item.at.seconds }
  ) { item, _, context in
    context.moment.now - item.at < 86_400
      ? [Span(item.at.timeOfDay, .dim)] : [Span(String(item.at.description.prefix(16).suffix(11)).replacing("T", with: " "), .dim)]
  }
  .field("time", "age").measured(.duration) { _, id, _, now in now - id.item.at }
  .exported(exactly: { _, id, _, _ in id.item.at.description })

  static let kind = Column<Self>(
    "WHAT", minimum: 11, ideal: 11, priority: 0, order: .lowestFirst { _, id, _, _ in SortKey(id.item.kind.rawValue) }
  ) { item, _, context in Wording.state(item.kind.rawValue, item.kind.role, context.glyphs) }

  static let name = Column<Self>(
    "ITEM", minimum: 12, ideal: 32, priority: 0, order: .lowestFirst { _, id, _, _ in SortKey(id.item.name) }
  ) { item, _, _ in [Span(item.name, item.kind.role == .failed ? .title : .text)] }
  .claiming(19).naming()

  static let cost = Column<Self>(
    "COST/H", minimum: 6, ideal: 7, priority: 3, alignment: .right, order: .highestFirst { _, id, _, _ in id.item.hourly }
  ) { item, _, _ in
    if item.kind == .deleted { return [Span("–", .dim)] }
    return [item.hourly.map { Span(Wording.dollars($0, digits: 3), item.kind == .orphan ? .money : .dim) } ?? Span("?", .unknown)]
  }
  .field("cost").measured(.money)

  static let why = Column<Self>(
    "WHY", minimum: 14, ideal: 60, priority: 1, stretch: 1, order: .lowestFirst { _, id, _, _ in SortKey(id.item.why) }
  ) { item, _, _ in [Span(item.why, .dim)] }
  .staying()
}

/// The table of what happened, and under it how much of each, and what it cost.
struct SincePage: TabledPage {
  private(set) var rowsUnder = 2
  var table = TablePage<SinceContent>()
  /// From when on; `nil`: ``usual`` before it is first looked at.
  var begin: Timestamp? { didSet { reportedAt = nil } }
  private var report: HandOver?
  private var reportedAt: Timestamp?
  private var hasChanged = true

  /// Seconds of a shift.
  private static let usual = 8.0 * 3600
  /// Seconds for which a report is good although the fleet moves on.
  private static let interval = 2.0

  /// `06:00`, the last one that was (UTC), or how long ago: `8h`, `90m`.
  static func moment(_ text: String, at now: Timestamp) -> Timestamp? {
    if let seconds = DurationText.seconds(of: text) { return now + -seconds }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count),
      parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } })
    else { return nil }
    let figures = parts.compactMap { Int($0) } + (parts.count == 2 ? [0] : [])
    guard figures.count == 3, figures[0] < 24, figures[1] < 60, figures[2] < 60,
      let midnight = Timestamp(rfc3339: now.description.prefix(10) + "T00:00:00Z")
    else { return nil }
    let moment = midnight + Double(figures[0] * 3600 + figures[1] * 60 + figures[2])
    return moment <= now ? moment : moment + -86_400
  }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) { hasChanged = true }

  mutating func prepare(_ fleet: Fleet, at now: Timestamp) {
    if begin == nil { begin = now + -Self.usual }
    reportAnew(fleet, at: now)
    table.prepare(fleet, at: now)
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    renew(fleet, &context)
    let under = rows >= 6 ? summary(fleet, width: width, &context).prefix(min(4, rows - 4)) : []
    rowsUnder = under.count
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  /// Reports anew when the fleet changed, but not with every event of a busy one.
  private mutating func renew(_ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    if begin == nil { begin = now + -Self.usual }
    if let reportedAt {
      guard hasChanged else { return }
      let due = reportedAt + Self.interval
      guard now >= due else { return context.moment.changes(at: due) }
    }
    reportAnew(fleet, at: now)
  }

  private mutating func reportAnew(_ fleet: Fleet, at now: Timestamp) {
    guard let begin else { return }
    let new = HandOver(of: fleet, since: begin)
    hasChanged = false
    reportedAt = now
    guard new.items != report?.items || report?.since != new.since || report?.watchedSince != new.watchedSince else { return }
    report = new
    table.change({ $0.items = new.items }, fleet, at: now)
  }

  // MARK: - Under the table

  private func summary(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    guard let report else { return [] }
    var spans = [Span("  since \(context.moment.told(report.since))", .heading)]
    for kind in HandOver.Kind.allCases {
      let count = report.count(kind)
      let words =
        switch kind {
        case .new: "new"
        case .critical:
          report.stillCritical == count || count == 0 ? "critical" : "critical (\(report.stillCritical) still)"
        case .recovered: "recovered"
        case .deleted: "deleted"
        case .orphan: count == 1 ? "orphan found" : "orphans found"
        }
      spans.append(Span("  \(count) \(words)", count == 0 ? .dim : kind.role))
    }
    return Line(spans).told(to: width) + Line(known(report, &context)).told(to: width)
  }

  /// What it cost, and from when on things are known that nobody tells afterwards.
  private func known(_ report: HandOver, _ context: inout DrawingContext) -> [Span] {
    var spans: [Span] = []
    if let spent = context.burn.spent(since: report.since, at: context.moment.now) {
      spans.append(Span("  compute $\(Wording.dollars(spent.dollars, digits: 2))", .money))
      if spent.from > report.since { spans.append(Span(" since \(spent.from.timeOfDay)", .dim)) }
    } else {
      spans.append(Span("  what it cost is not known yet", .unknown))
    }
    if let watched = report.watchedSince, watched > report.since {
      spans.append(Span("  watched since \(watched.timeOfDay): of before that only orgs that came and went are known", .dim))
    }
    context.moment.changes(at: context.moment.now + 60)
    return spans
  }
}
