/// What happened to one org or workspace, in order, from every source that keeps times.
public enum Timeline {
  public struct Moment: Hashable, Sendable {
    public var at: Timestamp
    public var event: String
  }

  /// Lines kept, the newest.
  static let limit = 200

  /// - Parameter workspace: of this one alone; `nil`: of the org's tenant and all its workspaces.
  public static func of(_ org: Org, workspace: Workspace?, in fleet: Fleet, file: CaseFile) -> [Moment] {
    var entries: [Entry] = []
    func add(_ at: Timestamp?, _ stage: Stage, step: Int = 0, _ event: String) {
      if let at { entries.append(Entry(moment: Moment(at: at, event: event.onOneLine), stage: stage, step: step)) }
    }
    func name(_ id: WorkspaceID?) -> String {
      id.map { id in workspace == nil ? (fleet.workspaces[id]?.row.name ?? id.rawValue) + ": " : "" } ?? ""
    }
    /// A step of a boot begins after those before it ended, and before it ends itself.
    func place(of step: String, _ number: Int?, of id: WorkspaceID?, isBegin: Bool) -> Int {
      let plan = fleet.publishedPlan(of: id.map(BootTarget.workspace) ?? .tenant(org.id))
      return 2 * min(number ?? plan.index(of: step) ?? 1000, 1000) + (isBegin ? 0 : 1)
    }

    if workspace == nil {
      add(org.row.createdAt, .made, "org created")
      for purge in fleet.purges.values where purge.orgID == org.id || (purge.orgID == nil && purge.slug == org.slug) {
        add(purge.createdAt, .lived, "deletion begun (purge \(purge.id))")
        add(purge.completedAt, .gone, "deletion completed")
      }
    } else {
      add(workspace?.provisioningSince, .told, "told to provision")
    }
    for machine in workspace.map({ fleet.machines(of: $0.id) }) ?? fleet.machines(of: org.id) {
      add(
        machine.row.launchedAt, .launched,
        "\(name(workspace == nil ? machine.row.workspaceID : nil))\(machine.id) launched, \(machine.row.state.text) now")
    }
    // Both lists come with the newest first.
    for row in (file.bootEvents.value ?? []).reversed() where workspace == nil || row.workspaceID == workspace?.id {
      let step = row.event.prefix { $0 != "=" }
      add(
        row.at, .booted, step: place(of: String(step), row.step, of: row.workspaceID, isBegin: row.status == .started),
        "\(name(row.workspaceID))boot: \(row.event)" + (row.status.map { " \($0.text)" } ?? "") + (row.detail.map { " – \($0)" } ?? ""))
    }
    if file.bootEvents.value == nil {
      let boot = workspace.map { $0.boot ?? $0.failedBoot } ?? org.boot ?? org.failedBoot
      for mark in boot?.marks ?? [] {
        add(mark.startedAt, .booted, step: place(of: mark.name, nil, of: workspace?.id, isBegin: true), "boot: \(mark.name) started")
        add(
          mark.endedAt, .booted, step: place(of: mark.name, nil, of: workspace?.id, isBegin: false),
          "boot: \(mark.name) \(mark.failed ? "failed" : "ok")")
      }
    }
    for row in (file.events.value ?? []).reversed() where workspace == nil || row.workspaceID == workspace?.id {
      let detail = (row.payload["error"] ?? row.payload["sample_error"] ?? row.payload["runtime_state"])?.text
      add(row.createdAt, Stage(row.type), "\(name(row.workspaceID))\(row.type)" + (detail.map { " – \($0)" } ?? ""))
    }
    for entry in fleet.log where entry.workspaceID == workspace?.id && entry.orgID == org.id && file.events.value == nil {
      add(entry.at, Stage(entry.type), entry.type.rawValue)
    }
    if let workspace { add(workspace.lastHeartbeat, .beat, "last heartbeat") }
    var seen: Set<Moment> = []
    return Array(inOrder(entries.filter { seen.insert($0.moment).inserted }).map(\.moment).suffix(limit))
  }

  // MARK: - The order

  private struct Entry {
    var moment: Moment
    var stage: Stage
    /// Among what is of the same stage and time.
    var step: Int

    /// Told in whole seconds: it happened in that second, nobody says when.
    var isCoarse: Bool { moment.at.milliseconds % 1000 == 0 }
  }

  /// What comes before what, where times don't tell.
  private enum Stage: Int, Comparable {
    case made, told, launched, booted, lived, beat, gone

    init(_ type: EventType) {
      self =
        switch type {
        case .orgCreated: .made
        case .workspaceProvisioning: .told
        case .instanceState: .launched
        case .bootEvent, .bootStep: .booted
        case .workspaceHeartbeat: .beat
        case .workspaceRemoved, .orgPurged, .orgGone, .instanceGone: .gone
        default: .lived
        }
    }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// By their times, a cause before its effect: EC2 tells a launch in whole seconds, and so before what led to it.
  private static func inOrder(_ entries: [Entry]) -> [Entry] {
    func second(_ entry: Entry) -> Int64 { entry.moment.at.milliseconds / 1000 }
    var ordered: [Entry] = []
    /// Where the second begins of which entries are placed.
    var start = 0
    let sorted = entries.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if second(one) != second(other) { return second(one) < second(other) }
      if one.isCoarse != other.isCoarse { return other.isCoarse }
      if !one.isCoarse, one.moment.at != other.moment.at { return one.moment.at < other.moment.at }
      return (one.stage, one.step, left.offset) < (other.stage, other.step, right.offset)
    }
    for entry in sorted.map(\.element) {
      if let last = ordered.last, second(last) != second(entry) { start = ordered.count }
      guard entry.isCoarse else {
        ordered.append(entry)
        continue
      }
      let before = ordered[start...].lastIndex { $0.stage <= entry.stage }
      ordered.insert(entry, at: before.map { $0 + 1 } ?? start)
    }
    return ordered
  }
}

extension BootEventRow.Status {
  var text: String {
    switch self {
    case .started: "started"
    case .ok: "ok"
    case .failed: "failed"
    case .unknown(let text): text
    }
  }
}
