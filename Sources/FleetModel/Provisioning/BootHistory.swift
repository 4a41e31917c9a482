/// What was learned from finished boots, for each group and the coarser ones that it belongs to.
public struct BootHistory: Sendable {
  private var groups: [String: Entry] = [:]
  private var clock = 0

  private struct Entry: Sendable {
    var forecaster = BootForecaster()
    var failures = 0
    var lastUsed = 0

    mutating func learn(_ boot: BootRecord, _ clock: Int) -> [Forecast] {
      lastUsed = clock
      if boot.outcome == .failed { failures += 1 }
      return forecaster.learn(boot)
    }
  }

  /// Groups that are kept; beyond, the half that was used last.
  static let groupLimit = 1024
  /// Successful boots from which on a group speaks for itself.
  static let enough = 5

  public init() {}

  public var isEmpty: Bool { groups.isEmpty }

  /// Takes a boot in, into its group and every coarser one that still names what runs on the machine.
  /// - Returns: what was foretold at the beginning of each of its phases before it was known; empty for a failed boot, and where nothing had been learned.
  @discardableResult
  public mutating func learn(_ boot: BootRecord) -> [Forecast] {
    clock += 1
    var chosen: [Forecast] = []
    var samples = 0
    for name in Self.levels(of: boot.group) {
      let before = groups[name]?.forecaster.successes ?? 0
      let forecasts = groups[name, default: Entry()].learn(boot, clock)
      // As in `forecaster(for:)`: the finest level that has enough, else the finest that has any.
      if before > 0, samples == 0 || (samples < Self.enough && before >= Self.enough) { (chosen, samples) = (forecasts, before) }
    }
    if groups.count > Self.groupLimit { forgetOldest() }
    return chosen
  }

  private mutating func forgetOldest() {
    let kept = groups.values.map(\.lastUsed).sorted().suffix(Self.groupLimit / 2)
    guard let oldest = kept.first else { return }
    groups = groups.filter { $0.value.lastUsed >= oldest }
  }

  /// The group and the coarser ones, finest first. The role alone is no group: the runtimes' times have nothing in common, and the
  /// published medians know them apart.
  static func levels(of group: String) -> [String] {
    var levels = [group]
    var rest = group[...]
    while let slash = rest.lastIndex(of: "/") {
      rest = rest[..<slash]
      guard rest.contains("/") else { break }
      levels.append(String(rest))
    }
    return levels
  }

  /// Who speaks for the group: the finest level that has enough, else the finest that has any.
  private func forecaster(for group: String) -> BootForecaster? {
    var any: BootForecaster?
    for name in Self.levels(of: group) {
      guard let forecaster = groups[name]?.forecaster, forecaster.successes > 0 else { continue }
      if forecaster.successes >= Self.enough { return forecaster }
      any = any ?? forecaster
    }
    return any
  }

  // MARK: - Asking

  /// What remains of a boot that has been in `phase` for `elapsed` seconds, after the phases `done`.
  /// - Returns: `nil` where nothing was learned.
  public func forecast(group: String, done: [PhaseTime], phase: String, elapsed: Double) -> Forecast? {
    forecaster(for: group)?.forecast(done: done, phase: phase, elapsed: elapsed)
  }

  /// What remains of a boot whose phases aren't heard, `elapsed` seconds after its beginning.
  public func forecast(group: String, elapsed: Double) -> Forecast? { forecaster(for: group)?.forecast(elapsed: elapsed) }
}
