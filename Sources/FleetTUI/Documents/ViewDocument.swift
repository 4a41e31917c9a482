import FleetModel

/// The open view as a document: the rows of a page that its filter lets through, or those that are marked, in the page's order. What a column
/// counts is a number, as everywhere in documents; the rest is as the page says it. Where a column says more than it counts, there are both.
struct ViewDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  let page: PageID
  let filter: String
  let sheet: Sheet

  /// One value of each row.
  private struct Field {
    let title: String
    let name: String
    /// Of the sheet's.
    let column: Int
    let isFigure: Bool

    /// Unknown is `null`.
    func value(of row: Sheet.Row) -> JSONValue {
      if isFigure { return JSONValue(row.figures[column], places: 4) }
      return Sheet.isBlank(row.words[column]) ? .null : .string(row.words[column])
    }
  }

  private var fields: [Field] {
    sheet.columns.enumerated().flatMap { index, column -> [Field] in
      let name = Self.name(of: column)
      let words = Field(title: column.title, name: name, column: index, isFigure: false)
      guard let measure = column.measure else { return [words] }
      return switch column.export {
      case .words: [words]
      case .figure: [Field(title: column.title, name: name, column: index, isFigure: true)]
      case .both:
        [
          words,
          Field(title: "\(column.title) \(measure.unit.uppercased())", name: "\(name)_\(measure.unit)", column: index, isFigure: true),
        ]
      }
    }
  }

  var body: [JSONValue.Member] {
    let fields = fields
    let rows = sheet.rows.map { row in
      JSONValue.object([.init("id", .string(row.subject.identifier(in: fleet)))] + fields.map { .init($0.name, $0.value(of: row)) })
    }
    return [.init("page", .string(page.name)), .init("filter", filter.isEmpty ? .null : .string(filter)), .init("rows", .array(rows))]
  }

  /// With each row's id, by which it is found elsewhere.
  var table: TextTable {
    let fields = fields
    return TextTable(
      header: ["ID"] + fields.map(\.title),
      rows: sheet.rows.map { row in
        [row.subject.identifier(in: fleet)]
          + fields.map {
            switch $0.value(of: row) {
            case .string(let text): text
            case .null: TextTable.unknown
            case let number: number.serialized()
            }
          }
      })
  }

  /// The row's own is `id`.
  private static func name(of column: Sheet.Column) -> String {
    column.name == "id" ? "shown_id" : column.name.replacing("-", with: "_")
  }
}
