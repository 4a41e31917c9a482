import FleetModel

/// The time that a frame is drawn for, and when it would next look different: the loop sleeps until then, so that what stands still costs
/// nothing.
struct Moment {
  let now: Timestamp
  private(set) var nextChange: Timestamp?

  init(now: Timestamp) { self.now = now }

  /// Something drawn will look different at `moment`.
  mutating func changes(at moment: Timestamp) {
    guard moment > now else { return }
    nextChange = nextChange.map { min($0, moment) } ?? moment
  }

  /// Something drawn moves: look again at the next whole second. Everything that moves shares that frame.
  mutating func changesEverySecond() {
    changes(at: Timestamp(milliseconds: (now.milliseconds / 1000 + 1) * 1000))
  }

  /// `<1m`, `5m`, `2h`, `3d`: an age that changes seldom.
  mutating func age(since start: Timestamp) -> String {
    let seconds = max(0, now - start)
    let unit: Double = seconds < 3600 ? 60 : seconds < 86_400 ? 3600 : 86_400
    changes(at: start + ((seconds / unit).rounded(.down) + 1) * unit)
    return Self.coarse(seconds)
  }

  /// ``told(_:at:)``, and drawn again when its age is another.
  mutating func told(_ moment: Timestamp) -> String {
    _ = age(since: moment)
    return Self.told(moment, at: now)
  }

  /// ``told(_:)``; of what was said just now only that: what every answer confirms has another second with each.
  mutating func heard(_ moment: Timestamp) -> String {
    now - moment < 60 ? "\(age(since: moment)) ago" : told(moment)
  }

  /// `21:13:41, 41m ago`; with its day where it was on another: when something happened, in UTC.
  static func told(_ moment: Timestamp, at now: Timestamp) -> String {
    let (day, time) = (moment.description.prefix(10), moment.timeOfDay)
    let place = day == now.description.prefix(10) ? time : "\(day) \(time)"
    let age = now - moment
    return age < 0 ? place : "\(place), \(coarse(age)) ago"
  }

  static func coarse(_ seconds: Double) -> String {
    switch seconds {
    case ..<60: "<1m"
    case ..<3600: "\(Int(clamping: seconds / 60))m"
    case ..<86_400: "\(Int(clamping: seconds / 3600))h"
    case ..<(86_400 * 3650): "\(Int(clamping: seconds / 86_400))d"
    default: ">10y"
    }
  }

  /// `41s`, `4m10s`, `1h05m`: how long something under way has taken.
  static func elapsed(_ seconds: Double) -> String {
    let whole = Int(clamping: min(max(0, seconds), 1e8))
    let padded = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
    switch whole {
    case ..<60: return "\(whole)s"
    case ..<3600: return "\(whole / 60)m\(padded(whole % 60))s"
    case ..<86_400: return "\(whole / 3600)h\(padded(whole / 60 % 60))m"
    default: return "\(whole / 86_400)d"
    }
  }

  /// An estimate: no finer than it is good for, in steps of 5 s below a minute, of 10 s below ten, of whole minutes above.
  static func estimate(_ seconds: Double) -> String {
    let bounded = min(max(0, seconds), 1e8)
    let step: Double = bounded < 60 ? 5 : bounded < 600 ? 10 : 60
    let rounded = max(step, (bounded / step).rounded() * step)
    return rounded < 600 ? elapsed(rounded) : rounded < 3600 ? "\(Int(clamping: rounded / 60))m" : elapsed(rounded)
  }
}
