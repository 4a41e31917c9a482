import FleetModel

/// A column of a table: all there is to say of it, in one value.
///
/// Those of one table are told apart by their ids.
struct Column<Content: TableContent>: Sendable, Equatable {
  typealias Figure = @Sendable (Content, Content.ID, Fleet, Timestamp) -> Double?

  let title: String
  /// What filters, orders and views call it: its title's words, unless it says otherwise.
  var field: FilterField
  /// What it counts, for those that can be compared.
  var figure: Figure?
  /// What a filter finds in it, where that is not what it is sorted by.
  var words: (@Sendable (Content, Content.ID, Fleet, Timestamp) -> [String])?
  /// What of it is written to a file.
  var export = ColumnExport.figure
  /// What is written in place of a cell's words, where they are short for it.
  var exact: (@Sendable (Content, Content.ID, Fleet, Timestamp) -> String?)?
  var room: ColumnRoom
  /// A detail beside the table tells it: others have its room then.
  var isToldBeside = false
  let order: ColumnOrder<Content>
  /// Made for the rows in view alone, and only where the column is shown.
  let cell: @Sendable (Content.Row, Fleet, inout CellContext<Content>) -> [Span]

  /// - Parameters: see ``ColumnRoom``.
  init(
    _ title: String, minimum: Int, ideal: Int, priority: Int, alignment: Alignment = .left, stretch: Int = 0, order: ColumnOrder<Content>,
    cell: @escaping @Sendable (Content.Row, Fleet, inout CellContext<Content>) -> [Span]
  ) {
    self.title = title
    let words = title.lowercased().split { !$0.isLetter && !$0.isNumber }
    // What is sorted by a figure can be compared by it.
    field = FilterField(id: words.joined(separator: "-"), measure: order.figure == nil ? nil : .count)
    figure = order.figure
    room = ColumnRoom(minimum: minimum, ideal: ideal, priority: priority, alignment: alignment, stretch: stretch)
    self.order = order
    self.cell = cell
  }

  /// It may be cut, but has so much room before less important columns have any.
  func claiming(_ columns: Int) -> Self {
    var column = self
    column.room.claim = columns
    return column
  }

  /// Rows are told apart by it: it is whole as far as it likes, whatever it claims.
  func naming() -> Self {
    var column = self
    column.room.isName = true
    return column
  }

  /// It stays beside a name that is longer than its claim.
  func staying() -> Self {
    var column = self
    column.room.yields = false
    return column
  }

  /// A detail beside the table tells it.
  func toldBeside() -> Self {
    var column = self
    column.isToldBeside = true
    return column
  }

  static func == (left: Self, right: Self) -> Bool { left.field.id == right.field.id }
}

/// What of a column is written to a file, where it counts something; its words where it counts nothing.
enum ColumnExport: Sendable {
  /// The figure: the words are its own.
  case figure
  /// The words, and the figure in a column of its own.
  case both
  /// The words: the figure only orders them.
  case words
}

/// What rows are sorted by, and which of them come first until the order is turned round.
struct ColumnOrder<Content: TableContent>: Sendable {
  let isHighestFirst: Bool
  /// What the key is made of, where that is a figure.
  var figure: Column<Content>.Figure?
  let key: @Sendable (Content, Content.ID, Fleet, Timestamp) -> SortKey

  static func lowestFirst(_ key: @escaping @Sendable (Content, Content.ID, Fleet, Timestamp) -> SortKey) -> Self {
    Self(isHighestFirst: false, key: key)
  }

  /// What isn't known comes last here too.
  static func highestFirst(_ figure: @escaping Column<Content>.Figure) -> Self {
    Self(isHighestFirst: true, figure: figure) { content, id, fleet, now in SortKey(figure(content, id, fleet, now).map { -$0 }) }
  }
}

/// What a cell is made for, besides its row.
struct CellContext<Content: TableContent> {
  var drawing: DrawingContext
  /// The columns that have room.
  let layout: TableLayout<Content>
  /// Of the cell's own column.
  var width = 0

  init(_ drawing: DrawingContext, _ layout: TableLayout<Content>) {
    self.drawing = drawing
    self.layout = layout
  }

  var glyphs: Glyphs { drawing.glyphs }
  var moment: Moment {
    get { drawing.moment }
    set { drawing.moment = newValue }
  }

  /// Whether `column` stands in the row as well.
  func shows(_ column: Column<Content>) -> Bool { layout.places.contains { $0.column == column } }
}
