import Feeds
import FleetModel

/// What a key asks for beyond the interface itself.
enum Intent: Equatable {
  /// The screen may look different.
  case draw
  /// Something is asked of the world; the screen may look different too.
  case perform(Effect)
  /// Nothing changed.
  case none
  case redraw
  case suspend
  case leave(exitCode: Int32)
}

/// The dashboard without its terminal: keys in, intents and frames out.
struct Interface {
  private var pages: [any Page]
  private var open = 0
  /// What the figures were at the last update.
  private var totals: Figures.Totals?
  private var burn = BurnHistory()
  private let header: Header
  private let keys: KeyMap
  private let prices: PriceBook
  private let deletion: DeletionDialog.Setting
  private let writeRefusal: String?
  private let isReplay: Bool
  var glyphs: Glyphs

  /// What lies over the page, the top one last: a key goes to the top first.
  private var layers: [Layer] = []
  /// Pagers and dialogs, above all of those.
  private var overlays: [any Overlay] = []
  /// What the detail is of, where that is not the selected row.
  private var pinned: Subject?
  /// Where jumps came from.
  private var trail: [TrailStep] = []
  private var detailView = RowWindow()
  private var helpView = RowWindow()
  var notice: Span?
  /// Where the last frame drew the page's rows.
  private var pageTop = 0
  private var pageRows = 0
  private var lull = Lull()
  /// The key that was told to mean nothing.
  private var unknownKey: Key?
  private var target = Target()

  private enum Layer: Equatable { case detail, filter, help }

  /// What the next key is for, as far as it can go away by itself.
  private struct Target {
    var overlays = 0
    var takesText = false
    var layers: [Layer] = []
    /// What an open detail shows because its row is selected.
    var subject: Subject?
  }

  /// A place that a jump left, and how the filter stood where it arrived: what was typed since is cleared before the way back is taken.
  private struct TrailStep {
    var page: Int
    var selection: Subject?
    var filter: String
    var arrivedWith: String
  }

  init(_ options: DashboardOptions) {
    pages = [
      FleetPage(), ProvisioningPage(), TriagePage(), InstancesPage(prices: options.prices), OrphansPage(prices: options.prices),
      CostsPage(vcpuQuota: options.vcpuQuota), DNSPage(), PosturePage(), DeletionsPage(), EventsPage(),
    ]
    header = Header(
      environment: options.environment, isProtected: options.isProtected, isReadOnly: options.isReadOnly, replay: options.replay)
    keys = options.keys
    prices = options.prices
    deletion = DeletionDialog.Setting(environment: options.environment, isProtected: options.isProtected, prices: options.prices)
    writeRefusal = options.writeRefusal
    isReplay = options.replay != nil
    notice = options.notice.map { Span($0, .warning) }
    glyphs = options.isASCII ? .ascii : .unicode
  }

  var page: PageID { pages[open].id }
  var selection: Subject? { pages[open].selection }
  /// What the detail shows, or would show.
  private var focus: Subject? { pinned ?? selection }

  /// The workspaces that the rows on screen are about: worth a stream of their own.
  func shownWorkspaces(_ fleet: Fleet) -> Set<WorkspaceID> {
    pages[open].shown.reduce(into: []) { $0.formUnion($1.workspaces(in: fleet)) }
  }

