import FlyingFox
import FlyingSocks
import Foundation
import Synchronization
import Testing

@testable import Feeds

/// A real server on a free loopback port for the length of one test.
func withServer(
  _ handler: @escaping @Sendable (FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse,
  _ body: (_ base: String) async throws -> Void
) async throws {
  let server = FlyingFox.HTTPServer(
    address: try sockaddr_in.inet(ip4: "127.0.0.1", port: 0), logger: .disabled, handler: ClosureHTTPHandler(handler))
  let task = Task { try? await server.run() }
  try await server.waitUntilListening(timeout: 60)
  guard case .ip4(_, let port) = await server.listeningAddress else { throw HTTPFailure.refused(host: "127.0.0.1") }
  do { try await body("http://127.0.0.1:\(port)") } catch {
    await server.stop()
    task.cancel()
    throw error
  }
  await server.stop()
  task.cancel()
}

private func answer(_ status: Int, _ headers: [HTTPHeader: String] = [:], _ text: String = "") -> FlyingFox.HTTPResponse {
  FlyingFox.HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "X"), headers: HTTPHeaders(headers), body: Data(text.utf8))
}

final class Recorder<Value: Sendable>: Sendable {
  private let storage = Mutex<[Value]>([])
  func add(_ value: Value) { storage.withLock { $0.append(value) } }
  var values: [Value] { storage.withLock { $0 } }
}

@Suite struct HTTPClientTests {
  let client = HTTPClient(userAgent: "fleettui/test")

  @Test func anAnswerKeepsStatusHeadersAndBody() async throws {
    try await withServer({ _ in answer(418, [HTTPHeader("X-Thing"): "a"], "short and stout") }) { base in
      let response = try await client.send(HTTPRequest(.get, base + "/pot"))
      #expect(response.status == 418)
      #expect(response.head["x-thing"] == "a")
      #expect(String(decoding: response.body, as: UTF8.self) == "short and stout")
    }
  }

  @Test func theUserAgentAndHeadersArriveAndTheBodyOfADeleteToo() async throws {
    let seen = Recorder<String>()
    try await withServer({ request in
      let body = try await request.bodyData
      seen.add(
        "\(request.method.rawValue) \(request.headers[.init("User-Agent")] ?? "") \(request.headers[.init("X-Molecule-Org-Id")] ?? "") \(String(decoding: body, as: UTF8.self))"
      )
      return answer(200)
    }) { base in
      _ = try await client.send(
        HTTPRequest(
          .delete, base + "/t", headers: [("X-Molecule-Org-Id", "o1"), ("Content-Type", "application/json")],
          body: Array("{\"confirm\":\"a\"}".utf8)))
      #expect(seen.values == ["DELETE fleettui/test o1 {\"confirm\":\"a\"}"])
    }
  }

  @Test func aRedirectIsAnAnswerAndIsNotFollowed() async throws {
    let paths = Recorder<String>()
    try await withServer({ request in
      paths.add(request.path)
      return answer(302, [.location: "/elsewhere"])
    }) { base in
      let response = try await client.send(HTTPRequest(.get, base + "/a", headers: [("Authorization", "Bearer x")]))
      #expect(response.status == 302)
      #expect(paths.values == ["/a"])
    }
  }

  @Test func whereRedirectsAreAllowedAnotherOriginGetsNoCredentials() async throws {
    let seen = Recorder<String>()
    try await withServer({ request in
      seen.add(
        "\(request.path) \(request.headers[.authorization] ?? "-") \(request.headers[.init("X-Api-Key")] ?? "-") \(request.headers[.init("Accept")] ?? "-")"
      )
      return answer(200)
    }) { other in
      try await withServer({ _ in answer(307, [.location: other + "/there"]) }) { base in
        var request = HTTPRequest(
          .get, base, headers: [("Authorization", "Bearer x"), ("X-Api-Key", "k"), ("Accept", "text/event-stream")])
        request.redirectLimit = 3
        let got = try await client.send(request).status
        #expect(got == 200)
        #expect(seen.values == ["/there - - text/event-stream"])
      }
    }
  }

