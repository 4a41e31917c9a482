/// How much a source says and what went wrong with it, counted with each of its events: what its standing doesn't tell (``SourceRecord``).
public struct SourceActivity: Hashable, Sendable {
  public struct Trouble: Hashable, Sendable {
    public var at: Timestamp
    public var reason: String
  }

  /// Answers, or events of a stream; of a region each page of an answer, since each is a request.
  public private(set) var words = 0
  /// Questions that failed after all their repetitions, and streams that broke.
  public private(set) var failures = 0
  /// How often events may have been lost.
  public private(set) var gaps = 0
  /// The last failure, also once it answers again.
  public private(set) var lastFailure: Trouble?
  public private(set) var lastGap: Trouble?
  private var pace = Pace()

  public init() {}

  /// Words a minute, over the last one.
  public func rate(at now: Timestamp) -> Double { pace.rate(at: now) }

  mutating func note(_ event: FleetEvent) {
    switch event.change {
    case .failed(let reason):
      failures += 1
      lastFailure = Trouble(at: event.at, reason: reason)
    case .gap(let reason, _):
      gaps += 1
      lastGap = Trouble(at: event.at, reason: reason)
    default:
      let count = event.change.words
      guard count > 0 else { return }
      words += count
      pace.count(count, at: event.at)
    }
  }
}

/// How often something happens: whole minutes are counted, and of the one before the present the part that is not a minute ago yet.
private struct Pace: Hashable, Sendable {
  private var minute = Int.min
  private var present = 0
  private var before = 0

  private static func minute(of moment: Timestamp) -> Int { Int(clamping: (moment.seconds / 60).rounded(.down)) }

  mutating func count(_ number: Int, at moment: Timestamp) {
    let minute = Self.minute(of: moment)
    if minute != self.minute {
      // A clock that was set back begins anew as well.
      before = self.minute != .min && minute == self.minute + 1 ? present : 0
      present = 0
      self.minute = minute
    }
    present += number
  }

  func rate(at now: Timestamp) -> Double {
    let left = 1 - (now.seconds / 60 - (now.seconds / 60).rounded(.down))
    switch Self.minute(of: now) {
    case minute: return Double(present) + Double(before) * left
    case minute &+ 1: return Double(present) * left
    default: return 0
    }
  }
}

extension FleetEvent.Change {
  /// How many answers or events it is.
  fileprivate var words: Int {
    func pages(_ rows: Int?) -> Int { rows.map { max(1, ($0 + EC2Limits.largestPage - 1) / EC2Limits.largestPage) } ?? 0 }
    return switch self {
    case .instances(let rows, _, _): pages(rows.count)
    case .resources(let read):
      pages(read.volumes.rows?.count) + pages(read.securityGroups.rows?.count) + pages(read.interfaces.rows?.count)
        + pages(read.statuses.rows?.count) + (read.addresses.rows == nil ? 0 : 1)
    case .streamOpened, .notOffered: 0
    default: isWord ? 1 : 0
    }
  }
}

/// What EC2 gives to whoever reads.
public enum EC2Limits {
  /// Rows in one answer: more are further pages.
  public static let largestPage = 1000
  /// Requests a minute that an account may make in one region for reading a page at a time: a bucket of 100 that is filled by 20 a second (EC2 API
  /// reference, "Request token bucket sizes and refill rates").
  public static let requestsPerMinute = 1200
}

extension Fleet {
  public func activity(of source: Source) -> SourceActivity { sourceTable.activities[source] ?? SourceActivity() }
  /// Of all the tenants' event streams together.
  public var streamActivity: SourceActivity { sourceTable.streamActivity }
  /// Streams that are open of those that are wanted, and how many there may be at once.
  public var streamLoad: (open: Int, wanted: Int, limit: Int) { (openStreams.count, plan.wants.streams.count, plan.budget.limit) }

  /// When the source is asked next, where its rhythm is known and it keeps it.
  public func nextQuestion(to source: Source, at now: Timestamp) -> Timestamp? {
    guard let record = sources[source], !record.isStream, let interval = record.pollInterval else { return nil }
    return [record.lastComplete, record.lastPartial, record.lastFailure].compactMap { $0 }.max().map { $0 + interval }.flatMap {
      $0 > now ? $0 : nil
    }
  }
}
