/// The last time that the tenants' machines were replaced one after another, inferred from when those that run now were launched: no route tells of a
/// redeployment that was (contract §1.12 has the one that begins one), and one that only restarts a tenant's container leaves no trace in a machine.
public struct Rollout: Hashable, Sendable {
  /// Which of its groups a tenant was in.
  public enum Place: Hashable, Comparable, Sendable {
    case canary
    /// Counted from 1.
    case batch(Int)
  }

  public struct Wave: Hashable, Sendable {
    public let place: Place
    /// In the order of their launches.
    public fileprivate(set) var orgs: [OrgID]
    public let began: Timestamp
    public fileprivate(set) var ended: Timestamp
  }

  public private(set) var waves: [Wave] = []
  /// What each region's tenants were last replaced with.
  public private(set) var images: [Region: String] = [:]
  private var places: [OrgID: Place] = [:]

  /// Seconds after its org's creation up to which a machine is its first one, not another's successor.
  static let birth = 3600.0
  /// Seconds between two launches that belong to one batch, at most.
  static let together = 45.0
  /// Seconds between two launches that belong to one rollout, at most: longer than any soak.
  static let longestPause = 1800.0

  /// `nil`: no machine is known to have replaced another.
  public init?(of fleet: Fleet) {
    let replaced = fleet.orgs.values.compactMap { org -> (org: OrgID, at: Timestamp)? in
      guard org.row.status != .purged, let created = org.row.createdAt, let launched = fleet.tenantMachine(of: org.id)?.row.launchedAt,
        launched - created > Self.birth
      else { return nil }
      return (org.id, launched)
    }.sorted { ($0.at, $0.org) < ($1.at, $1.org) }
    // The last of the series that pauses part.
    let start = replaced.indices.last { $0 > 0 && replaced[$0].at - replaced[$0 - 1].at > Self.longestPause } ?? 0
    let series = replaced[start...]
    guard let first = series.first else { return nil }
    let second = series.dropFirst().first
    let hasCanary = second.map { $0.at - first.at > Self.together } ?? true
    for (org, at) in series {
      if let last = waves.last, at - last.ended <= Self.together, last.place != .canary {
        waves[waves.count - 1].orgs.append(org)
        waves[waves.count - 1].ended = at
      } else {
        let place: Place = hasCanary ? (waves.isEmpty ? .canary : .batch(waves.count)) : .batch(waves.count + 1)
        waves.append(Wave(place: place, orgs: [org], began: at, ended: at))
      }
      places[org] = waves.last?.place
      if let machine = fleet.tenantMachine(of: org)?.row, let image = machine.imageID { images[machine.region] = image }
    }
  }

  public func place(of org: OrgID) -> Place? { places[org] }

  public var began: Timestamp? { waves.first?.began }
  public var ended: Timestamp? { waves.last?.ended }

  /// Seconds from the canary's launch to the first batch's.
  public var soak: Double? {
    guard waves.count > 1, waves[0].place == .canary else { return nil }
    return waves[1].began - waves[0].began
  }
}
