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
  /// Rows are told apart by it.
  var isName = false
  /// Of a name: how wide its texts are. It has that before columns that yield have any room, and as far as it can beside the others.
  var wish = 0
  /// Whether it is left out where a name would be cut beside it.
  var yields = true

  /// How wide each is in `width` columns of the screen with `gap` between two; `nil`: there is no room for it.
  ///
  /// In order of importance each is there that fits at its least beside what those before it claim; behind the first that doesn't, none is: nothing of
  /// less weight stands where something of more was left out, nor what yields where a name would be cut. Then each has its ideal in the same order, and
  /// what remains goes to those that stretch.
  static func widths(of rooms: [ColumnRoom], in width: Int, gap: Int) -> [Int?] {
    let order = rooms.indices.sorted { (rooms[$0].priority, $0) < (rooms[$1].priority, $1) }
    var kept: [Int] = []
    var (claimed, wished) = (0, 0)
    for index in order {
      let room = rooms[index]
      guard kept.isEmpty || claimed + gap + room.minimum + (room.yields ? wished : 0) <= width else { break }
      claimed += (kept.isEmpty ? 0 : gap) + max(room.minimum, room.claim)
      wished += max(0, room.wish - max(room.minimum, room.claim))
      kept.append(index)
    }
    var widths = rooms.indices.map { kept.contains($0) ? rooms[$0].minimum : 0 }
    var left = width - kept.reduce(0) { $0 + rooms[$1].minimum } - gap * max(0, kept.count - 1)
    let wants: [(ColumnRoom) -> Int] = [
      { max($0.minimum, $0.wish) }, { max($0.minimum, $0.wish, $0.claim) }, { max($0.minimum, $0.claim, $0.ideal) },
    ]
    for wanted in wants {
      for index in kept where left > 0 {
        let more = min(left, max(0, wanted(rooms[index]) - widths[index]))
        widths[index] += more
        left -= more
      }
    }
    let stretching = kept.sorted().filter { rooms[$0].stretch > 0 }
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
  }

  static var gap: Int { 2 }
  /// Before the first column: the cursor's sign.
  static var margin: Int { 2 }
  /// After the last column: no figure touches the border.
  static var end: Int { 1 }

  let places: [Place]
  /// The columns of the screen at the right that no column has.
  private let spare: Int

  /// - Parameter rooms: of each column; `nil`: as it has it by itself.
  init(_ columns: [Column<Content>], rooms: [ColumnRoom]? = nil, width: Int) {
    let widths = ColumnRoom.widths(of: rooms ?? columns.map(\.room), in: max(0, width - Self.margin - Self.end), gap: Self.gap)
    places = zip(columns, widths).compactMap { column, width in width.map { Place(column: column, width: $0) } }
    spare = max(0, width - Self.width(of: places.map(\.width)))
  }

  private init(places: [Place], spare: Int) {
    self.places = places
    self.spare = spare
  }

  /// The whole row's, of columns so wide.
  static func width(of columns: [Int]) -> Int { margin + end + columns.reduce(0, +) + gap * max(0, columns.count - 1) }

  /// With what columns have to spare, and what no column has, given to those whose texts are cut, those that lack least first: as many as can be are whole.
  /// - Parameter wanted: the columns of the screen that each place's texts take.
  func eased(for wanted: [Int]) -> Self {
    var widths = places.map(\.width)
    var spare = spare
    let order = places.indices.sorted {
      (wanted[$0] - widths[$0], places[$0].column.room.priority, $0) < (wanted[$1] - widths[$1], places[$1].column.room.priority, $1)
    }
    for taker in order where wanted[taker] > widths[taker] {
      let free = min(spare, wanted[taker] - widths[taker])
      widths[taker] += free
      spare -= free
      for giver in order {
        let more = min(wanted[taker] - widths[taker], widths[giver] - wanted[giver])
        guard more > 0 else { continue }
        widths[taker] += more
        widths[giver] -= more
      }
    }
    return Self(places: zip(places, widths).map { Place(column: $0.column, width: $1) }, spare: spare)
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
