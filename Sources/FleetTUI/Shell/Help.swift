/// The list of every key, and what the signs mean.
enum Help {
  static func lines(_ keys: KeyMap, _ state: ActionState, _ glyphs: Glyphs, width: Int) -> [Line] {
    var lines: [Line] = []
    for group in ActionDescription.Group.allCases {
      lines.append(Line("  " + group.rawValue, .heading))
      for entry in Action.table where entry.group == group {
        let names = keys.keys(for: entry.action).map(\.name).joined(separator: " ")
        lines.append(Line([Span("  ")] + [Span(names, .key)].fitted(to: min(22, width / 3)) + [Span("  ")] + [Span(entry.help)]))
        // What can't be done anywhere here.
        if let why = entry.action.refusalEverywhere(in: state) {
          lines.append(Line([Span("  ")] + [Span("")].fitted(to: min(22, width / 3)) + [Span("  not now: \(why)", .dim)]))
        }
      }
      lines.append(Line())
    }
    lines.append(Line("  Signs", .heading))
    for role in Role.states { lines.append(Line([Span("  \(glyphs.sign(of: role))  ", role), Span(role.meaning)])) }
    return lines
  }

  /// What keys do while it is open: those that scroll are all that don't close it.
  static func footer(_ keys: KeyMap, _ notice: Span?, width: Int) -> Line {
    let scrolling = [Action.up, .down, .pageUp, .pageDown].map { keys.name(of: $0) }.joined(separator: " ")
    let spans = (notice.map { [Span(" "), $0, Span(" ")] } ?? []) + [Span(" \(scrolling) ", .key), Span("scroll  ", .dim)]
    return Line((spans + [Span("any other key ", .key), Span("closes", .dim)]).fitted(to: width))
  }
}
