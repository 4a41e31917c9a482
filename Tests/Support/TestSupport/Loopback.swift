import Foundation

/// What servers of tests begin with: sockets on this machine's own network.
public enum Loopback {
  public struct Unavailable: Error, CustomStringConvertible { public let description = "no free loopback port" }

  /// A socket that lets connections in, on a free port.
  public static func listen() throws -> (socket: Int32, port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && Glibc.listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isListening else {
      close(listener)
      throw Unavailable()
    }
    return (listener, UInt16(bigEndian: address.sin_port))
  }

  /// Takes every connection of a listening socket, on a thread of its own, until that is shut down; closes it then: before, its number must not
  /// become another's.
  public static func acceptAll(_ listener: Int32, _ take: @escaping @Sendable (Int32) -> Void) {
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { break }
        take(connection)
      }
      close(listener)
    }
  }

  /// - Returns: whether all of it went.
  @discardableResult
  public static func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(connection, $0.baseAddress.map { $0 + sent }, $0.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
