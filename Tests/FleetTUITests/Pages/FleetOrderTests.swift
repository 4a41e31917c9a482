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

  /// As Triage has them: what failed and has no critical finding of its own after what has one.
  @Test func aCriticalFindingComesBeforeAFailureThatIsOnlyWarnedOf() {
    var scene = InterfaceScene()
    let full = "DNS: Cloudflare error 81045: Record quota exceeded"
    scene.roster([
      InterfaceScene.org("alpha", .failed, error: full), InterfaceScene.org("bravo"), InterfaceScene.org("zulu"),
      InterfaceScene.org("mike"),
    ])
    let wedged = WorkspaceRow(id: "w-1", name: "one", status: .degraded, lastError: "wedged: SDK init timeout")
    scene.apply(.tenant("zulu"), .workspaces("id-zulu", [wedged]))
    scene.apply(.tenant("bravo"), .workspaces("id-bravo", [WorkspaceRow(id: "w-2", name: "two", status: .offline)]))
    // There is room by now.
    let rules = DNSRules(zone: "example.com", coreNames: ["api"], environmentSuffixes: ["staging"])
    scene.apply(.dns, .zone(ZoneReading(environment: "staging", rules: rules, quota: 200, records: [], neighbours: [])))
    #expect(scene.fleet.triage.findings(of: .org("id-alpha")).map(\.severity) == [.warning])
    let names = scene.screen().compactMap { line in ["alpha", "bravo", "mike", "zulu"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(names == ["zulu", "alpha", "bravo", "mike"])
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
