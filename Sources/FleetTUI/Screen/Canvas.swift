import CNcurses

/// A whole screen.
struct Frame: Equatable {
  var lines: [Line]
  var cursor: Cursor?

  init(lines: [Line], cursor: Cursor? = nil) {
    self.lines = lines
    self.cursor = cursor
  }

  /// Exactly as many lines as the screen has rows, none wider than it, and the cursor on it: whatever a page made of a size that it didn't expect.
  init(_ lines: [Line], cursor: Cursor? = nil, size: Terminal.Size) {
    self.lines = lines.prefix(size.rows).map { $0.columns > size.columns ? $0.fitted(to: size.columns) : $0 }
    while self.lines.count < size.rows { self.lines.append(Line()) }
    self.cursor = cursor.map { Cursor(row: min($0.row, size.rows - 1), column: min($0.column, size.columns - 1)) }
  }
}

/// Frames onto ncurses' cells: only lines that differ from the last frame's are handed over, and ncurses writes only the cells that do.
struct Canvas {
  private(set) var theme: Theme
  /// How the theme's 24-bit colours are written, and the links of what is shown.
  private(set) var inks: Inks
  var isASCII: Bool
  var takesLinks = false
  private var shown: [Line] = []
  private var width = 0

  init(theme: Theme, isASCII: Bool) {
    self.theme = theme
    inks = Inks(of: theme)
    self.isASCII = isASCII
  }

  /// Draws every line of the next frame.
  mutating func forget() { shown = [] }

  /// Draws the next frame anew in another theme.
  mutating func wear(_ theme: Theme) {
    guard theme != self.theme else { return }
    self.theme = theme
    inks = Inks(of: theme)
    forget()
    // A place of the palette may stand for another colour than before.
    canvas_redraw()
  }

  mutating func draw(_ frame: Frame, size: Terminal.Size) {
    if width != size.columns { shown = [] }
    width = size.columns
    if takesLinks, !inks.place(links: links(in: frame)) {
      forget()
      canvas_redraw()
    }
    for row in 0..<size.rows {
      let line = row < frame.lines.count ? frame.lines[row] : Line()
      if row < shown.count, shown[row] == line { continue }
      put(line.fitted(to: size.columns), row: row)
      if row < shown.count { shown[row] = line } else { shown.append(line) }
    }
    if shown.count > size.rows { shown.removeLast(shown.count - size.rows) }
  }

  private func links(in frame: Frame) -> [Ink] {
    frame.lines.flatMap { line -> [Ink] in
      guard line.spans.contains(where: { $0.link != nil }) else { return [] }
      var column = 0
      return line.spans.map { span in
        defer { column += TextWidth.columns(of: span.text) }
        return Ink(color: style(of: span, in: line, at: column).foreground, link: span.link)
      }.filter { $0.link != nil }
    }
  }

  private func style(of span: Span, in line: Line, at column: Int) -> Style {
    theme.style(span.role, isSelected: line.isSelected && column < line.ground)
  }

  private func put(_ line: Line, row: Int) {
    var column = 0
    for span in line.spans where !span.text.isEmpty {
      let style = style(of: span, in: line, at: column)
      var scalars: [UInt32] = []
      scalars.reserveCapacity(span.text.utf8.count)
      var columns = 0
      for scalar in span.text.unicodeScalars {
        guard let (shown, width) = TextWidth.shown(scalar) else { continue }
        if isASCII, !shown.isASCII {
          // One sign for each column keeps the layout.
          for _ in 0..<width { scalars.append(Glyphs.ascii(for: shown).value) }
        } else {
          scalars.append(shown.value)
        }
        columns += width
      }
      canvas_put(
        Int32(row), Int32(column), scalars, Int32(scalars.count), style.attributes.rawValue,
        inks.place(of: style.foreground, link: span.link), inks.place(of: style.background))
      column += columns
    }
  }
}
