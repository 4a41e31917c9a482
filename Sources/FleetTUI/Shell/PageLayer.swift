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

/// The open page's filter while it is typed: one line below it.
struct FilterLine: Layer {
  private var editor: LineEditor

  init(_ text: String) {
    editor = LineEditor(limit: 80)
    editor.insert(text)
  }

  var takesText: Bool { true }
  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch editor.handle(key, desk.keys) {
    case .passed: return .pass
    case .ignored: return .none
    case .entered: return .close
    case .left:
      desk.pages.current.setFilter("", fleet, at: now)
      return .close
    case .edited:
      desk.pages.current.setFilter(editor.text, fleet, at: now)
      return .draw
    }
  }

  func anticipate(_ desk: inout Desk, _ fleet: Fleet) { desk.pages.current.anticipateFilter(fleet) }

  func height(in rows: Int, _ desk: Desk) -> Int { 0 }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    ([], nil)
  }

  /// The end of a long one is where one types.
  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let page = desk.pages.current
    var shown = page.filter
    while TextWidth.columns(of: shown) > max(1, width - 4), !shown.isEmpty { shown.removeFirst() }
    let count = "  \(page.count) of \(page.count + page.hidden)"
    let column = min(width - 1, 2 + TextWidth.columns(of: shown))
    return (Line([Span(" /", .key), Span(shown, .title), Span(count, .dim)]), column)
  }
}

extension LineEditor {
  enum Outcome { case edited, entered, left, ignored, passed }

  /// What a key is to a line that is typed.
  mutating func handle(_ key: Key, _ keys: KeyMap) -> Outcome {
    switch key {
    case .character(let character): insert(String(character))
    case .paste(let text): insert(text)
    case .wheel, .click: return .passed
    default:
      guard let action = keys.action(for: key, in: .line) else { return .ignored }
      switch action.inLine {
      case nil: return .passed
      case .enter: return .entered
      case .leave: return .left
      case .erase(.character) where isEmpty: return .left
      case .erase(let part): erase(part)
      }
    }
    return .edited
  }
}
