import FleetModel

extension PageID {
  static let deletions = PageID(
    "deletions", title: "Deletions", short: "Gone", keys: [.character("9"), .function(9)], help: "deletions under way, failed and past",
    sources: Sources(regions: false, tenants: false),
    count: { totals in
      let failed = (totals.failedDeletions.value ?? 0) + totals.deletionsWithMachines
      return Count(figure: totals.openDeletions, role: failed > 0 ? .failed : nil)
    }, make: { _ in DeletionsPage() })
}

/// Deletions under way, failed ones by age, and past ones.
struct DeletionsContent: TableContent {
  static let page = PageID.deletions
  static let columns = [state, org, age, machines, note, steps]
  static let initialSort = (column: state, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { note }

  func id(_ subject: Subject) -> String? { if case .deletion(let id) = subject { id } else { nil } }
  func subject(_ id: String) -> Subject { .deletion(id) }
  func all(_ fleet: Fleet) -> [String] { fleet.deletions.rows(fleet).filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.purges.count }
  func oldest(_ fleet: Fleet) -> String? { nil }
  /// A deletion that was called completed is not over while machines of its org stand.
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [String] {
    let owners = Set(changes.instances.compactMap { fleet.instances[$0]?.row.orgID })
    return changes.purges.map(\.rawValue) + owners.compactMap { fleet.completedPurge(of: $0)?.id.rawValue } + changes.deletions
  }
  func exists(_ id: String, _ fleet: Fleet) -> Bool { fleet.deletions.entry(id, fleet) != nil }
  /// What is over doesn't change any more, and what is carried out here has its own eyes.
  func asOf(_ id: String, _ fleet: Fleet, at now: Timestamp) -> Timestamp? {
    guard let entry = fleet.deletions.entry(id, fleet), entry.report == nil, entry.purge?.status != .completed else { return nil }
    return fleet.lastWord(of: .controlPlane, at: now)
  }

  static func hasLeftMachines(_ entry: DeletionEntry, _ fleet: Fleet) -> Bool {
    entry.standing == .completed && entry.orgID.map { !fleet.machinesLeft(by: $0).isEmpty } ?? false
  }

  func texts(_ id: String, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let entry = fleet.deletions.entry(id, fleet) else { return false }
    return look(entry.slug) || look(entry.standing.word) || look(id) || look(entry.orgID?.rawValue ?? "")
      || look(entry.purge?.lastError ?? "")
  }

  /// Machines of the org that still stand; `nil` when that is not known.
  static func standing(_ entry: DeletionEntry, _ fleet: Fleet) -> Int? {
    if case .found(let machines, let unread)? = entry.report?.run.machines { return unread.isEmpty ? machines.count : nil }
    guard let org = entry.orgID else { return nil }
    return fleet.machines(of: org).count { $0.row.state != .terminated }
  }

  struct Row {
    var entry: DeletionEntry
    /// Called completed while EC2 still has machines of it.
    var hasLeft: Bool
    var machines: Int?

    /// Nothing of it is expected any more.
    var isOver: Bool {
      switch entry.standing {
      case .completed: !hasLeft
      case .ended(.verified), .ended(.failed), .refused: true
      default: false
      }
    }

    /// When it ended, or began as long as it lasts.
    var since: Timestamp? { isOver || hasLeft ? entry.endedAt ?? entry.beganAt : entry.beganAt }
  }

  func row(_ id: String, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? { Self.row(id, fleet) }

  private static func row(_ id: String, _ fleet: Fleet) -> Row? {
    fleet.deletions.entry(id, fleet).map {
      Row(entry: $0, hasLeft: Self.hasLeftMachines($0, fleet), machines: Self.standing($0, fleet))
    }
  }

  static func remark(on entry: DeletionEntry, _ hasLeft: Bool, _ context: DrawingContext) -> [Span] {
    if case .refused(let why) = entry.standing { return [Span(why, .warning)] }
    if hasLeft { return [Span("delete it again: called completed, and EC2 still has machines", .failed)] }
    if let age = entry.age(at: context.moment.now) {
      return [Span(entry.purge?.lastError.map { "\($0); " } ?? "", .failed), Span(age.text, age.role)]
    }
    if let report = entry.report, report.end == nil {
      switch report.origin {
      case .begun: break
      case .resumed(let standing): return [Span("resumed: \(standing)", .info)]
      case .followed: return [Span("another fleettui here carries it out", .info)]
      case .watched: return [Span("another operator's", .info)]
      }
    }
    if entry.report?.end == .watched { return [Span("another operator's; nothing was sent from here", .dim)] }
    if let id = entry.receipt?["id"]?.string { return [Span("receipt \(UntrustedText.clean(id, limit: 64))", .dim)] }
    if case .completed = entry.standing { return [Span("the control plane's word; no receipt here", .dim)] }
    return entry.report == nil && entry.purge?.isPending == true ? [Span("another operator's", .info)] : []
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    if let lack = fleet.sources[.controlPlane]?.lacks[.purges] { return "deletions are not known: \(lack.reason)" }
    guard fleet.purgesReadAt != nil else { return "deletions are not known: the list of them was not read (yet), or is not offered here" }
    return "no deletion is known: none under way, failed or past"
  }
}

// MARK: - Columns

extension DeletionsContent {
  static let state = Column<Self>(
    "STATE", minimum: 11, ideal: 13, priority: 0,
    order: .lowestFirst { _, id, fleet, now in
      SortKey(fleet.deletions.entry(id, fleet).map { hasLeftMachines($0, fleet) ? DeletionEntry.leftoverRank : $0.rank(at: now) })
    }
  ) { row, _, context in
    Wording.state(row.entry.standing.word, row.hasLeft ? .failed : row.entry.standing.role, context.glyphs)
  }
  .field("state", "status").spelt { _, id, fleet, _ in fleet.deletions.entry(id, fleet).map { [$0.standing.word] } ?? [] }

  static let org = Column<Self>(
    "ORG", minimum: 10, ideal: 32, priority: 1, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.deletions.entry(id, fleet)?.slug) }
  ) { row, _, _ in [Span(row.entry.slug, row.isOver ? .dim : .text)] }
  .claiming(16).naming()

