/// What is known of one workspace's talk to another of its org (A2A, contract §3.4): who, how often and when, never what was said.
public struct Conversation: Hashable, Sendable {
  public let from: WorkspaceID
  public let to: WorkspaceID
  /// When the first of its messages was seen here; `nil`: none was, it is known from what its tenant recorded.
  public private(set) var since: Timestamp?
  public private(set) var last: Timestamp
  /// Seconds that the last message took whose duration was told.
  public private(set) var duration: Double?
  // Both ends may tell of a message, each once.
  private var sent = 0
  private var received = 0
  private var failedSending = 0
  private var failedReceiving = 0

  /// Messages that were seen.
  public var count: Int { max(sent, received) }
  public var failures: Int { min(count, max(failedSending, failedReceiving)) }

  fileprivate init(from: WorkspaceID, to: WorkspaceID, at moment: Timestamp) {
    (self.from, self.to, last) = (from, to, moment)
  }

  fileprivate mutating func take(_ word: Word, at moment: Timestamp) {
    if word.kind != .ended { since = min(since ?? moment, moment) }
    last = max(last, moment)
    duration = word.duration ?? duration
    switch word.kind {
    case .sent: sent += 1
    case .received: received += 1
    case .ended: break
    }
    guard word.hasFailed else { return }
    if word.kind == .received { failedReceiving += 1 } else { failedSending += 1 }
  }

  fileprivate mutating func recall(_ moment: Timestamp) { last = max(last, moment) }

  /// What one event tells of a message.
  struct Word: Sendable {
    enum Kind: Sendable {
      case sent, received
      /// Its sender tells how one ended that was told when it was sent.
      case ended
    }

    var from: WorkspaceID
    var to: WorkspaceID
    var kind: Kind
    var hasFailed = false
    var duration: Double?

    /// - Returns: `nil` where it tells of no message between two workspaces: a user's has no source.
    init?(_ type: EventType, of workspace: WorkspaceID, _ data: JSONValue) {
      let (source, target) = (data["source_id"]?.text.map { WorkspaceID($0) }, data["target_id"]?.text.map { WorkspaceID($0) })
      switch type {
      case .activityLogged:
        switch data["activity_type"]?.text {
        case "a2a_send": (from, to, kind) = (source ?? workspace, target ?? workspace, .sent)
        case "a2a_receive":
          guard let source else { return nil }
          // A sender calls the answer that it gets so too.
          (from, to, kind) = (source, target ?? workspace, source == workspace ? .ended : .received)
        default: return nil
        }
        hasFailed = data["status"]?.text.map { $0 != "ok" } ?? false
        duration = data["duration_ms"]?.duration.map { $0 / 1000 }
      case .delegationSent, .delegationComplete, .delegationFailed:
        guard let target else { return nil }
        (from, to, kind) = (workspace, target, type == .delegationSent ? .sent : .ended)
        hasFailed = type == .delegationFailed
      default: return nil
      }
      // What somebody tells of two others proves nothing.
      guard from != to, (kind == .received ? to : from) == workspace else { return nil }
    }
  }
}

/// The conversations of one org's workspaces. Bounded: the one that was silent for longest leaves.
struct Conversations: Sendable {
  static let limit = 64

  private struct Pair: Hashable {
    var from: WorkspaceID
    var to: WorkspaceID
  }

  private var pairs: [Pair: Conversation] = [:]

  var isEmpty: Bool { pairs.isEmpty }
  var all: some Collection<Conversation> { pairs.values }

  /// - Returns: whether it tells anything new: how a message ended of which nobody heard does not.
  mutating func note(_ word: Conversation.Word, at moment: Timestamp) -> Bool {
    let pair = Pair(from: word.from, to: word.to)
    guard word.kind != .ended || pairs[pair] != nil else { return false }
    pairs[pair, default: Conversation(from: word.from, to: word.to, at: moment)].take(word, at: moment)
    bound()
    return true
  }

  /// One was had at `moment`, as its tenant recorded: it is not counted, since it may have been seen.
  mutating func recall(from: WorkspaceID, to: WorkspaceID, at moment: Timestamp) {
    pairs[Pair(from: from, to: to), default: Conversation(from: from, to: to, at: moment)].recall(moment)
    bound()
  }

  mutating func forget(_ id: WorkspaceID) { pairs = pairs.filter { $0.key.from != id && $0.key.to != id } }

  private mutating func bound() {
    guard pairs.count > Self.limit else { return }
    let oldest = pairs.min { ($0.value.last, $0.key.from, $0.key.to) < ($1.value.last, $1.key.from, $1.key.to) }
    if let oldest { pairs[oldest.key] = nil }
  }
}

extension Fleet {
  /// To whom each of an org's workspaces spoke, as far as anybody told; the latest first.
  public func conversations(of org: OrgID) -> [Conversation] {
    tenants.conversations(of: org).all.sorted { ($1.last, $0.from, $0.to) < ($0.last, $1.from, $1.to) }
  }

  mutating func noteConversation(_ streamed: StreamedEvent, of id: WorkspaceID, in org: OrgID, at received: Timestamp) {
    guard let word = Conversation.Word(streamed.type, of: id, streamed.data),
      tenants.note(word, in: org, at: streamed.timestamp ?? received)
    else { return }
    changes.workspaces.formUnion([word.from, word.to])
  }
}
