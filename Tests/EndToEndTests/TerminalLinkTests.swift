import Foundation
import Testing

/// Links as a terminal gets them.
@Suite(.serialized) struct TerminalLinkTests {
  private static let console = "https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#"

  private func start(_ environment: [String: String]) throws -> PseudoTerminal {
    // What was chosen in another test is not remembered.
    let state = FileManager.default.temporaryDirectory.appending(path: "links-\(UUID().uuidString)").path
    let variables = ["XDG_STATE_HOME": state, "XDG_CONFIG_HOME": state].merging(environment) { $1 }
    let terminal = try PseudoTerminal(rows: 50, columns: 120, environment: variables)
    try terminal.see("acme")
    try terminal.press("4")
    try terminal.see("VERDICT")
    try terminal.press("\r")
    try terminal.see("machine i-")
    return terminal
  }

  /// The links that were written, as `text address`.
  private func links(_ terminal: PseudoTerminal, within seconds: Double) throws -> [String] {
    let answer = try terminal.ask(["do": "links", "address": Self.console, "seconds": seconds])
    #expect(answer["problems"] as? [String] == [])
    return (answer["links"] as? [[String]] ?? []).map { $0.joined(separator: " ") }
  }

  /// - Parameter closing: whether a link that a frame may have left open, cut off, is closed.
  private func leave(_ terminal: PseudoTerminal, closing: Bool) throws {
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored, "\(end)")
    #expect(end.text.contains("\u{1B}]8;;\u{1B}\\") == closing)
  }

  @Test(arguments: [["COLORTERM": "truecolor"], [:], ["TERM": "tmux-256color"]]) func aMachineIsALinkToItsConsole(
    _ environment: [String: String]
  ) throws {
    let terminal = try start(environment)
    let links = try links(terminal, within: 20)
    #expect(links.contains { $0.hasPrefix("machine i-") && $0.contains(" \(Self.console)InstanceDetails:instanceId=i-") }, "\(links)")
    // The row above or below, over what is there.
    for key in ["j", "j", "k", "\u{1B}[6~"] {
      try terminal.press(key)
      let screen = try terminal.screen().joined(separator: "\n")
      #expect(!screen.contains("]8;") && !screen.contains("id="))
    }
    #expect(try !self.links(terminal, within: 0).isEmpty)
    try leave(terminal, closing: true)
  }

  @Test(arguments: [["FLEETTUI_HYPERLINKS": "0"], ["TERM": "linux"], ["TERM": "screen-256color"], ["NO_COLOR": "1"], ["TERM": "vt100"]])
  func thereIsNoneWhereTheyAreTurnedOffOrMayBePrinted(_ environment: [String: String]) throws {
    let terminal = try start(environment)
    #expect(try links(terminal, within: 0.2).isEmpty)
    try leave(terminal, closing: false)
  }
}
