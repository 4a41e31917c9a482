/// What is asked again and again of everybody but the tenants.
public enum Poll: Hashable, Sendable {
  case roster
  case purges
  /// How far the machine of an org that comes up is, or why it failed.
  case bootEvents(OrgID, Slug)
  case machines(Region)
  /// What stands beside a region's machines, and its quota.
  case resources(Region)
  case zone
  case database
}

/// That something is asked, and how often.
public struct PollWant: Hashable, Sendable {
  /// Seconds from an answer to the next question; infinite: once.
  public internal(set) var interval: Double
  /// Grows whenever it is wanted as soon as may be, beyond the rhythm.
  public internal(set) var readings: UInt64 = 0
  /// Somebody waits for the org: that it is said to be gone counts before the roster says so.
  public internal(set) var isAwaited = false
}

/// How often what is no tenant is asked.
public enum PollSchedule {
  /// Seconds between two questions for a region's machines: of ten thousand a tenth of what the account may ask (tech: 20 tokens a second).
  public static let machines = 15.0
  /// Seconds between two readings of a zone: it changes with its orgs, and Cloudflare answers 1,200 questions in five minutes.
  public static let zone = 60.0
  /// Seconds between two readings of the database where it announces nothing.
  public static let database = 30.0
  static let resources = 20 * machines
  static let purges = 60.0
  /// Seconds until a control plane that has no such list is asked for it again.
  static let notOffered = 600.0
  static let awaited = 5.0
  /// Orgs whose boot events are asked for: a mass creation must not become a flood of questions.
  static let boots = 30
  /// Seconds between two questions to a database that doesn't answer, at most.
  public static let longestWait = 120.0

  /// What came of a question.
  public enum Outcome: Hashable, Sendable {
    case answered
    /// `pause`: the seconds that it asked for.
    case failed(pause: Double?)
    /// What it was asked with stays wrong.
    case refused
    case notOffered
  }

  /// Seconds until the next question.
  /// - Parameters:
  ///   - failures: in a row, this one counted.
  ///   - random: in 0..<1.
  public static func wait(_ poll: Poll, every interval: Double, after outcome: Outcome, failures: Int, random: Double) -> Double {
    switch (poll, outcome) {
    case (.database, .failed), (.database, .refused):
      // A wrong password stays wrong, and asking again may lock the role.
      let shortest = outcome == .refused ? 30.0 : 2.0
      return min(longestWait, shortest * Double(1 << min(failures, 10))) * (0.5 + random / 2)
    case (.purges, .notOffered): return notOffered
    case (_, .failed(let pause?)): return max(interval, pause)
    default: return interval
    }
  }

  /// Seconds between two questions at least, whatever happens: a hint a row must not become a reading a row.
  public static func shortestInterval(of poll: Poll) -> Double { poll == .database ? 2 : 1 }

  /// Whether it is read too where everything is wanted anew: what stands beside machines hardly changes, and costs five lists.
  public static func isRecalled(_ poll: Poll) -> Bool { if case .resources = poll { false } else { true } }
}
