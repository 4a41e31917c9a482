import FleetModel
import Glibc

/// The clock on this machine's wall.
enum LocalTime {
  /// Minutes of the day.
  static func minute(of moment: Timestamp) -> Int {
    var seconds = time_t(moment.milliseconds / 1000)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return 0 }
    return Int(parts.tm_hour) * 60 + Int(parts.tm_min)
  }
}
