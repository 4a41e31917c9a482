import Testing

@testable import FleetTUI

@Suite struct TerminalKindTests {
  @Test func colorTermChoosesTheDescriptionWithTheColoursThatTheTerminalHas() {
    func names(_ name: String, _ colorTerm: String?, _ wanted: ColorDepth? = nil) -> [String] {
      TerminalKind(name: name, colorTerm: colorTerm).names(wanted: wanted)
    }
    #expect(names("xterm", "truecolor") == ["xterm-256color", "xterm", "xterm-256color", "xterm", "vt100"])
    #expect(names("screen", "24bit").first == "screen-256color")
    for (name, colorTerm) in [("xterm", nil), ("xterm", ""), ("xterm", "yes"), ("tmux-256color", "truecolor")] {
      #expect(names(name, colorTerm).first == name)
    }
    #expect(names("", "truecolor") == ["xterm-256color", "xterm", "vt100"])
    // ncurses would take places of the palette for colours.
    #expect(names("xterm-direct", nil).first == "xterm-256color")
    #expect(names("xterm", nil, .palette).first == "xterm-256color" && names("xterm", nil, .sixteen).first == "xterm")
  }

  @Test func aTerminalIsDrawnWithTheColoursThatItHasOrThatAreWanted() {
    func depth(
      _ name: String, _ colorTerm: String?, _ colors: Int, isInTmux: Bool = false, isDirect: Bool = false, wanted: ColorDepth? = nil
    ) -> ColorDepth {
      TerminalKind(name: name, colorTerm: colorTerm, isInTmux: isInTmux).depth(colors: colors, isDirect: isDirect, wanted: wanted)
    }
    #expect(depth("xterm-256color", nil, 256) == .palette && depth("xterm-256color", "truecolor", 256) == .direct)
    #expect(depth("xterm-256color", nil, 256, isDirect: true) == .direct && depth("xterm-direct", nil, 256) == .direct)
    #expect(depth("linux", nil, 8) == .eight && depth("xterm-16color", nil, 16) == .sixteen && depth("vt100", nil, 0) == .mono)
    // GNU screen takes the numbers of a 24-bit colour for attributes; tmux doesn't.
    #expect(depth("screen-256color", "truecolor", 256) == .palette)
    #expect(depth("screen-256color", "truecolor", 256, isInTmux: true) == .direct)
    for wanted in ColorDepth.allCases { #expect(depth("xterm-256color", "truecolor", 256, wanted: wanted) == wanted) }
    #expect(depth("linux", nil, 8, wanted: .direct) == .eight && depth("linux", nil, 8, wanted: .mono) == .mono)
  }

  @Test func onlyWhatMayAnswerIsAskedForItsGround() {
    for name in ["linux", "dumb", "vt100", "vt220", ""] { #expect(!TerminalKind(name: name).answersGround) }
    for name in ["xterm-256color", "tmux-256color", "screen", "xterm-kitty", "foot"] { #expect(TerminalKind(name: name).answersGround) }
  }

  @Test func linksAreWrittenWhereTheyAreWantedOrDoNoHarm() {
    func takes(_ name: String, _ wanted: Bool? = nil, isInTmux: Bool = false) -> Bool {
      TerminalKind(name: name, isInTmux: isInTmux).takesLinks(wanted: wanted)
    }
    for name in ["xterm-256color", "tmux-256color", "xterm-kitty", "foot"] { #expect(takes(name) && !takes(name, false)) }
    for name in ["eterm-color", "screen", "screen-256color"] { #expect(!takes(name) && takes(name, true)) }
    for name in ["linux", "dumb", "vt100", ""] { #expect(!takes(name) && !takes(name, true)) }
    #expect(takes("screen-256color", isInTmux: true))
  }

  @Test func framesAreMarkedWhereNobodyDrawsInBetween() {
    #expect(TerminalKind(variables: ["TERM": "xterm-256color"]).isSafeToSynchronize)
    #expect(!TerminalKind(variables: ["TERM": "xterm-256color", "TMUX": "/tmp/tmux"]).isSafeToSynchronize)
    #expect(!TerminalKind(variables: ["TERM": "screen-256color"]).isSafeToSynchronize)
    #expect(!TerminalKind(variables: ["TERM": "tmux-256color"]).isSafeToSynchronize)
  }

  @Test(arguments: [
    ("15;0", Ground.dark), ("0;15", .light), ("0;default;15", .light), ("12;8", .dark), ("0;7", .light), ("15;default", nil), ("", nil),
    ("x", nil),
    ("1;99", nil),
  ]) func colorFGBGTellsTheGround(_ text: String, _ ground: Ground?) {
    #expect(Ground(colorFGBG: text) == ground)
  }
}
