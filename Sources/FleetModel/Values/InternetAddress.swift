import Glibc

/// Texts of internet addresses.
public enum InternetAddress {
  /// The address as RFC 5952 writes it, so that two texts of one IPv6 address are equal; anything else as it is.
  public static func canonical(_ text: String) -> String {
    var address = in6_addr()
    var written = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard text.contains(":"), inet_pton(AF_INET6, text, &address) == 1,
      inet_ntop(AF_INET6, &address, &written, socklen_t(written.count)) != nil
    else { return text }
    return String(decoding: written.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
