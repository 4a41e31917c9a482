import FleetModel

extension PageID {
  static let instances = PageID(
    "instances", title: "Instances", short: "EC2", keys: [.character("4"), .function(4)], help: "every EC2 machine",
    count: { Count(figure: $0.instances) }, make: { _ in InstancesPage() })
}

struct InstancesPage: BareTablePage {
  var table = TablePage(InstancesContent())
}

/// Every EC2 machine that was found, with what the fleet says of it.
struct InstancesContent: TableContent {
  static let page = PageID.instances
  static let columns = [instance, role, org, workspace, state, type, region, cost, age, verdict]
  static let initialSort = (column: verdict, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { verdict }

  func id(_ subject: Subject) -> InstanceID? { if case .instance(let id) = subject { id } else { nil } }
  func subject(_ id: InstanceID) -> Subject { .instance(id) }
  func all(_ fleet: Fleet) -> [InstanceID] { fleet.instances.keys.filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.figures.totals.instances.value ?? 0 }
  func oldest(_ fleet: Fleet) -> InstanceID? { nil }
  /// EC2 lists what is terminated for an hour more: that it is no more is all there is to say.
  func exists(_ id: InstanceID, _ fleet: Fleet) -> Bool { fleet.instances[id].map { $0.row.state != .terminated } ?? false }
  func asOf(_ id: InstanceID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? {
    fleet.instances[id].flatMap { fleet.lastWord(of: $0.row.knownRegion.map(Source.ec2) ?? .feed, at: now) }
  }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [InstanceID] {
    var ids = changes.instances
    for id in changes.workspaces { for machine in fleet.machines(of: id) { ids.insert(machine.id) } }
    for id in changes.orgs { for machine in fleet.machines(of: id) { ids.insert(machine.id) } }
    return Array(ids)
  }

  private static func workspaceName(of row: InstanceRow, _ fleet: Fleet) -> String? {
    row.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
  }

  /// It was one when it was last judged, and can't be told any more.
  private static func wasOrphan(_ id: InstanceID, _ fleet: Fleet) -> Bool {
    if case .cannotTell = fleet.judgement.verdict(of: id), case .orphan = fleet.judgement.lastTold(of: id) { true } else { false }
  }

  func texts(_ id: InstanceID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let row = fleet.instances[id]?.row else { return false }
    return look(id.rawValue) || look(fleet.orgName(of: row) ?? "") || look(Self.workspaceName(of: row, fleet) ?? "")
      || look(row.state.text)
      || look(row.type ?? "") || look(row.name ?? "") || look(row.role?.rawValue ?? "") || look(row.region.rawValue)
      || look(row.privateIP ?? "") || row.publicAddresses.contains(where: look) || look(row.workspaceID?.rawValue ?? "")
      || look(Self.words(for: fleet.judgement.verdict(of: id), row))
  }

  struct Row {
    var machine: InstanceRow
    var verdict: OrphanVerdict
    var role: Role { verdict.role }
  }

  func row(_ id: InstanceID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? {
    fleet.instances[id].map { Row(machine: $0.row, verdict: fleet.judgement.verdict(of: id)) }
  }

  /// `orphan: org gone`, `can't tell: roster`; of what doesn't run, that.
  static func words(for verdict: OrphanVerdict, _ row: InstanceRow) -> String {
    switch verdict {
    case .live: row.state.isLive ? "live" : row.state.text
    case .foreign: verdict.word
    case .orphan, .grace, .cannotTell: "\(verdict.word): \(verdict.why)"
    }
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    let regions = fleet.sources.keys.filter { if case .ec2 = $0 { true } else { false } }
    if regions.isEmpty { return "EC2 is not configured: add [environment.NAME.aws] with regions" }
    for region in regions.sorted() {
      let freshness = fleet.freshness(of: region, at: now)
      if freshness.state == .failed { return "not loaded: \(region): \(freshness.problem ?? "failed")" }
      if freshness.state == .never { return "not loaded yet: \(region) has not answered" }
    }
    return "no machines"
  }
}

// MARK: - Columns

extension InstancesContent {
  static let instance = Column<Self>(
    "INSTANCE", minimum: 12, ideal: 19, priority: 0, order: .lowestFirst { _, id, _, _ in SortKey(id.rawValue) }
  ) { row, _, context in [Span(Wording.shortened(row.machine.id.rawValue, to: context.width), row.role == .failed ? .title : .text)] }
  .claiming(19)
  .field("instance", "id", "machine")

  static let role = Column<Self>(
    "ROLE", minimum: 6, ideal: 9, priority: 4, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id]?.row.role?.rawValue) }
  ) { row, _, _ in [Span(row.machine.role?.rawValue ?? "–", .dim)] }

