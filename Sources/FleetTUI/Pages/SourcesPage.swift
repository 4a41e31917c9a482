import FleetModel

extension PageID {
  static let sources = PageID(
    "sources", title: "Sources", keys: [], help: "who tells what is shown: how fresh, how often, what failed, what it may still be asked",
    sources: nil, make: { _ in SourcesPage() })
}

struct SourcesPage: BareTablePage {
  var table = TablePage<SourcesContent>()
}

/// Whom something is known from.
enum Teller: Hashable, Comparable, Sendable {
  case source(Source)
  /// The tenants' event streams, all together: their tenants stand in rows of their own.
  case streams

  private var place: Int {
    switch self {
    case .source(.controlPlane): 0
    case .source(.feed): 1
    case .streams: 2
    case .source(.ec2): 3
    case .source(.database): 4
    case .source(.dns): 5
    case .source(.tenant), .source(.here): 6
    }
  }

  var name: String {
    switch self {
    case .source(let source): source.description
    case .streams: "tenants' streams"
    }
  }

  static func < (left: Teller, right: Teller) -> Bool { (left.place, left.name) < (right.place, right.name) }
}

/// Every source with how it stands, how much it says, and what went wrong with it.
struct SourcesContent: TableContent {
  static let page = PageID.sources
  static let columns = [source, state, age, rate, gaps, failed, next, why, budget]
  static let initialSort = (column: state, isReversed: false)
  static let followsTop = false
  // A rate falls by time alone.
  static let keysMove = true

  func id(_ subject: Subject) -> Teller? { if case .own(let own) = subject { (own.kind as? SourceSubject)?.teller } else { nil } }
  func subject(_ id: Teller) -> Subject { Subject(SourceSubject(teller: id)) }
  func all(_ fleet: Fleet) -> [Teller] {
    fleet.sources.keys.filter { $0 != .here }.map(Teller.source) + (exists(.streams, fleet) ? [.streams] : [])
  }
  func count(_ fleet: Fleet) -> Int { all(fleet).count }
  func oldest(_ fleet: Fleet) -> Teller? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [Teller] { changes.sources.map(Teller.source) + [.streams] }

  func exists(_ id: Teller, _ fleet: Fleet) -> Bool {
    switch id {
    case .source(let source): source != .here && fleet.sources[source] != nil
    case .streams: fleet.streamLoad.wanted > 0 || fleet.streamLoad.open > 0 || fleet.streamActivity.words > 0
    }
  }

  func texts(_ id: Teller, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    let standing = Self.standing(of: id, fleet, at: nil)
    return look(id.name) || look(standing.word) || look(standing.why ?? "")
  }

  struct Standing {
    var word: String
    var role: Role
    /// What needs a look comes first.
    var rank: Double
    var at: Timestamp?
    var why: String?
  }

  /// - Parameter now: `nil`: as of its own last word, for who looks for texts.
  static func standing(of id: Teller, _ fleet: Fleet, at now: Timestamp?) -> Standing {
    guard case .source(let source) = id else {
      let load = fleet.streamLoad
      guard load.wanted > 0 || load.open > 0 else {
        return Standing(word: "not needed", role: .dim, rank: 6, at: nil, why: "nothing is wanted that the feed and the polls don't tell")
      }
      let isShort = load.open < load.wanted
      return Standing(
        word: "\(load.open) of \(load.wanted) open", role: isShort ? .running : .ok, rank: isShort ? 3 : 5, at: nil,
        why: load.wanted >= load.limit ? "every stream of the budget is taken: what stands still is polled" : nil)
    }
    let record = fleet.sources[source]
    let freshness =
      now.map { fleet.freshness(of: source, at: $0) } ?? record?.freshness(at: record?.lastComplete ?? Timestamp(milliseconds: 0))
    if let org = fleet.excused(source), freshness?.state != .complete {
      return Standing(
        word: org.isLeaving ? "going" : "not needed", role: .dim, rank: 6, at: freshness?.at,
        why: org.isLeaving ? "its org is being deleted" : "its org \(org.row.status.map { "is \($0.text)" } ?? "has no status")")
    }
    switch freshness?.state {
    case .failed?: return Standing(word: "failed", role: .failed, rank: 0, at: freshness?.at, why: freshness?.trouble)
    case .stale?: return Standing(word: "stale", role: .stale, rank: 1, at: freshness?.at, why: freshness?.trouble)
    case .partial?: return Standing(word: "partial", role: .stale, rank: 2, at: freshness?.at, why: freshness?.trouble)
    case .complete?:
      let isWhole = freshness?.lack == nil
      return Standing(word: "complete", role: isWhole ? .ok : .warning, rank: isWhole ? 5 : 2.5, at: freshness?.at, why: freshness?.lack)
    case .never?, nil:
      guard let why = record?.notOffered else {
        return Standing(word: "loading", role: .running, rank: 3, at: nil, why: freshness?.problem)
      }
      return Standing(word: "not offered", role: .dim, rank: 6, at: nil, why: why)
    }
  }

