import FleetModel

/// What is known of two things of one kind, fact beside fact.
struct Comparison {
  struct Row: Equatable {
    /// `nil`: a heading.
    var name: String?
    var heading = ""
    /// `nil`: it has nothing of the kind.
    var left: Cell?
    var right: Cell?
    var differs: Bool
  }

  struct Cell: Equatable {
    var text: String
    /// `nil`: as what differs looks, or what doesn't.
    var role: Role?

    /// It may have something of the kind: who would tell isn't heard.
    static let unseen = Cell(text: "?", role: .unknown)
  }

  /// What is another one's with everything: that these differ says nothing.
  private static let own: Set<String> = [
    "id", "name", "url", "first seen", "created", "updated", "heartbeat", "activity", "began", "launched",
  ]

  private(set) var rows: [Row]
  var differences: Int { rows.count(where: \.differs) }

  /// Each fact stands where the left one's has it; what only the right one has follows what it follows there.
  init(_ left: [FieldLines.Fact], _ right: [FieldLines.Fact]) {
    var rest = right
    var sections: [(heading: String, rows: [Row])] = []
    func place(_ row: Row, in heading: String) {
      if sections.last?.heading != heading { sections.append((heading, [])) }
      sections[sections.count - 1].rows.append(row)
    }
    for fact in left {
      guard let match = rest.firstIndex(where: { $0.key == fact.key }) else {
        place(Self.row(fact, nil), in: fact.section)
        continue
      }
      for other in rest[..<match] where other.section == fact.section { place(Self.row(nil, other), in: fact.section) }
      let skipped = rest[..<match].filter { $0.section != fact.section }
      place(Self.row(fact, rest[match]), in: fact.section)
      rest.removeSubrange(...match)
      rest.insert(contentsOf: skipped, at: 0)
    }
    for fact in rest {
      guard let section = sections.firstIndex(where: { $0.heading == fact.section }) else {
        place(Self.row(nil, fact), in: fact.section)
        continue
      }
      sections[section].rows.append(Self.row(nil, fact))
    }
    rows = sections.flatMap { section in
      (section.heading.isEmpty ? [] : [Row(name: nil, heading: section.heading, differs: false)]) + section.rows
    }
  }

  private static func row(_ left: FieldLines.Fact?, _ right: FieldLines.Fact?) -> Row {
    let name = left?.name ?? right?.name ?? ""
    return Row(
      name: name, left: left.map { Cell(text: $0.text) }, right: right.map { Cell(text: $0.text) },
      differs: left?.text != right?.text && !own.contains(name))
  }

  // MARK: - Of two things

  init(_ left: Subject, _ right: Subject, _ fleet: Fleet, _ context: inout DrawingContext) {
    self.init(Self.facts(of: left, fleet, &context), Self.facts(of: right, fleet, &context))
    // What is said first of each has no heading, and stays before what has one.
    let place = rows.firstIndex { $0.name == nil } ?? rows.endIndex
    let lists = (ComparedLists(of: left, fleet, &context), ComparedLists(of: right, fleet, &context))
    rows.insert(
      contentsOf: Self.rows("Findings", lists.0.findings, lists.1.findings)
        + Self.rows("Workspaces", lists.0.workspaces, lists.1.workspaces), at: place)
  }

  /// How many each has, then each of them beside the other one's of the same name.
  private static func rows(_ heading: String, _ left: ComparedList?, _ right: ComparedList?) -> [Row] {
    guard let left, let right else { return [] }
    let areWhole = left.isWhole && right.isWhole
    var rows = [
      Row(name: nil, heading: heading, differs: false),
      Row(name: "how many", left: left.sum, right: right.sum, differs: areWhole && left.sum != right.sum),
    ]
    for name in left.names(with: right) {
      let (ones, others) = (left.items(named: name), right.items(named: name))
      for index in 0..<max(ones.count, others.count) {
        let one = index < ones.count ? ones[index] : nil
        let other = index < others.count ? others[index] : nil
        // What one lacks that isn't wholly known says nothing.
        let isTold = (one != nil || left.isWhole) && (other != nil || right.isWhole)
        rows.append(
          Row(
            name: name, left: one?.cell ?? left.nothing, right: other?.cell ?? right.nothing,
            differs: isTold && one?.state != other?.state))
      }
    }
    return rows
  }

  private static func facts(of subject: Subject, _ fleet: Fleet, _ context: inout DrawingContext) -> [FieldLines.Fact] {
    Detail.facts(of: subject, fleet, &context) + boot(of: subject, fleet, at: context.moment.now)
  }

  /// How long each phase of its boot took: of the one under way, else of the last one.
  private static func boot(of subject: Subject, _ fleet: Fleet, at now: Timestamp) -> [FieldLines.Fact] {
    let target: BootTarget
    let boot: Boot?
    switch subject {
    case .org(let id):
      target = .tenant(id)
      boot = fleet.orgs[id].flatMap { $0.boot ?? $0.failedBoot ?? $0.doneBoot }
    case .workspace(let id):
      target = .workspace(id)
      boot = fleet.workspaces[id].flatMap { $0.boot ?? $0.failedBoot ?? $0.doneBoot }
    default: return []
    }
    guard let boot else { return [] }
    return boot.phaseTimes(until: now, in: fleet.plan(of: target)).map { time in
      let mark = boot.marks.last { $0.name == time.name }
      let state = mark?.failed == true ? " failed" : mark?.endedAt == nil && mark != nil ? " and counting" : ""
      return FieldLines.Fact(section: "Phases of its boot", name: time.name, text: Moment.elapsed(time.seconds) + state)
    }
  }

