import FleetModel

/// A line that is typed in the screen's last row: what keys make of it, and what it may be gone on with.
struct TypedLine {
  private var editor: LineEditor
  private(set) var completion = Completion()

  init(_ text: String = "", limit: Int) {
    editor = LineEditor(limit: limit)
    editor.insert(text)
  }

  var text: String { editor.text }
  var isEmpty: Bool { editor.isEmpty }

  /// - Parameter choices: whole lines that a text may be gone on with.
  /// - Returns: never that it is to be completed: that is an edit.
  mutating func handle(_ key: Key, _ keys: KeyMap, completing choices: (String) -> [String]) -> LineEditor.Outcome {
    let outcome = editor.handle(key, keys)
    switch outcome {
    case .completed:
      guard let text = completion.next(after: editor.text, choices) else { return .ignored }
      editor.replace(with: text)
      return .edited
    case .edited:
      completion = Completion()
      return .edited
    case .entered, .left, .ignored, .passed: return outcome
    }
  }

  /// Itself behind `prompt` as the last row of the screen, after it the first of those texts and as many more as there is whole room for, then keys.
  func footer(
    _ prompt: String, _ role: Role = .title, then texts: [[Span]], hints: [Hint] = [], width: Int
  ) -> (line: Line, cursor: Int?) {
    var (spans, cursor) = editor.spans(after: prompt, role, width: width)
    for (place, text) in texts.enumerated() {
      guard place == 0 || Line(spans + text).columns <= width else { break }
      spans += text
    }
    let keys = hints.fitting(width - Line(spans).columns - 2).flatMap(\.spans)
    return (Line((spans + (keys.isEmpty ? [] : [Span("  ")] + keys)).fitted(to: width)), cursor)
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

  /// It behind `prompt` in a row of `width` columns, and the column of its cursor: the end of a long one is where one types.
  func spans(after prompt: String, _ role: Role = .title, width: Int) -> (spans: [Span], cursor: Int) {
    let start = TextWidth.columns(of: prompt)
    var shown = text
    while TextWidth.columns(of: shown) > max(1, width - start - 1), !shown.isEmpty { shown.removeFirst() }
    return ([Span(prompt, .key), Span(shown, role)], min(width - 1, start + TextWidth.columns(of: shown)))
  }
}
