import FleetModel

/// What each org costs, as the last report has it.
struct CostsContent: TableContent {
  static let page = PageID.costs
  static let columns = [org, machines, perHour, perMonth, storage, addresses, sinceLaunch, llm, budget]
  static let initialSort = (column: perHour, isReversed: false)
  static let followsTop = false
  static let keysMove = false

  var report: CostReport?

  func id(_ subject: Subject) -> OrgID? { if case .org(let id) = subject { id } else { nil } }
  func subject(_ id: OrgID) -> Subject { .org(id) }
  func all(_ fleet: Fleet) -> [OrgID] { fleet.orgs.keys.filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.figures.totals.orgs.value ?? 0 }
  func oldest(_ fleet: Fleet) -> OrgID? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [OrgID] { Array(changes.orgs) }
  func exists(_ id: OrgID, _ fleet: Fleet) -> Bool { fleet.orgs[id].map { $0.row.status != .purged } ?? false }
  func asOf(_ id: OrgID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.figures.totals.hourly.asOf }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let org = fleet.orgs[id] else { return false }
    return look(org.slug.rawValue) || look(org.row.name ?? "") || look(id.rawValue)
  }

  struct Row {
    var org: Org
    /// `nil` until there is a report.
    var cost: CostSum?
    var llm: LLMSpend
  }

  func row(_ id: OrgID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    fleet.orgs[id].map { Row(org: $0, cost: report?.cost(of: id), llm: LLMSpend(of: $0, in: fleet)) }
  }

  static func monthly(_ sum: CostSum) -> Money {
    var money = Money()
    money.add(sum.hourly.known * PriceBook.hoursPerMonth)
    if sum.hourly.hasUnknown { money.add(nil) }
    return money
  }

  /// `12.30`, `12.30+?` where a part is unknown, `?` where all is.
  static func money(_ money: Money?, digits: Int = 2) -> Span {
    guard let money, !(money.hasUnknown && money.known == 0) else { return Span("?", .unknown) }
    return Span(Wording.dollars(money.known, digits: digits) + (money.hasUnknown ? "+?" : ""), money.known == 0 ? .dim : .text)
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "no orgs to pay for" }
}

// MARK: - Columns

extension CostsContent {
  static let org = Column<Self>(
    "ORG", minimum: 10, ideal: 32, priority: 0, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id]?.slug.rawValue) }
  ) { row, _, _ in [Span(row.org.slug.rawValue)] }
  .naming()

  static let machines = Column<Self>(
    "MACHINES", minimum: 8, ideal: 8, priority: 7, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id).map { Double($0.count) } }
  ) { row, _, _ in [row.cost.map { Span("\($0.count)", .dim) } ?? Span("?", .unknown)] }
  .measured(.count)

  static let perHour = Column<Self>(
    "$/H", minimum: 6, ideal: 8, priority: 1, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id)?.hourly.known }
  ) { row, _, _ in [money(row.cost?.hourly, digits: 3)] }
  .staying().field("cost", "hour").measured(.money) { content, id, _, _ in content.report?.cost(of: id)?.hourly.figure }

  static let perMonth = Column<Self>(
    "$/MONTH", minimum: 8, ideal: 9, priority: 2, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id)?.hourly.known }
  ) { row, _, _ in [money(row.cost.map { monthly($0) })] }
  .field("month").measured(.money) { content, id, _, _ in content.report?.cost(of: id).flatMap { monthly($0).figure } }

  static let storage = Column<Self>(
    "STORAGE", minimum: 7, ideal: 9, priority: 5, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id)?.storageMonthly.known }
  ) { row, _, _ in [money(row.cost?.storageMonthly)] }
  .measured(.money) { content, id, _, _ in content.report?.cost(of: id)?.storageMonthly.figure }

  static let addresses = Column<Self>(
    "ADDRESS", minimum: 7, ideal: 8, priority: 6, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id)?.addressMonthly.known }
  ) { row, _, _ in [money(row.cost?.addressMonthly)] }
  .measured(.money) { content, id, _, _ in content.report?.cost(of: id)?.addressMonthly.figure }

  static let sinceLaunch = Column<Self>(
    "SO FAR", minimum: 8, ideal: 10, priority: 4, alignment: .right,
    order: .highestFirst { content, id, _, _ in content.report?.cost(of: id)?.sinceLaunch.known }
  ) { row, _, _ in [money(row.cost?.sinceLaunch)] }
  .measured(.money) { content, id, _, _ in content.report?.cost(of: id)?.sinceLaunch.figure }

  static let llm = Column<Self>(
    "LLM", minimum: 7, ideal: 9, priority: 3, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in fleet.orgs[id].flatMap { LLMSpend(of: $0, in: fleet).spend } }
  ) { row, _, _ in
    guard let spend = row.llm.spend else { return [Span("?", .unknown)] }
    return [Span(Wording.dollars(spend, digits: 2), row.llm.isOverspent ? .warning : spend == 0 ? .dim : .text)]
  }
  .measured(.money)

  static let budget = Column<Self>(
    "BUDGET", minimum: 8, ideal: 12, priority: 3, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in fleet.orgs[id].flatMap { LLMSpend(of: $0, in: fleet).budget } }
  ) { row, _, context in
    guard let budget = row.llm.budget else { return [row.llm.spend == nil ? Span("?", .unknown) : Span("none", .dim)] }
    let isOver = row.llm.isOverspent
    return [Span((isOver ? context.glyphs.warning + " " : "") + Wording.dollars(budget, digits: 2), isOver ? .warning : .dim)]
  }
  .measured(.money)
}
