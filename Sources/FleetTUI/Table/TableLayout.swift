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

  init(_ columns: [Column<Content>], width: Int, hasDetailBeside: Bool = false) {
    let rooms = columns.map { hasDetailBeside ? $0.besideRoom ?? $0.room : $0.room }
    let widths = ColumnRoom.widths(of: rooms, in: max(0, width - Self.margin - Self.end), gap: Self.gap)
    places = zip(columns, widths).compactMap { column, width in
      width.map { Place(column: column, width: $0, isFolded: hasDetailBeside && column.besideRoom != nil) }
    }
  }

  /// The column at a column of the screen, the space behind it included.
  func column(at place: Int) -> Column<Content>? {
    var end = Self.margin
    return places.first {
      end += $0.width + Self.gap
      return place < end
    }?.column
  }

  /// One row. - Parameter cells: one a place.
  func line(cells: [[Span]], marker: Span, isSelected: Bool) -> Line {
    var spans = [marker].fitted(to: Self.margin)
    for (order, (place, cell)) in zip(places, cells).enumerated() {
      if order > 0 {
        let neighbour = spans.last?.role ?? .text
        spans.append(Span("  ", neighbour.isSeenOnSpaces ? .text : neighbour))
      }
      spans += cell.fitted(to: place.width, place.column.room.alignment)
    }
    return Line(spans, isSelected: isSelected)
  }
}
