import Testing

@testable import Feeds

@Suite struct HTTPTallyTests {
  @Test func whatWasAskedIsCountedByHostAndSoIsWhatGotNoAnswer() async throws {
    let client = HTTPClient()
    let server = try ScriptedServer([.status(200), .status(500)])
    for _ in 0..<2 { _ = try await client.send(HTTPRequest(.get, server.base + "/")) }
    server.stop()
    let dead = "http://127.0.0.1:\(try DatabaseCluster.freePort())/"
    await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(.get, dead)) }
    let rows = client.tally.rows
    // Any status is an answer.
    #expect(rows.map(\.requests) == [2, 1] && rows.map(\.failures) == [0, 1] && rows.allSatisfy { $0.streams == 0 })
    #expect(rows.first?.host == String(server.base.dropFirst("http://".count)))
    client.stop()
  }

  @Test func whatAHostStillAllowsIsAsItsLastAnswerToldAndRefusalsForTheRateAreCounted() async throws {
    let client = HTTPClient()
    let server = try ScriptedServer([
      .status(200, "X-RateLimit-Remaining: 1\r\n"), .status(429, "X-RateLimit-Remaining: 0\r\nRetry-After: 1\r\n"),
      .status(200, "X-RateLimit-Remaining: -4\r\n"), .status(200),
    ])
    var left: [Int?] = []
    for _ in 0..<4 {
      _ = try await client.send(HTTPRequest(.get, server.base + "/"))
      left.append(client.tally.rows.first?.left)
    }
    #expect(left == [1, 0, 0, 0] && client.tally.rows.first?.throttled == 1)
    server.stop()
    client.stop()
  }
}
