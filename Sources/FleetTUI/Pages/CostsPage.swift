import FleetModel

/// What each org costs, as the last report has it.
struct CostsContent: TableContent {
  static let page = PageID.costs
  static let columns = [
    Column(id: "org", title: "ORG", minimum: 10, ideal: 24, priority: 0, stretch: 1),
    Column(id: "machines", title: "MACHINES", minimum: 8, ideal: 8, priority: 7, alignment: .right),
    Column(id: "hourly", title: "$/H", minimum: 7, ideal: 8, priority: 1, alignment: .right),
    Column(id: "monthly", title: "$/MONTH", minimum: 8, ideal: 9, priority: 2, alignment: .right),
    Column(id: "storage", title: "STORAGE", minimum: 8, ideal: 9, priority: 5, alignment: .right),
    Column(id: "addresses", title: "ADDRESS", minimum: 8, ideal: 8, priority: 6, alignment: .right),
    Column(id: "launch", title: "SO FAR", minimum: 8, ideal: 10, priority: 4, alignment: .right),
    Column(id: "llm", title: "LLM", minimum: 8, ideal: 9, priority: 3, alignment: .right),
    Column(id: "budget", title: "BUDGET", minimum: 8, ideal: 12, priority: 3, alignment: .right),
  ]
  static let initialSort = (column: 2, isReversed: false)
  static let followsTop = false
  static let keysMove = false

  var report: CostReport?

