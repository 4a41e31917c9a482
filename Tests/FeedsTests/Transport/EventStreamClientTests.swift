import Foundation
import Synchronization
import Testing

@testable import Feeds

@Suite struct EventStreamClientTests {
  let http = HTTPClient(userAgent: "fleettui/test")

  /// What a client delivers, until `isEnough` or its end. The delays between its connections are a millisecond.
  private func deliveries(
    of server: ScriptedServer, _ policy: EventStreamPolicy = .standard, from id: String = "",
    limit: Int = EventStreamParser.defaultEventLimit,
    redirects: Int = 0, silence: Double? = nil, headers: [(name: String, value: String)] = [],
    until isEnough: ([EventStreamDelivery]) -> Bool = { _ in false }
  ) async -> [EventStreamDelivery] {
    var request = Feeds.HTTPRequest(.get, server.base + "/stream", headers: headers)
    request.redirectLimit = redirects
    request.silenceLimit = silence
    var options = EventStreamClient.Options(policy: policy)
    options.retryDelay = 0.001
    options.lastEventID = id
    options.eventLimit = limit
    let client = EventStreamClient(http: http, request: request, options: options)
    let (stream, continuation) = AsyncStream.makeStream(of: EventStreamDelivery.self)
    let task = Task {
      await client.run { continuation.yield($0) }
      continuation.finish()
    }
    var seen: [EventStreamDelivery] = []
    for await delivery in stream {
      seen.append(delivery)
      if isEnough(seen) { break }
    }
    task.cancel()
    await task.value
    server.stop()
    return seen
  }

  private func texts(_ deliveries: [EventStreamDelivery]) -> [String] {
    deliveries.compactMap { if case .event(let event) = $0 { event.text } else { nil } }
  }

  private func openings(_ deliveries: [EventStreamDelivery]) -> [String?] {
    deliveries.compactMap { if case .opened(let id) = $0 { .some(id) } else { nil } }
  }

  @Test func itAsksAsTheStandardSaysOnEveryConnection() async throws {
    let server = try ScriptedServer([.stream("data: a\n\n"), .stream("data: b\n\n", staysOpen: true)])
    let seen = await deliveries(of: server) { texts($0).count == 2 }
    #expect(texts(seen) == ["a", "b"])
    for request in 0..<2 {
      let text = server.text(request)
      #expect(text.hasPrefix("GET /stream HTTP/1.1\r\n"))
      #expect(text.contains("\r\nAccept: text/event-stream\r\n"))
      #expect(text.contains("\r\nCache-Control: no-cache\r\n"))
      #expect(!text.lowercased().contains("last-event-id"))
      #expect(!text.lowercased().contains("accept-encoding"))
    }
    #expect(openings(seen) == [nil, nil])
  }

  @Test func theIdIsSentBackAsUTF8AndHoldsForLaterEvents() async throws {
    let server = try ScriptedServer([
      .stream("id: …\nretry: 100\ndata: hello\n\n"), .stream("data: …\n\n"), .stream("data: third\n\n", staysOpen: true),
    ])
    let seen = await deliveries(of: server) { texts($0).count == 3 }
    for request in [1, 2] {
      #expect(server.requests[request].contains(Array("\r\nLast-Event-ID: ".utf8) + [0xE2, 0x80, 0xA6, 0x0D, 0x0A]))
    }
    #expect(seen.compactMap { if case .event(let event) = $0 { event.lastEventID } else { nil } } == ["…", "…", "…"])
    #expect(openings(seen) == [nil, "…", "…"])
    // Resumed: no gap is certain.
    #expect(!seen.contains { if case .gap = $0 { true } else { false } })
  }

  @Test(arguments: ["id: x\0\ndata: hello\n\n", "id: 1\ndata: a\n\nid:\ndata: hello\n\n", "data: hello\n\nid: cut\ndata: off\n"])
  func withoutAnIdNoHeaderIsSentAndWhatWasMissedIsAGap(body: String) async throws {
    let server = try ScriptedServer([.stream(body), .stream("data: again\n\n", staysOpen: true)])
    let seen = await deliveries(of: server) { texts($0).last == "again" }
    #expect(!server.text(1).lowercased().contains("last-event-id"))
    #expect(!texts(seen).contains("off"))
    #expect(seen.contains(.gap("the server closed the stream")))
  }

