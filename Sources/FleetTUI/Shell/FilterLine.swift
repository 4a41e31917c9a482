import FleetModel

/// The open page's filter while it is typed: one line below it, and over that what may be typed, or what is wrong with it.
struct FilterLine: Layer {
  private var line: TypedLine
  /// Where the cursor was: it returns there where nothing is looked for after all.
  private let anchor: Subject?

  init(over page: any Page) {
    line = TypedLine(page.filter, limit: 200)
    anchor = page.anchor
  }

  var takesText: Bool { true }
  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    let page = desk.pages.current
    switch line.handle(key, desk.keys, completing: { FilterCompletion.choices(for: $0, page, fleet, at: now) }) {
    case .passed: return .pass
    case .ignored, .completed: return .none
    // What is not in force is not kept.
    case .entered: return page.filterProblem == nil ? .close : .draw
    case .left:
      desk.pages.current.setFilter("", fleet, at: now)
      desk.pages.current.bind(to: anchor, fleet, at: now)
      return .close
    case .edited:
      desk.pages.current.setFilter(line.text, fleet, at: now)
      return .draw
    }
  }

  mutating func anticipate(_ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) { desk.pages.current.anticipateFilter(fleet, at: now) }

  // MARK: - Drawing

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int { rows >= 6 ? 1 : 0 }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let page = desk.pages.current
    let words =
      !line.completion.isEmpty
      ? [Span("  ")] + line.completion.words
      : page.filterProblem.map { [Span("  \(context.glyphs.warning) \($0)", .warning)] }
        ?? Self.help(page.fields, desk.keys, width: room.width - 1)
    return ([Line(words.fitted(to: room.width - 1))], nil)
  }

  private static func help(_ fields: [FilterField], _ keys: KeyMap, width: Int) -> [Span] {
    let text = fields.first { $0.measure == nil }.map { ["\($0.id):text", "\($0.id)=a|b"] } ?? []
    let figures = [Measure.duration, .money].compactMap { measure in fields.first { $0.measure == measure } }.map {
      "\($0.id)>\($0.measure?.example ?? "")"
    }
    var examples = ["words"] + text + figures + ["!not", "/regex/"]
    while examples.count > 1, TextWidth.columns(of: examples.joined(separator: "  ")) > width - 2 { examples.removeLast() }
    let words = [Span("  " + examples.joined(separator: "  "), .title)]
    let names = [Span("   \(keys.name(of: .complete)) ", .key), Span("completes: ", .dim)]
    let rest = width - Line(words + names).columns
    guard let first = fields.first, rest > first.id.count + 2 else { return words }
    return words + names + [Span(fields.map(\.id).joined(separator: " ").shortened(to: rest), .dim)]
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let page = desk.pages.current
    let isBroken = page.filterProblem != nil
    let count = [Span("  \(page.count) of \(page.count + page.hidden)", .dim)]
    let lack = isBroken ? [Span(", without what is not understood", .dim)] : []
    let name = { (action: Action) in desk.keys.name(of: action) }
    // What is not understood isn't kept.
    let keep = isBroken ? [] : [Hint(name(.accept), "keep", isWayOut: true)]
    let hints = [Hint(name(.complete), "complete")] + keep + [Hint(name(.discard), "show all", short: "clear", isWayOut: true)]
    return line.footer(" /", isBroken ? .warning : .title, then: [count, lack], hints: hints, width: width)
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