  struct Row {
    var teller: Teller
    var standing: Standing
    var activity: SourceActivity
  }

  func row(_ id: Teller, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    guard exists(id, fleet) else { return nil }
    // What it says a minute falls by itself.
    context.moment.changes(at: context.moment.now + 5)
    return Row(teller: id, standing: Self.standing(of: id, fleet, at: context.moment.now), activity: Self.activity(of: id, fleet))
  }

  static func activity(of id: Teller, _ fleet: Fleet) -> SourceActivity {
    switch id {
    case .source(let source): fleet.activity(of: source)
    case .streams: fleet.streamActivity
    }
  }

  /// `12/min`, `0.5/min`; nothing where nothing was said.
  static func pace(_ activity: SourceActivity, at now: Timestamp) -> String {
    let rate = activity.rate(at: now)
    guard rate > 0 else { return "–" }
    return rate < 10 ? "\(Wording.dollars(rate, digits: 1))/min" : "\(Int(clamping: rate.rounded()))/min"
  }

  /// What it may still be asked; `nil` where no budget is known.
  static func budget(of id: Teller, _ fleet: Fleet, at now: Timestamp) -> String? {
    switch id {
    case .streams: "\(fleet.streamLoad.open) of \(fleet.streamLoad.limit) streams"
    case .source(.ec2(let region)):
      "\(Int(clamping: fleet.activity(of: .ec2(region)).rate(at: now).rounded())) of \(EC2Limits.requestsPerMinute)/min"
    case .source: nil
    }
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "no source is configured" }
}

// MARK: - Columns

extension SourcesContent {
  static let source = Column<Self>(
    "SOURCE", minimum: 12, ideal: 34, priority: 0, order: .lowestFirst { _, id, _, _ in SortKey(id.name) }
  ) { row, _, _ in [Span(row.teller.name, row.standing.role == .failed ? .title : .text)] }
  .claiming(20).naming()

