import Feeds
import FleetModel

/// What the program is, and what it takes of this machine and of everybody's services. It is read once a second while it is open, and never else.
enum About {
  /// Hosts that are named; the others are only counted.
  private static let hosts = 12
  private static let nameWidth = 16

  static func lines(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> [Line] {
    var list = FieldLines(width: width, nameWidth: nameWidth)
    list.add(Line("  \(FleetTUI.title)", .title))
    list.field("environment", desk.environment)
    let ground = desk.themes.ground.map { ground in
      desk.themes.chosen == nil
        ? ", by the terminal's ground, which is \(ground.rawValue)" : "; the terminal's ground is \(ground.rawValue)"
    }
    list.field("theme", desk.themes.shown.name + (ground ?? "; the terminal's ground is not known"))
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
    list.add(hostLines(vitals.requests, width: width))
    list.field("streams open", "\(fleet.openStreams.count) of at most \(StreamBudget().limit)")
    let budgets = fleet.regions.sorted().compactMap { region in
      SourcesContent.budget(of: .source(.ec2(region)), fleet, at: now).map { (region, $0) }
    }
    for (index, (region, budget)) in budgets.enumerated() {
      list.field(index == 0 ? "EC2 budget" : "", [Span(budget), Span("  \(region)", .dim)])
    }
    return list.lines
  }

  /// What each host was asked, under the sum of it.
  private static func hostLines(_ rows: [HTTPTally.Row], width: Int) -> [Line] {
    // One host was asked all of it.
    let digits = rows.count > 1 ? rows.map { String($0.requests).count }.max() ?? 0 : 0
    let margin = width >= 60 ? nameWidth + 3 : 4
    func lines(_ count: Int, _ words: [Span]) -> [Line] {
      let number = String(count)
      let shown = digits > 0 ? String(repeating: " ", count: max(0, digits - number.count)) + number + "  " : ""
      let head = Span(String(repeating: " ", count: margin) + shown)
      return Line([head] + words).folded(to: width, indent: margin + shown.count, keepsPieces: true)
    }
    let named = rows.prefix(hosts).flatMap { row in
      lines(
        row.requests,
        [Span(row.host)] + (row.streams > 0 ? [Span("  \(row.streams) of them streams", .dim)] : [])
          + (row.failures > 0 ? [Span("  \(row.failures) without an answer", .warning)] : [])
          + (row.throttled > 0 ? [Span("  \(row.throttled) too many (429)", .warning)] : [])
          + (row.left.map { [Span("  \($0) left of its rate limit", .dim)] } ?? []))
    }
    let rest = rows.dropFirst(hosts)
    return rest.isEmpty ? named : named + lines(rest.reduce(0) { $0 + $1.requests }, [Span("\(rest.count) more hosts", .dim)])
  }

  /// `41.3 MiB`.
  private static func size(_ bytes: Int) -> String {
    let value = Double(bytes)
    if value < 1024 { return "\(bytes) bytes" }
    if value < 1024 * 1024 { return "\(Wording.dollars(value / 1024, digits: 1)) KiB" }
    return "\(Wording.dollars(value / 1024 / 1024, digits: 1)) MiB"
  }
}
