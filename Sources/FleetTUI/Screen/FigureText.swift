import FleetModel

// How figures look that aren't fresh, the same in the header, the tabs, the pages and their rows.

extension Figure {
  /// When it was last known, where it isn't any more.
  var asOf: Timestamp? { if case .lastKnown(let moment) = standing { moment } else { nil } }

  /// What stands behind the number: more of it is on its way, or more of it there is.
  fileprivate func mark(_ glyphs: Glyphs) -> String {
    switch standing {
    case .known, .lastKnown: ""
    case .loading: glyphs.ellipsis
    case .incomplete: "+?"
    case .unknown: value == nil ? "?" : "+?"
    }
  }
}

extension Figure<Int> {
  /// `15`; `15…` and `…` while it loads; `15+?` where a source is missing; `?`.
  func text(_ glyphs: Glyphs) -> String { (value.map(String.init) ?? "") + mark(glyphs) }
}

extension Figure<Money> {
  /// `2.25`, `2.25+?` where a part is unknown, `…` while it loads, `?`.
  func text(digits: Int, _ glyphs: Glyphs) -> String {
    guard let value else { return mark(glyphs) }
    if value.hasUnknown, value.known == 0 { return "?" }
    let mark = mark(glyphs)
    return Wording.dollars(value.known, digits: digits) + (mark.isEmpty && value.hasUnknown ? "+?" : mark)
  }

  /// The same in a column.
  func cell(_ glyphs: Glyphs) -> Span {
    let text = text(digits: 3, glyphs)
    let role: Role =
      switch standing {
      case .lastKnown: .stale
      case .loading where value == nil: .running
      case .known, .loading, .incomplete, .unknown: text == "?" ? .unknown : .dim
      }
    return Span(text, role)
  }
}

extension Figure<Money> {
  /// The same where no heading says that it is money.
  func dollars(_ glyphs: Glyphs) -> Span {
    let cell = cell(glyphs)
    return value == nil || cell.role == .unknown ? cell : Span("$" + cell.text, cell.role)
  }
}

extension Glyphs {
  var ellipsis: String { isASCII ? "..." : "…" }
}

extension [Span] {
  /// As it was known once: all of it in one role, and nothing in it says that it is well.
  func aged(_ glyphs: Glyphs) -> [Span] {
    map { span in
      let sign = span.role == .ok && span.text.hasPrefix(glyphs.ok)
      return Span(sign ? glyphs.stale + span.text.dropFirst(glyphs.ok.count) : span.text, .stale)
    }
  }
}

extension Moment {
  /// `as of 13:41:20`; of another day, how long ago.
  mutating func asOf(_ moment: Timestamp) -> String {
    now - moment < 43_200 ? "as of \(moment.timeOfDay)" : "as of \(age(since: moment)) ago"
  }
}

extension Fleet {
  /// Why what a source tells isn't all, or isn't of now; `nil`: it is: `its tenant is failed, told as of 13:41:20: connection refused`.
  func gap(of source: Source, _ moment: inout Moment) -> String? {
    guard !isComplete(source, at: moment.now) else { return nil }
    let standing = SourcesContent.standing(of: .source(source), self, at: moment.now)
    // Nobody expects a word of it: what its org is says why.
    if excused(source) != nil, let why = standing.why { return why }
    let name = source.kind == .tenant ? "its tenant" : source.words
    let asOf = standing.at.map { ", told \(moment.asOf($0))" } ?? ""
    return "\(name) is \(standing.word)\(asOf)" + (standing.why.map { ": \($0)" } ?? "")
  }

  /// Not everything that is asked has answered yet.
  var isLoading: Bool { book.roster.isLoading || book.regions.isLoading || book.tenants.isLoading }
}

extension PageID {
  /// A page without rows: that they load, that they can't be had, or that there are none, and what to do.
  func blank(_ text: String, _ fleet: Fleet, width: Int, _ context: DrawingContext) -> [Line] {
    let again = context.keys.map { "\($0.names(of: .refresh)) asks again now" }
    let (role, steps): (Role, [String?]) =
      switch readiness(fleet, at: context.moment.now) {
      case .failed: (.failed, [again, context.words("\(by: .doctor) looks for the cause")])
      case .never: (.running, ["it comes by itself", again])
      default: (.dim, [])
      }
    let sign = context.glyphs.sign(of: role)
    let lines = Line.wrapped(text, role: role, width: max(8, width - 6)).enumerated().map { index, line in
      Line([Span(index == 0 ? "  \(sign) " : "    ", role)] + line.spans)
    }
    let step = steps.compactMap { $0 }.joined(separator: "; ")
    return [Line()] + lines + (step.isEmpty ? [] : [Line("    " + step, .dim)])
  }

