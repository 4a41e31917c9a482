import FleetModel

/// Everything known of the selected row, or what happened to it, beside the table or under it.
///
/// It follows the cursor once the hand rests: while rows are gone through quickly only the table is drawn. What it shows is kept until that would read
/// differently.
struct Pane {
  let kind: PaneKind
  /// What its lines are of.
  private var subject: Subject?
  /// What it is to show, since when, and since when anything else than it shows.
  private var next: (subject: Subject, since: Timestamp, first: Timestamp)?
  /// All that it has to say, its title first.
  private var lines: [Line] = []
  /// What the last frame had of that.
  private var drawn: [Line] = []
  private var size = (width: 0, rows: 0)
  private var taken = SteadyRows()
  /// When its lines read differently by time alone.
  private var due: Timestamp?
  /// Since when it shows that.
  private var begun: Timestamp?
  /// What it shows became something else.
  private(set) var isTouched = false

  /// Seconds that a row is under the cursor before it is shown, and after which one is shown even so.
  private static let rest = 0.15
  private static let patience = 3.0
  /// Seconds after which what it shows is a link: their addresses are longer than all else of it, and who goes through rows presses none.
  private static let linkDelay = 1.0

  init(_ kind: PaneKind) { self.kind = kind }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet) {
    guard !isTouched, let subject else { return }
    isTouched = changes.turned || (kind == .events && changes.logged) || changes.concern(subject, fleet)
  }

  /// `rows` lines of `width` columns.
  /// - Parameter isTurning: the table's rows were turned, which costs so much that the pane may follow with them.
  mutating func draw(
    _ focus: Subject?, _ fleet: Fleet, width: Int, rows: Int, isTurning: Bool = false, _ context: inout DrawingContext
  ) -> [Line] {
    follow(focus, fleet, width: width, rows: rows, isTurning: isTurning, &context)
    return drawn(rows)
  }

  /// As many lines of `width` columns as it has to say, `most` of them.
  mutating func draw(
    _ focus: Subject?, _ fleet: Fleet, width: Int, most: Int, on page: PageID, isTurning: Bool = false, _ context: inout DrawingContext
  ) -> [Line] {
    follow(focus, fleet, width: width, rows: most, isTurning: isTurning, &context)
    return drawn(taken.take(lines.count, of: subject, on: page, most: most, &context.moment))
  }

  private mutating func drawn(_ rows: Int) -> [Line] {
    guard drawn.count != rows else { return drawn }
    var view = RowWindow()
    let shown = rows > 0 ? lines.prefix(1) + view.fit(Array(lines.dropFirst()), height: rows - 1) : []
    let filling = Array(repeating: Line(), count: max(0, rows - shown.count))
    drawn = (shown + filling).map { $0.fitted(to: size.width) }
    return drawn
  }

  /// Shows what it is to show now. - Parameter rows: how many it may have.
  private mutating func follow(
    _ focus: Subject?, _ fleet: Fleet, width: Int, rows: Int, isTurning: Bool, _ context: inout DrawingContext
  ) {
    let now = context.moment.now
    if size != (width, rows) { isTouched = true }
    let isAnother = follows(focus, isTurning: isTurning, at: now, &context)
    if isAnother { begun = now }
    if isAnother || isTouched || due.map({ $0 <= now }) ?? false {
      var own = DrawingContext(moment: Moment(now: now), glyphs: context.glyphs, keys: context.keys, zone: context.zone)
      // Not while the hand is on its way to other rows.
      let readable = next == nil ? (begun ?? now) + Self.linkDelay : now + Self.linkDelay
      if now >= readable { own.links = context.links } else { own.moment.changes(at: readable) }
      lines = subject.map { content(of: $0, fleet, width: width, rows: rows, &own) } ?? []
      drawn = []
      due = own.moment.nextChange
      size = (width, rows)
      isTouched = false
    }
    if let due { context.moment.changes(at: due) }
  }

  /// Whether it is to show another row from now on.
  private mutating func follows(_ focus: Subject?, isTurning: Bool, at now: Timestamp, _ context: inout DrawingContext) -> Bool {
    guard focus != subject, let focus, subject != nil else {
      next = nil
      defer { subject = focus }
      return subject != focus
    }
    let wanted = next?.subject == focus ? next : nil
    let since = wanted?.since ?? now
    let first = next?.first ?? now
    let moment = min(since + Self.rest, first + Self.patience)
    guard now < moment, !isTurning else {
      (subject, next) = (focus, nil)
      return true
    }
    next = (focus, since, first)
    context.moment.changes(at: moment)
    return false
  }

  private func content(of subject: Subject, _ fleet: Fleet, width: Int, rows: Int, _ context: inout DrawingContext) -> [Line] {
    let heard = kind == .events ? subject.heard(in: fleet) : nil
    let title = kind == .events ? heard.map { "events of \($0.title(fleet))" } ?? "events" : Detail.title(of: subject, fleet)
    let body =
      kind == .events ? events(of: heard, fleet, width: width, rows: rows - 1) : Detail.lines(of: subject, fleet, width: width, &context)
    let link = context.links.place(of: subject, in: fleet, at: context.moment.now)?.hyperlink
    return [Line.titled(title, link: link, width: width, context.glyphs)] + body
  }

  /// The newest at the top.
  private func events(of heard: Heard?, _ fleet: Fleet, width: Int, rows: Int) -> [Line] {
    guard let heard else { return [Line("  no events tell of this", .dim)] }
    var isOfOrg = false
    if case .org = heard { isOfOrg = true }
    var lines: [Line] = []
    for entry in fleet.log.reversed() where lines.count < rows && heard.isTold(by: entry) {
      let name = isOfOrg ? EventsContent.workspaceName(of: entry, fleet).map { "\($0)  " } ?? "" : ""
      let time = Span("  \(entry.at.timeOfDay)  ", .dim)
      let told = Line([
        time, Span(entry.type.rawValue, EventsContent.role(of: entry.type)), Span("  \(name)"),
        Span(EventsContent.text(of: entry), .dim),
      ])
      // Nothing is cut; what has no room to its end comes no more.
      let folded = told.folded(to: width - 1, indent: min(time.text.count, width / 4))
      if !lines.isEmpty, lines.count + folded.count > rows { break }
      lines += folded
    }
    return lines.isEmpty ? [Line("  no event of it was heard", .dim)] : lines
  }
}

extension FleetChanges {
  /// Whether something of what is shown of `subject` may be among them.
  fileprivate func concern(_ subject: Subject, _ fleet: Fleet) -> Bool {
    switch subject {
    case .event: return false
    case .leftover(let id): return leftovers.contains(id)
    case .deletion: return !purges.isEmpty || !deletions.isEmpty
    case .org, .workspace, .instance, .record, .finding, .own: break
    }
    let relations = subject.relations(in: fleet)
    if let machine = relations.machine, instances.contains(machine) { return true }
    if case .finding(let id) = subject, findings.contains(id.target) { return true }
    guard let org = relations.org else { return false }
    return orgs.contains(org) || findings.contains(.org(org)) || workspaces.contains { fleet.workspaces[$0]?.orgID == org }
      || instances.contains { fleet.instances[$0].map { fleet.org(of: $0.row)?.id == org } ?? false }
      || findings.contains { if case .workspace(let id) = $0 { fleet.workspaces[id]?.orgID == org } else { false } }
  }
}
