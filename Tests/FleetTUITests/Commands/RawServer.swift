import Foundation
import Synchronization

/// A real server on a free loopback port that answers every request with the same bytes, to the letter.
final class RawServer: Sendable {
  struct Unavailable: Error {}

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
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else { throw Unavailable() }
    base = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    Thread { [self] in acceptAll() }.start()
  }

  /// Nothing is accepted any more.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func acceptAll() {
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      Thread { [self] in serve(connection) }.start()
    }
    close(listener)
  }

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
    var sent = 0
    while sent < answer.count {
      let count = answer.withUnsafeBytes { send(connection, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      sent += count
    }
  }
}
