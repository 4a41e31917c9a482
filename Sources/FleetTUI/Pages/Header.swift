import FleetModel

/// The lines above every page: whose fleet, how fresh, and its sums.
struct Header {
  let environment: String
  let isProtected: Bool
  let isReadOnly: Bool
  let replay: ReplayNote?
  /// The configuration's vCPU quota, which wins over what Service Quotas said.
  let vcpuQuota: Int?

  /// Environment, every source with its freshness, and what is allowed. Ages are shown only where a source isn't fresh.
  func sources(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> Line {
    let glyphs = context.glyphs
    let name = [
      Span(" fleet \(glyphs.into) ", .dim), Span(environment.uppercased(), isProtected ? .protected : .environment), Span("   "),
    ]
    let allowed: [Span] =
      if let replay {
        [Span("  \(replay.text(at: &context.moment)) ", .warning)]
      } else {
        [isReadOnly ? Span("  read-only ", .dim) : Span("  writes allowed ", .danger)]
      }
    let room = width - Line(name).columns - Line(allowed).columns
    guard room > 8 else { return Line(Line(name).fitted(to: width).spans) }

    var entries = Self.sources(of: fleet).map { source in entry(source, fleet, &context) }
    if let tenants = tenants(fleet, &context) { entries.append(tenants) }
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

  private func entry(_ source: Source, _ fleet: Fleet, _ context: inout DrawingContext) -> Entry {
    let glyphs = context.glyphs
    let now = context.moment.now
    let freshness = fleet.freshness(of: source, at: now)
    let name: String =
      switch source {
      case .controlPlane: "control plane"
      case .feed: "feed"
      case .database: "database"
      case .dns: "dns"
      case .ec2(let region): "ec2 \(region)"
      case .tenant(let slug): slug.rawValue
      case .here: source.description
      }
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

  /// Tenants are many: how many of them answer.
  private func tenants(_ fleet: Fleet, _ context: inout DrawingContext) -> Entry? {
    var asked = 0
    var fresh = 0
    var failed = 0
    var refusing = 0
    for (source, record) in fleet.sources {
      guard case .tenant = source else { continue }
      asked += 1
      if record.lacks[.streams] != nil { refusing += 1 }
      switch record.freshness(at: context.moment.now).state {
      case .complete:
        fresh += 1
        if record.pollInterval != nil, let at = record.lastComplete { context.moment.changes(at: at + record.staleAfter + 0.001) }
      case .failed: failed += 1
      default: break
      }
    }
    guard asked > 0 else { return nil }
    let role: Role = failed > 0 ? .failed : refusing > 0 ? .warning : fresh < asked ? .running : .ok
    let glyph = Span(context.glyphs.sign(of: role), role)
    guard fresh < asked || refusing > 0 else { return Entry(spans: [glyph, Span(" \(asked) tenants", .dim)], isNoteworthy: false) }
    let trouble = [(failed, "failed"), (refusing, "without streams")].filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    return Entry(spans: [glyph, Span(" \(fresh) of \(asked) tenants\(trouble)", role)], isNoteworthy: true)
  }

  /// What the header counts: as long as these stay, only time changes it, or a source that turns.
  struct Figures: Equatable {
    private let counts: [Int?]
    private let money: String

    init(_ fleet: Fleet, _ tallies: Tallies) {
      counts = [
        fleet.orgs.count, fleet.workspaces.count, fleet.instances.count, fleet.inFlight.count, tallies.liveMachines, tallies.failed,
        tallies.degraded, tallies.vcpus, fleet.judgement.orphans, fleet.openPurges.count, fleet.triage.count(of: .critical),
        fleet.triage.count(of: .warning),
      ]
      money = Wording.hourly(tallies.money).text + Wording.dollars(tallies.wasted, digits: 2)
    }
  }

  /// What there is, what is coming, what is wrong, what it costs.
  func totals(_ fleet: Fleet, _ tallies: Tallies, _ context: inout DrawingContext) -> Line {
    let glyphs = context.glyphs
    let now = context.moment.now
    var late = 0
    for target in fleet.inFlight {
      guard let progress = fleet.progress(of: target, at: now) else { continue }
      if progress.isLate { late += 1 } else if let at = progress.lateAt { context.moment.changes(at: at + 0.001) }
    }
    let machines =
      tallies.liveMachines > 0 || fleet.hasEveryRegion(at: now)
      ? Span("\(tallies.liveMachines) machines", .dim) : Span("? machines", .unknown)
    var spans = [
      Span(" \(fleet.orgs.count) orgs"), Span("  "), machines, Span("  \(fleet.workspaces.count) workspaces", .dim), Span("  "),
    ]
    if !fleet.inFlight.isEmpty { spans.append(Span(" \(glyphs.coming) \(fleet.inFlight.count) coming up", .running)) }
    if late > 0 { spans.append(Span("  \(glyphs.late) \(late) late", .late)) }
    if tallies.failed > 0 { spans.append(Span("  \(glyphs.failed) \(tallies.failed) failed", .failed)) }
    if let orphans = fleet.judgement.orphans, orphans > 0 {
      spans.append(Span("  \(glyphs.failed) \(orphans) \(orphans == 1 ? "orphan" : "orphans")", .failed))
    }
    if tallies.degraded > 0 { spans.append(Span("  \(glyphs.warning) \(tallies.degraded) degraded", .warning)) }
    if tallies.liveMachines > 0 {
      spans.append(Span("   $\(Wording.dollars(tallies.money.known, digits: 2))\(tallies.money.hasUnknown ? "+?" : "")/h", .money))
    }
    if fleet.judgement.orphans != nil, tallies.wasted >= 0.005 {
      spans.append(Span("  waste $\(Wording.dollars(tallies.wasted, digits: 2))/h", .failed))
    }
    spans += gauges(fleet, tallies, glyphs)
    return Line(spans)
  }

  /// What runs out: vCPUs always, the zone's records once they are many.
  private func gauges(_ fleet: Fleet, _ tallies: Tallies, _ glyphs: Glyphs) -> [Span] {
    var spans: [Span] = []
    if let used = tallies.vcpus, used > 0 {
      let limit = vcpuQuota ?? fleet.vcpuLimit
      let role: Role =
        switch VCPUQuota.level(used: used, limit: limit) {
        case .unknown, .calm: .dim
        case .warning: .warning
        case .critical: .failed
        }
      spans.append(Span("   vCPU ", .dim))
      if let limit, limit > 0 {
        let bar = ProgressBar(fraction: Double(used) / Double(limit), isLate: role != .dim)
        spans += bar.spans(width: 10, glyphs: glyphs) + [Span(" ", role)]
      }
      spans.append(Span("\(used)/\(limit.map(String.init) ?? "?")", role))
    }
    if let zone = fleet.zone, zone.quota > 0, let severity = CaseFile.Gauge(used: zone.records.count, limit: zone.quota).severity {
      let role: Role = severity == .critical ? .failed : .warning
      spans.append(Span("   \(role.glyph(glyphs)) zone \(zone.records.count)/\(zone.quota)", role))
    }
    return spans
  }

  /// The pages with their keys; the open one is lit. Where there is little room, names shorten, then only the open page has one.
  func tabs(_ open: PageID, _ fleet: Fleet, _ keys: KeyMap, width: Int) -> Line {
    for naming in TabNaming.allCases {
      let line = tabs(open, fleet, keys, naming)
      if line.columns <= width { return line }
    }
    return tabs(open, fleet, keys, .none)
  }

  private enum TabNaming: CaseIterable { case full, short, none }

  private func tabs(_ open: PageID, _ fleet: Fleet, _ keys: KeyMap, _ naming: TabNaming) -> Line {
    var spans: [Span] = []
    for page in PageID.allCases {
      let count: Int =
        switch page {
        case .provisioning: fleet.inFlight.count
        case .triage: fleet.triage.count(of: .critical) + fleet.triage.count(of: .warning)
        case .instances: fleet.instances.count
        case .deletions: fleet.openPurges.count
        case .orphans: fleet.judgement.orphans ?? 0
        default: 0
        }
      let isOpen = page == open
      let title = isOpen || naming == .full ? page.title : naming == .short ? String(page.title.prefix(4)) : ""
      spans.append(Span(" \(keys.name(of: page.action))", .key))
      if !title.isEmpty { spans.append(Span(" \(title)", isOpen ? .title : .dim)) }
      let role: Role = page == .triage ? (fleet.triage.count(of: .critical) > 0 ? .failed : .warning) : .dim
      if count > 0, naming != .none { spans.append(Span(" \(count)", role)) }
      spans.append(Span(naming == .full ? " " : "", .dim))
    }
    return Line(spans)
  }
}

/// The line below every page: the keys that matter now, and where the window stands.
enum Footer {
  static func line(_ keys: KeyMap, _ state: ActionState, position: String, notice: Span?, filter: String, width: Int, _ glyphs: Glyphs)
    -> Line
  {
    let right = " \(position) "
    let room = width - TextWidth.columns(of: right)
    guard room > 4 else { return Line([Span(right, .dim)].fitted(to: width)) }
    var left: [Span] = []
    if let notice { left += [Span(" "), notice, Span(" ")] }
    if !filter.isEmpty { left += [Span(" /\(filter) ", .match)] }
    if state.hasDetail {
      left += [Span(" \(keys.name(of: .back)) ", .key), Span("close  ", .dim)]
      left += [Span("\(keys.name(of: .pageUp)) \(keys.name(of: .pageDown)) ", .key), Span("scroll ", .dim)]
    }
    for entry in Action.table {
      guard var short = entry.short, !(state.hasDetail && entry.action == .open) else { continue }
      if entry.action.refusal(in: state) != nil || (entry.action == .delete && state.isHeld) {
        // That it can be done at all is worth knowing where it can't be done now.
        guard entry.action == .delete, state.page == .fleet, state.hasOrg, !state.hasDetail else { continue }
        short += state.isReplay ? " (replay)" : state.writeRefusal != nil ? " (read-only)" : " (off)"
      }
      left += [Span(" \(keys.name(of: entry.action)) ", .key), Span(short + " ", .dim)]
    }
    return Line(left.fitted(to: room) + [Span(right, .dim)])
  }

  /// The filter while it is typed: the end of a long one is where one types.
  static func prompt(for page: any Page, row: Int, width: Int) -> (Line, Cursor) {
    let count = "  \(page.count) of \(page.count + page.hidden)"
    var shown = page.filter
    while TextWidth.columns(of: shown) > max(1, width - 4), !shown.isEmpty { shown.removeFirst() }
    let column = min(width - 1, 2 + TextWidth.columns(of: shown))
    return (Line([Span(" /", .key), Span(shown, .title), Span(count, .dim)]), Cursor(row: row, column: column))
  }
}
