import FleetModel

/// Rows of a page, whole: for the clipboard and for files.
struct Sheet {
  struct Column {
    let title: String
    /// As filters call it.
    let name: String
    /// What it counts, where ``Row/figures`` has that.
    let measure: Measure?
    let export: ColumnExport
  }

  struct Row {
    let subject: Subject
    /// As the page says them.
    let cells: [String]
    /// As a file has them.
    let words: [String]
    /// `nil` where it isn't known, or nothing is counted.
    let figures: [Double?]
  }

  var columns: [Column] = []
  var rows: [Row] = []

  /// As a table for people.
  var table: TextTable {
    TextTable(header: columns.map(\.title), rows: rows.map { $0.cells.map { Self.isBlank($0) ? TextTable.none : $0 } })
  }

  /// Whether a cell says nothing, or that nobody knows.
  static func isBlank(_ cell: String) -> Bool { ["", "?", "–", "-", "·", "."].contains(cell) }
}

extension TablePage {
  /// Each column is shown, as wide as it likes.
  private static var wide: TableLayout<Content> {
    let columns = Content.columns.map { column in
      var column = column
      column.room.ideal = 400
      return column
    }
    return TableLayout(columns, width: columns.count * 402 + TableLayout<Content>.margin)
  }

  /// Every row that passes the filter in the page's order, or those of `subjects`, as they come.
  func sheet(of subjects: [Subject]?, _ fleet: Fleet, _ context: inout DrawingContext) -> Sheet {
    let now = context.moment.now
    var cell = CellContext(context, Self.wide)
    // What is taken along is read elsewhere.
    cell.drawing.keys = nil
    let columns = cell.layout.places.map(\.column)
    let ids = subjects.map { $0.compactMap(content.id) } ?? (0..<rows.count).map { rows[$0] }
    var sheet = Sheet(
      columns: columns.map {
        Sheet.Column(title: $0.title, name: $0.field.id, measure: $0.figure == nil ? nil : $0.field.measure ?? .count, export: $0.export)
      })
    for id in ids {
      let cells = cells(id, fleet, &cell).map { Self.text(of: $0, context.glyphs) }
      sheet.rows.append(
        Sheet.Row(
          subject: content.subject(id), cells: cells,
          words: zip(columns, cells).map { column, cell in column.exact.map { $0(content, id, fleet, now) ?? "" } ?? cell },
          figures: columns.map { $0.figure?(content, id, fleet, now) }))
    }
    return sheet
  }

  /// What a cell says: without bars, and without the sign before a word that says the same.
  private static func text(of cell: [Span], _ glyphs: Glyphs) -> String {
    var text = ""
    for (index, span) in cell.enumerated() {
      switch span.role {
      case .bar, .barLate, .barTrack, .barTick: continue
      default: if index < cell.count - 1, span.text == glyphs.sign(of: span.role) + " " { continue }
      }
      text += span.text
    }
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { $0 != " " }), let last = scalars.lastIndex(where: { $0 != " " }) else { return "" }
    return String(scalars[first...last])
  }
}
