import CCurl

/// Scheme, host and port: what credentials are bound to, and what six requests at once are counted by.
public struct HTTPOrigin: Hashable, Sendable {
  public let scheme: String
  public let host: String
  public let port: String

  /// - Throws: ``HTTPFailure/badURL(_:)`` for anything but an http or https address with a host.
  public init(url: String) throws(HTTPFailure) {
    guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { throw .badURL("it holds a space or control character") }
    guard let handle = curl_url() else { throw .badURL("out of memory") }
    defer { curl_url_cleanup(handle) }
    guard curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else {
      throw .badURL("it is not a URL")
    }
    func part(_ part: CURLUPart, _ flags: UInt32 = 0) -> String? {
      var text: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &text, flags) == CURLUE_OK, let text else { return nil }
      defer { curl_free(text) }
      return String(cString: text)
    }
    guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), scheme == "http" || scheme == "https" else {
      throw .badURL("it is neither http nor https")
    }
    guard let host = part(CURLUPART_HOST)?.lowercased(), !host.isEmpty else { throw .badURL("it has no host") }
    self.scheme = scheme
    self.host = host
    port = part(CURLUPART_PORT, UInt32(CURLU_DEFAULT_PORT)) ?? ""
  }

  /// - Throws: as ``init(url:)``, and ``HTTPFailure/insecure(host:)`` for plain http to another machine.
  init(of request: HTTPRequest) throws(HTTPFailure) {
    try self.init(url: request.url)
    guard scheme == "https" || isLoopback || request.allowsPlainHTTP else { throw .insecure(host: host) }
  }

  /// Whether it is this machine (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3, RFC 6761 §6.3).
  public var isLoopback: Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
