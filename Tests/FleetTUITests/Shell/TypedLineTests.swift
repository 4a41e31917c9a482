import FleetModel
import Testing

@testable import FleetTUI

/// A line that is typed in the last row, on screens of every width.
@Suite struct TypedLineTests {
  private static let widths = [120, 80, 60, 40]

  private func scene(_ width: Int) -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size.columns = width
    scene.roster([InterfaceScene.org("acme")])
    return scene
  }

  @Test(arguments: widths) func itsEndIsShownAndItsCursorStandsBehindIt(_ width: Int) {
    var line = TypedLine("", limit: 1024)
    let keys = KeyMap.standard
    #expect(line.handle(.paste(String(repeating: "ab/", count: 80) + "end"), keys, completing: { _ in [] }) == .edited)
    let (shown, cursor) = line.footer(" export ", then: [[Span("  one")], [Span("  two")]], width: width)
    #expect(shown.columns == width && shown.plain.hasPrefix(" export ") && shown.plain.contains("/end") && cursor == width - 1)
    #expect(!shown.plain.contains("two"))
  }

  @Test func whatCompletesItIsGoneThroughUntilItIsEdited() {
    var line = TypedLine("th", limit: 40)
    let keys = KeyMap.standard
    for text in ["theme", "then", "theme"] {
      #expect(line.handle(.tab, keys, completing: { begun in ["theme", "then"].filter { $0.hasPrefix(begun) } }) == .edited)
      #expect(line.text == text && !line.completion.isEmpty)
    }
    #expect(line.handle(.character("x"), keys, completing: { _ in [] }) == .edited && line.completion.isEmpty)
    #expect(line.handle(.tab, keys, completing: { _ in [] }) == .ignored && line.text == "themex")
    #expect(line.handle(.enter, keys, completing: { _ in [] }) == .entered)
    #expect(line.handle(.escape, keys, completing: { _ in [] }) == .left)
  }

  @Test(arguments: widths, ["x", "y"]) func whatIsSaidBehindAnArgumentStandsWholeOrNotAtAll(_ width: Int, _ key: Character) throws {
    var scene = scene(width)
    scene.press(.character(key))
    let footer = try #require(scene.screen().last)
    #expect(width <= 60 || footer.contains("enter takes it"), "\(footer)")
    #expect(width == 40 || !footer.contains("…"), "\(footer)")
  }

  @Test(arguments: widths) func whatAFilterMayBeIsShortenedByWords(_ width: Int) {
    var scene = scene(width)
    scene.type("/")
    let screen = scene.screen()
    let fields = scene.interface.desk.pages.current.fields.map(\.id)
    let words = screen.first { $0.hasPrefix("  words  ") }?.split(separator: " ").map(String.init) ?? []
    #expect(words.contains("words"), "\(screen)")
    if let place = words.firstIndex(of: "completes:") {
      #expect(words[(place + 1)...].allSatisfy { fields.contains($0) || $0 == "…" }, "\(words)")
    }
    #expect(words.allSatisfy { $0 == "…" || !$0.contains("…") }, "\(words)")
  }
}
