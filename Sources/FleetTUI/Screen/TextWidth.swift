import CNcurses

/// Columns that text takes, by the same rule that ncurses uses: libc's width of each scalar. Every text is defended here once more, however
/// it came: no control character, no invisible or bidirectional one reaches the terminal.
enum TextWidth {
  static let replacement: Unicode.Scalar = "\u{FFFD}"

  /// What stands for `scalar` on the screen and how many columns it takes; `nil` when it is left out.
  static func shown(_ scalar: Unicode.Scalar) -> (scalar: Unicode.Scalar, columns: Int)? {
    let value = scalar.value
    if (0x20..<0x7F).contains(value) { return (scalar, 1) }
    switch value {
    // Between two lines of a program's output.
    case 0x0A: return (" ", 1)
    case 0..<0x20, 0x7F..<0xA0: return (replacement, 1)
    case 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFB,
      0xE0000...0xE01EF:
      return nil
    default: break
    }
    let columns = Int(text_width(value))
    return columns < 0 ? (replacement, 1) : (scalar, columns)
  }

  static func columns(of text: String) -> Int {
    var total = 0
    for scalar in text.unicodeScalars { total += shown(scalar)?.columns ?? 0 }
    return total
  }
}
