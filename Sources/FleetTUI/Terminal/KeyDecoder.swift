/// Bytes from the terminal in, keys out: UTF-8, the keys of xterm, rxvt, the Linux console and DEC's terminals in both cursor key modes, bracketed paste, mouse
/// reports, and what the protocols of kitty and xterm (`CSI u`, modifyOtherKeys) make of a key. What the terminal says of its ground (OSC 11) is told as that.
/// Whatever else looks like a control sequence (ECMA-48 5.4 to 5.6, with 7 or 8 bits) vanishes whole: an answer of the terminal, or a report that an
/// earlier program left switched on, never becomes a key.
///
/// Nothing it waits for keeps the keyboard: silence ends each sequence (``patience``), and a control key or an escape within one ends it and is itself.
struct KeyDecoder {
  /// Bytes of a paste that are kept. What a prompt takes is far shorter.
  static let pasteLimit = 65_536
  /// Bytes of parameters, beyond which a sequence means nothing.
  static let sequenceLimit = 64
  /// Milliseconds of silence after which nothing more belongs to a sequence.
  static let sequencePatience: Int64 = 25
  /// Milliseconds of silence after which the end of a paste won't come. Long: what came later would be taken for keys.
  static let pastePatience: Int64 = 1000
  /// The same while an answer is awaited, which a slow line may deliver in pieces: after an escape, which may begin it, and within one.
  static let answerPatience: (escape: Int64, within: Int64) = (100, 500)

  private enum State {
    case ground
    case escape
    /// After ESC and a byte of 0x20…0x2F, until the final one (ECMA-35 13.2).
    case designation
    /// After CSI, with the parameters so far.
    case sequence([UInt8])
    /// After `CSI [`: a function key of the Linux console.
    case console
    /// After `CSI M`: button, column and row of an X10 report.
    case report([UInt8])
    /// After SS2, whose next byte is no text.
    case shift2
    /// After SS3, with the parameters that some terminals put there.
    case shift3([UInt8])
    /// Within DCS, SOS, OSC, PM or APC, until ST or BEL. Of an OSC the beginning is kept, of the others nothing. Among UTF-8 the byte of an 8-bit ST
    /// is part of a letter.
    case string(isEightBit: Bool, answer: [UInt8]?)
    case paste
    /// The first bytes of a scalar and how many are to come.
    case scalar([UInt8], missing: Int, isAlt: Bool)
  }

  private var state = State.ground
  /// The key with Alt that it was if nothing follows: ESC and this letter also begin a sequence.
  private var alternative: Character?
  private var pasted: [UInt8] = []
  /// Whether what the mouse does is taken: a report that nobody asked for is none.
  private let takesMouse: Bool
  /// The terminal was asked for its ground and may still answer.
  var awaitsGround = false

  init(takesMouse: Bool = true) { self.takesMouse = takesMouse }

  /// Milliseconds of silence after which to ``settle()``; `nil` while it waits for nothing.
  var patience: Int64? {
    // Not one `switch`: the optimiser of Swift 6.3.1 fails on it wherever this is inlined.
    if case .ground = state { return nil }
    if case .paste = state { return Self.pastePatience }
    if awaitsGround {
      if case .escape = state { return Self.answerPatience.escape }
      if case .string(_, .some) = state { return Self.answerPatience.within }
    }
    return Self.sequencePatience
  }

  /// Whether the silence that ``patience`` waits for begins anew after these bytes. What is pressed to get out of a paste that has no end is silence:
  /// whoever presses it again and again gets out as soon.
  func isDisturbed(by bytes: some Sequence<UInt8>) -> Bool {
    guard case .paste = state else { return true }
    return !bytes.allSatisfy { [0x03, 0x0C, 0x1B].contains($0) }
  }

  mutating func keys(from bytes: some Sequence<UInt8>) -> [Key] {
    var keys: [Key] = []
    for byte in bytes { decode(byte, into: &keys) }
    return takesMouse ? keys : keys.filter { !$0.isOfMouse }
  }

  /// Nothing followed: a lone escape is the Escape key, ESC and a letter that letter with Alt, half a sequence nothing. A paste without an end is a paste; what
  /// was pressed in it to get out gets out.
  mutating func settle() -> [Key] {
    defer { (state, alternative) = (.ground, nil) }
    switch state {
    case .escape: return [.escape]
    case .paste: return pasted.isEmpty ? [] : [paste(to: pasted.count)] + waysOut
    default: return alternative.map { [.alt($0)] } ?? []
    }
  }

