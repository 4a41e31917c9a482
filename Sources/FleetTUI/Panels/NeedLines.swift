import FleetModel

/// What the selected row needs somebody for, whole, and what to do: over the footer, where no pane tells it and its column is short.
enum NeedLines {
  /// Rows that it takes of a body of so many; the rule above it included.
  static func rows(in body: Room) -> Int {
    guard !body.isShared, body.width < PanePlace.leastColumns, body.rows >= 5 else { return 0 }
    return (body.width < 110 && body.rows >= 12 ? 3 : 2) + (hasRule(in: body) ? 1 : 0)
  }

  private static func hasRule(in body: Room) -> Bool { body.rows >= 14 }

  static func lines(_ page: any Page, _ keys: KeyMap, _ fleet: Fleet, in body: Room, _ context: inout DrawingContext) -> [Line] {
    let rule = hasRule(in: body) ? [Line(String(repeating: context.glyphs.rule, count: body.width), .rule)] : []
    let rows = rows(in: body) - rule.count
    guard let subject = page.selection else { return rule + Array(repeating: Line(), count: rows) }
    let notices = page.notices(fleet, at: context.moment.now)
    let name = Detail.name(of: subject, fleet)
    guard let worst = notices.first else {
      let calm = Line([Span(" \(name): ", .dim), Span("nothing here needs a human", .dim)])
      return rule + [calm] + Array(repeating: Line(), count: rows - 1)
    }
    // It may tell its age.
    context.moment.changes(at: context.moment.now + 60)
    let more = notices.count > 1 ? " (+\(notices.count - 1))" : ""
    let opening = " \(name): "
    let indent = min(TextWidth.columns(of: opening), body.width / 2)
    var lines = Line.wrapped(worst.summary + more, role: worst.role, width: max(8, body.width - indent - 1)).enumerated().map {
      Line([$0.offset == 0 ? Span(opening, .title) : Span(String(repeating: " ", count: indent))] + $0.element.spans)
    }
    if indent < TextWidth.columns(of: opening) || lines.count > rows {
      lines = Line.wrapped(opening.dropFirst() + worst.summary + more, role: worst.role, width: body.width - 2).map {
        Line([Span(" ")] + $0.spans)
      }
    }
    // The next step has the last row, and every other that is left.
    let step = worst.next.map { Line.wrapped("next: " + $0, role: .text, width: body.width - 2).map { Line([Span(" ")] + $0.spans) } } ?? []
    let room = rows == 1 || step.isEmpty ? rows : max(rows - step.count, min(lines.count, rows - 1))
    lines = cut(lines, to: room, width: body.width) + cut(step, to: max(0, rows - min(room, lines.count)), width: body.width)
    return rule + lines.prefix(rows) + Array(repeating: Line(), count: max(0, rows - lines.count))
  }

  /// The last line that is shown says that more follows.
  private static func cut(_ lines: [Line], to rows: Int, width: Int) -> [Line] {
    guard lines.count > rows, rows > 0 else { return Array(lines.prefix(max(0, rows))) }
    var shown = Array(lines.prefix(rows))
    shown[rows - 1] = Line(
      (shown[rows - 1].spans + [Span(" " + lines[rows].plain.drop { $0 == " " }, shown[rows - 1].spans.last?.role ?? .text)]).fitted(
        to: width - 1))
    return shown
  }
}
