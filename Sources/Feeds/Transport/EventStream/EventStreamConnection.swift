/// What a stream's owner gets to know, in order.
public enum EventStreamDelivery: Hashable, Sendable {
  /// Connected. With `resumedFrom` the server was asked to replay what came after that id; without, what it said meanwhile is lost.
  /// After a connection that was cut at once the next ones are told only once they are worth something.
  case opened(resumedFrom: String?)
  case event(EventStreamEvent)
  case comment(String)
  /// Events are lost for certain: read the snapshots again.
  case gap(String)
  /// No connection, or no longer. Asked again in `retryIn` seconds; `nil`: never again.
  case failed(reason: String, retryIn: Double?)
  /// The last delivery: the credentials were refused. To ask again with the same ones is the owner's decision.
  case refused(reason: String)
  /// The service doesn't have this stream: no failure. Asked again in `retryIn` seconds.
  case notOffered(reason: String, retryIn: Double)
  /// The last delivery: the server wanted no further connection, or the client's task was cancelled.
  case ended(reason: String)
}

/// The life of a stream's connections, without socket, clock or chance: each function is something that happened, and returns what to do.
///
///     idle → connecting → open → waiting → connecting → …        stopped ends all
struct EventStreamConnection {
  enum Action: Hashable {
    case connect(resumingFrom: String?)
    case wait(seconds: Double)
    case deliver(EventStreamDelivery)
    /// Call ``stood(now:)`` after that many seconds.
    case prove(seconds: Double)
    /// End the transfer or the wait that is under way.
    case drop
    case finish
  }

  private enum State {
    /// May become: connecting.
    case idle
    /// Asked, and perhaps answered with something that isn't a stream. May become: open, waiting, restarting, stopped.
    case connecting(from: String?, refusal: EventStreamRefusal?)
    /// `isTold`: the owner knows of it; `isGood`: it told an event. May become: waiting, restarting.
    case open(from: String?, since: Double, isTold: Bool, isGood: Bool)
    /// May become: connecting, restarting.
    case waiting
    /// The owner wants a new connection; the end of the old one, or of the wait, is awaited. `gap`: what is said of what is lost between
    /// the two. May become: connecting.
    case restarting(gap: String?)
    case stopped
  }

  /// A connection that stood that long, or told an event, was a good one: seconds. Many are accepted only to be closed.
  static let goodAfter = 5.0
  /// Bounds of the server's `retry`: seconds.
  static let retryBounds = 0.1...60.0
  /// Seconds that repeated failures to connect lead to at most.
  static let longestDelay = 30.0
  /// Seconds that repeated connections which are cut at once lead to at most. A good one that is cut is made again after the first delay.
  static let longestDelayAfterCut = 60.0
  /// An id longer than servers take in a header can't be resumed from.
  static let longestResumableID = 4096

  /// Set by whoever parses.
  var lastEventID: String
  private let policy: EventStreamPolicy
  private var retryDelay: Double
  private var failures = 0
  /// The last connection that opened was cut at once: the next is told only once it is good, and its end not at all before that.
  private var isDoubted = false
  private var state = State.idle

  /// - Parameter retryDelay: seconds between two connections until the server names its own.
  init(policy: EventStreamPolicy, retryDelay: Double, lastEventID: String = "") {
    self.policy = policy
    self.retryDelay = max(0, retryDelay)
    self.lastEventID = lastEventID
  }

  /// The owner wants the connection that is under way ended.
  var isRestarting: Bool { if case .restarting = state { true } else { false } }

  mutating func started() -> [Action] {
    guard case .idle = state else { return [] }
    return connect()
  }

  /// The head of the answer came.
  mutating func answered(_ head: HTTPHead, now: Double, date: Double) -> [Action] {
    guard case .connecting(let from, _) = state else { return [.drop] }
    if let refusal = policy.refusal(of: head, now: date) {
      state = .connecting(from: from, refusal: refusal)
      return [.drop]
    }
    state = .open(from: from, since: now, isTold: !isDoubted, isGood: false)
    return isDoubted ? [.prove(seconds: Self.goodAfter)] : [.deliver(.opened(resumedFrom: from))]
  }

  /// An event came: the connection is good.
  mutating func told() -> [Action] {
    guard case .open(let from, let since, let isTold, _) = state else { return [] }
    isDoubted = false
    state = .open(from: from, since: since, isTold: true, isGood: true)
    return isTold ? [] : [.deliver(.opened(resumedFrom: from))]
  }

  /// The time is over that ``Action/prove(seconds:)`` asked for.
  mutating func stood(now: Double) -> [Action] {
    guard case .open(_, let since, false, _) = state, now - since >= Self.goodAfter else { return [] }
    return told()
  }

  /// No head came for that long.
  mutating func answerIsOverdue(seconds: Double) -> [Action] {
    guard case .connecting(let from, nil) = state else { return [] }
    state = .connecting(from: from, refusal: .retry("no answer within \(Int(clamping: seconds.rounded())) s", atLeast: 0))
    return [.drop]
  }

  /// The server's `retry` field.
  mutating func retryChanged(milliseconds: Int) {
    retryDelay = min(max(Double(milliseconds) / 1000, Self.retryBounds.lowerBound), Self.retryBounds.upperBound)
  }

