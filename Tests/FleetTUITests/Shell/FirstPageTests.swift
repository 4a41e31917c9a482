import FleetModel
import Testing

@testable import FleetTUI

@Suite struct FirstPageTests {
  private var scene = InterfaceScene()

  init() {
    scene.interface.first = .overview
    scene.apply(.controlPlane, .expected(pollInterval: 15))
  }

  @Test mutating func theOverviewOpensOnceEverythingAnsweredAndSomethingNeedsAHuman() {
    #expect(scene.interface.begin(scene.fleet, at: scene.now) == .none)
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex", .failed, error: "tunnel/DNS step failed")])
    // One tenant is still to answer.
    #expect(scene.interface.begin(scene.fleet, at: scene.now) == .none && scene.interface.page == .fleet)
    scene.apply(.tenant("acme"), .workspaces("id-acme", []))
    #expect(scene.interface.begin(scene.fleet, at: scene.now) != .none && scene.interface.page == .triage)
    // Once: what is chosen after it stays.
    scene.press(.character("1"))
    #expect(scene.interface.begin(scene.fleet, at: scene.now) == .none && scene.interface.page == .fleet)
  }

  @Test mutating func whereNothingDoesItIsTheFleet() {
    scene.roster([InterfaceScene.org("acme")])
    scene.apply(.tenant("acme"), .workspaces("id-acme", []))
    #expect(scene.interface.begin(scene.fleet, at: scene.now) == .none && scene.interface.page == .fleet)
    #expect(scene.interface.first == nil)
  }

  @Test mutating func noPageChangesUnderAHandThatHasBegun() {
    scene.press(.character("j"))
    scene.roster([InterfaceScene.org("globex", .failed, error: "tunnel/DNS step failed")])
    #expect(scene.interface.begin(scene.fleet, at: scene.now) == .none && scene.interface.page == .fleet)
  }

  @Test mutating func anyPageMayBeTheFirst() {
    for name in FirstPage.names { #expect(FirstPage(named: name)?.name == name) }
    #expect(FirstPage(named: "nowhere") == nil)
    scene.interface.first = FirstPage(named: "costs")
    #expect(scene.interface.begin(scene.fleet, at: scene.now) != .none && scene.interface.page == .costs)
  }
}
