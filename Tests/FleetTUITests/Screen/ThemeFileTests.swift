import Foundation
import Testing

@testable import FleetTUI

@Suite struct ThemeFileTests {
  private func failure(_ text: String) -> String? {
    do throws(ConfigurationError) { _ = try ThemeFile.parse(text, name: "own", path: "own.toml") } catch { return error.description }
    return nil
  }

  @Test func aFileSaysHowEachRoleLooks() throws {
    let theme = try ThemeFile.parse(
      """
      ground = "light"
      background = "#fdf6e3"
      [selection]
      color = "black"
      background = 195
      bold = true
      [roles]
      text = "#102030"
      bar_late = { color = "bright-red", bold = true, underline = true }
      protected = { color = 124, background = "default", reverse = true }
      """, name: "own", path: "own.toml")
    #expect(theme.ground == .light && theme.background == .rgb(RGB(0xFDF6E3)))
    #expect(theme.style(.text) == Style(.rgb(RGB(0x102030)), on: .rgb(RGB(0xFDF6E3))))
    #expect(theme.style(.barLate) == Style(.palette(9), on: .rgb(RGB(0xFDF6E3)), [.bold, .underline]))
    // What the file doesn't say looks as text does.
    #expect(theme.style(.money) == theme.style(.text))
    #expect(theme.style(.failed, isSelected: true) == Style(.palette(0), on: .palette(195), .bold))
    // A state is one in the row under the cursor too.
    #expect(theme.style(.barLate, isSelected: true) == Style(.palette(9), on: .palette(195), [.bold, .underline]))
  }

  @Test func aFileMayTakeOverFromABuiltInTheme() throws {
    let theme = try ThemeFile.parse("base = \"nord\"\n[roles]\nfailed = 208\n", name: "own", path: "own.toml")
    let nord = try ThemeLibrary().theme(named: "nord")
    #expect(theme.style(.ok) == nord.style(.ok) && theme.ground == .dark && theme.selection == nord.selection)
    #expect(theme.style(.failed).foreground == .palette(208))
  }

  @Test(arguments: [
    ("[roles]\ntext = 252\ntilte = 255\n", "own.toml:3: roles.tilte: unknown key: did you mean title?"),
    ("grund = \"dark\"\n", "own.toml:1: grund: unknown key: did you mean ground?"),
    ("ground = \"black\"\n", "own.toml:1: ground: must be \"dark\", \"light\" or \"any\""),
    ("base = \"nrod\"\n", "own.toml:1: base: must be a built-in theme: did you mean nord?"),
    ("[roles]\nok = { color = 10, blod = true }\n", "own.toml:2: roles.ok.blod: unknown key: did you mean bold?"),
    ("[roles]\nok = { color = 10, bold = 1 }\n", "own.toml:2: roles.ok.bold: must be true or false"),
    ("[selection]\nbackgruond = 1\n", "own.toml:2: selection.backgruond: unknown key: did you mean background?"),
  ]) func whatIsWrongIsNamedWithFileLineKeyAndTheNearest(_ text: String, _ message: String) {
    #expect(failure(text) == message)
  }

  @Test(arguments: ["256", "-1", "1.5", "\"#12345\"", "\"#12345g\"", "\"rde\"", "true", "[1]", "\"\""])
  func whatIsNoColourIsRefused(_ value: String) {
    let found = failure("[roles]\nok = \(value)\n")
    #expect(found?.hasPrefix("own.toml:2: roles.ok: must be a colour") == true, "\(found ?? "")")
  }

  @Test func aMisspeltColourNamesTheNearest() {
    #expect(failure("[roles]\nok = \"bright-gren\"\n")?.hasSuffix("; did you mean bright-green?") == true)
    #expect(failure("[roles\n")?.hasPrefix("own.toml:1: ") == true)
  }

  // MARK: - Where they are found

  /// The user's own, in a folder that is gone after the test.
  private func withOwn<Value>(_ files: [String: String], _ body: (ThemeLibrary) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: "themes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let themes = folder.appending(path: "fleettui/themes")
    try FileManager.default.createDirectory(at: themes, withIntermediateDirectories: true)
    for (name, text) in files { try text.write(to: themes.appending(path: name), atomically: true, encoding: .utf8) }
    return try body(ThemeLibrary(variables: ["XDG_CONFIG_HOME": folder.path]))
  }

  @Test func theUsersOwnAreFoundAndGoBeforeTheBuiltIn() throws {
    let files = ["mine.toml": "[roles]\nok = 10\n", "nord.toml": "base = \"nord\"\n[roles]\nok = 11\n", ".hidden.toml": "", "note.txt": ""]
    try withOwn(files) { library in
      #expect(library.names == ThemeLibrary.builtIn + ["mine"])
      let (mine, nord) = (try library.theme(named: "mine"), try library.theme(named: "nord"))
      #expect(mine.style(.ok).foreground == .palette(10) && nord.style(.ok).foreground == .palette(11))
      #expect(library.problem(withName: "auto") == nil)
      #expect(library.problem(withName: "../mine")?.hasPrefix("there is no theme \"../mine\"") == true)
    }
  }

  @Test func aBrokenOneIsToldWithItsFileAndKeepsNoOtherFromBeingUsed() throws {
    try withOwn(["broken.toml": "[roles]\nokk = 10\n"]) { library in
      #expect(
        library.problem(withName: "broken")?.hasSuffix("/fleettui/themes/broken.toml:2: roles.okk: unknown key: did you mean ok?") == true)
      #expect(library.names.contains("broken") && library.problem(withName: "nord") == nil)
      #expect(library.problem(withName: "brokn")?.contains("did you mean broken?") == true)
    }
  }

  @Test func withoutAFolderThereAreTheBuiltInOnes() {
    #expect(ThemeLibrary(variables: ["XDG_CONFIG_HOME": "/nowhere"]).names == ThemeLibrary.builtIn)
    #expect(ThemeLibrary().problem(withName: "solarized-drak")?.contains("did you mean solarized-dark?") == true)
  }

  @Test func theGroundChoosesWhereNothingElseDoes() throws {
    var choice = ThemeChoice()
    #expect(choice.shown.name == "neutral" && choice.name == "auto")
    choice.ground = .light
    #expect(choice.shown.name == "light")
    choice.ground = .dark
    #expect(choice.shown.name == "default")
    try choice.choose(named: "nord")
    choice.preview = .mono
    #expect(choice.shown.name == "mono" && choice.name == "nord")
    choice.preview = nil
    choice.ground = .light
    #expect(choice.shown.name == "nord")
    try choice.choose(named: "auto")
    #expect(choice.shown.name == "light")
    choice.takeUp("gone")
    #expect(choice.shown.name == "light")
    choice.takeUp("gruvbox")
    #expect(choice.shown.name == "gruvbox")
    var asked = ThemeChoice(chosen: .mono, given: "--theme")
    asked.takeUp("gruvbox")
    #expect(asked.shown.name == "mono")
  }
}
