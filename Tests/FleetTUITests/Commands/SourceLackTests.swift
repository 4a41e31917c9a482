import FleetModel
import Testing

@testable import FleetTUI

/// A source that answers and holds something back is not green.
@Suite struct SourceLackTests {
  private func scene() -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 24, columns: 160)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    for slug in ["acme", "globex"] { scene.apply(.tenant(Slug(slug)), .workspaces(OrgID("id-\(slug)"), [])) }
    return scene
  }

  @Test func aTenantThatRefusesItsStreamsStandsInTheHeaderAndOnTriage() {
    var scene = scene()
    #expect(scene.screen()[0].contains("2 tenants") && !scene.screen()[0].contains("without streams"))
    scene.apply(.tenant("acme"), .lacking(.streams, "its streams are refused: the token was refused (401)"))
    #expect(scene.screen()[0].contains("2 of 2 tenants, acme without streams"))
    // Its next list doesn't hide that.
    scene.apply(.tenant("acme"), .workspaces("id-acme", []))
    #expect(scene.screen()[0].contains("acme without streams"))
    #expect(scene.fleet.triage.findings(within: "id-acme").map(\.code) == [.streamsRefused])
  }

  @Test func purgesThatAreNotKnownAreNotNone() {
    var scene = scene()
    func emptiness(_ scene: InterfaceScene) -> String { DeletionsContent().emptiness(scene.fleet, at: scene.now) }
    #expect(emptiness(scene).contains("not known"))
    scene.apply(.controlPlane, .lacking(.purges, "its purges could not be read: 503"))
    #expect(emptiness(scene) == "deletions are not known: its purges could not be read: 503")
    #expect(scene.screen()[0].contains("control plane, no purges"))
    scene.apply(.controlPlane, .purges([]))
    #expect(emptiness(scene) == "no deletion is known: none under way, failed or past")
    #expect(!scene.screen()[0].contains("no purges"))
  }
}
