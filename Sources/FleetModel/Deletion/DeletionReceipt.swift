/// How a deletion ended (`docs/deletion.md`).
public enum DeletionOutcome: String, Hashable, Codable, Sendable {
  /// Every leg that could be asked about says gone.
  case verified
  /// Accepted, but something is left or can't be told.
  case partial
  /// Queued, or under way, and not finished in the time it was followed.
  case queued
  /// Failed half-way, or the answer was lost while the org still stands: the same request resumes it, or finds out.
  case stalled
  /// Refused, and the refusal was read, or nothing left at all: nothing began.
  case failed
}

/// What was done and what was read back, for those who ask a year later.
public struct DeletionReceipt: Hashable, Sendable {
  public struct Request: Hashable, Codable, Sendable {
    public var at: Timestamp
    public var path: String
    /// `nil` when no answer came.
    public var status: Int?
    public var purgeID: PurgeID?

    public init(at: Timestamp, path: String, status: Int? = nil, purgeID: PurgeID? = nil) {
      self.at = at
      self.path = path
      self.status = status
      self.purgeID = purgeID
    }
  }

  public var id: String
  public var orgID: OrgID
  public var slug: Slug
  public var environment: String
  /// `user@host`.
  public var `operator`: String
  public var planHash: String
  public var startedAt: Timestamp
  public var endedAt: Timestamp
  public var requests: [Request]
  public var legs: DeletionLegs
  public var outcome: DeletionOutcome
  /// US dollars of compute an hour that the plan said would stop.
  public var hourlySaved: Double?

  /// Whether it is kept: a receipt is of what this operator sent, not of what was looked at.
  public var isOfRequest: Bool { !requests.isEmpty }

  /// What was read back of a run that somebody else carried out: like a receipt, but none.
  public var watched: JSONValue {
    let members = (body(previous: nil).members ?? []).filter { $0.name != "id" }
    return .object([.init("id", .null)] + members + [.init("hash", .null)])
  }

  /// The receipt as it is hashed and kept: without its own hash. - Parameter previous: the hash of the one before.
  public func body(previous: String?) -> JSONValue {
    [
      "id": .string(id), "org": ["id": JSONValue(orgID), "slug": JSONValue(slug)], "environment": .string(environment),
      "operator": .string(self.operator), "plan_hash": .string(planHash), "started_at": JSONValue(startedAt),
      "ended_at": JSONValue(endedAt),
      "requests": .array(
        requests.map {
          [
            "at": JSONValue($0.at), "method": "DELETE", "path": .string($0.path), "status": JSONValue($0.status),
            "purge_id": JSONValue($0.purgeID),
          ]
        }),
      "legs": legs.json, "outcome": .string(outcome.rawValue), "hourly_saved": JSONValue(hourlySaved), "previous": JSONValue(previous),
    ]
  }
}
