import FleetModel

/// What is particular to one table: its rows, and its columns with what is in them.
protocol TableContent: SendableMetatype {
  associatedtype ID: Hashable & Comparable & Sendable
  /// What the cells of one row are made of: looked up once a row, and only for those in view.
  associatedtype Row
  static var page: PageID { get }
  /// In the order in which they stand.
  static var columns: [Column<Self>] { get }
  /// The column that orders it at first, and whether its order is turned round.
  static var initialSort: (column: Column<Self>, isReversed: Bool) { get }
  /// Whether the first row stays under the cursor as rows come in above, until the cursor is moved.
  static var followsTop: Bool { get }

  init()
  /// The row that shows `subject`; `nil` when it is no row of this table.
  func id(_ subject: Subject) -> ID?
  func subject(_ id: ID) -> Subject
  /// Whether what rows are sorted by moves with time alone.
  static var keysMove: Bool { get }
  /// The ids of every row.
  func all(_ fleet: Fleet) -> [ID]
  func count(_ fleet: Fleet) -> Int
  /// Rows before this one are gone, if it is worth dropping them now.
  mutating func oldest(_ fleet: Fleet) -> ID?
  /// The ids whose rows a change may have touched, gone ones included.
  mutating func touched(by changes: FleetChanges, _ fleet: Fleet) -> [ID]
  func exists(_ id: ID, _ fleet: Fleet) -> Bool
  /// The texts that a filter looks into.
  func texts(_ id: ID, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool
  /// `nil` when it is gone: an empty line until the order has noticed.
  func row(_ id: ID, _ fleet: Fleet, _ context: inout DrawingContext) -> Row?
  /// When what the row shows was last heard, where nothing is heard of it any more.
  func asOf(_ id: ID, _ fleet: Fleet, at now: Timestamp) -> Timestamp?
  /// The column that says so.
  static var noteColumn: Column<Self>? { get }
  /// What an empty page says.
  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String
  /// Behind what a page says that has rows but none of what was looked for: where else it may be.
  static var elsewhere: String { get }
}

extension TableContent {
  static var noteColumn: Column<Self>? { nil }
  static var elsewhere: String { "" }
  func asOf(_ id: ID, _ fleet: Fleet, at now: Timestamp) -> Timestamp? { nil }
  /// Every row in the order in which the page shows them at first, for who has no screen.
  func ordered(_ fleet: Fleet, at now: Timestamp) -> [ID] {
    var order = RowOrder<ID>()
    let key = Self.initialSort.column.order.key
    order.rebuild(all(fleet), isReversed: Self.initialSort.isReversed) { key(self, $0, fleet, now) }
    return (0..<order.count).map { order[$0] }
  }
}

/// The table of a page. The selection is an identity: it stays on its row wherever that goes.
struct TablePage<Content: TableContent> {
  private(set) var content: Content
  /// What the rows are sorted by.
  private(set) var sorting = TableSorting<Content>()
  /// The columns that are shown, where they were chosen; `nil`: all, as the page has them by itself.
  private(set) var choice: [ColumnChoice]?
  /// What was marked, whether the filter shows it or not.
  private var marks: Set<Subject> = []
  /// The rows that pass the filter.
  private var order = RowOrder<Content.ID>()
  /// Every row, while a filter hides some: what it hides comes back without being sorted anew.
  private var whole: RowOrder<Content.ID>?
  private var selected: Content.ID?
  /// Where the selection stood: when its row goes, the cursor stays there.
  private var selectedIndex = 0
  private var view = RowWindow()
  private var total = 0
  private var isBuilt = false
  /// Something of the window looks different since it was drawn.
  private var isTouched = false
  private var room: (width: Int, hasDetail: Bool, sorting: TableSorting<Content>, of: TextRoom<Content>)?
  /// The cursor was moved since the last frame, and until when the columns stand still for that.
  private var isMoved = false
  private var steadyUntil: Timestamp?
  private var rowFilter = RowFilter<Content>()
  /// When every row was last asked whether it passes.
  private var filteredAt: Timestamp?

