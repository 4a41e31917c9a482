import Dispatch
import FleetModel
import Glibc

/// Asks this machine's resolver for a host's addresses.
enum NameLookup {
  struct Failure: Error {
    var why: String
  }

  /// Seconds that an answer is waited for, as a transfer waits for its connection.
  static let patience = 10.0

  /// The call blocks in the C library for as long as the resolver's own limits let it: it has a thread of Dispatch's, which is left to it
  /// when that takes too long.
  static func addresses(of host: String) async -> Result<[String], Failure> {
    let silence = Result<[String], Failure>.failure(
      Failure(why: "the resolver gave no answer about the name \(host) within \(Int(clamping: patience)) s"))
    let (answers, answer) = AsyncStream<Result<[String], Failure>>.makeStream(bufferingPolicy: .bufferingOldest(1))
    DispatchQueue.global().async { answer.yield(resolve(host)) }
    DispatchQueue.global().asyncAfter(deadline: .now() + patience) { answer.yield(silence) }
    for await first in answers { return first }
    return silence
  }

  private static func resolve(_ host: String) -> Result<[String], Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else { return .failure(Failure(why: "the name \(host) does not resolve: \(String(cString: gai_strerror(code)))")) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var next = list
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      if getnameinfo(entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
        let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        if !addresses.contains(address) { addresses.append(address) }
      }
      next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .failure(Failure(why: "the name \(host) has no address")) : .success(addresses)
  }
}
