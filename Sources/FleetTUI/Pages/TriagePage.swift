import FleetModel

extension PageID {
  static let triage = PageID(
    "triage", title: "Triage", keys: [.character("3"), .function(3)], help: "everything that needs a human, the worst first",
    sources: Sources(others: [.dns, .database]),
    count: { totals in
      let critical = totals.findings[.critical] ?? 0
      return Count(figure: Figure(critical + (totals.findings[.warning] ?? 0), .known), role: critical > 0 ? .failed : .warning)
    }, make: { _ in TriagePage() })
}

/// A finding's place in an order: one target may have several of a code.
struct FindingID: Hashable, Comparable, Sendable {
  var target: Finding.Target
  var code: Finding.Code
  /// Among those of its code, the worst first.
  var number = 0

  private var name: String {
    switch target {
    case .org(let id): id.rawValue
    case .workspace(let id): id.rawValue
    case .fleet: ""
    }
  }

  static func < (left: Self, right: Self) -> Bool {
    (left.name, left.code.rawValue, left.number) < (right.name, right.code.rawValue, right.number)
  }

  static func all(of target: Finding.Target, _ fleet: Fleet) -> [FindingID] {
    var seen: [Finding.Code: Int] = [:]
    return fleet.triage.findings(of: target).map { finding in
      defer { seen[finding.code, default: 0] += 1 }
      return FindingID(target: target, code: finding.code, number: seen[finding.code] ?? 0)
    }
  }

  /// As it was judged last; its ages are of then.
  func finding(in fleet: Fleet) -> Finding? {
    let same = fleet.triage.findings(of: target).filter { $0.code == code }
    return same.indices.contains(number) ? same[number] : nil
  }

  /// As it is now.
  func finding(in fleet: Fleet, at now: Timestamp) -> Finding? {
    let same = fleet.findings(believedOf: target, at: now).filter { $0.code == code }
    return same.indices.contains(number) ? same[number] : finding(in: fleet)
  }
}

/// The table of findings, and under it how many there are of each severity: those for information need nobody, and its tab doesn't count them.
/// What needs a human and is a row of another page is counted beside them.
struct TriagePage: TabledPage {
  var table = TablePage<TriageContent>()

  mutating func takeTouch() -> Bool { table.takeTouch() }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    let spans = rows < 6 ? [] : Self.sums(fleet.figures.totals) + Self.elsewhere(fleet, at: context.moment.now, context.glyphs)
    let sums = spans.isEmpty ? [] : Line(spans).told(to: width)
    return table.draw(fleet, over: sums, rows: rows, width: width, &context)
  }

  /// `14 need a human: 9 critical, 5 warnings  1 for information`
  private static func sums(_ totals: Figures.Totals) -> [Span] {
    func count(_ severity: Finding.Severity) -> Int { totals.findings[severity] ?? 0 }
    let (critical, warnings, info) = (count(.critical), count(.warning), count(.info))
    guard critical + warnings + info > 0 else { return [] }
    let all = critical + warnings
    var spans = [Span("  \(all) \(all == 1 ? "needs" : "need") a human", all > 0 ? .title : .dim)]
    if critical > 0 { spans.append(Span(": \(critical) critical", .failed)) }
    if warnings > 0 { spans.append(Span("\(critical > 0 ? ", " : ": ")\(warnings) \(warnings == 1 ? "warning" : "warnings")", .warning)) }
    if info > 0 { spans.append(Span("  \(info) for information", .dim)) }
    return spans
  }

  /// `✕ 5 on Orphans  ◐ us-east-2 lost, see Sources`
  static func elsewhere(_ fleet: Fleet, at now: Timestamp, _ glyphs: Glyphs) -> [Span] {
    let orphans = PageID.orphans.count(fleet.figures.totals)?.figure
    // A lost tenant has its own finding.
    let lost = ([.controlPlane, .dns, .database] + fleet.regions.sorted().map(Source.ec2)).filter {
      let state = fleet.freshness(of: $0, at: now).state
      return state == .stale || state == .failed
    }
    var spans: [Span] = []
    if let orphans, orphans.value ?? 0 > 0 {
      spans.append(Span("  \(Role.failed.glyph(glyphs)) \(orphans.text(glyphs)) on \(PageID.orphans.title)", .failed))
    }
    if !lost.isEmpty {
      let names = lost.map(\.description).joined(separator: ", ")
      spans.append(Span("  \(Role.stale.glyph(glyphs)) \(names) lost, see \(PageID.sources.title)", .stale))
    }
    return spans
  }
}

