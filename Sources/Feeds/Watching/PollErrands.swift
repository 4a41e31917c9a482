import FleetModel

/// Compares what the fleet wants polled with what is under way: without socket, clock or chance. ``FleetFeeds`` carries out what follows.
struct PollErrands {
  private struct Errand {
    var want: PollWant
    var turn: Turn
  }

  private var errands: [Poll: Errand] = [:]

  /// The fleet wants something else from now on.
  mutating func heed(_ changes: Wants.Changes, at now: Double) {
    for (poll, want) in changes.polls {
      guard let want else {
        errands[poll] = nil
        continue
      }
      var errand = errands[poll] ?? Errand(want: want, turn: Turn(shortestInterval: PollSchedule.shortestInterval(of: poll)))
      let before = errand.want
      errand.want = want
      if want.readings != before.readings { errand.turn.want(at: now) }
      if want.interval < before.interval { errand.turn.hasten(to: now + want.interval) }
      errands[poll] = errand
    }
  }

  /// Everything is wanted anew, from that moment on, but for what is asked once.
  mutating func wantAll(at moment: Double) {
    for (poll, errand) in errands where errand.want.interval.isFinite && PollSchedule.isRecalled(poll) {
      errands[poll]?.turn.want(at: moment)
    }
  }

  /// It is said to have changed.
  mutating func want(_ poll: Poll, at now: Double) { errands[poll]?.turn.want(at: now) }

  func isAwaited(_ poll: Poll) -> Bool { errands[poll]?.want.isAwaited ?? false }

  /// Those whose turn it is: they are being asked from now on.
  mutating func beginDue(at now: Double) -> [Poll] {
    let due = errands.filter { $0.value.turn.isDue(at: now) }.map(\.key)
    for poll in due { errands[poll]?.turn.begin(at: now) }
    return due
  }

  /// - Parameter random: in 0..<1.
  mutating func came(_ outcome: PollSchedule.Outcome, of poll: Poll, random: Double, at now: Double) {
    guard var errand = errands[poll] else { return }
    let interval = errand.want.interval
    func wait(_ failures: Int) -> Double {
      PollSchedule.wait(poll, every: interval, after: outcome, failures: failures, random: random)
    }
    switch outcome {
    case .answered: errand.turn.answered(wait: wait(0), at: now)
    case .failed(let pause): errand.turn.failed(pause: pause, wait: wait, at: now)
    case .refused, .notOffered: errand.turn.failed(pause: nil, wait: wait, at: now)
    }
    errands[poll] = errand
  }

  /// When somebody's turn comes although nothing happens; infinite: never.
  func nextTurn(after now: Double) -> Double {
    errands.values.lazy.filter { !$0.turn.isBeingAsked && $0.turn.due > now }.map(\.turn.due).min() ?? .infinity
  }
}

/// That everything is wanted beyond its rhythm: at once where somebody asked for it, and not more often than every ten seconds where the fleet
/// feed lost something. A feed that tells nothing readable would have the whole fleet asked all the time.
struct Recall {
  private static let pause = 10.0

  private var heeded = Wants.Common()
  private var lossHeeded = -Double.infinity
  private var moment: Double?

  mutating func heed(_ common: Wants.Common, at now: Double) {
    if common.readings != heeded.readings { moment = now }
    if common.gaps != heeded.gaps { lose(at: now) }
    heeded = common
  }

  mutating func lose(at now: Double) {
    if lossHeeded <= now { lossHeeded = max(now, lossHeeded + Self.pause) }
    moment = min(moment ?? lossHeeded, lossHeeded)
  }

  /// From when on everything is wanted anew, once.
  mutating func take() -> Double? { moment.take() }
}
