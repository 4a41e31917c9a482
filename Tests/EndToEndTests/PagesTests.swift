import Testing

/// Each page and whatever a key opens, from a wide screen down to the smallest.
@Suite(.serialized) struct PagesTests {
  struct Size: CustomTestStringConvertible, Sendable {
    var rows: Int
    var columns: Int
    var testDescription: String { "\(columns)x\(rows)" }
  }

  static let sizes = [Size(rows: 50, columns: 200), Size(rows: 24, columns: 80), Size(rows: 5, columns: 20)]

  /// Each page's key and a heading that it has at any size; no page follows one with the same.
  static let pages = [
    ("1", "ORG"), ("2", "TARGET"), ("4", "INSTANCE"), ("3", "TARGET"), ("5", "WHAT"), ("6", "ORG"), ("7", "NAME"), ("8", "CHECK"),
    ("9", "STATE"),
    ("0", "EVENT"),
  ]

  /// A dashboard whose sources have all answered.
  /// - Parameter hasPane: without it no pane shows what a key is to open.
  private func dashboard(_ arguments: [String] = [], _ size: Size, hasPane: Bool = true) throws -> PseudoTerminal {
    let terminal = try PseudoTerminal(["demo", "--write"] + arguments, rows: 34, columns: 120)
    try terminal.see(" d delete  ?")
    if !hasPane {
      try terminal.press(":pane none\r")
      try terminal.see("── org ", absent: true)
    }
    try terminal.resize(rows: size.rows, columns: size.columns)
    return terminal
  }

  private func leave(_ terminal: PseudoTerminal) throws {
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored, "\(end.text.debugDescription)")
  }

  @Test(arguments: sizes) func everyPageAndTheDetailOfItsFirstRow(_ size: Size) throws {
    let terminal = try dashboard([], size)
    for (key, heading) in Self.pages {
      try terminal.press(key)
      try terminal.see(heading)
      try terminal.see("▶")
      try terminal.press("\r")
      try terminal.see("esc cl")
      // To its end and back.
      try terminal.press("\u{1B}[6~\u{1B}[6~\u{1B}[5~")
      try terminal.press("\u{1B}")
      try terminal.see("esc cl", absent: true)
      for key in ["G", "g", "s", "S", ">", "<"] {
        try terminal.press(key)
        try terminal.see("▶")
      }
    }
    try leave(terminal)
  }

  @Test(arguments: sizes) func everythingThatAKeyOpensCloses(_ size: Size) throws {
    let terminal = try dashboard([], size, hasPane: false)
    func open(_ keys: String, _ text: String) throws {
      try terminal.press(keys)
      try terminal.see(text)
    }
    func close(_ text: String) throws {
      try terminal.press("\u{1B}")
      try terminal.see(text, absent: true)
    }
    func look(_ keys: String, _ text: String) throws {
      try open(keys, text)
      try close(text)
    }
    try open("1", "acme")
    try look("?", "one row")
    try look("/zz", "/zz")
    try open("/acme\r", "1–1 of 1")
    for (key, title) in [("\r", "── org acme"), ("e", "── why acme"), ("p", "── checks of"), ("d", "── Delete org")] {
      try look(key, title)
    }
    // A pager is searched and scrolled.
    try open("e", "── why acme")
    try terminal.press("G/acme\rnNg")
    try close("── why acme")
    try open("3/billing\r", "acme/billing")
    try open("c", "── console of")
    try terminal.press("f")
    try close("── console of")
    try look("w", "── workspace")
    // Jumps, and the way back.
    for (key, heading) in [("o", "ORG"), ("m", "INSTANCE"), ("v", "EVENT")] {
      try open(key, heading)
      try terminal.press("\u{1B}")
      try terminal.see("TARGET")
    }
    try open("9", "STATE")
    try terminal.see("▶")
    try look("\r", "── Deletion of")
    try leave(terminal)
  }

  /// Its consoles are read at once: no, one, and many of them.
  @Test(arguments: [["--orgs", "0"], ["--orgs", "1", "--seed", "4"], ["--orgs", "30", "--seed", "3"]])
  func thePosturePageComesWithAnyNumberOfWorkspaces(_ orgs: [String]) throws {
    let terminal = try PseudoTerminal(["demo", "--scenario", "healthy"] + orgs, rows: 50, columns: 200)
    try terminal.see(orgs[1] == "0" ? "no org" : "org-1-")
    try terminal.press("8/console-secrets\r")
    try terminal.see("consoles")
    try terminal.press("\r")
    try terminal.see("esc close")
    try terminal.press("\u{1B}")
    try terminal.see("esc close", absent: true)
    try leave(terminal)
  }
}