  func id(_ subject: Subject) -> OrgID? { if case .org(let id) = subject { id } else { nil } }
  func subject(_ id: OrgID) -> Subject { .org(id) }
  func all(_ fleet: Fleet) -> [OrgID] { Array(fleet.orgs.keys) }
  func count(_ fleet: Fleet) -> Int { fleet.orgs.count }
  func oldest(_ fleet: Fleet) -> OrgID? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [OrgID] { Array(changes.orgs) }
  func exists(_ id: OrgID, _ fleet: Fleet) -> Bool { fleet.orgs[id] != nil }

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
    let isOver = !llm.exhausted.isEmpty
    return [
      [Span(org.slug.rawValue)], [cost.map { Span("\($0.count)", .dim) } ?? Span("?", .unknown)],
      [Self.money(cost?.hourly, digits: 3)], [Self.money(cost.map { Self.monthly($0) })], [Self.money(cost?.storageMonthly)],
      [Self.money(cost?.addressMonthly)], [Self.money(cost?.sinceLaunch)],
      [llm.spend.map { Span(Wording.dollars($0, digits: 2), $0 == 0 ? .dim : .money) } ?? Span("?", .unknown)],
      [
        llm.budget.map { Span((isOver ? context.glyphs.late + " " : "") + Wording.dollars($0, digits: 2), isOver ? .warning : .dim) }
          ?? Span(llm.spend == nil ? "?" : "none", llm.spend == nil ? .unknown : .dim)
      ],
    ]
  }

  private static func monthly(_ sum: CostSum) -> Money {
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

/// The orgs' costs, and under them the fleet's: roles, waste, quota, and where the prices are from.
struct CostsPage: Page {
  private var table = TablePage<CostsContent>()
  private let orphans: OrphanSettings
  private let vcpuQuota: Int?
  private var report: CostReport?
  private var reportedAt: Timestamp?
  private var hasChanged = true

  /// Seconds for which a report is good although the fleet moves on: its figures move by the hour.
  private static let interval = 2.0
  private static let summaryRows = 5

  init(orphans: OrphanSettings, vcpuQuota: Int?) {
    self.orphans = orphans
    self.vcpuQuota = vcpuQuota
  }

  var id: PageID { table.id }
  var selection: Subject? { table.selection }
  var shown: [Subject] { table.shown }
  var count: Int { table.count }
  var hidden: Int { table.hidden }
  var filter: String { table.filter }
  var position: String { table.position }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    hasChanged = true
    table.update(changes, fleet, at: now)
  }
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp) { table.setFilter(text, fleet, at: now) }
  mutating func move(by step: Int) { table.move(by: step) }
  mutating func moveToTop() { table.moveToTop() }
  mutating func moveToBottom() { table.moveToBottom() }
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp) { table.sort(by: step, fleet, at: now) }
  mutating func reverse() { table.reverse() }
  mutating func select(drawnRow row: Int) { table.select(drawnRow: row) }
  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool { table.select(subject, fleet, at: now) }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    renew(fleet, &context)
    guard rows >= Self.summaryRows + 4, let report else { return table.draw(fleet, rows: rows, width: width, &context) }
    var lines = table.draw(fleet, rows: rows - Self.summaryRows, width: width, &context)
    while lines.count < rows - Self.summaryRows { lines.append(Line()) }
    return lines + summary(report, fleet, context).map { Line($0.spans.fitted(to: width)) }
  }

  /// Reports anew when the fleet changed, but not with every event of a busy one.
  private mutating func renew(_ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    let due = reportedAt.map { $0 + (hasChanged ? Self.interval : 60) }
    guard due == nil || now >= due ?? now else { return context.moment.changes(at: due ?? now) }
    let new = CostReport(
      of: fleet, prices: context.prices, judgement: OrphanJudgement(of: fleet, settings: orphans, at: now), at: now)
    report = new
    reportedAt = now
    hasChanged = false
    table.change({ $0.report = new }, fleet, at: now)
    context.moment.changes(at: now + 60)
  }

  private func summary(_ report: CostReport, _ fleet: Fleet, _ context: DrawingContext) -> [Line] {
    let knows = report.knowsMachines
    var total: [Span] = [Span("  fleet ", .heading)]
    total += figure(knows ? report.total.hourly : nil, "/h", digits: 2) + figure(knows ? report.total.thisMonth : nil, " this month")
    total +=
      figure(knows ? report.total.storageMonthly : nil, "/month storage")
      + figure(knows ? report.total.addressMonthly : nil, "/month addresses")

    var roles: [Span] = [Span("  roles ", .heading)]
    for role in [InstanceRole.tenant, .workspace] {
      let sum = report.roles[role] ?? CostSum()
      roles += [Span("\(role.rawValue) ", .dim)] + bar(sum.hourly.known, of: report.total.hourly.known, context.glyphs)
      roles += figure(knows ? sum.hourly : nil, "/h ")
    }

    var waste: [Span] = [Span("  waste ", .heading)]
    if let wasted = report.wastedHourly {
      waste += [Span("$\(Wording.dollars(wasted, digits: 2))/h  ", wasted > 0 ? .failed : .dim)]
      for cause in Waste.allCases { if let sum = report.wastes[cause] { waste += [Span("\(sum.count) \(cause.rawValue)  ", .dim)] } }
      if let minute = report.stuckMinute, minute > 0 {
        waste += [Span("a stuck minute costs $\(Wording.dollars(minute, digits: 4))", .dim)]
      }
    } else {
      waste += [Span("?  the verdicts' sources are missing", .unknown)]
    }
    return [Line(), Line(total), Line(roles), Line(waste), sources(report, fleet, context)]
  }

  private func sources(_ report: CostReport, _ fleet: Fleet, _ context: DrawingContext) -> Line {
    let quota = VCPUQuota(of: fleet, configured: vcpuQuota)
    let role: Role =
      switch quota.level {
      case .calm: .ok
      case .warning: .warning
      case .critical: .failed
      case .unknown: .unknown
      }
    let used = quota.used.map(String.init) ?? "?"
    var spans = [
      Span("  vCPU ", .heading), Span("\(role.glyph(context.glyphs)) \(used)/\(quota.limit.map(String.init) ?? "?")", role),
    ]
    if let fits = quota.fits("t3.large") { spans.append(Span(", \(fits) more t3.large fit", .dim)) }
    if !report.unpriced.isEmpty { spans.append(Span("  no price: \(report.unpriced.joined(separator: " "))", .warning)) }
    spans.append(Span("  prices: \(report.prices.source), \(report.prices.date), estimates", .dim))
    return Line(spans)
  }

  private func figure(_ money: Money?, _ unit: String, digits: Int = 2) -> [Span] {
    let span = CostsContent.money(money, digits: digits)
    return [Span("$" + span.text + unit + "  ", span.role)]
  }

  private func bar(_ part: Double, of whole: Double, _ glyphs: Glyphs) -> [Span] {
    let width = 12
    let full = whole > 0 ? min(width, max(0, Int((part / whole * Double(width)).rounded()))) : 0
    return [
      Span(String(repeating: glyphs.barFull, count: full), .bar),
      Span(String(repeating: glyphs.barTrack, count: width - full) + " ", .barTrack),
    ]
  }
}