  @Test func aFirstIdIsSentAndHolds() async throws {
    let server = try ScriptedServer([.stream("data: a\n\n", staysOpen: true)])
    let seen = await deliveries(of: server, from: "48121") { texts($0).count == 1 }
    #expect(server.text(0).contains("\r\nLast-Event-ID: 48121\r\n"))
    #expect(seen == [.opened(resumedFrom: "48121"), .event(EventStreamEvent(data: Array("a".utf8), lastEventID: "48121"))])
  }

  @Test(arguments: [204, 205, 210, 299, 404, 410, 503])
  func byTheStandardAnotherStatusIsTheEndWithoutAMessage(status: Int) async throws {
    let server = try ScriptedServer([.status(status)])
    let seen = await deliveries(of: server)
    #expect(server.requests.count == 1)
    #expect(seen.count == 1)
    switch seen.first {
    case .ended: #expect(status == 204)
    case .failed(let reason, nil): #expect(status != 204 && reason.contains("\(status)"))
    default: Issue.record("\(seen)")
    }
  }

  @Test func openedThenReconnectedThenNoContentIsTheEnd() async throws {
    let server = try ScriptedServer([.stream("retry: 2\ndata: opened\n\n"), .stream("data: reconnected\n\n"), .status(204)])
    let seen = await deliveries(of: server)
    #expect(texts(seen) == ["opened", "reconnected"])
    #expect(seen.last == .ended(reason: "the service ended the stream (204)"))
    #expect(server.requests.count == 3)
  }

  @Test(arguments: ["x bogus", "text/x-bogus"])
  func anotherMediaTypeIsTheEndWithoutAMessage(type: String) async throws {
    let server = try ScriptedServer([.stream("data: data\n\n", type: type)])
    let seen = await deliveries(of: server)
    guard case .failed(let reason, nil) = seen.first, seen.count == 1 else {
      Issue.record("\(seen)")
      return
    }
    #expect(reason.contains(type))
  }

