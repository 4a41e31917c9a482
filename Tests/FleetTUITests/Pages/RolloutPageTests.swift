import FleetModel
import Testing

@testable import FleetTUI

@Suite struct RolloutPageTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 24, columns: 140)
    scene.roster(["acme", "globex", "initech"].map { InterfaceScene.org($0) })
    let machine = InstanceRow(
      id: "i-1", region: "us-east-2", state: .running, type: "t3.small", launchedAt: scene.now + -7200, imageID: "ami-0123456789abcdef0",
      tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-acme", "OrgSlug": "acme"])
    scene.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    _ = scene.interface.perform(PageID.rollout.action, scene.fleet, at: scene.now)
  }

  private mutating func text() -> String { scene.screen().joined(separator: "\n") }
  private mutating func row(_ name: String) -> String? { scene.screen().first { $0.hasPrefix("▶ \(name) ") || $0.hasPrefix("  \(name) ") } }

  @Test mutating func whereNobodyTellsOfOneItIsUnknownAndTheImagesStandAllTheSame() {
    #expect(text().contains("the last redeployment is not known: the control plane has not told of one, or does not offer it"))
    #expect(
      row("acme")?.contains("ami-0123456789abcdef0") == true && row("acme")?.contains("2h") == true && row("acme")?.contains(" ? ") == true)
    #expect(row("globex")?.contains("no machine") == true)
    #expect(text().contains("tenants by image: ami-0123456789abcdef0 1"))
    scene.apply(.controlPlane, .redeployment(nil, problem: nil))
    #expect(text().contains("never redeployed together"))
  }

  @Test mutating func theWavesAreShownInOrderAndWhatFailedComesFirst() throws {
    let results = [
      Redeployment.Result(slug: "acme", exitCode: 0, isHealthy: true),
      Redeployment.Result(slug: "globex", command: "Failed", exitCode: 1, isHealthy: false),
    ]
    scene.apply(
      .controlPlane,
      .redeployment(
        Redeployment(target: "latest", canary: "acme", soak: 60, batchSize: 3, endedAt: scene.now + -600, isOK: false, results: results),
        problem: nil))
    #expect(text().contains("last redeployment to latest, 13:32:07, 10m ago: done, not all is well"), "\(text())")
    #expect(text().contains("canary ● acme ▸ soak 1m00s ▸ batch 1 ✕ 1 of 1"))
    #expect(row("globex")?.contains("✕ failed") == true)
    #expect(row("globex")?.contains("Failed ended with 1, health route does not answer") == true)
    #expect(row("acme")?.contains("canary") == true && row("acme")?.contains("● redeployed") == true)
    #expect(row("initech")?.contains("○ not in it") == true)
    let width = scene.size.columns
    scene.size.columns = 80
    #expect(text().contains(" globex: redeployment failed: Failed ended with 1, health route does not answer"), "\(text())")
    scene.size.columns = width
    let names = scene.screen().compactMap { line in ["acme", "globex", "initech"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(names == ["globex", "acme", "initech"])
  }
}