  // MARK: - States

  private mutating func decode(_ byte: UInt8, into keys: inout [Key]) {
    alternative = nil
    switch state {
    case .ground: ground(byte, into: &keys)
    case .escape: escaped(byte, into: &keys)
    case .designation: if byte < 0x20 || byte > 0x2F { finish(byte, isLast: (0x30...0x7E).contains(byte), into: &keys) }
    case .sequence(let parameters): sequence(parameters, byte, into: &keys)
    case .console:
      if let number = Self.consoleKeys.firstIndex(of: byte) { keys.append(.function(number + 1)) }
      finish(byte, isLast: (0x20...0x7E).contains(byte), into: &keys)
    case .report(let bytes): report(bytes, byte, into: &keys)
    case .shift2: finish(byte, isLast: (0x20...0x7E).contains(byte), into: &keys)
    case .shift3(let parameters):
      if (0x30...0x3B).contains(byte) { return state = .shift3(Self.extended(parameters, by: byte)) }
      if let key = ControlSequence(parameters, byte)?.keyOfShift3 { keys.append(key) }
      finish(byte, isLast: (0x20...0x7E).contains(byte), into: &keys)
    case .string(let isEightBit, let answer):
      if byte >= 0x20, byte != 0x7F, !(isEightBit && byte == 0x9C) {
        return state = .string(isEightBit: isEightBit, answer: answer.map { Self.extended($0, by: byte) })
      }
      // An escape begins ST.
      if [0x07, 0x1B, 0x9C].contains(byte), let answer, let ground = Ground(answer: answer) { keys.append(.ground(ground)) }
      finish(byte, isLast: byte == 0x07 || byte == 0x9C, into: &keys)
    case .paste: paste(byte, into: &keys)
    case .scalar(let bytes, let missing, let isAlt): scalar(bytes, missing, isAlt, byte, into: &keys)
    }
  }

  /// The sequence is over, with its last byte or before one that is none of it.
  private mutating func finish(_ byte: UInt8, isLast: Bool, into keys: inout [Key]) {
    state = .ground
    if !isLast { ground(byte, into: &keys) }
  }

  private mutating func ground(_ byte: UInt8, into keys: inout [Key]) {
    switch byte {
    case 0x1B: state = .escape
    case 0x0D, 0x0A: keys.append(.enter)
    case 0x09: keys.append(.tab)
    case 0x08, 0x7F: keys.append(.backspace)
    case 0x01...0x1A: keys.append(.control(Character(Unicode.Scalar(byte + 0x60))))
    case 0x1C: keys.append(.control("\\"))
    case 0x20..<0x7F: keys.append(.character(Character(Unicode.Scalar(byte))))
    case 0x80...0x9F: introduce(byte, isEightBit: true)
    case 0xC2...0xDF: state = .scalar([byte], missing: 1, isAlt: false)
    case 0xE0...0xEF: state = .scalar([byte], missing: 2, isAlt: false)
    case 0xF0...0xF4: state = .scalar([byte], missing: 3, isAlt: false)
    default: break
    }
  }

  private mutating func escaped(_ byte: UInt8, into keys: inout [Key]) {
    state = .ground
    switch byte {
    case 0x1B:
      keys.append(.escape)
      state = .escape
    // A string's end, wherever its beginning is.
    case UInt8(ascii: "\\"): break
    case 0x20...0x2F:
      state = .designation
      alternative = Character(Unicode.Scalar(byte))
    case 0x30..<0x7F:
      introduce(byte + 0x40, isEightBit: false)
      let letter = Character(Unicode.Scalar(byte))
      if case .ground = state { keys.append(.alt(letter)) } else { alternative = letter }
    case 0x08, 0x7F: keys.append(.backspace)
    // As the Linux console has it.
    case 0x09: keys.append(.backTab)
    case 0xC2...0xF4:
      ground(byte, into: &keys)
      if case .scalar(let bytes, let missing, _) = state { state = .scalar(bytes, missing: missing, isAlt: true) }
    default:
      // The way out isn't lost to what is pressed right after it.
      keys.append(.escape)
      ground(byte, into: &keys)
    }
  }

  /// What a control of the C1 set begins (ECMA-48 5.3); the others mean nothing here.
  private mutating func introduce(_ control: UInt8, isEightBit: Bool) {
    switch control {
    case 0x8E: state = .shift2
    case 0x8F: state = .shift3([])
    case 0x90, 0x98, 0x9E, 0x9F: state = .string(isEightBit: isEightBit, answer: nil)
    case 0x9D: state = .string(isEightBit: isEightBit, answer: [])
    case 0x9B: state = .sequence([])
    default: state = .ground
    }
  }

