import Testing

@testable import Feeds

@Suite struct EventStreamConnectionTests {
  typealias Action = EventStreamConnection.Action
  let stream = HTTPHead(status: 200, headers: [("content-type", "text/event-stream")])

  private func connection(_ policy: EventStreamPolicy = .tenant, delay: Double = 1, id: String = "") -> EventStreamConnection {
    EventStreamConnection(policy: policy, retryDelay: delay, lastEventID: id)
  }

  /// What follows one answer to a fresh connection.
  private func after(_ head: HTTPHead, _ policy: EventStreamPolicy) -> [Action] {
    var connection = connection(policy)
    _ = connection.started()
    #expect(connection.answered(head, now: 0, date: 0) == [.drop])
    return connection.ended(.stopped, now: 0, random: 0)
  }

  private func failed(_ actions: [Action]) -> Double? {
    for case .wait(let seconds) in actions { return seconds }
    return nil
  }

  @Test func aStreamOpensBreaksAndIsConnectedAgain() {
    var connection = connection()
    #expect(connection.started() == [.connect(resumingFrom: nil)])
    #expect(connection.answered(stream, now: 10, date: 0) == [.deliver(.opened(resumedFrom: nil))])
    let reason = "the server closed the stream"
    #expect(
      connection.ended(.finished, now: 20, random: 0)
        == [.deliver(.gap(reason)), .deliver(.failed(reason: reason, retryIn: 1)), .wait(seconds: 1)])
    #expect(connection.waited() == [.connect(resumingFrom: nil)])
  }

  @Test func withAnIdItResumesAndTheGapIsTheOwnersToJudge() {
    var connection = connection(.fleetFeed)
    _ = connection.started()
    _ = connection.answered(stream, now: 0, date: 0)
    connection.lastEventID = "48121"
    let reason = "nothing came for 45 s"
    #expect(
      connection.ended(.failed(.silent(seconds: 45)), now: 60, random: 0)
        == [.deliver(.failed(reason: reason, retryIn: 1)), .wait(seconds: 1)])
    #expect(connection.waited() == [.connect(resumingFrom: "48121")])
    #expect(connection.answered(stream, now: 61, date: 0) == [.deliver(.opened(resumedFrom: "48121"))])
  }

  @Test func anIdThatNoHeaderCanCarryIsNotResumedFrom() {
    for id in ["", " ", "a\u{1}b", "\u{7F}", String(repeating: "1", count: 4097)] {
      var connection = connection(id: id)
      #expect(connection.started() == [.connect(resumingFrom: nil)])
    }
    var connection = connection(id: "…")
    #expect(connection.started() == [.connect(resumingFrom: "…")])
  }

  @Test func theServersRetryCountsWithinBoundsAndIsSpreadByAFifthAtMost() {
    for (milliseconds, seconds) in [(3000, 3.0), (2, 0.1), (0, 0.1), (.max, 60), (60_001, 60)] {
      var connection = connection()
      _ = connection.started()
      _ = connection.answered(stream, now: 0, date: 0)
      connection.retryChanged(milliseconds: milliseconds)
      var spread = connection
      #expect(failed(connection.ended(.finished, now: 10, random: 0)) == seconds)
      let most = failed(spread.ended(.finished, now: 10, random: 1)) ?? 0
      #expect(abs(most - seconds * 1.2) < 1e-9)
    }
  }

  @Test func repeatedFailuresDoubleTheDelayUpToHalfAMinuteAndAGoodConnectionEndsThat() {
    var connection = connection()
    _ = connection.started()
    var delays: [Double] = []
    for _ in 0..<9 {
      delays.append(failed(connection.ended(.failed(.refused(host: "h")), now: 0, random: 0)) ?? -1)
      #expect(connection.waited() == [.connect(resumingFrom: nil)])
    }
    #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30, 30])
    // A good one that is cut is made again within 3 s, however often that happens.
    for _ in 0..<5 {
      _ = connection.answered(stream, now: 0, date: 0)
      #expect(failed(connection.ended(.finished, now: 5, random: 0)) == 1)
      _ = connection.waited()
    }
  }

  @Test func connectionsThatAreCutAtOnceAreMadeMoreAndMoreRarelyAndToldOnce() {
    var connection = connection()
    _ = connection.started()
    let reason = "the server closed the stream"
    #expect(connection.answered(stream, now: 0, date: 0) == [.deliver(.opened(resumedFrom: nil))])
    #expect(
      connection.ended(.finished, now: 0.5, random: 0)
        == [.deliver(.gap(reason)), .deliver(.failed(reason: reason, retryIn: 1)), .wait(seconds: 1)])
    for expected in [2.0, 4, 8, 16, 32, 60, 60] {
      _ = connection.waited()
      #expect(connection.answered(stream, now: 100, date: 0) == [.prove(seconds: EventStreamConnection.goodAfter)])
      #expect(connection.ended(.finished, now: 100.5, random: 0) == [.wait(seconds: expected)])
    }
    // One that stands is told late; from then on each end is told again.
    _ = connection.waited()
    _ = connection.answered(stream, now: 200, date: 0)
    #expect(connection.stood(now: 204) == [])
    #expect(connection.stood(now: 205) == [.deliver(.opened(resumedFrom: nil))])
    #expect(connection.stood(now: 206) == [])
    #expect(
      connection.ended(.finished, now: 300, random: 0)
        == [.deliver(.gap(reason)), .deliver(.failed(reason: reason, retryIn: 1)), .wait(seconds: 1)])
  }

  @Test func oneEventMakesAConnectionGoodAndIsToldAfterItsOpening() {
    var connection = connection()
    _ = connection.started()
    for _ in 0..<2 {
      _ = connection.answered(stream, now: 0, date: 0)
      _ = connection.ended(.finished, now: 0.1, random: 0)
      _ = connection.waited()
    }
    #expect(connection.answered(stream, now: 10, date: 0) == [.prove(seconds: EventStreamConnection.goodAfter)])
    #expect(connection.told() == [.deliver(.opened(resumedFrom: nil))])
    #expect(connection.told() == [])
    #expect(failed(connection.ended(.finished, now: 10.2, random: 0)) == 1)
    _ = connection.waited()
    // Believed again.
    #expect(connection.answered(stream, now: 11, date: 0) == [.deliver(.opened(resumedFrom: nil))])
  }

  @Test func aFeedThatResumesAndIsCutAtOnceHasNoGapAndFailsOnce() {
    var connection = connection(.fleetFeed, id: "7")
    _ = connection.started()
    var told: [Action] = []
    for _ in 0..<4 {
      told += connection.answered(stream, now: 0, date: 0)
      told += connection.ended(.finished, now: 0.1, random: 0)
      told += connection.waited()
    }
    #expect(told.count { if case .deliver(.opened) = $0 { true } else { false } } == 1)
    #expect(told.count { if case .deliver(.failed) = $0 { true } else { false } } == 1)
    #expect(!told.contains { if case .deliver(.gap) = $0 { true } else { false } })
  }

  @Test func aRefusedTokenIsItsOwnersBusiness() {
    for status in [401, 403] {
      let reason = status == 401 ? "the token was refused (401)" : "the token may not read this stream (403)"
      #expect(after(HTTPHead(status: status, headers: []), .tenant) == [.deliver(.refused(reason: reason)), .finish])
    }
    // The control plane's own is asked again: its headers are asked for anew.
    var connection = connection(.fleetFeed)
    _ = connection.started()
    var delays: [Double] = []
    for _ in 0..<4 {
      _ = connection.answered(HTTPHead(status: 401, headers: []), now: 0, date: 0)
      delays.append(failed(connection.ended(.stopped, now: 0, random: 0)) ?? -1)
      _ = connection.waited()
    }
    #expect(delays == [15, 30, 60, 60])
  }

  @Test func withoutAnInitialDelayTheFirstRepetitionIsImmediateAndTheOthersAreNot() {
    var connection = connection(delay: 0)
    _ = connection.started()
    var delays: [Double] = []
    for _ in 0..<4 {
      delays.append(failed(connection.ended(.failed(.refused(host: "h")), now: 0, random: 0)) ?? -1)
      _ = connection.waited()
    }
    #expect(delays == [0, 0.1, 0.2, 0.4])
  }

  @Test(arguments: [EventStreamPolicy.standard, .tenant, .fleetFeed])
  func noContentEndsItForGood(policy: EventStreamPolicy) {
    #expect(
      after(HTTPHead(status: 204, headers: stream.headers), policy) == [
        .deliver(.ended(reason: "the service ended the stream (204)")), .finish,
      ])
  }

  @Test(arguments: [205, 210, 299, 300, 400, 401, 404, 410, 429, 503])
  func byTheStandardAnyOtherAnswerEndsItForGood(status: Int) {
    let actions = after(HTTPHead(status: status, headers: stream.headers), .standard)
    #expect(actions.count == 2 && actions.last == .finish)
    guard case .deliver(.failed(let reason, nil)) = actions[0] else {
      Issue.record("\(actions)")
      return
    }
    #expect(reason.contains("\(status)"))
  }

  @Test func aFleetFeedThatIsNotOfferedIsAskedForAgainAfterTenMinutes() {
    for status in [404, 405, 501] {
      #expect(
        after(HTTPHead(status: status, headers: []), .fleetFeed) == [
          .deliver(.notOffered(reason: "the service does not offer this stream (\(status))", retryIn: 600)), .wait(seconds: 600),
        ])
    }
  }

  @Test func theFleetsOwnStreamsAskAgainSlowlyWhereOnlyAnOperatorHelps() {
    for policy in [EventStreamPolicy.tenant, .fleetFeed] {
      for status in [205, 301, 302, 400, 410] { #expect(failed(after(HTTPHead(status: status, headers: []), policy)) == 60) }
      for status in [500, 502, 503] { #expect(failed(after(HTTPHead(status: status, headers: []), policy)) == 1) }
      #expect(failed(after(HTTPHead(status: 200, headers: [("content-type", "text/html")]), policy)) == 60)
    }
    #expect(failed(after(HTTPHead(status: 404, headers: []), .tenant)) == 15)
    #expect(failed(after(HTTPHead(status: 405, headers: []), .tenant)) == 60)
    #expect(failed(after(HTTPHead(status: 501, headers: []), .tenant)) == 1)
  }

  @Test func retryAfterIsObeyed() {
    #expect(failed(after(HTTPHead(status: 429, headers: [("retry-after", "30")]), .fleetFeed)) == 30)
    #expect(failed(after(HTTPHead(status: 503, headers: [("retry-after", "Thu, 01 Jan 1970 00:01:30 GMT")]), .tenant)) == 90)
    #expect(failed(after(HTTPHead(status: 429, headers: [("retry-after", "1e9")]), .tenant)) == 600)
    #expect(failed(after(HTTPHead(status: 429, headers: [("retry-after", "soon")]), .tenant)) == 1)
  }

  @Test func theMediaTypeAloneCounts() {
    for type in ["text/event-stream", "text/event-stream;", "text/event-stream;charset=windows-1252", " Text/Event-Stream ; x=y"] {
      var connection = connection(.standard)
      _ = connection.started()
      #expect(
        connection.answered(HTTPHead(status: 200, headers: [("content-type", type)]), now: 0, date: 0) == [
          .deliver(.opened(resumedFrom: nil))
        ])
    }
    for type in [
      "x bogus", "text/x-bogus", "text/event-streams", "text/ event-stream", "", ";text/event-stream", "text/html; text/event-stream",
    ] {
      let actions = after(HTTPHead(status: 200, headers: [("content-type", type)]), .standard)
      #expect(actions.last == .finish, "\(type)")
    }
    #expect(after(HTTPHead(status: 200, headers: []), .standard).last == .finish)
  }

  @Test func anAddressThatCannotBeUsedIsNotTriedAgain() {
    for failure in [HTTPFailure.badURL("x"), .insecure(host: "h")] {
      var connection = connection(.tenant)
      _ = connection.started()
      #expect(
        connection.ended(.failed(failure), now: 0, random: 0) == [.deliver(.failed(reason: failure.description, retryIn: nil)), .finish])
      #expect(connection.waited() == [])
    }
  }

  @Test func aServerThatNeverAnswersIsDroppedAndOneThatAnsweredIsNot() {
    var silent = connection()
    _ = silent.started()
    var open = silent
    #expect(silent.answerIsOverdue(seconds: 30) == [.drop])
    #expect(
      silent.ended(.stopped, now: 30, random: 0) == [.deliver(.failed(reason: "no answer within 30 s", retryIn: 1)), .wait(seconds: 1)])
    _ = open.answered(stream, now: 1, date: 0)
    #expect(open.answerIsOverdue(seconds: 30) == [])
  }

  @Test func aRestartConnectsAtOnceAndIsNoFailure() {
    var connection = connection()
    #expect(connection.restarted(gap: "restarted") == [])
    _ = connection.started()
    _ = connection.answered(stream, now: 0, date: 0)
    connection.lastEventID = "7"
    #expect(connection.restarted(gap: "restarted") == [.drop])
    #expect(connection.isRestarting)
    #expect(connection.restarted(gap: "restarted") == [])
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.connect(resumingFrom: "7")])
    // While connecting, and while waiting.
    #expect(connection.restarted(gap: "restarted") == [.drop])
    #expect(connection.answered(stream, now: 1, date: 0) == [.drop])
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.connect(resumingFrom: "7")])
    _ = connection.ended(.failed(.refused(host: "h")), now: 1, random: 0)
    #expect(connection.restarted(gap: "restarted") == [.drop])
    #expect(connection.waited() == [.connect(resumingFrom: "7")])
    // What can't be resumed has a gap.
    _ = connection.answered(stream, now: 0, date: 0)
    connection.lastEventID = ""
    _ = connection.restarted(gap: "restarted")
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.deliver(.gap("restarted")), .connect(resumingFrom: nil)])
    // Unless its owner says so itself.
    _ = connection.answered(stream, now: 0, date: 0)
    _ = connection.restarted(gap: nil)
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.connect(resumingFrom: nil)])
  }

  @Test func cancelledIsTheEndInEveryState() {
    var connection = connection()
    #expect(connection.cancelled() == [.deliver(.ended(reason: "cancelled")), .finish])
    #expect(connection.cancelled() == [])
    #expect(connection.started() == [])
    #expect(connection.restarted(gap: "restarted") == [])
    #expect(connection.ended(.finished, now: 0, random: 0) == [])
  }
}