  @Test(arguments: ["text/event-stream;", "text/event-stream;charset=windows-1252"])
  func parametersOfTheMediaTypeMeanNothing(type: String) async throws {
    let server = try ScriptedServer([.stream("data:ok…\n\n", type: type, staysOpen: true)])
    #expect(texts(await deliveries(of: server) { texts($0).count == 1 }) == ["ok…"])
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func redirectsAreFollowedWhereAllowed(status: Int) async throws {
    let server = try ScriptedServer([.status(status, "Location: /other\r\n"), .stream("data: there\n\n", staysOpen: true)])
    let seen = await deliveries(of: server, redirects: 10) { texts($0).count == 1 }
    #expect(texts(seen) == ["there"])
    #expect(server.text(1).hasPrefix("GET /other "))
    #expect(server.text(1).contains("\r\nAccept: text/event-stream\r\n"))
  }

  @Test(arguments: ["", "Location: \r\n"])
  func aRedirectToNowhereIsAnErrorAndNoLoop(location: String) async throws {
    let server = try ScriptedServer([.status(301, location)])
    let seen = await deliveries(of: server, redirects: 10)
    guard case .failed(_, nil) = seen.first, seen.count == 1 else {
      Issue.record("\(seen)")
      return
    }
    #expect(server.requests.count == 1)
  }

  @Test func aServiceThatGetsABearerIsNeverFollowedElsewhere() async throws {
    let elsewhere = try ScriptedServer([.stream("data: stolen\n\n", staysOpen: true)])
    let server = try ScriptedServer([.status(302, "Location: \(elsewhere.base)/x\r\n")])
    let seen = await deliveries(of: server, .tenant, headers: [("Authorization", "Bearer secret")]) { !$0.isEmpty }
    guard case .failed(let reason, .some) = seen.first else {
      Issue.record("\(seen)")
      return
    }
    #expect(reason.contains("302") && !reason.contains("secret"))
    #expect(elsewhere.requests.isEmpty)
    elsewhere.stop()
  }

  @Test func aFleetFeedThatIsNotOfferedSaysSo() async throws {
    let server = try ScriptedServer([.status(404, body: "")])
    let seen = await deliveries(of: server, .fleetFeed) { !$0.isEmpty }
    #expect(seen.first == .notOffered(reason: "the service does not offer this stream (404)", retryIn: 600))
  }

  @Test func aSilentPeerIsLeft() async throws {
    let server = try ScriptedServer([.stream("id: 1\ndata: a\n\n", staysOpen: true), .stream("data: b\n\n", staysOpen: true)])
    let seen = await deliveries(of: server, .fleetFeed, silence: 1.5) { texts($0).count == 2 }
    #expect(texts(seen) == ["a", "b"])
    #expect(seen.contains { if case .failed(let reason, _) = $0 { reason.contains("1.5 s") } else { false } })
    #expect(server.text(1).contains("Last-Event-ID: 1\r\n"))
  }

  @Test func cancelledWhileConnectingItEndsAndOpensNothing() async throws {
    let server = try ScriptedServer([.raw([], staysOpen: true)])
    let seen = Recorder<EventStreamDelivery>()
    let client = EventStreamClient(http: http, request: Feeds.HTTPRequest(.get, server.base))
    let task = Task { await client.run { seen.add($0) } }
    await server.waitForRequests(1)
    task.cancel()
    await task.value
    #expect(seen.values == [.ended(reason: "cancelled")])
    server.stop()
  }

  @Test func cancelledWhileWaitingItEndsAtOnce() async throws {
    let server = try ScriptedServer([.status(404)])
    let seen = await deliveries(of: server, .tenant) { !$0.isEmpty }
    guard case .failed(_, .some(let delay)) = seen.first else {
      Issue.record("\(seen)")
      return
    }
    #expect(delay >= 15)
    #expect(server.requests.count == 1)
  }

  @Test func restartConnectsAgainAndResumesWithoutAFailure() async throws {
    let server = try ScriptedServer([.stream("id: 7\ndata: a\n\n", staysOpen: true), .stream("data: b\n\n", staysOpen: true)])
    let client = EventStreamClient(http: http, request: Feeds.HTTPRequest(.get, server.base))
    let (stream, continuation) = AsyncStream.makeStream(of: EventStreamDelivery.self)
    let task = Task {
      // From within a delivery, which must not lock up.
      await client.run { delivery in
        continuation.yield(delivery)
        if case .event(let event) = delivery, event.text == "a" { client.restart() }
      }
    }
    var seen: [EventStreamDelivery] = []
    for await delivery in stream {
      seen.append(delivery)
      if texts(seen).count == 2 { break }
    }
    #expect(texts(seen) == ["a", "b"])
    #expect(openings(seen) == [nil, "7"])
    #expect(!seen.contains { if case .failed = $0 { true } else { false } })
    task.cancel()
    await task.value
    server.stop()
  }

  @Test func restartCutsAWaitShort() async throws {
    let server = try ScriptedServer([.status(404), .stream("data: b\n\n", staysOpen: true)])
    let client = EventStreamClient(http: http, request: Feeds.HTTPRequest(.get, server.base), options: .init(policy: .tenant))
    let (stream, continuation) = AsyncStream.makeStream(of: EventStreamDelivery.self)
    let task = Task {
      await client.run { delivery in
        continuation.yield(delivery)
        if case .failed = delivery { client.restart() }
      }
    }
    for await delivery in stream { if case .event = delivery { break } }
    #expect(server.requests.count == 2)
    task.cancel()
    await task.value
    server.stop()
  }

  @Test func anOversizedEventIsAGapAndTheNextOneArrives() async throws {
    let server = try ScriptedServer([
      .stream("id: 1\ndata: \(String(repeating: "x", count: 3 << 20))\n\nid: 2\ndata: next\n\n", staysOpen: true)
    ])
    let seen = await deliveries(of: server, .tenant, limit: 1 << 20) { texts($0).count == 1 }
    #expect(
      seen.dropFirst() == [
        .gap("an event of more than 1 MiB was skipped"), .event(EventStreamEvent(data: Array("next".utf8), lastEventID: "2")),
      ])
  }