/// Everything that needs a human: each finding of the fleet, the worst first, a cause before what follows from it.
struct TriageContent: TableContent {
  static let page = PageID.triage
  static let columns = [severity, target, finding, what, next]
  static let initialSort = (column: severity, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { what }
  /// An org that is well has no row here.
  static var elsewhere: String { "; Fleet has every org" }

  /// The rows of each target: what a change of it takes away.
  private var rows: [Finding.Target: [FindingID]] = [:]

  func id(_ subject: Subject) -> FindingID? { if case .finding(let id) = subject { id } else { nil } }
  func subject(_ id: FindingID) -> Subject { .finding(id) }
  func all(_ fleet: Fleet) -> [FindingID] { fleet.triage.targets.flatMap { FindingID.all(of: $0, fleet) } }
  func count(_ fleet: Fleet) -> Int { [.critical, .warning, .info].reduce(0) { $0 + fleet.triage.count(of: $1) } }
  func oldest(_ fleet: Fleet) -> FindingID? { nil }
  func exists(_ id: FindingID, _ fleet: Fleet) -> Bool { id.finding(in: fleet) != nil }
  func asOf(_ id: FindingID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { id.finding(in: fleet)?.asOf }

  mutating func touched(by changes: FleetChanges, _ fleet: Fleet) -> [FindingID] {
    var touched: Set<FindingID> = []
    for target in changes.findings {
      let now = FindingID.all(of: target, fleet)
      touched.formUnion(rows[target] ?? FindingID.possible(of: target))
      touched.formUnion(now)
      rows[target] = now.isEmpty ? nil : now
    }
    return Array(touched)
  }

  func texts(_ id: FindingID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let finding = id.finding(in: fleet) else { return false }
    return look(Self.name(of: id.target, fleet)) || look(finding.code.rawValue) || look(finding.summary) || look(finding.severity.rawValue)
  }

  static func name(of target: Finding.Target, _ fleet: Fleet) -> String {
    switch target {
    case .org(let id): fleet.name(of: id)
    case .workspace(let id): ProvisioningContent.name(of: .workspace(id), fleet)
    case .fleet: "the fleet"
    }
  }

  struct Row {
    var target: Finding.Target
    /// As it is now.
    var finding: Finding
  }

  func row(_ id: FindingID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    guard let finding = id.finding(in: fleet, at: context.moment.now) else { return nil }
    // Its ages are told in minutes.
    context.moment.changes(at: context.moment.now + 60)
    return Row(target: id.target, finding: finding)
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    let roster = fleet.freshness(of: .controlPlane, at: now)
    return switch roster.state {
    case .complete where !TriagePage.elsewhere(fleet, at: now, .unicode).isEmpty: "no finding; the line below says what else there is"
    case .complete: "nothing is wrong that can be seen from here"
    case .never: "not loaded yet: the control plane has not answered"
    default: "nothing found, but the control plane can't be read: \(roster.problem ?? roster.state.rawValue)"
    }
  }
}

// MARK: - Columns

extension TriageContent {
  static let severity = Column<Self>(
    "SEVERITY", minimum: 10, ideal: 10, priority: 2,
    // Of equals the names in order.
    order: .lowestFirst { _, id, fleet, _ in
      SortKey(id.finding(in: fleet).map { "\(Wording.padded($0.urgency, 2)) \(name(of: id.target, fleet))" })
    }
  ) { row, _, context in Wording.state(row.finding.severity.rawValue, row.finding.role, context.glyphs) }
  .staying().spelt { _, id, fleet, _ in id.finding(in: fleet).map { [$0.severity.rawValue] } ?? [] }

  static let target = Column<Self>(
    "TARGET", minimum: 10, ideal: 32, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(name(of: id.target, fleet)) }
  ) { row, fleet, context in
    // Where there is no room for the severity, its sign stands before the name.
    let sign = context.shows(severity) ? [] : [Span(context.glyphs.sign(of: row.finding.role) + " ", row.finding.role)]
    return sign + [Span(name(of: row.target, fleet), .title)]
  }
  .claiming(20).naming()
  .field("target", "org", "workspace")

  static let finding = Column<Self>(
    "FINDING", minimum: 23, ideal: 23, priority: 3, order: .lowestFirst { _, id, _, _ in SortKey(id.code.rawValue) }
  ) { row, _, _ in [Span(row.finding.code.rawValue, row.finding.role)] }
  .field("finding", "code")

  static let what = Column<Self>(
    "WHAT", minimum: 14, ideal: 60, priority: 1, stretch: 2,
    order: .lowestFirst { _, id, fleet, _ in SortKey(id.finding(in: fleet)?.summary) }
  ) { row, _, _ in [Span(row.finding.summary)] }
  .claiming(38).staying()
  .field("what", "summary")

  static let next = Column<Self>(
    "NEXT STEP", minimum: 40, ideal: 40, priority: 4, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(id.finding(in: fleet)?.nextStep) }
  ) { row, _, context in [Span(context.drawing.words(row.finding.step), .dim)] }
  .field("next", "next-step")
}

extension FindingID {
  /// Every first of its code: what may have been there before anybody looked.
  fileprivate static func possible(of target: Finding.Target) -> [FindingID] {
    Finding.Code.allCases.map { FindingID(target: target, code: $0) }
  }
}
