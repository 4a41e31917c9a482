/// A column of a page: its head, its room, and what it is worth when there is little.
struct Column: Hashable, Sendable {
  /// Names it in sorting.
  var id: String
  var title: String
  var minimum: Int
  var ideal: Int
  /// Columns of the highest numbers go first when the screen is narrow; 0 always stays.
  var priority: Int
  var alignment: Alignment = .left
  /// Takes what is left over, up to this share of all that do.
  var stretch = 0
  /// Sorted by it the highest comes first, unless the order is turned round.
  var highestFirst = false
}

extension Alignment: Hashable {}

/// Columns laid over a width.
struct TableLayout: Hashable, Sendable {
  struct Place: Hashable, Sendable {
    var index: Int
    var width: Int
  }

  static let gap = 2
  /// Before the first column: the cursor's sign.
  static let margin = 2

  let places: [Place]

  /// Leaves the least important columns out until the rest fit at their least, then gives each its ideal in order of importance, and what
  /// remains to those that stretch.
  init(_ columns: [Column], width: Int) {
    let room = max(0, width - Self.margin)
    var kept = Array(columns.indices)
    func least() -> Int { kept.reduce(0) { $0 + columns[$1].minimum } + Self.gap * max(0, kept.count - 1) }
    while kept.count > 1, least() > room,
      let worst = kept.max(by: { (columns[$0].priority, $0) < (columns[$1].priority, $1) })
    {
      kept.removeAll { $0 == worst }
    }
    var widths = Dictionary(uniqueKeysWithValues: kept.map { ($0, columns[$0].minimum) })
    var left = room - least()
    for index in kept.sorted(by: { (columns[$0].priority, $0) < (columns[$1].priority, $1) }) where left > 0 {
      let more = min(left, columns[index].ideal - columns[index].minimum)
      widths[index, default: 0] += more
      left -= more
    }
    let stretching = kept.filter { columns[$0].stretch > 0 }
    let shares = stretching.reduce(0) { $0 + columns[$1].stretch }
    if left > 0, shares > 0 {
      let extra = left
      for index in stretching {
        let more = index == stretching.last ? left : extra * columns[index].stretch / shares
        widths[index, default: 0] += more
        left -= more
      }
    }
    if kept.count == 1, let only = kept.first { widths[only] = min(room, max(widths[only] ?? 0, min(columns[only].ideal, room))) }
    places = kept.map { Place(index: $0, width: widths[$0] ?? 0) }
  }

  /// One row from one cell a column.
  func line(cells: [[Span]], columns: [Column], marker: Span, isSelected: Bool) -> Line {
    var spans = [marker].fitted(to: Self.margin)
    for (order, place) in places.enumerated() {
      if order > 0 {
        let neighbour = spans.last?.role ?? .text
        spans.append(Span("  ", neighbour.isSeenOnSpaces ? .text : neighbour))
      }
      spans += cells[place.index].fitted(to: place.width, columns[place.index].alignment)
    }
    // The name alone looks selected: the whole row would make each step of the cursor write two rows anew.
    return Line(spans, isSelected: isSelected, ground: Self.margin + (places.first?.width ?? 0))
  }
}
