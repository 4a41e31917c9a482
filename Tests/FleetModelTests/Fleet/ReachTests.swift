import Testing

@testable import FleetModel

/// What failed and what answered, in time, and whether that means that we are cut off.
@Suite struct ReachTests {
  private var reach = Reach()
  private var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  private mutating func hear(_ sources: Source...) {
    for source in sources {
      now = now + 1
      _ = reach.heard(source, at: now)
    }
  }

  private mutating func miss(_ sources: Source...) {
    for source in sources {
      now = now + 1
      _ = reach.missed(source, at: now)
    }
  }

  @Test mutating func whatFailsWhileOthersAnswerIsItsOwnTrouble() {
    hear(.controlPlane, .tenant("acme"), .ec2("us-east-2"))
    miss(.controlPlane)
    hear(.tenant("acme"))
    miss(.controlPlane, .tenant("dark"))
    hear(.ec2("us-east-2"))
    #expect(reach.cutOff == nil)
  }

  @Test mutating func twoThatBeginToFailWithNoAnswerSinceMeanThatNothingIsReached() {
    hear(.tenant("acme"), .ec2("us-east-2"), .controlPlane)
    let last = now
    miss(.controlPlane)
    #expect(reach.cutOff == nil)
    miss(.tenant("acme"))
    #expect(reach.cutOff == Reach.CutOff(scope: .everything, since: last, noticedAt: now))
    let noticed = now
    miss(.ec2("us-east-2"), .tenant("globex"))
    #expect(reach.cutOff == Reach.CutOff(scope: .everything, since: last, noticedAt: noticed))
  }

  @Test mutating func whileAWSAnswersItIsThePlatformThatIsNotReached() {
    hear(.controlPlane, .tenant("acme"))
    let last = now
    miss(.controlPlane, .tenant("acme"))
    hear(.ec2("us-east-2"))
    #expect(reach.cutOff?.scope == .platform && reach.cutOff?.since == last)
    #expect(reach.cutOff?.covers(.tenant("acme")) == true && reach.cutOff?.covers(.ec2("us-east-2")) == false)
  }

  @Test mutating func oneThatWasDarkBeforeProvesNothing() {
    hear(.controlPlane)
    miss(.tenant("dark"))
    hear(.tenant("acme"))
    miss(.controlPlane, .tenant("dark"))
    #expect(reach.cutOff == nil)
  }

  @Test mutating func aControlPlaneThatIsDownAlreadyHidesNoCut() {
    hear(.controlPlane)
    miss(.controlPlane)
    hear(.tenant("acme"), .tenant("globex"))
    miss(.controlPlane, .tenant("acme"))
    #expect(reach.cutOff == nil)
    miss(.tenant("globex"))
    #expect(reach.cutOff?.scope == .everything)
  }

  @Test mutating func theControlPlaneAndItsFeedAreOneFailure() {
    hear(.controlPlane, .feed, .tenant("acme"))
    miss(.feed, .controlPlane)
    #expect(reach.cutOff == nil)
  }

  @Test mutating func nothingThatEverAnsweredIsACutFromTheStart() {
    miss(.controlPlane, .ec2("us-east-2"))
    #expect(reach.cutOff?.since == nil && reach.cutOff?.scope == .everything)
  }

  @Test mutating func theFirstAnswerEndsItAndWhatFailedMeanwhileIsUnprovenUntilItIsAskedAgain() {
    hear(.controlPlane, .tenant("acme"), .tenant("globex"))
    miss(.controlPlane, .tenant("acme"), .tenant("globex"))
    hear(.controlPlane)
    #expect(reach.cutOff == nil && reach.unproven == [.tenant("acme"), .tenant("globex")])
    miss(.tenant("acme"))
    hear(.tenant("globex"))
    #expect(reach.unproven.isEmpty && reach.failing == [.tenant("acme")])
  }
}
