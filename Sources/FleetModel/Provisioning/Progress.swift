import func Glibc.exp

/// How far a boot is and how long it will take still.
public struct Progress: Hashable, Sendable {
  public typealias ETA = Forecast

  /// The phase's name; `nil` when nothing tells it.
  public var phase: String?
  /// Seconds in this phase.
  public var phaseElapsed: Double?
  /// 0…1 of the expected time; `nil` when the beginning is unknown.
  public var fraction: Double?
  /// Where in the bar the current phase should end, 0…1.
  public var tick: Double?
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

  /// - Parameters:
  ///   - boot: what is known of it.
  ///   - tellsPhases: whether its phases would be heard at all; without, the phase is unknown, not the first one.
  ///   - deadline: by the sweep rules (contract §4.5).
  public init(of boot: Boot, plan: PhasePlan, tellsPhases: Bool, deadline: Timestamp?, at now: Timestamp) {
    let position = boot.position(in: plan)
    let knowsPhase = tellsPhases || !boot.marks.isEmpty
    elapsed = boot.startedAt.map { max(0, now - $0) }
    self.deadline = deadline
    hasFailed = position.failed
    let total = max(plan.median, 1)
    guard knowsPhase, let since = position.since else {
      phase = knowsPhase ? position.name : nil
      fraction = elapsed.map { Self.share(of: $0, median: total) }
      eta = elapsed.map { Self.eta(elapsed: $0, median: total, late: plan.lateAfter, rest: 0) }
      lateAt = boot.startedAt.map { $0 + plan.lateAfter }
      isLate = lateAt.map { now > $0 } ?? false
      return
    }
    phase = position.name
    let inPhase = max(0, now - since)
    phaseElapsed = inPhase
    let index = position.index ?? plan.phases.count - 1
    let current = plan.phases.indices.contains(index) ? plan.phases[index] : PhasePlan.Phase(position.name, total)
    let done = plan.phases.prefix(max(0, index)).reduce(0) { $0 + $1.median }
    let rest = plan.phases.dropFirst(index + 1).reduce(0) { $0 + $1.median }
    fraction = min(0.99, (done + Self.share(of: inPhase, median: current.median) * current.median) / total)
    tick = min(1, (done + current.median) / total)
    eta = position.failed ? nil : Self.eta(elapsed: inPhase, median: current.median, late: current.lateAfter, rest: rest)
    let phaseLate = since + current.lateAfter
    lateAt = boot.startedAt.map { min(phaseLate, $0 + plan.lateAfter) } ?? phaseLate
    isLate = lateAt.map { now > $0 } ?? false
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
    let p90 = max(late - elapsed, elapsed * 0.5, 2) + rest * 1.35
    return ETA(p50: p50, p90: max(p90, p50), samples: 0)
  }
}
