import FleetModel

/// When a question is asked again: after 429, 502, 503, 504 and transport failures, with full jitter, never past its budget (contract §1.0).
public struct RetrySchedule: Sendable {
  /// Seconds before the first repetition at most; doubles each time up to ``longestDelay``.
  public var firstDelay = 0.25
  public var longestDelay = 5.0
  private var attempt = 0

  public init() {}

  /// Seconds to wait before asking again, or `nil` when it isn't worth it.
  /// - Parameters:
  ///   - left: seconds left of the budget.
  ///   - random: a number in 0..<1.
  public mutating func delay(status: Int, retryAfter: Double?, left: Double, random: Double) -> Double? {
    guard [429, 502, 503, 504].contains(status) else { return nil }
    return next(atLeast: retryAfter ?? 0, left: left, random: random)
  }

  public mutating func delay(failure: HTTPFailure, left: Double, random: Double) -> Double? {
    guard failure.isTransient else { return nil }
    return next(atLeast: 0, left: left, random: random)
  }

  private mutating func next(atLeast minimum: Double, left: Double, random: Double) -> Double? {
    var ceiling = firstDelay
    for _ in 0..<min(attempt, 16) { ceiling = min(longestDelay, ceiling * 2) }
    attempt += 1
    let delay = max(minimum, ceiling * (0.5 + random / 2))
    return delay < left ? delay : nil
  }
}

extension HTTPClient {
  /// Asks until an answer comes that is worth returning, for at most `budget` seconds in all. Only for what changes nothing.
  /// - Throws: ``HTTPFailure`` of the last try.
  public func ask(_ request: HTTPRequest, within budget: Double) async throws(HTTPFailure) -> HTTPResponse {
    let began = monotonicSeconds()
    let deadline = began + budget
    var tries = 0
    var schedule = RetrySchedule()
    while true {
      var attempt = request
      let left = deadline - monotonicSeconds()
      attempt.timeout = min(request.timeout ?? budget, max(0.05, left))
      let delay: Double?
      let random = Double.random(in: 0..<1)
      tries += 1
      do {
        var response = try await send(attempt)
        let retryAfter = response.head.retryAfter(now: wallClock().seconds)
        delay = schedule.delay(status: response.status, retryAfter: retryAfter, left: deadline - monotonicSeconds(), random: random)
        if delay == nil {
          if tries > 1 { response.triedFor = monotonicSeconds() - began }
          return response
        }
      } catch {
        delay = schedule.delay(failure: error, left: deadline - monotonicSeconds(), random: random)
        if delay == nil {
          // The last try may have had a second left; the question had them all.
          if case .timedOut = error { throw .timedOut(seconds: monotonicSeconds() - began) }
          throw error
        }
      }
      do { try await Task.sleep(for: .seconds(delay ?? 0)) } catch { throw .cancelled }
    }
  }
}