  /// Since it ended, or as long as it lasts.
  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 4, priority: 2, alignment: .right,
    order: .lowestFirst { _, id, fleet, _ in SortKey(row(id, fleet)?.since.map { -$0.seconds }) }
  ) { row, _, context in
    [row.since.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)]
  }
  .measured(.duration) { _, id, fleet, now in row(id, fleet)?.since.map { now - $0 } }

  static let steps = Column<Self>(
    "STEPS", minimum: 20, ideal: 38, priority: 4,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.deletions.entry(id, fleet)?.purge?.lastStep) }
  ) { row, fleet, context in steps(row, fleet, &context.drawing) }
  .staying().spelt { _, id, fleet, now in
    guard let row = row(id, fleet) else { return [] }
    var context = DrawingContext(moment: Moment(now: now), glyphs: .unicode)
    return [Line(steps(row, fleet, &context)).plain]
  }

  static let machines = Column<Self>(
    "MACHINES", minimum: 8, ideal: 8, priority: 5, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in fleet.deletions.entry(id, fleet).flatMap { standing($0, fleet) }.map(Double.init) }
  ) { row, _, _ in
    if row.isOver, row.machines ?? 0 == 0 { return [] }
    guard let left = row.machines else { return [Span("?", .unknown)] }
    return [Span("\(left) left", left == 0 ? .dim : row.isOver || row.hasLeft ? .failed : .text)]
  }

  static let note = Column<Self>(
    "NOTE", minimum: 12, ideal: 26, priority: 3, stretch: 3,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.deletions.entry(id, fleet)?.purge?.lastError) }
  ) { row, _, context in remark(on: row.entry, row.hasLeft, context.drawing) }
  .claiming(40).staying()
  .spelt { _, id, fleet, now in
    let context = DrawingContext(moment: Moment(now: now), glyphs: .unicode)
    return row(id, fleet).map { [Line(remark(on: $0.entry, $0.hasLeft, context)).plain] } ?? []
  }

  private static func steps(_ row: Row, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    row.isOver || row.hasLeft ? [] : DeletionView.steps(row.entry, fleet, &context)
  }
}

/// The table of deletions, which learns of what is carried out here.
struct DeletionsPage: TabledPage {
  var table = TablePage<DeletionsContent>()
  private var told: Set<String> = []
  private var notice: Span?

  func panel(_ fleet: Fleet) -> (any Layer)? { if case .deletion(let row)? = selection { DeletionPager(row: row) } else { nil } }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    guard case .deletion(let id)? = selection, let entry = fleet.deletions.entry(id, fleet) else { return [] }
    let hasLeft = DeletionsContent.hasLeftMachines(entry, fleet)
    let words = DeletionsContent.remark(
      on: entry, hasLeft, DrawingContext(moment: Moment(now: now), glyphs: .unicode))
    let role = words.first { !$0.text.isEmpty }?.role ?? .text
    return [Notice(role: role == .dim ? .text : role, summary: "\(entry.standing.word). \(Line(words).plain)")]
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    table.draw(fleet, rows: rows, width: width, &context)
  }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    table.update(changes, fleet, at: now)
    for id in changes.deletions.sorted() {
      guard let report = fleet.deletions.reports[id], report.origin != .begun || report.end != nil else { continue }
      // Once when it is found, once when it ends.
      guard told.insert("\(id) \(report.end == nil)").inserted else { continue }
      notice = Self.notice(of: report)
    }
  }

  mutating func takeNotice() -> Span? {
    defer { notice = nil }
    return notice
  }

  private static func notice(of report: DeletionReport) -> Span {
    switch (report.end, report.origin) {
    case (.refused(let why)?, _): Span("\(report.slug): \(why); nothing was sent", .warning)
    case (.receipt(let receipt, let outcome, let problem)?, _):
      Span(
        "deletion of \(report.slug): \(outcome.rawValue), receipt \(UntrustedText.clean(receipt["id"]?.string ?? "?", limit: 64))"
          + (problem.map { "; \($0)" } ?? ""), outcome == .verified ? .ok : .warning)
    case (.watched?, _):
      Span(
        "\(report.slug), deleted elsewhere: \(report.run.outcome?.rawValue ?? "not read back"); nothing was sent from here",
        report.run.outcome == .verified ? .ok : .warning)
    case (nil, .resumed(let standing)): Span("an earlier deletion of \(report.slug) was cut off: \(standing); following it", .warning)
    case (nil, _): Span("\(report.slug) is being deleted elsewhere: following it", .info)
    }
  }
}
