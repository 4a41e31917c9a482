import FleetModel

/// When a tenant is asked next: soon where something moves that no stream tells of, rarely where all is told, later after each failure.
struct TenantSchedule: Hashable, Sendable {
  /// Seconds between two polls of a tenant at rest, by the number of tenants: never more than ten questions a second in all.
  static func interval(tenants: Int, hearsFeed: Bool) -> Double { max(hearsFeed ? 60 : 30, Double(tenants) / 10) }

  /// Seconds between two polls of a tenant that somebody looks at or waits for, by the number of those: no stream tells that something was made
  /// or renamed (contract §3.3). Never more than two questions a second for all of them.
  static func interval(followed: Int) -> Double { max(5, Double(followed) / 2) }

  /// Seconds until the next poll after a good answer.
  /// - Parameters:
  ///   - isMoving: something boots there and no stream tells of it.
  ///   - followed: how many tenants are followed closely; `nil`: this one is not.
  static func next(tenants: Int, hearsFeed: Bool, isMoving: Bool, followed: Int? = nil) -> Double {
    if isMoving { return 5 }
    let usual = interval(tenants: tenants, hearsFeed: hearsFeed)
    return followed.map { min(usual, interval(followed: $0)) } ?? usual
  }

  /// Seconds until the next try after `failures` failures in a row.
  /// - Parameters:
  ///   - pause: the seconds that the tenant asked for.
  ///   - isAwaited: somebody waits for its answer.
  static func next(afterFailures failures: Int, pause: Double?, isAwaited: Bool = false, random: Double) -> Double {
    if isAwaited { return max(pause ?? 0, 5) }
    var delay = 10.0
    for _ in 1..<max(2, min(failures, 6)) { delay = min(120, delay * 2) }
    return max(pause ?? 0, delay * (0.75 + random / 2))
  }

  /// Seconds until one of the streams that were refused is tried again, after `refusals` in a row.
  static func next(afterRefusals refusals: Int, random: Double) -> Double {
    var delay = 5.0
    for _ in 0..<max(0, min(refusals - 1, 8)) { delay = min(60, delay * 2) }
    return delay * (1 + random / 5)
  }

  /// Seconds until an online workspace's stream that says nothing is opened again, after it was so many times for that reason.
  static func next(afterSilences silences: Int) -> Double {
    // Three beats missed (contract §3.1): perhaps the connection is dead. Each time that it wasn't, that is less likely.
    var delay = 100.0
    for _ in 0..<max(0, min(silences, 8)) { delay = min(900, delay * 2) }
    return delay
  }
}
