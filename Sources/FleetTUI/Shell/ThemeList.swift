import FleetModel

/// The themes, under the page: what the cursor is on is what the screen looks like, until it is kept or left.
struct ThemeList: Layer {
  private struct Row {
    var name: String
    /// `nil`: what the terminal's ground asks for, or a file that is broken.
    var theme: Theme?
    var problem: String?
  }

  private let rows: [Row]
  private var cursor: Int
  private var view = RowWindow()
  private var room = Room()

  init(_ themes: ThemeChoice) {
    rows =
      [Row(name: ThemeLibrary.automatic)]
      + themes.library.names.map { name in
        do throws(ThemeFailure) { return Row(name: name, theme: try themes.library.theme(named: name)) } catch {
          return Row(name: name, problem: error.description)
        }
      }
    cursor = rows.firstIndex { $0.name == themes.name } ?? 0
    view.begin(at: cursor)
  }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if case .click(let row, _) = key { return click(row, &desk) }
    if let movement = desk.keys.movement(for: key, in: .pager) {
      go(to: cursor.moved(by: movement, in: rows.count, page: view.height), &desk)
      return .draw
    }
    switch desk.keys.action(for: key, in: .page) {
    case Action.open?: return keep(&desk)
    case Action.back?, Action.theme?, Action.quit?:
      desk.themes.preview = nil
      return .close
    default: return .none
    }
  }

  private mutating func go(to row: Int, _ desk: inout Desk) {
    cursor = row
    // The screen stays readable while one reads what is wrong.
    desk.themes.preview = rows[row].problem != nil ? nil : rows[row].theme ?? desk.themes.byGround
  }

  private mutating func click(_ row: Int, _ desk: inout Desk) -> LayerIntent {
    let index = view.top(of: rows.count) + row - room.top - 1
    guard row > room.top, rows.indices.contains(index) else { return .none }
    guard index == cursor else {
      go(to: index, &desk)
      return .draw
    }
    return keep(&desk)
  }

  private func keep(_ desk: inout Desk) -> LayerIntent {
    let row = rows[cursor]
    if let problem = row.problem {
      desk.notice = Span(problem, .failed)
      return .draw
    }
    desk.keep(theme: row.theme)
    return .close
  }

  // MARK: - Frames

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int {
    min(self.rows.count + 1, max(min(rows, 4), rows * 2 / 5))
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    self.room = room
    view.fit(rows.count, height: room.rows - 1)
    view.reveal(cursor)
    let glyphs = desk.glyphs
    let names = min(24, rows.map { TextWidth.columns(of: UntrustedText.clean($0.name, limit: 60)) }.max() ?? 0)
    let lines = view.range(of: rows.count).map { index -> Line in
      let row = rows[index]
      let isCurrent = index == cursor
      let role: Role = row.problem != nil ? .failed : .text
      let mark = row.name == desk.themes.name ? glyphs.ok : row.problem != nil ? glyphs.failed : " "
      var spans = [Span(isCurrent ? " \(glyphs.cursor) " : "   ", .key), Span("\(mark) ", row.problem != nil ? .failed : .ok)]
      spans += [Span(UntrustedText.clean(row.name, limit: 60), role)].fitted(to: names)
      spans.append(Span("  " + (row.problem ?? note(row, desk, isShort: room.width < 60)), row.problem != nil ? .failed : .dim))
      return Line(spans, isSelected: isCurrent).fitted(to: room.width)
    }
    return ([Line.titled("themes" + view.note(of: rows.count), width: room.width, glyphs)] + lines, nil)
  }

  private func note(_ row: Row, _ desk: Desk, isShort: Bool) -> String {
    guard let theme = row.theme else {
      if isShort { return desk.themes.byGround.name }
      let ground = desk.themes.ground.map { "the terminal's ground is \($0.rawValue)" } ?? "the terminal doesn't say what its ground is"
      return "\(desk.themes.byGround.name): \(ground)"
    }
    return theme.ground.map { "for \($0.rawValue) grounds" } ?? "for any ground"
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let name = { (action: Action) in desk.keys.name(of: action) }
    let hints = [
      Hint("\(name(.up)) \(name(.down))", "look"), Hint(name(.open), "keep", isWayOut: true),
      Hint(name(.back), "leave it as it was", isWayOut: true),
    ]
    return (desk.footer(hints, width: width), nil)
  }
}

extension Int {
  /// A cursor in a list of `count` rows, of which `page` are in view.
  func moved(by movement: Movement, in count: Int, page: Int) -> Int {
    let target =
      switch movement {
      case .rows(let step): self + step
      case .screens(let step): self + step * Swift.max(1, page - 1)
      case .toTop: 0
      case .toEnd: count - 1
      }
    return Swift.max(0, Swift.min(count - 1, target))
  }
}

extension Desk {
  /// From now on, and at the next start where nothing says otherwise; `nil`: what the terminal's ground asks for.
  mutating func keep(theme: Theme?) {
    themes.choose(theme)
    remembered.theme = themes.name
    if let given = themes.given { notice = Span("\(themes.name) until you leave: the next start has what \(given) says", .info) }
  }
}

extension Interface {
  mutating func choose(theme name: String) {
    do throws(ThemeFailure) {
      desk.keep(theme: name == ThemeLibrary.automatic ? nil : try desk.themes.library.theme(named: name))
    } catch { notice = Span(error.description, .warning) }
  }
}
