import DequeModule
import Glibc

/// How long a boot will take still: half of all such boots need no more than `p50` seconds, nine in ten no more than `p90`.
public struct Forecast: Hashable, Sendable {
  public var p50: Double
  /// Never below `p50`.
  public var p90: Double
  /// Successful boots that this was learned from; 0 for the published medians.
  public var samples: Int

  public init(p50: Double, p90: Double, samples: Int) {
    self.p50 = p50
    self.p90 = p90
    self.samples = samples
  }
}

/// Learns how long the boots of one group take, phase by phase, and how far to trust itself.
struct BootForecaster: Sendable {
  /// Successful boots that it was learned from.
  private(set) var successes = 0
  /// The newest successful ones, oldest first.
  private(set) var recent: Deque<[PhaseTime]> = []
  private var phases: [String: RemainderForecast] = [:]
  /// How wrong each way was lately, fading over fifty boots.
  private var losses = [Double](repeating: 0, count: RemainderForecast.ways)
  /// The quantile of the misses that gives a p90 which really holds nine times in ten: moved a little with every boot that shows otherwise
  /// (Gibbs and Candès, “Adaptive conformal inference under distribution shift”, 2021). Above 1 the widest miss isn't wide enough.
  private var level = 0.9

  static let recentLimit = 128
  private static let phaseLimit = 64

  /// A phase of a boot as it looked when it began.
  private struct Begun {
    var slowness: Double?
    var foretold: Foretold?
  }

  private struct Foretold {
    var forecast: Forecast
    /// By each way, logarithms; empty where the phase was not known by name.
    var ways: [Double] = []
    /// What the ways come to, seconds.
    var centre = 0.0
  }

  // MARK: - Learning

  /// Takes a boot in.
  /// - Returns: what was foretold at the beginning of each of its phases before this boot was known: empty for a failed one, and for the first.
  @discardableResult
  mutating func learn(_ boot: BootRecord) -> [Forecast] {
    guard boot.outcome == .ok else {
      // What was finished took as long as it took. The phase that failed says only that it lasted so long: a hang teaches nothing about haste.
      for phase in boot.phases.dropLast() { learn(duration: phase) }
      return []
    }
    // First all of it is foretold, then all of it is learned: nothing may know what came later in the same boot.
    var begun: [Begun] = []
    begun.reserveCapacity(boot.phases.count)
    var slowness = Slowness()
    for (index, phase) in boot.phases.enumerated() {
      let before = slowness.mean
      begun.append(Begun(slowness: before, foretold: successes > 0 ? foretell(phase.name, position: index, slowness: before ?? 0) : nil))
      if let of = phases[phase.name]?.slowness(of: phase.seconds) { slowness.add(of) }
    }
    let total = boot.total
    var hits = 0.0
    var remainder = 0.0
    for (phase, begun) in zip(boot.phases, begun).reversed() {
      remainder += phase.seconds
      if let foretold = begun.foretold {
        if remainder <= foretold.forecast.p90 { hits += 1 }
        judge(foretold, phase.name, remainder: remainder, total: total, parts: boot.phases.count)
      }
      makeRoom(for: phase.name)
      phases[phase.name, default: RemainderForecast()].learn(remainder: remainder, slowness: begun.slowness)
    }
    let forecasts = begun.compactMap { $0.foretold?.forecast }
    for phase in boot.phases { learn(duration: phase) }
    if !forecasts.isEmpty {
      level = max(0.6, min(1.5, level + 0.01 * (0.9 * Double(forecasts.count) - hits)))
      for way in losses.indices { losses[way] *= 0.98 }
    }
    guard !boot.phases.isEmpty else { return [] }
    successes += 1
    recent.append(boot.phases)
    if recent.count > Self.recentLimit { recent.removeFirst() }
    return forecasts
  }

  private mutating func learn(duration phase: PhaseTime) {
    makeRoom(for: phase.name)
    phases[phase.name, default: RemainderForecast()].learn(duration: phase.seconds)
  }

  /// A server that invents names pushes out its own: beyond the limit, what the newest boot went through is kept.
  private mutating func makeRoom(for name: String) {
    guard phases.count >= Self.phaseLimit, phases[name] == nil else { return }
    let used = Set(recent.last?.prefix(Self.phaseLimit / 2).map(\.name) ?? [])
    phases = phases.filter { used.contains($0.key) }
  }

  /// Weighs the ways by what came.
  private mutating func judge(_ foretold: Foretold, _ name: String, remainder: Double, total: Double, parts: Int) {
    guard let first = foretold.ways.first else { return }
    if successes > 1 {
      let scale = 0.5 * (total + exp(first)) + 1e-9
      for (way, value) in foretold.ways.enumerated() { losses[way] += min(3, abs(exp(value) - remainder) / scale) * 3 / Double(parts) }
    }
    phases[name]?.learn(miss: max(remainder, 0.05) / max(foretold.centre, 0.05))
  }

  // MARK: - Foretelling

  /// How slow a boot was in the phases behind it, each against its usual duration.
  private struct Slowness {
    var sum = 0.0
    var count = 0.0

    var mean: Double? { count > 0 ? sum / count : nil }

    mutating func add(_ value: Double) {
      sum += value
      count += 1
    }
  }

