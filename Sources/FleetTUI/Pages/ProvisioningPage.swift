import FleetModel

extension PageID {
  static let provisioning = PageID(
    "provisioning", title: "Provisioning", short: "Boots", keys: [.character("2"), .function(2)],
    help: "everything coming up, latest first",
    count: { Count(figure: $0.comingUp) }, make: { _ in ProvisioningPage() })
}

/// A boot's place in an order.
struct BootID: Hashable, Comparable, Sendable {
  var target: BootTarget

  private var text: String {
    switch target {
    case .tenant(let id): id.rawValue
    case .workspace(let id): id.rawValue
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

struct ProvisioningPage: BareTablePage {
  var table = TablePage<ProvisioningContent>()
}

/// Everything that is coming up, the latest first.
struct ProvisioningContent: TableContent {
  static let page = PageID.provisioning
  static let columns = [target, runtime, phase, elapsed, bar, forecast, samples, late, deadline]
  static let initialSort = (column: late, isReversed: false)
  static let followsTop = false
  static let keysMove = true
  static var noteColumn: Column<Self>? { deadline }

  func id(_ subject: Subject) -> BootID? {
    switch subject {
    case .org(let id): BootID(target: .tenant(id))
    case .workspace(let id): BootID(target: .workspace(id))
    default: nil
    }
  }
  func subject(_ id: BootID) -> Subject {
    switch id.target {
    case .tenant(let id): .org(id)
    case .workspace(let id): .workspace(id)
    }
  }
  func all(_ fleet: Fleet) -> [BootID] { fleet.inFlight.map(BootID.init) }
  func count(_ fleet: Fleet) -> Int { fleet.inFlight.count }
  func oldest(_ fleet: Fleet) -> BootID? { nil }
  func exists(_ id: BootID, _ fleet: Fleet) -> Bool { fleet.inFlight.contains(id.target) }
  func asOf(_ id: BootID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.lastWord(of: id.target, at: now) }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [BootID] {
    changes.orgs.map { BootID(target: .tenant($0)) } + changes.workspaces.map { BootID(target: .workspace($0)) }
  }

  static func name(of target: BootTarget, _ fleet: Fleet) -> String {
    switch target {
    case .tenant(let id): (fleet.orgs[id]?.slug.rawValue ?? "?") + " (tenant)"
    case .workspace(let id):
      fleet.workspaces[id].map { (fleet.orgs[$0.orgID]?.slug.rawValue ?? "?") + "/" + $0.row.name } ?? "?"
    }
  }

  private static func runtimeName(of target: BootTarget, _ fleet: Fleet) -> String? {
    if case .workspace(let id) = target { fleet.workspaces[id]?.row.runtime } else { nil }
  }

  func texts(_ id: BootID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    look(Self.name(of: id.target, fleet)) || look(Self.runtimeName(of: id.target, fleet) ?? "")
  }

  struct Row {
    var target: BootTarget
    var progress: Progress
    var tone: Role { progress.hasFailed || progress.isStuck ? .failed : progress.isLate ? .late : .text }
  }

  func row(_ id: BootID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    guard let progress = fleet.progress(of: id.target, at: context.moment.now) else { return nil }
    if progress.asOf == nil { context.moment.changesEverySecond() }
    return Row(target: id.target, progress: progress)
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    fleet.isComplete(.controlPlane, at: now) ? "nothing is coming up" : "nothing known to be coming up; the roster is not complete"
  }
}

// MARK: - Columns

extension ProvisioningContent {
  /// In place of `(tenant)` where that has no room.
  private static let tenantMark = " (t)"

  static let target = Column<Self>(
    "TARGET", minimum: 12, ideal: 26, priority: 0, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(name(of: id.target, fleet)) }
  ) { row, fleet, context in
    let name = Span(name(of: row.target, fleet), row.tone == .text ? .text : .title)
    guard case .tenant(let id) = row.target, TextWidth.columns(of: name.text) > context.width else { return [name] }
    // However its name is cut, a tenant's boot is told from a workspace's.
    let slug = name.with(fleet.orgs[id]?.slug.rawValue ?? "?")
    let room = context.width - TextWidth.columns(of: tenantMark)
    return (TextWidth.columns(of: slug.text) > room ? [slug].fitted(to: room) : [slug]) + [name.with(tenantMark)]
  }
  .claiming(20)
  .field("target", "org", "workspace")

  static let runtime = Column<Self>(
    "RUNTIME", minimum: 11, ideal: 12, priority: 7, order: .lowestFirst { _, id, fleet, _ in SortKey(runtimeName(of: id.target, fleet)) }
  ) { row, fleet, _ in [Span(runtimeName(of: row.target, fleet) ?? "–", .dim)] }

  static let phase = Column<Self>(
    "PHASE", minimum: 20, ideal: 27, priority: 5,
    order: .lowestFirst { _, id, fleet, now in SortKey(fleet.progress(of: id.target, at: now)?.phase) }
  ) { row, _, _ in
    [
      Span(row.progress.phase ?? "no boot events", row.progress.phase == nil ? .unknown : row.tone),
      Span(row.progress.phaseElapsed.map { " " + Moment.elapsed($0) } ?? "", row.tone == .text ? .dim : row.tone),
    ]
  }
  .claiming(20)
  .spelt { _, id, fleet, now in fleet.progress(of: id.target, at: now).map { [$0.phase ?? "no boot events"] } ?? [] }

  /// The bar with its percent; where nothing moves, the finding that says why.
  static let bar = Column<Self>(
    "PROGRESS", minimum: 11, ideal: 20, priority: 2, stretch: 2,
    order: .lowestFirst { _, id, fleet, now in SortKey(fleet.progress(of: id.target, at: now)?.fraction) }
  ) { row, fleet, context in
    let progress = row.progress
    if progress.standstill == nil {
      let percent = progress.fraction.map { Wording.padded(Int(clamping: $0.asShare * 100), 3) + "%" } ?? "   ?"
      return ProgressBar(progress).spans(width: context.width - 5, glyphs: context.glyphs) + [Span(percent, .dim)]
    }
    return finding(of: row, fleet, at: context.moment.now).map { [Span("\(context.glyphs.sign(of: $0.role)) \($0.summary)", $0.role)] }
      ?? []
  }
  .claiming(12)
  .measured(.share) { _, id, fleet, now in fleet.progress(of: id.target, at: now)?.fraction }

  /// What keeps it from moving, where a finding says so.
  private static func finding(of row: Row, _ fleet: Fleet, at now: Timestamp) -> Finding? {
    guard case .finding(let code)? = row.progress.standstill else { return nil }
    return fleet.findings(believedOf: row.target.finding, at: now).first { $0.code == code }
  }

  static let elapsed = Column<Self>(
    "ELAPSED", minimum: 7, ideal: 9, priority: 4, alignment: .right,
    order: .highestFirst { _, id, fleet, now in fleet.progress(of: id.target, at: now)?.elapsed }
  ) { row, _, _ in [row.progress.elapsed.map { Span(Moment.elapsed($0), .dim) } ?? Span("?", .unknown)] }
  .field("elapsed", "age").measured(.duration)

  static let forecast = Column<Self>(
    "ETA", minimum: 16, ideal: 18, priority: 3,
    order: .lowestFirst { _, id, fleet, now in SortKey(fleet.progress(of: id.target, at: now)?.eta?.p50) }
  ) { row, fleet, context in
    let (progress, glyphs) = (row.progress, context.glyphs)
    // A finding says more, and has the room.
    if context.shows(bar), finding(of: row, fleet, at: context.moment.now) != nil { return [] }
    if let standstill = progress.standstill { return [Span(standstill.words, progress.isStuck ? .failed : .running)] }
    guard !progress.hasFailed else { return [] }
    guard let eta = progress.eta else { return [Span("unknown", .unknown)] }
    return [
      Span("\(glyphs.approximately) \(Moment.estimate(eta.p50))"), Span("  \(glyphs.atMost) \(Moment.estimate(eta.p90))", .dim),
    ]
  }
  .measured(.duration) { _, id, fleet, now in fleet.progress(of: id.target, at: now)?.eta?.p50 }
  .exported(.both)

  /// What an estimate rests on: boots that were watched, or figures that are typical of its runtime.
  static let samples = Column<Self>(
    "LEARNED FROM", minimum: 9, ideal: 12, priority: 8,
    order: .lowestFirst { _, id, fleet, now in SortKey(fleet.progress(of: id.target, at: now)?.eta.map { Double($0.samples) }) }
  ) { row, _, _ in
    guard let eta = row.progress.eta, !row.progress.hasFailed else { return [Span("")] }
    return [Span(eta.samples > 0 ? "n=\(eta.samples)" : "typical", eta.samples > 0 ? .dim : .unknown)]
  }
  .field("samples", "learned-from").measured(.count) { _, id, fleet, now in
    fleet.progress(of: id.target, at: now)?.eta.map { Double($0.samples) }
  }
  .exported(.both)

  static let late = Column<Self>(
    "LATE", minimum: 13, ideal: 13, priority: 1,
    // What a finding keeps, what failed, then the moment at which it became late: the earliest first.
    order: .highestFirst { _, id, fleet, now in
      fleet.progress(of: id.target, at: now).flatMap { progress in
        progress.isStuck ? 2 : progress.hasFailed ? 1 : progress.lateAt.map { -$0.seconds }
      }
    }
  ) { row, _, context in
    let (progress, glyphs) = (row.progress, context.glyphs)
    if progress.isStuck { return [Span(glyphs.failed + " stuck", .failed)] }
    if progress.mayRecover { return [Span(glyphs.warning + " may recover", .warning)] }
    if progress.hasFailed { return [Span(glyphs.failed + " failed", .failed)] }
    guard let lateAt = progress.lateAt else { return [Span("unknown", .unknown)] }
    return progress.isLate ? [Span("\(glyphs.late) \(Moment.estimate(progress.at - lateAt))", .late)] : [Span("on time", .dim)]
  }
  .field("late", "status", "state").measured(.duration) { _, id, fleet, now in
    fleet.progress(of: id.target, at: now).flatMap { progress in progress.lateAt.map { max(0, progress.at - $0) } }
  }
  .exported(.both)
  .spelt { _, id, fleet, now in
    guard let progress = fleet.progress(of: id.target, at: now) else { return [] }
    if progress.isStuck { return ["stuck"] }
    if progress.mayRecover { return ["may recover"] }
    return [progress.hasFailed ? "failed" : progress.lateAt == nil ? "unknown" : progress.isLate ? "late" : "on time"]
  }

  static let deadline = Column<Self>(
    "DEADLINE", minimum: 15, ideal: 21, priority: 6,
    order: .lowestFirst { _, id, fleet, now in SortKey(fleet.progress(of: id.target, at: now)?.deadline?.seconds) }
  ) { row, _, _ in
    let progress = row.progress
    guard let deadline = progress.deadline else { return [Span("–", .dim)] }
    let left = deadline - progress.at
    guard left > 0 else { return [Span("passed", .failed)] }
    return [
      Span(progress.mayRecover ? "has \(Moment.estimate(left)) left" : "fails in \(Moment.estimate(left))", progress.isLate ? .late : .dim)
    ]
  }
  .measured(.duration) { _, id, fleet, now in
    fleet.progress(of: id.target, at: now).flatMap { progress in progress.deadline.map { $0 - progress.at } }
  }
  .exported(.both)

  /// `≈4m10s, ≤7m, n=212`
  static func eta(_ eta: Forecast, _ glyphs: Glyphs) -> [Span] {
    [
      Span("\(glyphs.approximately)\(Moment.estimate(eta.p50))"), Span(", \(glyphs.atMost)\(Moment.estimate(eta.p90))"),
      Span(eta.samples > 0 ? ", n=\(eta.samples)" : ", by typical boots", .dim),
    ]
  }
}
