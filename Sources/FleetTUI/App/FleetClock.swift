import Feeds
import FleetModel

/// The time that the fleet is shown at: the wall's, or a recording's.
enum FleetClock: Sendable {
  case wall
  /// A recording that starts at `start`, was begun at `begun` (monotonic seconds) and runs `speed` times as fast until `end`.
  case recording(start: Timestamp, end: Timestamp, begun: Double, speed: Double)

  func now() -> Timestamp {
    switch self {
    case .wall: wallClock()
    case .recording(let start, let end, let begun, let speed): min(end, start + (monotonicSeconds() - begun) * speed)
    }
  }

  /// Real milliseconds until `moment`; `nil` when it never comes.
  func milliseconds(until moment: Timestamp) -> Int64? {
    let left = moment.milliseconds - now().milliseconds
    switch self {
    case .wall: return left
    case .recording(_, let end, _, let speed): return moment > end ? nil : Int64(clamping: (Double(left) / speed).rounded(.up))
    }
  }
}
