/// Bytes from the terminal in, keys out. Knows both cursor key modes, UTF-8, bracketed paste and SGR mouse reports; anything else that
/// looks like a control sequence vanishes whole, so that an answer of the terminal never becomes a key.
struct KeyDecoder {
  /// Bytes of a paste that are kept. What a prompt takes is far shorter.
  static let pasteLimit = 65_536
  /// Bytes of a control sequence, beyond which it is none.
  static let sequenceLimit = 64

  private enum State {
    case ground
    case escape
    /// After `ESC [`, with the parameters so far.
    case sequence([UInt8])
    /// After `ESC O`.
    case shift3
    /// Within OSC, DCS, APC, PM or SOS, until ST or BEL; `true` after an ESC in it.
    case string(sawEscape: Bool)
    case paste([UInt8])
    /// The first bytes of a scalar and how many are to come.
    case scalar([UInt8], missing: Int)
  }

  private var state = State.ground

  /// Whether an escape waits for what may follow it. After 25 ms of silence, call ``settle()``.
  var isWaiting: Bool {
    switch state {
    case .escape, .sequence, .shift3, .scalar: true
    case .ground, .string, .paste: false
    }
  }

  mutating func keys(from bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { take(byte, into: &keys) }
    return keys
  }

  /// Nothing followed: a lone escape is the Escape key, half a sequence is nothing.
  mutating func settle() -> [Key] {
    guard isWaiting else { return [] }
    defer { state = .ground }
    switch state {
    case .escape: return [.escape]
    case .sequence(let parameters) where parameters.isEmpty: return [.alt("[")]
    case .shift3: return [.alt("O")]
    default: return []
    }
  }

  private mutating func take(_ byte: UInt8, into keys: inout [Key]) {
    switch state {
    case .ground: ground(byte, into: &keys)
    case .escape: escaped(byte, into: &keys)
    case .shift3:
      state = .ground
      if let key = Self.shift3Key(byte) { keys.append(key) }
    case .sequence(var parameters):
      switch byte {
      case 0x40...0x7E: finish(parameters, byte, into: &keys)
      case 0x20..<0x40 where parameters.count < Self.sequenceLimit:
        parameters.append(byte)
        state = .sequence(parameters)
      case 0x1B: state = .escape
      default: state = .ground
      }
    case .string(let sawEscape):
      if byte == 0x07 || (sawEscape && byte == UInt8(ascii: "\\")) {
        state = .ground
      } else {
        state = .string(sawEscape: byte == 0x1B)
      }
    case .paste(var bytes):
      state = .ground  // lets `bytes` be extended in place
      bytes.append(byte)
      if bytes.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
        keys.append(.paste(String(decoding: bytes.dropLast(Self.pasteEnd.count).prefix(Self.pasteLimit), as: UTF8.self)))
      } else {
        // Past the limit only the tail is watched, for its end.
        if bytes.count > Self.pasteLimit + 64 { bytes.remove(at: Self.pasteLimit) }
        state = .paste(bytes)
      }
    case .scalar(var bytes, let missing):
      guard byte & 0xC0 == 0x80 else {
        state = .ground
        return ground(byte, into: &keys)
      }
      bytes.append(byte)
      if missing > 1 {
        state = .scalar(bytes, missing: missing - 1)
      } else {
        state = .ground
        if let character = String(validating: bytes, as: UTF8.self)?.first { keys.append(.character(character)) }
      }
    }
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  private mutating func ground(_ byte: UInt8, into keys: inout [Key]) {
    switch byte {
    case 0x1B: state = .escape
    case 0x0D, 0x0A: keys.append(.enter)
    case 0x09: keys.append(.tab)
    case 0x08, 0x7F: keys.append(.backspace)
    case 0x01...0x1A: keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
    case 0x1C: keys.append(.control("\\"))
    case 0x00..<0x20: break
    case 0x20..<0x7F: keys.append(.character(Character(Unicode.Scalar(byte))))
    case 0xC2...0xDF: state = .scalar([byte], missing: 1)
    case 0xE0...0xEF: state = .scalar([byte], missing: 2)
    case 0xF0...0xF4: state = .scalar([byte], missing: 3)
    default: break
    }
  }

  private mutating func escaped(_ byte: UInt8, into keys: inout [Key]) {
    switch byte {
    case UInt8(ascii: "["): state = .sequence([])
    case UInt8(ascii: "O"): state = .shift3
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"): state = .string(sawEscape: false)
    case 0x1B: keys.append(.escape)
    case 0x20..<0x7F:
      state = .ground
      keys.append(.alt(Character(Unicode.Scalar(byte))))
    default:
      state = .ground
      keys.append(.escape)
      ground(byte, into: &keys)
    }
  }

  private mutating func finish(_ parameters: [UInt8], _ final: UInt8, into keys: inout [Key]) {
    state = .ground
    let text = String(decoding: parameters, as: UTF8.self)
    if text.hasPrefix("<"), final == UInt8(ascii: "M") || final == UInt8(ascii: "m") {
      if final == UInt8(ascii: "M"), let key = Self.mouseKey(text.dropFirst()) { keys.append(key) }
      return
    }
    guard parameters.allSatisfy({ (0x30...0x3B).contains($0) }) else { return }
    let first = Int(text.prefix { $0 != ";" })
    switch final {
    case UInt8(ascii: "~"):
      switch first {
      case 1, 7: keys.append(.home)
      case 2: keys.append(.insert)
      case 3: keys.append(.delete)
      case 4, 8: keys.append(.end)
      case 5: keys.append(.pageUp)
      case 6: keys.append(.pageDown)
      case .some(let number) where (11...15).contains(number): keys.append(.function(number - 10))
      case .some(let number) where (17...21).contains(number): keys.append(.function(number - 11))
      case .some(let number) where (23...24).contains(number): keys.append(.function(number - 12))
      case 200: state = .paste([])
      default: break
      }
    case UInt8(ascii: "Z"): keys.append(.backTab)
    default:
      if let key = Self.cursorKey(final) { keys.append(key) }
    }
  }

  private static func cursorKey(_ final: UInt8) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    default: nil
    }
  }

  private static func shift3Key(_ byte: UInt8) -> Key? {
    switch byte {
    case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(byte) - 0x4F)
    case UInt8(ascii: "M"): .enter
    default: cursorKey(byte)
    }
  }

  /// `button;column;row` of an SGR report (xterm, "Extended coordinates").
  private static func mouseKey(_ text: Substring) -> Key? {
    let numbers = text.split(separator: ";").compactMap { Int($0) }
    guard numbers.count == 3, numbers.allSatisfy({ (0...9999).contains($0) }) else { return nil }
    let (row, column) = (numbers[2] - 1, numbers[1] - 1)
    switch numbers[0] {
    case 0: return .click(row: row, column: column)
    case 64: return .wheel(-1, row: row, column: column)
    case 65: return .wheel(1, row: row, column: column)
    default: return nil
    }
  }
}
