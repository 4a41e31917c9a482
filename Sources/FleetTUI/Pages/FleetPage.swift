import FleetModel

extension PageID {
  static let fleet = PageID(
    "fleet", title: "Fleet", keys: [.character("1"), .function(1)], help: "every org, its tenant and workspaces", make: { _ in FleetPage() }
  )
}

struct FleetPage: BareTablePage {
  var table = TablePage<FleetContent>()
}

/// Every org: its tenant's machine, its workspaces by state, what it is coming up to, what it costs and what is wrong with it.
struct FleetContent: TableContent {
  static let page = PageID.fleet
  static let columns = [org, tenant, machine, workspaces, progress, cost, age, finding]
  static let initialSort = (column: finding, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { finding }

  func id(_ subject: Subject) -> OrgID? { if case .org(let id) = subject { id } else { nil } }
  func subject(_ id: OrgID) -> Subject { .org(id) }
  func all(_ fleet: Fleet) -> [OrgID] { fleet.orgs.keys.filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.figures.totals.orgs.value ?? 0 }
  func oldest(_ fleet: Fleet) -> OrgID? { nil }
  /// What the control plane calls purged is gone, though it lists it still.
  func exists(_ id: OrgID, _ fleet: Fleet) -> Bool { fleet.orgs[id].map { $0.row.status != .purged } ?? false }
  func asOf(_ id: OrgID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.lastWord(of: BootTarget.tenant(id), at: now) }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [OrgID] {
    var orgs = changes.orgs
    for id in changes.workspaces { if let org = fleet.workspaces[id]?.orgID { orgs.insert(org) } }
    for target in changes.findings {
      switch target {
      case .org(let id): orgs.insert(id)
      case .workspace(let id): if let org = fleet.workspaces[id]?.orgID { orgs.insert(org) }
      case .fleet: break
      }
    }
    for id in changes.instances { if let row = fleet.instances[id]?.row, let org = fleet.org(of: row) { orgs.insert(org.id) } }
    return Array(orgs)
  }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let org = fleet.orgs[id] else { return false }
    if look(org.slug.rawValue) || look(org.row.name ?? "") || look(org.standing) || look(id.rawValue) { return true }
    if look(org.row.lastError ?? "") || look(org.row.plan ?? "") { return true }
    return fleet.workspaces(of: id).contains { look($0.row.name) || look(fleet.standing(of: $0).word) || look($0.row.lastError ?? "") }
  }

  /// The boots of an org that are under way: its tenant's first.
  static func moving(_ id: OrgID, _ fleet: Fleet) -> [BootTarget] {
    var targets: [BootTarget] = fleet.orgs[id]?.boot != nil ? [.tenant(id)] : []
    for workspace in fleet.workspaces(of: id) where workspace.boot != nil { targets.append(.workspace(workspace.id)) }
    return targets
  }

  struct Row {
    var org: Org
    /// What is wrong with it, the worst first.
    var notices: [Notice]
  }

  func row(_ id: OrgID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    fleet.orgs[id].map { Row(org: $0, notices: Notice.of($0, fleet, at: context.moment.now)) }
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    let freshness = fleet.freshness(of: .controlPlane, at: now)
    return switch freshness.state {
    case .never: "not loaded yet: the control plane has not answered"
    case .failed: "not loaded: \(freshness.problem ?? "the control plane failed")"
    case .complete: "no orgs"
    case .partial, .stale: "no orgs in an incomplete answer: \(freshness.problem ?? "")"
    }
  }
}

// MARK: - Columns