  private func slowness(of done: some Sequence<PhaseTime>) -> Double {
    var slowness = Slowness()
    for phase in done { if let of = phases[phase.name]?.slowness(of: phase.seconds) { slowness.add(of) } }
    return slowness.mean ?? 0
  }

  /// What remains when the phase `name` begins, as the phase at `position`.
  private func foretell(_ name: String, position: Int, slowness: Double) -> Foretold {
    guard let phase = phases[name], phase.count > 0 else { return foretell(position: position) }
    let ways = phase.foretold(slowness: slowness)
    let least = losses.min() ?? 0
    var weights = 0.0
    var sum = 0.0
    for (way, value) in ways.enumerated() {
      let weight = exp(-3 * (losses[way] - least))
      weights += weight
      sum += weight * value
    }
    let centre = exp(sum / weights)
    let count = Double(phase.misses.count)
    var spread = phase.misses.quantile(min(level, 1)) ?? Self.unknownSpread
    // A few boots never show how bad it gets.
    if count < 10 { spread = max(spread, (spread * count + Self.unknownSpread * 4) / (count + 4)) }
    if level > 1 { spread *= exp((level - 1) * 4) }
    return Foretold(forecast: Forecast(p50: centre, p90: centre * max(1, spread), samples: successes), ways: ways, centre: centre)
  }

  /// p90 by p50 before a miss was seen.
  private static let unknownSpread = 2.5

  /// The same for a phase that was never heard of: by its place in the newest boots.
  private func foretell(position: Int) -> Foretold {
    var remainders = recent.suffix(64).map { boot in boot.dropFirst(position).reduce(0) { $0 + $1.seconds } }
    remainders.sort()
    let p50 = Self.quantile(of: remainders, 0.5)
    let p90 = max(Self.quantile(of: remainders, min(level, 1)), remainders.count < 10 ? p50 * Self.unknownSpread : 0)
    return Foretold(forecast: Forecast(p50: p50, p90: max(p50, p90), samples: successes))
  }

  private static func quantile(of ordered: [Double], _ share: Double) -> Double {
    guard let last = ordered.last else { return 0 }
    let rank = max(0, share * Double(ordered.count + 1) - 1)
    let below = Int(clamping: rank)
    guard below + 1 < ordered.count else { return last }
    return ordered[below] + (rank - Double(below)) * (ordered[below + 1] - ordered[below])
  }

  /// What remains of a boot that has been in `phase` for `elapsed` seconds, after the phases `done`.
  /// - Returns: `nil` before anything was learned.
  func forecast(done: [PhaseTime], phase: String, elapsed: Double) -> Forecast? {
    guard successes > 0 else { return nil }
    // A name never heard, at a place where the past boots were over: all that they tell is how long the whole takes.
    if phases[phase]?.count ?? 0 == 0, recent.count(where: { $0.count > done.count }) * 2 < recent.count {
      return forecast(elapsed: elapsed + done.reduce(0) { $0 + $1.seconds })
    }
    let foretold = foretell(phase, position: done.count, slowness: slowness(of: done)).forecast
    let past = recent.compactMap { boot -> Past? in
      guard let index = boot.firstIndex(where: { $0.name == phase }) ?? (phases[phase] == nil && done.count < boot.count ? done.count : nil)
      else {
        return nil
      }
      return Past(phase: boot[index].seconds, rest: boot[(index + 1)...].reduce(0) { $0 + $1.seconds })
    }
    return Past.forecast(from: past, start: foretold, elapsed: elapsed, samples: successes)
  }

  /// What remains of a boot whose phases aren't heard, `elapsed` seconds after its beginning.
  func forecast(elapsed: Double) -> Forecast? {
    guard successes > 0 else { return nil }
    let past = recent.map { boot in Past(phase: boot.reduce(0) { $0 + $1.seconds }, rest: 0) }
    let totals = past.map(\.phase).sorted()
    let p50 = Self.quantile(of: totals, 0.5)
    let p90 = max(Self.quantile(of: totals, 0.9), totals.count < 10 ? p50 * Self.unknownSpread : p50)
    return Past.forecast(from: past, start: Forecast(p50: p50, p90: p90, samples: successes), elapsed: elapsed, samples: successes)
  }

  // MARK: - The usual boot

  /// The phases of the newest boot that told any, each as it usually is; no phases where none told any.
  var usualBoot: PhasePlan? {
    let totals = recent.map { boot in boot.reduce(0) { $0 + $1.seconds } }.sorted()
    guard !totals.isEmpty else { return nil }
    let median = max(Self.quantile(of: totals, 0.5), 1)
    let late = totals.count >= BootHistory.enoughForLate ? Self.quantile(of: totals, 0.95) : median * 1.5
    var phases: [PhasePlan.Phase] = []
    for name in recent.last(where: { $0.count > 1 })?.map(\.name) ?? [] where phases.count < Boot.markLimit {
      guard !phases.contains(where: { $0.name == name }) else { continue }
      let times = recent.compactMap { boot in boot.first { $0.name == name }?.seconds }.sorted()
      let usual = Self.quantile(of: times, 0.5)
      let longest = times.count >= BootHistory.enoughForLate ? max(Self.quantile(of: times, 0.95), usual + 1) : max(usual * 2, 5)
      phases.append(PhasePlan.Phase(name, usual, lateAfter: longest, samples: times.count))
    }
    return PhasePlan(phases, median: median, lateAfter: max(late, median + 1), samples: successes)
  }
}
