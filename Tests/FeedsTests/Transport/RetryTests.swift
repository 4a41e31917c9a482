import FleetModel
import Testing

@testable import Feeds

/// What happened, and what is to be done: no clock, no network.
@Suite struct RetryTests {
  /// A question that is asked at 0 and has `budget` seconds. Its outcomes are names.
  private struct Scene {
    var retries: Retries<String>
    var now = 0.0
    var random = 0.0

    init(_ policy: RetryPolicy = RetryPolicy(), budget: Double) { retries = Retries(policy, began: 0, deadline: budget) }

    /// A try that took `seconds`; the wait before the next is over afterwards. - Returns: that wait, or `nil` at the end.
    mutating func wait(_ verdict: RetryVerdict, _ outcome: String = "", took seconds: Double = 0) -> Double? {
      now += seconds
      guard case .wait(let delay) = retries.ended(Attempt(outcome, verdict), at: now, random: random) else { return nil }
      now += delay
      return delay
    }

    /// What is left in the end.
    mutating func end(_ verdict: RetryVerdict, _ outcome: String, took seconds: Double = 0) -> String? {
      now += seconds
      guard case .end(let outcome) = retries.ended(Attempt(outcome, verdict), at: now, random: random) else { return nil }
      return outcome
    }
  }

  @Test func theWaitsDoubleAndNeverPassTheBudget() {
    var scene = Scene(budget: 7.7)
    scene.random = 0.999_999
    var waits: [Double] = []
    while let delay = scene.wait(.passing()) { waits.append((delay * 100).rounded() / 100) }
    #expect(waits == [0.25, 0.5, 1, 2])
    #expect(scene.now <= 7.7)
  }

  @Test func halfOfAWaitIsLeftToChanceAndItNeverGrowsBeyondTheLongest() {
    var scene = Scene(RetryPolicy(firstDelay: 1, longestDelay: 3), budget: 1000)
    #expect((0..<5).map { _ in scene.wait(.passing()) } == [0.5, 1, 1.5, 1.5, 1.5])
  }

  @Test func whatIsFinalIsAskedOnce() {
    var scene = Scene(budget: 100)
    #expect(scene.end(.final, "denied") == "denied")
  }

  @Test func theServersOwnWordCountsMoreThanThePolicys() {
    var scene = Scene(budget: 60)
    #expect(scene.wait(.passing(retryAfter: 20)) == 20)
    #expect(scene.wait(.throttled(retryAfter: 0)) == 0.25)
    #expect(scene.end(.throttled(retryAfter: 59), "throttled") == "throttled")
  }

  @Test func aFailureHasItsTriesAndThrottlingTheTimeThatThereIs() {
    var scene = Scene(RetryPolicy(tries: 3, waitsOutThrottling: true), budget: 100)
    for _ in 0..<10 { #expect(scene.wait(.throttled()) != nil) }
    #expect(scene.wait(.passing()) != nil && scene.wait(.passing()) != nil)
    #expect(scene.end(.passing(), "fault") == "fault")
    var strict = Scene(RetryPolicy(tries: 3), budget: 100)
    #expect(strict.wait(.throttled()) != nil && strict.wait(.passing()) != nil)
    #expect(strict.end(.throttled(), "throttled") == "throttled")
  }

  @Test func patienceIsForWhoHasNotShownThatItIsThere() {
    var scene = Scene(RetryPolicy(patience: 5), budget: 20)
    #expect(scene.wait(.passing(), took: 4) != nil)
    #expect(scene.end(.passing(), "unreachable", took: 4) == "unreachable")
    var there = Scene(RetryPolicy(patience: 5), budget: 20)
    #expect(there.wait(.passing(isThere: true), took: 8) != nil)
    #expect(there.wait(.passing(retryAfter: 1), took: 1) == 1)
    #expect(there.end(.passing(isThere: true), "down", took: 10) == "down")
  }

  @Test(arguments: ["503", "throttled", "denied for now"]) func aLastTryWithoutTimeDoesNotHideWhatWasTold(_ told: String) {
    var scene = Scene(budget: 10)
    #expect(scene.wait(.passing(), told, took: 9) != nil)
    #expect(scene.end(.timedOut(after: 0.4), "timed out", took: 1) == told)
  }

  @Test func whatHadItsTimeAndWasSilentSaysSo() {
    var scene = Scene(budget: 10)
    #expect(scene.wait(.passing(), "503", took: 2) != nil)
    #expect(scene.end(.timedOut(after: 7), "timed out", took: 8) == "timed out")
    var first = Scene(budget: 0.3)
    #expect(first.end(.timedOut(after: 0.3), "timed out", took: 0.3) == "timed out")
  }

  @Test func silenceBeforeItsTimeIsOverIsAskedAgainAndKeepsWhatWasTold() {
    var scene = Scene(budget: 10)
    #expect(scene.wait(.passing(), "503", took: 9) != nil)
    #expect(scene.wait(.timedOut(after: 0.1), "timed out", took: 0.1) != nil)
    #expect(scene.end(.timedOut(after: 0.3), "timed out", took: 0.9) == "503")
  }

  @Test func httpSaysWhatMayPass() {
    func verdict(_ status: Int, _ headers: [(name: String, value: String)] = []) -> RetryVerdict {
      HTTPHead(status: status, headers: headers).verdict(now: 0)
    }
    for status in [429, 502, 503, 504] { #expect(verdict(status) == .passing()) }
    for status in [200, 301, 400, 401, 403, 404, 409, 500] { #expect(verdict(status) == .final) }
    #expect(verdict(503, [("retry-after", "7")]) == .passing(retryAfter: 7))
    #expect(HTTPFailure.tls("bad certificate").verdict(within: 9) == .final)
    #expect(HTTPFailure.cancelled.verdict(within: 9) == .final)
    #expect(HTTPFailure.refused(host: "a").verdict(within: 9) == .passing())
    #expect(HTTPFailure.timedOut(seconds: 2).verdict(within: 9) == .timedOut(after: 9))
  }

  @Test func awsSaysWhatMayPass() {
    #expect(AWSErrorCode("RequestLimitExceeded", status: 503).verdict(retryAfter: 2) == .throttled(retryAfter: 2))
    #expect(AWSErrorCode("InternalError", status: 500).verdict(retryAfter: nil) == .passing())
    for code in ["UnauthorizedOperation", "AuthFailure", "ExpiredToken", "InvalidParameterValue"] {
      #expect(AWSErrorCode(code, status: 400).verdict(retryAfter: 2) == .final)
    }
  }
}
