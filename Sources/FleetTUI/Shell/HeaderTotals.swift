import FleetModel

extension Header {
  /// What needs a human, then, at the right, what there is and what it costs; each with when it was last known, where that isn't now.
  ///
  /// Where there is little room, words shorten, then the calm sums go, then what runs out: never what is late, stuck, failed, an orphan or wasted.
  func totals(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> Line {
    var line = Line()
    for manner in Manner.allCases {
      var pieces = pieces(fleet, manner, context.glyphs)
      // Warnings that there was no room for: that they are there is said as long as there is room for that.
      var warnings = 0
      while true {
        line = Self.row(pieces, manner, fleet, more: warnings, width: width, &context)
        if line.columns <= width { return line }
        guard let next = pieces.indices.filter({ pieces[$0].worth <= manner.expendable }).min(by: { pieces[$0].worth < pieces[$1].worth })
        else { break }
        if !pieces.remove(at: next).isCalm { warnings += 1 }
      }
      line = Self.row(pieces, manner, fleet, more: 0, width: width, &context)
      if line.columns <= width { return line }
    }
    return Line(line.spans.dropLast().fitted(to: width - 1))
  }

  /// In how many words figures are told.
  enum Manner: CaseIterable {
    case full, plain, brief, tiny, least, rounded

    /// What is worth no more than this may be left out.
    fileprivate var expendable: Worth {
      switch self {
      case .full: .none
      case .plain: .workspaces
      case .brief, .tiny, .least, .rounded: .offline
      }
    }

    /// Where every column counts.
    fileprivate var isTight: Bool { self == .tiny || isLeast }
    /// One number for what differs little.
    fileprivate var isLeast: Bool { self == .least || self == .rounded }
    fileprivate var gap: String { self == .full || self == .plain ? "  " : " " }
    /// Between a sign and its words.
    fileprivate var space: String { self == .full || self == .plain ? " " : "" }
  }

  /// The least goes first.
  fileprivate enum Worth: Int, Comparable {
    case none, foreign, workspaces, machines, hourly, quota, orgs, comingUp, zone, fullQuota, degraded, offline, always
    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// One figure.
  fileprivate struct Piece {
    var spans: [Span]
    var asOf: Timestamp?
    var worth: Worth
    /// Stands at the right.
    var isCalm = false
  }

  /// - Parameter more: warnings that aren't among the pieces.
  fileprivate static func row(
    _ pieces: [Piece], _ manner: Manner, _ fleet: Fleet, more: Int, width: Int, _ context: inout DrawingContext
  ) -> Line {
    let isCutOff = fleet.cutOff != nil && pieces.allSatisfy { $0.asOf != nil }
    let since = isCutOff ? fleet.cutOff?.since : nil
    var left = since.map { [Span(" \(context.moment.asOf($0)):", .stale)] } ?? []
    left += spans(pieces.filter { !$0.isCalm }, manner, saysWhen: since == nil, &context)
    if more > 0 { left.append(Span("\(manner.gap)\(Role.warning.glyph(context.glyphs))+\(more)", since == nil ? .warning : .stale)) }
    let right = spans(pieces.filter(\.isCalm), manner, saysWhen: since == nil, &context)
    let free = width - Line(left).columns - Line(right).columns - 1
    // Nothing touches the border.
    guard !right.isEmpty, free >= 0 else { return Line(left + right + [Span(" ")]) }
    return Line(
      left + [Span(String(repeating: " ", count: free), since == nil ? .text : .stale)] + right + [Span(" ", since == nil ? .text : .stale)]
    )
  }

  private static func spans(_ pieces: [Piece], _ manner: Manner, saysWhen: Bool, _ context: inout DrawingContext) -> [Span] {
    var spans: [Span] = []
    for (index, piece) in pieces.enumerated() {
      let role: Role = piece.asOf == nil ? .text : .stale
      spans.append(Span(index == 0 ? " " : manner.gap, role))
      guard let asOf = piece.asOf else {
        spans += piece.spans
        continue
      }
      spans += piece.spans.aged(context.glyphs)
      // Neighbours of one time share its words.
      guard saysWhen, !manner.isTight, index + 1 == pieces.count || pieces[index + 1].asOf != asOf else { continue }
      spans.append(Span(" \(context.moment.asOf(asOf))", .stale))
    }
    return spans
  }

  // MARK: - Figures

  private func pieces(_ fleet: Fleet, _ manner: Manner, _ glyphs: Glyphs) -> [Piece] {
    troubles(fleet, manner, glyphs) + gauges(fleet, manner, glyphs) + sums(fleet, manner, glyphs)
  }

  private static func piece(
    _ figure: Figure<Int>, _ words: String, _ role: Role, sign: String = "", _ manner: Manner, _ glyphs: Glyphs, _ worth: Worth,
    isCalm: Bool = false
  ) -> Piece {
    let isBlank = figure.value == nil
    let tone: Role = isBlank ? (figure.standing == .unknown ? .unknown : .running) : role
    let before = isBlank || sign.isEmpty ? "" : sign + manner.space
    return Piece(
      spans: [Span("\(before)\(figure.text(glyphs))\(words.isEmpty ? "" : " ")\(words)", tone)], asOf: figure.asOf, worth: worth,
      isCalm: isCalm)
  }

  /// What needs a human.
  private func troubles(_ fleet: Fleet, _ manner: Manner, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    var pieces: [Piece] = []
    func add(_ figure: Figure<Int>, _ words: String, _ role: Role, _ worth: Worth = .always) {
      // One sign stands for all that have it.
      let isShared = manner.isTight && role == .failed && pieces.contains { $0.spans.first?.role == .failed }
      if figure.value ?? 0 > 0 {
        pieces.append(Self.piece(figure, words, role, sign: isShared ? "" : role.glyph(glyphs), manner, glyphs, worth))
      }
    }
    // Nothing else has that sign.
    add(totals.late, manner.isLeast ? "" : "late", .late)
    add(totals.stuck, "stuck", .failed)
    let purges = totals.failedDeletions
    if manner.isLeast, purges.value ?? 0 > 0 {
      add(totals.failed.joined(with: purges, +), "fail", .failed)
    } else {
      add(totals.failed, manner.isTight ? "fail" : "failed", .failed)
      add(purges, manner.isTight ? "purge" : purges.value == 1 ? "purge failed" : "purges failed", .failed)
    }
    let orphans = totals.orphans.value == 1 ? "orphan" : "orphans"
    let words =
      switch manner {
      case .full: totals.orphans.value == 1 ? "orphan machine" : "orphan machines"
      case .plain, .brief: orphans
      case .tiny: "orph."
      case .least, .rounded: "orph"
      }
    if totals.orphans.value != nil {
      add(totals.orphans, words, .failed)
    } else if !fleet.regions.isEmpty {
      pieces.append(Self.piece(totals.orphans, words, .failed, manner, glyphs, .always))
    }
    if let wasted = totals.wasted.value, wasted.known >= 0.005 {
      let text = "waste $\(totals.wasted.text(digits: manner == .rounded ? 1 : 2, glyphs))/h"
      pieces.append(Piece(spans: [Span(text, .money)], asOf: totals.wasted.asOf, worth: .always))
    }
    add(totals.degraded, "degraded", .warning, .degraded)
    add(totals.offline, "offline", .warning, .offline)
    return pieces
  }

  /// What runs out: vCPUs always, the zone's records once they are many.
  private func gauges(_ fleet: Fleet, _ manner: Manner, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    var pieces: [Piece] = []
    func sign(_ role: Role) -> [Span] { role == .dim ? [] : [Span(role.glyph(glyphs) + manner.space, role)] }
    if let records = totals.zoneRecords.value, let quota = totals.zoneQuota, quota > 0,
      let severity = CaseFile.Gauge(used: records, limit: quota).severity
    {
      let role: Role = severity == .critical ? .failed : .warning
      pieces.append(Piece(spans: sign(role) + [Span("zone \(records)/\(quota)", role)], asOf: totals.zoneRecords.asOf, worth: .zone))
    }
    if let used = totals.vcpus.value, used > 0 {
      let limit = totals.vcpuLimit
      let role: Role =
        switch VCPUQuota.level(used: used, limit: limit) {
        case .unknown, .calm: .dim
        case .warning: .warning
        case .critical: .failed
        }
      var spans = sign(role) + [Span("vCPU ", role)]
      if manner == .full, let limit, limit > 0 {
        let bar = ProgressBar(fraction: Double(used) / Double(limit), isLate: role != .dim)
        spans += bar.spans(width: 10, glyphs: glyphs) + [Span(" ", role)]
      }
      spans.append(Span("\(totals.vcpus.text(glyphs))/\(limit.map(String.init) ?? "?")", role))
      pieces.append(Piece(spans: spans, asOf: totals.vcpus.asOf, worth: role == .dim ? .quota : .fullQuota, isCalm: role == .dim))
    }
    return pieces
  }

  /// What there is, and what it costs.
  private func sums(_ fleet: Fleet, _ manner: Manner, _ glyphs: Glyphs) -> [Piece] {
    let totals = fleet.figures.totals
    func calm(_ figure: Figure<Int>, _ words: String, _ worth: Worth) -> Piece {
      Self.piece(figure, words, .dim, manner, glyphs, worth, isCalm: true)
    }
    var pieces: [Piece] = []
    if totals.comingUp.value ?? 0 > 0 {
      let words = manner.isTight ? "coming" : "coming up"
      pieces.append(Self.piece(totals.comingUp, words, .running, sign: glyphs.coming, manner, glyphs, .comingUp, isCalm: true))
    }
    pieces += [
      calm(totals.orgs, "orgs", .orgs), calm(totals.machines, "machines", .machines), calm(totals.workspaces, "workspaces", .workspaces),
    ]
    if totals.foreign.value ?? 0 > 0 { pieces.append(calm(totals.foreign, "not ours", .foreign)) }
    if totals.machines.value ?? 0 > 0 {
      let text = "$\(totals.hourly.text(digits: 2, glyphs))/h"
      pieces.append(Piece(spans: [Span(text, .dim)], asOf: totals.hourly.asOf, worth: .hourly, isCalm: true))
    }
    return pieces
  }
}
