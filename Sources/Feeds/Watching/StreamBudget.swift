import FleetModel

/// Which workspaces get a stream of their own. A stream costs a connection; a fleet has thousands of workspaces and most of them stand still.
public struct StreamBudget: Hashable, Sendable {
  public enum Choice: Hashable, Sendable {
    /// What moves and what is on screen.
    case needed
    /// What is on screen alone: the fleet feed carries the rest.
    case shown
    /// Everything that fits, what moves first.
    case all
  }

  public struct Candidate: Hashable, Sendable {
    public var id: WorkspaceID
    public var status: WorkspaceStatus
    public var isShown: Bool

    public init(id: WorkspaceID, status: WorkspaceStatus, isShown: Bool = false) {
      self.id = id
      self.status = status
      self.isShown = isShown
    }

    /// May change any moment.
    var isMoving: Bool {
      switch status {
      case .provisioning, .hibernating, .awaitingAgent, .degraded, .failed: true
      default: false
      }
    }
  }

  /// Streams at once.
  public var limit = 200
  public var choice = Choice.needed

  public init() {}

  /// Whether it is worth a stream, where there is room.
  func wants(_ candidate: Candidate) -> Bool {
    guard candidate.status != .removed else { return false }
    return switch choice {
    case .needed: candidate.isMoving || candidate.isShown
    case .shown: candidate.isShown
    case .all: true
    }
  }

  /// Those that get one: what comes up first, then what is on screen, then the rest by id, so that the choice stays put while nothing changes.
  public func chosen(of candidates: some Sequence<Candidate>) -> Set<WorkspaceID> {
    let wanted = candidates.filter(wants)
    guard wanted.count > limit else { return Set(wanted.map(\.id)) }
    func rank(_ candidate: Candidate) -> Int {
      if candidate.status == .provisioning { return 0 }
      if candidate.isMoving { return 1 }
      return candidate.isShown ? 2 : 3
    }
    return Set(wanted.sorted { (rank($0), $0.id) < (rank($1), $1.id) }.prefix(limit).map(\.id))
  }
}
