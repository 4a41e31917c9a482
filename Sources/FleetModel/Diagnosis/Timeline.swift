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
    var moments: [Moment] = []
    func add(_ at: Timestamp?, _ event: String) { if let at { moments.append(Moment(at: at, event: event.onOneLine)) } }
    func name(_ id: WorkspaceID?) -> String {
      id.map { id in workspace == nil ? (fleet.workspaces[id]?.row.name ?? id.rawValue) + ": " : "" } ?? ""
    }

    if workspace == nil {
      add(org.row.createdAt, "org created")
      for purge in fleet.purges.values where purge.orgID == org.id || (purge.orgID == nil && purge.slug == org.slug) {
        add(purge.createdAt, "deletion begun (purge \(purge.id))")
        add(purge.completedAt, "deletion completed")
      }
    } else {
      add(workspace?.provisioningSince, "told to provision")
    }
    for machine in workspace.map({ fleet.machines(of: $0.id) }) ?? fleet.machines(of: org.id) {
      add(
        machine.row.launchedAt,
        "\(name(workspace == nil ? machine.row.workspaceID : nil))\(machine.id) launched, \(machine.row.state.text) now")
    }
    for row in file.bootEvents.value ?? [] where workspace == nil || row.workspaceID == workspace?.id {
      add(
        row.at,
        "\(name(row.workspaceID))boot: \(row.event)" + (row.status.map { " \($0.text)" } ?? "") + (row.detail.map { " – \($0)" } ?? ""))
    }
    if file.bootEvents.value == nil {
      let boot = workspace.map { $0.boot ?? $0.failedBoot } ?? org.boot ?? org.failedBoot
      for mark in boot?.marks ?? [] {
        add(mark.startedAt, "boot: \(mark.name) started")
        add(mark.endedAt, "boot: \(mark.name) \(mark.failed ? "failed" : "ok")")
      }
    }
    for row in file.events.value ?? [] where workspace == nil || row.workspaceID == workspace?.id {
      let detail = (row.payload["error"] ?? row.payload["sample_error"] ?? row.payload["runtime_state"])?.text
      add(row.createdAt, "\(name(row.workspaceID))\(row.type)" + (detail.map { " – \($0)" } ?? ""))
    }
    for entry in fleet.log where entry.workspaceID == workspace?.id && entry.orgID == org.id && file.events.value == nil {
      add(entry.at, entry.type.rawValue)
    }
    if let workspace { add(workspace.lastHeartbeat, "last heartbeat") }
    var seen: Set<Moment> = []
    let unique = moments.filter { seen.insert($0).inserted }
    return Array(unique.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element).suffix(limit))
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