extension FleetContent {
  static let org = Column<Self>(
    "ORG", minimum: 10, ideal: 32, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id]?.slug.rawValue) }
  ) { row, fleet, context in
    // Where there is no room for the status, its sign stands before the name.
    let sign = context.shows(tenant) || context.shows(progress) ? [] : [status(of: row.org, fleet, context.glyphs)[0]]
    return sign + [Span(row.org.slug.rawValue, row.notices.isEmpty ? .text : .title)]
  }
  .claiming(16).naming().field("org", "slug", "name")

  static let tenant = Column<Self>(
    "TENANT", minimum: 14, ideal: 14, priority: 3,
    order: .lowestFirst { _, id, fleet, _ in
      SortKey(fleet.orgs[id].flatMap { $0.row.status == nil && $0.deletion == nil ? nil : $0.standing })
    }
  ) { row, fleet, context in status(of: row.org, fleet, context.glyphs) }
  .field("tenant", "status", "state").spelt { _, id, fleet, now in statusWords(id, fleet, at: now) }

  static let machine = Column<Self>(
    "MACHINE", minimum: 9, ideal: 10, priority: 8, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.tenantMachine(of: id)?.row.type) }
  ) { row, fleet, context in [Span(fleet.tenantMachine(of: row.org.id)?.row.type ?? context.glyphs.none, .dim)] }
  .field("machine", "type").toldBeside()

  static let workspaces = Column<Self>(
    "WORKSPACES", minimum: 10, ideal: 11, priority: 4, order: .highestFirst { _, id, fleet, _ in Double(fleet.workspaces(of: id).count) }
  ) { row, fleet, context in counts(of: row.org, fleet, context.glyphs) }
  .measured(.count) { _, id, fleet, _ in
    switch fleet.book.standing(ofTenant: id) {
    case .loading, .silent: nil
    default: Double(fleet.workspaces(of: id).count)
    }
  }

  static let progress = Column<Self>(
    "PROGRESS", minimum: 15, ideal: 29, priority: 2,
    order: .lowestFirst { _, id, fleet, now in SortKey(moving(id, fleet).compactMap { fleet.progress(of: $0, at: now)?.fraction }.min()) }
  ) { row, fleet, context in
    let boots = boots(of: row.org, fleet, &context)
    // Where there is no room for the status, it stands where nothing moves.
    return boots.isEmpty && !context.shows(tenant) ? status(of: row.org, fleet, context.glyphs) : boots
  }
  .claiming(15).staying()
  .measured(.share) { _, id, fleet, now in moving(id, fleet).compactMap { fleet.progress(of: $0, at: now)?.fraction }.min() }
  .spelt { _, id, fleet, now in
    guard let org = fleet.orgs[id] else { return [] }
    if let cascade = cascade(of: org, fleet) { return [cascade.text] }
    return foremost(of: id, fleet, at: now).map { [Line(Wording.remaining($0, .unicode)).plain] } ?? []
  }

  static let cost = Column<Self>(
    "COST/H", minimum: 6, ideal: 7, priority: 6, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in fleet.hourly(of: id).value?.known }
  ) { row, fleet, context in [fleet.hourly(of: row.org.id).cell(context.glyphs)] }
  .field("cost").measured(.money) { _, id, fleet, _ in fleet.hourly(of: id).value?.figure }

  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 7, alignment: .right,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id]?.row.createdAt.map { -$0.seconds }) }
  ) { row, _, context in [row.org.row.createdAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)] }
  .measured(.duration) { _, id, fleet, now in fleet.orgs[id]?.row.createdAt.map { now - $0 } }

  /// By what needs a human, the most urgent first, then what moves, then the rest, each by its name.
  static let finding = Column<Self>(
    "FINDING", minimum: 14, ideal: 42, priority: 1, stretch: 1,
    order: ColumnOrder(isHighestFirst: true) { _, id, fleet, now in
      SortKey(fleet.orgs[id].map { "\(Wording.padded(attention($0, fleet, at: now), 2)) \($0.slug.rawValue)" })
    }
  ) { row, fleet, context in
    let standing = standing(of: row.org, fleet, &context)
    guard let worst = row.notices.first else { return standing }
    // Its age is told in minutes.
    context.moment.changes(at: context.moment.now + 60)
    // How bad it is, for who sees no colour.
    let sign = Span(context.glyphs.sign(of: worst.role) + " ", worst.role)
    return standing + [sign] + words(worst, more: row.notices.count - 1, width: context.width - 2)
  }
  .claiming(42).staying()
  .measured(.count) { _, id, fleet, now in fleet.orgs[id].map { Double(Notice.of($0, fleet, at: now).count) } }
  .exported(.both)
  .spelt { _, id, fleet, now in
    let codes = fleet.triage.isUnwell(id) ? fleet.findings(believedWithin: id, at: now).map(\.code.rawValue) : []
    return codes + (fleet.orgs[id].map { Notice.of($0, fleet, at: now).map(\.summary) } ?? [])
  }

  /// How soon it wants a look: the smaller the sooner, by the worst of its findings as Triage has them and its status. What is for information needs
  /// nobody.
  private static func attention(_ org: Org, _ fleet: Fleet, at now: Timestamp) -> Int {
    let notices = Notice.of(org, fleet, at: now)
    let status = org.row.status?.role == .failed ? Finding.Severity.critical.urgencyUnfound : nil
    let worst = (notices.map(\.urgency) + [status]).compactMap { $0 }.min()
    if let worst, worst <= Finding.Severity.warning.urgencyUnfound { return worst }
    if !moving(org.id, fleet).isEmpty || org.deletion != nil { return 30 }
    return org.row.status == nil || notices.contains { $0.role == .unknown } ? 40 : 50
  }

  // MARK: - Cells

  /// That its workspaces are as they were told once; the tenant's own silence is a finding, or the whole row's.
  private static func standing(of org: Org, _ fleet: Fleet, _ context: inout CellContext<Self>) -> [Span] {
    guard fleet.lastWord(of: BootTarget.tenant(org.id), at: context.moment.now) == nil,
      case .lost(let at)? = fleet.book.standing(ofTenant: org.id)
    else { return [] }
    return [Span("workspaces \(context.moment.asOf(at))  ", .stale)]
  }

  /// `archive: wedged … (+1)`: the worst one, and how many there are besides.
  private static func words(_ worst: Notice, more: Int, width: Int) -> [Span] {
    let summary = [Span(worst.summary, worst.role)]
    guard more > 0 else { return summary }
    let count = " (+\(more))"
    let room = max(0, width - count.count)
    return (Line(summary).columns > room ? summary.fitted(to: room) : summary) + [Span(count, worst.role)]
  }

  private static func status(of org: Org, _ fleet: Fleet, _ glyphs: Glyphs) -> [Span] {
    let (word, role) = fleet.standing(of: org)
    return Wording.state(word, role, glyphs)
  }

  /// What a filter finds: the status as it is shown, and how what comes up gets on.
  private static func statusWords(_ id: OrgID, _ fleet: Fleet, at now: Timestamp) -> [String] {
    guard let org = fleet.orgs[id] else { return [] }
    var words = [org.standing]
    let boots = moving(id, fleet).compactMap { fleet.progress(of: $0, at: now) }
    if boots.contains(where: \.isStuck) { words.append("stuck") }
    if boots.contains(where: { $0.isLate && !$0.isStuck }) { words.append("late") }
    return words
  }

  /// `●4 ◐1 ✕1`: how many workspaces in which state.
  private static func counts(of org: Org, _ fleet: Fleet, _ glyphs: Glyphs) -> [Span] {
    var counts: [Role: Int] = [:]
    for workspace in fleet.workspaces(of: org.id) { counts[fleet.standing(of: workspace).role, default: 0] += 1 }
    let spans = [Role.ok, .running, .warning, .failed, .unknown, .dim].compactMap { role in
      counts[role].map { Span(glyphs.sign(of: role) + "\($0) ", role) }
    }
    switch fleet.book.standing(ofTenant: org.id) {
    case .loading: return spans + [Span(glyphs.ellipsis, .running)]
    case .silent: return spans + [Span("?", .unknown)]
    case .lost: return spans.aged(glyphs)
    case .fresh, .partial, nil: return spans.isEmpty ? [Span(glyphs.none, .dim)] : spans
    }
  }

  /// `cascade: infra`, `failed at infra`.
  private static func cascade(of org: Org, _ fleet: Fleet) -> Span? {
    guard let deletion = org.deletion else { return nil }
    let step = fleet.turn(of: deletion)?.rawValue
    guard deletion.status == .failed else { return Span("cascade: \(step ?? deletion.status.text)", .running) }
    return Span(step.map { "failed at \($0)" } ?? "cascade failed", .failed)
  }

  /// The boot that needs a look: one that stands still, else the latest, else the furthest behind.
  private static func foremost(of org: OrgID, _ fleet: Fleet, at now: Timestamp) -> Progress? {
    func rank(_ progress: Progress) -> Int { progress.isStuck ? 0 : progress.isLate ? 1 : 2 }
    return moving(org, fleet).compactMap { fleet.progress(of: $0, at: now) }.min {
      (rank($0), $0.fraction ?? 0) < (rank($1), $1.fraction ?? 0)
    }
  }

  /// Columns of the screen.
  private static let shortestBar = 6

  private static func boots(of org: Org, _ fleet: Fleet, _ context: inout CellContext<Self>) -> [Span] {
    if let cascade = cascade(of: org, fleet) { return [cascade] }
    guard let shown = foremost(of: org.id, fleet, at: context.moment.now) else { return [] }
    if shown.asOf == nil { context.moment.changesEverySecond() }
    var text = Wording.remaining(shown, context.glyphs)
    let room = context.width - 16
    if Line(text).columns > (room >= shortestBar ? 15 : context.width) { text = Wording.remaining(shown, context.glyphs, isShort: true) }
    if shown.standstill != nil { return text }
    // What it says is whole before its bar is long.
    let length = min(room, context.width - 1 - Line(text).columns)
    return length >= shortestBar ? ProgressBar(shown).spans(width: length, glyphs: context.glyphs) + [Span(" ", text[0].role)] + text : text
  }
}
