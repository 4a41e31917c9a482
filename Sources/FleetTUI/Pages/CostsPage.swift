import FleetModel

extension PageID {
  static let costs = PageID(
    "costs", title: "Costs", keys: [.character("6"), .function(6)], help: "what each org costs, what is wasted, the quota",
    make: { _ in CostsPage() })
}

/// The orgs' costs, and under them the fleet's: over the session, by role and region, what is wasted, the quota, and where the prices are from.
struct CostsPage: TabledPage {
  var hasSums: Bool { true }
  var table = TablePage<CostsContent>()
  private var report: CostReport?
  private var llm = FleetSpend()
  private var pace = ReportPace()

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    pace.noteChange()
    table.update(changes, fleet, at: now)
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    renew(fleet, &context)
    guard rows >= 9, let report else { return table.draw(fleet, rows: rows, width: width, &context) }
    // Half of the page is for the orgs, as far as there are so many.
    let most = rows - 1 - max(4, min(table.count + 1, rows / 2))
    var summary = summary(report, fleet, rows: most, width: width, context)
    if Sums.isTight(rows), summary.count > sumRows(of: rows) {
      summary = Array(brief(report, fleet, rows: sumRows(of: rows), width: width, context).prefix(rows / 2))
    }
    let spare = rows / 2 - summary.count
    if spare >= 3, !Sums.isTight(rows) { summary = burn(report, rows: min(5, spare - 1), width: width, context) + summary }
    return table.draw(fleet, over: Sums.spaced(summary, in: rows), rows: rows, width: width, &context)
  }

  /// Reports anew when the fleet changed, but not with every event of a busy one.
  private mutating func renew(_ fleet: Fleet, _ context: inout DrawingContext) {
    let now = context.moment.now
    guard pace.isDue(whileMoving: table.isMoving(at: now), &context.moment) else { return }
    let new = CostReport(of: fleet, at: now)
    report = new
    llm = FleetSpend(of: fleet)
    table.change({ $0.report = new }, fleet, at: now)
  }

  // MARK: - Under the table

  /// All of it behind one another: where there is little room, what a bill tells as well goes first.
  private func brief(_ report: CostReport, _ fleet: Fleet, rows: Int, width: Int, _ context: DrawingContext) -> [Line] {
    let wasted = fleet.figures.totals.wasted
    let isWasting = wasted.value.map { $0.known > 0 } ?? false
    var pieces =
      Sums.pieces(all(report, fleet, context), calm: [nil, 2, 7])
      + Sums.pieces(waste(report, fleet, context).spans, calm: [isWasting ? nil : 3, 3, 5])
      + Sums.pieces(quota(fleet, width: 0, context).spans, calm: [4, 6])
      + Sums.pieces(soFar(report), calm: [6, 8, 9]) + [Sums.Piece(regions(report).spans, calm: 8)]
    if fleet.figures.totals.hourly.asOf != nil { pieces = pieces.map { $0.aged(context.glyphs) } }
    pieces += Sums.pieces(agents(context).spans, calm: [4, 5]) + Sums.pieces(prices(report).spans, calm: [9])
    return Sums.joined(pieces, rows: rows, width: width)
  }

  /// In at most `rows` lines: where there are fewer than it takes, what is drawn goes first, then what the table tells too.
  private func summary(_ report: CostReport, _ fleet: Fleet, rows: Int, width: Int, _ context: DrawingContext) -> [Line] {
    var machines =
      [Line(all(report, fleet, context)), Line(soFar(report))] + roles(report, width: width, context) + [regions(report)]
    var rest = [waste(report, fleet, context), quota(fleet, width: width, context)]
    if fleet.figures.totals.hourly.asOf != nil {
      machines = machines.map { Line($0.spans.aged(context.glyphs)) }
      rest = rest.map { Line($0.spans.aged(context.glyphs)) }
    }
    let all = machines + [agents(context)] + rest + [prices(report)]
    // The fleet, what is wasted, what agents spend, the quota, what it cost so far, the prices, the regions, the roles.
    let weights = [0, 4, 7, 7, 6, 2, 1, 3, 5]
    let pieces = zip(all, weights).map { (weight: $1, lines: $0.told(to: width)) }
    var kept: Set<Int> = []
    var used = 0
    for index in pieces.indices.sorted(by: { (pieces[$0].weight, $0) < (pieces[$1].weight, $1) }) {
      guard used + pieces[index].lines.count <= rows else { continue }
      used += pieces[index].lines.count
      kept.insert(index)
    }
    return pieces.indices.filter(kept.contains).flatMap { pieces[$0].lines }
  }

  /// `fleet  $2.25/h  $1639.87/month  $198.40/month storage  $54.75/month addresses`
  private func all(_ report: CostReport, _ fleet: Fleet, _ context: DrawingContext) -> [Span] {
    let (knows, total) = (report.knowsMachines, report.total)
    let hourly = fleet.figures.totals.hourly
    return [Span("  fleet  ", .heading), Span("$\(hourly.text(digits: 2, context.glyphs))/h  ", hourly.cell(context.glyphs).role)]
      + figure(knows ? CostsContent.monthly(total) : nil, "/month") + figure(knows ? total.storageMonthly : nil, "/month storage")
      + figure(knows ? total.addressMonthly : nil, "/month addresses")
  }

  /// What is gone takes what it cost along: nobody tells that of it any more.
  private func soFar(_ report: CostReport) -> [Span] {
    let (knows, total) = (report.knowsMachines, report.total)
    return [Span("  so far  ", .heading)] + figure(knows ? total.thisMonth : nil, " this month")
      + figure(knows ? total.sinceLaunch : nil, " since launch") + [Span("of the machines there are now", .dim)]
  }

  /// A bar for each role, as long as its share of the whole.
  private func roles(_ report: CostReport, width: Int, _ context: DrawingContext) -> [Line] {
    [InstanceRole.tenant, .workspace].map { role in
      let sum = report.roles[role] ?? CostSum()
      let whole = report.total.hourly.known
      let share = whole > 0 ? (sum.hourly.known / whole).asShare : 0
      let bar = ProgressBar(fraction: report.knowsMachines ? share : nil).spans(width: max(8, min(40, width - 50)), glyphs: context.glyphs)
      let name = [Span("  " + role.rawValue, .dim)].fitted(to: 12)
      let count = report.knowsMachines ? "\(sum.count)" : "?"
      return Line(
        name + bar + [Span(" \(Wording.padded(Int(clamping: (share * 100).rounded()), 3))%  ", .dim)]
          + figure(report.knowsMachines ? sum.hourly : nil, "/h", digits: 3) + [Span("\(count) machines", .dim)])
    }
  }

  private func regions(_ report: CostReport) -> Line {
    var spans = [Span("  regions  ", .heading)]
    for (region, sum) in report.regions.sorted(by: { ($1.value.hourly.known, $0.key) < ($0.value.hourly.known, $1.key) }) {
      spans += [Span(region.rawValue.isEmpty ? "region unknown " : "\(region) ", .dim)] + figure(sum.hourly, "/h", digits: 2)
    }
    if report.regions.isEmpty { spans.append(Span(report.knowsMachines ? "no machines" : "?", report.knowsMachines ? .dim : .unknown)) }
    return Line(spans)
  }

  private func waste(_ report: CostReport, _ fleet: Fleet, _ context: DrawingContext) -> Line {
    var spans = [Span("  waste  ", .heading)]
    let figure = fleet.figures.totals.wasted
    guard let wasted = figure.value else {
      if case .loading = figure.standing {
        return Line(spans + [Span("\(context.glyphs.ellipsis)  not every source has answered yet", .running)])
      }
      return Line(spans + [Span("?  the verdicts' sources are missing", .unknown)])
    }
    let role: Role = figure.asOf != nil ? .stale : wasted.known > 0 ? .money : .dim
    spans.append(Span("$\(figure.text(digits: 2, context.glyphs))/h  ", role))
    for part in Self.parts(report) { spans.append(Span(part + "  ", .dim)) }
    return Line(spans)
  }

  /// `7 orphan machines $0.41/h (1 stopped, yet running)`, `2 of what failed $0.21/h, $0.0035 a minute`.
  private static func parts(_ report: CostReport) -> [String] {
    func hourly(_ money: Money) -> String { " $\(CostsContent.money(money).text)/h" }
    var parts: [String] = []
    let paused = report.wastes[.pausedButRunning]
    if report.wastes[.orphan] != nil || paused != nil {
      var money = report.wastes[.orphan]?.hourly ?? Money()
      money.add(paused?.hourly ?? Money())
      let count = (report.wastes[.orphan]?.count ?? 0) + (paused?.count ?? 0)
      parts.append(
        "\(count) orphan \(count == 1 ? "machine" : "machines")" + hourly(money)
          + (paused.map { " (\($0.count) stopped, yet running)" } ?? ""))
    }
    if let failed = report.wastes[.failed] {
      let minute = report.failedMinute.map { ", $\(Wording.dollars($0, digits: 4)) a minute" } ?? ""
      parts.append("\(failed.count) of what failed" + hourly(failed.hourly) + minute)
    }
    if let stopped = report.wastes[.stopped] {
      let storage = stopped.storageMonthly.exact.map { " $\(Wording.dollars($0, digits: 2))/month storage" } ?? ""
      parts.append("\(stopped.count) stopped" + storage)
    }
    return parts
  }

  /// What the agents spent on language models, beside what their machines cost.
  private func agents(_ context: DrawingContext) -> Line {
    var spans = [Span("  LLM  ", .heading)] + figure(llm.spend, " this month")
    spans.append(Span(llm.budget.map { "budgets $\(Wording.dollars($0, digits: 2))" } ?? "no budgets", .dim))
    if llm.exhausted > 0 {
      let have = llm.exhausted == 1 ? "workspace has" : "workspaces have"
      spans.append(Span("  \(context.glyphs.warning) \(llm.exhausted) \(have) spent theirs", .warning))
    }
    if llm.overspent > 0 {
      let have = llm.overspent == 1 ? "org has spent all its budget" : "orgs have spent all their budgets"
      spans.append(Span("  \(context.glyphs.warning) \(llm.overspent) \(have)", .warning))
    }
    return Line(spans)
  }

  private func quota(_ fleet: Fleet, width: Int, _ context: DrawingContext) -> Line {
    let quota = fleet.quota
    let role: Role =
      switch quota.level {
      case .calm: .ok
      case .warning: .warning
      case .critical: .failed
      case .unknown: .unknown
      }
    let used = quota.used.map(String.init) ?? "?"
    var spans = [Span("  vCPU  ", .heading)]
    // A bar that turns one line into two tells less than the row it takes.
    if let used = quota.used, let limit = quota.limit, limit > 0, width >= 100 {
      spans +=
        ProgressBar(fraction: Double(used) / Double(limit), isLate: role != .ok).spans(width: 18, glyphs: context.glyphs) + [Span(" ")]
    }
    spans.append(Span("\(role.glyph(context.glyphs)) \(used)/\(quota.limit.map(String.init) ?? "?")", role))
    if let fits = quota.fits("t3.large") { spans.append(Span(", \(fits) more t3.large fit", .dim)) }
    if quota.regions.count > 1 {
      var parts = quota.regions.sorted { $0.key < $1.key }.map { region, share in
        "\(region) \(share.used.map(String.init) ?? "?")/\(share.limit.map(String.init) ?? "?")"
      }
      if quota.unplaced != 0 { parts.append("region unknown \(quota.unplaced.map(String.init) ?? "?")") }
      spans.append(Span("  \(parts.joined(separator: "  "))", .dim))
    }
    if quota.limit == nil, let (region, why) = fleet.vcpuProblems.min(by: { $0.key < $1.key }) {
      spans.append(Span("  the limit of \(region) is unknown: \(why)", .dim))
    }
    return Line(spans)
  }

  private func prices(_ report: CostReport) -> Line {
    var spans: [Span] = []
    if !report.unpriced.isEmpty { spans.append(Span("  no price: \(report.unpriced.joined(separator: " "))", .warning)) }
    if !report.stateUnknown.isEmpty {
      spans.append(Span("  state unknown: \(report.stateUnknown.map(\.rawValue).joined(separator: " "))", .warning))
    }
    spans.append(Span("  prices: \(report.prices.source), \(report.prices.date(in: report.regions.keys)), estimates", .dim))
    return Line(spans)
  }

  /// Seconds that a value of the graph may stand for.
  private static let steps: [Double] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

  /// Dollars an hour since the dashboard was opened.
  private func burn(_ report: CostReport, rows: Int, width: Int, _ context: DrawingContext) -> [Line] {
    let now = context.moment.now
    let label = 12
    let room = width - label - 2
    guard room >= 16, let first = context.burn.samples.first else { return [] }
    // Only time that was seen: until it fills the width a column stays as long as it is.
    let (elapsed, most) = (max(1, now - first.at), AreaGraph.samples(width: room, glyphs: context.glyphs))
    let step = Self.steps.first { elapsed / $0 <= Double(most) } ?? elapsed / Double(max(1, most))
    let values = context.burn.values(min(most, max(1, Int(clamping: (elapsed / step).rounded(.up)))), at: now)
    let column = step * Double(most / room)
    let highest = values.max() ?? 0
    let names = ["$\(Wording.dollars(highest, digits: 2))/h"] + [String](repeating: "", count: max(0, rows - 2)) + ["$0"]
    let graph = AreaGraph(values: values).lines(rows: rows, width: room, glyphs: context.glyphs)
    let since = Span("  burn  ", .heading)
    return [
      Line([since, Span("compute since \(first.at.timeOfDay); a column is \(Moment.elapsed(column))", .dim)])
    ]
      + zip(names, graph).map { name, line in Line([Span(name + " ", .dim)].fitted(to: label, .right) + line.spans) }
  }

  private func figure(_ money: Money?, _ unit: String, digits: Int = 2) -> [Span] {
    let span = CostsContent.money(money, digits: digits)
    return [Span("$" + span.text + unit + "  ", span.role)]
  }
}

/// What all agents spent on language models this month, and may spend.
private struct FleetSpend {
  var spend = Money()
  var budget: Double?
  /// Workspaces that spent what they may, and orgs that spent what all theirs together may.
  var exhausted = 0
  var overspent = 0

  init() {}

  init(of fleet: Fleet) {
    // Of the tenants that run: the others can't be asked, and spend nothing.
    for org in fleet.orgs.values where org.row.status == .running {
      let one = LLMSpend(of: org, in: fleet)
      spend.add(one.spend)
      if let limit = one.budget { budget = (budget ?? 0) + limit }
      exhausted += one.exhausted.count
      if one.isOverspent, one.exhausted.isEmpty { overspent += 1 }
    }
  }
}
