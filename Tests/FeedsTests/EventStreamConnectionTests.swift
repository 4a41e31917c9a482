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
    _ = connection.answered(stream, now: 0, date: 0)
    #expect(failed(connection.ended(.finished, now: 1, random: 0)) == 1)
    _ = connection.waited()
    // Opened, but ended at once: not good. A cut stream is asked for again within 3 s all the same.
    for expected in [1.0, 2, 2.5, 2.5] {
      _ = connection.answered(stream, now: 5, date: 0)
      #expect(failed(connection.ended(.finished, now: 5.5, random: 0)) == expected)
      _ = connection.waited()
    }
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
      for status in [401, 403] { #expect(failed(after(HTTPHead(status: status, headers: []), policy)) == 15) }
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
    #expect(connection.restarted() == [])
    _ = connection.started()
    _ = connection.answered(stream, now: 0, date: 0)
    connection.lastEventID = "7"
    #expect(connection.restarted() == [.drop])
    #expect(connection.isRestarting)
    #expect(connection.restarted() == [])
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.connect(resumingFrom: "7")])
    // While connecting, and while waiting.
    #expect(connection.restarted() == [.drop])
    #expect(connection.answered(stream, now: 1, date: 0) == [.drop])
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.connect(resumingFrom: "7")])
    _ = connection.ended(.failed(.refused(host: "h")), now: 1, random: 0)
    #expect(connection.restarted() == [.drop])
    #expect(connection.waited() == [.connect(resumingFrom: "7")])
    // What can't be resumed has a gap.
    _ = connection.answered(stream, now: 0, date: 0)
    connection.lastEventID = ""
    _ = connection.restarted()
    #expect(connection.ended(.stopped, now: 1, random: 0) == [.deliver(.gap("restarted")), .connect(resumingFrom: nil)])
  }

  @Test func cancelledIsTheEndInEveryState() {
    var connection = connection()
    #expect(connection.cancelled() == [.deliver(.ended(reason: "cancelled")), .finish])
    #expect(connection.cancelled() == [])
    #expect(connection.started() == [])
    #expect(connection.restarted() == [])
    #expect(connection.ended(.finished, now: 0, random: 0) == [])
  }
}
