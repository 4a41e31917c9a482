import FleetModel

extension HTTPClient {
  /// Asks until an answer comes that is worth returning, for at most `budget` seconds in all. Only for what changes nothing.
  /// - Parameter patience: seconds after which nothing is asked again, unless the server itself says when to.
  /// - Throws: ``HTTPFailure`` of the last try that had its time.
  public func ask(_ request: HTTPRequest, within budget: Double, patience: Double = .infinity) async throws(HTTPFailure) -> HTTPResponse {
    let policy = RetryPolicy(patience: patience)
    let retried = await policy.run(until: monotonicSeconds() + budget) { left -> Attempt<Result<HTTPResponse, HTTPFailure>> in
      var request = request
      request.timeout = min(request.timeout ?? budget, max(0.05, left))
      do throws(HTTPFailure) {
        let response = try await send(request)
        return Attempt(.success(response), response.head.verdict(now: wallClock().seconds))
      } catch { return Attempt(.failure(error), error.verdict(within: left)) }
    }
    guard let retried else { throw .cancelled }
    guard let seconds = retried.seconds else { return try retried.outcome.get() }
    switch retried.outcome {
    case .success(var response):
      response.triedFor = seconds
      return response
    case .failure(.timedOut): throw .timedOut(seconds: seconds)
    case .failure(let failure): throw failure
    }
  }
}

extension HTTPHead {
  /// 429, 502, 503 and 504 may pass (contract §1.0).
  func verdict(now: @autoclosure () -> Double) -> RetryVerdict {
    [429, 502, 503, 504].contains(status) ? .passing(retryAfter: retryAfter(now: now())) : .final
  }
}

extension HTTPFailure {
  /// - Parameter seconds: those that the try had.
  func verdict(within seconds: Double) -> RetryVerdict {
    if case .timedOut = self { return .timedOut(after: seconds) }
    return isTransient ? .passing() : .final
  }
}