  @Test func whileTheOwnerIsFullNothingIsReadAndNothingIsLost() async throws {
    let count = 20_000
    let body = (0..<count).map { "data: \($0)\n\n" }.joined()
    let server = try ScriptedServer([.stream(body, staysOpen: true)])
    let client = EventStreamClient(http: http, request: Feeds.HTTPRequest(.get, server.base))
    struct Inbox {
      var waiting: [Int] = []
      var taken: [Int] = []
    }
    final class Box: Sendable { let inbox = Mutex(Inbox()) }
    let box = Box()
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let largest = Recorder<Int>()
    let task = Task {
      await client.run(isFull: { box.inbox.withLock { $0.waiting.count >= 500 } }) { delivery in
        guard case .event(let event) = delivery, let number = Int(event.text) else { return }
        box.inbox.withLock { $0.waiting.append(number) }
        wake.yield()
      }
    }
    for await _ in wakes {
      let done = box.inbox.withLock { inbox in
        largest.add(inbox.waiting.count)
        inbox.taken += inbox.waiting
        inbox.waiting = []
        return inbox.taken.count >= count
      }
      client.resume()
      if done { break }
    }
    #expect(box.inbox.withLock { $0.taken } == Array(0..<count))
    // One read more than fits: libcurl hands over 16 KiB at most.
    #expect((largest.values.max() ?? 0) <= 500 + 16_384 / 9)
    task.cancel()
    await task.value
    server.stop()
  }

  @Test(.timeLimit(.minutes(1))) func roomThatAppearsWhileItPausesIsNotMissed() async throws {
    let server = try ScriptedServer([.stream("data: a\n\n", staysOpen: true)])
    let client = EventStreamClient(http: http, request: Feeds.HTTPRequest(.get, server.base))
    let (stream, continuation) = AsyncStream.makeStream(of: EventStreamDelivery.self)
    let questions = Recorder<Int>()
    let task = Task {
      // Full when first asked, empty when asked again; nobody resumes.
      await client.run(isFull: {
        questions.add(0)
        return questions.values.count == 1
      }) { continuation.yield($0) }
    }
    for await delivery in stream { if case .event = delivery { break } }
    #expect(questions.values.count == 2)
    task.cancel()
    await task.value
    server.stop()
  }

  @Test(arguments: ["A-admin", "B-admin", "dbdown", "docker-daemon-dead", "healthsweep-offline", "server-sigkill"])
  func aRecordedStreamComesThroughASocketAsItWasSaid(name: String) async throws {
    let server = try ScriptedServer([.raw(try fixture("sse-\(name).raw"))])
    let expected = parsed(try fixture("sse-\(name).body")).compactMap(\.event)
    let seen = await deliveries(of: server, .tenant) { if case .failed = $0.last { true } else { false } }
    #expect(seen.compactMap { if case .event(let event) = $0 { event } else { nil } } == expected)
    #expect(seen.first == .opened(resumedFrom: nil))
    #expect(seen.contains(.comment(" ping")))
  }

  @Test func connectionsThatAreCutAtOnceAreToldOnceUntilOneTellsSomething() async throws {
    let server = try ScriptedServer([
      .stream(": ping\n\n"), .stream(": ping\n\n"), .stream(": ping\n\n"), .stream(": ping\n\ndata: a\n\n", staysOpen: true),
    ])
    let seen = await deliveries(of: server, .tenant) { texts($0).count == 1 }
    let cut = "the server closed the stream"
    let told = seen.compactMap { delivery -> EventStreamDelivery? in
      switch delivery {
      case .comment: nil
      case .failed(let reason, _): .failed(reason: reason, retryIn: nil)
      default: delivery
      }
    }
    #expect(
      told == [
        .opened(resumedFrom: nil), .gap(cut), .failed(reason: cut, retryIn: nil), .opened(resumedFrom: nil),
        .event(EventStreamEvent(data: Array("a".utf8))),
      ])
  }

  @Test func aRefusedTokenEndsATenantsStream() async throws {
    let server = try ScriptedServer([.status(401, body: #"{"error":"invalid workspace auth token"}"#)])
    let seen = await deliveries(of: server, .tenant)
    #expect(seen == [.refused(reason: "the token was refused (401)")])
    #expect(server.requests.count == 1)
  }
}

func fixture(_ name: String) throws -> [UInt8] {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/tenant/\(name)", withExtension: nil))
  return Array(try Data(contentsOf: url))
}
