import FleetModel

/// The lines above every page: whose fleet, how fresh, and its sums.
struct Header {
  let environment: String
  let isProtected: Bool
  let isReadOnly: Bool
  let replay: ReplayNote?

  /// Environment, every source with its freshness, and what is allowed. Ages are shown only where a source isn't fresh.
  ///
  /// Where there is little room, names shorten and what is well is left out first; how many sources are left out is said.
  func sources(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> Line {
    let name = Span(environment.uppercased(), isProtected ? .protected : .environment)
    let allowed: [Span] =
      if let replay {
        [Span("  \(replay.text(at: &context.moment)) ", .warning)]
      } else if isReadOnly {
        [Span("  read-only ", .dim)]
      } else {
        fleet.cutOff == nil ? [Span("  writes allowed ", .danger)] : [Span("  deletion off ", .stale)]
      }
    let entries = entries(fleet, &context)
    let wide = [Span(" fleet \(context.glyphs.into) ", .dim), name, Span("   ")]
    let room = width - Line(allowed).columns
    for style in [SourceStyle.full, .folded] {
      let spans = wide + Self.row(entries, style, context.glyphs)
      if Line(spans).columns <= room { return Line(spans.fitted(to: room) + allowed) }
    }
    let narrow = [Span(" "), name, Span(" ")]
    guard room - Line(narrow).columns > 8 else { return Line(narrow.fitted(to: width)) }
    var kept = entries
    var left = 0
    while true {
      let shown = narrow + Self.row(kept, .short, context.glyphs)
      let words = left == 0 ? [""] : ["+\(left) \(left == 1 ? "source" : "sources")"] + (kept.count > 1 ? [] : ["+\(left)"])
      let fitting = words.map { shown + [Span($0, .dim)] }.first { Line($0).columns <= room }
      if let fitting { return Line(fitting.fitted(to: room) + allowed) }
      if kept.count <= 1 { return Line(shown.fitted(to: room) + allowed) }
      // What is well goes first, and nothing before its likes that come after it.
      let last = kept.lastIndex { !$0.isNoteworthy } ?? kept.count - 1
      left += kept.remove(at: last).count
    }
  }

  /// How much is said of each source.
  private enum SourceStyle { case full, folded, short }

  private struct Entry {
    var spans: [Span]
    /// The same in few words.
    var short: [Span]
    var isNoteworthy: Bool
    /// A region of EC2 that is well: several can be told as one.
    var isCalmRegion = false
    /// How many sources it stands for.
    var count = 1

    init(_ spans: [Span], short: [Span]? = nil, isNoteworthy: Bool = true) {
      self.spans = spans
      self.short = short ?? spans
      self.isNoteworthy = isNoteworthy
    }
  }

  private static func row(_ entries: [Entry], _ style: SourceStyle, _ glyphs: Glyphs) -> [Span] {
    let gap = Span(style == .short ? " " : "  ")
    let regions = entries.count(where: \.isCalmRegion)
    let odd = entries.contains { !$0.isCalmRegion && $0.isNoteworthy && $0.short.contains { $0.text.contains("ec2") } }
    var hasFolded = false
    return entries.flatMap { entry -> [Span] in
      guard style != .full, entry.isCalmRegion else { return (style == .short ? entry.short : entry.spans) + [gap] }
      defer { hasFolded = true }
      guard !hasFolded else { return [] }
      // Beside a region that is named, how many more there are.
      return [Span(glyphs.ok, .ok), Span(odd ? " ec2 +\(regions)" : regions > 1 ? " ec2 ×\(regions)" : " ec2", .dim), gap]
    }
  }

  private func entries(_ fleet: Fleet, _ context: inout DrawingContext) -> [Entry] {
    var entries = cutOff(fleet, &context).map { [$0] } ?? []
    for source in Self.sources(of: fleet) where !(fleet.cutOff?.covers(source) ?? false) { entries.append(entry(source, fleet, &context)) }
    if fleet.cutOff == nil, let tenants = tenants(fleet, &context) { entries.append(tenants) }
    return entries
  }

  private static func sources(of fleet: Fleet) -> [Source] {
    fleet.sources.keys.filter { if case .tenant = $0 { false } else { true } }.sorted()
  }

  /// `we are cut off since 13:41:20 (47s): nothing answers from here`, in place of every source that it is about.
  private func cutOff(_ fleet: Fleet, _ context: inout DrawingContext) -> Entry? {
    guard let cutOff = fleet.cutOff else { return nil }
    context.moment.changesEverySecond()
    let lasted = cutOff.since.map { Moment.elapsed(context.moment.now - $0) }
    let since = cutOff.since.map { " since \($0.timeOfDay) (\(lasted ?? ""))" } ?? ""
    let what = cutOff.scope == .everything ? "nothing answers from here" : "neither control plane nor tenants answer"
    return Entry(
      [Span("\(context.glyphs.failed) we are cut off\(since): \(what)", .failed)],
      short: [Span("\(context.glyphs.failed) cut off\(lasted.map { " " + $0 } ?? "")", .failed)])
  }

  private func entry(_ source: Source, _ fleet: Fleet, _ context: inout DrawingContext) -> Entry {
    let glyphs = context.glyphs
    let freshness = fleet.freshness(of: source, at: context.moment.now)
    let (name, short) = (source.words, source.shortWords)
    switch freshness.state {
    case .complete:
      if let record = fleet.sources[source], record.pollInterval != nil, let at = record.lastComplete {
        context.moment.changes(at: at + record.staleAfter + 0.001)
      }
      if let lack = Self.lack(fleet.sources[source], &context) {
        return Entry(
          [Span("\(glyphs.warning) \(name), \(lack)", .warning)], short: [Span("\(glyphs.warning) \(short), \(lack)", .warning)])
      }
      var entry = Entry(
        [Span(glyphs.ok, .ok), Span(" \(name)", .dim)], short: [Span(glyphs.ok, .ok), Span(" \(short)", .dim)], isNoteworthy: false)
      if case .ec2 = source { entry.isCalmRegion = true }
      return entry
    case .never:
      // Not offered is an answer; nothing at all is a wait.
      if fleet.sources[source]?.notOffered != nil {
        return Entry(
          [Span("\(glyphs.off) \(name) not offered", .dim)], short: [Span("\(glyphs.off) \(short)", .dim)], isNoteworthy: false)
      }
      return Entry([Span("\(glyphs.coming) \(name) loading", .running)], short: [Span("\(glyphs.coming) \(short)", .running)])
    case .partial, .stale, .failed:
      let role = freshness.state.role
      let age = freshness.at.map { " " + context.moment.age(since: $0) }
      return Entry(
        [Span("\(role.glyph(glyphs)) \(name) \(freshness.state.rawValue)\(age ?? " never loaded")", role)],
        short: [Span("\(role.glyph(glyphs)) \(short)\(age ?? " never")", role)])
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
      let words = [sign, Span(" \(group.expected) tenants", .dim)]
      return Entry(words + going, short: words, isNoteworthy: false)
    }
    var who = missing.isEmpty ? "" : ": \(Self.few(missing)) \(missing.count == 1 ? "doesn't" : "don't") answer"
    if !refusing.isEmpty { who += ", \(Self.few(refusing)) without streams" }
    return Entry(
      [sign, Span(" \(group.fresh) of \(group.expected) tenants\(who)", role)] + going,
      short: [sign, Span(" \(group.fresh)/\(group.expected) tenants", role)])
  }

  /// `dark, umbra, +3`
  private static func few(_ names: [String]) -> String {
    (names.prefix(2) + (names.count > 2 ? ["+\(names.count - 2)"] : [])).joined(separator: ", ")
  }
}
