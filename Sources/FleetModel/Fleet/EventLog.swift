import DequeModule

/// The live log, and what is needed to write an event in it once.
struct EventLog: Sendable {
  /// Lines that are kept.
  static let limit = 50_000

  /// The newest last.
  private(set) var lines: Deque<LogEntry> = []
  /// Lines ever logged; the newest line's sequence.
  private(set) var count: UInt64 = 0
  /// Bytes of the lines' data.
  private var bytes = 0
  /// At most: one event may bring 64 KiB.
  var byteLimit = 64 << 20
  /// The fleet feed's newest id.
  private var lastFeedID: UInt64?
  private var recent = RecentEvents()
  /// The newest gap of each workspace's stream, of the fleet feed under `nil`, until the stream is open again.
  private var gaps: [WorkspaceID?: UInt64] = [:]

  // MARK: - Writing

  mutating func append(_ entry: LogEntry) {
    var entry = entry
    count += 1
    entry.sequence = count
    lines.append(entry)
    bytes += entry.data.utf8.count
    while lines.count > Self.limit || bytes > byteLimit, let oldest = lines.popFirst() { bytes -= oldest.data.utf8.count }
  }

  /// Lets the lines go, for who has read them already.
  mutating func clear() {
    lines.removeAll(keepingCapacity: true)
    bytes = 0
  }

  // MARK: - Gaps

  /// The newest line says that something is missing of the stream.
  mutating func noteGap(of stream: WorkspaceID?) { gaps[stream] = count }

  /// The stream is open again. It had broken right after the gap was told, else that was another one: something that could not be read.
  /// - Parameter brokenAt: `nil`: it was opened anew on purpose.
  /// - Returns: the gap's line, which says from now on how long it was.
  mutating func endGap(of stream: WorkspaceID?, brokenAt: Timestamp?, at now: Timestamp) -> UInt64? {
    guard let sequence = gaps.removeValue(forKey: stream), let first = lines.first?.sequence, sequence >= first else { return nil }
    let index = Int(sequence - first)
    guard brokenAt.map({ abs($0 - lines[index].at) <= 1 }) ?? true else { return nil }
    lines[index].endedAt = now
    return sequence
  }

  // MARK: - Once

  /// Whether the fleet feed told this before: delivery is at least once. From now on it did.
  mutating func isToldAgain(_ event: StreamedEvent) -> Bool {
    if event.type == .feedReset {
      lastFeedID = event.id
    } else if let id = event.id {
      if let lastFeedID, id <= lastFeedID { return true }
      lastFeedID = id
    }
    return false
  }

  /// Whether the same event came before by another way. From now on it came by this one.
  mutating func isRepeated(_ event: StreamedEvent, from source: Source) -> Bool { recent.isRepeated(event, from: source) }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    if lines.count > Self.limit || bytes > byteLimit { problems.append("the log is over its limit") }
    if bytes != lines.reduce(0, { $0 + $1.data.utf8.count }) { problems.append("the log's bytes are miscounted") }
    if let last = lines.last, last.sequence != count { problems.append("the log's last line is not its newest") }
    return problems
  }
}

/// The last few thousand streamed events by where they came from: one that arrives by two ways is applied once.
private struct RecentEvents: Sendable {
  private struct Key: Hashable {
    let type: EventType
    let workspace: WorkspaceID
    let timestamp: Timestamp
  }

  static let limit = 4096
  private var sources: [Key: Source] = [:]
  private var order: Deque<Key> = []

  mutating func isRepeated(_ event: StreamedEvent, from source: Source) -> Bool {
    guard let workspace = event.workspaceID, let timestamp = event.timestamp else { return false }
    let key = Key(type: event.type, workspace: workspace, timestamp: timestamp)
    if let first = sources[key] { return first != source }
    sources[key] = source
    order.append(key)
    if order.count > Self.limit, let oldest = order.popFirst() { sources[oldest] = nil }
    return false
  }
}
