import FleetModel

/// The lines above every page: whose fleet, how fresh, and its sums.
struct Header {
  let environment: String
  let isProtected: Bool
  let isReadOnly: Bool
  let replay: ReplayNote?

  /// Environment, every source with its freshness, and what is allowed. Ages are shown only where a source isn't fresh.
  func sources(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> Line {
    let glyphs = context.glyphs
    let name = [
      Span(" fleet \(glyphs.into) ", .dim), Span(environment.uppercased(), isProtected ? .protected : .environment), Span("   "),
    ]
    let allowed: [Span] =
      if let replay {
        [Span("  \(replay.text(at: &context.moment)) ", .warning)]
      } else if isReadOnly {
        [Span("  read-only ", .dim)]
      } else {
        fleet.cutOff == nil ? [Span("  writes allowed ", .danger)] : [Span("  deletion off ", .stale)]
      }
    let room = width - Line(name).columns - Line(allowed).columns
    guard room > 8 else { return Line(Line(name).fitted(to: width).spans) }

    var entries = cutOff(fleet, &context).map { [$0] } ?? []
    for source in Self.sources(of: fleet) where !(fleet.cutOff?.covers(source) ?? false) { entries.append(entry(source, fleet, &context)) }
    if fleet.cutOff == nil, let tenants = tenants(fleet, &context) { entries.append(tenants) }
    // Where there is little room, what is well is left out first.
    while entries.reduce(0, { $0 + Line($1.spans).columns + 2 }) > room, let calm = entries.lastIndex(where: { !$0.isNoteworthy }) {
      entries.remove(at: calm)
    }
    let spans = entries.flatMap { $0.spans + [Span("  ")] }
    return Line(name + spans.fitted(to: room) + allowed)
  }

  private struct Entry {
    var spans: [Span]
    var isNoteworthy: Bool
  }

  private static func sources(of fleet: Fleet) -> [Source] {
    fleet.sources.keys.filter { if case .tenant = $0 { false } else { true } }.sorted()
  }

  /// `we are cut off since 13:41:20 (47s): nothing answers from here`, in place of every source that it is about.
  private func cutOff(_ fleet: Fleet, _ context: inout DrawingContext) -> Entry? {
    guard let cutOff = fleet.cutOff else { return nil }
    context.moment.changesEverySecond()
    let since = cutOff.since.map { " since \($0.timeOfDay) (\(Moment.elapsed(context.moment.now - $0)))" } ?? ""
    let what = cutOff.scope == .everything ? "nothing answers from here" : "neither control plane nor tenants answer"
    return Entry(spans: [Span("\(context.glyphs.failed) we are cut off\(since): \(what)", .failed)], isNoteworthy: true)
  }

  private func entry(_ source: Source, _ fleet: Fleet, _ context: inout DrawingContext) -> Entry {
    let glyphs = context.glyphs
    let freshness = fleet.freshness(of: source, at: context.moment.now)
    let name = source.words
    switch freshness.state {
    case .complete:
      if let record = fleet.sources[source], record.pollInterval != nil, let at = record.lastComplete {
        context.moment.changes(at: at + record.staleAfter + 0.001)
      }
      if let lack = Self.lack(fleet.sources[source], &context) {
        return Entry(spans: [Span("\(glyphs.warning) \(name), \(lack)", .warning)], isNoteworthy: true)
      }
      return Entry(spans: [Span(glyphs.ok, .ok), Span(" \(name)", .dim)], isNoteworthy: false)
    case .never:
      // Not offered is an answer; nothing at all is a wait.
      if fleet.sources[source]?.notOffered != nil {
        return Entry(spans: [Span("\(glyphs.off) \(name) not offered", .dim)], isNoteworthy: false)
      }
      return Entry(spans: [Span("\(glyphs.coming) \(name) loading", .running)], isNoteworthy: true)
    case .partial, .stale, .failed:
      let role = freshness.state.role
      let age = freshness.at.map { " " + context.moment.age(since: $0) } ?? " never loaded"
      return Entry(spans: [Span("\(role.glyph(glyphs)) \(name) \(freshness.state.rawValue)\(age)", role)], isNoteworthy: true)
    }
  }

  /// What a source that answers holds back, and for how long; `nil`: nothing.
  private static func lack(_ record: SourceRecord?, _ context: inout DrawingContext) -> String? {
    guard let (part, lack) = record?.lacks.min(by: { $0.key.rawValue < $1.key.rawValue }) else { return nil }
    return "no \(part.rawValue) \(context.moment.age(since: lack.since))"
  }

  /// Tenants are many: how many of those that should answer do, and who doesn't.
  private func tenants(_ fleet: Fleet, _ context: inout DrawingContext) -> Entry? {
    let group = fleet.book.tenants
    let names = { (ids: Set<OrgID>) in ids.compactMap { fleet.orgs[$0]?.slug.rawValue }.sorted() }
    let leaving = names(fleet.book.leavingTenants)
    guard group.expected > 0 || !leaving.isEmpty else { return nil }
    if let at = fleet.book.nextChange { context.moment.changes(at: at + 0.001) }
    let going = leaving.isEmpty ? [] : [Span(", \(Self.few(leaving)) going", .dim)]
    let missing = names(fleet.book.missingTenants)
    let refusing = names(fleet.book.streamlessTenants)
    let role: Role = !missing.isEmpty ? .failed : !refusing.isEmpty ? .warning : group.isLoading ? .running : .ok
    let sign = Span(context.glyphs.sign(of: role), role)
    guard group.fresh < group.expected || !refusing.isEmpty else {
      return Entry(spans: [sign, Span(" \(group.expected) tenants", .dim)] + going, isNoteworthy: false)
    }
    var who = missing.isEmpty ? "" : ": \(Self.few(missing)) \(missing.count == 1 ? "doesn't" : "don't") answer"
    if !refusing.isEmpty { who += ", \(Self.few(refusing)) without streams" }
    return Entry(spans: [sign, Span(" \(group.fresh) of \(group.expected) tenants\(who)", role)] + going, isNoteworthy: true)
  }

  /// `dark, umbra, +3`
  private static func few(_ names: [String]) -> String {
    (names.prefix(2) + (names.count > 2 ? ["+\(names.count - 2)"] : [])).joined(separator: ", ")
  }

  /// One figure of the second line.
  private struct Piece {
    var spans: [Span]
    var asOf: Timestamp?
  }

  /// What there is, what is coming, what is wrong, what it costs; each with when it was last known, where that isn't now.
  func totals(_ fleet: Fleet, _ context: inout DrawingContext) -> Line {
    let pieces = counts(fleet, context.glyphs) + money(fleet, context.glyphs) + gauges(fleet, context.glyphs)
    if let cutOff = fleet.cutOff, pieces.allSatisfy({ $0.asOf != nil }), let since = cutOff.since {
      return Line([Span(" \(context.moment.asOf(since)):", .stale)] + pieces.flatMap { $0.spans.aged(context.glyphs) })
    }
    var spans: [Span] = []
    for (index, piece) in pieces.enumerated() {
      guard let asOf = piece.asOf else {
        spans += piece.spans
        continue
      }
      spans += piece.spans.aged(context.glyphs)
      // Neighbours of one time share its words.
      if index + 1 == pieces.count || pieces[index + 1].asOf != asOf { spans.append(Span(" \(context.moment.asOf(asOf))", .stale)) }
    }
    return Line(spans)
  }

  private func counts(_ fleet: Fleet, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    var pieces: [Piece] = []
    func add(_ figure: Figure<Int>, _ words: String, _ role: Role, sign: String = "", always: Bool = false) {
      guard always || figure.value ?? 0 > 0 else { return }
      let isBlank = figure.value == nil
      let space = pieces.isEmpty ? " " : "  "
      let tone: Role = isBlank ? (figure.standing == .unknown ? .unknown : .running) : role
      pieces.append(Piece(spans: [Span("\(space)\(isBlank ? "" : sign)\(figure.text(glyphs)) \(words)", tone)], asOf: figure.asOf))
    }
    add(totals.orgs, "orgs", .text, always: true)
    add(totals.machines, "machines", .dim, always: true)
    add(totals.foreign, "not ours", .dim)
    add(totals.workspaces, "workspaces", .dim, always: true)
    add(totals.comingUp, "coming up", .running, sign: "\(glyphs.coming) ")
    add(totals.late, "late", .late, sign: "\(glyphs.late) ")
    add(totals.stuck, "stuck", .failed, sign: "\(glyphs.failed) ")
    add(totals.failed, "failed", .failed, sign: "\(glyphs.failed) ")
    let orphans = totals.orphans.value == 1 ? "orphan machine" : "orphan machines"
    add(totals.orphans, orphans, .failed, sign: "\(glyphs.failed) ", always: totals.orphans.value == nil && !fleet.regions.isEmpty)
    add(totals.degraded, "degraded", .warning, sign: "\(glyphs.warning) ")
    add(totals.offline, "offline", .warning, sign: "\(glyphs.warning) ")
    return pieces
  }

  private func money(_ fleet: Fleet, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    var pieces: [Piece] = []
    if totals.machines.value ?? 0 > 0 {
      pieces.append(Piece(spans: [Span("   $\(totals.hourly.text(digits: 2, glyphs))/h", .money)], asOf: totals.hourly.asOf))
    }
    if let wasted = totals.wasted.value, wasted.known >= 0.005 {
      pieces.append(Piece(spans: [Span("  waste $\(totals.wasted.text(digits: 2, glyphs))/h", .failed)], asOf: totals.wasted.asOf))
    }
    return pieces
  }

  /// What runs out: vCPUs always, the zone's records once they are many.
  private func gauges(_ fleet: Fleet, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    var pieces: [Piece] = []
    if let used = totals.vcpus.value, used > 0 {
      let limit = totals.vcpuLimit
      let role: Role =
        switch VCPUQuota.level(used: used, limit: limit) {
        case .unknown, .calm: .dim
        case .warning: .warning
        case .critical: .failed
        }
      var spans = [Span("   vCPU ", .dim)]
      if let limit, limit > 0 {
        let bar = ProgressBar(fraction: Double(used) / Double(limit), isLate: role != .dim)
        spans += bar.spans(width: 10, glyphs: glyphs) + [Span(" ", role)]
      }
      spans.append(Span("\(totals.vcpus.text(glyphs))/\(limit.map(String.init) ?? "?")", role))
      pieces.append(Piece(spans: spans, asOf: totals.vcpus.asOf))
    }
    if let records = totals.zoneRecords.value, let quota = totals.zoneQuota, quota > 0,
      let severity = CaseFile.Gauge(used: records, limit: quota).severity
    {
      let role: Role = severity == .critical ? .failed : .warning
      pieces.append(Piece(spans: [Span("   \(role.glyph(glyphs)) zone \(records)/\(quota)", role)], asOf: totals.zoneRecords.asOf))
    }
    return pieces
  }

  /// The pages with their keys; the open one is lit. Where there is little room, names shorten, then only the open page has one.
  func tabs(_ open: PageID, _ fleet: Fleet, _ keys: KeyMap, width: Int, _ glyphs: Glyphs) -> Line {
    for naming in TabNaming.allCases {
      let line = tabs(open, fleet, keys, naming, glyphs)
      if line.columns <= width { return line }
    }
    return tabs(open, fleet, keys, .none, glyphs)
  }

  private enum TabNaming: CaseIterable { case full, short, none }

  private func tabs(_ open: PageID, _ fleet: Fleet, _ keys: KeyMap, _ naming: TabNaming, _ glyphs: Glyphs) -> Line {
    let totals = fleet.figures.totals
    var spans: [Span] = []
    for page in PageID.allCases {
      let isOpen = page == open
      let title = isOpen || naming == .full ? page.title : naming == .short ? String(page.title.prefix(4)) : ""
      spans.append(Span(" \(keys.name(of: page.action))", .key))
      if !title.isEmpty { spans.append(Span(" \(title)", isOpen ? .title : .dim)) }
      if let count = page.count(totals), count.figure.value ?? 0 > 0, naming != .none {
        spans.append(Span(" \(count.figure.text(glyphs))", count.role ?? (count.figure.asOf == nil ? .dim : .stale)))
      }
      spans.append(Span(naming == .full ? " " : "", .dim))
    }
    return Line(spans)
  }
}
