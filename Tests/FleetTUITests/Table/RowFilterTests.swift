import FleetModel
import Testing

@testable import FleetTUI

@Suite struct RowFilterTests {
  private func scene() -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size.columns = 160
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "workspace", "OrgID": "gone", "OrgSlug": "gone", "WorkspaceID": "w1"]
    let machines = ["i-first", "i-second"].map { id in
      InstanceRow(id: InstanceID(id), region: "us-east-2", state: .running, launchedAt: InterfaceScene.start + -100_000, tags: tags)
    }
    scene.apply(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
    scene.press(.character("4"))
    return scene
  }

  private func rows(_ scene: inout InterfaceScene) -> [String] {
    scene.screen().compactMap { row in row.split(separator: " ").first { $0.hasPrefix("i-") }.map(String.init) }
  }

  @Test func whatARowSaysNowIsWhatTheFilterLooksInto() {
    var scene = scene()
    scene.type("/can't")
    #expect(rows(&scene).count == 2)
    // The roster comes: the verdicts become others under the open filter.
    scene.roster([InterfaceScene.org("acme")])
    #expect(rows(&scene).isEmpty)
    for _ in 0..<5 { scene.press(.backspace) }
    #expect(rows(&scene).count == 2)
    scene.type("ORG GONE !nobody")
    #expect(rows(&scene).count == 2)
  }

  @Test func rowsThatComeAndGoUnderAFilterAreCounted() {
    var scene = scene()
    scene.type("/sec")
    #expect(rows(&scene) == ["i-second"])
    let third = InstanceRow(id: "i-secure", region: "us-east-2", state: .running, launchedAt: InterfaceScene.start, tags: [:])
    scene.now = scene.now + 15
    scene.apply(.ec2("us-east-2"), .instances([third], complete: true, problem: nil))
    #expect(rows(&scene) == ["i-secure"])
    scene.press(.escape)
    #expect(rows(&scene) == ["i-secure"])
  }

  @Test func textsThatStandBesideEachOtherAreNotOne() {
    var scene = scene()
    // An id ends where the org's name begins.
    scene.type("/secondgone")
    #expect(rows(&scene).isEmpty)
  }
}
