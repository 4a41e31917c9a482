import FleetModel

/// A column of a table: all there is to say of it, in one value.
///
/// Those of one table are told apart by their titles, as the operator tells them.
struct Column<Content: TableContent>: Sendable, Equatable {
  let title: String
  let room: ColumnRoom
  let order: ColumnOrder<Content>
  /// Made for the rows in view alone, and only where the column is shown.
  let cell: @Sendable (Content.Row, Fleet, inout CellContext<Content>) -> [Span]

  /// - Parameters: see ``ColumnRoom``.
  init(
    _ title: String, minimum: Int, ideal: Int, priority: Int, alignment: Alignment = .left, stretch: Int = 0, order: ColumnOrder<Content>,
    cell: @escaping @Sendable (Content.Row, Fleet, inout CellContext<Content>) -> [Span]
  ) {
    self.title = title
    room = ColumnRoom(minimum: minimum, ideal: ideal, priority: priority, alignment: alignment, stretch: stretch)
    self.order = order
    self.cell = cell
  }

  static func == (left: Self, right: Self) -> Bool { left.title == right.title }
}

/// What rows are sorted by, and which of them come first until the order is turned round.
struct ColumnOrder<Content: TableContent>: Sendable {
  let isHighestFirst: Bool
  let key: @Sendable (Content, Content.ID, Fleet, Timestamp) -> SortKey

  static func lowestFirst(_ key: @escaping @Sendable (Content, Content.ID, Fleet, Timestamp) -> SortKey) -> Self {
    Self(isHighestFirst: false, key: key)
  }

  /// What isn't known comes last here too.
  static func highestFirst(_ figure: @escaping @Sendable (Content, Content.ID, Fleet, Timestamp) -> Double?) -> Self {
    Self(isHighestFirst: true) { content, id, fleet, now in SortKey(figure(content, id, fleet, now).map { -$0 }) }
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
