extension Line {
  /// `text` in lines of at most `width` columns, broken at spaces where there are any.
  static func wrapped(_ text: String, role: Role, width: Int) -> [Line] {
    guard width > 0 else { return [] }
    var lines: [Line] = []
    var current = ""
    var used = 0
    func finish() {
      lines.append(Line(current, role))
      current = ""
      used = 0
    }
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      for (index, part) in word.parts(of: width).enumerated() {
        let columns = TextWidth.columns(of: String(part))
        if used > 0, index > 0 || used + 1 + columns > width { finish() }
        current += used > 0 ? " " + part : String(part)
        used += columns + (used > 0 ? 1 : 0)
      }
    }
    if used > 0 || lines.isEmpty { finish() }
    return lines
  }

  /// The line in as many of at most `width` columns as it takes, broken at spaces where there are any; further ones are indented a little
  /// more than the first.
  /// - Parameters:
  ///   - indent: of further ones; `nil`: two more than the first.
  ///   - keepsPieces: what stands between two spaces or more goes to the next line as a whole where it fits there.
  func folded(to width: Int, indent: Int? = nil, keepsPieces: Bool = false) -> [Line] {
    guard columns > width, width > 8 else { return [self] }
    let inward = indent.map { min($0, max(width / 2, width - 12)) } ?? min(plain.prefix { $0 == " " }.count + 2, width / 2)
    let margin = Span(String(repeating: " ", count: inward))
    var lines: [Line] = []
    var current: [Span] = []
    var used = 0
    func turn() {
      lines.append(Line(current))
      current = [margin]
      used = margin.text.count
    }
    func add(_ text: some StringProtocol, _ columns: Int, _ span: Span) {
      if let last = current.last, last.role == span.role, last.link == span.link {
        current[current.count - 1].text += text
      } else {
        current.append(span.with(String(text)))
      }
      used += columns
    }
    let words = words
    for (index, word) in words.enumerated() {
      let columns = Line(word).columns
      if keepsPieces, word[0].text.first != " ", index > 0, Line(words[index - 1]).columns > 1 {
        let piece = words[index...].prefix { $0[0].text.first != " " || Line($0).columns == 1 }.reduce(0) { $0 + Line($1).columns }
        if used + piece > width, used > margin.text.count, margin.text.count + piece <= width { turn() }
      }
      if used + columns <= width {
        for span in word { add(span.text, TextWidth.columns(of: span.text), span) }
      } else if word[0].text.first == " " {
        // It stands where the line is broken.
        turn()
      } else {
        // A line that holds nothing yet is no shorter for it.
        if used > (lines.isEmpty ? 0 : margin.text.count) { turn() }
        for span in word {
          for part in span.text[...].parts(of: width - margin.text.count) {
            let columns = TextWidth.columns(of: String(part))
            if used + columns > width { turn() }
            add(part, columns, span)
          }
        }
      }
    }
    // Spaces at the end are no line.
    return used > margin.text.count || lines.isEmpty ? lines + [Line(current)] : lines
  }

  /// What stands under a table, in as many lines as it takes: piece by piece, and nothing in the screen's last column.
  func told(to width: Int) -> [Line] { folded(to: width - 1, keepsPieces: true) }

  /// The line with what is said beside it, which goes on under itself where the width ends; where little is left beside the line, it begins on one of its
  /// own, so many columns further in.
  func beside(_ said: [Span], under indent: Int, width: Int) -> [Line] {
    let whole = Line(spans + said)
    guard whole.columns > width, width - columns < 16, !said.isEmpty else { return whole.folded(to: width, indent: columns) }
    return folded(to: width) + Line([Span(String(repeating: " ", count: indent))] + said).folded(to: width, indent: indent)
  }

  /// Its words and the spaces between them: what touches is one word, whatever its roles.
  private var words: [[Span]] {
    var words: [[Span]] = []
    var isBlank = true
    for span in spans {
      for piece in span.text.words {
        let isSpace = piece.first == " "
        if !words.isEmpty, isSpace == isBlank {
          words[words.count - 1].append(span.with(String(piece)))
        } else {
          words.append([span.with(String(piece))])
        }
        isBlank = isSpace
      }
    }
    return words
  }
}

