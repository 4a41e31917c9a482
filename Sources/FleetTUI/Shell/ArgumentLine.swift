import FleetModel

/// The last line of the screen while what an action wants to know is typed. What is proposed is taken by Enter alone; the beginning of a choice is
/// enough.
struct ArgumentLine: Layer {
  private let action: Action
  private let proposal: String
  private var editor = LineEditor(limit: 1024)
  private var completion = Completion()

  /// - Parameter proposal: what Enter takes while nothing is typed.
  init(_ action: Action, proposal: String) {
    self.action = action
    self.proposal = proposal
  }

  var takesText: Bool { true }
  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch editor.handle(key, desk.keys) {
    case .passed: return .pass
    case .ignored: return .none
    case .left: return .close
    case .completed:
      let choices = choices(desk, fleet)
      guard let text = completion.next(after: editor.text, { word in choices.filter { $0.hasPrefix(word) } }) else { return .none }
      editor.replace(with: text)
      return .draw
    case .edited:
      completion = Completion()
      return .draw
    case .entered: return .act(action, with: editor.isEmpty ? proposal : whole(desk, fleet), closes: true)
    }
  }

  private func choices(_ desk: Desk, _ fleet: Fleet) -> [String] { action.argument?.choices(desk, fleet) ?? [] }

  /// What was typed, its first word made whole where one choice alone begins so.
  private func whole(_ desk: Desk, _ fleet: Fleet) -> String {
    let (word, rest) = editor.text.firstWord
    let choices = Set(choices(desk, fleet).map(\.firstWord.word))
    guard !choices.contains(word), let only = choices.only(where: { $0.hasPrefix(word) }) else { return editor.text }
    return rest.isEmpty ? only : "\(only) \(rest)"
  }

  func height(in rows: Int, _ desk: Desk) -> Int { 0 }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    ([], nil)
  }

  /// The end of a long one is where one types.
  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let name = " \(action.name) "
    let room = max(1, width - TextWidth.columns(of: name) - 1)
    var shown = editor.text
    while TextWidth.columns(of: shown) > room, !shown.isEmpty { shown.removeFirst() }
    let column = min(width - 1, TextWidth.columns(of: name + shown))
    let hint =
      editor.isEmpty
      ? [
        Span(proposal, .dim), Span("   \(desk.keys.name(of: .accept)) ", .key),
        Span("takes it; or type \(action.argument?.usage ?? "")", .dim),
      ]
      : [Span("   \(action.argument?.usage ?? "")", .dim)]
    return (Line(([Span(name, .key), Span(shown, .title)] + hint).fitted(to: width)), column)
  }
}

extension String {
  /// What stands before the first space, and what after it.
  var firstWord: (word: String, rest: String) {
    guard let space = firstIndex(of: " ") else { return (self, "") }
    return (String(self[..<space]), String(self[index(after: space)...].drop { $0 == " " }))
  }
}

extension Collection {
  /// The one element that is so; `nil` where there are several or none.
  func only(where isIt: (Element) -> Bool) -> Element? {
    let found = filter(isIt)
    return found.count == 1 ? found[0] : nil
  }
}
