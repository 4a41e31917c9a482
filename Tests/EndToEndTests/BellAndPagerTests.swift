import FleetSim
import Foundation
import Testing

/// What the configuration and the environment promise of the terminal: the bell, the pager, the colours.
@Suite(.serialized) struct BellAndPagerTests {
  private static let bell = "\u{07}"

  private func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-bell-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  private func hasWritten(_ text: String, _ terminal: PseudoTerminal, within seconds: Double) throws -> Bool {
    try terminal.ask(["do": "wrote", "text": text, "times": 1, "seconds": seconds])["found"] as? Bool ?? false
  }

  /// A tenant that stops answering after the fleet was loaded is a new critical finding.
  @Test(arguments: ["bell", "none"]) func aNewCriticalFindingRingsUnlessItIsNotWanted(_ notify: String) async throws {
    var options = SimulationOptions()
    options.scenario = "healthy"
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appendingPathComponent("config.toml")
    let text =
      endpoints.configuration.replacing(/roster_poll *= *"[0-9]+s"/, with: "roster_poll = \"1s\"") + "\n[ui]\nnotify = \"\(notify)\"\n"
    try Data(text.utf8).write(to: config)
    let terminal = try PseudoTerminal(["--config", config.path], columns: 120, environment: ["XDG_STATE_HOME": folder.path])
    // Everything has answered.
    try terminal.see("● control plane")
    try terminal.see("tenants")
    #expect(try !hasWritten(Self.bell, terminal, within: 1), "what was so before rings")
    simulation.set(.stopped(.tenants), on: true)
    // What is on the screen is asked every 5 s.
    try terminal.see("t answer", within: 60)
    try terminal.press("3")
    try terminal.see("tenant-unreachable", within: 60)
    #expect(try hasWritten(Self.bell, terminal, within: notify == "bell" ? 10 : 1) == (notify == "bell"))
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
    await simulation.stop()
  }

  @Test func aLongTableGoesThroughThePagerWithItsArgumentsAndAShortOneDoesNot() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let pager = folder.appendingPathComponent("pager")
    let script = """
      #!/bin/sh
      echo "paged by $1 with token ${CP_ADMIN_API_TOKEN:-none}, $(wc -l) lines"
      """
    try Data(script.utf8).write(to: pager)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: pager.path)
    let variables = ["PAGER": "\(pager.path) --plain", "CP_ADMIN_API_TOKEN": "secret", "XDG_STATE_HOME": folder.path]
    func output(_ arguments: [String], _ variables: [String: String]) throws -> String {
      let terminal = try PseudoTerminal(arguments, rows: 24, columns: 80, environment: variables)
      let end = try terminal.end()
      #expect(end.code == 0, "\(end.text)")
      return end.text
    }
    let long = try output(["prices", "--format", "table"], variables)
    #expect(long.contains("paged by --plain with token none") && !long.contains("public IPv4"), "\(long)")
    let short = try output(["receipts", "--format", "table"], variables)
    #expect(short.contains("OUTCOME") && !short.contains("paged by"), "\(short)")
    #expect(try !output(["prices", "--format", "json"], variables).contains("paged by"))
    for pager in ["", "cat"] { #expect(try output(["prices"], ["PAGER": pager]).contains("public IPv4")) }
    let missing = try output(["prices"], ["PAGER": "/nonexistent/pager -R"])
    #expect(missing.contains("public IPv4"))
  }

  @Test func colorTermGivesAnOldNameItsColours() throws {
    for (colorTerm, isRich) in [("", false), ("truecolor", true)] {
      let terminal = try PseudoTerminal(environment: ["TERM": "xterm", "COLORTERM": colorTerm])
      try terminal.see("acme")
      // A colour beyond the first sixteen.
      #expect(try hasWritten("\u{1B}[38;5;", terminal, within: isRich ? 10 : 0.5) == isRich)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }
}
