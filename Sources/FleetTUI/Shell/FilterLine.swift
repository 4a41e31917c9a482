import FleetModel

/// The open page's filter while it is typed: one line below it, and over that what may be typed, or what is wrong with it.
struct FilterLine: Layer {
  private var editor: LineEditor
  private var completion = Completion()

  init(_ text: String) {
    editor = LineEditor(limit: 200)
    editor.insert(text)
  }

  var takesText: Bool { true }
  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch editor.handle(key, desk.keys) {
    case .passed: return .pass
    case .ignored: return .none
    // What is not in force is not kept.
    case .entered: return desk.pages.current.filterProblem == nil ? .close : .draw
    case .left:
      desk.pages.current.setFilter("", fleet, at: now)
      return .close
    case .completed:
      let page = desk.pages.current
      guard let text = completion.next(after: editor.text, { FilterCompletion.choices(for: $0, page, fleet, at: now) }) else {
        return .none
      }
      editor.replace(with: text)
    case .edited: completion = Completion()
    }
    desk.pages.current.setFilter(editor.text, fleet, at: now)
    return .draw
  }

  mutating func anticipate(_ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) { desk.pages.current.anticipateFilter(fleet, at: now) }

  // MARK: - Drawing

  func height(in rows: Int, _ desk: Desk) -> Int { rows >= 6 ? 1 : 0 }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let page = desk.pages.current
    let words =
      !completion.isEmpty
      ? [Span("  ")] + completion.words
      : page.filterProblem.map { [Span("  \(context.glyphs.warning) \($0)", .warning)] } ?? Self.help(page.fields, desk.keys)
    return ([Line(words.fitted(to: room.width))], nil)
  }

  private static func help(_ fields: [FilterField], _ keys: KeyMap) -> [Span] {
    let text = fields.first { $0.measure == nil }.map { ["\($0.id):text", "\($0.id)=a|b"] } ?? []
    let figures = [Measure.duration, .money].compactMap { measure in fields.first { $0.measure == measure } }.map {
      "\($0.id)>\($0.measure?.example ?? "")"
    }
    let examples = ["words"] + text + figures + ["!not", "/regex/"]
    return [
      Span("  " + examples.joined(separator: "  "), .title), Span("   \(keys.name(of: .complete)) ", .key), Span("completes: ", .dim),
    ]
      + [Span(fields.map(\.id).joined(separator: " "), .dim)]
  }

  /// The end of a long one is where one types.
  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let page = desk.pages.current
    var shown = page.filter
    while TextWidth.columns(of: shown) > max(1, width - 4), !shown.isEmpty { shown.removeFirst() }
    let isBroken = page.filterProblem != nil
    let count = "  \(page.count) of \(page.count + page.hidden)" + (isBroken ? ", without what is not understood" : "")
    let column = min(width - 1, 2 + TextWidth.columns(of: shown))
    return (Line([Span(" /", .key), Span(shown, isBroken ? .warning : .title), Span(count, .dim)]), column)
  }
}

/// What a key that completes goes through, once for each time that it is pressed.
struct Completion {
  private var choices: [String] = []
  private var place = 0

  var isEmpty: Bool { choices.isEmpty }

  /// The next of the choices for what was typed; `nil` when there are none.
  mutating func next(after text: String, _ find: (String) -> [String]) -> String? {
    if choices.isEmpty {
      choices = find(text)
      place = 0
    } else {
      place = (place + 1) % choices.count
    }
    return choices.isEmpty ? nil : choices[place]
  }

  /// They one after the other, the one that stands in the line lit.
  var words: [Span] {
    let first = max(0, place - 2)
    return choices.indices.dropFirst(first).prefix(30).flatMap { index in
      // The line says the rest.
      let word = String(choices[index][FilterCompletion.lastWord(of: choices[index])...])
      return [Span(word, index == place ? .title : .dim), Span("  ", .dim)]
    }
  }
}

/// What a filter that is half typed may go on with.
enum FilterCompletion {
  /// Whole filters, the likeliest first.
  static func choices(for text: String, _ page: any Page, _ fleet: Fleet, at now: Timestamp) -> [String] {
    let start = lastWord(of: text)
    let head = String(text[..<start])
    var word = text[start...]
    let sign = word.hasPrefix("!") ? "!" : ""
    word = word.dropFirst(sign.count)
    guard word.first != "/" else { return [] }
    guard let place = word.firstIndex(where: { ":=<>".contains($0) }) else {
      let names = page.fields.filter { $0.id.hasPrefix(word.lowercased()) }
      return names.map { "\(head)\(sign)\($0.id)\($0.measure == nil ? ":" : ">")" }
    }
    guard ":=".contains(word[place]), let field = page.fields.named(word[..<place].lowercased()) else { return [] }
    let begun = word.lastIndex(of: "|").map { word.index(after: $0) } ?? word.index(after: place)
    let typed = word[begun...].filter { $0 != "\"" }.lowercased()
    let before = head + sign + word[..<begun]
    let values = page.values(ofField: field, fleet, at: now)
    let first = values.filter { $0.lowercased().hasPrefix(typed) }
    return (first + values.filter { !first.contains($0) && $0.lowercased().contains(typed) }).map { before + $0.asFilterWord }
  }

  static func lastWord(of text: String) -> String.Index {
    var isQuoted = false
    var start = text.startIndex
    for index in text.indices {
      if text[index] == "\"" { isQuoted.toggle() }
      if text[index] == " ", !isQuoted { start = text.index(after: index) }
    }
    return start
  }
}

extension LineEditor {
  enum Outcome { case edited, entered, left, completed, ignored, passed }

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
      case .complete: return .completed
      case .erase(.character) where isEmpty: return .left
      case .erase(let part): erase(part)
      }
    }
    return .edited
  }
}
