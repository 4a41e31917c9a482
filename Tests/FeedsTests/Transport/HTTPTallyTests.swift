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
}
