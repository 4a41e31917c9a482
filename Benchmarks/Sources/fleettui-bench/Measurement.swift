/// One figure: the best of several rounds, since what disturbs a round only ever makes it slower.
struct Measurement {
  static let rounds = 7

  let name: String
  let seconds: Double

  /// - Parameter work: does all of it once and returns something that depends on it, so that none can be left out.
  init(_ name: String, work: () -> Int) {
    self.name = name
    let clock = ContinuousClock()
    var best = Double.infinity
    var kept = 0
    for _ in 0..<Self.rounds {
      let start = clock.now
      kept &+= work()
      let taken = clock.now - start
      best = min(best, Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18)
    }
    seconds = kept == .min ? 0 : best
  }

  func print(_ who: String = "fleettui", bytes: Int) { Self.line(who, name, Double(bytes) / seconds / 1e6, "MB/s") }
  func print(count: Int, _ unit: String) { Self.line("fleettui", name, Double(count) / seconds / 1e3, "k \(unit)/s") }

  /// Of one of `count`.
  func print(each count: Int) { Self.line("fleettui", name, seconds / Double(count) * 1e6, "µs") }

  private static func line(_ who: String, _ name: String, _ figure: Double, _ unit: String) {
    let figure = figure >= 100 ? String(Int(figure.rounded())) : String((figure * 10).rounded() / 10)
    let left = who + String(repeating: " ", count: max(1, 22 - who.count)) + name
    let gap = String(repeating: " ", count: max(1, 74 - left.count - figure.count))
    Swift.print(left + gap + figure + " " + unit)
  }
}
