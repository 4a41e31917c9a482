import FleetModel

extension PageID {
  static let rollout = PageID(
    "rollout", title: "Rollout", keys: [],
    help: "each tenant's image and age, and the last rollout, wave by wave, inferred from when machines were launched",
    sources: Sources(tenants: false), make: { _ in RolloutPage() })
}

/// Every org with a tenant: what its machine starts from, how old it is, and its part in the last rollout, inferred.
struct RolloutContent: TableContent {
  static let page = PageID.rollout
  static let columns = [org, image, age, wave, result, note]
  static let initialSort = (column: result, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { note }

  /// Whether it is known when machines were launched.
  var isKnown = false
  var rollout: Rollout?

  func id(_ subject: Subject) -> OrgID? { if case .org(let id) = subject { id } else { nil } }
  func subject(_ id: OrgID) -> Subject { .org(id) }
  func all(_ fleet: Fleet) -> [OrgID] { fleet.orgs.keys.filter { exists($0, fleet) } }
  func count(_ fleet: Fleet) -> Int { fleet.figures.totals.orgs.value ?? 0 }
  func oldest(_ fleet: Fleet) -> OrgID? { nil }
  func exists(_ id: OrgID, _ fleet: Fleet) -> Bool { fleet.orgs[id].map { $0.row.status != .purged } ?? false }
  func asOf(_ id: OrgID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.lastWord(of: .controlPlane, at: now) }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [OrgID] {
    let owners = changes.instances.compactMap { fleet.instances[$0].flatMap { fleet.org(of: $0.row)?.id } }
    return Array(changes.orgs.union(owners))
  }

  struct Row {
    var org: Org
    var machine: InstanceRow?
    var place: Rollout.Place?
    /// What the machines of its region were replaced with.
    var newest: String?
    var isKnown: Bool

    init(_ org: Org, _ content: RolloutContent, _ fleet: Fleet) {
      self.org = org
      machine = fleet.tenantMachine(of: org.id)?.row
      place = content.rollout?.place(of: org.id)
      newest = machine.flatMap { content.rollout?.images[$0.region] }
      isKnown = content.isKnown
    }

    var word: (text: String, role: Role, rank: Double) {
      guard isKnown else { return ("?", .unknown, 5) }
      guard let machine else { return ("no machine", .dim, 6) }
      if place != nil {
        if org.row.status == .failed { return ("failed", .failed, 0) }
        return machine.state == .running ? ("replaced", .ok, 3) : (machine.state.text, .running, 1)
      }
      guard let image = machine.imageID else { return ("not known", .unknown, 5) }
      guard let newest else { return ("not in it", .dim, 4) }
      return image == newest ? ("not in it", .dim, 4) : ("other image", .warning, 2)
    }

    var note: String {
      if word.role == .failed { return org.row.lastError ?? "its machine was replaced, and it failed" }
      if word.role == .warning, let newest { return "its region's tenants were replaced with \(newest)" }
      return ""
    }
  }

  func row(_ id: OrgID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? { row(id, fleet) }
  private func row(_ id: OrgID, _ fleet: Fleet) -> Row? { fleet.orgs[id].map { Row($0, self, fleet) } }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let row = row(id, fleet) else { return false }
    return look(row.org.slug.rawValue) || look(row.machine?.imageID ?? "") || look(row.word.text) || look(row.note)
      || look(row.place.map(Self.name) ?? "")
  }

  static func name(of place: Rollout.Place) -> String {
    switch place {
    case .canary: "canary"
    case .batch(let number): "batch \(number)"
    }
  }

  private static func rank(of place: Rollout.Place) -> Double {
    switch place {
    case .canary: 0
    case .batch(let number): Double(number)
    }
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    fleet.sources[.controlPlane]?.lastComplete == nil ? "not loaded yet: the control plane has not answered" : "no org is there"
  }
}

// MARK: - Columns

extension RolloutContent {
  static let org = Column<Self>(
    "ORG", minimum: 10, ideal: 32, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id]?.slug.rawValue) }
  ) { row, _, _ in [Span(row.org.slug.rawValue, row.word.role == .failed ? .title : .text)] }
  .naming()

  static let image = Column<Self>(
    "IMAGE", minimum: 12, ideal: 21, priority: 5,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.tenantMachine(of: id)?.row.imageID) }
  ) { row, _, context in
    guard let machine = row.machine else { return [Span("no machine", .dim)] }
    return [machine.imageID.map { Span(Wording.shortened($0, to: context.width), .dim) } ?? Span("?", .unknown)]
  }

  /// Since its machine was launched.
  static let age = Column<Self>(
    "AGE", minimum: 4, ideal: 5, priority: 3, alignment: .right,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.tenantMachine(of: id)?.row.launchedAt.map { -$0.seconds }) }
  ) { row, _, context in
    guard let machine = row.machine else { return [Span("–", .dim)] }
    return [machine.launchedAt.map { Span(context.moment.age(since: $0), .dim) } ?? Span("?", .unknown)]
  }
  .measured(.duration) { _, id, fleet, now in fleet.tenantMachine(of: id)?.row.launchedAt.map { now - $0 } }

  static let wave = Column<Self>(
    "WAVE", minimum: 9, ideal: 9, priority: 4,
    order: .lowestFirst { content, id, _, _ in SortKey(content.rollout?.place(of: id).map(rank)) }
  ) { row, _, _ in [Span(row.place.map(name) ?? "–", .dim)] }
  .spelt { content, id, _, _ in [content.rollout?.place(of: id).map(name) ?? "–"] }

  static let result = Column<Self>(
    "RESULT", minimum: 10, ideal: 13, priority: 1,
    order: .lowestFirst { content, id, fleet, _ in SortKey(content.isKnown ? content.row(id, fleet)?.word.rank : nil) }
  ) { row, _, context in
    guard row.isKnown else { return [Span("?", .unknown)] }
    return Wording.state(row.word.text, row.word.role, context.glyphs)
  }
  .staying().field("result", "status").spelt { content, id, fleet, _ in content.row(id, fleet).map { [$0.word.text] } ?? [] }

  static let note = Column<Self>(
    "NOTE", minimum: 14, ideal: 40, priority: 2, stretch: 1,
    order: .lowestFirst { content, id, fleet, _ in SortKey(content.row(id, fleet)?.note) }
  ) { row, _, _ in [Span(row.note, row.word.role == .failed ? .failed : .dim)] }
  .staying()
}

