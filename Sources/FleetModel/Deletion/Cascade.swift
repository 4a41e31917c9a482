/// One run of the deletion cascade as it was heard: its four steps and their times (contract §8.1).
public struct Cascade: Hashable, Codable, Sendable {
  public enum Step: String, CaseIterable, Hashable, Codable, Sendable {
    case stripe, redis, infra
    case rows = "db_rows"
  }

  public enum State: Hashable, Sendable {
    case waiting
    /// `since` is `nil` where only the steps' order tells that it is this one's turn.
    case running(since: Timestamp?)
    /// Seconds, where its beginning and its end were both heard.
    case done(seconds: Double?)
    case failed
  }

  private struct Mark: Hashable, Codable, Sendable {
    var startedAt: Timestamp?
    var endedAt: Timestamp?

    var seconds: Double? {
      guard let startedAt, let endedAt, endedAt >= startedAt else { return nil }
      return endedAt - startedAt
    }
  }

  private var marks: [Step: Mark] = [:]

  public init() {}

  /// Takes in one `PURGE_STEP` (`docs/fleet-feed.md`).
  mutating func note(_ step: Step, status: String, at moment: Timestamp) {
    switch status {
    case "started": marks[step] = Mark(startedAt: moment)
    case "ok": marks[step, default: Mark()].endedAt = moment
    // A step that failed is begun anew by the resend.
    default: marks[step] = nil
    }
  }

  func heardEnd(of step: Step) -> Bool { marks[step]?.endedAt != nil }

  /// Every step's state, from what was heard and from the audit's row, which knows the last one that was completed.
  public func states(of row: PurgeRow) -> [(step: Step, state: State)] {
    let completed = row.lastStep.flatMap(Step.init).flatMap { Step.allCases.firstIndex(of: $0) } ?? -1
    var isNext = true
    return Step.allCases.enumerated().map { index, step in
      let mark = marks[step]
      if row.status == .completed || index <= completed || mark?.endedAt != nil { return (step, .done(seconds: mark?.seconds)) }
      defer { isNext = false }
      guard isNext else { return (step, .waiting) }
      return (step, row.status == .failed ? .failed : .running(since: mark?.startedAt))
    }
  }

  /// The step that runs, or that failed; `nil` where none is left.
  public func turn(of row: PurgeRow) -> Step? {
    states(of: row).first { step in
      switch step.state {
      case .running, .failed: true
      case .waiting, .done: false
      }
    }?.step
  }

  /// The group under which the history keeps cascades.
  public static let group = "cascade"

  /// The whole run for the history; `nil` unless every step was heard from its beginning to its end.
  func record(of id: PurgeID) -> BootRecord? {
    let phases = Step.allCases.compactMap { step in marks[step]?.seconds.map { PhaseTime(step.rawValue, $0) } }
    guard phases.count == Step.allCases.count else { return nil }
    return BootRecord(group: Self.group, phases: phases, outcome: .ok, endedAt: marks[.rows]?.endedAt, target: "purge/\(id)")
  }
}

extension Fleet {
  mutating func noteStep(_ id: PurgeID, _ step: String, status: String, at moment: Timestamp) {
    guard let step = Cascade.Step(rawValue: step) else { return }
    purgeTable.noteStep(step, of: id, status: status, at: moment)
    changes.purges.insert(id)
  }

  /// Learns how long its steps took.
  mutating func finishCascade(_ id: PurgeID) {
    guard let record = cascades[id]?.record(of: id) else { return }
    boots.learn(from: [record])
    boots.keepFinished(record)
  }

  /// The step of an org's deletion that runs, or that failed: the one after the last that was completed, which is all that the control plane tells.
  public func turn(of deletion: Org.Deletion) -> Cascade.Step? {
    let row =
      deletion.purgeID.flatMap { purges[$0] } ?? PurgeRow(id: deletion.purgeID ?? "?", status: deletion.status, lastStep: deletion.step)
    return (cascades[row.id] ?? Cascade()).turn(of: row)
  }

  /// How long each step of a cascade usually takes, as far as any was heard.
  public var usualCascade: PhasePlan { history.plan(for: Cascade.group, published: PhasePlan([])) }
}
