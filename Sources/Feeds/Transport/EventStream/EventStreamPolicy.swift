import FleetModel

/// What becomes of a stream whose server answers with something else than a stream.
public enum EventStreamPolicy: Hashable, Sendable {
  /// To the letter (WHATWG HTML §9.2.3): any such answer ends it.
  case standard
  /// A workspace's stream (contract §3.1). 204 ends it, and a refused token, which concerns all of the tenant's streams, so that their owner
  /// decides when to ask again. Nothing else does: a tenant that restarts shows its edge's pages.
  case tenant
  /// The control plane's feed (`docs/fleet-feed.md`): 404, 405 and 501 say that it isn't offered, which may change.
  case fleetFeed
}

/// An answer that isn't a stream.
enum EventStreamRefusal: Hashable {
  /// 204: the server wants no further connection.
  case ended(String)
  case final(String)
  /// The credentials are no good, or no longer: who has them decides what to do.
  case denied(String)
  /// Ask again, after that many seconds at the earliest.
  case retry(String, atLeast: Double)
  /// Time alone is not likely to change the answer: ask again more and more rarely.
  case slow(String)
  case notOffered(String)
}

extension EventStreamPolicy {
  /// Seconds between two questions for a feed that wasn't offered.
  static let offerInterval = 600.0
  /// Seconds between the first tries where an operator, not time, is likely to change the answer; twice the last each time, up to
  /// ``hopelessInterval``.
  static let slowInterval = 15.0
  static let hopelessInterval = 60.0

  /// `nil` when it is a stream.
  func refusal(of head: HTTPHead, now: Double) -> EventStreamRefusal? {
    switch head.status {
    case 200: return isEventStream(head) ? nil : unexpected(Self.wrongType(head["content-type"]))
    case 204: return .ended("the service ended the stream (204)")
    default: break
    }
    guard self != .standard else { return .final(Self.reason(head.status)) }
    if self == .fleetFeed, [404, 405, 501].contains(head.status) {
      return .notOffered("the service does not offer this stream (\(head.status))")
    }
    switch head.status {
    case 401, 403: return self == .tenant ? .denied(Self.reason(head.status)) : .slow(Self.reason(head.status))
    case 404: return .slow(Self.reason(head.status))
    case 408, 425, 429, 500...599:
      return .retry(Self.reason(head.status), atLeast: min(head.retryAfter(now: now) ?? 0, Self.offerInterval))
    default: return unexpected(Self.reason(head.status))
    }
  }

  private func unexpected(_ reason: String) -> EventStreamRefusal {
    self == .standard ? .final(reason) : .retry(reason, atLeast: Self.hopelessInterval)
  }

  /// The media type alone counts: parameters, a charset too, mean nothing here (WHATWG HTML §9.2.6).
  private func isEventStream(_ head: HTTPHead) -> Bool {
    guard let type = head["content-type"] else { return false }
    return type.prefix { $0 != ";" }.lowercased().split { $0 == " " || $0 == "\t" } == ["text/event-stream"]
  }

  private static func wrongType(_ type: String?) -> String {
    guard let type else { return "the answer has no content type, text/event-stream was expected" }
    return "the answer is \(UntrustedText.clean(type, limit: 60)), not text/event-stream; is a proxy or a login page in between?"
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 300..<400: "the service redirects elsewhere (\(status)), which is not followed; check the address"
    case 401: "the token was refused (401)"
    case 403: "the token may not read this stream (403)"
    case 404: "there is no such stream (404)"
    case 429: "asked too often (429)"
    case 500...: "the service failed (\(status))"
    default: "the service answered \(status) instead of a stream"
    }
  }
}
