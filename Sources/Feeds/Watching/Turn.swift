/// When something is asked again, and whether it is being asked: without clock or chance. Its times are those of a clock that only goes forward.
struct Turn {
  private(set) var due = -Double.infinity
  /// It asked to be left alone until then.
  private(set) var notBefore = -Double.infinity
  /// In a row.
  private(set) var failures = 0
  private(set) var isBeingAsked = false
  private let shortestInterval: Double
  private var lastAsked = -Double.infinity
  /// Somebody came while it was being asked who wants it asked again, from then on.
  private var wantedAgain: Double?

  /// - Parameter shortestInterval: seconds between two questions, whatever happens.
  init(shortestInterval: Double) { self.shortestInterval = shortestInterval }

  /// Something happened that it tells more of.
  mutating func want(at moment: Double) {
    if isBeingAsked { wantedAgain = min(wantedAgain ?? moment, moment) } else { due = min(due, earliest(after: moment)) }
  }

  /// It is asked more closely from now on.
  mutating func hasten(to moment: Double) { if !isBeingAsked { due = min(due, max(moment, notBefore)) } }

  func isDue(at now: Double) -> Bool { !isBeingAsked && due <= now }

  mutating func begin(at now: Double) { (isBeingAsked, lastAsked) = (true, now) }

  /// - Parameter wait: seconds to the next question.
  mutating func answered(wait: Double, at now: Double) {
    failures = 0
    due = wantedAgain.map { min(now + wait, earliest(after: max(now, $0))) } ?? now + wait
    (isBeingAsked, wantedAgain) = (false, nil)
  }

  /// - Parameters:
  ///   - pause: the seconds that it asked to be left alone.
  ///   - wait: seconds to the next question, after that many failures in a row.
  mutating func failed(pause: Double?, wait: (Int) -> Double, at now: Double) {
    failures += 1
    if let pause { notBefore = now + pause }
    due = now + wait(failures)
    (isBeingAsked, wantedAgain) = (false, nil)
  }

  private func earliest(after moment: Double) -> Double { max(moment, notBefore, lastAsked + shortestInterval) }
}
