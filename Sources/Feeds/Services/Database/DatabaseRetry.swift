extension RetryPolicy {
  /// Of a server that may be restarting.
  /// - Parameter patience: seconds for which one that was never reached is tried again.
  static func database(patience: Double = .infinity) -> RetryPolicy { RetryPolicy(longestDelay: 2, patience: patience) }

  /// One question to the database with its repetitions.
  /// - Parameters:
  ///   - deadline: by `monotonicSeconds()`.
  ///   - ask: one try, which gets the seconds that are left.
  func ask<Value: Sendable>(
    until deadline: Double, _ ask: (_ left: Double) async throws(DatabaseError) -> Value
  ) async throws(DatabaseError) -> Value {
    var wasReached = false
    let retried = await run(until: deadline) { left -> Attempt<Result<Value, DatabaseError>> in
      do throws(DatabaseError) {
        let value = try await ask(left)
        return Attempt(.success(value), .final)
      } catch {
        wasReached = wasReached || error.kind != .unreachable
        return Attempt(.failure(error), error.verdict(within: left, wasReached: wasReached))
      }
    }
    guard let retried else { throw DatabaseError(.cancelled, "") }
    return try retried.outcome.get()
  }
}

extension DatabaseError {
  /// - Parameter seconds: those that the try had.
  fileprivate func verdict(within seconds: Double, wasReached: Bool) -> RetryVerdict {
    if kind == .timedOut { return .timedOut(after: seconds) }
    return isTransient ? .passing(isThere: wasReached) : .final
  }
}
