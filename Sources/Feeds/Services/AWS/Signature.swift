import CCrypto
import FleetModel

/// Signs requests with AWS Signature Version 4 (AWS IAM User Guide, "Create a signed AWS API request"). Pure: the time is a value.
struct Signature: Sendable {
  let region: String
  let service: String

  /// The header fields to send besides those of `request`: the date, the session token if there is one, and the signature over all of them.
  ///
  /// Every header of `request` is signed, so nothing may be added to it later but what the transport adds by itself, and that never is a
  /// header of the same name.
  /// - Throws: ``HTTPFailure/badURL(_:)`` for an address that can't be asked anyhow.
  func headers(for request: HTTPRequest, credentials: AWSCredentials, at now: Timestamp) throws(HTTPFailure) -> [(
    name: String, value: String
  )] {
    let date = now.basicFormat
    var added: [(name: String, value: String)] = [("X-Amz-Date", date)]
    if let token = credentials.sessionToken { added.append(("X-Amz-Security-Token", token.reveal())) }
    let canonical = try CanonicalRequest(request, adding: added)
    let scope = "\(date.prefix(8))/\(region)/\(service)/aws4_request"
    let toSign = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(SHA256.hex(of: Array(canonical.text.utf8)))"
    let key = signingKey(secret: credentials.secretAccessKey, day: String(date.prefix(8)))
    let signature = SHA256.hexText(SHA256.authenticated(Array(toSign.utf8), key: key))
    added.append(
      (
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
      ))
    return added
  }

  private func signingKey(secret: Secret, day: String) -> [UInt8] {
    [day, region, service, "aws4_request"].reduce(Array("AWS4\(secret.reveal())".utf8)) { key, part in
      SHA256.authenticated(Array(part.utf8), key: key)
    }
  }
}

/// A request in the one spelling that client and server agree on.
struct CanonicalRequest: Sendable {
  let text: String
  /// Lower-case names, sorted, joined by `;`.
  let signedHeaders: String

  init(_ request: HTTPRequest, adding added: [(name: String, value: String)]) throws(HTTPFailure) {
    let target = try SignedTarget(url: request.url)
    var fields: [String: [String]] = ["host": [target.host]]
    for header in request.headers + added {
      let name = header.name.lowercased()
      let value = header.value.split { $0.isWhitespace }.joined(separator: " ")
      // A host given by hand replaces the address's.
      if name == "host" { fields[name] = [value] } else { fields[name, default: []].append(value) }
    }
    let names = fields.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    signedHeaders = names.joined(separator: ";")
    text = [
      request.method.rawValue,
      target.path,
      target.query,
      names.map { "\($0):\(fields[$0, default: []].joined(separator: ","))\n" }.joined(),
      signedHeaders,
      SHA256.hex(of: request.body ?? []),
    ].joined(separator: "\n")
  }
}

/// The parts of an address that a signature covers.
private struct SignedTarget {
  /// As the transport's `Host` header has it: with the port only where it isn't the scheme's own.
  let host: String
  let path: String
  let query: String

  init(url: String) throws(HTTPFailure) {
    let origin = try HTTPOrigin(url: url)
    let isDefaultPort = origin.port.isEmpty || origin.port == (origin.scheme == "https" ? "443" : "80")
    host = isDefaultPort ? origin.host : "\(origin.host):\(origin.port)"
    var rest = url[...]
    if let scheme = url.firstRange(of: "://") { rest = url[scheme.upperBound...] }
    rest = rest.prefix { $0 != "#" }
    let afterAuthority = rest.drop { $0 != "/" && $0 != "?" }
    let path = afterAuthority.prefix { $0 != "?" }
    query = Self.canonical(query: afterAuthority.dropFirst(path.count + 1))
    self.path = Self.canonical(path: path)
  }

  /// Without dot and empty segments (RFC 3986 §5.2.4), each segment encoded once more: what every service but S3 wants.
  private static func canonical(path: Substring) -> String {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") {
      switch segment {
      case ".": continue
      case "..": _ = segments.popLast()
      default: segments.append(segment)
      }
    }
    guard !segments.isEmpty else { return "/" }
    let ending = path.hasSuffix("/") || path.hasSuffix("/.") || path.hasSuffix("/..") ? "/" : ""
    return "/" + segments.map { AWSEncoding.percent($0.utf8) }.joined(separator: "/") + ending
  }

  private static func canonical(query: Substring) -> String {
    query.split(separator: "&").map { pair in
      let name = pair.prefix { $0 != "=" }
      let value = pair.dropFirst(name.count + 1)
      return (AWSEncoding.percent(AWSEncoding.decoded(name)), AWSEncoding.percent(AWSEncoding.decoded(value)))
    }
    .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    .map { "\($0.0)=\($0.1)" }
    .joined(separator: "&")
  }
}

/// AWS's `UriEncode`: everything but the unreserved characters of RFC 3986 §2.3, in upper-case hexadecimal.
enum AWSEncoding {
  static func percent(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"):
        out.append(byte)
      default: out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// A form's body: `a=b&c=d`.
  static func form(_ parameters: [(name: String, value: String)]) -> [UInt8] {
    Array(parameters.map { "\(percent($0.name.utf8))=\(percent($0.value.utf8))" }.joined(separator: "&").utf8)
  }

  fileprivate static func decoded(_ text: Substring) -> [UInt8] {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
        out.append(value)
        rest = rest.dropFirst(2)
      } else {
        out.append(byte)
      }
    }
    return out
  }
}

/// OpenSSL's SHA-256 and HMAC-SHA-256.
enum SHA256 {
  static func digest(of bytes: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    // A refusal (OpenSSL out of memory) leaves zeros: a signature that no server accepts.
    _ = fleet_sha256(bytes, bytes.count, &out)
    return out
  }

  static func authenticated(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32)
    _ = fleet_hmac_sha256(key, key.count, bytes, bytes.count, &out)
    return out
  }

  static func hex(of bytes: [UInt8]) -> String { hexText(digest(of: bytes)) }

  static func hexText(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
