import FleetModel

/// What each org costs, as the last report has it.
struct CostsContent: TableContent {
  static let page = PageID.costs
  static let columns = [
    Column(id: "org", title: "ORG", minimum: 10, ideal: 24, priority: 0, stretch: 1),
    Column(id: "machines", title: "MACHINES", minimum: 8, ideal: 8, priority: 7, alignment: .right, highestFirst: true),
    Column(id: "hourly", title: "$/H", minimum: 7, ideal: 8, priority: 1, alignment: .right, highestFirst: true),
    Column(id: "monthly", title: "$/MONTH", minimum: 8, ideal: 9, priority: 2, alignment: .right, highestFirst: true),
    Column(id: "storage", title: "STORAGE", minimum: 8, ideal: 9, priority: 5, alignment: .right, highestFirst: true),
    Column(id: "addresses", title: "ADDRESS", minimum: 8, ideal: 8, priority: 6, alignment: .right, highestFirst: true),
    Column(id: "launch", title: "SO FAR", minimum: 8, ideal: 10, priority: 4, alignment: .right, highestFirst: true),
    Column(id: "llm", title: "LLM", minimum: 8, ideal: 9, priority: 3, alignment: .right, highestFirst: true),
    Column(id: "budget", title: "BUDGET", minimum: 8, ideal: 12, priority: 3, alignment: .right, highestFirst: true),
  ]
  static let initialSort = (column: 2, isReversed: false)
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

  func key(_ id: OrgID, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    guard let org = fleet.orgs[id] else { return .unknown }
    let cost = report?.cost(of: id)
    return switch Self.columns[column].id {
    case "org": SortKey(org.slug.rawValue)
    case "machines": SortKey(cost.map { -Double($0.count) })
    case "storage": SortKey(cost.map { -$0.storageMonthly.known })
    case "addresses": SortKey(cost.map { -$0.addressMonthly.known })
    case "launch": SortKey(cost.map { -$0.sinceLaunch.known })
    case "llm": SortKey(LLMSpend(of: org, in: fleet).spend.map { -$0 })
    case "budget": SortKey(LLMSpend(of: org, in: fleet).budget.map { -$0 })
    default: SortKey(cost.map { -$0.hourly.known })
    }
  }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let org = fleet.orgs[id] else { return false }
    return look(org.slug.rawValue) || look(org.row.name ?? "") || look(id.rawValue)
  }

  func cells(_ id: OrgID, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    guard let org = fleet.orgs[id] else { return Self.columns.map { _ in [] } }
    let cost = report?.cost(of: id)
    let llm = LLMSpend(of: org, in: fleet)
    let isOver = llm.isOverspent
    return [
      [Span(org.slug.rawValue)], [cost.map { Span("\($0.count)", .dim) } ?? Span("?", .unknown)],
      [Self.money(cost?.hourly, digits: 3)], [Self.money(cost.map { Self.monthly($0) })], [Self.money(cost?.storageMonthly)],
      [Self.money(cost?.addressMonthly)], [Self.money(cost?.sinceLaunch)],
      [llm.spend.map { Span(Wording.dollars($0, digits: 2), isOver ? .warning : $0 == 0 ? .dim : .money) } ?? Span("?", .unknown)],
      [
        llm.budget.map { Span((isOver ? context.glyphs.warning + " " : "") + Wording.dollars($0, digits: 2), isOver ? .warning : .dim) }
          ?? Span(llm.spend == nil ? "?" : "none", llm.spend == nil ? .unknown : .dim)
      ],
    ]
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
    return Span(Wording.dollars(money.known, digits: digits) + (money.hasUnknown ? "+?" : ""), money.known == 0 ? .dim : .money)
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "no orgs to pay for" }
}
