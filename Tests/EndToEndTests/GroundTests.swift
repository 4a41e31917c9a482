import Foundation
import Testing

/// A terminal that is asked for its ground and answers as terminals do: late, never, nonsense, in pieces.
@Suite(.serialized) struct GroundTests {
  /// What text is drawn with in 256 colours: in the theme for light grounds, for dark ones, and for those that nobody knows.
  private static let light = "38;5;236m"
  private static let dark = "38;5;252m"

  private func start(_ arguments: [String] = ["demo"], environment: [String: String] = [:]) throws -> PseudoTerminal {
    // What was chosen in another test is not remembered.
    let state = FileManager.default.temporaryDirectory.appending(path: "ground-\(UUID().uuidString)").path
    let variables = ["XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state].merging(environment) { $1 }
    return try PseudoTerminal(arguments, columns: 120, environment: variables)
  }

  private func wrote(_ bytes: String, _ terminal: PseudoTerminal, within seconds: Double = 20) throws -> Bool {
    try terminal.ask(["do": "wrote", "text": bytes, "times": 1, "seconds": seconds])["found"] as? Bool == true
  }

  private func pause(_ seconds: Double, _ terminal: PseudoTerminal) throws { try terminal.ask(["do": "quiet", "seconds": seconds]) }

  @Test(arguments: [("ffff/ffff/ffff", light), ("1e1e/1e1e/1e1e", dark)]) func theGroundChoosesTheTheme(_ color: String, _ text: String)
    throws
  {
    let terminal = try start()
    #expect(try wrote("\u{1B}]11;?", terminal))
    try terminal.press("\u{1B}]11;rgb:\(color)\u{1B}\\")
    #expect(try wrote(text, terminal))
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored)
  }

  @Test func noFrameWaitsForAnAnswerAndALateOneIsTaken() throws {
    let terminal = try start()
    try terminal.see("acme")
    #expect(try !wrote(Self.light, terminal, within: 0.1) && !wrote(Self.dark, terminal, within: 0.1))
    try pause(1.5, terminal)
    try terminal.press("\u{1B}]11;rgb:ffff/ffff/ffff\u{07}")
    #expect(try wrote(Self.light, terminal))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func anAnswerInPiecesAmongTypedKeysIsNoKey() throws {
    let terminal = try start()
    try terminal.see("acme")
    try terminal.press("jj")
    for piece in ["\u{1B}]", "11;rgb:ff", "ff/ffff/", "ffff", "\u{1B}", "\\"] {
      try terminal.press(piece)
      // Silence between its pieces is what is tested.
      try pause(0.06, terminal)
    }
    try terminal.press("k2")
    #expect(try wrote(Self.light, terminal))
    let screen = try terminal.see("ELAPSED").joined(separator: "\n")
    #expect(!screen.contains("/f") && !screen.contains("does nothing here"))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test(arguments: ["\u{1B}]11;rgb:zz/zz/zz\u{07}", "\u{1B}]11;rgb:ffff\u{1B}\\", "\u{1B}]11;\u{07}", "\u{1B}]11;rgb:ffff/ff"])
  func nonsenseChangesNothingAndTypesNothing(_ answer: String) throws {
    let terminal = try start()
    try terminal.see("acme")
    try terminal.press(answer)
    try pause(0.7, terminal)
    try terminal.press("2")
    try terminal.see("ELAPSED")
    #expect(try !wrote(Self.light, terminal, within: 0.1))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func aTerminalThatNeverAnswersIsLeftAtOnce() throws {
    let terminal = try start()
    try terminal.see("acme")
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored && end.seconds < 2)
  }

  @Test func whatIsChosenGoesBeforeTheGroundAndTheVariableTellsItWhereNobodyAnswers() throws {
    let chosen = try start(["demo", "--theme", "default"])
    #expect(try wrote(Self.dark, chosen))
    try chosen.press("q")
    #expect(try chosen.end().code == 0)
    let told = try start(environment: ["COLORFGBG": "0;15"])
    #expect(try wrote(Self.light, told))
    try told.press("q")
    #expect(try told.end().code == 0)
  }

  @Test func theConsoleIsNotAsked() throws {
    let terminal = try start(environment: ["TERM": "linux"])
    try terminal.see("acme")
    #expect(try !wrote("]11;?", terminal, within: 0.1))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func theScreenWearsWhatTheCursorIsOnIn24BitColours() throws {
    let terminal = try start(environment: ["COLORTERM": "truecolor"])
    try terminal.see("acme")
    try terminal.press("t")
    try terminal.see("high-contrast")
    // Nord's own ground: the list begins with what the terminal asks for.
    let nord = "48;2;46;52;64m"
    for _ in 0..<8 { try terminal.press("j") }
    #expect(try wrote(nord, terminal))
    try terminal.press("\u{1B}")
    try terminal.see("high-contrast", absent: true)
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }
}
