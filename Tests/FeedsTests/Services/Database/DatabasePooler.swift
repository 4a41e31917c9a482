import Foundation
import Synchronization
import TestSupport

/// A connection pooler as far as a client notices: it refuses settings in the startup packet and passes everything else on.
final class Pooler: Sendable {
  let port: UInt16
  private let socket: Int32

  init(server: UInt16) throws {
    let (socket, port) = try Loopback.listen()
    (self.socket, self.port) = (socket, port)
    Thread {
      while case let client = accept(socket, nil, nil), client >= 0 { Thread { Self.serve(client, server) }.start() }
    }.start()
  }

  func stop() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }

  private static func serve(_ client: Int32, _ server: UInt16) {
    defer { close(client) }
    guard let startup = startup(client) else { return }
    guard startup.firstRange(of: Array("options\0".utf8)) == nil else {
      let fields = Array("SFATAL\0C08P01\0Munsupported startup parameter: options\0\0".utf8)
      let refusal = [UInt8(ascii: "E"), 0, 0, 0, UInt8(fields.count + 4)] + fields
      _ = write(client, refusal, refusal.count)
      return
    }
    let upstream = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(upstream) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }
    guard connected, write(upstream, startup, startup.count) == startup.count else { return }
    var ready = [pollfd(fd: client, events: Int16(POLLIN), revents: 0), pollfd(fd: upstream, events: Int16(POLLIN), revents: 0)]
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while poll(&ready, 2, -1) > 0 {
      for (index, other) in [(0, upstream), (1, client)] where ready[index].revents != 0 {
        let count = read(ready[index].fd, &bytes, bytes.count)
        guard count > 0, send(other, bytes, count, Int32(MSG_NOSIGNAL)) == count else { return }
      }
    }
  }

  /// The startup packet, after refusing every kind of encryption.
  private static func startup(_ client: Int32) -> [UInt8]? {
    while true {
      var bytes = [UInt8](repeating: 0, count: 10_000)
      let count = read(client, &bytes, bytes.count)
      guard count >= 8 else { return nil }
      guard count == 8, bytes[4] == 4, bytes[5] == 210 else { return Array(bytes.prefix(count)) }
      _ = write(client, [UInt8(ascii: "N")], 1)
    }
  }
}