  var id: PageID { Content.page }
  /// Those that pass the filter, in their order.
  var rows: RowOrder<Content.ID> { order }
  var count: Int { order.count }
  var filter: String { rowFilter.text }
  var filterProblem: String? { rowFilter.problem }
  var hidden: Int { max(0, total - order.count) }

  init(_ content: Content = Content()) {
    self.content = content
  }

  var selection: Subject? {
    guard !order.isEmpty else { return nil }
    if let selected, order.contains(selected) { return content.subject(selected) }
    return content.subject(order[min(selectedIndex, order.count - 1)])
  }

  var shown: [Subject] { view.range(of: order.count).map { content.subject(order[$0]) } }

  /// The row that the cursor is bound to; `nil`: it follows the first one.
  var anchor: Subject? { selected.map { content.subject($0) } }

  func lists(_ subject: Subject) -> Bool { content.id(subject).map(order.contains) ?? false }

  // MARK: - Rows

  mutating func prepare(_ fleet: Fleet, at now: Timestamp) { if !isBuilt { rebuild(fleet, at: now) } }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) {
    // A page that was never shown costs nothing.
    guard isBuilt else { return }
    if let oldest = content.oldest(fleet) {
      order.keep { $0 >= oldest }
      whole?.keep { $0 >= oldest }
      rowFilter.keep { $0 >= oldest }
    }
    let before = (order.count, total)
    for id in content.touched(by: changes, fleet) {
      let old = isTouched ? nil : order.index(of: id)
      rowFilter.renew(id, content, fleet, at: now)
      if content.exists(id, fleet) {
        let key = sorting.first.column.order.key(content, id, fleet, now)
        let second = sorting.second?.column.order.key(content, id, fleet, now) ?? .unknown
        whole?.place(id, key: key, second: second)
        if rowFilter.passes(id, content, fleet, at: now) { order.place(id, key: key, second: second) } else { order.remove(id) }
      } else {
        if !marks.isEmpty { marks.remove(content.subject(id)) }
        whole?.remove(id)
        order.remove(id)
      }
      if !isTouched { isTouched = isInView(old, order.index(of: id)) }
    }
    total = content.count(fleet)
    if before != (order.count, total) { isTouched = true }
  }

  /// Whether a row that went from one place to another is seen, or moves others that are.
  private func isInView(_ old: Int?, _ new: Int?) -> Bool {
    let top = view.top(of: order.count)
    let window = top..<top + view.height
    if old == new { return old.map(window.contains) ?? false }
    return min(old ?? .max, new ?? .max) < window.upperBound && max(old ?? .min, new ?? .min) >= window.lowerBound
  }

  mutating func takeTouch() -> Bool {
    defer { isTouched = false }
    return isTouched || !isBuilt
  }

  private mutating func rebuild(_ fleet: Fleet, at now: Timestamp) {
    isBuilt = true
    let all = content.all(fleet)
    total = all.count
    let (first, second) = (sorting.first, sorting.second)
    order.rebuild(
      all, isReversed: first.isReversed, isSecondReversed: second?.isReversed, key: { first.column.order.key(content, $0, fleet, now) },
      second: { second?.column.order.key(content, $0, fleet, now) ?? .unknown })
    whole = nil
    if !marks.isEmpty { marks = marks.filter { content.id($0).map { content.exists($0, fleet) } ?? false } }
    hide(fleet, at: now)
  }

  /// Leaves the rows that pass the filter in the order.
  private mutating func hide(_ fleet: Fleet, at now: Timestamp) {
    if let whole { order = whole }
    whole = nil
    filteredAt = now
    guard rowFilter.isActive else { return }
    whole = order
    keepPassing(fleet, at: now)
  }

  private mutating func keepPassing(_ fleet: Fleet, at now: Timestamp) {
    let (rowFilter, content) = (rowFilter, content)
    rowFilter.begin()
    order = order.filtered { rowFilter.passes($0, content, fleet, at: now) }
  }

