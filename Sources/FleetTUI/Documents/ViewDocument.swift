import FleetModel

/// The open view as a document: the rows of a page that its filter lets through, or those that are marked, in the page's order. What a column
/// counts is a number, as everywhere in documents; the rest is as the page says it.
struct ViewDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  let page: PageID
  let filter: String
  let sheet: Sheet

  /// Unknown is `null`.
  var body: [JSONValue.Member] {
    let rows = sheet.rows.map { row in
      JSONValue.object(
        [.init("id", .string(row.subject.identifier(in: fleet)))]
          + sheet.columns.indices.map { .init(Self.name(of: sheet.columns[$0]), Self.value(of: row, $0, sheet.columns[$0])) })
    }
    return [.init("page", .string(page.name)), .init("filter", filter.isEmpty ? .null : .string(filter)), .init("rows", .array(rows))]
  }

  /// With each row's id, by which it is found elsewhere.
  var table: TextTable {
    TextTable(
      header: ["ID"] + sheet.columns.map(\.title),
      rows: sheet.rows.map { row in
        [row.subject.identifier(in: fleet)]
          + sheet.columns.indices.map { index in
            switch Self.value(of: row, index, sheet.columns[index]) {
            case .string(let text): text
            case .null: TextTable.unknown
            case let number: number.serialized()
            }
          }
      })
  }

  private static func value(of row: Sheet.Row, _ index: Int, _ column: Sheet.Column) -> JSONValue {
    if column.isCounted { return JSONValue(row.figures[index], places: 4) }
    return Sheet.isBlank(row.cells[index]) ? .null : .string(row.cells[index])
  }

  /// The row's own is `id`.
  private static func name(of column: Sheet.Column) -> String {
    column.name == "id" ? "shown_id" : column.name.replacing("-", with: "_")
  }
}
