/// The boots that are under way, by what they bring up, and what was learned of those that are over. How far one is stands with its org or
/// workspace.
struct Boots: Sendable {
  private(set) var inFlight: Set<BootTarget> = []
  /// What was learned of how long boots take.
  private(set) var history = BootHistory()
  /// Those that ended here, for who keeps them.
  private var finished: [BootRecord] = []
  /// Boots that were learned from, watched or told by others.
  private var learned: Set<End> = []
  /// What the database tells of boots that can't be learned from yet.
  private(set) var shared: [OrgID: [BootEventRow]] = [:]

  /// Boots kept for a caller that never takes them.
  private static let finishedLimit = 1000
  /// Boots remembered as learned; the database's newest rows are far fewer.
  private static let learnedLimit = 20_000

  /// Names a boot that was learned from, so that it isn't again.
  private struct End: Hashable {
    var target: String
    /// Since 1970, in units of five minutes: the database's last step and the first heartbeat are not further apart.
    var slot: Int64

    init(of target: String, at end: Timestamp) {
      self.target = target
      slot = end.milliseconds / 300_000
    }
  }

  // MARK: - Following

  mutating func begin(_ target: BootTarget) { inFlight.insert(target) }
  mutating func end(_ target: BootTarget) { inFlight.remove(target) }

  // MARK: - Learning

  /// Takes over what was learned before, by this program or another.
  mutating func adopt(_ records: [BootRecord]) {
    learn(from: records)
    for record in records {
      if let target = record.target, let end = record.endedAt { learned.insert(End(of: target, at: end)) }
    }
  }

  mutating func forgetLessons() {
    history = BootHistory()
    learned = []
  }

  mutating func learn(from records: [BootRecord]) {
    for record in records { history.learn(record) }
    history.settle()
  }

  /// Keeps what ended here for who asks.
  mutating func keepFinished(_ record: BootRecord) {
    if finished.count < Self.finishedLimit { finished.append(record) }
  }

  /// The boots that ended since the last call.
  mutating func takeFinished() -> [BootRecord] {
    defer { finished = [] }
    return finished
  }

  /// That a boot of that target which ended then was learned from.
  mutating func noteLesson(of target: String, at end: Timestamp) { learned.insert(End(of: target, at: end)) }

  /// Whether a boot of that target was learned from which ended about then.
  func hasLearned(of target: String, at end: Timestamp) -> Bool {
    let boot = End(of: target, at: end)
    return ((boot.slot - 1)...(boot.slot + 1)).contains { slot in
      var near = boot
      near.slot = slot
      return learned.contains(near)
    }
  }

  /// Forgets which were learned from where there are too many: then some are learned from twice.
  mutating func trimLessons() { if learned.count > Self.learnedLimit { learned.removeAll() } }

  /// What of an org's shared boots can't be learned from yet.
  mutating func keepShared(_ rows: [BootEventRow], of org: OrgID) { shared[org] = rows.isEmpty ? nil : rows }

  // MARK: - Invariants

  func checkInvariants() -> [String] {
    var problems: [String] = []
    if finished.count > Self.finishedLimit { problems.append("more finished boots are kept than may be") }
    if shared.values.contains(where: \.isEmpty) { problems.append("an org without shared boots is listed as having some") }
    return problems
  }
}
