import FleetModel

struct FleetPage: BareTablePage {
  var table = TablePage<FleetContent>()
}

/// Every org: its tenant's machine, its workspaces by state, what it is coming up to, what it costs and what is wrong with it.
struct FleetContent: TableContent {
  static let page = PageID.fleet
  static let columns = [
    Column(id: "org", title: "ORG", minimum: 10, ideal: 19, priority: 0),
    Column(id: "tenant", title: "TENANT", minimum: 14, ideal: 14, priority: 1),
    Column(id: "machine", title: "MACHINE", minimum: 9, ideal: 10, priority: 8),
    Column(id: "workspaces", title: "WORKSPACES", minimum: 10, ideal: 11, priority: 3, highestFirst: true),
    Column(id: "progress", title: "PROGRESS", minimum: 15, ideal: 29, priority: 4),
    Column(id: "cost", title: "COST/H", minimum: 6, ideal: 7, priority: 6, alignment: .right, highestFirst: true),
    Column(id: "age", title: "AGE", minimum: 4, ideal: 5, priority: 7, alignment: .right),
    Column(id: "finding", title: "FINDING", minimum: 10, ideal: 17, priority: 2, stretch: 1),
  ]
  static let initialSort = (column: 0, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Int? { 7 }

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

  func key(_ id: OrgID, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    guard let org = fleet.orgs[id] else { return .unknown }
    switch Self.columns[column].id {
    case "org": return SortKey(org.slug.rawValue)
    case "tenant": return SortKey(org.row.status?.text)
    case "machine": return SortKey(fleet.tenantMachine(of: id)?.row.type)
    case "workspaces": return SortKey(-Double(fleet.workspaces(of: id).count))
    case "progress": return SortKey(Self.moving(id, fleet).compactMap { fleet.progress(of: $0, at: now)?.fraction }.min())
    case "cost": return SortKey(fleet.hourly(of: id).value.map { -$0.known })
    case "age": return SortKey(org.row.createdAt.map { -$0.seconds })
    default:
      let count = Notice.of(org, fleet, at: now).count
      return SortKey(count == 0 ? nil : -Double(count))
    }
  }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let org = fleet.orgs[id] else { return false }
    if look(org.slug.rawValue) || look(org.row.name ?? "") || look(org.row.status?.text ?? "") || look(id.rawValue) { return true }
    if look(org.row.lastError ?? "") || look(org.row.plan ?? "") { return true }
    return fleet.workspaces(of: id).contains { look($0.row.name) || look($0.row.status.text) || look($0.row.lastError ?? "") }
  }

  /// The boots of an org that are under way: its tenant's first.
  static func moving(_ id: OrgID, _ fleet: Fleet) -> [BootTarget] {
    var targets: [BootTarget] = fleet.orgs[id]?.boot != nil ? [.tenant(id)] : []
    for workspace in fleet.workspaces(of: id) where workspace.boot != nil { targets.append(.workspace(workspace.id)) }
    return targets
  }

  func cells(_ id: OrgID, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    guard let org = fleet.orgs[id] else { return Self.columns.map { _ in [] } }
    let now = context.moment.now
    let glyphs = context.glyphs
    let findings = Notice.of(org, fleet, at: now)
    let age = org.row.createdAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)
    let finding = findings.first.map { Self.note($0, more: findings.count - 1, width: widths[7] ?? 0) }
    let status = tenant(org, fleet, glyphs)
    let cost = fleet.hourly(of: id).cell(glyphs)
    return [
      // Where there is no room for the status, its sign stands before the name.
      (widths[1] == nil ? [status[0]] : []) + [Span(org.slug.rawValue, findings.isEmpty ? .text : .title)], status,
      [Span(fleet.tenantMachine(of: id)?.row.type ?? glyphs.none, .dim)], workspaces(of: org, fleet, glyphs),
      progress(of: org, fleet, width: widths[4] ?? 0, &context), [cost], [age], note(org, fleet, &context) + (finding ?? []),
    ]
  }

  /// That its workspaces are as they were told once; the tenant's own silence is a finding, or the whole row's.
  private func note(_ org: Org, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard asOf(org.id, fleet, at: context.moment.now) == nil, case .lost(let at)? = fleet.book.standing(ofTenant: org.id) else { return [] }
    return [Span("workspaces \(context.moment.asOf(at))  ", .stale)]
  }

  /// `archive: wedged … (+1)`: the worst one, and how many there are besides.
  private static func note(_ worst: Notice, more: Int, width: Int) -> [Span] {
    let summary = [Span(worst.summary, worst.role)]
    guard more > 0 else { return summary }
    let count = " (+\(more))"
    let room = max(0, width - count.count)
    return (Line(summary).columns > room ? summary.fitted(to: room) : summary) + [Span(count, worst.role)]
  }

  private func tenant(_ org: Org, _ fleet: Fleet, _ glyphs: Glyphs) -> [Span] {
    if let deletion = org.deletion {
      let role: Role = deletion.status == .failed ? .failed : .running
      return Wording.state("deleting", role, glyphs)
    }
    guard let status = org.row.status else { return Wording.state("no status", .unknown, glyphs) }
    return Wording.state(status.text, status.role, glyphs)
  }

  /// `●4 ◐1 ✕1`: how many in which state.
  private func workspaces(of org: Org, _ fleet: Fleet, _ glyphs: Glyphs) -> [Span] {
    var counts: [Role: Int] = [:]
    for workspace in fleet.workspaces(of: org.id) { counts[workspace.row.status.role, default: 0] += 1 }
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

  private func progress(of org: Org, _ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Span] {
    if let deletion = org.deletion {
      return [Span("cascade: \(deletion.step ?? deletion.status.text)", deletion.status == .failed ? .failed : .running)]
    }
    let moving = Self.moving(org.id, fleet)
    let now = context.moment.now
    let all = moving.compactMap { fleet.progress(of: $0, at: now) }
    // The one that needs a look: one that stands still, else the latest, else the furthest behind.
    func rank(_ progress: Progress) -> Int { progress.isStuck ? 0 : progress.isLate ? 1 : 2 }
    guard let shown = all.min(by: { (rank($0), $0.fraction ?? 0) < (rank($1), $1.fraction ?? 0) }) else { return [] }
    if shown.asOf == nil { context.moment.changesEverySecond() }
    let text = Wording.remaining(shown, context.glyphs)
    if shown.standstill != nil { return text }
    let bar = ProgressBar(shown)
    let room = width - 16
    return room >= 8 ? bar.spans(width: room, glyphs: context.glyphs) + [Span(" ", text[0].role)] + text : text
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
