import FleetModel

/// What the selected row needs somebody for, whole, and what to do: over the footer, where no pane tells it and its column is short.
struct NeedLines {
  private var taken = SteadyRows()

  /// As many as it needs, those above them as a rule included.
  mutating func lines(_ page: any Page, _ fleet: Fleet, in body: Room, _ context: inout DrawingContext) -> [Line] {
    guard !body.isShared, body.width < PanePlace.leastColumns, body.rows >= 5 else { return [] }
    let rule = body.rows >= 14 ? [Line(String(repeating: context.glyphs.rule, count: body.width), .rule)] : []
    let most = page.rowsSaid(of: body.rows, width: body.width)
    let said = page.selection.map { Self.lines(of: $0, page, fleet, rows: most, width: body.width, &context) } ?? []
    let rows = taken.take(said.count, of: page.selection, on: page.id, most: most, &context.moment)
    return rows == 0 ? [] : rule + said + Array(repeating: Line(), count: rows - said.count)
  }

  /// At most `rows`.
  private static func lines(
    of subject: Subject, _ page: any Page, _ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext
  ) -> [Line] {
    let notices = page.notices(fleet, at: context.moment.now)
    let name = Detail.name(of: subject, fleet)
    guard let worst = notices.first else { return [Line([Span(" \(name): ", .dim), Span("nothing here needs a human", .dim)])] }
    // It may tell its age.
    context.moment.changes(at: context.moment.now + 60)
    let more = notices.count > 1 ? " (+\(notices.count - 1))" : ""
    let sign = context.glyphs.sign(of: worst.role)
    let opening = [Span(sign.isEmpty ? " " : " \(sign) ", worst.role), Span("\(name): ", .title)]
    let indent = min(Line(opening).columns, width / 2)
    var lines = Line.wrapped(worst.summary + more, role: worst.role, width: max(8, width - indent - 1)).enumerated().map {
      Line(($0.offset == 0 ? opening : [Span(String(repeating: " ", count: indent))]) + $0.element.spans)
    }
    if indent < Line(opening).columns || lines.count > rows {
      lines = Line.wrapped(Line(opening).plain + worst.summary + more, role: worst.role, width: width - 2).map {
        Line([Span(" ")] + $0.spans)
      }
    }
    // The next step has the last row, and every other that is left.
    let step =
      worst.next.map { Line.wrapped("next: " + context.words($0), role: .text, width: width - 2).map { Line([Span(" ")] + $0.spans) } }
      ?? []
    let room = rows == 1 || step.isEmpty ? rows : max(rows - step.count, min(lines.count, rows - 1))
    lines = cut(lines, to: room, width: width) + cut(step, to: max(0, rows - min(room, lines.count)), width: width)
    return Array(lines.prefix(rows))
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
