import FleetModel

/// Every key, and what the signs mean.
enum Help {
  /// In columns beside one another where it is too long for one.
  static func lines(_ desk: Desk, in room: Room) -> [Line] {
    let whole = lines(desk, width: room.width)
    let most = (room.width + gap) / (columnWidth + gap)
    guard most > 1, whole.count > room.rows else { return whole }
    let width = (room.width - gap * (most - 1)) / most
    return lines(desk, width: width).flowed(in: room.rows, columns: most, width: width, gap: gap)
  }

  /// Of the screen: so wide at least is each of several columns.
  private static let columnWidth = 64
  private static let gap = 2

  static func lines(_ desk: Desk, width: Int) -> [Line] {
    var lines: [Line] = []
    for group in Action.Group.allCases {
      let actions = desk.keys.table.filter { $0.group == group }
      guard !actions.isEmpty else { continue }
      lines.append(Line("  " + group.rawValue, .heading))
      // Keys too many for a third of the width go over several lines.
      let longest = actions.map { TextWidth.columns(of: desk.keys.names(of: $0)) }.max() ?? 0
      let key = max(8, min(longest, 22, width / 3))
      for action in actions {
        let names = Line.wrapped(desk.keys.names(of: action), role: .key, width: key)
        // What can't be done anywhere here.
        let why = action.never(desk).map { Line.wrapped("not now: \($0)", role: .dim, width: max(8, width - key - 5)) } ?? []
        let words = Line.wrapped(action.help, role: .text, width: max(8, width - key - 5)) + why
        for row in 0..<max(names.count, words.count) {
          let name = row < names.count ? names[row].spans : []
          lines.append(Line([Span("  ")] + name.fitted(to: key) + [Span("  ")] + (row < words.count ? words[row].spans : [])))
        }
      }
      lines.append(Line())
    }
    lines.append(Line("  Signs", .heading))
    for role in Role.states {
      lines += Line([Span("  \(desk.glyphs.sign(of: role))  ", role), Span(role.meaning)]).folded(to: width, indent: 5)
    }
    return lines
  }
}
