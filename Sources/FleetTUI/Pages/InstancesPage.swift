import FleetModel

struct InstancesPage: BareTablePage {
  var table: TablePage<InstancesContent>

  init(prices: PriceBook) { table = TablePage(InstancesContent(prices: prices)) }
}

/// Every EC2 machine that was found, with what the fleet says of it.
struct InstancesContent: TableContent {
  static let page = PageID.instances
  static let columns = [
    Column(id: "instance", title: "INSTANCE", minimum: 12, ideal: 19, priority: 0),
    Column(id: "role", title: "ROLE", minimum: 6, ideal: 9, priority: 4),
    Column(id: "org", title: "ORG", minimum: 8, ideal: 20, priority: 2),
    Column(id: "workspace", title: "WORKSPACE", minimum: 8, ideal: 18, priority: 5),
    Column(id: "state", title: "STATE", minimum: 9, ideal: 15, priority: 1),
    Column(id: "type", title: "TYPE", minimum: 8, ideal: 10, priority: 6),
    Column(id: "region", title: "REGION", minimum: 9, ideal: 10, priority: 8),
    Column(id: "cost", title: "COST/H", minimum: 7, ideal: 7, priority: 7, alignment: .right, highestFirst: true),
    Column(id: "age", title: "AGE", minimum: 4, ideal: 5, priority: 3, alignment: .right),
    Column(id: "verdict", title: "VERDICT", minimum: 14, ideal: 34, priority: 1, stretch: 1),
  ]
  static let initialSort = (column: 9, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Int? { 9 }

  var prices = PriceBook.builtin

  func id(_ subject: Subject) -> InstanceID? { if case .instance(let id) = subject { id } else { nil } }
  func subject(_ id: InstanceID) -> Subject { .instance(id) }
  func all(_ fleet: Fleet) -> [InstanceID] { fleet.instances.keys.filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.figures.totals.instances.value ?? 0 }
  func oldest(_ fleet: Fleet) -> InstanceID? { nil }
  /// EC2 lists what is terminated for an hour more: that it is no more is all there is to say.
  func exists(_ id: InstanceID, _ fleet: Fleet) -> Bool { fleet.instances[id].map { $0.row.state != .terminated } ?? false }
  func asOf(_ id: InstanceID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? {
    fleet.instances[id].flatMap { fleet.lastWord(of: $0.row.region.rawValue.isEmpty ? .feed : .ec2($0.row.region), at: now) }
  }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [InstanceID] {
    var ids = changes.instances
    for id in changes.workspaces { for machine in fleet.machines(of: id) { ids.insert(machine.id) } }
    for id in changes.orgs { for machine in fleet.machines(of: id) { ids.insert(machine.id) } }
    return Array(ids)
  }

  private static func org(of row: InstanceRow, _ fleet: Fleet) -> String? {
    fleet.org(of: row)?.slug.rawValue ?? row.orgSlug?.rawValue ?? row.orgID?.rawValue
  }

  private static func workspace(of row: InstanceRow, _ fleet: Fleet) -> String? {
    row.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
  }

  func key(_ id: InstanceID, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    guard let instance = fleet.instances[id] else { return .unknown }
    let row = instance.row
    return switch Self.columns[column].id {
    case "instance": SortKey(id.rawValue)
    case "role": SortKey(row.role?.rawValue)
    case "org": SortKey(Self.org(of: row, fleet))
    case "workspace": SortKey(Self.workspace(of: row, fleet))
    case "state": SortKey(row.state.text)
    case "type": SortKey(row.type)
    case "region": SortKey(row.region.rawValue)
    case "cost": SortKey(prices.hourly(of: row).map { -$0 })
    case "age": SortKey(row.launchedAt.map { -$0.seconds })
    default: SortKey(fleet.judgement.verdict(of: id).rank + (row.state.isLive ? 0 : 0.5) - (Self.wasOrphan(id, fleet) ? 0.5 : 0))
    }
  }

  /// It was one when it was last judged, and can't be told any more.
  private static func wasOrphan(_ id: InstanceID, _ fleet: Fleet) -> Bool {
    if case .cannotTell = fleet.judgement.verdict(of: id), case .orphan = fleet.judgement.lastTold(of: id) { true } else { false }
  }

  func texts(_ id: InstanceID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let row = fleet.instances[id]?.row else { return false }
    return look(id.rawValue) || look(Self.org(of: row, fleet) ?? "") || look(Self.workspace(of: row, fleet) ?? "") || look(row.state.text)
      || look(row.type ?? "") || look(row.name ?? "") || look(row.role?.rawValue ?? "") || look(row.region.rawValue)
      || look(row.privateIP ?? "") || row.publicAddresses.contains(where: look) || look(row.workspaceID?.rawValue ?? "")
      || look(Self.words(for: fleet.judgement.verdict(of: id), row))
  }

  func cells(_ id: InstanceID, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    guard let instance = fleet.instances[id] else { return Self.columns.map { _ in [] } }
    let row = instance.row
    let glyphs = context.glyphs
    let verdict = fleet.judgement.verdict(of: id)
    let role = verdict.role
    let cost = context.prices.hourly(of: row)
    var words = Self.words(for: verdict, row)
    if Self.wasOrphan(id, fleet) { words = "\(verdict.word), was an orphan: \(verdict.why)" }
    if case .grace = verdict, let launched = row.launchedAt {
      let end = launched + fleet.judgement.settings.grace
      context.moment.changes(at: end + 0.001)
      _ = context.moment.age(since: launched)
      words += ", judged in \(Moment.coarse(end - context.moment.now))"
    }
    let sign = role == .dim ? "" : glyphs.sign(of: role) + " "
    return [
      [Span(Wording.shortened(id.rawValue, to: widths[0] ?? 0), role == .failed ? .title : .text)],
      [Span(row.role?.rawValue ?? "–", .dim)],
      [Span(Self.org(of: row, fleet) ?? "–", fleet.org(of: row) == nil ? .dim : .text)],
      [Span(Self.workspace(of: row, fleet) ?? "", .dim)], Wording.state(row.state.text, row.state.role, glyphs),
      [Span(row.type ?? "?", .dim)],
      [Span(row.region.rawValue, .dim)],
      [
        cost.map { Span(Wording.dollars($0, digits: 3), $0 == 0 ? .dim : role == .failed ? .failed : .money) }
          ?? Span("?", .unknown)
      ],
      [row.launchedAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)], [Span(sign + words, role)],
    ]
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
