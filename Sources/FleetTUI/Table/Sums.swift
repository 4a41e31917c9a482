/// What stands under a table: as many rows as the table can spare.
enum Sums {
  /// Of a page of so many rows: half of them where there are many; else few, or what the table leaves. - Parameter table: rows of it that there are.
  static func most(of rows: Int, beside table: Int) -> Int { isTight(rows) ? max(rows >= 14 ? 3 : 2, rows - 1 - table) : rows / 2 }

  /// Whether they stand behind one another, since the table has more to say: with fewer rows than a screen of 30 leaves a page.
  static func isTight(_ rows: Int) -> Bool { rows < 20 }

  /// A row free above them where there are rows to spare.
  static func spaced(_ lines: [Line], in rows: Int) -> [Line] { rows >= 24 && !lines.isEmpty ? [Line()] + lines : lines }

  /// What stays together: a figure with its words.
  struct Piece {
    private(set) var spans: [Span]
    /// The calmer it is, the sooner it goes; `nil`: it stays.
    let calm: Int?

    /// What needs a human is never calm.
    init(_ spans: [Span], calm: Int? = nil) {
      self.spans = Self.tight(spans)
      self.calm = spans.contains { [.failed, .warning, .late].contains($0.role) } ? nil : calm
    }

    /// As it was known once.
    func aged(_ glyphs: Glyphs) -> Piece {
      var piece = self
      piece.spans = spans.aged(glyphs)
      return piece
    }

    /// With one space where there are several, which would part it.
    private static func tight(_ spans: [Span]) -> [Span] {
      var isBlank = true
      var tight = spans.map { span in
        // A bar's are its own.
        if [.bar, .barLate, .barTrack, .barTick].contains(span.role) {
          isBlank = false
          return span
        }
        return span.with(
          String(
            span.text.filter { character in
              defer { isBlank = character == " " }
              return character != " " || !isBlank
            }))
      }
      while let last = tight.last, last.text.isEmpty || last.text.hasSuffix(" ") {
        if last.text.isEmpty { tight.removeLast() } else { tight[tight.count - 1].text.removeLast() }
      }
      return tight
    }
  }

  /// A line's pieces, parted where two spaces or more stand, but not behind a heading. - Parameter calm: of each in turn, the last one's of all others.
  static func pieces(_ spans: [Span], calm: [Int?] = [nil]) -> [Piece] {
    var parts: [[Span]] = []
    var last: Span?
    for span in spans {
      let isApart = span.text.hasPrefix("  ") || last?.text.hasSuffix("  ") ?? false
      if parts.isEmpty || (isApart && last?.role != .heading) { parts.append([]) }
      parts[parts.count - 1].append(span)
      last = span
    }
    return parts.enumerated().map { place, spans in Piece(spans, calm: calm[min(place, calm.count - 1)]) }
  }

  static func line(_ pieces: [Piece]) -> Line { Line(pieces.filter { !$0.spans.isEmpty }.flatMap { [Span("  ")] + $0.spans }) }

  /// The pieces behind one another in lines of that width. Where those are more than `rows`, what is calm goes.
  static func joined(_ pieces: [Piece], rows: Int, width: Int) -> [Line] {
    var pieces = pieces.filter { !$0.spans.isEmpty }
    while !pieces.isEmpty {
      let lines = line(pieces).told(to: width)
      let calm = pieces.indices.filter { pieces[$0].calm != nil }
      guard lines.count > rows, let last = calm.max(by: { (pieces[$0].calm ?? 0, $0) < (pieces[$1].calm ?? 0, $1) }) else { return lines }
      pieces.remove(at: last)
    }
    return []
  }
}
