import FleetModel

/// The pages, in the order of their keys.
enum PageID: String, CaseIterable, Hashable, Sendable {
  case fleet, provisioning, instances, costs, events

  var title: String {
    switch self {
    case .fleet: "Fleet"
    case .provisioning: "Provisioning"
    case .instances: "Instances"
    case .costs: "Costs"
    case .events: "Events"
    }
  }

  var action: Action {
    switch self {
    case .fleet: .fleet
    case .provisioning: .provisioning
    case .instances: .instances
    case .costs: .costs
    case .events: .events
    }
  }
}

/// What is being looked at, by its name in the fleet.
enum Subject: Hashable, Sendable {
  case org(OrgID)
  case workspace(WorkspaceID)
  case instance(InstanceID)
  case event(UInt64)
}

/// What drawing needs besides the fleet.
struct DrawingContext {
  var moment: Moment
  let glyphs: Glyphs
  let prices: PriceBook
}

/// A screenful of rows of one kind, its order, its filter and its selection.
protocol Page {
  var id: PageID { get }
  var selection: Subject? { get }
  /// What the rows of the last drawn window show.
  var shown: [Subject] { get }
  var count: Int { get }
  /// Rows of the fleet that the filter hides.
  var hidden: Int { get }
  var filter: String { get }
  /// `1–14 of 200`.
  var position: String { get }

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp)
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp)
  mutating func move(by step: Int)
  mutating func moveToTop()
  mutating func moveToBottom()
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp)
  mutating func reverse()
  /// Selects the row that was drawn at `row` of the last ``draw(_:rows:width:_:)``.
  mutating func select(drawnRow row: Int)
  /// The head and at most `rows - 1` lines of the window under it.
  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line]
}
