import Foundation
import Synchronization
import TestSupport

@testable import Feeds

/// A real server on a free loopback port that answers each connection with bytes to the letter: the n-th connection gets the n-th reply,
/// later ones the last.
final class ScriptedServer: Sendable {
  struct Reply: Sendable {
    var bytes: [UInt8]
    /// Leave the connection open until the client ends it or ``stop()``.
    var staysOpen = false

    static func raw(_ bytes: [UInt8], staysOpen: Bool = false) -> Self { Reply(bytes: bytes, staysOpen: staysOpen) }
    static func stream(_ body: String, type: String = "text/event-stream", staysOpen: Bool = false) -> Self {
      Reply(bytes: Array("HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nConnection: close\r\n\r\n\(body)".utf8), staysOpen: staysOpen)
    }
    static func status(_ status: Int, _ headers: String = "", body: String = "data: data\n\n") -> Self {
      Reply(
        bytes: Array(
          "HTTP/1.1 \(status) X\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\(headers)\(status == 204 ? "" : "Content-Length: \(body.utf8.count)\r\n")\r\n\(status == 204 ? "" : body)"
            .utf8))
    }
  }

  let base: String
  private let listener: Int32
  private let replies: [Reply]
  private struct State {
    var requests: [[UInt8]] = []
    var open: Set<Int32> = []
    var isStopped = false
  }
  private let state = Mutex(State())
  private let arrivals: AsyncStream<Int>
  private let arrived: AsyncStream<Int>.Continuation

  init(_ replies: [Reply]) throws {
    self.replies = replies
    (arrivals, arrived) = AsyncStream.makeStream()
    let port: UInt16
    (listener, port) = try Loopback.listen()
    base = "http://127.0.0.1:\(port)"
    Loopback.acceptAll(listener) { [self] connection in take(connection) }
  }

  /// The requests so far, head and body.
  var requests: [[UInt8]] { state.withLock { $0.requests } }
  func text(_ index: Int) -> String { String(decoding: requests[index], as: UTF8.self) }

  /// Returns once that many requests have come.
  func waitForRequests(_ count: Int) async {
    if requests.count >= count { return }
    for await arrived in arrivals where arrived >= count { return }
  }

  /// Ends every connection; nothing is accepted any more.
  func stop() {
    state.withLock { state in
      state.isStopped = true
      // Within the lock: a number that was closed may stand for somebody else's socket a moment later.
      for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func take(_ connection: Int32) {
    let isStopped = state.withLock { state in
      if !state.isStopped { state.open.insert(connection) }
      return state.isStopped
    }
    if isStopped { close(connection) } else { Thread { [self] in serve(connection) }.start() }
  }

  private func serve(_ connection: Int32) {
    defer {
      state.withLock {
        $0.open.remove(connection)
        close(connection)
      }
    }
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !request.suffix(4).elementsEqual([13, 10, 13, 10]) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      request += buffer[..<count]
    }
    let index = state.withLock { state in
      state.requests.append(request)
      return state.requests.count - 1
    }
    arrived.yield(index + 1)
    let reply = replies[min(index, replies.count - 1)]
    guard Loopback.send(reply.bytes, to: connection) else { return }
    if reply.staysOpen { while read(connection, &buffer, buffer.count) > 0 {} }
  }
}
