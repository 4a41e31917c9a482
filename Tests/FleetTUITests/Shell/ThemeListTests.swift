import Feeds
import FleetModel
import Testing

@testable import FleetTUI

@Suite struct ThemeListTests {
  private static let start = Timestamp(milliseconds: 1_763_905_327_000)

  /// An interface on an empty fleet.
  private struct Screen {
    var interface: Interface
    let fleet = Fleet()

    init(_ themes: ThemeChoice = ThemeChoice(ground: .dark)) {
      var options = DashboardOptions(environment: "staging")
      options.themes = themes
      interface = Interface(options)
    }

    mutating func text() -> String {
      let size = Terminal.Size(rows: 40, columns: 100)
      return interface.compose(fleet, size: size, at: start).frame.lines.map(\.plain).joined(separator: "\n")
    }

    @discardableResult
    mutating func press(_ keys: Key...) -> String {
      for key in keys {
        _ = text()
        _ = interface.handle(key, fleet, at: start)
      }
      return text()
    }

    var shown: String { interface.desk.themes.shown.name }
    var remembered: String? { interface.desk.remembered.theme }
  }

  @Test func theScreenWearsWhatTheCursorIsOnAndEscapeGivesItBack() {
    var screen = Screen()
    #expect(screen.press(.character("t")).contains("the terminal's ground is dark"))
    #expect(screen.shown == "default")
    _ = screen.press(.down, .down)
    #expect(screen.shown == "light" && screen.remembered == nil)
    #expect(!screen.press(.escape).contains("for any ground"))
    #expect(screen.shown == "default" && screen.remembered == nil)
  }

  @Test func enterKeepsAndRemembersIt() throws {
    var screen = Screen()
    screen.press(.character("t"), .down, .down, .down, .enter)
    #expect(screen.shown == "high-contrast" && screen.remembered == "high-contrast")
    // The list begins where one is.
    screen.press(.character("t"), .down, .enter)
    #expect(screen.shown == "colourblind" && screen.remembered == "colourblind")
    screen.press(.character("t"), .home, .enter)
    #expect(screen.shown == "default" && screen.remembered == "auto")
  }

  @Test func everyThemeCanBeComeTo() {
    var screen = Screen()
    screen.press(.character("t"))
    var seen = [screen.shown]
    for _ in ThemeLibrary.builtIn {
      screen.press(.down)
      seen.append(screen.shown)
    }
    #expect(seen.dropFirst() == ThemeLibrary.builtIn[...])
    #expect(screen.press(.end).contains("neutral") && screen.shown == "neutral")
  }

  @Test func aNameBehindTheActionChoosesIt() {
    var screen = Screen()
    func type(_ name: String) { _ = screen.interface.perform(.theme, with: name, screen.fleet, at: Self.start) }
    type("nord")
    #expect(screen.shown == "nord" && screen.remembered == "nord")
    type("nrod")
    #expect(screen.shown == "nord" && screen.interface.notice?.text.contains("did you mean nord?") == true)
    type("auto")
    #expect(screen.shown == "default")
    let argument = Action.theme.argument
    #expect(argument?.choices(screen.interface.desk, screen.fleet).contains("solarized-light") == true)
  }

  @Test func whatTheNextStartWillSayInsteadIsTold() throws {
    var screen = Screen(ThemeChoice(chosen: try ThemeLibrary().theme(named: "nord"), given: "ui.theme"))
    #expect(screen.press(.character("t"), .up, .enter).contains("the next start has what ui.theme says"))
  }

  @Test func theTerminalsAnswerIsNoKeyWhateverIsOpen() {
    var screen = Screen(ThemeChoice())
    #expect(screen.shown == "neutral")
    #expect(screen.interface.handle(.ground(.light), screen.fleet, at: Self.start) == .draw)
    #expect(screen.shown == "light")
    #expect(screen.interface.handle(.ground(.light), screen.fleet, at: Self.start) == .none)
    screen.press(.character("/"), .ground(.dark), .character("x"))
    #expect(screen.shown == "default" && screen.interface.desk.pages.current.filter == "x")
    screen.press(.character("?"), .ground(.light))
    #expect(screen.shown == "light")
  }

  @Test func aClickLooksAndASecondOneKeeps() {
    var screen = Screen()
    screen.press(.character("t"))
    let rows = screen.text().split(separator: "\n", omittingEmptySubsequences: false)
    let row = rows.firstIndex { $0.contains("gruvbox") } ?? rows.firstIndex { $0.contains("nord") } ?? 0
    let name = rows[row].contains("gruvbox") ? "gruvbox" : "nord"
    screen.press(.click(row: row, column: 5))
    #expect(screen.shown == name && screen.remembered == nil)
    screen.press(.click(row: row, column: 5))
    #expect(screen.remembered == name)
  }
}
