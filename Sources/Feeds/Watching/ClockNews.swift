import FleetModel
import Synchronization

/// Which readings of one server's clock are worth an event: one that differs from the last, and one now and then. Every answer has one.
final class ClockNews: Sendable {
  /// Seconds after which the same is told again.
  private static let interval = 120.0

  private let told = Mutex<(ahead: Double, at: Double)?>(nil)

  func isNews(_ offset: ClockOffset, at now: Double = monotonicSeconds()) -> Bool {
    told.withLock { told in
      if let told, now - told.at < Self.interval, abs(offset.ahead - told.ahead) <= offset.margin + 1 { return false }
      told = (offset.ahead, now)
      return true
    }
  }
}
