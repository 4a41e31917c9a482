import FleetModel

extension PageID {
  static let rollout = PageID(
    "rollout", title: "Rollout", keys: [], help: "each tenant's image and age, and the tenants' last redeployment, wave by wave",
    sources: Sources(tenants: false), make: { _ in RolloutPage() })
}

/// Every org with a tenant: what its machine starts from, how old it is, and what the last redeployment made of it.
struct RolloutContent: TableContent {
  static let page = PageID.rollout
  static let columns = [org, image, age, wave, result, note]
  static let initialSort = (column: result, isReversed: false)
  static let followsTop = false
  static let keysMove = false
  static var noteColumn: Column<Self>? { note }

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
    var redeployed: (result: Redeployment.Result, wave: Redeployment.Wave)?

    init(_ org: Org, _ fleet: Fleet) {
      self.org = org
      machine = fleet.tenantMachine(of: org.id)?.row
      redeployed = fleet.redeployed(org.slug)
    }

    var word: (text: String, role: Role, rank: Double) {
      guard let result = redeployed?.result else { return ("not in it", .dim, 3) }
      return switch result.hasSucceeded {
      case false?: ("failed", .failed, 0)
      case nil: (result.phase ?? "under way", .running, 1)
      case true?: ("redeployed", .ok, 2)
      }
    }

    /// Why it failed, else what its health route said.
    var note: String {
      guard let result = redeployed?.result else { return "" }
      if let error = result.error { return error }
      var words: [String] = []
      if let code = result.exitCode, code != 0 { words.append("\(result.command ?? "the command") ended with \(code)") }
      if let isHealthy = result.isHealthy { words.append(isHealthy ? "health route answers" : "health route does not answer") }
      if result.isOnTarget == false { words.append("it does not run what was wanted") }
      return words.joined(separator: ", ")
    }
  }

  func row(_ id: OrgID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row? { fleet.orgs[id].map { Row($0, fleet) } }

  func texts(_ id: OrgID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    guard let row = fleet.orgs[id].map({ Row($0, fleet) }) else { return false }
    return look(row.org.slug.rawValue) || look(row.machine?.imageID ?? "") || look(row.word.text) || look(row.note)
      || look(row.redeployed.map { Self.name(of: $0.wave) } ?? "")
  }

  static func name(of wave: Redeployment.Wave) -> String {
    switch wave {
    case .canary: "canary"
    case .batch(let number): "batch \(number)"
    }
  }

  private static func place(of wave: Redeployment.Wave) -> Double {
    switch wave {
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
    "ORG", minimum: 10, ideal: 20, priority: 0, order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id]?.slug.rawValue) }
  ) { row, _, _ in [Span(row.org.slug.rawValue, row.word.role == .failed ? .title : .text)] }

  static let image = Column<Self>(
    "IMAGE", minimum: 12, ideal: 21, priority: 4,
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
    "WAVE", minimum: 8, ideal: 9, priority: 5,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id].flatMap { fleet.redeployed($0.slug) }.map { place(of: $0.wave) }) }
  ) { row, _, _ in [Span(row.redeployed.map { name(of: $0.wave) } ?? "–", .dim)] }
  .spelt { _, id, fleet, _ in [fleet.orgs[id].flatMap { fleet.redeployed($0.slug) }.map { name(of: $0.wave) } ?? "–"] }

  static let result = Column<Self>(
    "RESULT", minimum: 10, ideal: 13, priority: 1,
    order: .lowestFirst { _, id, fleet, _ in
      SortKey(fleet.redeploymentReadAt == nil ? nil : fleet.orgs[id].map { Row($0, fleet).word.rank })
    }
  ) { row, fleet, context in
    guard fleet.redeploymentReadAt != nil else { return [Span("?", .unknown)] }
    return Wording.state(row.word.text, row.word.role, context.glyphs)
  }
  .field("result", "status").spelt { _, id, fleet, _ in fleet.orgs[id].map { [Row($0, fleet).word.text] } ?? [] }

  static let note = Column<Self>(
    "NOTE", minimum: 14, ideal: 40, priority: 2, stretch: 1,
    order: .lowestFirst { _, id, fleet, _ in SortKey(fleet.orgs[id].map { Row($0, fleet).note }) }
  ) { row, _, _ in [Span(row.note, row.word.role == .failed ? .failed : .dim)] }
}

