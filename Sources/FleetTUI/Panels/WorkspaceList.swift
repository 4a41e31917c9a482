import FleetModel

/// An org's workspaces under the page, as they belong together: the one under the cursor is opened.
struct WorkspaceList: Layer {
  private let org: OrgID
  /// `nil`: the first.
  private var selected: WorkspaceID?
  /// Those of the last frame, in their order.
  private var rows: [WorkspaceID] = []
  private var view = RowWindow()
  private var room = Room()

  init(of org: OrgID) { self.org = org }

  /// That an org has none, or that nobody knows.
  static func absence(of org: Org, _ fleet: Fleet, at now: Timestamp) -> String {
    var moment = Moment(now: now)
    let gap = fleet.gap(of: .tenant(org.slug), &moment)
    return gap.map { "the workspaces of \(org.slug) are not known: \($0)" } ?? "\(org.slug) has no workspaces"
  }

  private var cursor: Int { selected.flatMap { rows.firstIndex(of: $0) } ?? 0 }

  // MARK: - Keys

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if case .click(let row, _) = key {
      let index = view.top(of: rows.count) + row - room.top - 1
      guard row > room.top, rows.indices.contains(index) else { return .none }
      if index == cursor { return open }
      selected = rows[index]
      return .draw
    }
    if let movement = desk.keys.movement(for: key, in: .pager) {
      if !rows.isEmpty { selected = rows[cursor.moved(by: movement, in: rows.count, page: view.height)] }
      return .draw
    }
    switch desk.keys.action(for: key, in: .page) {
    case Action.open?: return open
    case Action.back?, Action.jumpWorkspace?, Action.quit?: return .close
    default: return .unknown
    }
  }

  private var open: LayerIntent { rows.isEmpty ? .close : .show(.workspace(rows[cursor]), closes: true) }

  // MARK: - Frames

  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int {
    min(max(1, fleet.workspaceIDs(of: org).count) + 1, max(min(rows, 4), rows / 2))
  }

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    self.room = room
    let glyphs = desk.glyphs
    let tree = WorkspaceTree(fleet.workspaces(of: org))
    let all = tree.rows(glyphs)
    // Where the one under the cursor is gone, the one in its place has it.
    let place = cursor
    rows = all.map(\.workspace.id)
    if selected.map({ !rows.contains($0) }) ?? false { selected = rows.isEmpty ? nil : rows[min(place, rows.count - 1)] }
    view.fit(rows.count, height: room.rows - 1)
    view.reveal(cursor)
    let range = view.range(of: rows.count)
    let names = min(max(16, room.width / 3), all.map { TextWidth.columns(of: $0.branches + $0.workspace.row.name) }.max() ?? 0)
    let lines = range.map { index -> Line in
      let (branches, workspace) = all[index]
      let isCurrent = index == cursor
      let (word, role) = fleet.standing(of: workspace)
      let name = [Span(branches, .rule), Span(workspace.row.name, isCurrent ? .title : .text)].fitted(to: names)
      let state = Wording.state(word, role, glyphs).fitted(to: 15)
      let spans = [Span(isCurrent ? " \(glyphs.cursor) " : "   ", .key)] + name + [Span("  ")] + state
      return Line((spans + tree.note(of: workspace, fleet, &context)).fitted(to: room.width), isSelected: isCurrent)
    }
    let none = rows.isEmpty ? [Line("   there are none any more", .dim)] : []
    let title = "workspaces of \(fleet.name(of: org))" + view.note(of: rows.count)
    return ([Line.titled(title, width: room.width, glyphs)] + none + lines, nil)
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let name = { (action: Action) in desk.keys.name(of: action) }
    let hints = [
      Hint("\(name(.up)) \(name(.down))", "move"), Hint(name(.open), "open", isWayOut: true), Hint(name(.back), "close", isWayOut: true),
    ]
    return (desk.footer(hints, width: width), nil)
  }
}
