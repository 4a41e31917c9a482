import Testing

@testable import FleetModel

@Suite struct SourceActivityTests {
  private var scene = Scene()

  @Test mutating func whatASourceSaysAMinuteIsCountedAndFallsByItself() {
    scene.now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for _ in 0..<4 {
      scene.roster("acme")
      scene.pass(15)
    }
    // At 03:01:00 the whole minute before counts, half a minute later half of it and the two that came since.
    #expect(scene.fleet.activity(of: .controlPlane).rate(at: scene.now) == 4)
    for _ in 0..<2 {
      scene.roster("acme")
      scene.pass(15)
    }
    #expect(scene.fleet.activity(of: .controlPlane).rate(at: scene.now) == 4)
    #expect(scene.fleet.activity(of: .controlPlane).words == 6)
    scene.pass(300)
    #expect(scene.fleet.activity(of: .controlPlane).rate(at: scene.now) == 0)
    #expect(scene.fleet.activity(of: .dns) == SourceActivity())
  }

  @Test mutating func aRegionsAnswersCountByThePagesThatWereAskedFor() {
    let rows = (0..<2001).map { Scene.machine("i-\($0)") }
    scene.hear(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
    #expect(scene.fleet.activity(of: .ec2("us-east-2")).words == 3)
    let nothing = RegionResources(
      at: scene.now, volumes: .complete([]), addresses: .complete([]), securityGroups: .notAllowed("no"), interfaces: .complete([]),
      statuses: .complete([]))
    scene.hear(.ec2("us-east-2"), .resources(nothing))
    #expect(scene.fleet.activity(of: .ec2("us-east-2")).words == 7)
  }

  @Test mutating func failuresAndGapsAreKeptAlsoOnceItAnswersAgain() {
    scene.hear(.controlPlane, .failed("connection refused"))
    let failed = scene.now
    scene.pass(15)
    scene.roster("acme")
    scene.hear(.feed, .gap("the feed was cut", nil))
    let activity = scene.fleet.activity(of: .controlPlane)
    #expect(activity.failures == 1 && activity.lastFailure == SourceActivity.Trouble(at: failed, reason: "connection refused"))
    #expect(scene.fleet.activity(of: .feed).gaps == 1 && scene.fleet.activity(of: .feed).lastGap?.reason == "the feed was cut")
  }

  @Test mutating func whatTenantsStreamIsOneFlow() {
    scene.roster("acme")
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w", name: "one", status: .online)]))
    scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: .workspaceHeartbeat, timestamp: scene.now, workspaceID: "w")))
    scene.hear(.tenant("acme"), .gap("cut", "w"))
    #expect(scene.fleet.streamActivity.words == 1 && scene.fleet.streamActivity.gaps == 1)
    #expect(scene.fleet.activity(of: .tenant("acme")).words == 2)
  }

  @Test mutating func theNextQuestionIsKnownByTheRhythmWhileItIsKept() {
    #expect(scene.fleet.nextQuestion(to: .controlPlane, at: scene.now) == nil)
    scene.hear(.controlPlane, .expected(pollInterval: 15))
    scene.roster("acme")
    let answered = scene.now
    scene.pass(5)
    #expect(scene.fleet.nextQuestion(to: .controlPlane, at: scene.now) == answered + 15)
    scene.pass(20)
    #expect(scene.fleet.nextQuestion(to: .controlPlane, at: scene.now) == nil, "it doesn't keep it")
    scene.hear(.feed, .streamOpened(nil))
    #expect(scene.fleet.nextQuestion(to: .feed, at: scene.now) == nil)
  }
}
