import FleetModel

extension PageID {
  static let orphans = PageID(
    "orphans", title: "Orphans", keys: [.character("5"), .function(5)], help: "machines and more that run for nobody",
    count: { totals in
      let figure = totals.leftovers.value ?? 0 > 0 ? totals.orphans.joined(with: totals.leftovers, +) : totals.orphans
      return Count(figure: figure, role: figure.asOf == nil ? .failed : nil)
    },
    make: { _ in OrphansPage() })
}

typealias OrphanID = OrphanCase.ID

/// Every machine that isn't simply live, and what nothing uses any more: which is an orphan, why that is believed, and what can't be told.
struct OrphansContent: TableContent {
  static let page = PageID.orphans
  static let columns = [verdict, what, why, age, cost, soFar, evidence]
  static let initialSort = (column: verdict, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { why }

  func id(_ subject: Subject) -> OrphanID? {
    switch subject {
    case .instance(let id): OrphanID(kind: .instance, id: id.rawValue)
    case .leftover(let id): id
    default: nil
    }
  }

  func subject(_ id: OrphanID) -> Subject { id.kind == .instance ? .instance(InstanceID(id.id)) : .leftover(id) }

  func all(_ fleet: Fleet) -> [OrphanID] {
    fleet.judgement.questioned.map { OrphanID(kind: .instance, id: $0.rawValue) } + fleet.leftovers.ids
  }

  func count(_ fleet: Fleet) -> Int { fleet.judgement.questioned.count + fleet.leftovers.ids.count }
  func oldest(_ fleet: Fleet) -> OrphanID? { nil }

  func asOf(_ id: OrphanID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? {
    let region = id.kind == .instance ? fleet.instances[InstanceID(id.id)]?.row.region : fleet.leftovers.region(of: id)
    let sources = [Source.controlPlane] + [region].compactMap { $0 }.map(Source.ec2)
    return sources.compactMap { fleet.lastWord(of: $0, at: now) }.min()
  }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [OrphanID] {
    changes.instances.map { OrphanID(kind: .instance, id: $0.rawValue) } + changes.leftovers
  }

  func exists(_ id: OrphanID, _ fleet: Fleet) -> Bool {
    id.kind == .instance ? fleet.judgement.questioned.contains(InstanceID(id.id)) : fleet.leftovers.contains(id)
  }

  private func found(_ id: OrphanID, _ fleet: Fleet, at now: Timestamp) -> OrphanCase? {
    id.kind == .instance
      ? fleet.orphanCase(of: InstanceID(id.id), at: now) : fleet.leftoverCase(of: id, at: now)
  }

  /// What needs a human first; what can't be told any more stays before what never could.
  private static func rank(_ found: OrphanCase, _ fleet: Fleet) -> Double {
    if case .cannotTell = found.verdict, case .orphan = lastTold(found, fleet) { return found.verdict.rank - 0.5 }
    return found.verdict.rank
  }

  private static func lastTold(_ found: OrphanCase, _ fleet: Fleet) -> OrphanVerdict {
    guard found.kind != .instance else { return fleet.judgement.lastTold(of: InstanceID(found.id)) }
    return fleet.leftovers.lastTold(of: OrphanID(kind: found.kind, id: found.id)) ?? found.verdict
  }

  /// When it was launched or made.
  private static func since(_ found: OrphanCase, at now: Timestamp) -> Timestamp? { found.age.map { now + -$0 } }

  /// `org gone · workspace`
  static func reason(_ found: OrphanCase) -> String {
    let kind = found.kind == .instance ? found.role?.rawValue ?? "machine" : found.kind.word
    return "\(found.verdict.why) · \(kind)"
  }

  func texts(_ id: OrphanID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    // No text that is looked into tells an age.
    guard let found = found(id, fleet, at: Timestamp(milliseconds: 0)) else { return false }
    return look(id.id) || look(found.verdict.word) || look(Self.reason(found)) || look(found.slug?.rawValue ?? "")
      || look(found.orgID?.rawValue ?? "") || look(found.workspaceID?.rawValue ?? "") || look(found.type ?? "")
      || look(found.region?.rawValue ?? "") || look(found.brief)
  }

  func row(_ id: OrphanID, _ fleet: Fleet, _ context: inout DrawingContext) -> OrphanCase? {
    let now = context.moment.now
    guard let found = found(id, fleet, at: now) else { return nil }
    if case .grace = found.verdict, let age = found.age { context.moment.changes(at: now + (fleet.judgement.settings.grace - age) + 0.001) }
    return found
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    if let refusal = fleet.judgement.refusal(fleet, at: now) { return refusal }
    if let missing = fleet.judgement.missingRegions(fleet, at: now) { return missing }
    return "no orphans: everything of ours belongs to somebody"
  }
}

// MARK: - Columns

extension OrphansContent {
  static let verdict = Column<Self>(
    "VERDICT", minimum: 12, ideal: 12, priority: 2,
    // Of one verdict the dearest first.
    order: .lowestFirst { content, id, fleet, now in
      SortKey(content.found(id, fleet, at: now).map { rank($0, fleet) * 1e6 - min(1e5, $0.hourly ?? 0) })
    }
  ) { found, _, context in [Span("\(context.glyphs.sign(of: found.verdict.role)) \(found.verdict.word)", found.verdict.role)] }
  .field("verdict", "status").spelt { content, id, fleet, now in
    content.found(id, fleet, at: now).map { [$0.verdict.word, $0.verdict.name] } ?? []
  }

  static let what = Column<Self>("WHAT", minimum: 14, ideal: 30, priority: 0, order: .lowestFirst { _, id, _, _ in SortKey(id.id) }) {
    found, _, context in
    // Where there is no room for the verdict, its sign stands before the id.
    let sign = context.shows(verdict) ? "" : context.glyphs.sign(of: found.verdict.role) + " "
    let room = context.width - TextWidth.columns(of: sign)
    let type = found.type.map { " " + $0 } ?? ""
    let id = Span(Wording.shortened(found.id, to: max(12, room)), found.verdict.role == .failed ? .title : .text)
    // A whole id tells more than a part of it and its type.
    return [Span(sign, found.verdict.role), id] + (found.id.count + type.count <= room ? [Span(type, .dim)] : [])
  }
  .claiming(21)
  .field("what", "id", "type").spelt { content, id, fleet, now in
    [id.id] + [content.found(id, fleet, at: now)?.type].compactMap { $0 }
  }

  static let why = Column<Self>(
    "WHY / KIND", minimum: 14, ideal: 50, priority: 1,
    order: .lowestFirst { content, id, fleet, now in SortKey(content.found(id, fleet, at: now).map(reason)) }
  ) { found, fleet, _ in
    if case .cannotTell = found.verdict, case .orphan(let reasons) = lastTold(found, fleet) {
      return [Span("was an orphan: \(OrphanVerdict.orphan(reasons).why)", .failed)]
    }
    return [Span(reason(found), found.verdict.role == .failed ? .text : .dim)]
  }
  .claiming(30)
  .field("why", "kind", "reason").spelt { content, id, fleet, now in
    guard let found = content.found(id, fleet, at: now) else { return [] }
    if case .cannotTell = found.verdict, case .orphan(let reasons) = lastTold(found, fleet) {
      return [reason(found), "was an orphan: \(OrphanVerdict.orphan(reasons).why)"]
    }
    return [reason(found)]
  }

  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 5, alignment: .right,
    order: .highestFirst { content, id, fleet, now in content.found(id, fleet, at: now).flatMap { since($0, at: now).map { -$0.seconds } } }
  ) { found, _, context in
    [since(found, at: context.moment.now).map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)]
  }
  .measured(.duration) { content, id, fleet, now in content.found(id, fleet, at: now)?.age }

