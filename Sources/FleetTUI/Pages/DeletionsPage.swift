import FleetModel

/// Deletions under way, failed ones by age, and past ones.
struct DeletionsContent: TableContent {
  static let page = PageID.deletions
  static let columns = [
    Column(id: "state", title: "STATE", minimum: 11, ideal: 13, priority: 0),
    Column(id: "org", title: "ORG", minimum: 10, ideal: 16, priority: 1, stretch: 1),
    Column(id: "age", title: "AGE", minimum: 4, ideal: 4, priority: 2, alignment: .right),
    Column(id: "steps", title: "STEPS", minimum: 20, ideal: 38, priority: 4),
    Column(id: "machines", title: "MACHINES", minimum: 8, ideal: 8, priority: 5, highestFirst: true),
    Column(id: "note", title: "NOTE", minimum: 12, ideal: 26, priority: 3, stretch: 3),
  ]
  static let initialSort = (column: 0, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Int? { 5 }

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

  func key(_ id: String, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    guard let entry = fleet.deletions.entry(id, fleet) else { return .unknown }
    return switch Self.columns[column].id {
    case "org": SortKey(entry.slug)
    case "steps": SortKey(entry.purge?.lastStep)
    case "machines": SortKey(Self.standing(entry, fleet).map { -Double($0) })
    case "age": SortKey(entry.beganAt.map { -$0.seconds })
    case "note": SortKey(entry.purge?.lastError)
    default: SortKey(Self.hasLeftMachines(entry, fleet) ? DeletionEntry.leftoverRank : entry.rank(at: now))
    }
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

  func cells(_ id: String, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    guard let entry = fleet.deletions.entry(id, fleet) else { return Self.columns.map { _ in [] } }
    let standing = entry.standing
    let hasLeft = Self.hasLeftMachines(entry, fleet)
    let isOver: Bool =
      switch standing {
      case .completed: !hasLeft
      case .ended(.verified), .ended(.failed), .refused: true
      default: false
      }
    let machines = Self.standing(entry, fleet)
    return [
      Wording.state(standing.word, hasLeft ? .failed : standing.role, context.glyphs), [Span(entry.slug, isOver ? .dim : .text)],
      [
        (isOver || hasLeft ? entry.endedAt ?? entry.beganAt : entry.beganAt).map { Span(context.moment.age(since: $0), .dim) }
          ?? Span("?", .unknown)
      ],
      isOver || hasLeft ? [] : DeletionView.steps(entry, fleet, &context),
      isOver && machines ?? 0 == 0
        ? [] : [machines.map { Span("\($0) left", $0 == 0 ? .dim : isOver || hasLeft ? .failed : .text) } ?? Span("?", .unknown)],
      note(entry, hasLeft, context),
    ]
  }

  func note(_ entry: DeletionEntry, _ hasLeft: Bool, _ context: DrawingContext) -> [Span] {
    if case .refused(let why) = entry.standing { return [Span(why, .warning)] }
    if hasLeft { return [Span("called completed, and EC2 still has machines: delete it again", .failed)] }
    if let age = entry.age(at: context.moment.now) {
      return [Span(age.text, age.role), Span(entry.purge?.lastError.map { "; \($0)" } ?? "", .dim)]
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

/// The table of deletions, which learns of what is carried out here.
struct DeletionsPage: TabledPage {
  var table = TablePage<DeletionsContent>()
  private var told: Set<String> = []
  private var notice: Span?

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
