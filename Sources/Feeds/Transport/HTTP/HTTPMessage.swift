import FleetModel

/// One request. Nothing in it is retried or redirected by the transport itself.
public struct HTTPRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case report = "REPORT"
  }

  public var method: Method
  public var url: String
  public var headers: [(name: String, value: String)]
  public var body: [UInt8]?
  /// Seconds for the whole exchange, with the wait for its host; `nil` for a stream.
  public var timeout: Double?
  /// Seconds until the connection must stand.
  public var connectTimeout: Double = 10
  /// Bytes of body kept at most; one more is ``HTTPFailure/tooLarge(limit:)``.
  public var bodyLimit = 16 << 20
  /// For a stream: seconds without a byte after which the peer is taken for dead.
  public var silenceLimit: Double?
  /// Redirects followed by hand, never with credentials to another origin. 0 for every service that gets a bearer.
  public var redirectLimit = 0
  /// A request that changes something goes out on a connection of its own, since libcurl silently repeats a request whose reused
  /// connection dies (`docs/decisions/0004-one-delete-one-connection.md`).
  public var changesSomething: Bool { method != .get && !isQuery }
  /// A POST that only asks: the EC2 Query API, STS.
  public var isQuery = false
  /// Plain http to a host that isn't this machine: only for the link-local addresses that hand out AWS credentials.
  public var allowsPlainHTTP = false
  /// HTTP/1.1 even where the server speaks 2: all streams.
  public var isStream = false

  public init(
    _ method: Method = .get, _ url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil, timeout: Double? = 30
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }
}

/// The head of an answer.
public struct HTTPHead: Sendable {
  public var status: Int
  /// Names in lower case, in the order they came.
  public var headers: [(name: String, value: String)]

  public init(status: Int, headers: [(name: String, value: String)]) {
    self.status = status
    self.headers = headers
  }

  /// The first header of that name (lower case).
  public subscript(name: String) -> String? { headers.first { $0.name == name }?.value }

  /// Seconds of `Retry-After`, both forms (RFC 9110 §10.2.3); never more than can be believed.
  public func retryAfter(now: @autoclosure () -> Double) -> Double? {
    guard let text = self["retry-after"] else { return nil }
    let seconds = Double(text) ?? HTTPDate.seconds(of: text).map { $0 - now() }
    return seconds.flatMap { $0.isNaN ? nil : min(max($0, Plausible.duration.lowerBound), Plausible.duration.upperBound) }
  }
}

extension HTTPHead {
  /// What its `Date` tells of the server's clock; `nil` without one, or where a cache kept it (RFC 9111 §5.1).
  /// - Parameters: when the request left and the answer was here, by this machine's clock.
  func clock(sent: Timestamp, received: Timestamp) -> ClockOffset? {
    guard self["age"] == nil, let date = self["date"].flatMap(HTTPDate.seconds) else { return nil }
    return ClockOffset(date: Timestamp(seconds: date), sent: sent, received: received)
  }
}

public struct HTTPResponse: Sendable {
  public var head: HTTPHead
  public var body: [UInt8]
  /// Seconds from the request's start to its end.
  public var elapsed: Double
  /// When its end was there, by this machine's clock.
  public var receivedAt: Timestamp
  /// Seconds from the first try's start, where it took several.
  public var triedFor: Double?

  public init(head: HTTPHead, body: [UInt8], elapsed: Double, receivedAt: Timestamp) {
    self.head = head
    self.body = body
    self.elapsed = elapsed
    self.receivedAt = receivedAt
  }

  public var status: Int { head.status }
}

/// Why no answer came.
public enum HTTPFailure: Error, Hashable, Sendable, CustomStringConvertible {
  case badURL(String)
  /// Plain http to a host that isn't this machine.
  case insecure(host: String)
  case unresolved(host: String)
  case refused(host: String)
  case tls(String)
  case timedOut(seconds: Double)
  /// A stream without a byte for that long.
  case silent(seconds: Double)
  /// The connection broke: before the head of an answer (`answered` false) or within its body.
  case broken(String, answered: Bool)
  case tooLarge(limit: Int)
  /// The head of an answer is larger than ``headLimit``, or one of its lines than libcurl takes.
  case headTooLarge
  case redirect(to: String)
  case cancelled

  /// Worth asking again: the transport failed, not the request.
  public var isTransient: Bool {
    switch self {
    case .unresolved, .refused, .timedOut, .silent, .broken: true
    case .badURL, .insecure, .tls, .tooLarge, .headTooLarge, .redirect, .cancelled: false
    }
  }
  public var description: String {
    switch self {
    case .badURL(let why): "the address can't be used: \(why)"
    case .insecure(let host): "refused to talk plain http to \(host): use https"
    case .unresolved(let host): "the name \(host) does not resolve"
    case .refused(let host): "\(host) refuses connections"
    case .tls(let why): "TLS failed: \(why)"
    case .timedOut(let seconds): "no answer within \(Self.figure(seconds)) s"
    case .silent(let seconds): "nothing came for \(Self.figure(seconds)) s"
    case .broken(let why, let answered): answered ? "the answer broke off: \(why)" : "the connection broke before an answer: \(why)"
    case .tooLarge(let limit): "the answer is larger than \(limit >> 20) MiB"
    case .headTooLarge: "the answer's headers are larger than \(Self.headLimit >> 10) KiB, or one of them than 100 KiB"
    case .redirect(let to): "redirects to \(to), which is not followed"
    case .cancelled: "cancelled"
    }
  }

  /// Bytes of an answer's headers together.
  static let headLimit = 256 << 10

  private static func figure(_ seconds: Double) -> String {
    seconds >= 10 || seconds == seconds.rounded() ? "\(Int(clamping: seconds.rounded()))" : "\((seconds * 10).rounded() / 10)"
  }
}
