import FleetModel
import Glibc

/// A document of any number of rows, each given as it is made: none waits for another, and none is kept, but for the table.
protocol LineDocument: ~Copyable {
  /// The rows' members that stand in CSV and in the table, in order.
  var columns: [String] { get }
  /// The rows that come next, none or some; `nil` at the end.
  mutating func next() throws -> [JSONValue]?
  /// How it ends: what there is to say of what was read, and the exit code.
  var end: (code: Int32, message: String) { get }
}

extension LineDocument where Self: ~Copyable {
  /// - Throws: ``CommandFailure``: how it ended, unless well; and what ``next()`` throws.
  mutating func print(as format: GlobalOptions.Format) throws {
    let columns = columns
    var table = TextTable(header: columns)
    // JSON is a line an object.
    switch format {
    case .json: try give { $0.isEmpty || Output.print(Self.lines($0)) }
    case .csv where !Output.line(table.csv): break
    case .csv: try give { $0.isEmpty || Output.print($0.map { Self.cells($0, columns).joined(separator: ",") + "\n" }.joined()) }
    case .table:
      try give { rows in
        table.rows += rows.map { Self.cells($0, columns) }
        return true
      }
      Paging.print(table.table(columns: Output.columns) + "\n")
    }
    if end.code != 0 { throw CommandFailure(code: end.code, message: end.message) }
  }

  /// To a file that is open, as JSON, and closes it.
  /// - Throws: `Output.WriteFailure`, and what ``next()`` throws.
  mutating func write(closing descriptor: Int32) throws {
    do {
      try give { rows in
        try Output.write(Self.lines(rows), to: descriptor)
        return true
      }
    } catch {
      close(descriptor)
      throw error
    }
    try Output.write("", closing: descriptor)
  }

  private static func lines(_ rows: [JSONValue]) -> String { rows.map { $0.serialized() + "\n" }.joined() }

  /// Until `take` says that it has enough.
  private mutating func give(to take: ([JSONValue]) throws -> Bool) throws {
    while let rows = try next() { guard try take(rows) else { return } }
  }

  /// Unknown is an empty cell.
  static func cells(_ row: JSONValue, _ columns: [String]) -> [String] {
    columns.map { name in row[name].flatMap { $0.isNull ? nil : $0.serialized() } ?? "" }
  }
}
