import FleetModel

/// The pages, in the order of their keys.
enum PageID: String, CaseIterable, Hashable, Sendable {
  case fleet, provisioning, triage, instances, orphans, costs, dns, posture, deletions, events

  var title: String {
    switch self {
    case .fleet: "Fleet"
    case .provisioning: "Provisioning"
    case .triage: "Triage"
    case .instances: "Instances"
    case .orphans: "Orphans"
    case .costs: "Costs"
    case .dns: "DNS"
    case .posture: "Posture"
    case .deletions: "Deletions"
    case .events: "Events"
    }
  }

  var action: Action {
    switch self {
    case .fleet: .fleet
    case .provisioning: .provisioning
    case .triage: .triage
    case .instances: .instances
    case .orphans: .orphans
    case .costs: .costs
    case .dns: .dns
    case .posture: .posture
    case .deletions: .deletions
    case .events: .events
    }
  }
}

/// What drawing needs besides the fleet.
struct DrawingContext {
  var moment: Moment
  let glyphs: Glyphs
  let prices: PriceBook
  /// What the fleet cost since the dashboard was opened.
  var burn = BurnHistory()
}

/// A screenful of rows of one kind, its order, its filter and its selection.
protocol Page {
  var id: PageID { get }
  var selection: Subject? { get }
  /// What the rows of the last drawn window show.
  var shown: [Subject] { get }
  /// Whether it has a row of `subject` that the filter lets through.
  func lists(_ subject: Subject) -> Bool
  var count: Int { get }
  /// Rows of the fleet that the filter hides.
  var hidden: Int { get }
  var filter: String { get }
  /// `1–14 of 200`.
  var position: String { get }

  /// It is opened: its rows are put together, since a key may ask for them before they are drawn.
  mutating func prepare(_ fleet: Fleet, at now: Timestamp)
  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp)
  /// Whether the updates since the last call touched something that its last window showed.
  mutating func takeTouch() -> Bool
  mutating func setFilter(_ text: String, _ fleet: Fleet, at now: Timestamp)
  /// A filter is about to be typed: what its keys will want can be put together.
  mutating func anticipateFilter(_ fleet: Fleet)
  mutating func move(by step: Int)
  mutating func moveToTop()
  mutating func moveToBottom()
  mutating func sort(by step: Int, _ fleet: Fleet, at now: Timestamp)
  mutating func reverse()
  /// Selects the row that was drawn at `row` of the last ``draw(_:rows:width:_:)``.
  mutating func select(drawnRow row: Int)
  /// Selects the row of `subject`, taking away a filter that hides it. - Returns: whether there is such a row.
  mutating func select(_ subject: Subject, _ fleet: Fleet, at now: Timestamp) -> Bool
  /// What it wants to know when it is opened; `again`: when it is asked to look anew.
  mutating func asks(again: Bool, _ fleet: Fleet, at now: Timestamp) -> Effect?
  /// What the updates since the last call brought that the operator should read at once.
  mutating func takeNotice() -> Span?
  /// What the world said to an effect; answers to others' questions too.
  mutating func take(_ answer: Answer, _ fleet: Fleet, at now: Timestamp)
  /// The head and at most `rows - 1` lines of the window under it.
  mutating func draw(_ fleet: Fleet, rows: Int, width: Int, _ context: inout DrawingContext) -> [Line]
}

extension Page {
  /// A page that doesn't know says that it was.
  mutating func takeTouch() -> Bool { true }
  mutating func asks(again: Bool, _ fleet: Fleet, at now: Timestamp) -> Effect? { nil }
  mutating func takeNotice() -> Span? { nil }
  mutating func take(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) {}
}
