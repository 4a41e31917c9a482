import FleetModel

/// A boot's place in an order.
struct BootID: Hashable, Comparable, Sendable {
  var target: BootTarget

  private var text: String {
    switch target {
    case .tenant(let id): id.rawValue
    case .workspace(let id): id.rawValue
    }
  }

  static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

struct ProvisioningPage: BareTablePage {
  var table = TablePage<ProvisioningContent>()
}

/// Everything that is coming up, the latest first.
struct ProvisioningContent: TableContent {
  static let page = PageID.provisioning
  static let columns = [
    Column(id: "target", title: "TARGET", minimum: 12, ideal: 22, priority: 0, stretch: 1),
    Column(id: "runtime", title: "RUNTIME", minimum: 11, ideal: 12, priority: 6),
    Column(id: "phase", title: "PHASE", minimum: 20, ideal: 27, priority: 4),
    Column(id: "progress", title: "PROGRESS", minimum: 14, ideal: 20, priority: 2, stretch: 2),
    Column(id: "elapsed", title: "ELAPSED", minimum: 9, ideal: 9, priority: 5, alignment: .right, highestFirst: true),
    Column(id: "eta", title: "ETA", minimum: 10, ideal: 18, priority: 3),
    Column(id: "samples", title: "LEARNED FROM", minimum: 9, ideal: 12, priority: 8),
    Column(id: "late", title: "LATE", minimum: 8, ideal: 13, priority: 1),
    Column(id: "deadline", title: "DEADLINE", minimum: 21, ideal: 21, priority: 7),
  ]
  static let initialSort = (column: 7, isReversed: false)
  static let followsTop = false
  static let keysMove = true
  static var noteColumn: Int? { 8 }

