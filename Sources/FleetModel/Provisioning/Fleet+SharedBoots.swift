// Boots that the control plane's database tells of (contract §7.1): what one operator's program watched, all of a team's learn from.

extension Fleet {
  /// Seconds without an event after which another boot began.
  private static let pause = 3600.0
  /// Seconds that a machine may take from its launch to its first event.
  private static let longestLaunch = 900.0

  /// Boot events as the database keeps them: of boots that are over, whoever watched them.
  mutating func noteSharedBoots(_ rows: [BootEventRow], of org: OrgID, at now: Timestamp) {
    boots.keepShared(rows, of: org)
    learnSharedBoots(of: [org], at: now)
  }

  /// Tries again those whose org, machine or workspace was not known yet.
  mutating func learnSharedBoots(at now: Timestamp) {
    guard !boots.shared.isEmpty else { return }
    learnSharedBoots(of: Array(boots.shared.keys), at: now)
  }

  private mutating func learnSharedBoots(of orgs: [OrgID], at now: Timestamp) {
    var learned: [BootRecord] = []
    for org in orgs.sorted() {
      guard let rows = boots.shared[org] else { continue }
      var rest: [BootEventRow] = []
      for (workspace, events) in Dictionary(grouping: rows, by: \.workspaceID) {
        let target = workspace.map(BootTarget.workspace) ?? .tenant(org)
        switch sharedBoot(of: target, org, events) {
        case .record(let record):
          guard let end = record.endedAt, !boots.hasLearned(of: target.description, at: end) else { break }
          boots.noteLesson(of: target.description, at: end)
          learned.append(record)
        case .later: rest += events
        case .never: break
        }
      }
      boots.keepShared(rest, of: org)
    }
    guard !learned.isEmpty else { return }
    boots.trimLessons()
    learned.sort { ($0.endedAt ?? .distantPast, $0.target ?? "") < ($1.endedAt ?? .distantPast, $1.target ?? "") }
    learn(learned, at: now)
    for record in learned { boots.keepFinished(record) }
  }

  private enum SharedBoot {
    case record(BootRecord)
    /// Not over, or not enough is known yet.
    case later
    case never
  }

  /// The last boot that the events tell of.
  private func sharedBoot(of target: BootTarget, _ org: OrgID, _ rows: [BootEventRow]) -> SharedBoot {
    let events = rows.compactMap { row in row.at.map { ($0, row) } }.sorted { $0.0 < $1.0 }
    guard let end = events.last?.0 else { return .never }
    // Its machine tells since when it booted, and what it is compared with.
    guard hasAskedMachines else { return .later }
    let outcome: BootRecord.Outcome
    let machine: InstanceRow?
    let group: String
    switch target {
    case .tenant(let id):
      guard let org = orgs[id], org.boot == nil, let told = Self.outcome(of: org.row.status) else { return .later }
      (outcome, machine) = (told, tenantMachine(of: id)?.row)
      group = BootGroup.name(role: .tenant, runtime: nil, machine: machine)
    case .workspace(let id):
      guard let workspace = workspaces[id], workspace.boot == nil, let told = Self.outcome(of: workspace.row.status) else { return .later }
      (outcome, machine) = (told, self.machine(of: id)?.row)
      group = BootGroup.name(role: .workspace, runtime: workspace.row.runtime, machine: machine)
    }
    var first = events.count - 1
    while first > 0, events[first].0 - events[first - 1].0 < Self.pause { first -= 1 }
    let began = events[first].0
    // The machine tells since when, or the org, or the boot's first event where it says that something started.
    var start = machine?.launchedAt.flatMap { Self.isLaunch($0, of: began) ? $0 : nil }
    if start == nil, case .tenant = target { start = orgs[org]?.row.createdAt.flatMap { Self.isLaunch($0, of: began) ? $0 : nil } }
    if start == nil, events[first].1.status == .started { start = began }
    // Of another machine than today's, or one whose beginning nobody told.
    guard let start else { return .never }
    var boot = Boot(startedAt: start)
    for (at, row) in events[first...] { boot.note(row, at: at) }
    let plan = history.plan(for: group, published: publishedPlan(of: target))
    let phases = boot.phaseTimes(until: end, in: plan)
    guard !phases.isEmpty, end > start else { return .never }
    return .record(BootRecord(group: group, phases: phases, outcome: outcome, endedAt: end, target: target.description))
  }

  private var hasAskedMachines: Bool { regions.isEmpty || regions.allSatisfy { sources[.ec2($0)]?.lastComplete != nil } }

  private static func isLaunch(_ launched: Timestamp, of began: Timestamp) -> Bool {
    began - launched >= -5 && began - launched <= longestLaunch
  }

  private static func outcome(of status: OrgStatus?) -> BootRecord.Outcome? {
    switch status {
    case .running, .stopped, .suspended: .ok
    case .failed, .abandoned: .failed
    default: nil
    }
  }

  private static func outcome(of status: WorkspaceStatus) -> BootRecord.Outcome? {
    switch status {
    case .online, .degraded, .paused, .hibernated, .hibernating: .ok
    case .failed: .failed
    default: nil
    }
  }
}
