import Testing

@testable import FleetModel

@Suite struct RedeploymentTests {
  private static func result(_ slug: String, exit: Int? = 0, healthy: Bool? = true, error: String? = nil) -> Redeployment.Result {
    Redeployment.Result(slug: Slug(slug), phase: "redeploy", exitCode: exit, isHealthy: healthy, error: error)
  }

  private static let five = Redeployment(
    target: "latest", canary: "acme", soak: 60, batchSize: 3, isOK: false,
    results: [
      result("acme"), result("b"), result("c", exit: 1, healthy: false), result("d"), result("e", exit: nil, healthy: nil),
    ])

  @Test func theCanaryComesFirstAndTheRestInBatches() {
    let waves = Self.five.waves
    #expect(waves.map(\.wave) == [.canary, .batch(1), .batch(2)] && waves.map(\.count) == [1, 3, 1])
    #expect(waves.map(\.well) == [1, 2, 0] && waves.map(\.failed) == [0, 1, 0])
    var unbatched = Self.five
    unbatched.batchSize = nil
    #expect(unbatched.waves.map(\.count) == [1, 4])
    unbatched.canary = nil
    unbatched.batchSize = 0
    #expect(unbatched.waves.count == 5, "a batch of none is one of one")
  }

  @Test func howFarItHasComeIsReadFromWhatIsDone() {
    var now = Redeployment(canary: "acme", batchSize: 2, startedAt: Timestamp(milliseconds: 0))
    #expect(now.stage == .canary)
    now.results = [Self.result("acme", exit: nil, healthy: nil)]
    #expect(now.stage == .canary)
    now.results = [Self.result("acme")]
    #expect(now.stage == .soaking)
    now.results += [Self.result("b"), Self.result("c"), Self.result("d")]
    #expect(now.stage == .batch(2))
    now.isOK = true
    #expect(now.stage == .done)
  }

  @Test func onlyTheControlPlaneTellsOfItAndAnAnswerThatFailedLeavesWhatWasKnown() {
    var scene = Scene()
    scene.roster("acme", "b")
    scene.hear(.tenant("acme"), .redeployment(Self.five, problem: nil))
    #expect(scene.fleet.redeployment == nil && scene.fleet.redeploymentReadAt == nil)
    _ = scene.fleet.takeChanges()
    scene.hear(.controlPlane, .redeployment(Self.five, problem: nil))
    #expect(scene.fleet.takeChanges().orgs.isSuperset(of: ["org-acme", "org-b"]))
    scene.pass(60)
    scene.hear(.controlPlane, .redeployment(nil, problem: "503"))
    #expect(scene.fleet.redeployment == Self.five && scene.fleet.redeploymentProblem == "503")
    #expect(scene.fleet.redeployed("b")?.wave == .batch(1) && scene.fleet.redeployed("nobody") == nil)
    scene.hear(.controlPlane, .redeployment(nil, problem: nil))
    #expect(scene.fleet.redeployment == nil && scene.fleet.redeploymentReadAt == scene.now && scene.fleet.redeploymentProblem == nil)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }
}
