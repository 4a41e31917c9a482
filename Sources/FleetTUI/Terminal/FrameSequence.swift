/// What ncurses writes besides characters: one control character or escape sequence of a frame (ECMA-48, 5.3 to 5.6).
struct FrameSequence: Equatable {
  enum Meaning: Equatable {
    /// What follows is written in, or on, this place of the palette.
    case foreground(UInt8)
    case ground(UInt8)
    /// Any other style (SGR, 8.3.117): ncurses names its colours anew after it.
    case style
    /// The last character again (REP, 8.3.103).
    case repetition
    case other
  }

  let meaning: Meaning
  /// Where the next one begins.
  let end: Int

  private static let escape: UInt8 = 0x1B

  /// - Returns: `nil` where a character stands.
  init?(in frame: [UInt8], at start: Int) {
    guard frame[start] < 0x20 || frame[start] == 0x7F else { return nil }
    let next = start + 1
    guard frame[start] == Self.escape, next < frame.count else {
      self.init(.other, end: next)
      return
    }
    switch frame[next] {
    case UInt8(ascii: "["):
      let intermediate = Self.skip(0x30...0x3F, in: frame, from: next + 1)
      let final = Self.skip(0x20...0x2F, in: frame, from: intermediate)
      let isPlain = final == intermediate && final < frame.count
      self.init(isPlain ? Self.meaning(of: frame[next + 1..<final], frame[final]) : .other, end: min(final + 1, frame.count))
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      var end = next + 1
      while end < frame.count, frame[end] != 7, frame[end] != Self.escape { end += 1 }
      self.init(.other, end: min(frame.count, end < frame.count && frame[end] == Self.escape ? end + 2 : end + 1))
    default:
      self.init(.other, end: min(frame.count, Self.skip(0x20...0x2F, in: frame, from: next) + 1))
    }
  }

  private init(_ meaning: Meaning, end: Int) {
    self.meaning = meaning
    self.end = end
  }

  private static func skip(_ bytes: ClosedRange<UInt8>, in frame: [UInt8], from start: Int) -> Int {
    var end = start
    while end < frame.count, bytes.contains(frame[end]) { end += 1 }
    return end
  }

  /// Some descriptions part the numbers of a colour with colons (ISO 8613-6).
  private static func meaning(of parameters: ArraySlice<UInt8>, _ final: UInt8) -> Meaning {
    if final == UInt8(ascii: "b") { return .repetition }
    guard final == UInt8(ascii: "m") else { return .other }
    let numbers = parameters.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ":") }
    guard numbers.count == 3, numbers[1].elementsEqual("5".utf8), let place = UInt8(String(decoding: numbers[2], as: UTF8.self)) else {
      return .style
    }
    if numbers[0].elementsEqual("38".utf8) { return .foreground(place) }
    return numbers[0].elementsEqual("48".utf8) ? .ground(place) : .style
  }
}
