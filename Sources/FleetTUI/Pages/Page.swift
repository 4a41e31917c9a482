import FleetModel

/// A page's row: what is said of it wherever pages are named, and how it is made. It stands in the page's own file.
struct PageID: Sendable {
  /// Its action's too.
  let name: String
  let title: String
  /// Where tabs have little room.
  let shortTitle: String
  let keys: [Key]
  let help: String
  /// Whose word it shows; `nil`: it looks by itself, and says when.
  let sources: Sources?
  /// What its tab counts of what is kept of the fleet; `nil`: nothing, or what only the page reads (``Page/tabCount(_:_:)``).
  let count: @Sendable (Figures.Totals) -> Count?
  /// What may be typed behind its name; `nil`: nothing.
  let argument: Action.Argument?
  let make: @Sendable (DashboardOptions) -> any Page

  struct Sources: Sendable {
    var roster = true
    var regions = true
    var tenants = true
    var others: [Source] = []
  }

  struct Count {
    var figure: Figure<Int>
    /// `nil`: as calm as figures are.
    var role: Role?
    /// Only the page reads it: nothing else misses it.
    var isOfPage = false
  }

  init(
    _ name: String, title: String, short: String? = nil, keys: [Key], help: String, sources: Sources? = Sources(),
    count: @escaping @Sendable (Figures.Totals) -> Count? = { _ in nil }, argument: Action.Argument? = nil,
    make: @escaping @Sendable (DashboardOptions) -> any Page
  ) {
    self.name = name
    self.title = title
    shortTitle = short ?? title
    self.keys = keys
    self.help = help
    self.sources = sources
    self.count = count
    self.argument = argument
    self.make = make
  }

  /// Every page, in the order of the tabs.
  static let allCases: [PageID] = [
    .fleet, .provisioning, .triage, .instances, .orphans, .costs, .dns, .posture, .deletions, .events,
    .sources, .rollout, .since,
  ]
}

extension PageID: Hashable, CustomStringConvertible {
  var description: String { name }
  static func == (one: PageID, other: PageID) -> Bool { one.name == other.name }
  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What drawing needs besides the fleet.
struct DrawingContext {
  var moment: Moment
  let glyphs: Glyphs
  /// What the fleet cost since the dashboard was opened.
  var burn = BurnHistory()
  /// What stands beside the rows that are drawn: a detail tells what their columns would.
  var beside = PaneKind.none
  /// Where what is shown leads.
  var links = Links(hasConsole: false)
  /// By which it is gone on; `nil`: it is read where no key does anything.
  var keys: KeyMap?
  /// The zone as the open page has judged it: that costs the fleet's size, and is not done again for a record of it.
  var zone: DNSReport?

  /// A next step, its commands by the keys that do the same.
  func words(_ step: NextStep) -> String { step.text { keys?.way(to: $0) } }
}

/// A screenful of rows of one kind, its order, its filter and its selection.
protocol Page {
  var id: PageID { get }
  var selection: Subject? { get }
  /// The row that the cursor is bound to; `nil`: it follows the first one.
  var anchor: Subject? { get }
  /// What the rows of the last drawn window show.
  var shown: [Subject] { get }
  /// Whether it has a row of `subject` that the filter lets through.
  func lists(_ subject: Subject) -> Bool
  var count: Int { get }
  /// What its tab counts; `nil`: nothing, or nothing that was read yet.
  func tabCount(_ fleet: Fleet, _ moment: inout Moment) -> PageID.Count?
  /// Rows of the fleet that the filter hides.
  var hidden: Int { get }
  var filter: String { get }
  /// Why not all that was typed as filter is in force; `nil` when it is.
  var filterProblem: String? { get }
  /// What its columns are called.
  var fields: [FilterField] { get }
  /// What the rows say in a field, the likeliest first.
  func values(ofField field: FilterField, _ fleet: Fleet, at now: Timestamp) -> [String]
  /// `1–14 of 200`.
  var position: String { get }
  /// Its rows as texts: every one that the filter lets through, or those of `subjects`.
  func sheet(of subjects: [Subject]?, _ fleet: Fleet, _ context: inout DrawingContext) -> Sheet