  static let cost = Column<Self>(
    "COST/H", minimum: 6, ideal: 7, priority: 3, alignment: .right,
    order: .highestFirst { content, id, fleet, now in content.found(id, fleet, at: now)?.hourly }
  ) { found, _, _ in
    [
      found.hourly.map { Span(Wording.dollars($0, digits: 3), found.verdict.role == .failed && $0 > 0 ? .money : .dim) }
        ?? Span("?", .unknown)
    ]
  }
  .field("cost").measured(.money)

  static let soFar = Column<Self>(
    "SO FAR", minimum: 7, ideal: 8, priority: 4, alignment: .right,
    order: .highestFirst { content, id, fleet, now in content.found(id, fleet, at: now)?.soFar }
  ) { found, _, _ in
    guard let cost = found.soFar else { return [Span("?", .unknown)] }
    return [Span("$" + Wording.dollars(cost, digits: 2), found.verdict.role == .failed ? .money : .dim)]
  }
  .measured(.money)

  static let evidence = Column<Self>(
    "EVIDENCE", minimum: 30, ideal: 40, priority: 6, stretch: 1,
    order: .lowestFirst { content, id, fleet, now in SortKey(content.found(id, fleet, at: now)?.brief) }
  ) { found, _, _ in [Span(found.brief, .dim)] }
  .toldBeside()
}

