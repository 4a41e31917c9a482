import Synchronization

/// What was asked of whom since the start, by host.
public final class HTTPTally: Sendable {
  public struct Row: Hashable, Sendable {
    /// `host:port`.
    public let host: String
    /// Transfers that were begun, streams and redirected ones among them.
    public var requests = 0
    public var streams = 0
    /// Those that got no whole answer, without those that were given up here.
    public var failures = 0
    /// Answers that were 429: too many requests.
    public var throttled = 0
    /// What it may still be asked in its span of time, as its last answer told (`X-RateLimit-Remaining`, contract §4.0); `nil` where none does.
    public var left: Int?

    mutating func note(_ head: HTTPHead) {
      if head.status == 429 { throttled += 1 }
      if let text = head["x-ratelimit-remaining"], let count = Int(text), count >= 0 { left = count }
    }
  }

  private let counts = Mutex<[HTTPOrigin: Row]>([:])

  init() {}

  /// Whoever was asked most comes first.
  public var rows: [Row] { counts.withLock { $0.values.sorted { ($1.requests, $0.host) < ($0.requests, $1.host) } } }

  func count(_ origin: HTTPOrigin, _ body: (inout Row) -> Void) {
    counts.withLock { body(&$0[origin, default: Row(host: "\(origin.host):\(origin.port)")]) }
  }
}