  /// It is opened: its rows are put together, since a key may ask for them before they are drawn.
  mutating func prepare(_ fleet: Fleet, at now: Timestamp)
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp)
  /// Whether the updates since the last call touched something that its last window showed.
  mutating func takeTouch() -> Bool
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp)
  /// A filter is about to be typed: what its keys will want can be put together.
  mutating func anticipateFilter(_ fleet: Fleet, at now: Timestamp)
  mutating func move(by step: Int)
  mutating func moveToTop()
  mutating func moveToBottom()
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp)
  /// By the columns of these ids, `-` before one that is turned round. - Returns: what is wrong with them.
  mutating func sort(by columns: [String], _ fleet: Fleet, at now: Timestamp) -> String?
  mutating func reverse()
  /// The id of the column that names its rows.
  var naming: String? { get }
  /// The ids of the columns that it is sorted by, as ``sort(by:_:at:)`` takes them.
  var sorting: [String] { get }
  /// What a press on the heading at a column of the screen orders by, as ``sort(by:_:at:)`` takes it; `nil` where none is.
  func order(ofHeadingAt column: Int) -> [String]?
  /// The columns that are shown, where they were chosen; `nil`: as the page has them by itself.
  var columnChoice: [ColumnChoice]? { get }
  /// Every column, those that are shown first.
  var columnStates: [ColumnState] { get }
  mutating func choose(columns: [ColumnChoice]?)
  /// The rows that are marked, in their order.
  var marked: [Subject] { get }
  mutating func mark(_ marking: Marking)
  /// What its selected row is opened in, where that is not the detail.
  func panel(_ fleet: Fleet) -> (any Layer)?
  /// Holds its rows still where they come by themselves, or lets them come again.
  mutating func freeze(_ fleet: Fleet, at now: Timestamp)
  /// Selects the row that was drawn at `row` of the last ``draw(_:rows:width:_:)``.
  mutating func select(drawnRow row: Int)
  /// Selects the row of `subject`, taking away a filter that hides it. - Returns: whether there is such a row.
  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool
  /// What it wants to know when it is opened; `again`: when it is asked to look anew.
  mutating func asks(again: Bool, _ fleet: Fleet, at now: Timestamp) -> Effect?
  /// What the updates since the last call brought that the operator should read at once.
  mutating func takeNotice() -> Span?
  /// What the world said to an effect; answers to others' questions too.
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp)
  /// The head and at most `rows - 1` lines of the window under it.
  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line]
  /// What is wrong with the selected row, the worst first.
  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice]
  /// Rows that the line of needs has at most under its table.
  func rowsSaid(of rows: Int, width: Int) -> Int
  /// Whether sums stand under its table, which need rows too.
  var hasSums: Bool { get }
  /// Rows under its table that are its own.
  var rowsUnder: Int { get }
  /// Of the screen, for all columns and all that its last window shows to be whole.
  var wantedWidth: Int { get }
}

extension Page {
  /// Takes the cursor back to what it was bound to. What is gone leaves it where it is.
  mutating func bind(to anchor: Subject?, _ fleet: Fleet, at now: Timestamp) {
    guard let anchor else { return moveToTop() }
    if lists(anchor) { _ = select(anchor, fleet, at: now) }
  }
  func rowsSaid(of rows: Int, width: Int) -> Int { Self.usualRowsSaid(of: rows, width: width) }
  static func usualRowsSaid(of rows: Int, width: Int) -> Int { width < 110 && rows >= 12 ? 3 : 2 }
  func tabCount(_ fleet: Fleet, _ moment: inout Moment) -> PageID.Count? { id.count(fleet.figures.totals) }
  /// Rows that it can't do without where a pane lies under it.
  var leastRows: Int { hasSums ? 16 : 8 }
  var hasSums: Bool { false }
  /// Of so many rows, those that its table doesn't fill; none where sums stand under it, which take what they need.
  func rowsLeft(of rows: Int) -> Int { hasSums ? 0 : max(0, rows - count - 1 - rowsUnder) }
  var rowsUnder: Int { 0 }
  var wantedWidth: Int { 0 }
  func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] {
    selection.map { Notice.of($0, fleet, at: now) } ?? []
  }
  var filterProblem: String? { nil }
  mutating func sort(by columns: [String], _ fleet: Fleet, at now: Timestamp) -> String? { "\(id.title) has one order" }
  var sorting: [String] { [] }
  func order(ofHeadingAt column: Int) -> [String]? { nil }
  var columnChoice: [ColumnChoice]? { nil }
  var columnStates: [ColumnState] { [] }
  mutating func choose(columns: [ColumnChoice]?) {}
  var naming: String? { nil }
  var marked: [Subject] { [] }
  mutating func mark(_ marking: Marking) {}
  var fields: [FilterField] { [] }
  func values(ofField field: FilterField, _ fleet: Fleet, at now: Timestamp) -> [String] { [] }
  func panel(_ fleet: Fleet) -> (any Layer)? { nil }
  mutating func freeze(_ fleet: Fleet, at now: Timestamp) {}
  /// A page that doesn't know says that it was.
  mutating func takeTouch() -> Bool { true }
  mutating func asks(again: Bool, _ fleet: Fleet, at now: Timestamp) -> Effect? { nil }
  mutating func takeNotice() -> Span? { nil }
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) {}
}
