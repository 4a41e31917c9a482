import FleetModel

/// Rows and columns of plain text.
struct TextTable {
  /// In a cell: there is none. Like ``unknown`` a private-use scalar, which no cleaned text holds; `-` in a table, nothing in CSV.
  static let none = "\u{E000}"
  /// In a cell: nobody could tell. `?` in a table, nothing in CSV.
  static let unknown = "\u{E001}"

  var header: [String]
  var rows: [[String]] = []
  /// The columns that are left out where there is no room for all, the first of them first.
  var dispensable: [String] = []

  /// As wide as its cells are.
  var table: String { table(columns: .max) }

  /// Columns aligned by the cells that they take on a terminal, in at most so many of those.
  ///
  /// Where the cells are wider, the widest columns give way first: their text is wrapped at words, none is cut. Where not even the longest
  /// words have room, columns are left out, the dispensable ones first, and a last line names them.
  func table(columns limit: Int) -> String {
    let rows = ([header] + self.rows).map { $0.map(Self.shown) }
    let layout = TextTableLayout(rows, dispensable: dispensable.compactMap { header.firstIndex(of: $0) }, columns: limit)
    var lines = rows.flatMap { row in Self.lines(of: row, layout) }
    if !layout.omitted.isEmpty {
      let names = layout.omitted.map { header[$0] }.joined(separator: ", ")
      lines += Line.wrapped("left out for lack of room: \(names); --format csv has all", role: .dim, width: limit).map(\.plain)
    }
    return lines.joined(separator: "\n")
  }

  /// One row; cells that are wrapped go on in the lines below.
  private static func lines(of row: [String], _ layout: TextTableLayout) -> [String] {
    let cells = layout.kept.map { column -> [String] in
      let (cell, width) = (column < row.count ? row[column] : "", layout.widths[column] ?? 0)
      return TextWidth.columns(of: cell) <= width ? [cell] : Line.wrapped(cell, role: .text, width: width).map(\.plain)
    }
    return (0..<(cells.map(\.count).max() ?? 1)).map { index in
      var line = ""
      for (column, cell) in zip(layout.kept, cells) {
        let text = index < cell.count ? cell[index] : ""
        line += text + String(repeating: " ", count: max(0, (layout.widths[column] ?? 0) - TextWidth.columns(of: text)) + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private static func shown(_ cell: String) -> String {
    switch cell {
    case none: "-"
    case unknown: "?"
    default: cell.onOneLine
    }
  }

  /// RFC 4180; text that a spreadsheet would run as a formula has an apostrophe before it.
  var csv: String {
    ([header] + rows).map { row in
      row.map { cell in
        if cell == Self.none || cell == Self.unknown { return "" }
        var cell = cell
        // By scalars: a mark may sit on the first, and CRLF is one Character.
        if let first = cell.unicodeScalars.first, "=+-@".unicodeScalars.contains(first), Double(cell) == nil { cell = "'" + cell }
        let needsQuotes = cell.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
      }.joined(separator: ",")
    }.joined(separator: "\r\n")
  }
}

extension [String] {
  /// Sentences under a table, wrapped at words to its columns.
  func folded(to columns: Int) -> String { flatMap { Line($0).folded(to: columns).map(\.plain) }.joined(separator: "\n") }
}