  /// Of the sources that it shows the word of: the worst of those that never answered.
  private func readiness(_ fleet: Fleet, at now: Timestamp) -> Freshness.State {
    guard let shows = self.sources else { return .complete }
    let wanted = (shows.roster ? [.controlPlane] : []) + (shows.regions ? fleet.regions.map(Source.ec2) : []) + shows.others
    let silent = wanted.filter { fleet.sources[$0] != nil && fleet.sources[$0]?.notOffered == nil }.map { fleet.freshness(of: $0, at: now) }
      .filter { $0.at == nil }
    return silent.contains { $0.state == .failed } ? .failed : silent.contains { $0.state == .never } ? .never : .complete
  }

  /// What of its sources isn't fresh, and since when; `nil` when all is.
  func age(_ fleet: Fleet, _ context: inout DrawingContext) -> Line? {
    guard let shows = self.sources else { return nil }
    if let cutOff = fleet.cutOff, cutOff.scope == .everything || shows.roster || shows.tenants {
      context.moment.changesEverySecond()
      let since =
        cutOff.since.map { " \(context.moment.asOf($0)), \(Moment.elapsed(context.moment.now - $0)) ago" } ?? " nothing was ever read"
      let what = cutOff.scope == .everything ? "cut off:" : "cut off from the platform:"
      return Line([Span("  \(context.glyphs.failed) \(what)\(since)", .stale)])
    }
    var sources = shows.others
    if shows.roster { sources.append(.controlPlane) }
    if shows.regions { sources += fleet.regions.sorted().map(Source.ec2) }
    var lost: [String] = []
    var loading: [String] = []
    for source in sources where fleet.sources[source] != nil {
      let freshness = fleet.freshness(of: source, at: context.moment.now)
      switch freshness.state {
      case .complete: break
      case .never: if fleet.sources[source]?.notOffered == nil { loading.append(source.words) }
      case .partial: lost.append("\(source.words) not whole")
      case .stale, .failed: lost.append("\(source.words) \(freshness.at.map { context.moment.asOf($0) } ?? "never read")")
      }
    }
    if shows.tenants { tenants(fleet, &context, &lost, &loading) }
    if !loading.isEmpty { loading[0] = "loading: " + loading[0] }
    guard !lost.isEmpty || !loading.isEmpty else { return nil }
    let sign = lost.isEmpty ? Span("  \(context.glyphs.coming) ", .running) : Span("  \(context.glyphs.stale) ", .stale)
    return Line([sign, Span((lost + loading).joined(separator: "; "), lost.isEmpty ? .running : .stale)])
  }

  private func tenants(_ fleet: Fleet, _ context: inout DrawingContext, _ lost: inout [String], _ loading: inout [String]) {
    let group = fleet.book.tenants
    let missing = fleet.book.missingTenants
    if !missing.isEmpty {
      let names = missing.compactMap { id in fleet.orgs[id].map { ($0.slug.rawValue, fleet.book.standing(ofTenant: id)) } }.sorted {
        $0.0 < $1.0
      }
      let shown = names.prefix(2).map { name, standing in
        if case .lost(let at)? = standing { "\(name) \(context.moment.asOf(at))" } else { "\(name) never read" }
      }
      let rest = names.count > 2 ? ", +\(names.count - 2)" : ""
      lost.append("tenants: " + shown.joined(separator: ", ") + rest)
    }
    if group.isLoading { loading.append("\(group.answered) of \(group.expected) tenants") }
  }
}

extension Source {
  /// As the header calls it.
  var words: String {
    switch self {
    case .controlPlane: "control plane"
    case .feed: "feed"
    case .database: "database"
    case .dns: "dns"
    case .ec2(let region): "ec2 \(region)"
    case .tenant(let slug): slug.rawValue
    case .here: description
    }
  }

  /// Where the header has little room.
  var shortWords: String {
    switch self {
    case .controlPlane: "cp"
    case .database: "db"
    case .ec2(let region): "ec2 \(region)"
    case .feed, .dns, .tenant, .here: words
    }
  }
}
