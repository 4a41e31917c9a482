/// ncurses names both colours of a cell's style anew with each style, also the one that stays: on the lit row that is the ground of every cell. What a
/// terminal was told already is left out.
enum RepeatedColors {
  private static let escape: UInt8 = 0x1B

  /// The frame without `ESC [ 38;5;N m` and `ESC [ 48;5;N m` that change nothing.
  static func removed(from frame: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(frame.count)
    // What the last of them said; unknown again with every other style.
    var foreground: ArraySlice<UInt8>?
    var ground: ArraySlice<UInt8>?
    var index = 0
    while index < frame.count {
      guard let end = style(in: frame, at: index) else {
        out.append(frame[index])
        index += 1
        continue
      }
      let told = frame[index..<end]
      index = end
      let kind = told.dropFirst(2).prefix(5)
      if kind.elementsEqual("38;5;".utf8) {
        guard foreground.map({ !$0.elementsEqual(told) }) ?? true else { continue }
        foreground = told
      } else if kind.elementsEqual("48;5;".utf8) {
        guard ground.map({ !$0.elementsEqual(told) }) ?? true else { continue }
        ground = told
      } else {
        (foreground, ground) = (nil, nil)
      }
      out += told
    }
    return out
  }

  /// The end of the SGR sequence (ECMA-48, 8.3.117) that begins at `start`.
  private static func style(in frame: [UInt8], at start: Int) -> Int? {
    guard frame[start] == escape, start + 1 < frame.count, frame[start + 1] == UInt8(ascii: "[") else { return nil }
    var end = start + 2
    while end < frame.count, (0x30...0x3B).contains(frame[end]) { end += 1 }
    return end < frame.count && frame[end] == UInt8(ascii: "m") ? end + 1 : nil
  }
}
