import FleetModel
import Testing

@testable import FleetTUI

@Suite struct FleetOrderTests {
  @Test func whatNeedsAHumanComesFirstThenWhatMovesThenTheAlphabet() {
    var screen = WatchedScreen()
    screen.answer()
    screen.pass(60)
    let table = screen.screen(.fleet).dropFirst(5)
    let names = table.compactMap { line in ["acme", "globex", "hooli", "young", "wonka"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(Array(names.prefix(2)) == ["globex", "wonka"] && names.last == "hooli", "\(names)")
  }

  @Test func whatIsWellIsInTheOrderOfTheAlphabet() {
    var scene = InterfaceScene()
    scene.roster([
      InterfaceScene.org("delta"), InterfaceScene.org("alpha"), InterfaceScene.org("zulu", .failed), InterfaceScene.org("bravo"),
    ])
    let names = scene.screen().compactMap { line in ["alpha", "bravo", "delta", "zulu"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(names == ["zulu", "alpha", "bravo", "delta"])
    scene.press(.character("A"))
    let sorted = scene.screen().compactMap { line in ["alpha", "bravo", "delta", "zulu"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(sorted == ["alpha", "bravo", "delta", "zulu"])
  }
}
