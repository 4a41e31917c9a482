/// ncurses scrolls several lines at once with SU and SD (`CSI n S`, `CSI n T`), which the xterm description promises. Many an emulator that calls itself
/// xterm doesn't know them and would keep old rows on screen; index and reverse index, which do the same for one line, every one knows. ncurses puts the
/// cursor on the region's last or first row before, which is what these need.
enum LineScrolling {
  private static let escape: UInt8 = 0x1B

  /// The frame with every scroll made of single lines.
  static func lineByLine(_ frame: [UInt8]) -> [UInt8] {
    guard frame.count > 3 else { return frame }
    var out: [UInt8] = []
    var copied = 0
    var index = 0
    while index + 2 < frame.count {
      guard frame[index] == escape, frame[index + 1] == UInt8(ascii: "[") else {
        index += 1
        continue
      }
      var end = index + 2
      var lines = 0
      while end < frame.count, (0x30...0x39).contains(frame[end]), lines < 10_000 {
        lines = lines * 10 + Int(frame[end] - 0x30)
        end += 1
      }
      if end < frame.count, end > index + 2, frame[end] == UInt8(ascii: "S") || frame[end] == UInt8(ascii: "T") {
        out += frame[copied..<index]
        for _ in 0..<lines { out += frame[end] == UInt8(ascii: "S") ? [0x0A] : [escape, UInt8(ascii: "M")] }
        copied = end + 1
      }
      index = end
    }
    return copied == 0 ? frame : out + frame[copied...]
  }
}
