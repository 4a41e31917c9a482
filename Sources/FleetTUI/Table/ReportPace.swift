import FleetModel

/// When a page makes a report of the whole fleet anew: what it costs grows with the fleet, so not with every event, and not under a hand that moves.
struct ReportPace {
  private var madeAt: Timestamp?
  private var hasChanged = true

  /// Seconds for which a report is good although the fleet moves on.
  private static let interval = 2.0
  /// Where nothing moves but time.
  private static let lifetime = 60.0
  /// Seconds for which a report waits until the cursor rests.
  private static let patience = 5.0

  mutating func noteChange() { hasChanged = true }

  /// Whether it is as new as one that waits for the hand may be.
  func isFresh(at now: Timestamp) -> Bool { madeAt.map { now < $0 + Self.patience } ?? false }

  /// Whether it is to be made now; then it counts as made.
  mutating func isDue(whileMoving isMoving: Bool, _ moment: inout Moment) -> Bool {
    let now = moment.now
    if let madeAt {
      let due = madeAt + (hasChanged ? Self.interval : Self.lifetime)
      let waits = isMoving && now < madeAt + Self.patience
      if now < due || waits {
        moment.changes(at: max(due, waits ? now + SteadyRows.rest : due))
        return false
      }
    }
    madeAt = now
    hasChanged = false
    moment.changes(at: now + Self.lifetime)
    return true
  }
}
