import FleetModel

/// Everything that can be done or gone to, by its name: what is typed stands in the last line, what fits above it, the best nearest to it.
struct Palette: Layer {
  private static let limit = 100
  private static let mostRows = 14

  private var editor = LineEditor(limit: 200)
  /// What there is; `nil` until it was put together.
  private var entries: [PaletteEntry]?
  private var index = FuzzyIndex()
  /// What fits, the best first.
  private var shown: [PaletteEntry] = []
  private var count = 0
  /// The one that is meant; `nil`: what is typed, as it is.
  private var selected: Int?
  private var view = RowWindow()
  private var room = Room()
  private var problem: String?

  var takesText: Bool { true }

  // MARK: - Keys

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if let movement = desk.keys.movement(for: key, in: .line) {
      move(movement, desk, fleet)
      return .draw
    }
    if case .click(let row, _) = key {
      let place = room.rows - 1 - (row - room.top)
      guard row > room.top, view.range(of: shown.count).contains(view.top(of: shown.count) + place) else { return .none }
      selected = view.top(of: shown.count) + place
      return perform(&desk, fleet)
    }
    problem = nil
    switch editor.handle(key, desk.keys) {
    case .passed, .ignored: return .none
    case .left: return .close
    case .entered: return perform(&desk, fleet)
    case .completed: complete(desk, fleet)
    case .edited: find(desk, fleet)
    }
    return .draw
  }

  mutating func anticipate(_ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) {
    if entries == nil {
      gather(desk, fleet)
      find(desk, fleet)
    }
  }

  /// Up is away from the line, to what fits less.
  private mutating func move(_ movement: Movement, _ desk: Desk, _ fleet: Fleet) {
    if entries == nil {
      gather(desk, fleet)
      find(desk, fleet)
    }
    guard !shown.isEmpty else { return }
    let step: Int =
      switch movement {
      case .rows(let step): -step
      case .screens(let step): -step * max(1, view.height - 1)
      case .toTop: shown.count
      case .toEnd: -shown.count
      }
    let place = (selected ?? taken(desk.keys) ?? -1) + step
    selected = place < 0 ? nil : min(place, shown.count - 1)
    if let selected { view.reveal(selected) }
  }

  // MARK: - Finding

  private var words: (command: String, argument: String?) {
    let text = editor.text.drop { $0 == " " }
    guard let end = text.firstIndex(of: " ") else { return (String(text), nil) }
    return (String(text[..<end]), String(text[end...].drop { $0 == " " }))
  }

  /// The action that is named whole, and what stands behind it.
  private func typed(_ keys: KeyMap) -> (action: Action, argument: String?)? {
    let words = words
    guard let action = keys.action(named: words.command.lowercased()),
      words.argument == nil || words.argument == "" || action.argument != nil
    else { return nil }
    return (action, words.argument)
  }

  private mutating func gather(_ desk: Desk, _ fleet: Fleet) {
    let all = PaletteEntry.all(desk, fleet)
    index = FuzzyIndex()
    for entry in all { index.add(entry.name) }
    entries = all
  }

  private mutating func find(_ desk: Desk, _ fleet: Fleet) {
    selected = nil
    view = RowWindow()
    if editor.isEmpty {
      let past = (desk.remembered.commands ?? []).compactMap { Self.entry($0, desk.keys) }
      let commands = PaletteEntry.commands(desk.keys)
      shown = past + commands
      return count = commands.count
    }
    if case (let action, let argument?)? = typed(desk.keys), let way = action.argument {
      let choices = way.choices(desk, fleet)
      var index = FuzzyIndex()
      for choice in choices { index.add(choice) }
      let found = index.best(Self.limit, for: argument)
      shown = found.hits.map { PaletteEntry(action, with: choices[$0.place]) }
      return count = found.count
    }
    if entries == nil { gather(desk, fleet) }
    let found = index.best(Self.limit, for: editor.text)
    shown = found.hits.compactMap { entries?[$0.place] }
    // What is named whole is what is meant, whatever else fits.
    if let (action, _) = typed(desk.keys), let place = shown.firstIndex(where: { $0.isCommand(action) }) {
      shown.insert(shown.remove(at: place), at: 0)
    }
    count = found.count
  }

  /// A command of before; `nil` when there is no such action any more.
  private static func entry(_ command: String, _ keys: KeyMap) -> PaletteEntry? {
    let parts = command.split(separator: " ", maxSplits: 1).map(String.init)
    guard let action = parts.first.flatMap(keys.action(named:)) else { return nil }
    return PaletteEntry(action, with: parts.count > 1 ? parts[1] : "")
  }

  /// Writes what is meant; again, the one after it.
  private mutating func complete(_ desk: Desk, _ fleet: Fleet) {
    if entries == nil { find(desk, fleet) }
    guard !shown.isEmpty else { return }
    var place = selected ?? 0
    if editor.text == shown[place].name { place = (place + 1) % shown.count }
    editor.replace(with: shown[place].name)
    if case .act(let action, "") = shown[place].deed, action.argument != nil {
      editor.insert(" ")
      return find(desk, fleet)
    }
    selected = place
    view.reveal(place)
  }

  // MARK: - Performing

  private mutating func perform(_ desk: inout Desk, _ fleet: Fleet) -> LayerIntent {
    if entries == nil { find(desk, fleet) }
    if let selected, shown.indices.contains(selected) { return perform(shown[selected], &desk, fleet) }
    if editor.text.allSatisfy({ $0 == " " }) { return .close }
    if let (action, argument) = typed(desk.keys) {
      return perform(PaletteEntry(action, with: argument.map { Self.trimmed($0) } ?? ""), &desk, fleet)
    }
    if let best = shown.first { return perform(best, &desk, fleet) }
    let near = NearestName.of(words.command, among: desk.keys.table.map(\.name)).map { "; did you mean \($0)?" } ?? ""
    problem = "there is no command \"\(words.command)\"\(near)"
    return .draw
  }

  private static func trimmed(_ text: String) -> String { text.lastIndex { $0 != " " }.map { String(text[...$0]) } ?? "" }

  private mutating func perform(_ entry: PaletteEntry, _ desk: inout Desk, _ fleet: Fleet) -> LayerIntent {
    switch entry.deed {
    case .go(let subject): return .go(subject, closes: true)
    case .act(let action, let argument):
      if argument.isEmpty, action.onPage == nil, let way = action.argument {
        // It does nothing by its name alone.
        editor.replace(with: action.name + " ")
        find(desk, fleet)
        problem = "\(action.name) \(way.usage)"
        return .draw
      }
      if let reason = action.placeless {
        problem = "\(action.name) \(reason)"
        return .draw
      }
      desk.remembered.note(command: entry.name)
      return .act(action, with: argument, closes: true)
    }
  }

  // MARK: - Drawing

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int {
    rows >= 12 ? min(Self.mostRows, rows * 2 / 3) : rows
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    self.room = room
    if shown.isEmpty, editor.isEmpty { find(desk, fleet) }
    view.fit(shown.count, height: room.rows - 1)
    let columns = Columns(shown, width: room.width)
    let range = view.range(of: shown.count)
    let title = title(columns, desk, fleet, context, note: view.note(of: shown.count))
    var lines = [Line(Line.titled(title, width: room.width, context.glyphs).spans.fitted(to: room.width))]
    lines += Array(repeating: Line(), count: max(0, room.rows - 1 - range.count))
    let taken = taken(desk.keys)
    for place in range.reversed() {
      lines.append(line(shown[place], isSelected: place == taken, columns, desk, fleet, context))
    }
    if shown.isEmpty, !isArgument(desk.keys), lines.count > 1 {
      let words = "no command, org, workspace, machine or setting is called so"
      lines[lines.count - 1] = Line("  " + words.shortened(to: room.width - 3), .dim)
    }
    return (lines, nil)
  }

  /// The row that is taken when the line is entered; `nil`: what is typed says it, or nothing is.
  private func taken(_ keys: KeyMap) -> Int? {
    if let selected { return selected }
    if editor.text.allSatisfy({ $0 == " " }) { return nil }
    guard let (action, argument) = typed(keys) else { return shown.isEmpty ? nil : 0 }
    return argument == nil ? shown.firstIndex { $0.isCommand(action) } : nil
  }

  /// Whether what is typed is behind the name of an action.
  private func isArgument(_ keys: KeyMap) -> Bool { typed(keys)?.argument != nil }

  private func title(_ columns: Columns, _ desk: Desk, _ fleet: Fleet, _ context: DrawingContext, note: String) -> String {
    // What the row has no room for.
    if let selected, shown.indices.contains(selected) {
      let entry = shown[selected]
      let words = entry.told(desk, fleet, at: context.moment.now)
      if TextWidth.columns(of: words) > columns.words(key: entry.key(desk.keys)) {
        return "\(entry.name): \(words)".shortened(to: columns.width - 5)
      }
    }
    if case (let action, _?)? = typed(desk.keys), let way = action.argument { return "\(action.name) \(way.usage)" + note }
    guard editor.isEmpty else { return "\(count) \(count == 1 ? "fits" : "fit")" + note }
    return (columns.width >= 90 ? "commands, orgs, workspaces, machines, settings: " : "") + "type what you look for" + note
  }

  /// The room of a row: the sign of the cursor, the name with what may be typed behind it, what it does, its key, and a margin.
  private struct Columns {
    let width: Int
    /// What none of the names needs more than: what they do stands in one column.
    let name: Int

    init(_ entries: [PaletteEntry], width: Int) {
      self.width = width
      name = min(entries.map { TextWidth.columns(of: $0.usage) }.max() ?? 0, width / 2)
    }

    /// None in a narrow room: half a word of what it does tells less than its whole name.
    func words(key: String) -> Int {
      guard width >= 60 else { return 0 }
      let key = TextWidth.columns(of: key)
      return max(0, width - 2 - name - 2 - (key > 0 ? key + 2 : 0) - 1)
    }
  }

  private func line(
    _ entry: PaletteEntry, isSelected: Bool, _ columns: Columns, _ desk: Desk, _ fleet: Fleet, _ context: DrawingContext
  ) -> Line {
    let key = entry.key(desk.keys)
    let isRefused = entry.refusal(desk, fleet, at: context.moment.now) != nil
    let end = [Span(key.isEmpty ? " " : "  \(key) ", .key)]
    var spans = [Span(isSelected ? context.glyphs.cursor + " " : "  ", .title), Span(entry.usage, isRefused ? .dim : .title)]
    let room = columns.words(key: key)
    if room > 0 {
      spans = spans.fitted(to: 2 + columns.name)
      spans.append(Span("  " + entry.told(desk, fleet, at: context.moment.now).shortened(to: room), .dim))
    }
    return Line(spans.fitted(to: max(1, columns.width - Line(end).columns)) + end, isSelected: isSelected)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let (typed, column) = editor.spans(after: " :", width: width)
    let keys = desk.keys
    let ways = [Action.complete, .accept, .discard].map {
      Hint(keys.name(of: $0), $0 == .accept ? "does it" : $0.title, isWayOut: $0 != .complete)
    }
    let rest =
      problem.map { [Span("  " + $0.shortened(to: width - column - 2), .warning)] } ?? [Span(" ")]
      + ways.fitting(width - column - 2).flatMap(\.spans)
    return (Line((typed + rest).fitted(to: width)), column)
  }
}

extension PaletteEntry {
  fileprivate func isCommand(_ wanted: Action) -> Bool { if case .act(let action, "") = deed { action == wanted } else { false } }
}

extension RememberedScreen {
  /// Commands that are kept.
  static let commandLimit = 40

  /// The last one first, each once.
  mutating func note(command: String) {
    commands = Array(([command] + (commands ?? []).filter { $0 != command }).prefix(Self.commandLimit))
  }
}
