import FleetModel
import FleetSim
import Foundation
import Testing

/// What a keyboard, a terminal and the world say at the wrong moment, in a real pseudo-terminal.
@Suite(.serialized) struct StrayInputTests {
  /// Silence is what ends a sequence: it is tested here, not waited for.
  private func pause(_ seconds: Double, _ terminal: PseudoTerminal) throws { try terminal.ask(["do": "quiet", "seconds": seconds]) }

  @Test func neitherAltNorAStringNorAPasteWithoutAnEndKeepsTheKeyboard() throws {
    let terminal = try PseudoTerminal(columns: 120)
    try terminal.see("acme")
    // Until then the beginning of an OSC may be the terminal's answer, which is waited for longer.
    try pause(1, terminal)
    for beginning in ["\u{1B}P", "\u{1B}X", "\u{1B}]", "\u{1B}^", "\u{1B}_", "\u{1B}]11;rgb:00", "\u{1B}[", "\u{1B}[M", "\u{1B}[200~"] {
      try terminal.press(beginning)
      try pause(beginning == "\u{1B}[200~" ? 1.5 : 0.3, terminal)
      try terminal.press("2")
      try terminal.see("ELAPSED")
      try terminal.press("1")
      try terminal.see("ELAPSED", absent: true)
    }
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test(arguments: ["\u{1B}P", "\u{1B}]0;x", "\u{1B}[1;5", "\u{1B}[200~demo"]) func controlCEndsItFromWithinAny(_ beginning: String) throws
  {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.press(beginning)
    try terminal.press("\u{03}")
    let end = try terminal.end()
    #expect(end.code == 130 && end.isRestored)
  }

  @Test func aPasteWithoutAnEndIsLeftHoweverFastControlCIsPressed() throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.press("\u{1B}[200~demo")
    var presses = 0
    var end: PseudoTerminal.End
    repeat {
      try terminal.press("\u{03}")
      end = try terminal.end(within: 0.05)
      presses += 1
    } while !end.hasEnded && presses < 300
    #expect(end.hasEnded && end.code == 130, "\(presses) presses")
  }

  @Test func whatAnEarlierProgramLeftSwitchedOnAndTheConsolesKeysTypeNothing() throws {
    let terminal = try PseudoTerminal(["demo", "--write"], columns: 120)
    // Reports nobody reads are switched off before anything else.
    let off = try terminal.ask(["do": "wrote", "text": "\u{1B}[?1006;1000;1002;1003l", "times": 1])
    #expect(off["found"] as? Bool == true)
    try terminal.see(" d delete  ?")
    // Clicks at columns and rows whose numbers are the letters d and q.
    for report in [
      "\u{1B}[M dd", "\u{1B}[M#dd", "\u{1B}[M qq", "\u{1B}[0;40;80M", "\u{1B}[<0;80;40M", "\u{1B}[I", "\u{1B}]11;rgb:dd/qq\u{1B}\\",
    ] {
      try terminal.press(report)
    }
    try terminal.press("/glo")
    try terminal.see("/glo")
    for key in ["\u{1B}[[A", "\u{1B}[[E", "\u{1B}OP", "\u{1B}Oq", "\u{1B}[57441u", "\u{1B}[?1;2c", "\u{1B}q"] { try terminal.press(key) }
    try terminal.press("b")
    try terminal.see("/glob  ")
    try terminal.press("\r")
    try terminal.see("▶ globex")
    #expect(try !terminal.screen().joined().contains("Delete org"))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func aFilterTypedOnAScreenTooSmallForTheTableLeavesItWhole() throws {
    let terminal = try PseudoTerminal(["demo", "--orgs", "100"], columns: 120)
    try terminal.see("100 orgs")
    try terminal.press("1G")
    try terminal.resize(rows: 3, columns: 10)
    try terminal.see("too small")
    try terminal.press("/zzz")
    try terminal.resize(rows: 24, columns: 120)
    try terminal.see("no row holds \"zzz\"")
    try terminal.press("\u{1B}")
    try terminal.see("no row holds", absent: true)
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func continuedByAnotherHandTheTerminalHasItsModesAgain() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-mouse-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("config.toml").path
    let lines = [
      "[environment.quiet]", "control_plane = \"http://127.0.0.1:9\"", "admin_token = { env = \"ABSENT_TOKEN\" }", "[ui]", "mouse = true",
      "",
    ]
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
    let terminal = try PseudoTerminal(["--config", file])
    try terminal.see("QUIET")
    let on = "\u{1B}[?1002;1006h"
    #expect(try terminal.ask(["do": "wrote", "text": on, "times": 1])["found"] as? Bool == true)
    try terminal.signal(SIGSTOP)
    #expect(try terminal.ask(["do": "stopped"])["stopped"] as? Bool == true)
    try terminal.signal(SIGCONT)
    #expect(try terminal.ask(["do": "wrote", "text": on, "times": 2])["found"] as? Bool == true)
    // And after the shell had the terminal.
    try terminal.press("\u{1A}")
    #expect(try terminal.ask(["do": "stopped"])["stopped"] as? Bool == true)
    try terminal.signal(SIGCONT)
    #expect(try terminal.ask(["do": "wrote", "text": on, "times": 3])["found"] as? Bool == true)
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored)
  }

  @Test func aDialogRefusedForStaleDataTakesThePhraseAndNothingElseHappens() async throws {
    try await DeletionDialogTests().withScene { scene in
      let terminal = try scene.dashboard()
      try terminal.see("acme")
      try terminal.press("/acme\r")
      try terminal.see("▶ acme")
      try terminal.see(" d delete  ?")
      scene.simulation.set(.rosterUnavailable, on: true)
      try terminal.see("d delete (off)")
      try terminal.press("d")
      try terminal.type("demo/acme")
      try terminal.see("off: control-plane is failed")
      try terminal.press("\r")
      let rows = try terminal.screen().joined(separator: "\n")
      #expect(rows.contains("Delete org") && rows.contains("▸ demo/acme") && !rows.contains("enter deletes"), "\(rows)")
      // With the data back, the phrase stands, and what Enter does is said.
      scene.simulation.set(.rosterUnavailable, on: false)
      try terminal.see("enter deletes it for good")
      #expect(try await scene.purges(of: "acme").isEmpty && scene.journals.isEmpty)
      try terminal.press("\u{1B}")
      try terminal.see("Delete org", absent: true)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func thePhraseTypedIntoAReadOnlyDashboardIsNoCommand() throws {
    let terminal = try PseudoTerminal(columns: 120)
    try terminal.see("acme")
    try terminal.press("d")
    try terminal.see("read-only: start with `fleettui demo --write`")
    // q would leave, e explain, m jump.
    for key in "demo/equinoxq" { try terminal.press(String(key)) }
    let rows = try terminal.screen().joined(separator: "\n")
    #expect(rows.contains("read-only: start with `fleettui demo --write`") && rows.contains("TENANT"), "\(rows)")
    try pause(1.5, terminal)
    try terminal.press("2")
    try terminal.see("ELAPSED")
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }
}
