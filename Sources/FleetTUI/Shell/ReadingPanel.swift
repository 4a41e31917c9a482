import FleetModel

/// A text over the page that is only read: keys that scroll do so, and every other one closes it.
struct ReadingPanel: Layer {
  /// What is read.
  enum Text {
    case help, about

    fileprivate func lines(_ desk: Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> [Line] {
      switch self {
      case .help: return Help.lines(desk, in: room)
      case .about:
        context.moment.changesEverySecond()
        return About.lines(desk, fleet, width: room.width, at: context.moment.now)
      }
    }
  }

  let text: Text
  private var view = RowWindow()

  init(_ text: Text) { self.text = text }

  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let movement = desk.keys.movement(for: key, in: .pager) {
      view.move(movement)
      return .draw
    }
    return key.isTyped ? .close : .none
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    (view.fit(text.lines(desk, in: room, fleet, &context), height: room.rows), nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let scrolling = "\(desk.keys.name(of: .pageUp)) \(desk.keys.name(of: .pageDown))"
    return (desk.footer([Hint(scrolling, "scroll"), Hint("any other key", "closes", isWayOut: true)], width: width), nil)
  }
}
