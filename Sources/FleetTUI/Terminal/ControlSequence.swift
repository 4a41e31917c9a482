/// What a terminal sends by CSI or SS3 (ECMA-48 5.4; xterm, "Control Sequences"; kitty, "Comprehensive keyboard handling"), as far as it is a key.
struct ControlSequence {
  /// `<`, `=`, `>` or `?` before the parameters.
  private let isPrivate: Bool
  /// Each parameter with its parts; `nil` where none is written.
  private let parameters: [[Int?]]
  private let final: UInt8
  private let isMouse: Bool

  /// `nil` when it can be no key: too long, or with intermediate bytes.
  init?(_ bytes: [UInt8], _ final: UInt8) {
    guard bytes.count <= KeyDecoder.sequenceLimit else { return nil }
    let mark = bytes.first.map { (0x3C...0x3F).contains($0) } ?? false
    let numbers = mark ? bytes.dropFirst() : bytes[...]
    guard numbers.allSatisfy({ (0x30...0x3B).contains($0) }) else { return nil }
    isPrivate = mark
    isMouse = bytes.first == UInt8(ascii: "<")
    self.final = final
    parameters = numbers.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false).map { parameter in
      parameter.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { Int(String(decoding: $0, as: UTF8.self)) }
    }
  }

  private func number(_ index: Int, part: Int = 0) -> Int? {
    guard index < parameters.count, part < parameters[index].count else { return nil }
    return parameters[index][part]
  }

  /// Shift, Alt, Ctrl and others that were held (one more than their sum), without the locks.
  private struct Modifiers: OptionSet {
    let rawValue: Int
    static let shift = Modifiers(rawValue: 1)
    static let alt = Modifiers(rawValue: 2)
    static let control = Modifiers(rawValue: 4)

    init(rawValue: Int) { self.rawValue = rawValue }
    init(parameter: Int?) { rawValue = (max(1, min(parameter ?? 1, 256)) - 1) & 0x3F }
  }

  private var modifiers: Modifiers { Modifiers(parameter: number(1)) }
  /// kitty also tells when a key is let go.
  private var isRelease: Bool { number(1, part: 1) == 3 }

  var beginsPaste: Bool { final == UInt8(ascii: "~") && !isPrivate && number(0) == 200 }

  // MARK: - Keys

  /// The key of a CSI sequence. With modifiers it is still the key, but for function keys, which terminals number on.
  var key: Key? {
    if isMouse { return mouse }
    guard !isPrivate, !isRelease else { return nil }
    switch final {
    case UInt8(ascii: "~"): return numbered(offset: Self.functionOffsets[modifiers.rawValue])
    // rxvt: Shift, Ctrl, and both.
    case UInt8(ascii: "$"): return numbered(offset: 10)
    case UInt8(ascii: "^"): return numbered(offset: 22)
    case UInt8(ascii: "@"): return numbered(offset: 32)
    case UInt8(ascii: "u"):
      return Self.typed(
        number(0) ?? 0, modifiers, shifted: number(0, part: 1), text: parameters.count > 2 ? parameters[2].compactMap { $0 } : [])
    case UInt8(ascii: "Z"): return .backTab
    // urxvt's mouse reports, mode 1015.
    case UInt8(ascii: "M"):
      return parameters.count == 3 ? Self.mouse(button: (number(0) ?? 0) &- 32, column: number(1), row: number(2)) : nil
    case UInt8(ascii: "P")...UInt8(ascii: "S"): return number(0) ?? 1 == 1 ? lettered : nil
    default: return lettered
    }
  }

  /// The key of an SS3 sequence. Those of the keypad mean nothing: which of its two keys is meant can't be told.
  var keyOfShift3: Key? {
    switch final {
    case UInt8(ascii: "M"): .enter
    default: lettered
    }
  }

  /// Cursor keys, in lower case by rxvt with Shift or Ctrl, and the first four function keys.
  private var lettered: Key? {
    switch final {
    case UInt8(ascii: "A"), UInt8(ascii: "a"): return .up
    case UInt8(ascii: "B"), UInt8(ascii: "b"): return .down
    case UInt8(ascii: "C"), UInt8(ascii: "c"): return .right
    case UInt8(ascii: "D"), UInt8(ascii: "d"): return .left
    case UInt8(ascii: "H"): return .home
    case UInt8(ascii: "F"): return .end
    case UInt8(ascii: "P")...UInt8(ascii: "S"):
      // SS3 has the modifiers alone.
      let held = parameters.count > 1 ? modifiers : Modifiers(parameter: number(0))
      return Self.functionOffsets[held.rawValue].map { .function(Int(final) - 0x4F + $0) }
    default: return nil
    }
  }

  /// How far modifiers move a function key: terminfo's kf13 is F1 with Shift.
  private static let functionOffsets: [Int: Int] = [0: 0, 1: 12, 4: 24, 5: 36, 2: 48, 3: 60]

  private func numbered(offset: Int?) -> Key? {
    let number: Int
    switch self.number(0) {
    case 1, 7: return .home
    case 2: return .insert
    case 3: return .delete
    case 4, 8: return .end
    case 5: return .pageUp
    case 6: return .pageDown
    // modifyOtherKeys.
    case 27: return Self.typed(self.number(2) ?? 0, modifiers, shifted: nil, text: [])
    case let code? where (11...15).contains(code): number = code - 10
    case let code? where (17...21).contains(code): number = code - 11
    case let code? where (23...26).contains(code): number = code - 12
    case let code? where (28...29).contains(code): number = code - 13
    case let code? where (31...34).contains(code): number = code - 14
    default: return nil
    }
    return offset.map { .function(number + $0) }
  }

  // MARK: - Keys by their character

  /// - Parameters:
  ///   - shifted: what the key types with Shift, where the terminal tells.
  ///   - text: what it typed, where the terminal tells.
  private static func typed(_ code: Int, _ modifiers: Modifiers, shifted: Int?, text: [Int]) -> Key? {
    switch code {
    case 8, 127: return .backspace
    case 9: return modifiers.contains(.shift) ? .backTab : .tab
    case 13: return .enter
    case 27: return .escape
    case 57_344...63_743: return keypad(code)
    default: break
    }
    let letter = character(code)
    let upper = shifted.flatMap(character) ?? letter.flatMap { $0.uppercased().count == 1 ? $0.uppercased().first : $0 }
    switch modifiers.subtracting(.shift) {
    case []: return (text.count == 1 ? character(text[0]) : modifiers.contains(.shift) ? upper : letter).map { .character($0) }
    case .alt: return (modifiers.contains(.shift) ? upper : letter).map { .alt($0) }
    case .control: return letter?.lowercased().first.map { .control($0) }
    default: return nil
    }
  }

  /// What can be typed: no control.
  private static func character(_ code: Int) -> Character? {
    guard code >= 0x20, !(0x7F..<0xA0).contains(code) else { return nil }
    return UInt32(exactly: code).flatMap(Unicode.Scalar.init).map { Character($0) }
  }

  /// kitty's private numbers.
  private static func keypad(_ code: Int) -> Key? {
    switch code {
    case 57_376...57_398: .function(code - 57_376 + 13)
    case 57_399...57_408: character(code - 57_399 + 0x30).map { .character($0) }
    case 57_409...57_413: .character(Array("./*-+")[code - 57_409])
    case 57_414: .enter
    case 57_415...57_416: .character(Array("=,")[code - 57_415])
    case 57_417...57_426: [.left, .right, .up, .down, .pageUp, .pageDown, .home, .end, .insert, .delete][code - 57_417]
    default: nil
    }
  }

  // MARK: - Mouse

  /// SGR's report, mode 1006, which tells of a release by another final byte.
  private var mouse: Key? {
    guard final == UInt8(ascii: "M"), parameters.count == 3 else { return nil }
    return Self.mouse(button: number(0), column: number(1), row: number(2))
  }

  /// - Parameters: column and row count from 1. - Returns: a press of the left button or a step of the wheel; the rest means nothing.
  static func mouse(button: Int?, column: Int?, row: Int?) -> Key? {
    guard let column, let row, (1...9999).contains(column), (1...9999).contains(row) else { return nil }
    switch button {
    case 0: return .click(row: row - 1, column: column - 1)
    case 64: return .wheel(-1, row: row - 1, column: column - 1)
    case 65: return .wheel(1, row: row - 1, column: column - 1)
    default: return nil
    }
  }
}
