import func Glibc.exp

/// How far a boot is and how long it will take still.
public struct Progress: Hashable, Sendable {
  public typealias ETA = Forecast

  /// Why there is neither an estimate nor a bar.
  public enum Standstill: Hashable, Sendable {
    /// EC2 was looked through, and has no machine of it yet.
    case noMachine
    /// A finding says that nothing of it moves.
    case finding(Finding.Code)

    /// In the estimate's place.
    public var words: String {
      switch self {
      case .noMachine: "no machine yet"
      case .finding(let code): code.standstill ?? code.rawValue
      }
    }
  }

  /// The moment that all of it is told for: when it was asked for, or when the last source that would tell of it was lost.
  public var at: Timestamp
  /// When something was last told of it, where nothing is any more.
  public internal(set) var asOf: Timestamp?
  public internal(set) var standstill: Standstill?
  /// The phase's name; `nil` when nothing tells it.
  public var phase: String?
  /// Seconds in this phase.
  public var phaseElapsed: Double?
  /// 0…1 of the expected time; `nil` when the beginning is unknown.
  public var fraction: Double?
  /// Where in the bar the current phase should end, 0…1: in half of all boots it has by then.
  public var tick: Double?
  /// Where it is late, 0…1: nearly all have ended it by then.
  public var limit: Double?
  /// Seconds since the boot began.
  public var elapsed: Double?
  public var eta: ETA?
  public var isLate: Bool
  /// When it becomes, or became, late.
  public var lateAt: Timestamp?
  /// When the fleet itself will call it failed.
  public var deadline: Timestamp?
  /// The boot said that it failed.
  public var hasFailed: Bool
  /// Somebody called it failed before its time: it may come up yet.
  public internal(set) var mayRecover = false

  /// A finding says that nothing of it moves: it is neither late nor on time.
  public var isStuck: Bool { if case .finding? = standstill { true } else { false } }

  /// - Parameters:
  ///   - boot: what is known of it.
  ///   - plan: its phases, for the bar and for what is late.
  ///   - history: what was learned of its group; where nothing was, the plan's medians serve.
  ///   - tellsPhases: whether its phases would be heard at all; without, the phase is unknown, not the first one.
  ///   - deadline: by the sweep rules (contract §4.5).
  public init(
    of boot: Boot, plan: PhasePlan, history: BootHistory = BootHistory(), tellsPhases: Bool, deadline: Timestamp?, at now: Timestamp
  ) {
    at = now
    let position = boot.position(in: plan)
    let knowsPhase = tellsPhases || !boot.marks.isEmpty
    elapsed = boot.startedAt.map { max(0, now - $0) }
    self.deadline = deadline
    hasFailed = position.failed
    guard knowsPhase, let since = position.since else {
      phase = knowsPhase ? position.name : nil
      fraction = elapsed.map { min(0.99, max(boot.floor, Self.share(of: $0, median: plan.median))) }
      eta = elapsed.map { elapsed in
        history.forecast(group: boot.group, elapsed: elapsed)
          ?? Self.eta(elapsed: elapsed, median: plan.median, late: plan.lateAfter, rest: 0)
      }
      lateAt = Self.moment(boot.startedAt, plan.lateAfter)
      isLate = lateAt.map { now > $0 } ?? false
      return
    }
    phase = position.name
    let inPhase = max(0, now - since)
    phaseElapsed = inPhase
    let index = position.index ?? plan.phases.count - 1
    let current = position.index.map { plan.phases[$0] } ?? PhasePlan.Phase(position.name, plan.median)
    let rest = plan.phases.dropFirst(index + 1).reduce(0) { $0 + $1.median }
    fraction = Self.fraction(of: boot, in: plan, at: now)
    let ends = Self.ends(of: plan)
    let end = ends.dropFirst(max(0, index)).first ?? 1
    tick = end
    let start = index > 0 ? ends.dropFirst(index - 1).first ?? 0 : 0
    let limits = current.median > 0 && current.lateAfter.isFinite
    limit = limits ? min(1, start + (end - start) * max(1, current.lateAfter / current.median)) : end
    let done = boot.phaseTimes(until: since, in: plan).filter { $0.name != position.name }
    eta =
      position.failed
      ? nil
      : history.forecast(group: boot.group, done: done, phase: position.name, elapsed: inPhase)
        ?? Self.eta(elapsed: inPhase, median: current.median, late: current.lateAfter, rest: rest)
    lateAt = [Self.moment(since, current.lateAfter), Self.moment(boot.startedAt, plan.lateAfter)].compactMap { $0 }.min()
    isLate = lateAt.map { now > $0 } ?? false
  }

  /// What can't move has neither an estimate nor a bar; its phase stays.
  mutating func stand(still: Standstill) {
    standstill = still
    (fraction, tick, limit, eta) = (nil, nil, nil, nil)
    if isStuck { isLate = false }
  }

  /// `nil` where that never comes.
  private static func moment(_ start: Timestamp?, _ seconds: Double) -> Timestamp? {
    seconds.isFinite ? start.map { $0 + seconds } : nil
  }

  /// Where in the bar each phase ends, 0…1.
  private static func ends(of plan: PhasePlan) -> [Double] {
    let total = max(plan.phases.reduce(0) { $0 + $1.median }, 1e-3)
    var sum = 0.0
    return plan.phases.map { phase in
      sum += phase.median
      return min(1, sum / total)
    }
  }

  /// The farthest that any of its events shows the boot to be: whatever comes, in whatever order, it is never less than before.
  private static func fraction(of boot: Boot, in plan: PhasePlan, at now: Timestamp) -> Double {
    let ends = ends(of: plan)
    func place(in index: Int, since: Timestamp) -> Double {
      guard plan.phases.indices.contains(index) else { return 1 }
      let start = index > 0 ? ends[index - 1] : 0
      return start + (ends[index] - start) * share(of: max(0, now - since), median: plan.phases[index].median)
    }
    var farthest = boot.floor
    if let start = boot.startedAt { farthest = max(farthest, place(in: 0, since: start)) }
    for mark in boot.marks {
      guard let index = plan.index(of: mark.name) else { continue }
      if let end = mark.endedAt {
        farthest = max(farthest, place(in: index + 1, since: end))
      } else if let start = mark.startedAt {
        farthest = max(farthest, place(in: index, since: start))
      }
    }
    return min(0.99, farthest)
  }

  /// The part of a phase that is behind it after `elapsed` seconds: straight up to three quarters, then ever slower, so that a bar never
  /// stands still, never turns back and never lies at 100 %.
  static func share(of elapsed: Double, median: Double) -> Double {
    let progress = max(0, elapsed) / max(median, 1)
    return progress < 0.75 ? progress : 1 - 0.25 * exp(-(progress - 0.75) / 0.25)
  }

  /// What lasts longer than usual is likely to last longer still: past its median a phase is given a quarter of its age more.
  static func eta(elapsed: Double, median: Double, late: Double, rest: Double) -> ETA {
    let p50 = max(median - elapsed, elapsed * 0.25, 1) + rest
    let p90 = max((late.isFinite ? late : median * 2) - elapsed, elapsed * 0.5, 2) + rest * 1.35
    return ETA(p50: p50, p90: max(p90, p50), samples: 0)
  }
}
