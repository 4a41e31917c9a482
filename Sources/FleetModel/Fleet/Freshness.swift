/// How old a source's answer is, and how far it can be trusted. Nothing is judged from a source that isn't ``State/complete``.
public struct Freshness: Hashable, Sendable {
  public enum State: String, Hashable, Sendable {
    /// Not configured, not offered, or not answered yet.
    case never
    case complete
    /// Answered, but not all of it: a page missing, exactly as many rows as asked for, an empty roster while machines exist.
    case partial
    /// The last complete answer is too old to act on.
    case stale
    /// The last question failed; what is shown is from before.
    case failed
  }

  public var state: State
  /// When the data that is shown was answered; `nil` when there is none.
  public var at: Timestamp?
  /// Why it isn't complete, in words.
  public var problem: String?
  /// What the source holds back although it answers, in words.
  public var lack: String?

  public init(state: State, at: Timestamp?, problem: String? = nil, lack: String? = nil) {
    self.state = state
    self.at = at
    self.problem = problem
    self.lack = lack
  }

  /// Neither answered nor failed yet.
  public var isUnanswered: Bool { state == .never && problem == nil }

  /// What is wrong with the source, in words: why it isn't complete, else what it lacks.
  public var trouble: String? { state == .complete ? lack : problem }

  public func age(at now: Timestamp) -> Double? { at.map { max(0, now - $0) } }
}

/// What a source offers beside its main answer. Without it the answer is whole, but something isn't known.
public enum SourcePart: String, Hashable, Codable, Sendable, CaseIterable {
  /// A tenant's event streams.
  case streams
  /// The control plane's list of the cascade's runs.
  case purges
}

/// That a part of a source can't be had. What was known of it stays.
public struct SourceLack: Hashable, Codable, Sendable {
  public var since: Timestamp
  /// In words; it names the part.
  public var reason: String
}

/// What is known of one source over time: its last answers and its last failure.
public struct SourceRecord: Hashable, Codable, Sendable {
  /// Seconds between two questions to this source; `nil` for a stream.
  public var pollInterval: Double?
  public var lastComplete: Timestamp?
  public var lastPartial: Timestamp?
  public var partialReason: String?
  public var lastFailure: Timestamp?
  public var failure: String?
  /// The service answered that it has no such thing (404, 405, 501): not a failure.
  public var notOffered: String?
  /// Not asked but listened to: fresh while it is open, however long it is silent.
  public var isStream = false
  /// For a stream: open now, and since when without a gap.
  public var isOpen = false
  public var openedAt: Timestamp?
  /// When it began to fail, or its stream closed; `nil` while its last word is an answer.
  public internal(set) var lostSince: Timestamp?
  /// What of it can't be had.
  public internal(set) var lacks: [SourcePart: SourceLack] = [:]
  /// The epoch of the newest answer applied; an answer to an older question changes nothing. `nil`: none was.
  public var epoch: UInt64?

  public init(pollInterval: Double? = nil) { self.pollInterval = pollInterval }

  /// Seconds after which an answer is stale: the larger of three polls and a minute (`docs/freshness.md`).
  public var staleAfter: Double { max(60, 3 * (pollInterval ?? 0)) }

  public func freshness(at now: Timestamp) -> Freshness {
    var freshness = answers(at: now)
    if !lacks.isEmpty {
      freshness.lack = lacks.sorted { $0.key.rawValue < $1.key.rawValue }.map(\.value.reason).joined(separator: "; ")
    }
    return freshness
  }

  private func answers(at now: Timestamp) -> Freshness {
    let data = [lastComplete, lastPartial].compactMap { $0 }.max()
    if notOffered != nil, data == nil { return Freshness(state: .never, at: nil, problem: notOffered) }
    if let lastFailure, lastFailure >= data ?? lastFailure {
      return Freshness(state: .failed, at: lastComplete ?? lastPartial, problem: failure)
    }
    if let lastPartial, lastPartial >= lastComplete ?? lastPartial {
      return Freshness(state: .partial, at: lastComplete ?? lastPartial, problem: partialReason)
    }
    guard let lastComplete else { return Freshness(state: .never, at: nil, problem: notOffered) }
    if isStream {
      return isOpen ? Freshness(state: .complete, at: now) : Freshness(state: .stale, at: lastComplete, problem: failure ?? "not connected")
    }
    if now - lastComplete > staleAfter {
      return Freshness(state: .stale, at: lastComplete, problem: "no answer for \(Int(clamping: now - lastComplete)) s")
    }
    return Freshness(state: .complete, at: lastComplete)
  }
}
