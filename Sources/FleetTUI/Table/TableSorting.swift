import FleetModel

/// Which rows are marked or unmarked at once.
enum Marking: Sendable {
  /// The selected one becomes what it was not.
  case row
  /// Every one that the filter shows.
  case all
  case none
}

/// The columns that a table is sorted by: the second for rows that are equal in the first.
struct TableSorting<Content: TableContent>: Equatable {
  struct Key: Equatable {
    var column: Column<Content>
    /// The other way than the column does it by itself.
    var isReversed = false

    /// Whether the largest comes first.
    var isDescending: Bool { isReversed != column.order.isHighestFirst }
    /// As views and commands write it: `-cost` is turned round.
    var text: String { (isReversed ? "-" : "") + column.field.id }
  }

  var first = Key(column: Content.initialSort.column, isReversed: Content.initialSort.isReversed)
  private(set) var second: Key?

  /// What was first becomes second.
  mutating func begin(with column: Column<Content>) {
    if first.column != column { second = first }
    if second?.column == column { second = nil }
    first = Key(column: column)
  }

  /// By these columns' ids, `-` before those that are turned round; one alone leaves what was first as second.
  /// - Throws: ``FilterProblem`` for an id that no column has.
  mutating func begin(with names: [String]) throws(FilterProblem) {
    var keys: [Key] = []
    for name in names {
      let id = name.hasPrefix("-") ? String(name.dropFirst()) : name
      let fields = Content.columns.map(\.field)
      guard let field = fields.named(id.lowercased()), let column = Content.columns.first(where: { $0.field == field }) else {
        throw FilterProblem(description: fields.problem(withName: id))
      }
      keys.append(Key(column: column, isReversed: name.hasPrefix("-")))
    }
    guard keys.count <= 2, let new = keys.first else { throw FilterProblem(description: "sort by one column or by two") }
    begin(with: new.column)
    first = new
    if keys.count == 2 { second = keys[1].column == new.column ? nil : keys[1] }
  }

  /// The ids of its columns, as ``begin(with:)-(Array<String>)`` takes them.
  var names: [String] { [first.text] + (second.map { [$0.text] } ?? []) }
}

extension TableLayout {
  /// The titles. What the table is sorted by has its arrow behind its title, beside the column where there is no room in it: an arrow down is the
  /// largest first, on every page. The second key's is a smaller one.
  func head(_ sorting: TableSorting<Content>, _ glyphs: Glyphs) -> Line {
    var spans: [Span] = []
    /// The columns between this one and the one before, as far as no arrow stands in them.
    var gap = Self.margin
    for (index, place) in places.enumerated() {
      let title = place.column.title
      let mark: Span? =
        sorting.first.column == place.column
        ? Span(sorting.first.isDescending ? glyphs.descending : glyphs.ascending, .title)
        : sorting.second.flatMap { second in
          second.column == place.column ? Span(second.isDescending ? glyphs.secondDescending : glyphs.secondAscending, .heading) : nil
        }
      let role: Role = mark?.role ?? .heading
      let free = place.width - TextWidth.columns(of: title)
      var cell = [Span(title, role)]
      var after: [Span] = []
      if let mark, free > 0 {
        cell = [Span(title + (free > 1 ? " " : "") + mark.text, role)]
      } else if let mark, index < places.count - 1 {
        after = [mark]
      } else if let mark {
        spans += [Span(String(repeating: " ", count: max(0, gap - 1)), .heading), mark]
        gap = 0
      }
      spans.append(Span(String(repeating: " ", count: gap), role))
      spans += cell.fitted(to: place.width, place.column.room.alignment) + after
      gap = Self.gap - after.count
    }
    return Line(spans)
  }
}
