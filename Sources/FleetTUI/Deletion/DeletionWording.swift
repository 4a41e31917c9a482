import FleetModel

// How a deletion is told.

extension DeletionEntry {
  /// How long an unfinished deletion may last (contract §8.3).
  static let deadline = 30 * 86_400.0

  /// Of a failed one: what its age means.
  func age(at now: Timestamp) -> (text: String, role: Role)? {
    guard let beganAt, standing.hasFailed else { return nil }
    let age = now - beganAt
    if age > Self.deadline { return ("over GDPR's 30 days", .danger) }
    let left = "GDPR's 30 days end in \(Moment.coarse(Self.deadline - age))"
    if age > 48 * 3600 { return ("over 48 h, \(left)", .failed) }
    if age > 24 * 3600 { return ("over 24 h, \(left)", .late) }
    return ("under 24 h", .warning)
  }
}

extension DeletionEntry.Standing {
  var word: String {
    switch self {
    case .waiting(let what): what
    case .running: "running"
    case .queued: "queued"
    case .failed: "failed"
    case .ended(let outcome): outcome.rawValue
    case .completed: "completed"
    case .refused: "refused"
    }
  }

  var role: Role {
    switch self {
    case .waiting, .running, .queued: .running
    case .failed, .ended(.stalled): .failed
    // Of what was refused nothing was begun.
    case .ended(.partial), .ended(.queued), .ended(.failed), .refused: .warning
    case .ended(.verified): .ok
    // The control plane's word alone.
    case .completed: .dim
    }
  }
}