  // MARK: - Sequences

  private static let consoleKeys = Array("ABCDE".utf8)

  /// One byte more; what is too long to mean anything stays so.
  private static func extended(_ parameters: [UInt8], by byte: UInt8) -> [UInt8] {
    parameters.count > sequenceLimit ? parameters : parameters + [byte]
  }

  private mutating func sequence(_ parameters: [UInt8], _ byte: UInt8, into keys: inout [Key]) {
    switch byte {
    // rxvt ends keys with Shift by what is elsewhere no final byte; an answer of that form has more than a number.
    case UInt8(ascii: "$") where !parameters.isEmpty && parameters.allSatisfy({ (0x30...0x39).contains($0) }): break
    case 0x20..<0x40: return state = .sequence(Self.extended(parameters, by: byte))
    case UInt8(ascii: "M") where parameters.isEmpty: return state = .report([])
    case UInt8(ascii: "[") where parameters.isEmpty: return state = .console
    case 0x40..<0x7F: break
    default: return finish(byte, isLast: false, into: &keys)
    }
    state = .ground
    guard let sequence = ControlSequence(parameters, byte) else { return }
    if sequence.beginsPaste {
      (state, pasted) = (.paste, [])
    } else if let key = sequence.key {
      keys.append(key)
    }
  }

  /// Three numbers of a byte each, or of a scalar each where mode 1005 was left on.
  private mutating func report(_ bytes: [UInt8], _ byte: UInt8, into keys: inout [Key]) {
    guard byte >= 0x20, byte != 0x7F else { return finish(byte, isLast: false, into: &keys) }
    let text = bytes + [byte]
    var numbers: [Int] = []
    var lead: UInt8?
    for byte in text {
      if let first = lead.take(), byte & 0xC0 == 0x80 {
        numbers[numbers.count - 1] = Int(first & 0x1F) << 6 | Int(byte & 0x3F)
      } else {
        numbers.append(Int(byte))
        if (0xC2...0xDF).contains(byte) { lead = byte }
      }
    }
    guard numbers.count > 3 || (numbers.count == 3 && lead == nil) else { return state = .report(text) }
    if let key = ControlSequence.mouse(button: numbers[0] - 32, column: numbers[1] - 32, row: numbers[2] - 32) { keys.append(key) }
    // With four the third was whole before this byte.
    finish(byte, isLast: numbers.count == 3, into: &keys)
  }

  // MARK: - Text

  private mutating func scalar(_ bytes: [UInt8], _ missing: Int, _ isAlt: Bool, _ byte: UInt8, into keys: inout [Key]) {
    guard byte & 0xC0 == 0x80 else { return finish(byte, isLast: false, into: &keys) }
    guard missing == 1 else { return state = .scalar(bytes + [byte], missing: missing - 1, isAlt: isAlt) }
    state = .ground
    guard let scalar = String(validating: bytes + [byte], as: UTF8.self)?.unicodeScalars.first else { return }
    switch scalar.value {
    case 0x80...0x9F: introduce(UInt8(scalar.value), isEightBit: true)
    // Some terminals name keys by private characters; no keyboard types one.
    case 0xE000...0xF8FF: break
    default: keys.append(isAlt ? .alt(Character(scalar)) : .character(Character(scalar)))
    }
  }

  private static let pasteEnd = Array("\u{1B}[201~".utf8)

  private mutating func paste(_ byte: UInt8, into keys: inout [Key]) {
    pasted.append(byte)
    if pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) {
      keys.append(paste(to: pasted.count - Self.pasteEnd.count))
      state = .ground
    } else if pasted.count > Self.pasteLimit + 64 {
      // Past the limit only the tail is watched, for its end.
      pasted.remove(at: Self.pasteLimit)
    }
  }

  private func paste(to end: Int) -> Key { .paste(String(decoding: pasted.prefix(min(end, Self.pasteLimit)), as: UTF8.self)) }

  /// Terminals leave control characters out of what they paste: these were pressed.
  private var waysOut: [Key] {
    if pasted.contains(0x03) { return [.control("c")] }
    if pasted.contains(0x0C) { return [.control("l")] }
    return pasted.last == 0x1B ? [.escape] : []
  }
}