extension Substring {
  /// A word in pieces of at most `width` columns, in one where it fits: else broken behind what parts it, such as the `/` of a path or the `-` of an id,
  /// and never so that a sign which closes it begins a line.
  func parts(of width: Int) -> [Substring] {
    guard width > 0, TextWidth.columns(of: String(self)) > width else { return [self] }
    var parts: [Substring] = []
    var rest = self
    while TextWidth.columns(of: String(rest)) > width {
      var end = rest.startIndex
      var used = 0
      while end < rest.endIndex {
        let columns = TextWidth.columns(of: String(rest[end]))
        if used + columns > width { break }
        used += columns
        end = rest.index(after: end)
      }
      if end == rest.startIndex { end = rest.index(after: end) }
      let fits = rest[..<end]
      let isClosed = rest[end...].allSatisfy { !$0.isLetter && !$0.isNumber }
      let inside = isClosed ? fits.dropLast() : fits
      // In its first half a break would leave more blank than it is worth.
      if let last = inside.lastIndex(where: { "/-?&,;:_|".contains($0) }),
        rest.distance(from: rest.startIndex, to: last) >= fits.count / 2
      {
        end = rest.index(after: last)
      } else if isClosed, let last = fits.indices.last, last > rest.startIndex {
        end = last
      }
      parts.append(rest[..<end])
      rest = rest[end...]
      guard !rest.isEmpty else { break }
    }
    return rest.isEmpty ? parts : parts + [rest]
  }
}

extension String {
  /// As many of its words as `width` columns have room for, and a sign where some are missing.
  func shortened(to width: Int) -> String {
    guard TextWidth.columns(of: self) > width else { return self }
    guard width > 2, let kept = Line.wrapped(self, role: .text, width: width - 2).first?.plain else { return "…" }
    return (kept.lastIndex { !",;:".contains($0) }.map { String(kept[...$0]) } ?? kept) + " …"
  }

  /// Its words and the spaces between them, each as one piece.
  fileprivate var words: [Substring] {
    var pieces: [Substring] = []
    var start = startIndex
    while start < endIndex {
      let isSpace = self[start] == " "
      let end = self[start...].firstIndex { ($0 == " ") != isSpace } ?? endIndex
      pieces.append(self[start..<end])
      start = end
    }
    return pieces
  }
}

extension [Line] {
  /// Them in as many rows as a screen of `rows` has, in up to `most` columns beside one another where one is too long: what belongs together, between two
  /// empty lines, stays so where it can.
  /// - Parameter width: of a column, without the space between two.
  func flowed(in rows: Int, columns most: Int, width: Int, gap: Int = 2) -> [Line] {
    guard most > 1, count > rows else { return self }
    var blocks: [[Line]] = [[]]
    for line in self {
      if line.spans.allSatisfy(\.text.isEmpty) { blocks.append([]) }
      blocks[blocks.count - 1].append(line)
    }
    func stacked(_ height: Int) -> [[Line]] {
      var columns: [[Line]] = [[]]
      for block in blocks {
        let last = columns[columns.count - 1]
        if !last.isEmpty, last.count + block.count > height, block.count <= height { columns.append([]) }
        for line in block {
          if columns[columns.count - 1].count >= height { columns.append([]) }
          if columns[columns.count - 1].isEmpty, line.spans.allSatisfy(\.text.isEmpty) { continue }
          columns[columns.count - 1].append(line)
        }
      }
      return columns
    }
    var height = Swift.max(1, Swift.max(Swift.min(rows, count), (count + most - 1) / most))
    while stacked(height).count > most { height += 1 }
    let columns = stacked(height)
    return (0..<(columns.map(\.count).max() ?? 0)).map { row in
      Line(
        columns.enumerated().flatMap { place, column -> [Span] in
          let line = row < column.count ? column[row] : Line()
          return line.fitted(to: width).spans + (place < columns.count - 1 ? [Span(String(repeating: " ", count: gap))] : [])
        })
    }
  }
}
