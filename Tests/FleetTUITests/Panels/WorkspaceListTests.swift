import FleetModel
import Testing

@testable import FleetTUI

/// `w` on a row that is an org's: to the workspace that there is, to the list of them, or why there is none.
@Suite struct WorkspaceListTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 30, columns: 120)
    scene.apply(.controlPlane, .expected(pollInterval: 36_000))
    scene.apply(.tenant("acme"), .expected(pollInterval: 36_000))
    scene.roster([InterfaceScene.org("acme")])
  }

  private mutating func workspaces(_ names: String...) {
    let rows = names.map { WorkspaceRow(id: WorkspaceID("w-\($0)"), name: $0, status: $0 == "writer" ? .offline : .online) }
    scene.apply(.tenant("acme"), .workspaces("id-acme", rows))
  }

  private mutating func title() -> String? { scene.screen().first { $0.hasPrefix("── ") } }

  @Test mutating func theOneThatThereIsIsOpened() {
    workspaces("lead")
    scene.press(.character("w"))
    #expect(title()?.contains("workspace acme/lead") == true)
  }

  @Test mutating func ofSeveralOneIsChosenAndOpened() {
    workspaces("lead", "writer", "tester")
    scene.press(.character("w"))
    #expect(title()?.contains("workspaces of acme") == true)
    let rows = scene.screen().filter { $0.hasPrefix("   ") || $0.hasPrefix(" ▶ ") }
    #expect(rows.contains { $0.hasPrefix(" ▶ lead") && $0.contains("● online") }, "\(rows)")
    #expect(rows.contains { $0.hasPrefix("   writer") && $0.contains("offline") }, "\(rows)")
    scene.press(.down, .enter)
    #expect(title()?.contains("workspace acme/tester") == true)
    scene.press(.escape)
    #expect(title() == nil && scene.interface.page == .fleet)
  }

  @Test mutating func theKeyThatOpenedTheListClosesIt() {
    workspaces("lead", "writer")
    scene.press(.character("w"), .character("w"))
    #expect(title() == nil)
  }

  @Test mutating func theListFollowsTheFleet() {
    workspaces("lead", "tester", "writer")
    scene.press(.character("w"), .end)
    workspaces("lead", "tester")
    scene.now = scene.now + 2
    #expect(scene.screen().contains { $0.hasPrefix(" ▶ tester") }, "\(scene.screen())")
    workspaces()
    #expect(scene.screen().contains { $0.contains("there are none any more") })
  }

  @Test mutating func thatThereIsNoneIsSaid() {
    workspaces()
    scene.press(.character("w"))
    #expect(scene.interface.notice?.text == "acme has no workspaces")
  }

  @Test mutating func ofATenantThatNobodyExpectsToAnswerTheOrgSaysWhy() {
    scene.roster([InterfaceScene.org("acme", .stopped)])
    scene.press(.character("w"))
    #expect(scene.interface.notice?.text == "the workspaces of acme are not known: its org is stopped")
  }

  @Test mutating func thatNobodyKnowsIsSaid() {
    scene.press(.character("w"))
    #expect(scene.interface.notice?.text == "the workspaces of acme are not known: its tenant is loading")
    scene.apply(.tenant("acme"), .failed("connection refused"))
    scene.press(.character("w"))
    #expect(
      scene.interface.notice?.text.hasPrefix("the workspaces of acme are not known: its tenant is failed: connection refused") == true)
  }
}