  /// Gives the content what its rows are made of besides the fleet.
  mutating func change(_ body: (inout Content) -> Void, _ fleet: Fleet, at now: Timestamp) {
    body(&content)
    rowFilter.renew(content, fleet, at: now)
    guard isBuilt else { return }
    bindSelection()
    rebuild(fleet, at: now)
  }

  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp) {
    guard text != filter else { return }
    room = nil
    bindSelection()
    let old = rowFilter.query
    guard rowFilter.set(text, content, fleet, at: now) else { return }
    if !isBuilt {
      rebuild(fleet, at: now)
    } else if whole != nil, rowFilter.query.narrows(old) {
      keepPassing(fleet, at: now)
    } else {
      hide(fleet, at: now)
    }
    if rowFilter.gaveUp(for: old) { hide(fleet, at: now) }
    if let selected, !order.contains(selected) { selectedIndex = 0 }
  }

  mutating func anticipateFilter(_ fleet: Fleet, at now: Timestamp) { if isBuilt { rowFilter.anticipate(content, fleet, at: now) } }

  /// What a field says, for completion: of the likeliest of the rows first.
  func values(ofField field: FilterField, _ fleet: Fleet, at now: Timestamp) -> [String] {
    guard let column = Content.columns.first(where: { $0.field == field }) else { return [] }
    var counts: [String: Int] = [:]
    let rows = whole ?? order
    for index in 0..<min(rows.count, 2000) {
      for text in column.texts(content, rows[index], fleet, at: now) where text.utf8.count <= 60 { counts[text, default: 0] += 1 }
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(50).map(\.key)
  }

  // MARK: - Order

  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp) {
    bindSelection()
    let columns = Content.columns(choice)
    let place = columns.firstIndex(of: sorting.first.column) ?? 0
    sorting.begin(with: columns[(place + step + columns.count) % columns.count])
    rebuild(fleet, at: now)
  }

  /// By the columns of these ids, what they don't say staying as second key. - Returns: what is wrong with them.
  mutating func sort(by names: [String], _ fleet: Fleet, at now: Timestamp) -> String? {
    var new = sorting
    do throws(FilterProblem) { try new.begin(with: names) } catch { return error.description }
    bindSelection()
    sorting = new
    rebuild(fleet, at: now)
    return nil
  }

  /// The heading's column, turned round where the rows are sorted by it already.
  func order(ofHeadingAt column: Int) -> [String]? {
    guard let heading = room?.of.layout.column(at: column) else { return nil }
    return [TableSorting<Content>.Key(column: heading, isReversed: sorting.first == .init(column: heading)).text]
  }

  mutating func reverse() {
    bindSelection()
    sorting.first.isReversed.toggle()
    order.reverse()
    whole?.reverse()
  }

  // MARK: - Marks

  /// What is marked, in the order of the rows; what the filter hides after that.
  var marked: [Subject] {
    guard !marks.isEmpty else { return [] }
    let shown = (0..<order.count).map { content.subject(order[$0]) }.filter(marks.contains)
    guard shown.count < marks.count, let whole else { return shown }
    return shown + (0..<whole.count).map { whole[$0] }.filter { !order.contains($0) }.map { content.subject($0) }.filter(marks.contains)
  }

  mutating func mark(_ marking: Marking) {
    switch marking {
    case .row:
      guard let selection else { return }
      if marks.remove(selection) == nil { marks.insert(selection) }
      move(by: 1)
    case .all: marks.formUnion((0..<order.count).map { content.subject(order[$0]) })
    case .none: marks = []
    }
  }

  // MARK: - Selection

  private mutating func bindSelection() {
    guard !order.isEmpty else { return }
    if let selected, order.contains(selected) { return }
    selected = order[min(selectedIndex, order.count - 1)]
  }

  private mutating func select(index: Int) {
    guard !order.isEmpty else { return }
    selectedIndex = min(max(0, index), order.count - 1)
    selected = order[selectedIndex]
  }

  /// Whether the cursor was moved just now.
  func isMoving(at now: Timestamp) -> Bool { isMoved || steadyUntil.map { now < $0 } ?? false }

  private var currentIndex: Int { selected.flatMap { order.index(of: $0) } ?? min(selectedIndex, max(0, order.count - 1)) }

  private mutating func move(to index: Int) {
    select(index: index)
    isMoved = true
  }

  mutating func move(by step: Int) { move(to: currentIndex + step) }

  mutating func moveToTop() {
    move(to: 0)
    if Content.followsTop { selected = nil }
  }

  mutating func moveToBottom() { move(to: order.count - 1) }

  mutating func select(drawnRow row: Int) {
    let range = view.range(of: order.count)
    guard row >= 0, row < range.count else { return }
    select(index: range.lowerBound + row)
  }

  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool {
    guard let id = content.id(subject), content.exists(id, fleet) else { return false }
    if !isBuilt { rebuild(fleet, at: now) }
    if !order.contains(id) { setFilter("", fleet, at: now) }
    guard let index = order.index(of: id) else { return false }
    select(index: index)
    return true
  }

  // MARK: - Drawing

  /// The table, and `foot` in the page's last rows.
  mutating func draw(
    _ fleet: Fleet, over foot: some Collection<Line>, rows: Int, width: Int, _ context: inout DrawingContext
  ) -> [Line] {
    var lines = draw(fleet, rows: rows - foot.count, width: width, &context)
    while lines.count < rows - foot.count { lines.append(Line()) }
    return lines + foot
  }

  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    let now = context.moment.now
    if !isBuilt || (Content.keysMove && order.count <= 1000) { rebuild(fleet, at: now) }
    if rowFilter.movesWithTime {
      context.moment.changesEverySecond()
      if let filteredAt, now - filteredAt >= 1 { hide(fleet, at: now) }
    }
    settleSelection(fleet)
    if isMoved { (isMoved, steadyUntil) = (false, now + SteadyRows.rest) }
    let cursor = currentIndex
    view.fit(order.count, height: rows - 1)
    // No terminal scrolls a part of its columns: a row more is every row written anew. Beside a pane it is done once a screen, not with each key.
    view.reveal(cursor, ahead: context.beside == .none ? 0 : max(0, rows - 4))

    guard !order.isEmpty else {
      let hasDetail = context.beside == .detail
      let empty = textRoom(for: width, hasDetail: hasDetail)
      room = (width, hasDetail, sorting, empty)
      let lines = [empty.layout.head(sorting, context.glyphs)]
      guard !rowFilter.isActive else {
        return lines + [Line(), Line("  no row holds \"\(filter)\"; esc shows all \(total)\(Content.elsewhere)", .dim)]
      }
      return lines + id.blank(content.emptiness(fleet, at: now), fleet, width: width, context)
    }
    let range = view.range(of: order.count)
    let (layout, cells) = cells(of: range, fleet, width: width, &context)
    var lines = [layout.head(sorting, context.glyphs)]
    rowFilter.begin()
    for (index, row) in zip(range, cells) {
      let isSelected = index == cursor
      var cells = row
      if rowFilter.hasHits { cells = zip(layout.places, cells).map { rowFilter.lit($1, of: $0.column) } }
      let isMarked = !marks.isEmpty && marks.contains(content.subject(order[index]))
      let marker = Span(
        (isSelected ? context.glyphs.cursor : " ") + (isMarked ? context.glyphs.mark : ""),
        isMarked ? .title : cells.first?.last?.role ?? .text)
      lines.append(layout.line(cells: cells, marker: marker, isSelected: isSelected))
    }
    return lines
  }

  /// The cells of these rows, and the columns that they were made for: those stand still while the cursor moves, whatever comes in view, and have what
  /// they would like once the hand rests.
  private mutating func cells(
    of range: Range<Int>, _ fleet: Fleet, width: Int, _ context: inout DrawingContext
  ) -> (layout: TableLayout<Content>, cells: [[[Span]]]) {
    let hasDetail = context.beside == .detail
    let isSteady = steadyUntil.map { context.moment.now < $0 } ?? false && isKept(for: width, hasDetail: hasDetail)
    var room = textRoom(for: width, hasDetail: hasDetail)
    func made(_ room: inout TextRoom<Content>) -> [[[Span]]] {
      var cell = CellContext(context, room.layout)
      defer { context = cell.drawing }
      return range.map { index in
        let id = order[index]
        guard let row = content.row(id, fleet, &cell.drawing) else { return cell.layout.places.map { _ in [] } }
        let cells = self.cells(of: row, id, at: cell.layout.places, fleet, &cell)
        room.see(cells, cell.glyphs) { self.cells(of: row, id, at: [.init(column: $0.column, width: 400)], fleet, &cell).first ?? [] }
        return cells
      }
    }
    var cells = made(&room)
    // A column that has room only now tells how wide its texts are, once for each.
    if !isSteady {
      for _ in Content.columns where room.ease() { cells = made(&room) }
    } else if room.isOutgrown, let steadyUntil {
      context.moment.changes(at: steadyUntil)
    }
    self.room = (width, hasDetail, sorting, room)
    return (room.layout, cells)
  }

  /// The last frame's.
  var layout: TableLayout<Content>? { room?.of.layout }

  /// How wide it would be for all that its last window shows.
  var wantedWidth: Int { room?.of.wanted ?? 0 }

  /// A cell for each column that is shown. What nothing is heard of any more looks so, and says since when.
  func cells(_ id: Content.ID, _ fleet: Fleet, _ context: inout CellContext<Content>) -> [[Span]] {
    let places = context.layout.places
    guard let row = content.row(id, fleet, &context.drawing) else { return places.map { _ in [] } }
    return cells(of: row, id, at: places, fleet, &context)
  }

  private func cells(
    of row: Content.Row, _ id: Content.ID, at places: [TableLayout<Content>.Place], _ fleet: Fleet, _ context: inout CellContext<Content>
  ) -> [[Span]] {
    let silentSince = content.asOf(id, fleet, at: context.moment.now)
    return places.map { place in
      context.width = place.width
      let cell = place.column.cell(row, fleet, &context)
      guard let silentSince else { return cell }
      let aged = cell.aged(context.glyphs)
      guard place.column == Content.noteColumn else { return aged }
      return [Span(context.moment.asOf(silentSince) + (aged.isEmpty ? "" : "  "), .stale)] + aged
    }
  }

  /// A row that went takes the selection with it to the row that came into its place.
  private mutating func settleSelection(_ fleet: Fleet) {
    guard !order.isEmpty else { return }
    if let selected {
      if let index = order.index(of: selected) {
        selectedIndex = index
      } else {
        select(index: selectedIndex)
      }
    } else if !Content.followsTop, !fleet.isLoading {
      // Until the fleet is there its first row is another with every answer.
      select(index: 0)
    }
  }

  mutating func choose(columns: [ColumnChoice]?) {
    choice = columns
    room = nil
  }

  /// Whether the last frame's columns are for as much room and the same order.
  private func isKept(for width: Int, hasDetail: Bool) -> Bool {
    room.map { $0.width == width && $0.hasDetail == hasDetail && $0.sorting == sorting } ?? false
  }

  private func textRoom(for width: Int, hasDetail: Bool) -> TextRoom<Content> {
    if let room, isKept(for: width, hasDetail: hasDetail) { return room.of }
    // What was chosen is there.
    let columns = Content.columns(choice).filter { !(hasDetail && choice == nil && $0.isToldBeside && $0 != sorting.first.column) }
    return TextRoom(columns, width: width, sorting: sorting, after: room?.of)
  }

  /// Rows of the window, and where it stands: `1–14 of 200`.
  var position: String {
    guard !order.isEmpty else { return "0" }
    let range = view.range(of: order.count)
    let rows = range.isEmpty ? "0" : "\(range.lowerBound + 1)–\(range.upperBound)"
    return "\(rows) of \(order.count)" + (hidden > 0 ? " (\(hidden) hidden)" : "") + (marks.isEmpty ? "" : ", \(marks.count) marked")
  }
}
