/// When a tenant is asked next: soon where something moves that no stream tells of, rarely where all is told, later after each failure.
public enum TenantSchedule {
  /// Seconds between two polls of a tenant at rest, by the number of tenants: never more than ten questions a second in all.
  public static func interval(tenants: Int, hearsFeed: Bool) -> Double { max(hearsFeed ? 60 : 30, Double(tenants) / 10) }

  /// Seconds between two polls of a tenant that somebody looks at or waits for, by the number of those: no stream tells that something was made
  /// or renamed (contract §3.3). Never more than two questions a second for all of them.
  public static func interval(followed: Int) -> Double { max(5, Double(followed) / 2) }

  /// Seconds between two polls of a tenant that is asked more closely than one at rest; `nil`: this one is at rest.
  /// - Parameters:
  ///   - isMoving: something boots there and no stream tells of it.
  ///   - followed: how many tenants are followed closely; `nil`: this one is not.
  public static func close(isMoving: Bool, followed: Int?) -> Double? { isMoving ? 5 : followed.map { interval(followed: $0) } }

  /// Seconds until the next try after `failures` failures in a row.
  /// - Parameters:
  ///   - pause: the seconds that the tenant asked for.
  ///   - isAwaited: somebody waits for its answer.
  public static func next(afterFailures failures: Int, pause: Double?, isAwaited: Bool = false, random: Double) -> Double {
    if isAwaited { return max(pause ?? 0, 5) }
    var delay = 10.0
    for _ in 1..<max(2, min(failures, 6)) { delay = min(120, delay * 2) }
    return max(pause ?? 0, delay * (0.75 + random / 2))
  }

  /// Seconds until one of the streams that were refused is tried again, after `refusals` in a row.
  public static func next(afterRefusals refusals: Int, random: Double) -> Double {
    var delay = 5.0
    for _ in 0..<max(0, min(refusals - 1, 8)) { delay = min(60, delay * 2) }
    return delay * (1 + random / 5)
  }

  /// Seconds until an online workspace's stream that says nothing is opened again, after it was so many times for that reason.
  public static func next(afterSilences silences: Int) -> Double {
    // Three beats missed (contract §3.1): perhaps the connection is dead. Each time that it wasn't, that is less likely.
    var delay = 100.0
    for _ in 0..<max(0, min(silences, 8)) { delay = min(900, delay * 2) }
    return delay
  }
}
