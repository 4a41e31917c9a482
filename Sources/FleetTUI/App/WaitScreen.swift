import FleetModel
import Glibc

/// The one line of a terminal in which `wait` shows how far its target is.
struct WaitScreen {
  let glyphs: Glyphs

  /// `nil` where standard error is no terminal that could take a line back, or is read aloud.
  init?(_ global: GlobalOptions) {
    let variables = global.variables
    guard isatty(STDERR_FILENO) == 1, variables["TERM"] ?? "dumb" != "dumb", !LinearOutput.isWanted(variables) else { return nil }
    glyphs = global.ascii ? .ascii : .unicode
  }

  private var columns: Int {
    var window = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_col > 0 else { return 80 }
    return min(Int(window.ws_col), 2000)
  }

  func draw(_ line: Line) { Output.tell("\r\(line.fitted(to: columns - 1).plain)\u{1B}[K") }

  func clear() { Output.tell("\r\u{1B}[K") }

  /// `acme/support-7  ▕████░░░▏ 41% ≈4m10s  install_apt_base`; without a boot, in words.
  static func line(_ target: String, _ why: String, _ progress: Progress?, _ glyphs: Glyphs) -> Line {
    guard let progress else { return Line([Span(target, .title), Span("  \(why)")]) }
    return Line(
      [Span(target, .title), Span("  ")]
        // What stands still has no bar.
        + (progress.standstill == nil ? ProgressBar(progress).spans(width: 26, glyphs: glyphs) + [Span(" ")] : [])
        + Wording.remaining(progress, glyphs) + [Span("  \(progress.phase ?? why)", .dim)]
        + (progress.asOf.map { [Span("  as of \($0.timeOfDay)", .stale)] } ?? []))
  }
}
