import FleetModel

/// What the dashboard begins with (`ui.first_page`).
enum FirstPage: Hashable, Sendable {
  case page(PageID)
  /// Triage where something needs a human, once everything that is asked has answered; else Fleet.
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

  /// - Returns: `nil` while that can't be told.
  func page(_ fleet: Fleet) -> PageID? {
    switch self {
    case .page(let page): return page
    case .overview:
      guard fleet.figures.totals.orgs.standing == .known, !fleet.isLoading else { return nil }
      return fleet.triage.count(of: .critical) + fleet.triage.count(of: .warning) > 0 ? .triage : .fleet
    }
  }
}

extension Interface {
  /// Opens it as soon as it can be told which it is, unless a key came first: no page changes under the hand.
  mutating func begin(_ fleet: Fleet, at now: Timestamp) -> Intent {
    guard let page = first?.page(fleet) else { return .none }
    first = nil
    return page == self.page ? .none : show(page, fleet, at: now)
  }
}