  func id(_ subject: Subject) -> BootID? {
    switch subject {
    case .org(let id): BootID(target: .tenant(id))
    case .workspace(let id): BootID(target: .workspace(id))
    default: nil
    }
  }
  func subject(_ id: BootID) -> Subject {
    switch id.target {
    case .tenant(let id): .org(id)
    case .workspace(let id): .workspace(id)
    }
  }
  func all(_ fleet: Fleet) -> [BootID] { fleet.inFlight.map(BootID.init) }
  func count(_ fleet: Fleet) -> Int { fleet.inFlight.count }
  func oldest(_ fleet: Fleet) -> BootID? { nil }
  func exists(_ id: BootID, _ fleet: Fleet) -> Bool { fleet.inFlight.contains(id.target) }
  func asOf(_ id: BootID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { fleet.lastWord(of: id.target, at: now) }

  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [BootID] {
    changes.orgs.map { BootID(target: .tenant($0)) } + changes.workspaces.map { BootID(target: .workspace($0)) }
  }

  static func name(of target: BootTarget, _ fleet: Fleet) -> String {
    switch target {
    case .tenant(let id): (fleet.orgs[id]?.slug.rawValue ?? "?") + " (tenant)"
    case .workspace(let id):
      fleet.workspaces[id].map { (fleet.orgs[$0.orgID]?.slug.rawValue ?? "?") + "/" + $0.row.name } ?? "?"
    }
  }

  private static func runtime(of target: BootTarget, _ fleet: Fleet) -> String? {
    if case .workspace(let id) = target { fleet.workspaces[id]?.row.runtime } else { nil }
  }

  func key(_ id: BootID, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey {
    switch Self.columns[column].id {
    case "target": return SortKey(Self.name(of: id.target, fleet))
    case "runtime": return SortKey(Self.runtime(of: id.target, fleet))
    default: break
    }
    guard let progress = fleet.progress(of: id.target, at: now) else { return .unknown }
    return switch Self.columns[column].id {
    case "phase": SortKey(progress.phase)
    case "progress": SortKey(progress.fraction)
    case "elapsed": SortKey(progress.elapsed.map { -$0 })
    case "eta": SortKey(progress.eta?.p50)
    case "samples": SortKey(progress.eta.map { Double($0.samples) })
    case "deadline": SortKey(progress.deadline?.seconds)
    // What a finding keeps, what failed, then the moment at which it became late: the earliest first.
    default: progress.isStuck ? .number(-2) : progress.hasFailed ? .number(-1) : SortKey(progress.lateAt?.seconds)
    }
  }

  func texts(_ id: BootID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool {
    look(Self.name(of: id.target, fleet)) || look(Self.runtime(of: id.target, fleet) ?? "")
  }

  func cells(_ id: BootID, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] {
    let now = context.moment.now
    let glyphs = context.glyphs
    guard let progress = fleet.progress(of: id.target, at: now) else { return Self.columns.map { _ in [] } }
    if progress.asOf == nil { context.moment.changesEverySecond() }
    let tone: Role = progress.hasFailed || progress.isStuck ? .failed : progress.isLate ? .late : .text
    return [
      [Span(Self.name(of: id.target, fleet), tone == .text ? .text : .title)],
      [Span(Self.runtime(of: id.target, fleet) ?? "–", .dim)],
      [
        Span(progress.phase ?? "no boot events", progress.phase == nil ? .unknown : tone),
        Span(progress.phaseElapsed.map { " " + Moment.elapsed($0) } ?? "", tone == .text ? .dim : tone),
      ],
      bar(progress, id.target, fleet, width: widths[3] ?? 0, context),
      [Span(progress.elapsed.map(Moment.elapsed) ?? "?", progress.elapsed == nil ? .unknown : .dim)],
      eta(progress, glyphs), [Self.samples(progress)], lateness(progress, glyphs), deadline(progress),
    ]
  }

  /// The bar with its percent; where nothing moves, the finding that says why.
  private func bar(_ progress: Progress, _ target: BootTarget, _ fleet: Fleet, width: Int, _ context: DrawingContext) -> [Span] {
    if progress.standstill == nil {
      let percent = progress.fraction.map { Wording.padded(Int(clamping: $0.asShare * 100), 3) + "%" } ?? "   ?"
      return ProgressBar(progress).spans(width: width - 5, glyphs: context.glyphs) + [Span(percent, .dim)]
    }
    guard case .finding(let code)? = progress.standstill else { return [] }
    let found = fleet.findings(believedOf: target.finding, at: context.moment.now).first { $0.code == code }
    return found.map { [Span("\(context.glyphs.sign(of: $0.role)) \($0.summary)", $0.role)] } ?? []
  }

  private func eta(_ progress: Progress, _ glyphs: Glyphs) -> [Span] {
    if let standstill = progress.standstill { return [Span(standstill.words, progress.isStuck ? .failed : .running)] }
    guard !progress.hasFailed else { return [] }
    guard let eta = progress.eta else { return [Span("unknown", .unknown)] }
    return [
      Span("\(glyphs.approximately) \(Moment.estimate(eta.p50))"), Span("  \(glyphs.atMost) \(Moment.estimate(eta.p90))", .dim),
    ]
  }

  /// What an estimate rests on: boots that were watched, or figures that are typical of its runtime.
  private static func samples(_ progress: Progress) -> Span {
    guard let eta = progress.eta, !progress.hasFailed else { return Span("") }
    return Span(eta.samples > 0 ? "n=\(eta.samples)" : "typical", eta.samples > 0 ? .dim : .unknown)
  }

  /// `≈4m10s, ≤7m, n=212`
  static func eta(_ eta: Forecast, _ glyphs: Glyphs) -> [Span] {
    [
      Span("\(glyphs.approximately)\(Moment.estimate(eta.p50))"), Span(", \(glyphs.atMost)\(Moment.estimate(eta.p90))"),
      Span(eta.samples > 0 ? ", n=\(eta.samples)" : ", by typical boots", .dim),
    ]
  }

  private func lateness(_ progress: Progress, _ glyphs: Glyphs) -> [Span] {
    if progress.isStuck { return [Span(glyphs.failed + " stuck", .failed)] }
    if progress.mayRecover { return [Span(glyphs.warning + " may recover", .warning)] }
    if progress.hasFailed { return [Span(glyphs.failed + " failed", .failed)] }
    guard let lateAt = progress.lateAt else { return [Span("unknown", .unknown)] }
    return progress.isLate ? [Span("\(glyphs.late) \(Moment.estimate(progress.at - lateAt))", .late)] : [Span("on time", .dim)]
  }

  private func deadline(_ progress: Progress) -> [Span] {
    guard let deadline = progress.deadline else { return [Span("–", .dim)] }
    let left = deadline - progress.at
    guard left > 0 else { return [Span("passed", .failed)] }
    return [
      Span(progress.mayRecover ? "has \(Moment.estimate(left)) left" : "fails in \(Moment.estimate(left))", progress.isLate ? .late : .dim)
    ]
  }

  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String {
    fleet.isComplete(.controlPlane, at: now) ? "nothing is coming up" : "nothing known to be coming up; the roster is not complete"
  }
}