/// The table of tenants, and under it the rollout as a whole.
struct RolloutPage: TabledPage {
  private(set) var rowsUnder = 3
  var table = TablePage<RolloutContent>()
  private var rollout: Rollout?
  private var isKnown = false
  /// How many tenants start from which image, counted once until a machine or an org changes.
  private var images: [(image: String, count: Int)]?

  mutating func prepare(_ fleet: Fleet, at now: Timestamp) {
    look(at: fleet, at: now)
    table.prepare(fleet, at: now)
  }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    if !changes.instances.isEmpty || !changes.orgs.isEmpty || !changes.sources.isEmpty { images = nil }
    table.update(changes, fleet, at: now)
  }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    guard case .org(let id)? = selection, let org = fleet.orgs[id] else { return [] }
    let row = RolloutContent.Row(org, RolloutContent(isKnown: isKnown, rollout: rollout), fleet)
    // What failed is among what is found of the org.
    return Notice.of(org, fleet, at: now) + (row.word.role == .warning ? [Notice(role: .warning, summary: row.note)] : [])
  }

  mutating func takeTouch() -> Bool { table.takeTouch() || images == nil }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    look(at: fleet, at: context.moment.now)
    let under = rows >= 6 ? summary(fleet, width: width, rows: min(5, rows - 4, sumRows(of: rows)), &context) : []
    rowsUnder = under.count
    return table.draw(fleet, over: under, rows: rows, width: width, &context)
  }

  /// Infers anew where something changed.
  private mutating func look(at fleet: Fleet, at now: Timestamp) {
    guard images == nil else { return }
    images = Self.images(fleet)
    let rollout = Rollout(of: fleet)
    let isKnown = fleet.regions.contains { fleet.sources[.ec2($0)]?.lastComplete != nil }
    guard rollout != self.rollout || isKnown != self.isKnown else { return }
    (self.rollout, self.isKnown) = (rollout, isKnown)
    table.change({ ($0.rollout, $0.isKnown) = (rollout, isKnown) }, fleet, at: now)
  }

  // MARK: - Under the table

  /// Each in lines of its own where there is room, else behind one another: that it went well last.
  private func summary(_ fleet: Fleet, width: Int, rows: Int, _ context: inout DrawingContext) -> [Line] {
    let told = [stood(fleet, &context), waves(fleet, &context), starts()].filter { !$0.isEmpty }
    let lines = told.flatMap { Line($0).told(to: width) }
    guard lines.count > rows else { return lines }
    return Array(Sums.joined(told.enumerated().map { Sums.Piece($1, calm: $0) }, rows: rows, width: width).prefix(rows))
  }

  /// `last rollout, inferred from launches: 14:02:10, 1h ago, 3 tenants in 7m10s`
  private func stood(_ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard isKnown else {
      return [Span("  \(context.glyphs.unknown) the last rollout is not known: EC2 has not told when machines were launched", .unknown)]
    }
    guard let rollout, let began = rollout.began, let ended = rollout.ended else {
      return [Span("  no tenant's machine is known to have replaced another (what restarts containers alone leaves no trace here)", .dim)]
    }
    let count = rollout.waves.reduce(0) { $0 + $1.orgs.count }
    return [
      Span("  last rollout", .heading), Span(", inferred from launches: \(context.moment.told(ended)),", .dim),
      Span(" \(count) \(count == 1 ? "tenant" : "tenants")"), Span(count == 1 ? "" : " in \(Moment.elapsed(ended - began))", .dim),
    ]
  }

  /// `canary ● acme ▸ soak 1m00s ▸ batch 1 ● 3 ▸ batch 2 ✕ 1 of 2`
  private func waves(_ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard isKnown, let rollout else { return [] }
    let arrow = Span(" \(context.glyphs.into) ", .dim)
    var spans: [Span] = []
    for wave in rollout.waves {
      spans.append(spans.isEmpty ? Span("  ") : arrow)
      let failed = wave.orgs.count { fleet.orgs[$0]?.row.status == .failed }
      let role: Role = failed > 0 ? .failed : wave.orgs.allSatisfy { fleet.tenantMachine(of: $0)?.row.state == .running } ? .ok : .running
      let name = wave.place == .canary ? wave.orgs.first.flatMap { fleet.orgs[$0]?.slug.rawValue } : nil
      let count = name ?? (failed > 0 ? "\(failed) of \(wave.orgs.count)" : "\(wave.orgs.count)")
      spans += [Span("\(RolloutContent.name(of: wave.place)) ", .dim), Span("\(role.glyph(context.glyphs)) \(count)", role)]
      if wave.place == .canary, let soak = rollout.soak { spans += [arrow, Span("soak \(Moment.elapsed(soak))", .dim)] }
    }
    return spans
  }

  /// `images: ami-0ea3… 12, ami-0c1d… 2`
  private func starts() -> [Span] {
    guard let images, !images.isEmpty else { return [] }
    let parts = images.prefix(4).map { "\($0.image) \($0.count)" } + (images.count > 4 ? ["\(images.count - 4) more"] : [])
    return [Span("  tenants by image: \(parts.joined(separator: ", "))", .dim)]
  }

  private static func images(_ fleet: Fleet) -> [(image: String, count: Int)] {
    var counts: [String: Int] = [:]
    for id in fleet.orgs.keys { if let machine = fleet.tenantMachine(of: id) { counts[machine.row.imageID ?? "unknown", default: 0] += 1 } }
    return counts.map { (image: $0.key, count: $0.value) }.sorted { ($1.count, $0.image) < ($0.count, $1.image) }
  }
}
