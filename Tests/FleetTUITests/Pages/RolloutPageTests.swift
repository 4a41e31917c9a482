import FleetModel
import Testing

@testable import FleetTUI

@Suite struct RolloutPageTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 24, columns: 140)
    scene.roster(
      ["acme", "globex", "hooli"].map { InterfaceScene.org($0) } + [InterfaceScene.org("initech", .failed, error: "no boot event")])
    _ = scene.interface.perform(PageID.rollout.action, scene.fleet, at: scene.now)
  }

  private mutating func machines(_ launches: [(org: String, ago: Double, image: String)]) {
    let machines = launches.map { org, ago, image in
      InstanceRow(
        id: InstanceID("i-\(org)"), region: "us-east-2", state: .running, type: "t3.small", launchedAt: scene.now + -ago, imageID: image,
        tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-\(org)", "OrgSlug": org])
    }
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    scene.apply(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
  }

  private mutating func text() -> String { scene.screen().joined(separator: "\n") }
  private mutating func row(_ name: String) -> String? { scene.screen().first { $0.hasPrefix("▶ \(name) ") || $0.hasPrefix("  \(name) ") } }

  @Test mutating func untilMachinesAreKnownNothingIsInferred() {
    #expect(text().contains("? the last rollout is not known: EC2 has not told when machines were launched"))
    #expect(row("acme")?.contains(" ? ") == true)
    machines([("acme", 86_390, "ami-old")])
    #expect(text().contains("no tenant's machine is known to have replaced another"), "\(text())")
    #expect(row("acme")?.contains("ami-old") == true && row("acme")?.contains("not in it") == true)
    #expect(row("globex")?.contains("no machine") == true)
    #expect(text().contains("tenants by image: ami-old 1"))
  }

  @Test mutating func withoutItsImageNobodyKnowsWhetherATenantWasInIt() {
    machines([("acme", 600, "ami-new")])
    let young = InstanceRow(
      id: "i-young", region: "us-east-2", state: .running, launchedAt: scene.now + -86_395,
      tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-globex", "OrgSlug": "globex"])
    scene.apply(.ec2("us-east-2"), .instances([young], complete: false, problem: "a page is missing"))
    #expect(row("globex")?.contains("? not known") == true, "\(text())")
  }

  @Test mutating func theWavesAreInferredSaidToBeAndWhatFailedComesFirst() {
    machines([("acme", 700, "ami-new"), ("globex", 600, "ami-new"), ("initech", 598, "ami-new"), ("hooli", 86_390, "ami-old")])
    #expect(text().contains("last rollout, inferred from launches: 13:32:09, 9m ago, 3 tenants in 1m42s"), "\(text())")
    #expect(text().contains("canary ● acme ▸ soak 1m40s ▸ batch 1 ✕ 1 of 2"))
    #expect(row("initech")?.contains("✕ failed") == true && row("initech")?.contains("no boot event") == true)
    #expect(row("acme")?.contains("canary") == true && row("acme")?.contains("● replaced") == true)
    #expect(row("hooli")?.contains("◐ other image") == true && row("hooli")?.contains("replaced with ami-new") == true)
    let names = scene.screen().compactMap { line in ["acme", "globex", "hooli", "initech"].first { line.dropFirst(2).hasPrefix($0) } }
    #expect(names == ["initech", "hooli", "acme", "globex"])
    for _ in 0..<4 where scene.interface.selection != .org("id-hooli") { scene.press(.up) }
    scene.size.columns = 80
    #expect(text().contains(" hooli: its region's tenants were replaced with ami-new"), "\(text())")
  }
}
