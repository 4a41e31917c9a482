import FleetModel

/// What the dashboard begins with (`ui.first_page`).
enum FirstPage: Hashable, Sendable {
  case page(PageID)
  /// Triage where something needs a human, else Fleet.
  case overview

  static let names = ["overview"] + PageID.allCases.map(\.name)

  init?(named name: String) {
    if name == "overview" {
      self = .overview
    } else if let page = PageID.allCases.first(where: { $0.name == name }) {
      self = .page(page)
    } else {
      return nil
    }
  }

  var name: String {
    switch self {
    case .page(let page): page.name
    case .overview: "overview"
    }
  }
}

/// How the first page is found: once, from what answered so far, before anybody has read much of another.
struct Beginning: Hashable, Sendable {
  /// Milliseconds from the first org on. Who answers later than that changes no page that is read by then.
  static let patience: Int64 = 5000

  let first: FirstPage
  /// When there were orgs to read.
  private var readable: Int64?

  init(_ first: FirstPage) { self.first = first }

  /// - Parameter uptime: monotonic milliseconds; a recording's too are those of its reader.
  /// - Returns: `nil` while that can't be told.
  mutating func page(_ fleet: Fleet, at uptime: Int64) -> PageID? {
    if case .page(let page) = first { return page }
    let roster = fleet.book.roster
    guard roster.expected > 0, !roster.isLoading else { return nil }
    if readable == nil, roster.answered > 0 { readable = uptime }
    if let readable, uptime - readable > Self.patience { return .fleet }
    if fleet.triage.count(of: .critical) + fleet.triage.count(of: .warning) > 0 { return .triage }
    // A control plane that failed may answer yet, and until then there is nothing to read.
    return roster.isFresh && !fleet.isLoading && !fleet.book.zone.isLoading ? .fleet : nil
  }
}

extension Interface {
  /// Opens it as soon as it can be told which it is, unless a key came first: no page changes under the hand.
  /// - Parameter uptime: monotonic milliseconds.
  mutating func begin(_ fleet: Fleet, at now: Timestamp, uptime: Int64) -> Intent {
    guard let page = beginning?.page(fleet, at: uptime) else { return .none }
    beginning = nil
    return page == self.page ? .none : show(page, fleet, at: now)
  }
}
