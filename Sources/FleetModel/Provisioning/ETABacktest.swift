/// Scores the ETA on recorded boots, in time order, one at a time: each is foretold from those before it alone.
public struct ETABacktest: Sendable {
  /// What was foretold at the beginning of a phase, against what came.
  public struct Prediction: Hashable, Sendable {
    /// The boot's number, as the caller counts them.
    public var boot: Int
    /// Of the phase about to start, from 0.
    public var phase: Int
    /// Seconds since the boot began.
    public var elapsed: Double
    public var forecast: Forecast
    /// Seconds that really remained.
    public var actual: Double
  }

  /// Boots so far.
  public private(set) var boots = 0
  /// Boots that were foretold: successful, with phases, and with a successful one of their group before them.
  public private(set) var scored = 0
  private var predictions = 0
  private var error = 0.0
  private var baselineError = 0.0
  private var covered = 0
  private var history = BootHistory()
  /// The successful boots of each group: how many, and the seconds of all of them.
  private var totals: [String: (count: Int, seconds: Double)] = [:]

  public init() {}

  /// Mean absolute error of the p50, in seconds.
  public var meanAbsoluteError: Double? { mean(error) }
  /// The same for the mean total of the group's successful boots so far, less the time elapsed, not below 0.
  public var baselineMeanAbsoluteError: Double? { mean(baselineError) }
  /// The part of the predictions whose p90 held.
  public var p90Coverage: Double? { mean(Double(covered)) }

  private func mean(_ sum: Double) -> Double? { predictions > 0 ? sum / Double(predictions) : nil }

  /// Foretells the next boot, then learns from it. - Returns: what was foretold of it; empty when it isn't scored.
  public mutating func score(_ boot: BootRecord, number: Int) -> [Prediction] {
    boots += 1
    let before = totals[boot.group]
    let forecasts = history.learn(boot)
    guard boot.outcome == .ok else { return [] }
    let total = boot.total
    totals[boot.group] = ((before?.count ?? 0) + 1, (before?.seconds ?? 0) + total)
    guard let before, !boot.phases.isEmpty else { return [] }
    let baseline = before.seconds / Double(before.count)
    scored += 1
    var made: [Prediction] = []
    made.reserveCapacity(boot.phases.count)
    var elapsed = 0.0
    var actual = total
    for (index, phase) in boot.phases.enumerated() {
      let rough = max(0, baseline - elapsed)
      // A group that was forgotten, or whose boots so far had no phases: the rough figure is all there is.
      let forecast = forecasts.indices.contains(index) ? forecasts[index] : Forecast(p50: rough, p90: rough * 2.5, samples: before.count)
      made.append(Prediction(boot: number, phase: index, elapsed: elapsed, forecast: forecast, actual: actual))
      predictions += 1
      error += abs(forecast.p50 - actual)
      baselineError += abs(rough - actual)
      if actual <= forecast.p90 { covered += 1 }
      elapsed += phase.seconds
      actual = max(0, actual - phase.seconds)
    }
    return made
  }
}