  /// What is compared of a row: of a finding what it is about.
  static func comparand(of subject: Subject) -> Subject {
    guard case .finding(let id) = subject else { return subject }
    return switch id.target {
    case .org(let id): .org(id)
    case .workspace(let id): .workspace(id)
    case .fleet: subject
    }
  }

  /// Why two can't be compared; `nil` when they can.
  static func objection(_ left: Subject, _ right: Subject) -> String? {
    switch (left, right) {
    case (.org, .org), (.workspace, .workspace), (.instance, .instance), (.leftover, .leftover), (.record, .record), (.event, .event),
      (.finding, .finding), (.own, .own):
      nil
    case (.deletion, _), (_, .deletion): "deletions are not compared: open each"
    default: "only two of one kind are compared: two orgs, two workspaces, two machines"
    }
  }

  // MARK: - Lines

  func lines(width: Int, _ glyphs: Glyphs) -> [Line] {
    let isNarrow = width < 60
    let names = width < 100 ? 18 : 23
    let room = isNarrow ? max(8, width - names - 5) : max(8, (width - names - 8) / 2)
    return rows.flatMap { row -> [Line] in
      guard let name = row.name else { return [Line(), Line("  " + row.heading, .heading)] }
      let sign = row.differs ? Span(glyphs.isASCII ? "# " : "≠ ", .warning) : Span("  ")
      let blank = [Span(String(repeating: " ", count: names + 3))]
      // A name that is longer than the others' room has a row of its own.
      let isLong = TextWidth.columns(of: name) > names
      let head = isLong ? blank : [sign] + [Span(name, .dim)].fitted(to: names) + [Span(" ")]
      let above = isLong ? Line([sign, Span(name, .dim)]).folded(to: width) : []
      let left = Self.wrapped(row.left, row.differs, room)
      let right = Self.wrapped(row.right, row.differs, room)
      if isNarrow {
        let shown = row.left?.text != row.right?.text ? left + right : left
        return above + shown.enumerated().map { Line(($0.offset == 0 ? head : blank) + $0.element) }
      }
      return above
        + (0..<max(left.count, right.count)).map { index in
          let one = index < left.count ? left[index] : []
          let other = index < right.count ? right[index] : []
          return Line((index == 0 ? head : blank) + one.fitted(to: room) + [Span("   ")] + other)
        }
    }
  }

  private static func wrapped(_ cell: Cell?, _ differs: Bool, _ width: Int) -> [[Span]] {
    guard let cell, !cell.text.isEmpty else { return [[Span("–", .unknown)]] }
    return Line.wrapped(cell.text, role: cell.role ?? (differs ? .title : .dim), width: width).map(\.spans)
  }
}

/// Two things side by side over the page.
struct ComparePanel: Layer {
  private let left: Subject
  private let right: Subject
  private var view = RowWindow()

  init(_ left: Subject, _ right: Subject) {
    self.left = left
    self.right = right
  }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if desk.keys.action(for: key, in: .page) == .compare { return .close }
    if let movement = desk.keys.movement(for: key, in: .pager) {
      view.move(movement)
      return .draw
    }
    switch desk.keys.action(for: key, in: .pager) {
    case .back?, .quit?: return .close
    default: return .unknown
    }
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let comparison = Comparison(left, right, fleet, &context)
    let names = [left, right].map { Detail.title(of: $0, fleet) }
    let count = comparison.differences
    let title = "\(names[0]) and \(names[1]): \(count == 1 ? "1 difference" : "\(count) differences")"
    let lines = comparison.lines(width: room.width, context.glyphs)
    return ([Line.titled(title, width: room.width, desk.glyphs)] + view.fit(lines, height: room.rows - 1), nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let scrolling = "\(desk.keys.name(of: .pageUp)) \(desk.keys.name(of: .pageDown))"
    return (desk.footer([Hint(desk.keys.name(of: .back), "close", isWayOut: true), Hint(scrolling, "scroll")], width: width), nil)
  }
}

extension Action {
  static let compare: Action = Action(
    "compare", [.character("=")],
    help: "two marked rows side by side, differences marked; else this row, and then another",
    group: .look,
    whyNot: { desk, _, _ in desk.pages.focus == nil ? "there is no row to compare" : nil },
    onPage: { interface, fleet, _ in
      let marks = interface.desk.pages.current.marked.map(Comparison.comparand)
      if interface.desk.comparand == nil, marks.count == 2, marks[0] != marks[1], Comparison.objection(marks[0], marks[1]) == nil {
        interface.open(ComparePanel(marks[0], marks[1]))
        return .draw
      }
      guard let row = interface.desk.pages.focus.map(Comparison.comparand) else { return .draw }
      // A row that is marked was chosen too.
      let marked = marks.first { $0 != row }
      guard let chosen = interface.desk.comparand ?? marked, chosen != row else {
        let wasChosen = interface.desk.comparand == row
        interface.desk.comparand = wasChosen ? nil : row
        interface.notice = Span(
          wasChosen
            ? "no longer chosen to be compared"
            : "chosen: \(Detail.title(of: row, fleet)); \(interface.desk.keys.name(of: .compare)) on another row shows both", .info)
        return .draw
      }
      if let objection = Comparison.objection(chosen, row) {
        interface.desk.comparand = row
        interface.notice = Span("\(objection); chosen now: \(Detail.title(of: row, fleet))", .warning)
        return .draw
      }
      interface.open(ComparePanel(chosen, row))
      return .draw
    })
}