extension OrphanCase.Kind {
  var word: String { self == .securityGroup ? "security group" : rawValue }
}

extension OrphanVerdict {
  var role: Role {
    switch self {
    case .live, .foreign: .dim
    case .orphan: .failed
    case .grace: .running
    case .cannotTell: .unknown
    }
  }

  /// As a page says it.
  var word: String {
    switch self {
    case .live: "live"
    case .orphan: "orphan"
    case .grace: "grace"
    case .cannotTell: "can't tell"
    case .foreign: "not ours"
    }
  }

  /// What needs a human first.
  var rank: Double {
    switch self {
    case .orphan: 0
    case .cannotTell: 1
    case .grace: 2
    case .live: 3
    case .foreign: 4
    }
  }
}

/// The table of what may be an orphan, and under it what that costs together, what it was judged from, and why perhaps nothing was judged.
struct OrphansPage: TabledPage {
  var table = TablePage(OrphansContent())
  var hasSums: Bool { true }
  /// How many are in grace or can't be told, counted once until something of it changes.
  private var numbers: [String: Int]?

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    if !changes.instances.isEmpty || !changes.leftovers.isEmpty { numbers = nil }
    table.update(changes, fleet, at: now)
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    for next in [fleet.judgement.nextChange, fleet.leftovers.nextChange].compactMap({ $0 }) { context.moment.changes(at: next) }
    let under = rows >= 6 ? summary(fleet, width: width, rows: min(width < 100 ? 6 : 4, rows - 4, sumRows(of: rows)), &context) : []
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  // MARK: - Under the table

  private mutating func summary(_ fleet: Fleet, width: Int, rows: Int, _ context: inout DrawingContext) -> [Line] {
    let now = context.moment.now
    var lines: [Line] = []
    if !fleet.judgement.questioned.isEmpty,
      let refusal = fleet.judgement.refusal(fleet, at: now) ?? fleet.judgement.missingRegions(fleet, at: now)
    {
      lines = Array(Line("  \(context.glyphs.warning) \(refusal)", .warning).told(to: width).prefix(max(0, rows - 2)))
    }
    let (counts, judged) = (counts(fleet, &context), judgedFrom(fleet, &context))
    let told = Line(counts).told(to: width) + Sums.line(judged).told(to: width)
    let left = rows - lines.count
    lines += told.count <= left ? told : Sums.joined(Sums.pieces(counts) + judged, rows: left, width: width)
    return Array(lines.prefix(rows))
  }

  private func counted(_ fleet: Fleet) -> [String: Int] {
    var numbers: [String: Int] = [:]
    for id in fleet.judgement.questioned { numbers[fleet.judgement.verdict(of: id).name, default: 0] += 1 }
    for verdict in fleet.leftovers.ids.compactMap(fleet.leftovers.verdict) { numbers[verdict.name, default: 0] += 1 }
    return numbers
  }

