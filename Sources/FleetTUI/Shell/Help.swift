import FleetModel

/// The list of every key, and what the signs mean.
struct HelpPanel: Layer {
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
    (view.fit(Self.lines(desk, width: room.width), height: room.rows), nil)
  }

  static func lines(_ desk: Desk, width: Int) -> [Line] {
    var lines: [Line] = []
    for group in Action.Group.allCases {
      let actions = desk.keys.table.filter { $0.group == group }
      guard !actions.isEmpty else { continue }
      lines.append(Line("  " + group.rawValue, .heading))
      for action in actions {
        let names = desk.keys.names(of: action)
        lines.append(Line([Span("  ")] + [Span(names, .key)].fitted(to: min(22, width / 3)) + [Span("  ")] + [Span(action.help)]))
        // What can't be done anywhere here.
        if let why = action.never(desk) {
          lines.append(Line([Span("  ")] + [Span("")].fitted(to: min(22, width / 3)) + [Span("  not now: \(why)", .dim)]))
        }
      }
      lines.append(Line())
    }
    lines.append(Line("  Signs", .heading))
    for role in Role.states { lines.append(Line([Span("  \(desk.glyphs.sign(of: role))  ", role), Span(role.meaning)])) }
    return lines
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let scrolling = [Action.up, .down, .pageUp, .pageDown].map { desk.keys.name(of: $0) }.joined(separator: " ")
    let words = [Span(" \(scrolling) ", .key), Span("scroll  ", .dim), Span("any other key ", .key), Span("closes", .dim)]
    return (desk.footer(words).fitted(to: width), nil)
  }
}