/// The table of tenants, and under it the redeployment as a whole.
struct RolloutPage: TabledPage {
  var table = TablePage<RolloutContent>()
  /// How many tenants start from which image, counted once until a machine or an org changes.
  private var images: [(image: String, count: Int)]?

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    if !changes.instances.isEmpty || !changes.orgs.isEmpty { images = nil }
    table.update(changes, fleet, at: now)
  }

  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    guard case .org(let id)? = selection, let org = fleet.orgs[id] else { return [] }
    let row = RolloutContent.Row(org, fleet)
    let own = row.word.role == .failed ? [Notice(role: .failed, summary: "redeployment failed: \(row.note)")] : []
    return own + Notice.of(org, fleet, at: now)
  }

  mutating func takeTouch() -> Bool { table.takeTouch() || images == nil }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    let under = rows >= 6 ? summary(fleet, width: width, &context).suffix(min(3, rows - 4)) : []
    var lines = table.draw(fleet, rows: rows - under.count, width: width, &context)
    while lines.count < rows - under.count { lines.append(Line()) }
    return lines + under
  }

  // MARK: - Under the table

  private mutating func summary(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    [Line(stood(fleet, &context).fitted(to: width)), Line(waves(fleet, &context).fitted(to: width)), Line(starts(fleet).fitted(to: width))]
  }

  /// `last redeployment to latest, 14:02:10, 1h ago: done, not all is well`
  private func stood(_ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard fleet.redeploymentReadAt != nil else {
      let why = fleet.redeploymentProblem.map { ": \($0)" } ?? ": the control plane has not told of one, or does not offer it"
      return [Span("  \(context.glyphs.unknown) the last redeployment is not known\(why)", .unknown)]
    }
    guard let last = fleet.redeployment else { return [Span("  the tenants were never redeployed together", .dim)] }
    var spans = [Span("  \(last.isDryRun ? "last trial of a redeployment" : "last redeployment")", .heading)]
    spans.append(Span(last.target.map { " to \($0)" } ?? ""))
    if let at = last.endedAt ?? last.startedAt { spans.append(Span(", \(context.moment.told(at))", .dim)) }
    switch last.stage {
    case .done:
      let (word, role): (String, Role) = last.isOK == false ? ("done, not all is well", .failed) : ("done", .ok)
      spans.append(Span(": \(word)", role))
    case .canary: spans.append(Span(": the canary is redeployed", .running))
    case .soaking: spans.append(Span(": the canary soaks", .running))
    case .batch(let number): spans.append(Span(": batch \(number) is redeployed", .running))
    }
    if let problem = fleet.redeploymentProblem { spans.append(Span("  not read since: \(problem)", .stale)) }
    return spans
  }

  /// `canary ✓ acme → soak 1m00s → batch 1 ✓ 3 → batch 2 ✕ 1 of 2`
  private func waves(_ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    guard let last = fleet.redeployment else { return [] }
    let glyphs = context.glyphs
    let arrow = Span(" \(glyphs.into) ", .dim)
    var spans = [Span("  ")]
    for wave in last.waves {
      if spans.count > 1 { spans.append(arrow) }
      let role: Role = wave.failed > 0 ? .failed : wave.well == wave.count ? .ok : .running
      let count = wave.failed > 0 ? "\(wave.failed) of \(wave.count)" : wave.wave == .canary ? last.canary?.rawValue ?? "" : "\(wave.count)"
      spans += [Span("\(RolloutContent.name(of: wave.wave)) ", .dim), Span("\(role.glyph(glyphs)) \(count)", role)]
      if wave.wave == .canary, let soak = last.soak { spans += [arrow, Span("soak \(Moment.elapsed(soak))", .dim)] }
    }
    return spans
  }

  /// `images: ami-0ea3… 12, ami-0c1d… 2`
  private mutating func starts(_ fleet: Fleet) -> [Span] {
    let images = images ?? Self.images(fleet)
    self.images = images
    guard !images.isEmpty else { return [] }
    let parts = images.prefix(4).map { "\($0.image) \($0.count)" } + (images.count > 4 ? ["\(images.count - 4) more"] : [])
    return [Span("  tenants by image: \(parts.joined(separator: ", "))", .dim)]
  }

  private static func images(_ fleet: Fleet) -> [(image: String, count: Int)] {
    var counts: [String: Int] = [:]
    for id in fleet.orgs.keys { if let machine = fleet.tenantMachine(of: id) { counts[machine.row.imageID ?? "unknown", default: 0] += 1 } }
    return counts.map { (image: $0.key, count: $0.value) }.sorted { ($1.count, $0.image) < ($0.count, $1.image) }
  }
}
