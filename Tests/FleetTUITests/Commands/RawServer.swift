import Foundation
import Synchronization
import TestSupport

/// A real server on a free loopback port that answers every request with the same bytes, to the letter.
final class RawServer: Sendable {
  let base: String
  private let listener: Int32
  private let answer: [UInt8]
  private let asked = Atomic(0)
  private let arrivals: AsyncStream<[UInt8]>
  private let arrived: AsyncStream<[UInt8]>.Continuation

  /// Requests so far.
  var requests: Int { asked.load(ordering: .acquiring) }
  /// The next request that nobody waited for yet, head and body, once it is there.
  var nextRequest: [UInt8] {
    get async {
      for await request in arrivals { return request }
      return []
    }
  }

  init(_ answer: String) throws {
    self.answer = Array(answer.utf8)
    (arrivals, arrived) = AsyncStream.makeStream()
    let port: UInt16
    (listener, port) = try Loopback.listen()
    base = "http://127.0.0.1:\(port)"
    Loopback.acceptAll(listener) { [self] connection in Thread { [self] in serve(connection) }.start() }
  }

  /// Nothing is accepted any more.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// Of head and body together; `nil` before the head's end.
  private static func length(of request: [UInt8]) -> Int? {
    guard let end = request.firstRange(of: [13, 10, 13, 10])?.upperBound else { return nil }
    let head = String(decoding: request[..<end], as: UTF8.self).lowercased()
    let field = head.split(whereSeparator: \.isNewline).first { $0.hasPrefix("content-length:") }
    return end + (field.flatMap { Int($0.drop { !$0.isNumber }) } ?? 0)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var length = Int.max
    while request.count < length {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      request += buffer[..<count]
      if length == .max { length = Self.length(of: request) ?? .max }
    }
    asked.add(1, ordering: .acquiringAndReleasing)
    arrived.yield(request)
    Loopback.send(answer, to: connection)
  }
}
