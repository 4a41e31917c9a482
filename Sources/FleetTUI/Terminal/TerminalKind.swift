/// What the environment's variables say of the terminal.
struct TerminalKind: Hashable, Sendable {
  /// `TERM`.
  var name = ""
  /// `COLORTERM`.
  var colorTerm: String?
  /// tmux draws for it.
  var isInTmux = false

  init(name: String = "", colorTerm: String? = nil, isInTmux: Bool = false) {
    (self.name, self.colorTerm, self.isInTmux) = (name, colorTerm, isInTmux)
  }

  init(variables: [String: String]) {
    name = variables["TERM"] ?? ""
    colorTerm = variables["COLORTERM"]
    isInTmux = variables["TMUX"] != nil || name.hasPrefix("tmux")
  }

  private var saysDirect: Bool { ["truecolor", "24bit"].contains(colorTerm) || name.hasSuffix("-direct") }

  /// What the terminal database is asked for, the best first.
  ///
  /// A name that it lacks (`xterm-kitty` on most servers) is taken for an xterm, which those are. A terminal that says in `COLORTERM` that it
  /// shows 24-bit colours, or of which many are wanted, has the 256 that themes are made of, though `TERM` is an old name with eight (`xterm`,
  /// `screen`). 24-bit colours are written by ``Inks``, whatever the database has of them.
  func names(wanted: ColorDepth?) -> [String] {
    var first = [name]
    if name.hasSuffix("-direct") {
      first = [name.dropLast("-direct".count) + "-256color", name]
    } else if saysDirect || wanted ?? .mono >= .palette, !name.isEmpty, !name.contains("color") {
      first = ["\(name)-256color", name]
    }
    return (first + ["xterm-256color", "xterm", "vt100"]).filter { !$0.isEmpty }
  }

  /// How many colours it is drawn with.
  ///
  /// - Parameters:
  ///   - colors: what the terminal database has.
  ///   - isDirect: whether that says that it shows 24-bit colours.
  func depth(colors: Int, isDirect: Bool, wanted: ColorDepth?) -> ColorDepth {
    let has: ColorDepth = colors >= 256 ? .palette : colors >= 16 ? .sixteen : colors >= 8 ? .eight : .mono
    guard has == .palette else { return min(has, wanted ?? has) }
    // It has the variable from the terminal around it, and takes the numbers of such a colour for attributes.
    return wanted ?? (isDirect || (saysDirect && !isScreen) ? .direct : .palette)
  }

  /// GNU screen.
  private var isScreen: Bool { name.hasPrefix("screen") && !isInTmux }

  /// Whether its ground is asked for: the console knows no such question, and what is no terminal of today may print it.
  var answersGround: Bool { !["linux", "dumb", "cons25", "ansi", ""].contains(name) && !name.hasPrefix("vt") }

  /// Whether links are written for it. What knows none leaves them out, but GNU screen, which prints the end of a long one, and Emacs' terminal.
  /// - Parameter wanted: `nil`: where they do no harm.
  func takesLinks(wanted: Bool?) -> Bool { answersGround && (wanted ?? (!isScreen && !name.hasPrefix("eterm"))) }

  /// Whether marks around a frame can do no harm. A multiplexer has them from whoever draws inside and may hold back what it shows.
  var isSafeToSynchronize: Bool { !isInTmux && !isScreen }
}

/// What is wanted of the terminal.
struct TerminalSettings: Sendable {
  var kind = TerminalKind()
  var usesMouse = false
  /// `nil`: as many as it has.
  var colors: ColorDepth?
  /// Whether each frame is marked as one (`CSI ? 2026 h`).
  var isSynchronized = true
  /// Whether what leads somewhere is a link of the terminal's too (OSC 8), where it has the colours for it.
  var hasLinks = false
}
