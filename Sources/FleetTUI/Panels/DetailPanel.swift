import FleetModel

/// Everything known of what is looked at, under the page, or over all of it where there is little room. It follows the selection; only scrolling is its
/// own.
struct DetailPanel: Layer {
  private var view = RowWindow()
  private var room = Room()
  private var taken = SteadyRows()
  /// What the frame that asked for its height has of it.
  private var made: [Line]?

  init() {}

  func aim(_ desk: Desk) -> Aim? { desk.pages.pinned == nil ? desk.pages.focus.map(Aim.row) : .layer }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if case .click(let row, _) = key { return row < room.top ? .pass : .none }
    let action = desk.keys.action(for: key, in: .page)
    switch action?.movement {
    case .screens(let step)?: view.turn(by: step)
    case nil where action == .back || action == .open:
      desk.pages.pinned = nil
      return .close
    default: return .pass
    }
    return .draw
  }

  mutating func rowChanged() { view.moveToTop() }

  /// Where a pane stands beside the table it shows no less than that: over all of the page.
  mutating func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int {
    guard let subject = desk.pages.focus else { return 0 }
    guard rows >= 14, desk.width < PanePlace.leastColumns else { return rows }
    let lines = Self.lines(of: subject, fleet, width: desk.width, &context)
    made = lines
    let most = min(max(8, rows * 3 / 5, desk.pages.current.rowsLeft(of: rows)), rows - 4)
    return taken.take(lines.count + 1, of: subject, on: desk.pages.id, most: most, &context.moment)
  }

  private static func lines(of subject: Subject, _ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    Detail.lines(of: subject, fleet, width: width, &context)
      + context.links.lines(of: subject, in: fleet, width: width, at: context.moment.now)
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    self.room = room
    guard let subject = desk.pages.focus else { return ([], nil) }
    let link = context.links.place(of: subject, in: fleet, at: context.moment.now)?.hyperlink
    let title = Line.titled(Detail.title(of: subject, fleet), link: link, width: room.width, desk.glyphs)
    var all = made ?? Self.lines(of: subject, fleet, width: room.width, &context)
    made = nil
    if all.count > room.rows - 1, room.width >= PanePlace.leastColumns {
      let width = (room.width - 2) / 2
      all = Self.lines(of: subject, fleet, width: width, &context).flowed(in: room.rows - 1, columns: 2, width: width)
    }
    return ([title] + view.fit(all, height: room.rows - 1), nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    (Footer.line(desk, fleet, width: width, at: now, scrolls: true), nil)
  }

  func offer(at column: Int, _ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> Action? {
    Footer.action(at: column, desk, fleet, width: width, at: now, scrolls: true)
  }
}