  static let state = Column<Self>(
    "STATE", minimum: 10, ideal: 16, priority: 1,
    order: .lowestFirst { _, id, fleet, now in SortKey(standing(of: id, fleet, at: now).rank) }
  ) { row, _, context in Wording.state(row.standing.word, row.standing.role, context.glyphs) }
  .claiming(12).field("state", "status").spelt { _, id, fleet, now in [standing(of: id, fleet, at: now).word] }

  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 2, alignment: .right,
    order: .lowestFirst { _, id, fleet, now in SortKey(standing(of: id, fleet, at: now).at.map { -$0.seconds }) }
  ) { row, _, context in [row.standing.at.map { Span(context.moment.age(since: $0), .dim) } ?? Span("–", .dim)] }
  .measured(.duration) { _, id, fleet, now in standing(of: id, fleet, at: now).at.map { now - $0 } }

  /// Answers, or events of a stream.
  static let rate = Column<Self>(
    "RATE", minimum: 7, ideal: 9, priority: 4, alignment: .right,
    order: .highestFirst { _, id, fleet, now in activity(of: id, fleet).rate(at: now) }
  ) { row, _, context in [Span(pace(row.activity, at: context.moment.now), .dim)] }

  static let gaps = Column<Self>(
    "GAPS", minimum: 4, ideal: 5, priority: 6, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in Double(activity(of: id, fleet).gaps) }
  ) { row, _, _ in [Span("\(row.activity.gaps)", row.activity.gaps > 0 ? .warning : .dim)] }

  static let failed = Column<Self>(
    "FAILED", minimum: 6, ideal: 6, priority: 5, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in Double(activity(of: id, fleet).failures) }
  ) { row, _, _ in [Span("\(row.activity.failures)", row.activity.failures > 0 ? .warning : .dim)] }

  static let next = Column<Self>(
    "NEXT", minimum: 8, ideal: 8, priority: 7,
    order: .lowestFirst { _, id, fleet, now in
      if case .source(let source) = id { SortKey(fleet.nextQuestion(to: source, at: now)?.seconds) } else { SortKey(nil as Double?) }
    }
  ) { row, fleet, context in
    guard case .source(let source) = row.teller, let next = fleet.nextQuestion(to: source, at: context.moment.now) else {
      return [Span("–", .dim)]
    }
    return [Span(next.timeOfDay, .dim)]
  }
  .exported(exactly: { _, id, fleet, now in
    guard case .source(let source) = id else { return nil }
    return fleet.nextQuestion(to: source, at: now)?.description
  })

  static let budget = Column<Self>(
    "BUDGET", minimum: 14, ideal: 18, priority: 8,
    order: .highestFirst { _, id, fleet, now in budget(of: id, fleet, at: now) == nil ? nil : activity(of: id, fleet).rate(at: now) }
  ) { row, fleet, context in
    // Where there is none, the column before has its room.
    budget(of: row.teller, fleet, at: context.moment.now).map { [Span($0, .dim)] } ?? []
  }
  .exported(.words).toldBeside()

  /// Why it isn't well now, else what last went wrong.
  static let why = Column<Self>(
    "WHY", minimum: 14, ideal: 40, priority: 3, stretch: 1,
    order: .lowestFirst { _, id, fleet, now in SortKey(standing(of: id, fleet, at: now).why ?? activity(of: id, fleet).lastFailure?.reason)
    }
  ) { row, _, context in
    if let why = row.standing.why { return [Span(why, row.standing.role == .ok ? .dim : row.standing.role)] }
    guard let last = row.activity.lastFailure else { return [] }
    return [Span("failed \(context.moment.told(last.at)): \(last.reason)", .dim)]
  }
  .staying()
  .claiming(40)
}

/// A source as what is looked at.
private struct SourceSubject: PageSubject {
  var teller: Teller

  func title(_ fleet: Fleet) -> String { "source \(teller.name)" }

  func relations(in fleet: Fleet) -> Relations {
    guard case .source(.tenant(let slug)) = teller else { return Relations() }
    return Relations(org: fleet.org(named: slug)?.id, name: slug.rawValue)
  }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    let standing = SourcesContent.standing(of: teller, fleet, at: now)
    guard [.failed, .stale, .warning].contains(standing.role) else { return [] }
    return [Notice(role: standing.role, summary: standing.word + (standing.why.map { ": \($0)" } ?? ""))]
  }

  func describe(in list: inout FieldLines, _ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    let standing = SourcesContent.standing(of: teller, fleet, at: now)
    let activity = SourcesContent.activity(of: teller, fleet)
    list.field("state", Wording.state(standing.word, standing.role, context.glyphs))
    list.field("why", standing.why, standing.role == .ok ? .dim : standing.role)
    if let at = standing.at { list.field("last answer", context.moment.told(at)) }
    if case .source(let source) = teller {
      if let record = fleet.sources[source] {
        list.field(
          "asked", record.isStream ? "listened to" : record.pollInterval.map { "every \(Moment.elapsed($0))" } ?? "by the fleet's wants")
      }
      list.field("next question", fleet.nextQuestion(to: source, at: now)?.timeOfDay)
      if let clock = fleet.clocks[source] { list.field("its clock", "\(Int(clamping: clock.offset.ahead.rounded())) s ahead of here") }
    }
    let isSilent = activity.rate(at: now) <= 0
    list.field(
      "said",
      activity.words == 0
        ? "nothing yet" : "\(activity.words), " + (isSilent ? "none" : SourcesContent.pace(activity, at: now)) + " in the last minute")
    list.field("budget", SourcesContent.budget(of: teller, fleet, at: now))
    list.field("failures", "\(activity.failures)", activity.failures > 0 ? .warning : .dim)
    if let last = activity.lastFailure { list.field("the last", "\(context.moment.told(last.at)): \(last.reason)") }
    list.field("gaps", "\(activity.gaps)", activity.gaps > 0 ? .warning : .dim)
    if let last = activity.lastGap { list.field("the last", "\(context.moment.told(last.at)): \(last.reason)") }
    context.moment.changes(at: now + 5)
  }
}
