import Foundation
import TestSupport

@testable import FleetModel

/// Made-up histories of many kinds, each the same for the same seed. The forecast knows none of them.
enum ETAHistory: String, CaseIterable {
  case steady, heavyTailed, pareto, outliers, wandering, growing, shrinking, suddenlyFaster, suddenlySlower, incidents
  case slowHosts, cached, independentlyCached, manyRuntimes, driftingRuntimes, optionalPhases, manyPhases, onePhase, newNames, manyFailures,
    fewBoots

  /// What a mean of all boots does worst: long tails and change.
  static let hard: [ETAHistory] = [
    .pareto, .outliers, .growing, .shrinking, .suddenlyFaster, .suddenlySlower, .slowHosts, .cached, .incidents,
  ]

  var count: Int { self == .fewBoots ? 40 : 300 }

  func boots(seed: UInt64) -> [BootRecord] {
    var dice = Dice(seed: seed)
    var walk = [Double](repeating: 0, count: 32)
    return (0..<count).map { boot($0, &dice, &walk) }
  }

  private static let names = ["launch", "install_apt_base", "venv_pip", "adapter", "runtime_init"]
  private static let medians = [60.0, 120, 120, 120, 150]
  private static let runtimes = [
    ("workspace/hermes", 1.0), ("workspace/claude-code", 0.15), ("tenant/-", 0.6), ("workspace/langgraph", 0.3),
  ]

  private func boot(_ index: Int, _ dice: inout Dice, _ walk: inout [Double]) -> BootRecord {
    let age = Double(index) / Double(count)
    let isMixed = [.manyRuntimes, .driftingRuntimes, .fewBoots].contains(self)
    let choice = isMixed ? dice.choice(of: 4) : 0
    let (group, scale) = Self.runtimes[choice]
    // One of a boot's own, for all its phases.
    let host = dice.normal()
    let isHit = dice.chance(0.65)
    if index % 40 == 0 { walk[31] = dice.chance(0.3) ? 1.2 : 0 }
    var phases: [PhaseTime] = []
    let parts = self == .manyPhases ? 15 : self == .onePhase ? 1 : 5
    for part in 0..<parts {
      let usual = Self.medians[part % 5] * scale
      let seconds: Double
      switch self {
      case .steady: seconds = usual * exp(0.05 * dice.normal())
      case .heavyTailed, .manyRuntimes, .manyPhases, .onePhase, .manyFailures, .fewBoots: seconds = usual * exp(0.9 * dice.normal())
      case .pareto: seconds = usual * 0.6 * dice.pareto(1.4)
      case .outliers: seconds = usual * exp(0.3 * dice.normal()) * (dice.chance(0.06) ? 6 : 1)
      case .wandering, .driftingRuntimes:
        walk[choice * 5 + part] += 0.04 * dice.normal()
        seconds = usual * exp(walk[choice * 5 + part] + 0.4 * dice.normal()) * (dice.chance(0.04) ? 5 : 1)
      case .growing: seconds = usual * (1 + 2.5 * age) * exp(0.5 * dice.normal())
      case .shrinking: seconds = usual * exp(-1.3 * age + 0.5 * dice.normal())
      case .suddenlyFaster: seconds = usual * (index > count / 2 ? 0.5 : 1.3) * exp(0.4 * dice.normal())
      case .suddenlySlower: seconds = usual * (index > count / 3 ? 2.5 : 1) * exp(0.4 * dice.normal())
      case .incidents: seconds = usual * exp(walk[31] + 0.4 * dice.normal())
      case .slowHosts: seconds = usual * exp(0.7 * host + 0.3 * dice.normal())
      case .cached: seconds = usual * (isHit && (1...3).contains(part) ? 0.08 : 1) * exp(0.2 * dice.normal())
      case .independentlyCached: seconds = usual * (dice.chance(0.6) ? 0.08 : 1) * exp(0.2 * dice.normal())
      case .optionalPhases, .newNames: seconds = usual * exp(0.6 * dice.normal())
      }
      if self == .optionalPhases, part == 2, dice.chance(0.5) { continue }
      let name = self == .newNames ? "step-\(index)-\(part)" : part < 5 ? Self.names[part] : "step-\(part)"
      phases.append(PhaseTime(name, seconds))
    }
    guard dice.chance(self == .manyFailures ? 0.3 : 0.05) else { return BootRecord(group: group, phases: phases, outcome: .ok) }
    return BootRecord(group: group, phases: Array(phases.prefix(1 + dice.choice(of: phases.count))), outcome: .failed)
  }
}

struct Dice {
  private var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed &* 7919 &+ 13) }

  mutating func uniform() -> Double { Double.random(in: 1e-12..<1, using: &generator) }
  mutating func normal() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform()) }
  mutating func pareto(_ shape: Double) -> Double { pow(uniform(), -1 / shape) }
  mutating func chance(_ share: Double) -> Bool { uniform() < share }
  mutating func choice(of count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
}
