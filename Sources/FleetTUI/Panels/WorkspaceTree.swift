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

  /// Levels that are set in: below, names would have no room.
  private static let levels = 5

  /// Each workspace with the branches before its name. Parents in a circle, which a tenant should refuse, are drawn once, as roots.
  func rows(_ glyphs: Glyphs) -> [(branches: String, workspace: Workspace)] {
    var rows: [(branches: String, workspace: Workspace)] = []
    var seen: Set<WorkspaceID> = []
    // Without recursion: a tenant may name parents to any depth.
    func add(_ root: Workspace) {
      var open = [(workspace: root, branches: "", below: "", level: 0)]
      while let (workspace, branches, below, level) = open.popLast() {
        guard seen.insert(workspace.id).inserted else { continue }
        rows.append((branches, workspace))
        let under = children[workspace.id] ?? []
        for (index, child) in under.enumerated().reversed() {
          let isLast = index == under.count - 1
          let deeper = level + 1 < Self.levels ? below + (isLast ? "  " : glyphs.trunk) : below
          open.append((child, below + (isLast ? glyphs.lastBranch : glyphs.branch), deeper, level + 1))
        }
      }
    }
    for root in roots { add(root) }
    for circle in children.values.joined().sorted(by: { ($0.row.name, $0.id) < ($1.row.name, $1.id) }) { add(circle) }
    return rows
  }

  func lines(_ fleet: Fleet, width: Int, _ context: inout DrawingContext) -> [Line] {
    let glyphs = context.glyphs
    let isWide = width >= 96
    var talks: [WorkspaceID: [Conversation]] = [:]
    for talk in org.map(fleet.conversations) ?? [] { talks[talk.from, default: []].append(talk) }
    let rows = rows(glyphs)
    // As wide as the widest, so that the rest of the row has what they leave; a name that is longer than most takes more of its own row alone.
    let names = min(isWide ? 26 : 22, rows.map { TextWidth.columns(of: $0.branches + $0.workspace.row.name) }.max() ?? 0)
    let states = (rows.map { TextWidth.columns(of: fleet.standing(of: $0.workspace).word) }.max() ?? 0) + 4
    let runtimes = isWide ? (rows.map { TextWidth.columns(of: $0.workspace.row.runtime ?? "–") }.max() ?? 0) + 2 : 0
    return rows.flatMap { branches, workspace in
      let row = workspace.row
      let (word, role) = fleet.standing(of: workspace)
      let state = Wording.state(word, role, glyphs).fitted(to: states)
      let name = [Span(branches, .rule), Span(row.name, role == .ok ? .text : .title)]
      let runtime = isWide ? [Span(row.runtime ?? "–", .dim)].fitted(to: runtimes) : []
      let opening = Line([Span("  ")] + name.fitted(to: max(names, Line(name).columns)) + [Span("  ")] + state + runtime)
      let indent = TextWidth.columns(of: branches) + 4
      return opening.beside(note(of: workspace, fleet, &context), under: indent, width: width - 1)
        + (talks[workspace.id] ?? []).flatMap { talk in
          Line([Span(String(repeating: " ", count: indent))] + words(talk, fleet, &context)).folded(to: width - 1)
        }
    }
  }

  private var org: OrgID? { roots.first?.orgID ?? children.values.first?.first?.orgID }

  /// Whether anybody listens to what they say to each other, and since when; `nil` where one is alone.
  func watch(_ fleet: Fleet) -> String? {
    let all = roots + children.values.joined()
    let open = Dictionary(all.map { ($0.id, $0) }) { first, _ in first }.values.filter { fleet.openStreams.contains($0.id) }
    let count = Set(all.map(\.id)).count
    guard count > 1 else { return nil }
    guard let since = open.compactMap(\.listening.since).min() else { return "A2A not watched" }
    return "A2A seen " + (open.count < count ? "of \(open.count) of \(count) " : "") + "since \(since.timeOfDay)"
  }

  /// `⇄ writer 3 since 13:39:50, last <1m ago, 1 failed`: no finer than what is worth drawing anew.
  private func words(_ talk: Conversation, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
    let name = fleet.workspaces[talk.to]?.row.name ?? talk.to.rawValue
    let count = talk.since.map { " \(talk.count) since \($0.timeOfDay)," } ?? ""
    let told = talk.since == nil ? " (as recorded)" : ""
    var spans = [
      Span("\(context.glyphs.both) ", .dim), Span(name), Span("\(count) last \(context.moment.age(since: talk.last)) ago\(told)", .dim),
    ]
    if let duration = talk.duration { spans.append(Span(", took \(Wording.dollars(duration, digits: 1)) s", .dim)) }
    if talk.failures > 0 { spans.append(Span(", \(talk.failures) failed", .warning)) }
    return spans
  }

  /// How far it is, what is wrong with it, or what it does.
  func note(of workspace: Workspace, _ fleet: Fleet, _ context: inout DrawingContext) -> [Span] {
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
