/// How many workspaces get a stream of their own, and which. A stream costs a connection; a fleet has thousands of workspaces and most of them
/// stand still.
public struct StreamBudget: Hashable, Sendable {
  public enum Choice: Hashable, Sendable {
    /// What moves and what is on screen.
    case needed
    /// What is on screen alone: the fleet feed carries the rest.
    case shown
    /// Everything that fits, what moves first.
    case all
  }

  /// Streams at once.
  public var limit = 200
  public var choice = Choice.needed

  public init() {}

  /// Why a workspace in that status is worth a stream, where there is room; `nil`: it isn't.
  func reason(of status: WorkspaceStatus, isShown: Bool = false, isAwaited: Bool = false) -> StreamWant.Reason? {
    guard status != .removed else { return nil }
    if isAwaited { return .awaited }
    let reason: StreamWant.Reason = status.isMoving ? (status == .provisioning ? .boots : .unsettled) : isShown ? .shown : .everything
    return switch choice {
    case .needed: reason == .everything ? nil : reason
    case .shown: isShown ? reason : nil
    case .all: reason
    }
  }
}

extension WorkspaceStatus {
  /// May change any moment.
  fileprivate var isMoving: Bool {
    switch self {
    case .provisioning, .hibernating, .awaitingAgent, .degraded, .failed: true
    default: false
    }
  }
}

/// Of those that are worth a stream the ones that get it: by why, then by id, so that the choice stays put while nothing changes. A change costs
/// a search, however many there are.
struct StreamChoice: Sendable {
  private var reasons: [WorkspaceID: StreamWant.Reason] = [:]
  /// By reason, each in the order of the ids.
  private var ranks: [[WorkspaceID]] = Array(repeating: [], count: StreamWant.Reason.allCases.count)

  /// - Returns: whether that is another word than before.
  mutating func set(_ id: WorkspaceID, _ reason: StreamWant.Reason?) -> Bool {
    guard reasons[id] != reason else { return false }
    if let before = reasons[id] {
      let place = Self.place(of: id, in: ranks[before.rawValue])
      ranks[before.rawValue].remove(at: place)
    }
    reasons[id] = reason
    if let reason { ranks[reason.rawValue].insert(id, at: Self.place(of: id, in: ranks[reason.rawValue])) }
    return true
  }

  func reason(of id: WorkspaceID) -> StreamWant.Reason? { reasons[id] }

  /// The first `limit` of them.
  func chosen(limit: Int) -> Set<WorkspaceID> { Set(ranks.lazy.joined().prefix(max(0, limit))) }

  /// Where it stands, or would.
  private static func place(of id: WorkspaceID, in ids: [WorkspaceID]) -> Int {
    var (low, high) = (0, ids.count)
    while low < high {
      let middle = (low + high) / 2
      if ids[middle] < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
