/// The room that a column takes, and what it is worth when there is little.
struct ColumnRoom: Hashable, Sendable {
  var minimum: Int
  var ideal: Int
  /// What it has before columns of higher numbers have any room; at least the minimum.
  var claim = 0
  /// Columns of the highest numbers go first when the screen is narrow; 0 always stays.
  var priority: Int
  var alignment: Alignment = .left
  /// Takes what is left over, up to this share of all that do.
  var stretch = 0

  /// How wide each is in `width` columns of the screen with `gap` between two; `nil`: there is no room for it.
  ///
  /// Leaves the least important out until it fits at its least beside what the others claim, then gives each its ideal in order of importance, and what
  /// remains to those that stretch.
  static func widths(of rooms: [ColumnRoom], in width: Int, gap: Int) -> [Int?] {
    var kept = Array(rooms.indices)
    func least() -> Int { kept.reduce(0) { $0 + rooms[$1].minimum } + gap * max(0, kept.count - 1) }
    while kept.count > 1, let worst = kept.max(by: { (rooms[$0].priority, $0) < (rooms[$1].priority, $1) }) {
      let claimed = kept.reduce(0) { sum, index in
        let room = rooms[index]
        return sum + (room.priority < rooms[worst].priority ? max(room.minimum, room.claim) : room.minimum)
      }
      guard claimed + gap * (kept.count - 1) > width else { break }
      kept.removeAll { $0 == worst }
    }
    var widths = rooms.indices.map { kept.contains($0) ? rooms[$0].minimum : 0 }
    var left = width - least()
    let order = kept.sorted { (rooms[$0].priority, $0) < (rooms[$1].priority, $1) }
    for wanted in [{ max($0.minimum, $0.claim) }, { max($0.minimum, $0.claim, $0.ideal) }] as [(ColumnRoom) -> Int] {
      for index in order where left > 0 {
        let more = min(left, max(0, wanted(rooms[index]) - widths[index]))
        widths[index] += more
        left -= more
      }
    }
    let stretching = kept.filter { rooms[$0].stretch > 0 }
    let shares = stretching.reduce(0) { $0 + rooms[$1].stretch }
    if left > 0, shares > 0 {
      let extra = left
      for index in stretching {
        let more = index == stretching.last ? left : extra * rooms[index].stretch / shares
        widths[index] += more
        left -= more
      }
    }
    if kept.count == 1, let only = kept.first { widths[only] = min(width, max(widths[only], min(rooms[only].ideal, width))) }
    return rooms.indices.map { kept.contains($0) ? widths[$0] : nil }
  }
}

extension Alignment: Hashable {}

/// The columns that have room, laid over a width.
struct TableLayout<Content: TableContent>: Sendable {
  struct Place: Sendable {
    let column: Column<Content>
    let width: Int
    /// A detail beside the table tells what it would: it keeps its sign alone.
    var isFolded = false
  }

  static var gap: Int { 2 }
  /// Before the first column: the cursor's sign.
  static var margin: Int { 2 }
  /// After the last column: no figure touches the border.
  static var end: Int { 1 }

  let places: [Place]
  /// The columns of the screen at the right that no column has.
  private let spare: Int

  init(_ columns: [Column<Content>], width: Int, hasDetailBeside: Bool = false) {
    let rooms = columns.map { hasDetailBeside ? $0.besideRoom ?? $0.room : $0.room }
    let widths = ColumnRoom.widths(of: rooms, in: max(0, width - Self.margin - Self.end), gap: Self.gap)
    places = zip(columns, widths).compactMap { column, width in
      width.map { Place(column: column, width: $0, isFolded: hasDetailBeside && column.besideRoom != nil) }
    }
    spare = max(0, width - Self.margin - Self.end - places.reduce(0) { $0 + $1.width } - Self.gap * max(0, places.count - 1))
  }

  /// Of all columns, with what none has.
  var width: Int { spare + places.reduce(0) { $0 + $1.width } }

  private init(places: [Place], spare: Int) {
    self.places = places
    self.spare = spare
  }

