/// One press of a key, or one thing that the terminal said by the same way.
enum Key: Hashable, Sendable {
  case character(Character)
  /// Ctrl and a letter, `control("c")`.
  case control(Character)
  case alt(Character)
  case enter, escape, tab, backTab, backspace, delete, insert
  case up, down, left, right, pageUp, pageDown, home, end
  case function(Int)
  /// Text that was pasted, whole: never taken for keys.
  case paste(String)
  /// A wheel step: −1 up, 1 down, with the cell under it.
  case wheel(Int, row: Int, column: Int)
  /// A press of the left button, counted from 0.
  case click(row: Int, column: Int)
  /// What the terminal's ground is, as it answered.
  case ground(Ground)
}

extension Key {
  var isOfMouse: Bool {
    switch self {
    case .wheel, .click: true
    default: false
    }
  }

  /// Whether it is one press of a key: no text that was pasted, nothing of the mouse, no answer.
  var isTyped: Bool {
    switch self {
    case .paste, .ground: false
    default: !isOfMouse
    }
  }

  /// Whether it is text where text is typed.
  var isCharacter: Bool { if case .character = self { true } else { false } }

  /// Whether it is a character, alone or with Ctrl or Alt.
  var hasLetter: Bool {
    switch self {
    case .character, .control, .alt: true
    default: false
    }
  }

  /// As help, footer and configuration name it.
  var name: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .control(let character): "ctrl-\(character)"
    case .alt(let character): "alt-\(character)"
    case .enter: "enter"
    case .escape: "esc"
    case .tab: "tab"
    case .backTab: "shift-tab"
    case .backspace: "backspace"
    case .delete: "delete"
    case .insert: "insert"
    case .up: "up"
    case .down: "down"
    case .left: "left"
    case .right: "right"
    case .pageUp: "pgup"
    case .pageDown: "pgdn"
    case .home: "home"
    case .end: "end"
    case .function(let number): "f\(number)"
    case .paste: "paste"
    case .wheel: "wheel"
    case .click: "click"
    case .ground: "ground"
    }
  }

  /// The key of that name; `nil` when there is none.
  init?(named name: String) {
    let named: [Key] = [
      .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left, .right, .pageUp, .pageDown, .home, .end,
    ]
    let lower = name.lowercased()
    if let key = named.first(where: { $0.name == lower }) {
      self = key
    } else if lower == "space" {
      self = .character(" ")
    } else if name.count == 1, let character = name.first {
      self = .character(character)
    } else if lower.hasPrefix("ctrl-"), lower.count == 6, let character = lower.last {
      self = .control(character)
    } else if lower.hasPrefix("alt-"), name.count == 5, let character = name.last {
      self = .alt(character)
    } else if lower.hasPrefix("f"), let number = Int(lower.dropFirst()), (1...24).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }
}