  /// The transfer is over.
  /// - Parameter random: in 0..<1; spreads the clients of a server that comes back.
  mutating func ended(_ end: StreamEnd, now: Double, random: Double) -> [Action] {
    switch state {
    case .open where end == .stopped, .connecting(_, nil) where end == .stopped: return stop(.ended(reason: "the transport was stopped"))
    case .idle, .waiting, .stopped: return []
    case .restarting(let gap):
      return (resumePoint == nil ? gap.map { [.deliver(.gap($0))] } ?? [] : []) + connect()
    case .open(_, let since, let isTold, let isGood):
      return cut(end, isGood: isGood || now - since >= Self.goodAfter, isTold: isTold, random: random)
    case .connecting(_, let refusal):
      failures += 1
      switch refusal {
      case .ended(let reason): return stop(.ended(reason: reason))
      case .final(let reason): return stop(.failed(reason: reason, retryIn: nil))
      case .denied(let reason): return stop(.refused(reason: reason))
      case .slow(let reason):
        return wait(reason, first: EventStreamPolicy.slowInterval, atMost: EventStreamPolicy.hopelessInterval, random: random)
      case .retry(let reason, let atLeast): return wait(reason, atLeast: atLeast, random: random)
      case .notOffered(let reason):
        state = .waiting
        return [
          .deliver(.notOffered(reason: reason, retryIn: EventStreamPolicy.offerInterval)), .wait(seconds: EventStreamPolicy.offerInterval),
        ]
      case nil: return failed(end, random: random)
      }
    }
  }

  mutating func waited() -> [Action] {
    switch state {
    case .waiting, .restarting: return connect()
    default: return []
    }
  }

  /// The owner wants a new connection at once. - Parameter gap: what to say of what is lost by it; `nil`: nothing.
  mutating func restarted(gap: String?) -> [Action] {
    switch state {
    case .idle, .restarting, .stopped: return []
    case .waiting, .connecting:
      state = .restarting(gap: nil)
      return [.drop]
    case .open(_, _, let isTold, _):
      state = .restarting(gap: isTold ? gap : nil)
      return [.drop]
    }
  }

  mutating func cancelled() -> [Action] {
    if case .stopped = state { return [] }
    return stop(.ended(reason: "cancelled"))
  }

  // MARK: - Transitions

  /// The id to resume from; `nil` where there is none or a header can't carry it.
  private var resumePoint: String? {
    let bytes = lastEventID.utf8
    guard bytes.count <= Self.longestResumableID, bytes.contains(where: { $0 != 0x20 && $0 != 0x09 }),
      bytes.allSatisfy({ ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7F })
    else { return nil }
    return lastEventID
  }

  private mutating func connect() -> [Action] {
    let from = resumePoint
    state = .connecting(from: from, refusal: nil)
    return [.connect(resumingFrom: from)]
  }

  private mutating func failed(_ end: StreamEnd, random: Double) -> [Action] {
    let reason = Self.reason(end, isOpen: false)
    switch end {
    case .failed(.badURL), .failed(.insecure): return stop(.failed(reason: reason, retryIn: nil))
    case .failed(.redirect) where policy == .standard: return stop(.failed(reason: reason, retryIn: nil))
    case .failed(.tls), .failed(.redirect), .failed(.headTooLarge):
      return wait(reason, atLeast: EventStreamPolicy.slowInterval, random: random)
    default: return wait(reason, random: random)
    }
  }

  /// An open connection is over. Of a row of them that are cut at once the first is told, the others are only made more and more rarely.
  private mutating func cut(_ end: StreamEnd, isGood: Bool, isTold: Bool, random: Double) -> [Action] {
    failures = isGood ? 0 : failures + 1
    isDoubted = !isGood
    let reason = Self.reason(end, isOpen: true)
    let actions = wait(reason, atMost: Self.longestDelayAfterCut, random: random)
    guard isTold else { return actions.filter { if case .wait = $0 { true } else { false } } }
    return (resumePoint == nil ? [.deliver(.gap(reason))] : []) + actions
  }

  /// - Parameter first: seconds to the first repetition, unless they are the server's.
  private mutating func wait(
    _ reason: String, first: Double? = nil, atLeast minimum: Double = 0, atMost longest: Double = longestDelay, random: Double
  ) -> [Action] {
    state = .waiting
    let first = first ?? retryDelay
    // The first repetition comes after the first delay, each further one after twice the last, a fifth more at most.
    var delay = first
    if failures > 1 { for _ in 1..<min(failures, 12) { delay = max(Self.retryBounds.lowerBound, delay * 2) } }
    let seconds = max(minimum, min(delay, max(longest, first))) * (1 + random / 5)
    return [.deliver(.failed(reason: reason, retryIn: seconds)), .wait(seconds: seconds)]
  }

  private mutating func stop(_ last: EventStreamDelivery) -> [Action] {
    state = .stopped
    return [.deliver(last), .finish]
  }

  private static func reason(_ end: StreamEnd, isOpen: Bool) -> String {
    switch end {
    case .finished: isOpen ? "the server closed the stream" : "the server closed the connection without an answer"
    case .stopped: "the transport was stopped"
    case .failed(let failure): failure.description
    }
  }
}
