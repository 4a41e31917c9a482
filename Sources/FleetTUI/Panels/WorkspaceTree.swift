import FleetModel

/// An org's workspaces as they belong together: under each those whose parent it is, which talk to it and to each other (A2A).
struct WorkspaceTree {
  private let children: [WorkspaceID: [Workspace]]
  private let roots: [Workspace]

  init(_ workspaces: [Workspace]) {
    let known = Set(workspaces.map(\.id))
    let sorted = workspaces.sorted { ($0.row.name, $0.id) < ($1.row.name, $1.id) }
    var children: [WorkspaceID: [Workspace]] = [:]
    for workspace in sorted { if let parent = workspace.row.parentID { children[parent, default: []].append(workspace) } }
    self.children = children
    roots = sorted.filter { workspace in workspace.row.parentID.map { !known.contains($0) || $0 == workspace.id } ?? true }
  }

  /// Each workspace with the branches before its name. Parents in a circle, which a tenant should refuse, are drawn once, as roots.
  func rows(_ glyphs: Glyphs) -> [(branches: String, workspace: Workspace)] {
    var rows: [(branches: String, workspace: Workspace)] = []
    var seen: Set<WorkspaceID> = []
    func add(_ workspace: Workspace, _ branches: String, _ below: String) {
      guard seen.insert(workspace.id).inserted else { return }
      rows.append((branches, workspace))
      let under = children[workspace.id] ?? []
      for (index, child) in under.enumerated() {
        let isLast = index == under.count - 1
        add(child, below + (isLast ? glyphs.lastBranch : glyphs.branch), below + (isLast ? "  " : glyphs.trunk))
      }
    }
    for root in roots { add(root, "", "") }
    for circle in children.values.joined().sorted(by: { ($0.row.name, $0.id) < ($1.row.name, $1.id) }) { add(circle, "", "") }
    return rows
  }

  func lines(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    let glyphs = context.glyphs
    let isWide = width >= 96
    return rows(glyphs).map { branches, workspace in
      let row = workspace.row
      let state = Wording.state(row.status.text, row.status.role, glyphs).fitted(to: 16)
      let name = [Span(branches, .rule), Span(row.name, row.status.role == .ok ? .text : .title)].fitted(to: isWide ? 26 : 22)
      let runtime = isWide ? [Span(row.runtime ?? "–", .dim)].fitted(to: 14) : []
      return Line([Span("  ")] + name + [Span("  ")] + state + runtime + note(of: workspace, fleet, &context))
    }
  }

  /// How far it is, what is wrong with it, or what it does.
  private func note(of workspace: Workspace, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    let now = context.moment.now
    if let progress = fleet.progress(of: .workspace(workspace.id), at: now) {
      if progress.asOf == nil { context.moment.changesEverySecond() }
      return [Span(progress.phase.map { "\($0) " } ?? "", .dim)] + Wording.remaining(progress, context.glyphs)
    }
    let worst = Notice.of(workspace, fleet, at: now).first
    if let error = workspace.row.lastError { return [Span(error, worst?.role ?? .dim)] }
    return worst.map { [Span($0.summary, $0.role)] } ?? [Span(workspace.row.currentTask ?? "", .dim)]
  }
}
