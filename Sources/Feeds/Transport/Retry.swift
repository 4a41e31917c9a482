import FleetModel

/// How long a question is asked again, and how often (contract §1.0). One policy for every service: each says only what came of a try.
struct RetryPolicy: Hashable, Sendable {
  /// Seconds before the first repetition at most; doubles each time up to ``longestDelay``. At least half of it is waited.
  var firstDelay = 0.25
  var longestDelay = 5.0
  /// Tries of one question that fails.
  var tries = Int.max
  /// Whether a question that is only asked too often may have more of them, as long as there is time.
  var waitsOutThrottling = false
  /// Seconds after which nothing is asked again of a service that has not shown that it is there.
  var patience = Double.infinity
}

/// What one try came to, as the service that was asked reads it.
enum RetryVerdict: Hashable, Sendable {
  /// An answer, or a failure that stays what it is: the question was refused, or whoever asks.
  case final
  /// It may pass. `retryAfter`: seconds that the service itself wants to be left alone; `isThere`: whether something showed that it is there.
  case passing(retryAfter: Double? = nil, isThere: Bool = false)
  /// Asked too often.
  case throttled(retryAfter: Double? = nil)
  /// Nothing came within its time of so many seconds.
  case timedOut(after: Double)
}

/// What one try came to, and how that is to be read.
struct Attempt<Outcome: Sendable>: Sendable {
  var outcome: Outcome
  var verdict: RetryVerdict

  init(_ outcome: Outcome, _ verdict: RetryVerdict) {
    self.outcome = outcome
    self.verdict = verdict
  }
}

/// The tries of one question. What came of each goes in, whether to wait and ask again comes out: no clock, no dice.
struct Retries<Outcome: Sendable>: Sendable {
  enum Step {
    case wait(seconds: Double)
    case end(Outcome)
  }

  /// Seconds that a try must have had for its silence to mean anything: one that had fewer knows less than the try before it, which may have
  /// been refused, throttled or told of a fault.
  static var fairTime: Double { 1 }

  private let policy: RetryPolicy
  private let began: Double
  private let deadline: Double
  /// Tries so far.
  private(set) var count = 0
  private var failures = 0
  /// What the latest try that had its time came to.
  private var latest: Outcome?

  /// - Parameters: times of one clock, in seconds.
  init(_ policy: RetryPolicy, began: Double, deadline: Double) {
    self.policy = policy
    self.began = began
    self.deadline = deadline
  }

  /// A try is over.
  /// - Parameter random: a number in 0..<1.
  mutating func ended(_ attempt: Attempt<Outcome>, at now: Double, random: Double) -> Step {
    var wanted = 0.0
    var isThere = false
    var outcome = attempt.outcome
    count += 1
    switch attempt.verdict {
    case .final: return .end(outcome)
    case .passing(let retryAfter, let hasShown):
      failures += 1
      (wanted, isThere) = (retryAfter ?? 0, hasShown || retryAfter != nil)
    case .throttled(let retryAfter):
      if !policy.waitsOutThrottling { failures += 1 }
      (wanted, isThere) = (retryAfter ?? 0, retryAfter != nil)
    case .timedOut(let seconds):
      failures += 1
      if seconds < Self.fairTime { outcome = latest ?? outcome }
    }
    latest = outcome
    let end = isThere ? deadline : min(deadline, began + policy.patience)
    let delay = max(wanted, longestDelay * (0.5 + random / 2))
    return failures < policy.tries && delay < end - now ? .wait(seconds: delay) : .end(outcome)
  }

  /// Before the repetition that is due.
  private var longestDelay: Double {
    var delay = policy.firstDelay
    for _ in 1..<min(max(1, count), 16) { delay = min(policy.longestDelay, delay * 2) }
    return delay
  }
}

/// What several tries came to, and how long they took.
struct Retried<Outcome: Sendable>: Sendable {
  var outcome: Outcome
  /// Seconds from the first one's start to the last one's end; `nil` where there was one alone.
  var seconds: Double?
}

extension RetryPolicy {
  /// Tries until what comes is final, or no further try is worth its time. Only for what changes nothing.
  /// - Parameters:
  ///   - deadline: by ``monotonicSeconds()``.
  ///   - attempt: one try, which gets the seconds that are left.
  /// - Returns: `nil` when the task is cancelled between two tries.
  func run<Outcome: Sendable>(until deadline: Double, _ attempt: (_ left: Double) async -> Attempt<Outcome>) async -> Retried<Outcome>? {
    let began = monotonicSeconds()
    var retries = Retries<Outcome>(self, began: began, deadline: deadline)
    while true {
      let attempt = await attempt(deadline - monotonicSeconds())
      let now = monotonicSeconds()
      switch retries.ended(attempt, at: now, random: .random(in: 0..<1)) {
      case .end(let outcome): return Retried(outcome: outcome, seconds: retries.count > 1 ? now - began : nil)
      case .wait(let seconds): do { try await Task.sleep(seconds: seconds) } catch { return nil }
      }
    }
  }
}
