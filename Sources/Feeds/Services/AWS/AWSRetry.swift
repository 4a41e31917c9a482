import FleetModel

extension RetryPolicy {
  /// Of the Query API.
  static let awsQuery = RetryPolicy(firstDelay: 0.5, tries: 4, waitsOutThrottling: true)
  /// What is asked in JSON is never worth more than a few tries.
  static let awsJSON = RetryPolicy(firstDelay: 0.5, tries: 3)

  /// One question to AWS with its repetitions. Each is signed with the credentials as they are then.
  /// - Parameters:
  ///   - credentials: gives what to sign with, and is told when that has expired; `nil` for a question that isn't signed.
  ///   - deadline: ``monotonicSeconds()`` after which nothing is tried any more.
  ///   - exchange: one try, which gets the seconds that are left.
  /// - Throws: ``AWSError``.
  func ask<Answer: Sendable>(
    _ question: AWSQuestion, credentials: CredentialsProvider?, until deadline: Double,
    _ exchange: (AWSCredentials?, _ left: Double) async -> Attempt<Result<Answer, AWSError>>
  ) async throws(AWSError) -> Answer {
    var mayRenew = true
    let retried = await run(until: deadline) { _ -> Attempt<Result<Answer, AWSError>> in
      while true {
        var used: AWSCredentials?
        do throws(AWSError) {
          if let credentials { used = try await credentials.credentials(within: max(0.05, deadline - monotonicSeconds())) }
        } catch { return Attempt(.failure(error), .final) }
        let left = deadline - monotonicSeconds()
        guard left > 0 else {
          return Attempt(.failure(AWSError(.transport, what: question.description, why: "its time is over")), .timedOut(after: 0))
        }
        let attempt = await exchange(used, left)
        guard mayRenew, let credentials, let used, case .failure(let error) = attempt.outcome, error.kind == .expired else {
          return attempt
        }
        // A session may have been renewed elsewhere: it is read again, once.
        mayRenew = false
        credentials.forget(used)
      }
    }
    guard let retried else { throw .transport(.cancelled, question: question) }
    return try retried.outcome.get()
  }
}

extension AWSErrorCode {
  /// - Parameter retryAfter: seconds, as the answer has them.
  func verdict(retryAfter: Double?) -> RetryVerdict {
    switch self {
    case .throttled: .throttled(retryAfter: retryAfter)
    case .serverFault: .passing(retryAfter: retryAfter)
    case .expired, .wrongKeys, .denied, .other: .final
    }
  }
}
