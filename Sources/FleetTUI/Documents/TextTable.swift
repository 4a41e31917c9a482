import FleetModel

/// Rows and columns of plain text.
struct TextTable {
  /// In a cell: there is none. Like ``unknown`` a private-use scalar, which no cleaned text holds; `-` in a table, nothing in CSV.
  static let none = "\u{E000}"
  /// In a cell: nobody could tell. `?` in a table, nothing in CSV.
  static let unknown = "\u{E001}"

  var header: [String]
  var rows: [[String]] = []

  /// Columns aligned by the cells that they take on a terminal.
  var table: String {
    let rows = ([header] + self.rows).map { $0.map(Self.shown) }
    var widths = header.map { _ in 0 }
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count { widths[index] = max(widths[index], TextWidth.columns(of: cell)) }
    }
    return rows.map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        line += cell
        guard index < row.count - 1 else { continue }
        let width = index < widths.count ? widths[index] : 0
        line += String(repeating: " ", count: max(0, width - TextWidth.columns(of: cell)) + 2)
      }
      return line
    }.joined(separator: "\n")
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
