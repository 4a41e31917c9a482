import Glibc

/// How wide help is written.
enum HelpWidth {
  /// `COLUMNS`, else the terminal's; the parser can't write into fewer than forty.
  static let columns: Int = {
    var window = winsize()
    let reported = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &window) == 0 ? Int(window.ws_col) : 0
    let wanted = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 0
    return min(max(40, wanted > 0 ? wanted : reported > 0 ? reported : 80), 1000)
  }()

  /// The parser takes it from there.
  static func impose() { setenv("COLUMNS", "\(columns)", 1) }
}
