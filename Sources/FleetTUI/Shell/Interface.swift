import Feeds
import FleetModel

/// What a key asks for beyond the interface itself.
enum Intent: Equatable {
  /// The screen may look different.
  case draw
  /// Something is asked of the world; the screen may look different too.
  case perform(Effect)
  /// Every source is asked again now; the screen may look different too.
  case wantEverything
  /// Nothing changed.
  case none
  case redraw
  case suspend
  /// The terminal is to be sent what changes no cell.
  case send([UInt8])
  case leave(exitCode: Int32)
}

/// The dashboard without its terminal: keys in, intents and frames out.
struct Interface {
  var desk: Desk
  /// What lies over one another, the page at the bottom: a key goes to the last one first.
  private var layers: [any Layer] = [PageLayer()]
  /// `nil` once it is open, or a key was pressed.
  var beginning: Beginning?
  /// What the figures were at the last update.
  private var totals: Figures.Totals?
  private var burn = BurnHistory()
  private let header: Header
  let deletion: DeletionDialog.Setting
  /// Of the last frame.
  private(set) var size = smallest
  private var lull = Lull()
  /// The key that was told to mean nothing.
  private var unknownKey: Key?
  private var target = Target()

  /// What the next key is for, as far as it can go away by itself.
  private struct Target {
    var depth = 1
    var takesText = false
    var aim: Aim?
  }

  init(_ options: DashboardOptions) {
    desk = Desk(options)
    beginning = options.first.map(Beginning.init)
    header = Header(
      environment: options.environment, isProtected: options.isProtected, isReadOnly: options.isReadOnly, replay: options.replay)
    deletion = DeletionDialog.Setting(environment: options.environment, isProtected: options.isProtected)
  }

  var page: PageID { desk.pages.id }
  var selection: Subject? { desk.pages.current.selection }
  var glyphs: Glyphs {
    get { desk.glyphs }
    set { desk.glyphs = newValue }
  }
  var notice: Span? {
    get { desk.notice }
    set { desk.notice = newValue }
  }

  /// The workspaces that the rows on screen are about: worth a stream of their own. `nil`: the page tells how it is listened, which is not to change by
  /// looking at it.
  func shownWorkspaces(_ fleet: Fleet) -> Set<WorkspaceID>? {
    guard page != .sources else { return nil }
    return desk.pages.current.shown.reduce(into: []) { $0.formUnion($1.workspaces(in: fleet)) }
  }

  // MARK: - News

  /// The fleet changed. - Returns: whether the screen may look different.
  @discardableResult
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> Bool {
    guard !changes.isEmpty else { return false }
    let totals = fleet.figures.totals
    if totals.hourly.standing == .known, let hourly = totals.hourly.value { burn.note(hourly.known, at: now) }
    if let said = desk.pages.update(changes, fleet, at: now) { notice = said }
    for index in layers.indices { layers[index].update(changes, fleet, at: now) }
    desk.panes.detail.update(changes, fleet)
    desk.panes.events.update(changes, fleet)
    let touchesPage = desk.pages.current.takeTouch() || desk.panes.detail.isTouched || desk.panes.events.isTouched
    defer { self.totals = totals }
    return touchesPage || changes.turned || !changes.deletions.isEmpty || totals != self.totals || layers.count > 1
  }

