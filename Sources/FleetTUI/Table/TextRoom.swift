/// How wide the texts of a table's window were since it was laid out, and the columns as they have room for those: what one doesn't need others have, and
/// one of little weight isn't there before several of more are cut.
struct TextRoom<Content: TableContent> {
  /// As it is drawn.
  private(set) var layout: TableLayout<Content>
  /// Which of the columns its places are.
  private var places: [Int]
  private let columns: [Column<Content>]
  private let width: Int
  /// Of each column; `nil` until a row was seen with it.
  private var texts: [Int?]
  /// Whether it fills whatever it has.
  private var isElastic: [Bool]
  private let titles: [Int]
  /// Rows were seen that are wider than those that the columns were made for.
  private(set) var isOutgrown = false
  /// Of the screen, for all columns to be there and whole, as far as they were made for what was seen.
  private(set) var wanted = 0

  /// - Parameter old: of another width: what its texts take is known.
  init(_ columns: [Column<Content>], width: Int, sorting: TableSorting<Content>, after old: Self? = nil) {
    // What the operator sorts by is seen.
    self.columns = columns.map { column in
      var column = column
      if column == sorting.first.column, column != Content.initialSort.column { column.room.priority = 0 }
      return column
    }
    self.width = width
    titles = columns.map { column in
      // The mark and the space before it.
      TextWidth.columns(of: column.title) + ([sorting.first.column, sorting.second?.column].contains(column) ? 2 : 0)
    }
    texts = columns.map { _ in nil }
    isElastic = columns.map { _ in false }
    layout = TableLayout(self.columns, width: width)
    places = Self.places(of: layout, in: self.columns)
    wanted = wholeWidth
    if let old, old.columns == columns {
      texts = old.texts
      _ = ease()
    }
  }

  private static func places(of layout: TableLayout<Content>, in columns: [Column<Content>]) -> [Int] {
    layout.places.compactMap { place in columns.firstIndex(of: place.column) }
  }

  /// Takes in a row. - Parameter whole: a place's cell with all the room that it likes.
  mutating func see(_ cells: [[Span]], _ glyphs: Glyphs, whole: (TableLayout<Content>.Place) -> [Span]) {
    for (index, (place, cell)) in zip(places, zip(layout.places, cells)) {
      var columns = Line(cell).columns
      if Self.isElastic(cell, glyphs) {
        isOutgrown = isOutgrown || !isElastic[index]
        isElastic[index] = true
        columns = 0
      } else if columns >= place.width, texts[index] ?? 0 < width {
        let whole = whole(place)
        // What would be a bar with more room is whole as it is.
        if !Self.isElastic(whole, glyphs) { columns = Line(whole).columns }
      }
      isOutgrown = isOutgrown || columns > texts[index] ?? -1
      texts[index] = max(texts[index] ?? 0, columns)
    }
  }

  /// - Returns: whether the columns are now others than those that the cells were made for.
  mutating func ease() -> Bool {
    let rooms = columns.indices.map(room)
    var new = TableLayout(columns, rooms: rooms, width: width)
    let places = Self.places(of: new, in: columns)
    new = new.eased(
      for: zip(places, new.places).map { index, place in
        max(isElastic[index] ? min(place.width, columns[index].room.ideal) : 0, titles[index], texts[index] ?? 0)
      })
    isOutgrown = false
    wanted = wholeWidth
    defer { (layout, self.places) = (new, places) }
    return places != self.places || new.places.map(\.width) != layout.places.map(\.width)
  }

  private var wholeWidth: Int {
    TableLayout<Content>.width(
      of: columns.indices.map { index in
        let room = columns[index].room
        return max(titles[index], texts[index].map { max($0, isElastic[index] ? room.minimum : 0) } ?? room.minimum)
      })
  }

  /// What a column can't do without, now that its texts are known: a name or a state is whole, as far as the column likes it. What may be cut says so by
  /// its claim, or stretches. Never less than it is declared with: which columns there are doesn't turn on what the rows say just now.
  private func room(_ index: Int) -> ColumnRoom {
    var room = columns[index].room
    guard let text = texts[index].map({ max($0, titles[index]) }) else { return room }
    if room.isName {
      // Half of the screen is enough for a name.
      room.wish = min(text, room.ideal, max(room.minimum, room.claim, width / 2))
      return room
    }
    guard room.claim == 0, room.stretch == 0 else { return room }
    room.minimum = max(room.minimum, min(text, room.ideal))
    return room
  }

  /// A bar or a rule is as wide as its column.
  private static func isElastic(_ cell: [Span], _ glyphs: Glyphs) -> Bool {
    cell.contains { [.bar, .barLate, .barTrack, .barTick].contains($0.role) } || (cell.last?.text.hasSuffix(glyphs.rule) ?? false)
  }
}
