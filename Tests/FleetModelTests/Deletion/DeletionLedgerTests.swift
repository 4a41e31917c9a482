import Testing

@testable import FleetModel

@Suite struct DeletionLedgerTests {
  /// A request that is out, and the run that the control plane lists meanwhile.
  @Test func whatIsSentAndNotAnsweredYetIsOneDeletionWithTheRunThatItBegan() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p-1", orgID: "org-acme", slug: "acme", status: .pending("running"))]))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.figures.totals.openDeletions.value == 1 && scene.fleet.deletions.entry("p-1", scene.fleet) != nil)
    var run = run(scene)
    run.state = .sending
    scene.hear(.here, .deletion(DeletionReport(run: run, origin: .begun)))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.deletions.entry("p-1", scene.fleet) == nil)
    let own = scene.fleet.deletions.entry("r-1", scene.fleet)
    #expect(own?.purge?.id == "p-1" && own?.standing == .running && own?.isAnotherOperators == false)
    #expect(scene.fleet.figures.totals.openDeletions.value == 1)
  }

  /// One that only looks whether it may be sent began none.
  @Test func anotherOperatorsRunIsNotTakenForWhatIsNotSentYet() {
    var scene = Scene()
    scene.roster("acme")
    scene.hear(.here, .deletion(DeletionReport(run: run(scene), origin: .begun)))
    scene.hear(.controlPlane, .purges([PurgeRow(id: "p-1", orgID: "org-acme", slug: "acme", status: .pending("running"))]))
    #expect(scene.fleet.deletions.entry("p-1", scene.fleet)?.isAnotherOperators == true)
    #expect(scene.fleet.deletions.entry("r-1", scene.fleet)?.purge == nil)
  }

  private func run(_ scene: Scene) -> DeletionRun {
    let plan = DeletionPlan(of: scene.fleet.orgs["org-acme"]!, in: scene.fleet, environment: "staging", isProtected: false)
    return DeletionRun(
      DeletionRun.Order(
        receiptID: "r-1", plan: plan, planHash: "sha256:0", operator: "op@host", startedAt: scene.now, verifyWithin: 180))
  }
}
