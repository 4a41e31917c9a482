import Feeds
import FleetModel

extension PageID {
  static let posture = PageID(
    "posture", title: "Posture", keys: [.character("8"), .function(8)], help: "what is exposed", sources: nil, make: { _ in PosturePage() })
}

/// What can be seen of the fleet's security from outside: looked at when the page is opened, and again on demand, never by itself.
struct PosturePage: TabledPage {
  var table = TablePage<PostureContent>()
  private(set) var rowsUnder = 1
  private var looked: (failed: Int, at: Timestamp)?

  /// Seconds for which what was looked at counts as it is: nobody asks again by himself.
  private static let freshFor = 900.0

  var id: PageID { .posture }

  mutating func asks(again: Bool, _ fleet: Fleet, at now: Timestamp) -> Effect? {
    switch table.content.state {
    case .asking: return nil
    case .looked where !again: return nil
    // A roster that was not read yet names nobody to ask about.
    case .never where !again && fleet.freshness(of: .controlPlane, at: now).at == nil: return nil
    default: break
    }
    table.change({ $0.state = .asking }, fleet, at: now)
    return .posture(PostureQuestion(about: fleet, at: now))
  }

  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) {
    guard case .posture(let checks, let moment) = answer else { return }
    table.change({ ($0.checks, $0.state) = (checks, .looked(at: moment)) }, fleet, at: now)
    looked = (checks.count { $0.result == .fail }, moment)
  }

  /// What failed: what could not be told needs nobody yet.
  func tabCount(_ fleet: Fleet, _ moment: inout Moment) -> PageID.Count? {
    guard let looked else { return nil }
    let old = looked.at + Self.freshFor
    moment.changes(at: old)
    return moment.now < old
      ? PageID.Count(figure: Figure(looked.failed, .known), role: .failed, isOfPage: true)
      : PageID.Count(figure: Figure(looked.failed, .lastKnown(looked.at)), isOfPage: true)
  }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {}

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    let under = rows >= 6 ? Sums.spaced(summary(&context).told(to: width), in: rows) : []
    rowsUnder = under.count
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  private func summary(_ context: inout DrawingContext) -> Line {
    let counts = table.content.counts
    var spans: [Span] = []
    for (result, role) in [(Check.Result.fail, Role.failed), (.unknown, .unknown), (.pass, .ok)] {
      if let count = counts[result] { spans.append(Span("  \(context.glyphs.sign(of: role)) \(count) \(result.rawValue)", role)) }
    }
    switch table.content.state {
    case .never: spans.append(Span("  not looked at yet", .dim))
    case .asking: spans.append(Span("  looking …", .running))
    case .looked(let at): spans.append(Span("  looked \(context.moment.age(since: at)) ago, reading only", .dim))
    }
    return Line(spans)
  }
}

struct PostureContent: TableContent {
  enum State {
    case never
    case asking
    case looked(at: Timestamp)
  }

  /// As they were answered, numbered.
  var checks: [Check] = []
  var state = State.never

  static let page = PageID.posture
  static let columns = [result, check, target, what, evidence]
  static let initialSort = (column: result, isReversed: false)
  static let followsTop = false
  static let keysMove = false

  var counts: [Check.Result: Int] { Dictionary(checks.map { ($0.result, 1) }, uniquingKeysWith: +) }

  func id(_ subject: Subject) -> Int? {
    guard case .own(let subject) = subject, let check = subject.kind as? Check else { return nil }
    return checks.firstIndex(of: check)
  }
  func subject(_ id: Int) -> Subject { Subject(checks[id]) }
  func all(_ fleet: Fleet) -> [Int] { Array(checks.indices) }
  func count(_ fleet: Fleet) -> Int { checks.count }
  func oldest(_ fleet: Fleet) -> Int? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [Int] { [] }
  func exists(_ id: Int, _ fleet: Fleet) -> Bool { checks.indices.contains(id) }

  func texts(_ id: Int, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    let check = checks[id]
    return look(check.id) || look(check.target) || look(check.summary) || look(check.result.rawValue)
  }

  func row(_ id: Int, _ fleet: Fleet, _ context: inout DrawingContext) -> Check? { checks[id] }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    switch state {
    case .never: "not looked at yet; :refresh looks"
    case .asking: "looking"
    case .looked: "there was nothing to look at; :refresh looks again"
    }
  }
}

// MARK: - Columns

extension PostureContent {
  static let result = Column<Self>(
    "RESULT", minimum: 9, ideal: 9, priority: 3,
    order: .lowestFirst { content, id, _, _ in
      switch content.checks[id].result {
      case .fail: .number(0)
      case .unknown: .number(1)
      case .pass: .number(2)
      }
    }
  ) { check, _, context in Wording.state(check.result.rawValue, check.result.role, context.glyphs) }
  .field("result", "status").spelt { content, id, _, _ in [content.checks[id].result.rawValue] }

  static let check = Column<Self>(
    "CHECK", minimum: 14, ideal: 22, priority: 0, order: .lowestFirst { content, id, _, _ in SortKey(content.checks[id].id) }
  ) { check, _, context in
    // Where there is no room for the result, its sign stands before the name.
    let sign = context.shows(result) ? [] : [Span(context.glyphs.sign(of: check.result.role) + " ", check.result.role)]
    return sign + [Span(check.id, check.result == .pass ? .text : .title)]
  }
  .claiming(16)

  static let target = Column<Self>(
    "TARGET", minimum: 10, ideal: 22, priority: 1, order: .lowestFirst { content, id, _, _ in SortKey(content.checks[id].target) }
  ) { check, _, _ in [Span(check.target, .dim)] }
  .claiming(20)
  .field("target", "org")

  static let what = Column<Self>(
    "WHAT", minimum: 16, ideal: 50, priority: 2, stretch: 2,
    order: .lowestFirst { content, id, _, _ in SortKey(content.checks[id].summary) }
  ) { check, _, _ in [Span(check.summary)] }
  .claiming(60)

  static let evidence = Column<Self>(
    "EVIDENCE", minimum: 24, ideal: 36, priority: 4, stretch: 1,
    order: .lowestFirst { content, id, _, _ in SortKey(content.checks[id].evidence.first) }
  ) { check, _, _ in [Span(check.evidence.joined(separator: "; "), .dim)] }
  .toldBeside()
  .spelt { content, id, _, _ in content.checks[id].evidence }
}

extension Check: PageSubject {
  func title(_ fleet: Fleet) -> String { "\(id) of \(target)" }

  func relations(in fleet: Fleet) -> Relations { Relations(org: fleet.org(named: Slug(String(target.prefix { $0 != "/" })))?.id) }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    let evidence = evidence.isEmpty ? "" : ": \(evidence.joined(separator: "; "))"
    return [Notice(role: result == .pass ? .text : result.role, summary: summary + evidence)]
  }

  func describe(in list: inout FieldLines, _ fleet: Fleet, _ context: inout DrawingContext) {
    list.field("result", Wording.state(result.rawValue, result.role, context.glyphs))
    list.field("what", summary)
    list.field("target", target)
    for evidence in evidence { list.field("evidence", evidence) }
    list.field("took", millis.map { "\(Int(clamping: $0.rounded())) ms" })
  }
}

extension Check.Result {
  var role: Role {
    switch self {
    case .pass: .ok
    case .fail: .failed
    case .unknown: .unknown
    }
  }
}