  /// With what columns have to spare, and what no column has, given to those whose texts are cut, those that lack least first: as many as can be are whole.
  /// - Parameter wanted: the columns of the screen that each place's texts take.
  func eased(for wanted: [Int]) -> Self {
    var widths = places.map(\.width)
    var spare = spare
    let order = places.indices.sorted {
      (wanted[$0] - widths[$0], places[$0].column.room.priority, $0) < (wanted[$1] - widths[$1], places[$1].column.room.priority, $1)
    }
    for taker in order where !places[taker].isFolded && wanted[taker] > widths[taker] {
      let free = min(spare, wanted[taker] - widths[taker])
      widths[taker] += free
      spare -= free
      for giver in order where !places[giver].isFolded {
        let more = min(wanted[taker] - widths[taker], widths[giver] - wanted[giver])
        guard more > 0 else { continue }
        widths[taker] += more
        widths[giver] -= more
      }
    }
    return Self(places: zip(places, widths).map { Place(column: $0.column, width: $1, isFolded: $0.isFolded) }, spare: spare)
  }

  /// The column at a column of the screen, the space behind it included.
  func column(at place: Int) -> Column<Content>? {
    var end = Self.margin
    return places.first {
      end += $0.width + Self.gap
      return place < end
    }?.column
  }

  /// One row. A text that is cut goes on over cells that are empty. - Parameter cells: one a place.
  func line(cells: [[Span]], marker: Span, isSelected: Bool) -> Line {
    var spans = [marker].fitted(to: Self.margin)
    var order = 0
    while order < cells.count {
      if order > 0 {
        let neighbour = spans.last?.role ?? .text
        spans.append(Span("  ", neighbour.isSeenOnSpaces ? .text : neighbour))
      }
      let (place, cell) = (places[order], cells[order])
      var width = place.width
      order += 1
      if place.column.room.alignment == .left {
        let columns = Line(cell).columns
        while order < cells.count, columns > width, cells[order].allSatisfy(\.text.isEmpty) {
          width += Self.gap + places[order].width
          order += 1
        }
      }
      spans += cell.fitted(to: width, place.column.room.alignment)
    }
    return Line(spans, isSelected: isSelected)
  }
}

/// How wide the texts of a table's window were since it was laid out: what a column doesn't need others have.
struct TextRoom<Content: TableContent> {
  let layout: TableLayout<Content>
  /// As it is drawn.
  private(set) var eased: TableLayout<Content>
  private var wanted: [Int]
  /// No column can have more than all of them together.
  private let most: Int

  init(_ layout: TableLayout<Content>) {
    self.layout = layout
    eased = layout
    most = layout.width
    wanted = layout.places.map { $0.isFolded ? $0.width : TextWidth.columns(of: $0.column.title) }
  }

  /// Takes in a row. - Parameter whole: a place's cell with all the room that it likes.
  mutating func see(_ cells: [[Span]], _ glyphs: Glyphs, whole: (TableLayout<Content>.Place) -> [Span]) {
    for (index, cell) in cells.enumerated() {
      let place = eased.places[index]
      var columns = Line(cell).columns
      if Self.isElastic(cell, glyphs) {
        // It fills whatever it has.
        columns = min(columns, layout.places[index].width)
      } else if columns >= place.width, wanted[index] < most, !place.isFolded {
        let whole = whole(place)
        if !Self.isElastic(whole, glyphs) { columns = Line(whole).columns }
      }
      wanted[index] = max(wanted[index], columns)
    }
  }

  /// - Returns: whether the columns are now others than those that the cells were made for.
  mutating func ease() -> Bool {
    let new = layout.eased(for: wanted)
    defer { eased = new }
    return zip(new.places, eased.places).contains { $0.width != $1.width }
  }

  /// A bar or a rule is as wide as its column.
  private static func isElastic(_ cell: [Span], _ glyphs: Glyphs) -> Bool {
    cell.contains { [.bar, .barLate, .barTrack, .barTick].contains($0.role) } || (cell.last?.text.hasSuffix(glyphs.rule) ?? false)
  }
}
