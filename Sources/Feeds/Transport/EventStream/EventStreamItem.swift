/// What a parser finds in an event stream, in the stream's order.
public enum EventStreamItem: Hashable, Sendable {
  case event(EventStreamEvent)
  /// A comment's text as it stands behind the colon: most servers' keep-alive.
  case comment(String)
  /// The server wants that many milliseconds between two connections. Any number of digits is allowed: more than fits is `Int.max`.
  case retry(milliseconds: Int)
  /// An event larger than the parser's limit: once, at the byte that is too many. The rest of that event is thrown away.
  case oversized
}

/// One event of a stream.
public struct EventStreamEvent: Hashable, Sendable {
  /// The `event` field, `message` where there was none.
  public var type: String
  /// The `data` lines joined by line feeds, as they came.
  public var data: [UInt8]
  /// The id in force when the event ended; one event's id holds for those behind it that have none.
  public var lastEventID: String

  public init(type: String = "message", data: [UInt8], lastEventID: String = "") {
    self.type = type
    self.data = data
    self.lastEventID = lastEventID
  }

  /// The data as text; what isn't UTF-8 becomes U+FFFD, as the standard's decoder does it.
  public var text: String { String(decoding: data, as: UTF8.self) }
}
