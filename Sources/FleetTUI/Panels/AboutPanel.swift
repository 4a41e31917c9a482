import FleetModel

/// What the program is, and what it takes of this machine and of everybody's services. It is read once a second while it is open, and never else.
struct AboutPanel: Layer {
  private var view = RowWindow()

  init() {}

  func aim(_ desk: Desk) -> Aim? { nil }

  /// Keys that scroll are all that don't close it.
  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let movement = desk.keys.movement(for: key, in: .pager) {
      view.move(movement)
      return .draw
    }
    return key.isTyped ? .close : .none
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    context.moment.changesEverySecond()
    return (view.fit(Self.lines(desk, fleet, width: room.width, at: context.moment.now), height: room.rows), nil)
  }

  /// Hosts that are named; the others are only counted.
  private static let hosts = 12

  static func lines(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> [Line] {
    var list = FieldLines(width: width, nameWidth: 16)
    list.add(Line("  \(FleetTUI.title)", .title))
    list.field("environment", desk.environment)
    list.field(
      "theme",
      desk.themes.shown.name + (desk.themes.chosen == nil && desk.themes.ground != nil ? ", by the terminal's ground" : "")
        + (desk.themes.ground.map { ": \($0.rawValue)" } ?? "; the terminal's ground is not known"))
    guard let vitals = desk.vitals else { return list.lines }
    list.field("terminal", "\(desk.clipboard.terminal.name)\(desk.clipboard.terminal.isInTmux ? " in tmux" : ""), \(vitals.terminal)")
    list.heading("This program")
    list.field("up", Moment.elapsed(vitals.uptime))
    list.field(
      "CPU",
      "\(Wording.dollars(vitals.processor, digits: 1)) s" + (vitals.load.map { ", \(Wording.dollars($0 * 100, digits: 1)) % now" } ?? ""))
    list.field("memory", vitals.resident.map { "\(Self.size($0)) resident" } ?? "unknown")
    list.field("to the terminal", "\(Self.size(vitals.written)) in \(vitals.frames) frames")
    list.field("events", "\(vitals.events)" + (vitals.eventRate.map { ", \(Wording.dollars($0, digits: 1)) a second" } ?? ""))
    list.heading("Asked")
    list.field("requests", "\(vitals.asked)" + (vitals.requestRate.map { ", \(Wording.dollars($0 * 60, digits: 0)) a minute" } ?? ""))
    for row in vitals.requests.prefix(hosts) {
      list.field(
        "",
        [Span("\(row.requests)").padded(to: 7), Span("  \(row.host)")]
          + (row.streams > 0 ? [Span("  \(row.streams) of them streams", .dim)] : [])
          + (row.failures > 0 ? [Span("  \(row.failures) without an answer", .warning)] : [])
          + (row.throttled > 0 ? [Span("  \(row.throttled) too many (429)", .warning)] : [])
          + (row.left.map { [Span("  \($0) left of its rate limit", .dim)] } ?? []))
    }
    let rest = vitals.requests.dropFirst(hosts)
    if !rest.isEmpty {
      list.field("", [Span("\(rest.reduce(0) { $0 + $1.requests })").padded(to: 7), Span("  \(rest.count) more hosts", .dim)])
    }
    list.field("streams open", "\(fleet.openStreams.count) of at most \(StreamBudget().limit)")
    let budgets = fleet.regions.sorted().compactMap { region in
      SourcesContent.budget(of: .source(.ec2(region)), fleet, at: now).map { (region, $0) }
    }
    for (index, (region, budget)) in budgets.enumerated() {
      list.field(index == 0 ? "EC2 budget" : "", [Span(budget), Span("  \(region)", .dim)])
    }
    return list.lines
  }

  /// `41.3 MiB`.
  private static func size(_ bytes: Int) -> String {
    let value = Double(bytes)
    if value < 1024 { return "\(bytes) bytes" }
    if value < 1024 * 1024 { return "\(Wording.dollars(value / 1024, digits: 1)) KiB" }
    return "\(Wording.dollars(value / 1024 / 1024, digits: 1)) MiB"
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    (desk.footer([Hint("any key", "closes", isWayOut: true)], width: width), nil)
  }
}

extension Span {
  /// At the right of so many columns.
  fileprivate func padded(to width: Int) -> Span { Span(String(repeating: " ", count: max(0, width - text.count)) + text, role) }
}
