import FleetModel

/// A page with a table in it: rows, order, filter and selection are the table's.
///
/// Each is a type of its own: the compiler then makes its table's code for its rows alone, which is faster than code for any.
protocol TabledPage: Page {
  associatedtype Content: TableContent
  var table: TablePage<Content> { get set }
}

extension TabledPage {
  var naming: String? { Content.columns.min { $0.room.priority < $1.room.priority }?.field.id }
  var id: PageID { table.id }
  var selection: Subject? { table.selection }
  var anchor: Subject? { table.anchor }
  var shown: [Subject] { table.shown }
  /// Rows that sums have under it on a page of so many, at most: a filter doesn't change it.
  func sumRows(of rows: Int) -> Int { Sums.most(of: rows, beside: table.count + table.hidden) }
  func lists(_ subject: Subject) -> Bool { table.lists(subject) }
  var count: Int { table.count }
  var hidden: Int { table.hidden }
  var filter: String { table.filter }
  var filterProblem: String? { table.filterProblem }
  var fields: [FilterField] { RowFilter<Content>.fields }
  var position: String { table.position }
  var wantedWidth: Int { table.wantedWidth }
  func sheet(of subjects: [Subject]?, _ fleet: Fleet, _ context: inout DrawingContext) -> Sheet {
    table.sheet(of: subjects, fleet, &context)
  }

  mutating func prepare(_ fleet: Fleet, at now: Timestamp) { table.prepare(fleet, at: now) }
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) { table.update(changes, fleet, at: now) }
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp) { table.setFilter(text, fleet, at: now) }
  mutating func anticipateFilter(_ fleet: Fleet, at now: Timestamp) { table.anticipateFilter(fleet, at: now) }
  func values(ofField field: FilterField, _ fleet: Fleet, at now: Timestamp) -> [String] {
    table.values(ofField: field, fleet, at: now)
  }
  mutating func move(by step: Int) { table.move(by: step) }
  mutating func moveToTop() { table.moveToTop() }
  mutating func moveToBottom() { table.moveToBottom() }
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp) { table.sort(by: step, fleet, at: now) }
  mutating func sort(by columns: [String], _ fleet: Fleet, at now: Timestamp) -> String? { table.sort(by: columns, fleet, at: now) }
  func order(ofHeadingAt column: Int) -> [String]? { table.order(ofHeadingAt: column) }
  mutating func reverse() { table.reverse() }
  var sorting: [String] { table.sorting.names }
  var columnChoice: [ColumnChoice]? { table.choice }
  var columnStates: [ColumnState] { Content.states(table.choice, table.layout) }
  mutating func choose(columns: [ColumnChoice]?) { table.choose(columns: columns) }
  var marked: [Subject] { table.marked }
  mutating func mark(_ marking: Marking) { table.mark(marking) }
  mutating func select(drawnRow row: Int) { table.select(drawnRow: row) }
  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool { table.select(subject, fleet, at: now) }
}

/// A page that is a table and nothing else.
protocol BareTablePage: TabledPage {}

extension BareTablePage {
  mutating func takeTouch() -> Bool { table.takeTouch() }
  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line] {
    table.draw(fleet, rows: rows, width: width, &context)
  }
}
