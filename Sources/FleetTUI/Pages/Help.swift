/// The list of every key, and what the signs mean.
enum Help {
  static func lines(_ keys: KeyMap, _ glyphs: Glyphs, width: Int) -> [Line] {
    var lines: [Line] = []
    for group in ActionDescription.Group.allCases {
      lines.append(Line("  " + group.rawValue, .heading))
      for entry in Action.table where entry.group == group {
        let names = keys.keys(for: entry.action).map(\.name).joined(separator: " ")
        lines.append(Line([Span("  ")] + [Span(names, .key)].fitted(to: min(22, width / 3)) + [Span("  ")] + [Span(entry.help)]))
      }
      lines.append(Line())
    }
    lines.append(Line("  Signs", .heading))
    for role in [Role.ok, .running, .late, .failed, .stale, .unknown] {
      lines.append(Line([Span("  \(glyphs.sign(of: role))  ", role), Span(role.word)]))
    }
    return lines
  }
}
