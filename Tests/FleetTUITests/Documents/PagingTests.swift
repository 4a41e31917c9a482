import Testing

@testable import FleetTUI

@Suite struct PagingTests {
  private static let terminal = ["TERM": "xterm-256color"]

  private func program(_ variables: [String: String]) -> [String]? { Paging.program(Self.terminal.merging(variables) { $1 }) }

  @Test func thePagerIsNamedWithItsArgumentsAndNoShellReadsThem() {
    #expect(program(["PAGER": "less -R  -F"]) == ["less", "-R", "-F"])
    #expect(program(["PAGER": "less; rm -rf $HOME"]) == ["less;", "rm", "-rf", "$HOME"])
  }

  @Test func withoutOneOrWithCatOrForAReaderOfTheScreenTextIsPrinted() {
    for variables in [[:], ["PAGER": ""], ["PAGER": "  "], ["PAGER": "cat"], ["PAGER": "cat -v"]] { #expect(program(variables) == nil) }
    #expect(program(["PAGER": "less", "ACCESSIBLE": "1"]) == nil)
    #expect(program(["PAGER": "less", "TERM": "dumb"]) == nil)
    #expect(Paging.program(["PAGER": "less"]) == nil)
  }

  @Test func onlyWhatIsLongerThanTheScreenIsPaged() {
    let screen = Terminal.Size(rows: 4, columns: 10)
    #expect(!Paging.exceeds("a\nb\nc\n", screen))
    #expect(Paging.exceeds("a\nb\nc\nd\n", screen))
    #expect(Paging.exceeds("a\n" + String(repeating: "x", count: 21) + "\n", screen))
    #expect(!Paging.exceeds("a\n" + String(repeating: "x", count: 20) + "\n", screen))
  }

  @Test func itLearnsHowToShowTextAndNoToken() {
    let all = [
      "PATH": "/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8", "LESS": "-R", "LESSCHARSET": "utf-8", "CP_ADMIN_API_TOKEN": "secret",
      "AWS_SECRET_ACCESS_KEY": "secret", "PGPASSWORD": "secret",
    ]
    #expect(Paging.shown(all).keys.sorted() == ["LC_ALL", "LESS", "LESSCHARSET", "PATH", "TERM"])
  }
}
