/// What a boot brings up.
public enum BootTarget: Hashable, Sendable {
  case tenant(OrgID)
  case workspace(WorkspaceID)
}

extension BootTarget {
  var isTenant: Bool { if case .tenant = self { true } else { false } }

  /// What findings about it are of.
  public var finding: Finding.Target {
    switch self {
    case .tenant(let id): .org(id)
    case .workspace(let id): .workspace(id)
    }
  }
}

extension BootTarget: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tenant(let id): "tenant/\(id)"
    case .workspace(let id): "workspace/\(id)"
    }
  }
}

/// One machine's way from launch to ready, as its events told it: out of order and repeated as they come.
public struct Boot: Hashable, Sendable {
  public struct Mark: Hashable, Sendable {
    public var name: String
    public var startedAt: Timestamp?
    public var endedAt: Timestamp?
    public var failed = false
    /// The boot's own count of steps ends with it.
    public var isLast = false
    public var detail: String?

    var beganAt: Timestamp { startedAt ?? endedAt ?? .distantPast }
  }

  /// When it began; `nil` when it was already under way and nothing tells.
  public var startedAt: Timestamp?
  /// In the order of their first event.
  public private(set) var marks: [Mark] = []

  /// The boots it is measured by (``BootGroup``).
  public internal(set) var group = ""
  /// What the bar showed before something changed that it is made from: it never shows less.
  var floor = 0.0

  public init(startedAt: Timestamp?) { self.startedAt = startedAt }

  /// Steps kept of one boot: more than any real one, and a bound for a server that invents names.
  static let markLimit = 64

  /// Takes one boot event in. - Returns: whether it told anything new.
  @discardableResult
  public mutating func note(_ row: BootEventRow, at received: Timestamp) -> Bool {
    let moment = row.at ?? received
    // "name=status" is one spelling of it (contract §12 row 6).
    var name = row.event
    var status = row.status
    if let equals = name.firstIndex(of: "=") {
      status = status ?? BootEventRow.Status(String(name[name.index(after: equals)...]))
      name = String(name[..<equals])
    }
    guard !name.isEmpty else { return false }
    var index = marks.firstIndex { $0.name == name }
    if index == nil {
      guard marks.count < Self.markLimit else { return false }
      let mark = Mark(name: name, detail: nil)
      index = marks.firstIndex { ($0.startedAt ?? $0.endedAt ?? moment) > moment } ?? marks.count
      marks.insert(mark, at: index ?? marks.count)
    }
    guard let index else { return false }
    let before = marks[index]
    switch status {
    case .started:
      marks[index].startedAt = marks[index].startedAt.map { min($0, moment) } ?? moment
    case .ok, .unknown, nil:
      // An event without a status says that the step was reached and done. One that failed and was tried again counts by its last word.
      if before.failed {
        guard moment > before.endedAt ?? moment else { break }
        marks[index].endedAt = moment
        marks[index].failed = false
      } else {
        marks[index].endedAt = marks[index].endedAt.map { min($0, moment) } ?? moment
      }
    case .failed:
      if !before.failed, let ended = before.endedAt, ended > moment { break }
      marks[index].endedAt = moment
      marks[index].failed = true
    }
    if let detail = row.detail { marks[index].detail = detail }
    if let step = row.step, step == row.total { marks[index].isLast = true }
    return marks[index] != before
  }

  /// The step it is in: the latest one begun, or the one after it when that is done.
  public func position(in plan: PhasePlan) -> (name: String, index: Int?, since: Timestamp?, failed: Bool) {
    if let failure = marks.last(where: \.failed) { return (failure.name, plan.index(of: failure.name), failure.startedAt, true) }
    guard let last = marks.max(by: { rank($0, plan) < rank($1, plan) }) else {
      return (plan.phases.first?.name ?? "boot", plan.phases.isEmpty ? nil : 0, startedAt, false)
    }
    let index = plan.index(of: last.name)
    guard let end = last.endedAt else { return (last.name, index, last.startedAt, false) }
    if let index, index + 1 < plan.phases.count { return (plan.phases[index + 1].name, index + 1, end, false) }
    return (last.name, index, end, false)
  }

  /// The phases one after another, without gaps: each lasts until it was done, or until the next began, and the time between belongs to the
  /// next. The last one lasts until `end`, unless it was done before.
  public func phaseTimes(until end: Timestamp, in plan: PhasePlan) -> [PhaseTime] {
    let ordered = marks.enumerated().sorted { ($0.element.beganAt, $0.offset) < ($1.element.beganAt, $1.offset) }.map(\.element)
    guard let first = ordered.first else { return [] }
    var times: [PhaseTime] = []
    var since = startedAt ?? first.beganAt
    // What was before the first step that has events of its own.
    if first.startedAt != nil, first.beganAt - since > 0.5, first.name != plan.phases.first?.name {
      let name = plan.index(of: first.name) == 1 ? plan.phases[0].name : "launch"
      times.append(PhaseTime(name, first.beganAt - since))
      since = first.beganAt
    }
    for (index, mark) in ordered.enumerated() {
      let next = index + 1 < ordered.count ? ordered[index + 1].beganAt : nil
      let until = max(since, min(mark.endedAt ?? next ?? end, max(end, since)))
      times.append(PhaseTime(mark.name, until - since))
      since = until
    }
    return times
  }

  private func rank(_ mark: Mark, _ plan: PhasePlan) -> (Timestamp, Int) {
    (mark.beganAt, plan.index(of: mark.name) ?? -1)
  }
}

extension Timestamp {
  static let distantPast = Timestamp(milliseconds: .min)
}
