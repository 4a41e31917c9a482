import FleetModel

/// Groundwork: replaced by the page itself.
struct DNSContent: TableContent {
  static let page = PageID.dns
  static let columns = [Column(id: "what", title: "WHAT", minimum: 10, ideal: 24, priority: 0, stretch: 1)]
  static let initialSort = (column: 0, isReversed: false)
  static let followsTop = false
  static let keysMove = false

  func id(_ subject: Subject) -> String? { nil }
  func subject(_ id: String) -> Subject { .org(OrgID(id)) }
  func all(_ fleet: Fleet) -> [String] { [] }
  func count(_ fleet: Fleet) -> Int { 0 }
  func oldest(_ fleet: Fleet) -> String? { nil }
  func touched(by changes: FleetChanges, _ fleet: Fleet) -> [String] { [] }
  func exists(_ id: String, _ fleet: Fleet) -> Bool { false }
  func key(_ id: String, column: Int, _ fleet: Fleet, at now: Timestamp) -> SortKey { SortKey(id) }
  func texts(_ id: String, _ fleet: Fleet, _ look: (String) -> Bool) -> Bool { false }
  func cells(_ id: String, _ fleet: Fleet, widths: [Int: Int], _ context: inout DrawingContext) -> [[Span]] { [[]] }
  func emptiness(_ fleet: Fleet, at now: Timestamp) -> String { "nothing" }
}
