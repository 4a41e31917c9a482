import Feeds
import FlyingFox
import FlyingSocks
import Foundation

/// Puts the program's own event-stream client behind the interface of the public contract tests
/// (github.com/launchdarkly/sse-contract-tests, docs/service_spec.md). Never installed.
///
///     eventstream-contract-service [--host 127.0.0.1] [--port 8000]
@main
enum Service {
  private static let help = """
    usage: eventstream-contract-service [--host ADDRESS] [--port NUMBER]

    Serves the program's event-stream client to the public contract tests of event-stream clients, until DELETE / ends it.

      --host ADDRESS  the IPv4 address to serve on; left out, 127.0.0.1
      --port NUMBER   the port to serve on, 0 for a free one; left out, 8000
      --help          this

    """

  private struct Place {
    var host = "127.0.0.1"
    var port: UInt16 = 8000

    /// `nil` for arguments that can't be understood.
    init?(_ arguments: [String]) {
      var rest = arguments[...]
      while let name = rest.popFirst() {
        guard let value = rest.popFirst() else { return nil }
        switch name {
        case "--host": host = value
        case "--port":
          guard let number = UInt16(value) else { return nil }
          port = number
        default: return nil
        }
      }
    }
  }

  static func main() async {
    // A reader that is gone is an answer to a write, no reason to die of it.
    signal(SIGPIPE, SIG_IGN)
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.contains("--help") || arguments.contains("-h") {
      FileHandle.standardOutput.write(Data(help.utf8))
      leave(0)
    }
    guard let place = Place(arguments) else { fail("these arguments can't be understood\n\n\(help)", status: 2) }
    let (host, port, registry) = (place.host, place.port, StreamRegistry())
    do {
      let address = try sockaddr_in.inet(ip4: host, port: port)
      let server = HTTPServer(address: address, logger: .disabled)
      await route(server, to: registry)
      Task {
        // Of a port that was left to the system, the one that it chose.
        try await server.waitUntilListening()
        guard case .ip4(_, let port) = await server.listeningAddress else { return }
        FileHandle.standardOutput.write(Data("listening on http://\(host):\(port)\n".utf8))
      }
      try await server.run()
    } catch {
      // Stopped by DELETE /, it waited for a connection at an address that was closed under it: what that throws depends on the moment.
      if await !registry.isEnding { fail("can't serve on \(host):\(port): \(error)", status: 1) }
    }
    leave(0)
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("eventstream-contract-service: \(message)\n".utf8))
    leave(status)
  }

  /// Never by returning or by `exit(3)`: those run the libraries' destructors under the threads that still use them.
  private static func leave(_ status: Int32) -> Never { _exit(status) }

  private static func route(_ server: HTTPServer, to registry: StreamRegistry) async {
    await server.appendRoute("GET /") { _ in
      HTTPResponse(
        statusCode: .ok, headers: HTTPHeaders([.contentType: "application/json"]),
        body: try JSONEncoder().encode(["capabilities": StreamRegistry.capabilities]))
    }
    await server.appendRoute("POST /") { request in
      guard let parameters = try? JSONDecoder().decode(StreamParameters.self, from: await request.bodyData),
        let id = await registry.open(parameters)
      else { return HTTPResponse(statusCode: .badRequest) }
      let location = "http://\(request.headers[.host] ?? "127.0.0.1")/streams/\(id)"
      return HTTPResponse(statusCode: .created, headers: HTTPHeaders([.location: location]))
    }
    await server.appendRoute("DELETE /") { _ in
      await registry.end()
      Task { await server.stop(timeout: 1) }
      return HTTPResponse(statusCode: .ok)
    }
    await server.appendRoute("POST /streams/*") { request in
      guard let command = try? JSONDecoder().decode(StreamCommand.self, from: await request.bodyData), command.command == "restart" else {
        return HTTPResponse(statusCode: .badRequest)
      }
      return HTTPResponse(statusCode: await registry.restart(id(request)) ? .accepted : .notFound)
    }
    await server.appendRoute("DELETE /streams/*") { request in
      HTTPResponse(statusCode: await registry.close(id(request)) ? .noContent : .notFound)
    }
  }

  private static func id(_ request: FlyingFox.HTTPRequest) -> Int? {
    request.path.split(separator: "/").last.flatMap { Int($0) }
  }
}

struct StreamCommand: Decodable { var command: String }

struct StreamParameters: Decodable {
  var streamUrl: String
  var callbackUrl: String
  var initialDelayMs: Int?
  var readTimeoutMs: Int?
  var lastEventId: String?
  var headers: [String: String]?
  var method: String?
  var body: String?
}