  static let org = Column<Self>(
    "ORG", minimum: 8, ideal: 20, priority: 2,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id].flatMap { fleet.orgName(of: $0.row) }) }
  ) { row, fleet, _ in [Span(fleet.orgName(of: row.machine) ?? "–", fleet.org(of: row.machine) == nil ? .dim : .text)] }
  .claiming(16)

  static let workspace = Column<Self>(
    "WORKSPACE", minimum: 8, ideal: 18, priority: 6,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id].flatMap { workspaceName(of: $0.row, fleet) }) }
  ) { row, fleet, _ in [Span(workspaceName(of: row.machine, fleet) ?? "", .dim)] }
  .claiming(14)

  static let state = Column<Self>(
    "STATE", minimum: 9, ideal: 15, priority: 2, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id]?.row.state.text) }
  ) { row, _, context in Wording.state(row.machine.state.text, row.machine.state.role, context.glyphs) }
  .claiming(10).field("state", "status")

  static let type = Column<Self>(
    "TYPE", minimum: 9, ideal: 10, priority: 5, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id]?.row.type) }
  ) { row, _, _ in [Span(row.machine.type ?? "?", .dim)] }

  static let region = Column<Self>(
    "REGION", minimum: 9, ideal: 10, priority: 8,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id]?.row.region.rawValue) }
  ) { row, _, _ in [Span(row.machine.region.rawValue, .dim)] }

  static let cost = Column<Self>(
    "COST/H", minimum: 7, ideal: 7, priority: 7, alignment: .right,
    order: .highestFirst { _, id, fleet, _ in fleet.instances[id].flatMap { fleet.settings.prices.hourly(of: $0.row) } }
  ) { row, fleet, _ in
    guard let cost = fleet.settings.prices.hourly(of: row.machine) else { return [Span("?", .unknown)] }
    return [Span(Wording.dollars(cost, digits: 3), row.role == .failed ? .money : .dim)]
  }
  .field("cost").measured(.money)

  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 3, alignment: .right,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.instances[id]?.row.launchedAt.map { -$0.seconds }) }
  ) { row, _, context in [row.machine.launchedAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)] }
  .measured(.duration) { _, id, fleet, now in fleet.instances[id]?.row.launchedAt.map { now - $0 } }

  static let verdict = Column<Self>(
    "VERDICT", minimum: 14, ideal: 34, priority: 1, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in
      guard let state = fleet.instances[id]?.row.state else { return .unknown }
      return SortKey(fleet.judgement.verdict(of: id).rank + (state.isLive ? 0 : 0.5) - (wasOrphan(id, fleet) ? 0.5 : 0))
    }
  ) { row, fleet, context in
    let (machine, verdict) = (row.machine, row.verdict)
    var words = words(for: verdict, machine)
    if wasOrphan(machine.id, fleet) { words = "\(verdict.word), was an orphan: \(verdict.why)" }
    if case .grace = verdict, let launched = machine.launchedAt {
      let end = launched + fleet.judgement.settings.grace
      context.moment.changes(at: end + 0.001)
      _ = context.moment.age(since: launched)
      words += ", judged in \(Moment.coarse(end - context.moment.now))"
    }
    return [Span((row.role == .dim ? "" : context.glyphs.sign(of: row.role) + " ") + words, row.role)]
  }
  .claiming(34)
  .spelt { _, id, fleet, _ in
    guard let row = fleet.instances[id]?.row else { return [] }
    let verdict = fleet.judgement.verdict(of: id)
    // What stands for somebody is called by its state.
    return (verdict == .live ? [] : [verdict.word]) + [words(for: verdict, row)] + (wasOrphan(id, fleet) ? ["was an orphan"] : [])
  }
}
