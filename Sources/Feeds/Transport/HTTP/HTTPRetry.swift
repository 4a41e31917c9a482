import FleetModel

/// When a question is asked again: after 429, 502, 503, 504 and transport failures, with full jitter, never past its budget (contract §1.0).
public struct RetrySchedule: Sendable {
  /// Seconds before the first repetition at most; doubles each time up to ``longestDelay``.
  public var firstDelay = 0.25
  public var longestDelay = 5.0
  /// A last try that had fewer seconds and got no answer knows less than the one before it, which was told something.
  static let moments = 1.0
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
  /// - Parameter patience: seconds after which nothing is asked again, unless the server itself says when to.
  /// - Throws: ``HTTPFailure`` of the last try that had its time.
  public func ask(_ request: HTTPRequest, within budget: Double, patience: Double = .infinity) async throws(HTTPFailure) -> HTTPResponse {
    let began = monotonicSeconds()
    let deadline = began + budget
    var schedule = RetrySchedule()
    var known: Result<HTTPResponse, HTTPFailure>?
    while true {
      var attempt = request
      let left = deadline - monotonicSeconds()
      attempt.timeout = min(request.timeout ?? budget, max(0.05, left))
      let outcome = await result(of: attempt)
      let now = monotonicSeconds()
      let end = min(deadline, began + patience)
      let random = Double.random(in: 0..<1)
      let delay: Double?
      switch outcome {
      case .success(let response):
        let retryAfter = response.head.retryAfter(now: wallClock().seconds)
        let left = (retryAfter == nil ? end : deadline) - now
        delay = schedule.delay(status: response.status, retryAfter: retryAfter, left: left, random: random)
      case .failure(let failure): delay = schedule.delay(failure: failure, left: end - now, random: random)
      }
      if let delay {
        known = outcome
        do { try await Task.sleep(seconds: delay) } catch { throw .cancelled }
        continue
      }
      switch (outcome, known) {
      case (.failure(.timedOut), let known?) where left < RetrySchedule.moments: return try told(known, after: now - began)
      case (_, nil): return try outcome.get()
      case (_, _?): return try told(outcome, after: now - began)
      }
    }
  }

  private func result(of request: HTTPRequest) async -> Result<HTTPResponse, HTTPFailure> {
    do { return .success(try await send(request)) } catch { return .failure(error) }
  }

  /// What several tries ended with, and how long they took.
  private func told(_ outcome: Result<HTTPResponse, HTTPFailure>, after seconds: Double) throws(HTTPFailure) -> HTTPResponse {
    switch outcome {
    case .success(var response):
      response.triedFor = seconds
      return response
    case .failure(.timedOut): throw .timedOut(seconds: seconds)
    case .failure(let failure): throw failure
    }
  }
}
