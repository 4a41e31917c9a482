/// One line of text while it is typed: what keys and pastes make of it. It knows no keys and draws nothing.
public struct LineEditor: Hashable, Sendable {
  /// How much of the line is taken back at once.
  public enum Part: Hashable, Sendable { case character, word, line }

  /// What a key may ask of whoever has the line.
  public enum Command: Hashable, Sendable {
    case enter, leave
    /// What is typed is gone on with.
    case complete
    case erase(Part)
  }

  public private(set) var text: String
  /// The longest text: scalars where it is cleaned, characters where it is exact.
  public let limit: Int
  /// Whether every character is kept as it was typed, for a text that is compared to the byte; else it is cleaned as text from outside.
  public let isExact: Bool

  public init(_ text: String = "", limit: Int, isExact: Bool = false) {
    self.text = text
    self.limit = limit
    self.isExact = isExact
  }

  public var isEmpty: Bool { text.isEmpty }

  /// What is typed, or pasted whole, comes to the end.
  public mutating func insert(_ addition: String) {
    guard isExact else {
      text = UntrustedText.clean(text + addition, limit: limit)
      return
    }
    text += addition.prefix(max(0, limit - text.count))
  }

  /// All of it becomes another text.
  public mutating func replace(with other: String) {
    text = ""
    insert(other)
  }

  public mutating func erase(_ part: Part) {
    switch part {
    case .character: if !text.isEmpty { text.removeLast() }
    case .word: text = text.lastIndex(of: " ").map { String(text[..<$0]) } ?? ""
    case .line: text = ""
    }
  }
}
