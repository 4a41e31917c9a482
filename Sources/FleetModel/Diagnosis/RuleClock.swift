/// The moment that rules are asked at. It remembers the next one at which a rule may answer otherwise although nothing happened: so nobody
/// needs to ask again before.
final class RuleClock {
  let now: Timestamp
  /// `nil` when time alone changes nothing.
  private(set) var nextChange: Timestamp?
  /// Whether the answer rests on how full the quotas are.
  private(set) var restsOnGauges = false

  init(now: Timestamp) { self.now = now }

  func noteGauges() { restsOnGauges = true }

  /// Whether more than `seconds` are over since `start`.
  func isOver(_ seconds: Double, since start: Timestamp) -> Bool { isPast(start + seconds) }

  func isPast(_ moment: Timestamp) -> Bool {
    if now > moment { return true }
    nextChange = min(nextChange ?? moment, moment)
    return false
  }
}
