import FleetModel

/// When a tenant is asked next: soon where something moves that no stream tells of, rarely where all is told, later after each failure.
struct TenantSchedule: Hashable, Sendable {
  /// Seconds between two polls of a tenant at rest, by the number of tenants: never more than ten questions a second in all.
  static func interval(tenants: Int, hearsFeed: Bool) -> Double { max(hearsFeed ? 60 : 30, Double(tenants) / 10) }

  /// Seconds until the next poll after a good answer. `isMoving`: something boots there and no stream tells of it.
  static func next(tenants: Int, hearsFeed: Bool, isMoving: Bool) -> Double {
    isMoving ? 5 : interval(tenants: tenants, hearsFeed: hearsFeed)
  }

  /// Seconds until the next try after `failures` failures in a row.
  static func next(afterFailures failures: Int, retryAfter: Double?, random: Double) -> Double {
    var delay = 10.0
    for _ in 1..<max(2, min(failures, 6)) { delay = min(120, delay * 2) }
    return max(retryAfter ?? 0, delay * (0.75 + random / 2))
  }
}
