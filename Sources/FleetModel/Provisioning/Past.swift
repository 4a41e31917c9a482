/// How a phase went in one boot of the past, in seconds: the phase itself, and what came after it.
struct Past: Hashable, Sendable {
  var phase: Double
  var rest: Double

  /// What remains once a phase has lasted `elapsed`: of the boots in which it lasted as long, what remained then.
  ///
  /// Where few lasted so long, what the past can't say is taken from the age: something that has lasted twice as long as ever before is
  /// expected to last a good part of its age again. So the figure is never negative, never stands at one second, and grows when it must.
  /// - Parameter start: what was foretold when the phase began. The past is stretched to agree with it.
  static func forecast(from past: [Past], start: Forecast, elapsed: Double, samples: Int) -> Forecast {
    let elapsed = elapsed.isFinite ? max(0, min(elapsed, Plausible.duration.upperBound)) : 0
    var whole = past.map { Weighted(seconds: $0.phase + $0.rest, weight: 1) }
    let usual = Weighted.quantiles(of: &whole, 0.5, 0.9)
    let stretch = usual.0 > 0 ? max(0.05, min(20, start.p50 / usual.0)) : 1
    var remaining: [Weighted] = []
    for one in past where one.phase * stretch > elapsed {
      remaining.append(Weighted(seconds: (one.phase + one.rest) * stretch - elapsed, weight: 1))
    }
    if elapsed > 0 {
      var phases = past.map { Weighted(seconds: $0.phase * stretch, weight: 1) }
      var rests = past.map { Weighted(seconds: $0.rest * stretch, weight: 1) }
      let usualPhase = Weighted.quantiles(of: &phases, 0.5, 0.9).0
      let rest = Weighted.quantiles(of: &rests, 0.5, 0.9)
      // Nothing in a phase's first moments, three boots' worth once it has lasted as long as usual.
      let weight = elapsed / max(elapsed, usualPhase, 1)
      for (share, after) in [(0.15, rest.0), (0.4, rest.0), (1.2, rest.1)] {
        remaining.append(Weighted(seconds: elapsed * share + after, weight: weight))
      }
    }
    guard !remaining.isEmpty else { return Forecast(p50: max(0, start.p50), p90: max(0, start.p50, start.p90), samples: samples) }
    let now = Weighted.quantiles(of: &remaining, 0.5, 0.9)
    // As much wider than the past's own spread as experience showed to be needed.
    let spread = usual.1 > usual.0 ? (start.p90 - start.p50) / ((usual.1 - usual.0) * stretch) : 1
    let p50 = max(now.0, min(1, elapsed * 0.02))
    let p90 = p50 + (now.1 - now.0) * max(1, min(4, spread.isFinite ? spread : 1))
    return Forecast(p50: p50, p90: max(p50, p90), samples: samples)
  }

  private struct Weighted {
    var seconds: Double
    var weight: Double

    /// The two quantiles of `all`, which is put in order.
    static func quantiles(of all: inout [Weighted], _ low: Double, _ high: Double) -> (Double, Double) {
      all.sort { $0.seconds < $1.seconds }
      let total = all.reduce(0) { $0 + $1.weight }
      func quantile(_ share: Double) -> Double {
        var sum = 0.0
        for one in all {
          sum += one.weight
          if sum >= share * total { return one.seconds }
        }
        return all.last?.seconds ?? 0
      }
      return (quantile(low), quantile(high))
    }
  }
}