  /// The world answered an effect. - Returns: what is asked of it further.
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    if case .saved(let result) = answer {
      notice =
        switch result {
        case .success(let said): Span(said, .info)
        case .failure(let failure): Span("not written: \(failure.why)", .failed)
        }
    }
    desk.pages.hear(answer, fleet, at: now)
    if case .notNotified(let problem) = answer { notice = Span(problem.text, .warning) }
    for index in layers.indices.reversed() {
      switch layers[index].hear(answer, fleet, at: now) {
      case .close: layers.remove(at: index)
      case .perform(let effect): effects.append(effect)
      case .none, .draw, .unknown, .pass, .act, .go, .show: break
      }
    }
    return effects
  }

  /// What the next key will want, once the screen shows what the last one did: the operator's finger is slower than this.
  mutating func anticipate(_ fleet: Fleet, at now: Timestamp) {
    for index in layers.indices { layers[index].anticipate(&desk, fleet, at: now) }
  }

  // MARK: - Layers

  /// It has the keys first from now on.
  mutating func open(_ layer: any Layer) { layers.append(layer) }

  /// Whether the frame wants to know what the program takes.
  var showsVitals: Bool { layers.contains { ($0 as? ReadingPanel)?.text == .about } }

  mutating func close(where isIt: (any Layer) -> Bool) { layers.removeAll(where: isIt) }

  /// Opens a text that is read on demand.
  mutating func read(_ reading: Pager.Reading, _ title: String, _ effect: Effect) -> Intent {
    open(Pager(reading, title: title, effect: effect, keys: desk.keys))
    return .perform(effect)
  }

  mutating func show(_ page: PageID, _ fleet: Fleet, at now: Timestamp) -> Intent {
    desk.pages.show(page, fleet, at: now)
    layers.removeSubrange(1...)
    return desk.pages.current.asks(again: false, fleet, at: now).map(Intent.perform) ?? .draw
  }

  mutating func travel(by step: Int, _ fleet: Fleet, at now: Timestamp) {
    desk.pages.travel(by: step, fleet, at: now)
    layers.removeSubrange(1...)
  }

  mutating func jump(to page: PageID, _ subject: Subject? = nil, filter: String? = nil, _ fleet: Fleet, at now: Timestamp) {
    if desk.pages.jump(to: page, subject, filter: filter, fleet, at: now) {
      layers.removeSubrange(1...)
    } else {
      notice = Span("\(page.title) has no such row", .warning)
    }
  }

  /// To the row of an org or a machine; a workspace's detail over its org's row.
  private mutating func go(to subject: Subject, from row: Subject?, _ fleet: Fleet, at now: Timestamp) {
    switch subject {
    case .instance: jump(to: .instances, subject, fleet, at: now)
    case .workspace:
      guard let org = subject.org(in: fleet) else { return notice = Span("the workspace belongs to no org of the roster", .warning) }
      jump(to: .fleet, .org(org), fleet, at: now)
    default: jump(to: .fleet, subject, fleet, at: now)
    }
    follow(from: row)
    if case .workspace = subject { show(subject) }
  }

  /// Everything known of `subject` over the page, whichever row is selected there.
  mutating func show(_ subject: Subject) {
    close { $0 is DetailPanel }
    desk.pages.pinned = subject
    open(DetailPanel())
  }

  // MARK: - Keys

  mutating func handle(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent {
    switch key {
    case .control("c"): return .leave(exitCode: 130)
    case .control("\\"): return .leave(exitCode: 131)
    // Nobody pressed it.
    case .ground(let ground):
      defer { desk.themes.ground = ground }
      return ground == desk.themes.ground ? .none : .draw
    default: break
    }
    beginning = nil
    noteWhatClosed(at: now)
    guard !lull.swallows(key, at: now) else {
      notice = Span(lull.reason, .warning)
      return .draw
    }
    let said = notice
    let clicked = offer(clickedBy: key, fleet, at: now)
    notice = nil
    let intent = clicked.map { perform($0, fleet, at: now) } ?? dispatch(key, fleet, at: now)
    target = currentTarget
    if intent != .none, key != unknownKey { unknownKey = nil }
    // A key that means nothing takes nothing away.
    if intent == .none { notice = said }
    return intent
  }

  /// What the last row offers where it was clicked.
  private func offer(clickedBy key: Key, _ fleet: Fleet, at now: Timestamp) -> Action? {
    guard case .click(let row, let column) = key, row == size.rows - 1 else { return nil }
    return layers.last?.offer(at: column, desk, fleet, width: size.columns, at: now)
  }

  private mutating func dispatch(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent {
    let isText = key.isCharacter && layers.last?.takesText == true
    if !isText, let action = desk.keys.action(for: key, in: .page), action.isEverywhere { return perform(action, fleet, at: now) }
    for index in layers.indices.reversed() {
      let row = selection
      switch layers[index].handle(key, &desk, fleet, at: now) {
      case .none: return .none
      case .draw:
        if index == 0 { follow(from: row) }
        return .draw
      case .perform(let effect): return .perform(effect)
      case .close:
        layers.remove(at: index)
        return .draw
      case .act(let action, let argument, let closes):
        if closes { layers.remove(at: index) }
        return perform(action, with: argument, fleet, at: now)
      case .go(let subject, let closes):
        if closes { layers.remove(at: index) }
        go(to: subject, from: row, fleet, at: now)
        return .draw
      case .show(let subject, let closes):
        if closes { layers.remove(at: index) }
        show(subject)
        return .draw
      case .unknown: return tellUnknown(key)
      case .pass: break
      }
    }
    return .none
  }

  mutating func perform(_ action: Action, _ fleet: Fleet, at now: Timestamp) -> Intent {
    guard let deed = action.onPage else { return performInText(action) }
    if let reason = action.refusal(desk, fleet, at: now) {
      notice = Span(reason, .warning)
      // Whoever expects the dialog types the phrase.
      if action.danger == .destructive { lull.begin(at: now, "not taken, pause for a second: \(reason)") }
      return .draw
    }
    let row = selection
    defer { follow(from: row) }
    return deed(&self, fleet, now)
  }

  /// What only a text over the page can do.
  private mutating func performInText(_ action: Action) -> Intent {
    guard let deed = action.inPager, let index = layers.lastIndex(where: { $0 is Pager }), var pager = layers[index] as? Pager else {
      notice = Span("\(action.name) does something in a text over the page alone", .warning)
      return .draw
    }
    defer { layers[index] = pager }
    return switch deed(&pager) {
    case .perform(let effect): .perform(effect)
    default: .draw
    }
  }

  /// An action asked for by its name, with what was typed behind it.
  mutating func perform(_ action: Action, with argument: String, _ fleet: Fleet, at now: Timestamp) -> Intent {
    guard !argument.isEmpty else { return perform(action, fleet, at: now) }
    guard let way = action.argument else {
      notice = Span("\(action.name) takes nothing behind its name", .warning)
      return .draw
    }
    if let reason = action.refusal(desk, fleet, at: now) {
      notice = Span(reason, .warning)
      return .draw
    }
    let row = selection
    defer { follow(from: row) }
    return way.deed(&self, argument, fleet, now)
  }

  /// A detail of the selected row begins anew with another row.
  private mutating func follow(from row: Subject?) {
    guard selection != row else { return }
    desk.pages.pinned = nil
    for index in layers.indices { layers[index].rowChanged() }
  }

  /// A key without a meaning is told once, until one that has a meaning is pressed.
  private mutating func tellUnknown(_ key: Key) -> Intent {
    guard key.isTyped, key != unknownKey else { return .none }
    unknownKey = key
    notice = Span("\(key.name) does nothing here; \(desk.keys.name(of: .help)) lists the keys", .info)
    return .draw
  }

  // MARK: - What closed by itself

  private var currentTarget: Target {
    Target(
      depth: layers.count, takesText: layers.last?.takesText ?? false, aim: layers.reversed().compactMap { $0.aim(desk) }.first)
  }

  /// What a key did is noted right after it: where the next one finds something else, that went by itself.
  private mutating func noteWhatClosed(at now: Timestamp) {
    let before = target
    target = currentTarget
    let isRowGone = if case .row(let row)? = before.aim { before.aim != target.aim && !desk.pages.current.lists(row) } else { false }
    guard isRowGone || before.depth != target.depth || before.takesText != target.takesText else { return }
    lull.begin(at: now, "not taken: what it was typed into is not open any more; pause a moment")
  }

  // MARK: - Frames

  static let smallest = Terminal.Size(rows: 5, columns: 20)

  func drawingContext(at now: Timestamp) -> DrawingContext {
    DrawingContext(
      moment: Moment(now: now), glyphs: glyphs, burn: burn, links: desk.links, keys: desk.keys,
      zone: (desk.pages.current as? DNSPage)?.report(freshAt: now))
  }

  /// The whole screen as it is at `now`, and when it would next look different by time alone.
  mutating func compose(_ fleet: Fleet, size: Terminal.Size, at now: Timestamp) -> (frame: Frame, nextChange: Timestamp?) {
    self.size = size
    desk.width = size.columns
    guard size.rows >= Self.smallest.rows, size.columns >= Self.smallest.columns else {
      let text = "too small: \(size.columns)x\(size.rows), needs \(Self.smallest.columns)x\(Self.smallest.rows)"
      return (Frame(Line.wrapped(text, role: .warning, width: size.columns), size: size), nil)
    }
    var context = drawingContext(at: now)
    let rule = Line(String(repeating: glyphs.rule, count: size.columns), .rule)
    var lines = [header.sources(fleet, width: size.columns, &context)]
    if size.rows >= 9 { lines.append(header.totals(fleet, width: size.columns, &context)) }
    var tabsRow: Int?
    if size.rows >= 7 {
      tabsRow = lines.count
      lines.append(Line())
    }
    if size.rows >= 12 { lines.append(rule) }
    let below = size.rows >= 12 ? 2 : 1
    let body = Room(top: lines.count, rows: size.rows - lines.count - below, width: size.columns)
    let drawn = drawLayers(fleet, in: body, &context)
    lines += drawn.lines
    // A page may count anew when it is drawn.
    desk.tabs = tabsRow.map { row in
      let counts = desk.pages.tabCounts(fleet, &context.moment)
      return DrawnTabs(tabs: Tabs(open: page, counts: counts, keys: desk.keys, glyphs: glyphs), row: row, width: size.columns)
    }
    if let drawn = desk.tabs { lines[drawn.row] = drawn.tabs.line(width: size.columns) }
    var cursor = drawn.cursor
    if below == 2 { lines.append(rule) }
    if layers.count == 1, below == 2, let column = desk.pages.split {
      lines[body.top - 1] = Line.rule(joint: glyphs.jointAbove, at: column, width: size.columns, glyphs)
      lines[lines.count - 1] = Line.rule(joint: glyphs.jointBelow, at: column, width: size.columns, glyphs)
    }
    noteWhatClosed(at: now)
    if let footer = layers.last?.footer(desk, fleet, width: size.columns, at: now) {
      // What is longer than the row has as many as it takes.
      if let notice, layers.last?.takesText == false, TextWidth.columns(of: notice.text) + 2 > size.columns {
        let said = Line.wrapped(notice.text, role: notice.role, width: size.columns - 2).map { Line([Span(" ")] + $0.spans) }
        let above = min(said.count - 1, body.rows)
        lines.replaceSubrange((lines.count - above)..., with: said.prefix(above))
        lines += said.suffix(said.count - above).prefix(1)
      } else {
        lines.append(footer.line)
      }
      if let column = footer.cursor { cursor = Cursor(row: size.rows - 1, column: column) }
    }
    return (Frame(lines, cursor: cursor, size: size), context.moment.nextChange)
  }

  /// Whether something lies over the page, and whether keys are text to it.
  var isCovered: Bool { layers.count > 1 }
  var takesText: Bool { layers.last?.takesText ?? false }

  /// An action asked for by who types no keys.
  mutating func command(_ action: Action, with argument: String, _ fleet: Fleet, at now: Timestamp) -> Intent {
    defer { target = currentTarget }
    return perform(action, with: argument, fleet, at: now)
  }

  /// What the top layer shows, without the lines around it: for who has no screen.
  mutating func text(_ fleet: Fleet, rows: Int, width: Int, at now: Timestamp) -> [Line] {
    guard let top = layers.indices.last else { return [] }
    var context = drawingContext(at: now)
    context.keys = nil
    return layers[top].draw(&desk, in: Room(rows: rows, width: width), fleet, &context).lines
  }

  /// From the top layer down each has the rows it wants of those that are left: what has none isn't drawn.
  private mutating func drawLayers(_ fleet: Fleet, in body: Room, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?) {
    var lines: [Line] = []
    var cursor: Cursor?
    var left = body.rows
    desk.pages.isSeen = false
    var rooms: [(index: Int, room: Room)] = []
    for index in layers.indices.reversed() where left > 0 {
      let rows = min(left, layers[index].height(in: left, desk, fleet, &context))
      guard rows > 0 else { continue }
      left -= rows
      rooms.append((index, Room(top: body.top + left, rows: rows, width: body.width, isShared: rows < body.rows)))
    }
    // What lies below is drawn first: what lies over it may speak of how it is drawn.
    for (index, room) in rooms.reversed() {
      let drawn = layers[index].draw(&desk, in: room, fleet, &context)
      let filling = Array(repeating: Line(), count: max(0, room.rows - drawn.lines.count))
      lines += drawn.lines.prefix(room.rows) + filling
      if index == layers.indices.last { cursor = drawn.cursor.map { Cursor(row: $0.row + room.top, column: $0.column) } }
    }
    return (lines, cursor)
  }
}
