import Feeds
import FleetModel
import Foundation
import TestSupport
import Testing

/// The service that puts the event-stream client before the public contract tests.
@Suite struct ContractServiceTests {
  private static let program = ProgramUnderTest.builtBesideTests("eventstream-contract-service")

  @Test func helpIsHelpAndWhatCanNotBeUnderstoodIsWrongUsage() async throws {
    for option in ["--help", "-h"] {
      let help = try await CommandRun.run(arguments: [option], program: Self.program)
      #expect(help.status == 0 && help.output.hasPrefix("usage: eventstream-contract-service") && help.errors.isEmpty)
    }
    for arguments in [["--port"], ["--port", "70000"], ["--port", "-1"], ["--nonsense", "1"], ["8000"]] {
      let run = try await CommandRun.run(arguments: arguments, program: Self.program)
      #expect(run.status == 2 && run.errors.contains("usage: "), "\(arguments): \(run)")
    }
  }

  @Test func anAddressThatCanNotBeUsedIs400AndAnEventOf20MiBArrivesWhole() async throws {
    let (told, listening) = AsyncStream.makeStream(of: String.self)
    let running = Task {
      try await CommandRun.run(arguments: ["--port", "0"], program: Self.program) { output, _ in
        guard let line = output.split(separator: "\n").first, output.contains("\n") else { return false }
        listening.yield(String(line.dropFirst("listening on ".count)))
        return true
      }
    }
    var base = ""
    for await address in told {
      base = address
      break
    }
    let (http, service) = (HTTPClient(), base)
    func status(_ method: HTTPRequest.Method, _ body: JSONValue? = nil) async throws -> Int {
      try await http.send(HTTPRequest(method, service + "/", body: body.map { Array($0.serialized().utf8) })).status
    }
    let callback = try RawServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    let size = 20 << 20
    let stream = try RawServer(
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: \(String(repeating: "x", count: size))\n\n")
    for url in ["", "nonsense", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1/a b"] {
      #expect(try await status(.post, ["streamUrl": .string(url), "callbackUrl": .string(callback.base)]) == 400, "\(url)")
      #expect(try await status(.post, ["streamUrl": .string(stream.base), "callbackUrl": .string(url)]) == 400, "\(url)")
    }
    #expect(
      try await status(.post, ["streamUrl": .string(stream.base), "callbackUrl": .string(callback.base), "readTimeoutMs": -1]) == 400)
    #expect(callback.requests == 0)
    #expect(try await status(.post, ["streamUrl": .string(stream.base), "callbackUrl": .string(callback.base)]) == 201)
    let first = await callback.nextRequest
    #expect(first.starts(with: Array("POST /1 ".utf8)) && first.count > size)
    #expect(try await status(.delete) == 200)
    let run = try await running.value
    #expect(run.status == 0, "\(run)")
    callback.stop()
    stream.stop()
  }
}
