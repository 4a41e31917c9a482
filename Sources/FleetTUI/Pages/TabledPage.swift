import FleetModel

/// A page that is a table with something around it: rows, order, filter and selection are the table's.
protocol TabledPage: Page {
  associatedtype Content: TableContent
  var table: TablePage<Content> { get set }
}

extension TabledPage {
  var id: PageID { table.id }
  var selection: Subject? { table.selection }
  var shown: [Subject] { table.shown }
  var count: Int { table.count }
  var hidden: Int { table.hidden }
  var filter: String { table.filter }
  var position: String { table.position }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) { table.update(changes, fleet, at: now) }
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp) { table.setFilter(text, fleet, at: now) }
  mutating func move(by step: Int) { table.move(by: step) }
  mutating func moveToTop() { table.moveToTop() }
  mutating func moveToBottom() { table.moveToBottom() }
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp) { table.sort(by: step, fleet, at: now) }
  mutating func reverse() { table.reverse() }
  mutating func select(drawnRow row: Int) { table.select(drawnRow: row) }
  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool { table.select(subject, fleet, at: now) }
}
