/// What was learned from finished boots, for each group and the coarser ones that it belongs to.
public struct BootHistory: Sendable {
  private var groups: [String: Entry] = [:]
  private var clock = 0
  /// Counts what was learned: whoever keeps something that follows from it looks again when this is another.
  var lessons: Int { clock }

  private struct Entry: Sendable {
    var forecaster = BootForecaster()
    var failures = 0
    var lastUsed = 0
    /// Made by ``settle()``, so that whoever looks doesn't sort a hundred boots.
    var usualBoot: PhasePlan?

    mutating func learn(_ boot: BootRecord, _ clock: Int) -> [Forecast] {
      lastUsed = clock
      usualBoot = nil
      if boot.outcome == .failed { failures += 1 }
      return forecaster.learn(boot)
    }
  }

  /// Groups that are kept; beyond, the half that was used last.
  static let groupLimit = 1024
  /// Successful boots from which on a group speaks for itself.
  static let enough = 5
  /// Successful boots from which on a group tells what is late: of fewer a 95th percentile is their longest.
  public static let enoughForLate = 8

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
      // As in `speaker(for:)`: the finest level that has enough, else the finest that has any.
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

  /// Makes what is asked for often. Once after learning, not after every boot of many.
  public mutating func settle() {
    for (name, entry) in groups where entry.usualBoot == nil { groups[name]?.usualBoot = entry.forecaster.usualBoot }
  }

  /// Who speaks for the group: the finest level that has enough, else the finest that has any.
  private func speaker(for group: String) -> Entry? {
    var any: Entry?
    for name in Self.levels(of: group) {
      guard let entry = groups[name], entry.forecaster.successes > 0 else { continue }
      if entry.forecaster.successes >= Self.enough { return entry }
      any = any ?? entry
    }
    return any
  }

  // MARK: - Asking

  /// What remains of a boot that has been in `phase` for `elapsed` seconds, after the phases `done`.
  /// - Returns: `nil` where nothing was learned.
  public func forecast(group: String, done: [PhaseTime], phase: String, elapsed: Double) -> Forecast? {
    speaker(for: group)?.forecaster.forecast(done: done, phase: phase, elapsed: elapsed)
  }

  /// What remains of a boot whose phases aren't heard, `elapsed` seconds after its beginning.
  public func forecast(group: String, elapsed: Double) -> Forecast? { speaker(for: group)?.forecaster.forecast(elapsed: elapsed) }

  /// The phases that a boot of the group goes through, as learned, else as published; where only whole boots were seen, the published ones
  /// stretched to their length.
  public func plan(for group: String, published: PhasePlan) -> PhasePlan {
    guard let speaker = speaker(for: group), let usual = speaker.usualBoot ?? speaker.forecaster.usualBoot else { return published }
    let learned = usual.phases.isEmpty ? published.stretched(to: usual) : usual
    return learned.late(by: published, unlessLearnedFrom: Self.enoughForLate)
  }

  /// Of the newest boots of the group, the part that went through `phase` in less than `seconds`, 0…1; `nil` where too few did to say so.
  public func share(of group: String, fasterIn phase: String, than seconds: Double) -> Double? {
    guard let recent = speaker(for: group)?.forecaster.recent else { return nil }
    let times = recent.compactMap { boot in boot.first { $0.name == phase }?.seconds }
    guard times.count >= Self.enoughForLate else { return nil }
    return Double(times.count { $0 < seconds }) / Double(times.count)
  }

  // MARK: - What was learned

  /// One group, as `eta stats` lists it; seconds.
  public struct Summary: Hashable, Sendable {
    public var group: String
    public var successes: Int
    public var failures: Int
    /// As learned from the newest boots.
    public var plan: PhasePlan
  }

  /// Every group that was learned of, coarser ones too, by name.
  public var summaries: [Summary] {
    groups.map { name, entry in
      Summary(
        group: name, successes: entry.forecaster.successes, failures: entry.failures,
        plan: entry.usualBoot ?? entry.forecaster.usualBoot ?? PhasePlan([]))
    }.sorted { $0.group < $1.group }
  }
}
