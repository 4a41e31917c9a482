import FleetModel

/// What a report command prints, and how it ends: one value gives JSON, CSV, what people read, what is said beside it, and the exit code.
protocol Document: Sendable {
  var frame: DocumentFrame { get }
  /// What stands beside the frame.
  var body: [JSONValue.Member] { get }
  var table: TextTable { get }
  /// Sentences under the table, for people.
  var notes: [String] { get }
  /// For people: the table with what belongs to it, in so many columns.
  func text(columns: Int) -> String
  /// What is missing or wrong, told on standard error.
  var messages: [String] { get }
  /// As `docs/json.md` has them.
  var exitCode: Int32 { get }
}

extension Document {
  var json: JSONValue { frame.json(body) }
  var notes: [String] { [] }
  var messages: [String] { [] }
  var exitCode: Int32 { 0 }

  func text(columns: Int) -> String {
    table.table(columns: columns) + (notes.isEmpty ? "" : "\n\n" + notes.folded(to: columns))
  }

  /// To standard output in the format that was asked for, and then what there is to say of it to standard error. What is for people fits their
  /// terminal, and is paged where it is longer.
  func print(as format: GlobalOptions.Format) {
    switch format {
    case .json: Output.line(json.serialized())
    case .csv: Output.line(table.csv)
    case .table: Paging.print(text(columns: Output.columns) + "\n")
    }
    for message in messages { Output.message(message) }
  }
}

/// A document of a fleet as it was judged at one moment.
protocol FleetDocument: Document {
  var fleet: Fleet { get }
  var now: Timestamp { get }
}

extension FleetDocument {
  var frame: DocumentFrame { DocumentFrame(of: fleet, at: now) }
}

/// One page of the dashboard as a document: the page's rows in the page's order, read from the values that the page draws.
protocol PageDocument: FleetDocument {
  /// What is said under the table.
  var summary: String { get }
  /// What the answer needs and could not be read, in words: with any of it the exit code is 4.
  var gaps: [String] { get }
  /// Whether something is there that wants a look: then the exit code is 3.
  var hasFound: Bool { get }
}

extension PageDocument {
  var notes: [String] { [summary] }
  var messages: [String] { gaps }
  var exitCode: Int32 { gaps.isEmpty ? hasFound ? 3 : 0 : 4 }

  /// What could not be read of the sources that the answer rests on.
  func gaps(of kinds: Set<Source.Kind>) -> [String] { fleet.gaps(at: now).filter { kinds.contains($0.source.kind) }.map(\.why) }
}

/// A document of this machine's own files, as it was put together where they were read.
struct LocalDocument: Document {
  var frame: DocumentFrame
  var body: [JSONValue.Member]
  var table: TextTable
  /// What people read instead of the table.
  var words: String?
  var messages: [String] = []
  var exitCode: Int32 = 0

  /// - Parameter environment: the one that was chosen, if any.
  init(_ body: [JSONValue.Member], environment: String?, table: TextTable, words: String? = nil) {
    frame = DocumentFrame(ofFilesFor: environment)
    self.body = body
    self.table = table
    self.words = words
  }

  func text(columns: Int) -> String { words ?? table.table(columns: columns) }
}