  /// `7 orphan machines $0.41/h, 4 leftovers $0.13/h  $392/month  3 in grace  ? 2 can't be told`
  private mutating func counts(_ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    let numbers = numbers ?? counted(fleet)
    self.numbers = numbers
    let totals = fleet.figures.totals
    let (machines, leftovers) = (totals.orphans, totals.leftovers)
    let isCalm = machines.value == 0
    let tone: Role = machines.asOf != nil ? .stale : machines.value == nil ? .unknown : isCalm ? .dim : .failed
    let moneyRole: Role = tone == .stale ? .stale : .money
    func price(_ figure: Figure<Money>) -> [Span] {
      figure.value == nil ? [] : [Span(" $\(figure.text(digits: 2, context.glyphs))/h", moneyRole)]
    }
    var spans = [Span("  \(machines.text(context.glyphs)) \(machines.value == 1 ? "orphan machine" : "orphan machines")", tone)]
    if machines.value ?? 0 > 0 { spans += price(totals.orphaned) }
    if leftovers.value ?? 0 > 0 {
      let words = "\(leftovers.text(context.glyphs)) \(leftovers.value == 1 ? "leftover" : "leftovers")"
      spans += [Span(", ", .dim), Span(words, leftovers.asOf == nil ? .failed : .stale)] + price(totals.leftoversHourly)
    }
    if let asOf = [machines.asOf, leftovers.asOf].compactMap({ $0 }).min() { spans.append(Span(" \(context.moment.asOf(asOf))", .stale)) }
    var hourly = totals.orphaned.value ?? Money()
    hourly.add(totals.leftoversHourly.value ?? Money())
    if machines.value ?? 0 > 0 || leftovers.value ?? 0 > 0 {
      let unknown = hourly.hasUnknown ? "+?" : ""
      spans.append(Span("  $\(Wording.dollars(hourly.known * PriceBook.hoursPerMonth, digits: 0))\(unknown)/month", moneyRole))
    }
    if let grace = numbers["grace"] { spans.append(Span("  \(context.glyphs.coming) \(grace) in grace", .running)) }
    if let open = numbers["cannot-tell"] { spans.append(Span("  ? \(open) can't be told", .unknown)) }
    return spans
  }

  /// `judged from roster <1m ago, regions 2 of 2, tenants 13 of 14  waste $0.62/h = orphan machines $0.41/h + failed $0.21/h`
  private func judgedFrom(_ fleet: Fleet, _ context: inout DrawingContext) -> [Sums.Piece] {
    let complete = fleet.judgement.complete
    var spans = [Span("  judged from ", .dim)]
    let roster = complete.roster.map { Span("roster \(context.moment.age(since: $0)) ago", .dim) } ?? Span("no roster", .warning)
    spans += [roster, Span(", ", .dim)]
    func share(_ name: String, _ part: Int, of whole: Int) -> Span { Span("\(name) \(part) of \(whole)", part < whole ? .warning : .dim) }
    let tenants = fleet.book.tenants
    spans += [
      share("regions", complete.regions.count, of: fleet.regions.count), Span(", ", .dim),
      share("tenants", tenants.fresh, of: tenants.expected),
    ]
    let unread = fleet.resources.sorted { $0.key < $1.key }.flatMap { region, read in read.gaps.map { "\($0.what) of \(region)" } }
    // The way from the sums above to the one in the header.
    var waste: [Span] = []
    let totals = fleet.figures.totals
    if let failed = totals.failedHourly.value, failed.known > 0, totals.wasted.value != nil {
      let glyphs = context.glyphs
      let figures = [totals.wasted, totals.orphaned, totals.failedHourly].map { "$\($0.text(digits: 2, glyphs))/h" }
      let words = "  waste \(figures[0]) = orphan machines \(figures[1]) + failed \(figures[2])"
      waste.append(Span(words, totals.wasted.asOf == nil ? .dim : .stale))
    }
    if !unread.isEmpty { spans.append(Span("; not read: \(unread.joined(separator: ", "))", .warning)) }
    return [Sums.Piece(spans, calm: 0), Sums.Piece(waste, calm: 1)]
  }
}