  /// The fleet changed. - Returns: whether the screen may look different.
  @discardableResult
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) -> Bool {
    guard !changes.isEmpty else { return false }
    let totals = fleet.figures.totals
    if totals.hourly.standing == .known, let hourly = totals.hourly.value { burn.note(hourly.known, at: now) }
    for index in pages.indices {
      pages[index].update(changes, fleet, at: now)
      if let said = pages[index].takeNotice() { notice = said }
    }
    for index in overlays.indices { overlays[index].update(changes, fleet, at: now) }
    let touchesPage = pages[open].takeTouch()
    defer { self.totals = totals }
    return touchesPage || changes.turned || !changes.deletions.isEmpty || totals != self.totals || !layers.isEmpty || !overlays.isEmpty
  }

  /// The world answered an effect. - Returns: what is asked of it further.
  mutating func take(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    for index in pages.indices { pages[index].take(answer, fleet, at: now) }
    for index in overlays.indices.reversed() {
      switch overlays[index].take(answer, fleet, at: now) {
      case .close: overlays.remove(at: index)
      case .perform(let effect): effects.append(effect)
      case .none, .draw, .unknown, .pass: break
      }
    }
    return effects
  }

  // MARK: - Keys

  mutating func handle(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent {
    switch key {
    case .control("c"): return .leave(exitCode: 130)
    case .control("\\"): return .leave(exitCode: 131)
    default: break
    }
    noteWhatClosed(at: now)
    guard !lull.swallows(key, at: now) else {
      notice = Span(lull.reason, .warning)
      return .draw
    }
    let said = notice
    notice = nil
    let intent = dispatch(key, fleet, at: now)
    target = currentTarget
    if intent != .none, key != unknownKey { unknownKey = nil }
    // A key that means nothing takes nothing away.
    if intent == .none { notice = said }
    return intent
  }

  /// A key without a meaning is told once, until one that has a meaning is pressed.
  private mutating func tellUnknown(_ key: Key) -> Intent {
    guard key.isTyped, key != unknownKey else { return .none }
    unknownKey = key
    notice = Span("\(key.name) does nothing here; \(keys.name(of: .help)) lists the keys", .info)
    return .draw
  }

  private var currentTarget: Target {
    Target(
      overlays: overlays.count, takesText: overlays.last?.takesText ?? false, layers: layers,
      subject: overlays.isEmpty && pinned == nil && layers.contains(.detail) ? selection : nil)
  }

  /// What a key did is noted right after it: where the next one finds something else, that went by itself.
  private mutating func noteWhatClosed(at now: Timestamp) {
    let before = target
    target = currentTarget
    let isSubjectGone = before.subject.map { $0 != target.subject && !pages[open].lists($0) } ?? false
    guard isSubjectGone || before.overlays != target.overlays || before.takesText != target.takesText || before.layers != target.layers
    else { return }
    lull.begin(at: now, "not taken: what it was typed into is not open any more; pause a moment")
  }

  private mutating func dispatch(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent {
    for index in overlays.indices.reversed() {
      switch overlays[index].handle(key, fleet, at: now) {
      case .none: return .none
      case .draw: return .draw
      case .perform(let effect): return .perform(effect)
      case .close:
        overlays.remove(at: index)
        return .draw
      case .unknown: return tellUnknown(key)
      case .pass: break
      }
    }
    for layer in layers.reversed() {
      let answer: Intent? =
        switch layer {
        case .help: handleHelp(key)
        case .filter: handleFilter(key, fleet, at: now)
        case .detail: handleDetail(key)
        }
      if let answer { return answer }
    }
    return handlePage(key, fleet, at: now)
  }

  private mutating func handleHelp(_ key: Key) -> Intent? {
    switch keys.action(for: key) {
    case .down: helpView.scroll(by: 1)
    case .up: helpView.scroll(by: -1)
    case .pageDown: helpView.turn(by: 1)
    case .pageUp: helpView.turn(by: -1)
    case .top: helpView.moveToTop()
    case .bottom: helpView.moveToEnd()
    case .redraw, .suspend: return nil
    default:
      switch key {
      case .wheel(let step, _, _): helpView.scroll(by: step * 3)
      case .click, .paste: return Intent.none
      default: layers.removeAll { $0 == .help }
      }
    }
    return .draw
  }

  private mutating func handleFilter(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent? {
    var text = pages[open].filter
    switch key {
    case .escape:
      text = ""
      layers.removeAll { $0 == .filter }
    case .enter: layers.removeAll { $0 == .filter }
    case .backspace:
      if text.isEmpty { layers.removeAll { $0 == .filter } } else { text.removeLast() }
    case .control("u"): text = ""
    case .control("w"): text = text.lastIndex(of: " ").map { String(text[..<$0]) } ?? ""
    case .character(let character): text.append(character)
    case .paste(let pasted): text += UntrustedText.clean(pasted, limit: 80)
    case .up, .down, .pageUp, .pageDown, .wheel, .click: return nil
    case .control("l"), .control("z"): return nil
    default: return Intent.none
    }
    pages[open].setFilter(UntrustedText.clean(text, limit: 80), fleet, at: now)
    return .draw
  }

  /// What the next key will want, once the screen shows what the last one did: the operator's finger is slower than this.
  mutating func anticipate(_ fleet: Fleet) { if layers.contains(.filter) { pages[open].anticipateFilter(fleet) } }

  /// The detail follows the selection; only scrolling is its own.
  private mutating func handleDetail(_ key: Key) -> Intent? {
    switch keys.action(for: key) {
    case .back, .open: closeDetail()
    case .pageDown: detailView.turn(by: 1)
    case .pageUp: detailView.turn(by: -1)
    default: return nil
    }
    return .draw
  }

  private mutating func closeDetail() {
    layers.removeAll { $0 == .detail }
    pinned = nil
  }

  private mutating func handlePage(_ key: Key, _ fleet: Fleet, at now: Timestamp) -> Intent {
    let before = selection
    defer {
      if selection != before {
        detailView.moveToTop()
        pinned = nil
      }
    }
    switch key {
    case .wheel(let step, _, _):
      pages[open].move(by: step * 3)
      return .draw
    case .click(let row, _):
      guard row - pageTop < pageRows else { return .none }
      pages[open].select(drawnRow: row - pageTop - 1)
      return .draw
    default: break
    }
    guard let action = keys.action(for: key) else { return tellUnknown(key) }
    if let reason = action.refusal(in: state(fleet, at: now)) {
      guard action != .back else { return .none }
      notice = Span(reason, .warning)
      // Whoever expects the dialog types the phrase.
      if action == .delete { lull.begin(at: now, reason) }
      return .draw
    }
    return perform(action, fleet, at: now)
  }

  private mutating func perform(_ action: Action, _ fleet: Fleet, at now: Timestamp) -> Intent {
    switch action {
    case .open where page == .deletions:
      if case .deletion(let row)? = selection { overlays.append(DeletionPager(row: row)) }
    case .open:
      layers.append(.detail)
      detailView.moveToTop()
    case .back: goBack(fleet, at: now)
    case .up: pages[open].move(by: -1)
    case .down: pages[open].move(by: 1)
    case .pageUp: pages[open].move(by: -max(1, pageRows - 1))
    case .pageDown: pages[open].move(by: max(1, pageRows - 1))
    case .top: pages[open].moveToTop()
    case .bottom: pages[open].moveToBottom()
    case .filter: layers.append(.filter)
    case .sort, .sortRight: pages[open].sort(by: 1, fleet, at: now)
    case .sortLeft: pages[open].sort(by: -1, fleet, at: now)
    case .reverse: pages[open].reverse()
    case .fleet, .provisioning, .triage, .instances, .orphans, .costs, .dns, .posture, .deletions, .events:
      return show(pages.firstIndex { $0.id.action == action } ?? open, fleet, at: now)
    case .nextPage: return show((open + 1) % pages.count, fleet, at: now)
    case .previousPage: return show((open + pages.count - 1) % pages.count, fleet, at: now)
    case .jumpOrg: if let org = selection?.org(in: fleet) { jump(to: .fleet, .org(org), fleet, at: now) }
    case .jumpWorkspace:
      guard let workspace = selection?.workspace(in: fleet) else { break }
      pinned = .workspace(workspace)
      if !layers.contains(.detail) { layers.append(.detail) }
      detailView.moveToTop()
    case .jumpMachine: if let machine = selection?.machine(in: fleet) { jump(to: .instances, .instance(machine), fleet, at: now) }
    case .jumpEvents: if let text = selection?.eventsFilter(in: fleet) { jump(to: .events, filter: text, fleet, at: now) }
    case .delete:
      guard let id = selection?.org(in: fleet), let org = fleet.orgs[id] else { return .none }
      overlays.append(DeletionDialog(org, deletion, fleet, at: now))
      return .perform(.deletion(.prepare(org.id, org.slug)))
    case .explain: return explain(fleet, at: now)
    case .console:
      guard let id = focus?.workspace(in: fleet) else { break }
      let effect = Effect.console(id, after: 0)
      return read(.console(id), "console of \(ProvisioningContent.name(of: .workspace(id), fleet))", effect)
    case .check:
      guard let org = focus?.org(in: fleet).flatMap({ fleet.orgs[$0] }) else { break }
      return read(.checks(org.id), "checks of \(org.slug)", .check(org.id, org.slug))
    case .refresh:
      if let effect = pages[open].asks(again: true, fleet, at: now) { return .perform(effect) }
      notice = Span("asking every source again", .info)
      return .perform(.refresh)
    case .help:
      layers.append(.help)
      helpView.moveToTop()
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .quit: return .leave(exitCode: 0)
    }
    return .draw
  }

  private mutating func show(_ index: Int, _ fleet: Fleet, at now: Timestamp) -> Intent {
    open = index
    layers = []
    pinned = nil
    trail = []
    detailView.moveToTop()
    pages[open].prepare(fleet, at: now)
    return pages[open].asks(again: false, fleet, at: now).map(Intent.perform) ?? .draw
  }

  // MARK: - What is read on demand

  private mutating func read(_ reading: Pager.Reading, _ title: String, _ effect: Effect) -> Intent {
    overlays.append(Pager(reading, title: title, effect: effect, keys: keys))
    return .perform(effect)
  }

  private mutating func explain(_ fleet: Fleet, at now: Timestamp) -> Intent {
    guard let org = focus?.org(in: fleet).flatMap({ fleet.orgs[$0] }) else { return .draw }
    let workspace = focus?.workspace(in: fleet).flatMap { fleet.workspaces[$0] }
    let question = CaseQuestion(about: org, workspace: workspace, in: fleet, at: now)
    let name = workspace.map { "\(org.slug)/\($0.row.name)" } ?? org.slug.rawValue
    return read(.explanation(org.id, workspace?.id), "why \(name) is as it is", .explain(question))
  }

  // MARK: - Jumps

  private mutating func jump(to page: PageID, _ subject: Subject? = nil, filter: String? = nil, _ fleet: Fleet, at now: Timestamp) {
    guard let target = pages.firstIndex(where: { $0.id == page }) else { return }
    var step = TrailStep(page: open, selection: selection, filter: pages[open].filter, arrivedWith: "")
    if let filter { pages[target].setFilter(filter, fleet, at: now) }
    if let subject, !pages[target].select(subject, fleet, at: now) {
      notice = Span("\(page.title) has no such row", .warning)
      return
    }
    step.arrivedWith = pages[target].filter
    open = target
    layers = []
    pinned = nil
    detailView.moveToTop()
    trail.append(step)
  }

  /// What was typed here goes first, then the way back of the last jump.
  private mutating func goBack(_ fleet: Fleet, at now: Timestamp) {
    guard let step = trail.last, pages[open].filter == step.arrivedWith else {
      return pages[open].setFilter(trail.last?.arrivedWith ?? "", fleet, at: now)
    }
    trail.removeLast()
    pages[open].setFilter("", fleet, at: now)
    open = step.page
    pages[open].setFilter(step.filter, fleet, at: now)
    if let selection = step.selection { _ = pages[open].select(selection, fleet, at: now) }
    detailView.moveToTop()
  }

  private func state(_ fleet: Fleet, at now: Timestamp) -> ActionState {
    var state = ActionState(
      page: page, hasRows: pages[open].count > 0, hasDetail: layers.contains(.detail), hasFilter: !pages[open].filter.isEmpty,
      hasTrail: !trail.isEmpty)
    if let selection = focus {
      state.hasOrg = selection.org(in: fleet) != nil
      state.hasWorkspace = selection.workspace(in: fleet).map { fleet.workspaces[$0] != nil } ?? false
      state.hasMachine = selection.machine(in: fleet) != nil
      state.hasEvents = selection.eventsFilter(in: fleet) != nil
    }
    state.isReplay = isReplay
    state.writeRefusal = writeRefusal
    state.isHeld = writeRefusal == nil && fleet.reasonAgainstDeletion(regions: fleet.regions.sorted(), at: now) != nil
    return state
  }

  // MARK: - Frames

  static let smallest = Terminal.Size(rows: 5, columns: 20)

  /// The whole screen as it is at `now`, and when it would next look different by time alone.
  mutating func compose(_ fleet: Fleet, size: Terminal.Size, at now: Timestamp) -> (frame: Frame, nextChange: Timestamp?) {
    guard size.rows >= Self.smallest.rows, size.columns >= Self.smallest.columns else {
      let text = "too small: \(size.columns)x\(size.rows), needs \(Self.smallest.columns)x\(Self.smallest.rows)"
      return (Frame(Line.wrapped(text, role: .warning, width: size.columns), size: size), nil)
    }
    var context = DrawingContext(moment: Moment(now: now), glyphs: glyphs, prices: prices, burn: burn)
    let rule = Line(String(repeating: glyphs.rule, count: size.columns), .rule)
    var lines = [header.sources(fleet, width: size.columns, &context)]
    if size.rows >= 9 { lines.append(header.totals(fleet, &context)) }
    if size.rows >= 7 { lines.append(header.tabs(page, fleet, keys, width: size.columns, glyphs)) }
    if size.rows >= 12 { lines.append(rule) }
    let below = size.rows >= 12 ? 2 : 1
    let body = size.rows - lines.count - below
    pageTop = lines.count

    if layers.contains(.help) {
      lines += helpView.fit(Help.lines(keys, state(fleet, at: now), glyphs, width: size.columns), height: body)
    } else {
      lines += drawBody(fleet, rows: body, width: size.columns, &context)
    }
    lines.removeLast(max(0, lines.count - pageTop - body))
    while lines.count < size.rows - below { lines.append(Line()) }
    var cursor: Cursor?
    for index in overlays.indices {
      let drawn = overlays[index].draw(over: Array(lines[pageTop...]), width: size.columns, fleet, &context)
      lines.replaceSubrange(pageTop..., with: drawn.lines.prefix(body))
      while lines.count < size.rows - below { lines.append(Line()) }
      cursor = drawn.cursor.map { Cursor(row: $0.row + pageTop, column: $0.column) }
    }
    if below == 2 { lines.append(rule) }
    noteWhatClosed(at: now)
    if let top = overlays.last {
      lines.append(Line((notice.map { [Span(" "), $0, Span(" ")] } ?? []) + top.footer(glyphs)))
    } else if layers.last == .filter {
      let (line, place) = Footer.prompt(for: pages[open], row: size.rows - 1, width: size.columns)
      lines.append(line)
      cursor = place
    } else if layers.contains(.help) {
      lines.append(Help.footer(keys, notice, width: size.columns))
    } else {
      lines.append(
        Footer.line(
          keys, state(fleet, at: now), position: pages[open].position, notice: notice, filter: pages[open].filter, width: size.columns,
          glyphs))
    }
    return (Frame(lines, cursor: cursor, size: size), context.moment.nextChange)
  }

  /// The page, with the detail under it, or over all of it where there is little room.
  private mutating func drawBody(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    guard layers.contains(.detail), let subject = focus else {
      // Below the rows, so that none of them moves when a source comes or goes.
      let age = rows >= 6 ? page.age(fleet, &context) : nil
      pageRows = age == nil ? rows : rows - 1
      var lines = pages[open].draw(fleet, rows: pageRows, width: width, &context)
      if let age {
        while lines.count < pageRows { lines.append(Line()) }
        lines.append(Line(age.spans.fitted(to: width)))
      }
      return lines
    }
    let panel = rows >= 14 ? max(8, rows * 3 / 5) : rows
    pageRows = rows - panel
    var lines = pageRows > 0 ? pages[open].draw(fleet, rows: pageRows, width: width, &context) : []
    while lines.count < pageRows { lines.append(Line()) }
    let title = "\(glyphs.rule)\(glyphs.rule) \(Detail.title(of: subject, fleet)) "
    let room = max(0, width - TextWidth.columns(of: title))
    lines.append(
      Line([
        Span("\(glyphs.rule)\(glyphs.rule) ", .rule), Span(Detail.title(of: subject, fleet), .title),
        Span(" " + String(repeating: glyphs.rule, count: room), .rule),
      ]))
    return lines + detailView.fit(Detail.lines(of: subject, fleet, width: width, &context), height: panel - 1)
  }
}
