import Glibc

/// What remains of a boot when one phase of it begins, learned boot by boot.
///
/// Nobody knows beforehand whether a fleet is steady, drifts, jumps, or has slow hosts. So the past is looked at in several ways at once —
/// means of the logarithm over several time constants, medians over several windows, each plain and corrected by how slow the boot has been
/// so far — and ``BootForecaster`` weighs the ways by how well they did lately. Each is as cheap as a look.
struct RemainderForecast: Hashable, Sendable {
  /// What part of a new figure goes into each running mean. 0 is the mean of all.
  private static let rates = [0, 1.0 / 80, 1.0 / 25, 1.0 / 10, 1.0 / 4]
  private static let windowSizes = [25, 60, 250]
  private static let plainWays = rates.count + windowSizes.count
  /// Ways of looking.
  static let ways = 2 * plainWays

  /// Boots that this was learned from.
  private(set) var count = 0
  /// Of the logarithm of the remainder.
  private var means = [Double](repeating: 0, count: rates.count)
  private var windows = windowSizes.map { QuantileWindow(capacity: $0) }
  /// How a boot's slowness so far goes with its remainder: the sums of a regression through the origin, fading over a hundred boots.
  private var slownessSquared = 0.0
  private var slownessTimesRest = 0.0
  /// True remainders as parts of the foretold ones: how far off we are.
  private(set) var misses = QuantileWindow(capacity: 150)

  /// Of the logarithm of the phase's own duration: what makes a boot slow or quick in it.
  private var usual = 0.0
  private var usualCount = 0

  /// Shorter than this, seconds, is not told apart.
  static func logarithm(_ seconds: Double) -> Double { log(max(seconds, 0.05)) }

  /// How much slower than usual the phase was in a boot, as a logarithm, bounded; `nil` before anything is usual.
  func slowness(of seconds: Double) -> Double? { usualCount > 0 ? Self.bounded(Self.logarithm(seconds) - usual, 3) : nil }

  /// The logarithm of the remainder, as each way foretells it, for a boot that was so slow before.
  func foretold(slowness: Double) -> [Double] {
    var foretold = means
    foretold.reserveCapacity(Self.ways)
    for window in windows { foretold.append(window.quantile(0.5) ?? means[0]) }
    // The 2 draws towards no connection while little is known.
    let correction = slownessTimesRest / (slownessSquared + 2) * slowness
    for way in 0..<Self.plainWays { foretold.append(foretold[way] + correction) }
    return foretold
  }

  /// Takes in what remained, in seconds, when the phase began in a boot that was so slow before.
  mutating func learn(remainder: Double, slowness: Double?) {
    let value = Self.logarithm(remainder)
    if let slowness, count > 0 {
      let fading = 0.99
      slownessSquared = fading * slownessSquared + slowness * slowness
      slownessTimesRest = fading * slownessTimesRest + slowness * Self.bounded(value - means[2], 2)
    }
    for (index, rate) in Self.rates.enumerated() { means[index] += Self.step(from: means[index], to: value, count, rate) }
    for index in windows.indices { windows[index].add(value) }
    count += 1
  }

  mutating func learn(miss: Double) { misses.add(miss) }

  mutating func learn(duration: Double) {
    usual += Self.step(from: usual, to: Self.logarithm(duration), usualCount, Self.rates[2])
    usualCount += 1
  }

  /// One absurd figure moves a mean of many as far as one seven times too long, no farther.
  private static func step(from mean: Double, to value: Double, _ count: Int, _ rate: Double) -> Double {
    max(1 / Double(count + 1), rate) * (count < 3 ? value - mean : bounded(value - mean, 2))
  }

  private static func bounded(_ value: Double, _ bound: Double) -> Double { max(-bound, min(bound, value)) }
}
