import FleetModel
import Testing

@testable import FleetTUI

@Suite struct FirstPageTests {
  private var scene = InterfaceScene()
  private var uptime: Int64 = 100

  init() {
    scene.interface.beginning = Beginning(.overview)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
  }

  private static let failed = InterfaceScene.org("globex", .failed, error: "tunnel/DNS step failed")

  /// The page after the dashboard looked at its news.
  private mutating func page(after milliseconds: Int64 = 33) -> PageID {
    uptime += milliseconds
    _ = scene.interface.begin(scene.fleet, at: scene.now, uptime: uptime)
    return scene.interface.page
  }

  private mutating func answer(of slug: String, _ rows: [WorkspaceRow] = []) {
    scene.apply(.tenant(Slug(slug)), .workspaces(OrgID("id-\(slug)"), rows))
  }

  @Test func itIsWhatTheDashboardBeginsWithWhereNothingElseIsConfigured() {
    #expect(Configuration.Interface().first == .overview)
  }

  @Test mutating func theOverviewOpensAsSoonAsSomethingIsKnownToNeedAHuman() {
    #expect(page() == .fleet)
    // A tenant is still to answer: that changes nothing of it.
    scene.roster([InterfaceScene.org("acme"), Self.failed])
    #expect(page() == .triage)
    // Once: what is chosen after it stays.
    scene.press(.character("1"))
    #expect(page() == .fleet)
  }

  @Test mutating func theWayBackFromItIsTheFleet() {
    scene.roster([Self.failed])
    #expect(page() == .triage)
    scene.press(.character("["))
    #expect(scene.interface.page == .fleet)
  }

  @Test mutating func whatATenantTellsIsWaitedFor() {
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("bravo")])
    #expect(page() == .fleet && scene.interface.beginning != nil)
    answer(of: "acme")
    #expect(page(after: 2000) == .fleet && scene.interface.beginning != nil)
    answer(of: "bravo", [WorkspaceRow(id: "w", name: "one", status: .degraded, lastError: "[hermes-agent error 401] bad key")])
    #expect(page() == .triage)
  }

  @Test mutating func whereNothingDoesItIsTheFleetForGood() {
    scene.roster([InterfaceScene.org("acme")])
    answer(of: "acme")
    #expect(page() == .fleet && scene.interface.beginning == nil)
    scene.roster([InterfaceScene.org("acme"), Self.failed])
    #expect(page() == .fleet)
  }

  @Test mutating func oneThatNeverAnswersHoldsItBackForSecondsOnly() {
    scene.roster([InterfaceScene.org("acme")])
    #expect(page() == .fleet && page(after: Beginning.patience) == .fleet && scene.interface.beginning != nil)
    // What comes after that finds somebody who reads.
    scene.roster([InterfaceScene.org("acme"), Self.failed])
    #expect(page(after: 1) == .fleet && scene.interface.beginning == nil)
  }

  @Test mutating func aControlPlaneThatTakesItsTimeOrFailsAtFirstIsWaitedFor() {
    #expect(page(after: 60_000) == .fleet)
    scene.apply(.controlPlane, .failed("connection refused"))
    #expect(page(after: 60_000) == .fleet)
    scene.roster([Self.failed])
    #expect(page() == .triage)
  }

  @Test(arguments: [Key.character("j"), .click(row: 6, column: 3), .wheel(1, row: 6, column: 3)])
  mutating func noPageChangesUnderAHandThatHasBegun(_ key: Key) {
    scene.press(key)
    scene.roster([Self.failed])
    #expect(page() == .fleet)
  }

  @Test mutating func whatATerminalAnswersIsNoHand() {
    scene.press(.ground(.dark))
    scene.roster([Self.failed])
    #expect(page() == .triage)
  }

  @Test mutating func anyPageMayBeTheFirst() {
    for name in FirstPage.names { #expect(FirstPage(named: name)?.name == name) }
    #expect(FirstPage(named: "nowhere") == nil)
    scene.interface.beginning = FirstPage(named: "costs").map(Beginning.init)
    #expect(page() == .costs)
    scene.interface.beginning = Beginning(.page(.fleet))
    scene.roster([Self.failed])
    scene.press(.character("1"))
    #expect(page() == .fleet)
  }

  @Test mutating func anOrgThatIsWellIsLookedForInVainThereAndItIsSaidWhereItIs() {
    scene.roster([InterfaceScene.org("acme"), Self.failed])
    #expect(page() == .triage)
    scene.press(.character("/"))
    scene.type("acme")
    #expect(scene.screen().contains { $0.contains("no row holds \"acme\"; esc shows all 1; Fleet has every org") })
  }
}
