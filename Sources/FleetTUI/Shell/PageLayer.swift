import FleetModel

/// The open page: under everything else.
struct PageLayer: Layer {
  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch key {
    case .wheel(let step, _, _):
      desk.pages.move(.wheel(step))
      return .draw
    case .click(let row, _): return desk.pages.click(row) ? .draw : .none
    default: return desk.keys.action(for: key, in: .page).map { .act($0) } ?? .unknown
    }
  }

  func height(in rows: Int, _ desk: Desk) -> Int { rows }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    // Below the rows, so that none of them moves when a source comes or goes.
    let age = !room.isShared && room.rows >= 6 ? desk.pages.id.age(fleet, &context) : nil
    desk.pages.room = room
    if age != nil { desk.pages.room.rows -= 1 }
    let rows = desk.pages.room.rows
    var lines = desk.pages.current.draw(fleet, rows: rows, width: room.width, &context)
    if let age {
      while lines.count < rows { lines.append(Line()) }
      lines.append(Line(age.spans.fitted(to: room.width)))
    }
    return (lines, nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    (Footer.line(desk, fleet, width: width, at: now), nil)
  }
}
