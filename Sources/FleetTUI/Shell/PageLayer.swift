import FleetModel

/// The open page: under everything else.
struct PageLayer: Layer {
  private var needs = NeedLines()

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch key {
    case .wheel(let step, _, _):
      desk.pages.move(.wheel(step))
      return .draw
    case .click(let row, let column): return click(row, column, &desk, fleet, at: now)
    default: return desk.keys.action(for: key, in: .page).map { .act($0) } ?? .unknown
    }
  }

  /// A tab opens its page, a heading orders by its column or turns that round, a row is selected. The row that is selected, and what stands beside the
  /// table of it, is opened.
  private func click(_ row: Int, _ column: Int, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let page = desk.tabs?.page(row: row, column: column) { return .act(page.action) }
    let (room, body) = (desk.pages.room, desk.pages.body)
    guard row >= body.top, row < body.top + body.rows else { return .none }
    let opens: LayerIntent = body.isShared || desk.pages.focus == nil ? .none : .act(.open)
    guard row < room.top + room.rows, column < room.width else { return opens }
    guard row > room.top else {
      guard let order = desk.pages.current.order(ofHeadingAt: column) else { return .none }
      if let problem = desk.pages.current.sort(by: order, fleet, at: now) { desk.notice = Span(problem, .warning) }
      return .draw
    }
    guard row - room.top - 1 < desk.pages.current.shown.count else { return .none }
    let before = desk.pages.current.selection
    desk.pages.current.select(drawnRow: row - room.top - 1)
    return desk.pages.current.selection == before ? opens : .draw
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    // Below the rows, so that none of them moves when a source comes or goes.
    let age = !room.isShared && room.rows >= 6 ? desk.pages.id.age(fleet, &context) : nil
    var body = room
    if age != nil { body.rows -= 1 }
    desk.pages.body = body
    desk.pages.split = nil
    desk.pages.isSeen = true
    let lines =
      switch PanePlace(desk.remembered, in: body, pages: desk.pages) {
      case let place? where place.side == .beside: beside(&desk, in: body, fleet, &context)
      case let place?: under(place.size, &desk, in: body, fleet, &context)
      case nil: alone(&desk, in: body, fleet, &context)
      }
    return (lines + (age.map { [Line($0.spans.fitted(to: room.width))] } ?? []), nil)
  }

  // MARK: - The table and what stands around it

  /// Exactly the room's rows.
  private func table(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> [Line] {
    desk.pages.room = room
    let first = desk.pages.current.shown.first
    let lines = desk.pages.current.draw(fleet, rows: room.rows, width: room.width, &context)
    desk.pages.hasTurned = desk.pages.current.shown.first != first
    return lines.prefix(room.rows) + Array(repeating: Line(), count: max(0, room.rows - lines.count))
  }

  private mutating func alone(_ desk: inout Desk, in body: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> [Line] {
    var room = body
    let needs = needs.lines(desk.pages.current, fleet, in: body, &context)
    room.rows -= needs.count
    return table(&desk, in: room, fleet, &context) + needs
  }

  private func under(_ most: Int, _ desk: inout Desk, in body: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> [Line] {
    func pane(isTurning: Bool) -> [Line] {
      let kind = desk.remembered.pane == .events ? \Desk.panes.events : \Desk.panes.detail
      return desk[keyPath: kind].draw(
        desk.pages.focus, fleet, width: body.width, most: most, on: desk.pages.id, isTurning: isTurning, &context)
    }
    var room = body
    var under = pane(isTurning: false)
    room.rows = body.rows - under.count
    var above = table(&desk, in: room, fleet, &context)
    if desk.pages.hasTurned {
      under = pane(isTurning: true)
      room.rows = body.rows - under.count
      if room != desk.pages.room { above = table(&desk, in: room, fleet, &context) }
    }
    return above + under
  }

  private func beside(_ desk: inout Desk, in body: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> [Line] {
    let isDetail = desk.remembered.pane != .events
    let isHeard = desk.pages.focus?.heard(in: fleet) != nil
    context.beside = isDetail ? .detail : .events
    var (size, events) = (0, 0)
    var left: [Line] = []
    var hasTurned = false
    // Its rows tell how wide it would be: where that is more than it had, the pane gives way.
    while let place = PanePlace(desk.remembered, in: body, pages: desk.pages), place.size != size {
      size = place.size
      var room = body
      room.width -= size
      // What happened to the row stands under a table that leaves room for it.
      let free = desk.pages.current.rowsLeft(of: room.rows)
      events = isDetail && isHeard && desk.pages.id != .events && free >= 8 ? min(free, room.rows / 2) : 0
      room.rows -= events
      left = table(&desk, in: room, fleet, &context)
      hasTurned = hasTurned || desk.pages.hasTurned
      desk.pages.noteTableWidth(in: body)
    }
    desk.pages.hasTurned = hasTurned
    let room = desk.pages.room
    desk.pages.split = room.width
    context.beside = .none
    if events > 0 { left += desk.panes.events.draw(desk.pages.focus, fleet, width: room.width, rows: events, &context) }
    let right = pane(&desk, fleet, width: size - 1, rows: body.rows, &context)
    let border = [Span(context.glyphs.border, .rule)]
    return zip(left, right).map { row, pane in
      Line(row.spans.fitted(to: room.width) + border + pane.spans, isSelected: row.isSelected, ground: room.width)
    }
  }

  private func pane(_ desk: inout Desk, _ fleet: Fleet, width: Int, rows: Int, _ context: inout DrawingContext) -> [Line] {
    desk.remembered.pane == .events
      ? desk.panes.events.draw(desk.pages.focus, fleet, width: width, rows: rows, isTurning: desk.pages.hasTurned, &context)
      : desk.panes.detail.draw(desk.pages.focus, fleet, width: width, rows: rows, isTurning: desk.pages.hasTurned, &context)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    (Footer.line(desk, fleet, width: width, at: now), nil)
  }

  func offer(at column: Int, _ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> Action? {
    Footer.action(at: column, desk, fleet, width: width, at: now)
  }
}