  @Test func plainHTTPToAnotherMachineIsRefusedBeforeAnythingIsSent() async throws {
    await #expect(throws: HTTPFailure.insecure(host: "fleet.example.com")) {
      try await client.send(HTTPRequest(.get, "http://fleet.example.com/"))
    }
    await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, "ftp://127.0.0.1/")) }
    await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, "not a url")) }
  }

  @Test func aHeaderWithALineBreakIsNeverSent() async throws {
    try await withServer({ _ in answer(200) }) { base in
      await #expect(throws: HTTPFailure.self) {
        try await client.send(HTTPRequest(.get, base, headers: [("X-A", "b\r\nX-Evil: 1")]))
      }
    }
  }

  @Test func aBodyBeyondItsLimitIsAClearError() async throws {
    try await withServer({ _ in answer(200, [:], String(repeating: "x", count: 200_000)) }) { base in
      var request = HTTPRequest(.get, base)
      request.bodyLimit = 100_000
      await #expect(throws: HTTPFailure.tooLarge(limit: 100_000)) { try await client.send(request) }
      request.bodyLimit = 200_000
      let got = try await client.send(request).body.count
      #expect(got == 200_000)
    }
  }

  @Test func headersBeyondTheirLimitAreAClearErrorAndAreNotAskedForAgain() async throws {
    let many = (0..<400).reduce(into: [HTTPHeader: String]()) { $0[HTTPHeader("X-\($1)")] = String(repeating: "x", count: 1000) }
    for headers in [[HTTPHeader("X-Big"): String(repeating: "x", count: 10 << 20)], many] {
      let count = Recorder<Int>()
      try await withServer({ _ in
        count.add(1)
        return answer(200, headers)
      }) { base in
        await #expect(throws: HTTPFailure.headTooLarge) { try await client.ask(HTTPRequest(.get, base), within: 20) }
        #expect(count.values.count == 1)
      }
    }
    #expect("\(HTTPFailure.headTooLarge)" == "the answer's headers are larger than 256 KiB, or one of them than 100 KiB")
  }

  @Test func aRetryAfterBeyondAllReasonIsAWaitThatCanBeTold() async throws {
    try await withServer({ _ in answer(429, [HTTPHeader("Retry-After"): "99999999999999999999"]) }) { base in
      let response = try await client.ask(HTTPRequest(.get, base), within: 5)
      #expect(
        FeedError.refusal(of: "control plane /x", response, credential: "").description
          == "control plane /x answered 429 – asked to wait 10000000000 s")
    }
  }

  @Test func anUnreachablePortIsRefused() async throws {
    await #expect(throws: HTTPFailure.refused(host: "127.0.0.1:1")) { try await client.send(HTTPRequest(.get, "http://127.0.0.1:1/")) }
  }

  @Test func aHangingServerEndsInTheRequestsTimeout() async throws {
    try await withServer({ _ in
      try await Task.sleep(for: .seconds(60))
      return answer(200)
    }) { base in
      let client = client
      let ends = await withTaskGroup(of: HTTPFailure?.self) { group in
        for index in 0..<6 {
          let request = HTTPRequest(.get, base + "/\(index)", timeout: 0.2 + 0.1 * Double(index))
          group.addTask {
            do throws(HTTPFailure) { _ = try await client.send(request) } catch { return error }
            return nil
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      // The server itself would give up after 15 s.
      for end in ends {
        guard case .timedOut(let seconds)? = end else {
          Issue.record("\(String(describing: end))")
          continue
        }
        #expect(seconds < 10)
      }
    }
  }

  @Test func cancellingTheTaskEndsTheTransfer() async throws {
    let arrived = AsyncStream<Void>.makeStream()
    try await withServer({ _ in
      arrived.continuation.yield()
      try await Task.sleep(for: .seconds(60))
      return answer(200)
    }) { base in
      let client = client
      let task = Task { () -> HTTPFailure? in
        do throws(HTTPFailure) { _ = try await client.send(HTTPRequest(.get, base)) } catch { return error }
        return nil
      }
      for await _ in arrived.stream { break }
      task.cancel()
      #expect(await task.value == .cancelled)
    }
  }

  @Test func atMostSixRequestsReachOneHostAtOnce() async throws {
    final class Box: Sendable {
      let load = Mutex((now: 0, most: 0))
    }
    let box = Box()
    try await withServer({ _ in
      box.load.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      for _ in 0..<50 { await Task.yield() }
      box.load.withLock { $0.now -= 1 }
      return answer(200)
    }) { base in
      let client = client
      await withTaskGroup(of: Int?.self) { group in
        for index in 0..<60 { group.addTask { try? await client.send(HTTPRequest(.get, base + "/\(index)")).status } }
        for await status in group { #expect(status == 200) }
      }
      #expect(box.load.withLock { $0.most } <= 6)
    }
  }

  @Test func whatWaitsForItsHostIsGivenUpInItsTimeAndNeverSent() async throws {
    let arrived = AsyncStream<String>.makeStream()
    try await withServer({ request in
      arrived.continuation.yield(request.path)
      try await Task.sleep(for: .seconds(60))
      return answer(200)
    }) { base in
      let client = client
      @Sendable func end(of path: String, within timeout: Double) async -> HTTPFailure? {
        do throws(HTTPFailure) { _ = try await client.send(HTTPRequest(.get, base + path, timeout: timeout)) } catch { return error }
        return nil
      }
      var arrivals = arrived.stream.makeAsyncIterator()
      let first = (0..<6).map { _ in Task { await end(of: "/first", within: 60) } }
      for _ in 0..<6 { _ = await arrivals.next() }
      // The host is taken: these only wait.
      for failure in await [end(of: "/second", within: 0.3), end(of: "/third", within: 0.3)] {
        guard case .timedOut(let seconds)? = failure else {
          Issue.record("\(String(describing: failure))")
          continue
        }
        #expect(seconds > 0.29)
      }
      for task in first { task.cancel() }
      // Were they still waiting, they would have their turn before this one.
      let last = Task { await end(of: "/last", within: 60) }
      #expect(await arrivals.next() == "/last")
      last.cancel()
    }
  }

  @Test func anAnswerToSeveralTriesSaysHowLongTheyTook() async throws {
    let count = Recorder<Int>()
    try await withServer({ _ in
      count.add(1)
      return answer(503)
    }) { base in
      let began = monotonicSeconds()
      let response = try await client.ask(HTTPRequest(.get, base), within: 2)
      let most = monotonicSeconds() - began
      #expect(count.values.count > 1)
      #expect(response.triedFor.map { $0 <= most && $0 > response.elapsed } == true)
      // How long it really took is the machine's business; what is said of it is not.
      for (seconds, remark) in [(0.4, ""), (18.2, " (tried for 18 s)")] {
        var tried = response
        tried.triedFor = seconds
        let description = FeedError.refusal(of: "control plane /x", tried, credential: "").description
        #expect(description == "control plane /x answered 503" + remark)
      }
    }
  }

  @Test func askingGoesOnAfter503AndObeysRetryAfter() async throws {
    let count = Recorder<Int>()
    try await withServer({ _ in
      count.add(1)
      return count.values.count < 3 ? answer(503, [HTTPHeader("Retry-After"): "0"]) : answer(200)
    }) { base in
      let got = try await client.ask(HTTPRequest(.get, base), within: 20).status
      #expect(got == 200)
      #expect(count.values.count == 3)
    }
  }

  @Test func askingGivesUpAtOnceWhenRetryAfterIsBeyondTheBudget() async throws {
    let count = Recorder<Int>()
    try await withServer({ _ in
      count.add(1)
      return answer(429, [HTTPHeader("Retry-After"): "59"])
    }) { base in
      let got = try await client.ask(HTTPRequest(.get, base), within: 5).status
      #expect(got == 429)
      #expect(count.values.count == 1)
    }
  }

  @Test func patienceEndsBeforeTheBudgetUnlessTheServerSaysWhen() async throws {
    let count = Recorder<Int>()
    try await withServer({ _ in
      count.add(1)
      return answer(502)
    }) { base in
      // The wait before the second try ends within 0.25 s, the one before the fourth never within 0.6 s.
      let refused = try await client.ask(HTTPRequest(.get, base), within: 20, patience: 0.6)
      #expect(refused.status == 502 && (1...3).contains(count.values.count))
    }
    let again = Recorder<Int>()
    try await withServer({ _ in
      again.add(1)
      return again.values.count == 1 ? answer(503, [HTTPHeader("Retry-After"): "1"]) : answer(200)
    }) { base in
      let got = try await client.ask(HTTPRequest(.get, base), within: 20, patience: 0.3).status
      #expect(got == 200)
    }
  }

  @Test func aStatusThatIsNotTransientIsAnsweredOnce() async throws {
    for status in [400, 401, 403, 404, 409, 500] {
      let count = Recorder<Int>()
      try await withServer({ _ in
        count.add(1)
        return answer(status)
      }) { base in
        let got = try await client.ask(HTTPRequest(.get, base), within: 5).status
        #expect(got == status)
        #expect(count.values.count == 1)
      }
    }
  }

  @Test func httpDatesAreRead() {
    #expect(HTTPDate.seconds(of: "Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(HTTPDate.seconds(of: "1994-11-06T08:49:37Z") == nil)
    let head = HTTPHead(status: 503, headers: [("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")])
    #expect(head.retryAfter(now: 784_111_770) == 7)
  }

  @Test func loopbackIsRecognised() throws {
    for url in ["http://127.0.0.1:1", "http://127.9.9.9", "http://localhost:80/x", "http://a.localhost", "http://[::1]:8080"] {
      #expect(try HTTPOrigin(url: url).isLoopback, "\(url)")
    }
    for url in [
      "http://127.0.0.1.example.com", "http://example.com", "http://localhost.example.com", "http://10.0.0.1", "http://127.evil.0.1",
    ] {
      #expect(try !HTTPOrigin(url: url).isLoopback, "\(url)")
    }
  }
}
