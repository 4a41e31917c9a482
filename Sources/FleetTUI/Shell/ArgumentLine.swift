import FleetModel

/// The last line of the screen while what an action wants to know is typed. What is proposed is taken by Enter alone; the beginning of a choice is
/// enough.
struct ArgumentLine: Layer {
  private let action: Action
  private let proposal: String
  private var line = TypedLine(limit: 1024)

  /// - Parameter proposal: what Enter takes while nothing is typed.
  init(_ action: Action, proposal: String) {
    self.action = action
    self.proposal = proposal
  }

  var takesText: Bool { true }
  func aim(_ desk: Desk) -> Aim? { nil }

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    let argument = action.argument
    func choices() -> [String] { argument?.choices(desk, fleet) ?? [] }
    switch line.handle(key, desk.keys, completing: { word in choices().filter { $0.hasPrefix(word) } }) {
    case .passed: return .pass
    case .ignored, .completed: return .none
    case .left: return .close
    case .edited: return .draw
    case .entered: return .act(action, with: line.isEmpty ? proposal : whole(choices()), closes: true)
    }
  }

  /// What was typed, its first word made whole where one choice alone begins so.
  private func whole(_ choices: [String]) -> String {
    let (word, rest) = line.text.firstWord
    let words = Set(choices.map(\.firstWord.word))
    guard !words.contains(word), let only = words.only(where: { $0.hasPrefix(word) }) else { return line.text }
    return rest.isEmpty ? only : "\(only) \(rest)"
  }

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int { 0 }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    ([], nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let usage = action.argument?.usage ?? ""
    let texts =
      line.isEmpty
      ? [
        [Span(proposal, .dim)], [Span("   \(desk.keys.name(of: .accept)) ", .key), Span("takes it", .dim)],
        [Span("; or type \(usage)", .dim)],
      ]
      : [[Span("   \(usage)", .dim)]]
    return line.footer(" \(action.name) ", then: texts, width: width)
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
