import FleetModel

/// What was typed on into something that closed by itself, or never opened, is not taken for commands: keys count again after the hand has paused.
struct Lull {
  /// Seconds without a key after which the next one is meant for what is on the screen.
  static let pause = 1.0

  /// When it began, or when the last key came since; `nil` while keys count.
  private var last: Timestamp?
  /// Why keys are not taken.
  private(set) var reason = ""

  mutating func begin(at now: Timestamp, _ reason: String) { (last, self.reason) = (now, reason) }

  /// Whether `key` was meant for what is gone. The ways out of it always count.
  mutating func swallows(_ key: Key, at now: Timestamp) -> Bool {
    guard let last, now - last < Self.pause else {
      self.last = nil
      return false
    }
    switch key {
    case .escape, .control("l"), .control("z"): return false
    default:
      self.last = now
      return true
    }
  }
}
