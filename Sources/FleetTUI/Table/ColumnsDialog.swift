import FleetModel

/// Which columns the open page has, in which order and how wide: what is chosen is seen above at once, and kept or left.
struct ColumnsDialog: Layer {
  private var rows: [ColumnState]
  private let before: [ColumnChoice]?
  private let builtIn: [String]
  private var cursor = 0
  private var view = RowWindow()
  private var room = Room()

  init(_ page: any Page) {
    rows = page.columnStates
    before = page.columnChoice
    builtIn = page.fields.map(\.id)
  }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if case .click(let row, _) = key {
      let index = view.top(of: rows.count) + row - room.top - 1
      guard row > room.top, rows.indices.contains(index) else { return .none }
      if index == cursor { toggle(&desk) }
      cursor = index
      return .draw
    }
    switch key {
    case .character("J"): move(by: 1, &desk)
    case .character("K"): move(by: -1, &desk)
    case .character("+"), .right: widen(by: 1, &desk)
    case .character("-"), .left: widen(by: -1, &desk)
    default:
      let action = desk.keys.action(for: key, in: .page)
      switch action {
      case Action.mark?: toggle(&desk)
      case Action.open?:
        desk.remembered.choose(choice, on: desk.pages.id)
        return .close
      case Action.back?, Action.quit?:
        desk.pages.current.choose(columns: before)
        return .close
      default:
        guard let movement = desk.keys.movement(for: key, in: .pager) else { return .none }
        cursor = cursor.moved(by: movement, in: rows.count, page: view.height)
      }
    }
    return .draw
  }

  private var choice: [ColumnChoice]? { rows.choice(insteadOf: builtIn) }

  private mutating func toggle(_ desk: inout Desk) {
    // A table without columns says nothing.
    guard !rows[cursor].isShown || rows.count(where: \.isShown) > 1 else { return }
    rows[cursor].isShown.toggle()
    desk.pages.current.choose(columns: choice)
  }

  private mutating func move(by step: Int, _ desk: inout Desk) {
    guard rows.indices.contains(cursor + step) else { return }
    rows.swapAt(cursor, cursor + step)
    cursor += step
    desk.pages.current.choose(columns: choice)
  }

  private mutating func widen(by step: Int, _ desk: inout Desk) {
    let width = (rows[cursor].width ?? rows[cursor].ideal) + step
    guard ColumnChoice.widths.contains(width) else { return }
    rows[cursor].width = width == rows[cursor].ideal ? nil : width
    desk.pages.current.choose(columns: choice)
  }

  // MARK: - Drawing

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int {
    min(self.rows.count + 1, max(min(rows, 4), rows / 2))
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    self.room = room
    // What lies below is drawn before.
    let roomy = Dictionary(desk.pages.current.columnStates.map { ($0.id, $0.hasRoom) }) { first, _ in first }
    view.fit(rows.count, height: room.rows - 1)
    view.reveal(cursor)
    let glyphs = context.glyphs
    let lines = view.range(of: rows.count).map { index -> Line in
      let row = rows[index]
      let isCurrent = index == cursor
      var spans = [Span(isCurrent ? " \(glyphs.cursor) " : "   ", .key), Span(row.isShown ? "[\(glyphs.mark)] " : "[ ] ", .title)]
      spans += [Span(row.title, row.isShown ? .title : .dim)].fitted(to: 16) + [Span("  ")]
      // Where there is little room its title is what it is known by.
      if room.width >= 60 { spans += [Span(row.id, .dim)].fitted(to: 16) + [Span("  ")] }
      spans += row.isShown && roomy[row.id] == false ? Self.noRoom(row, width: room.width) : Self.width(of: row, width: room.width)
      return Line(Line(spans).fitted(to: room.width).spans, isSelected: isCurrent)
    }
    let title = "columns of \(desk.pages.id.title)" + view.note(of: rows.count)
    return ([Line(Line.titled(title, width: room.width, glyphs).spans.fitted(to: room.width))] + lines, nil)
  }

  private static func width(of row: ColumnState, width: Int) -> [Span] {
    guard let chosen = row.width else { return [Span(width < 44 ? "by itself" : "as wide as it likes", .dim)] }
    return [Span("\(chosen) wide", .text)]
  }

  /// It is shown, and the screen is too narrow for it.
  private static func noRoom(_ row: ColumnState, width: Int) -> [Span] {
    let chosen = row.width.map { [Span("\($0) wide, ", .text)] } ?? []
    return chosen + [Span(width < 60 ? "no room" : "no room at this width", .warning)]
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let name = { (action: Action) in desk.keys.name(of: action) }
    let hints = [
      Hint(name(.mark), "show or hide", short: "show"), Hint("J K", "move"), Hint("+ -", "width"),
      Hint(name(.open), "keep", isWayOut: true),
      Hint(name(.back), "leave as it was", short: "leave", isWayOut: true),
    ]
    return (desk.footer(hints, width: width), nil)
  }
}

extension RememberedScreen {
  mutating func choose(_ choice: [ColumnChoice]?, on page: PageID) {
    columns = columns ?? [:]
    columns?[page.name] = choice.map { $0.map(\.text) }
    if columns?.isEmpty == true { columns = nil }
  }

  func columns(of page: PageID) -> [ColumnChoice]? { columns?[page.name].map { $0.map(ColumnChoice.init) } }
}
