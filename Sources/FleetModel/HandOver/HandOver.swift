/// What happened since a moment, for whoever takes over: orgs that came and went, what became critical and recovered, machines found to run
/// for nobody.
///
/// That orgs came and went the control plane tells, whether anybody watched or not; the rest was seen here, or not at all (``watchedSince``).
public struct HandOver: Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable, Comparable {
    case new
    /// A critical finding came where there was none.
    case critical
    /// The last critical finding went, and what it was about is still there.
    case recovered
    case deleted
    /// A machine was found to run for nobody.
    case orphan

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  public enum Target: Hashable, Sendable {
    case org(OrgID)
    case workspace(WorkspaceID)
    case instance(InstanceID)
    /// A run of the cascade.
    case purge(PurgeID)
    case fleet
  }

  public struct Item: Hashable, Sendable {
    public var at: Timestamp
    public var kind: Kind
    public var target: Target
    public var name: String
    public var why: String
    /// US dollars of compute an hour; `nil` when unknown.
    public var hourly: Double?
  }

  public let since: Timestamp
  /// When the watch began of which what is not told by others is known; `nil`: it has not.
  public let watchedSince: Timestamp?
  /// The newest first.
  public let items: [Item]

  public init(of fleet: Fleet, since: Timestamp) {
    self.since = since
    watchedSince = fleet.chronicle.begin
    let items = Self.newOrgs(fleet, since) + Self.deletions(fleet, since) + Self.seen(fleet, since)
    self.items = items.sorted { ($1.at, $0.kind, $0.name) < ($0.at, $1.kind, $1.name) }
  }

  public func count(_ kind: Kind) -> Int { items.count { $0.kind == kind } }

  /// How many of those that became critical are so still.
  public var stillCritical: Int {
    var open: Set<Target> = []
    for item in items.reversed() {
      switch item.kind {
      case .critical: open.insert(item.target)
      case .recovered: open.remove(item.target)
      case .new, .deleted, .orphan: break
      }
    }
    return open.count
  }

  private static func newOrgs(_ fleet: Fleet, _ since: Timestamp) -> [Item] {
    fleet.orgs.values.compactMap { org in
      guard let created = org.row.createdAt, created >= since, org.row.status != .purged else { return nil }
      return Item(
        at: created, kind: .new, target: .org(org.id), name: org.slug.rawValue, why: org.standing,
        hourly: fleet.hourly(of: org.id).value?.exact)
    }
  }

  private static func deletions(_ fleet: Fleet, _ since: Timestamp) -> [Item] {
    var gone: Set<OrgID> = []
    var items = fleet.purges.values.compactMap { purge -> Item? in
      guard purge.status == .completed, let completed = purge.completedAt, completed >= since else { return nil }
      if let org = purge.orgID { gone.insert(org) }
      return Item(
        at: completed, kind: .deleted, target: .purge(purge.id), name: fleet.name(of: purge),
        why: "the cascade completed", hourly: nil)
    }
    for (id, sighting) in fleet.departed where sighting.lastSeen >= since && fleet.orgs[id] == nil && !gone.contains(id) {
      items.append(
        Item(
          at: sighting.lastSeen, kind: .deleted, target: .org(id), name: fleet.name(of: id), why: "the roster no longer holds it",
          hourly: nil))
    }
    return items
  }

  /// What was seen here. What was so when it was first looked at is said with when its tenant recorded it, and stands there where that is not too long ago.
  private static func seen(_ fleet: Fleet, _ since: Timestamp) -> [Item] {
    var told: Set<Target> = []
    return fleet.chronicle.items.reversed().compactMap { item in
      guard item.at >= since else { return nil }
      guard told.insert(item.target).inserted, item.kind == .critical, case .workspace(let id) = item.target,
        let recorded = fleet.workspaces[id]?.reasonAt, item.at - recorded > recordedBefore
      else { return item }
      var item = item
      item.why += " (recorded \(recorded))"
      if recorded >= since { item.at = recorded }
      return item
    }
  }

  /// Seconds from what a tenant records to what is seen of it here, where both are of the same moment.
  private static let recordedBefore = 60.0
}

extension HandOver.Target {
  init(_ target: Finding.Target) {
    switch target {
    case .org(let id): self = .org(id)
    case .workspace(let id): self = .workspace(id)
    case .fleet: self = .fleet
    }
  }
}
