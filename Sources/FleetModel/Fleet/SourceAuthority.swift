// What a source may say. That is decided by who it is, before anything that it said is believed: the control plane and its feed speak for the
// whole fleet, a region for its machines, a tenant for the workspaces of its own org and for nothing else.

extension EventType {
  /// Who may say it on a stream.
  enum Voice: Hashable, Sendable {
    /// The fleet feed: it is about orgs, machines and deletions (`docs/fleet-feed.md`).
    case fleet
    /// A tenant too, about a workspace of its own. Types that nobody knows yet are of this kind.
    case workspace
    /// Nobody: such lines are written here, where two answers were compared, or where something was done.
    case here
  }

  var voice: Voice {
    switch self {
    case .orgCreated, .orgStatus, .orgPurged, .instanceState, .purgeStep, .feedReset: .fleet
    case .orgGone, .instanceGone, .gap, .sourceFailed, .sourceRecovered, .sourceRefused, .workspaceStatus, .workspaceSilent,
      .deletionPlanned, .deletionBegun, .deletionFollowed, .deletionEnded:
      .here
    default: .workspace
    }
  }
}

extension Source {
  /// Why an event that this source streamed counts for nothing; `nil` when it may say that.
  /// - Parameters:
  ///   - own: the orgs for which a tenant speaks: those that have its name.
  ///   - owner: the org to which a workspace is known to belong; one that nobody knows belongs to the tenant that tells of it.
  public func objection(to event: StreamedEvent, own: Set<OrgID>, owner: (WorkspaceID) -> OrgID?) -> String? {
    switch (self, event.type.voice) {
    case (.feed, .fleet), (.feed, .workspace): return nil
    case (.feed, .here), (.tenant, .here): return "\(event.type) is no type that a server sends"
    case (.tenant, .fleet): return "only the fleet feed may say \(event.type)"
    case (.tenant(let slug), .workspace):
      if let org = event.orgID, !own.contains(org) { return "it is about org \(org), which is not this tenant's" }
      if let name = event.slug, name != slug { return "it is about org \(name), which is not this tenant's" }
      guard let workspace = event.workspaceID else {
        let isBoot = event.type == .bootEvent || event.type == .bootStep
        return isBoot ? "only the fleet feed may tell of a tenant's own boot" : nil
      }
      return owner(workspace).flatMap { own.contains($0) ? nil : "workspace \(workspace) belongs to org \($0)" }
    case (.controlPlane, _), (.database, _), (.dns, _), (.ec2, _), (.here, _): return "it has no stream"
    }
  }

  /// Whether a source of this kind may say such a thing of anybody.
  func maySay(_ change: FleetEvent.Change) -> Bool {
    switch change {
    // Of itself.
    case .expected, .failed, .notOffered, .gap: true
    case .lacking(.streams, _): isTenant
    case .lacking(.purges, _): self == .controlPlane
    case .roster, .orgAbsent: self == .controlPlane
    case .purges: self == .controlPlane || self == .database
    case .databaseRows: self == .database
    case .zone, .answered: self == .dns
    case .streamed: self == .feed || isTenant
    case .streamOpened(nil), .streamClosed(nil): self == .feed
    case .streamOpened, .streamClosed, .streamRefused, .tokenRead, .tokenRefused, .workspaces, .storedEvents, .subsystems: isTenant
    case .bootEvents: self == .controlPlane || self == .database || isTenant
    case .clock: self == .controlPlane || isRegion
    case .instances, .resources, .vcpuLimit: isRegion
    case .configured, .learned, .sighted, .deletionPlanned, .deletion, .receipts: self == .here
    }
  }

  private var isTenant: Bool { if case .tenant = self { true } else { false } }
  private var isRegion: Bool { if case .ec2 = self { true } else { false } }
}

/// What a source said that it may not say: it changed nothing.
public struct Overreach: Hashable, Sendable {
  public var source: Source
  /// How often.
  public var count = 0
  /// The last one: what was said, and why it was refused.
  public var said: String
  public var reason: String
  public var at: Timestamp
  /// The workspaces of others that the source's lists named the last time: said once, not at every poll.
  var listed: [String: Set<WorkspaceID>] = [:]
}

extension Fleet {
  /// What is left of an event once everything is taken out that its source may not say; `nil`: nothing. What is taken out is told.
  mutating func admitted(_ event: FleetEvent) -> FleetEvent? {
    guard event.source.maySay(event.change) else {
      refuse(event, event.change.name, "\(event.source) may not say that", of: nil)
      return nil
    }
    switch event.change {
    case .streamed(let streamed): return admitted(streamed, event)
    case .workspaces(let org, let rows):
      guard speaks(for: org, event) else { return nil }
      return taking(event, .workspaces(org, ownRows(rows, of: org, event) { $0.id }))
    case .storedEvents(let org, let rows):
      guard speaks(for: org, event) else { return nil }
      return taking(event, .storedEvents(org, ownRows(rows, of: org, event) { $0.workspaceID }))
    case .bootEvents(let org, let rows):
      guard speaks(for: org, event) else { return nil }
      return taking(event, .bootEvents(org, ownRows(rows, of: org, event) { $0.workspaceID }))
    case .subsystems(let org, _), .tokenRead(let org), .tokenRefused(let org): return speaks(for: org, event) ? event : nil
    case .gap(_, let workspace?), .streamOpened(let workspace?), .streamClosed(let workspace?), .streamRefused(let workspace, _):
      guard case .tenant(let slug) = event.source, let owner = workspaces[workspace]?.orgID, !roster.ids(named: slug).contains(owner)
      else {
        return event
      }
      refuse(event, event.change.name, "workspace \(workspace) belongs to org \(owner)", of: orgID(named: slug))
      return nil
    default: return event
    }
  }

  private func taking(_ event: FleetEvent, _ change: FleetEvent.Change) -> FleetEvent {
    var event = event
    event.change = change
    return event
  }

  private mutating func admitted(_ streamed: StreamedEvent, _ event: FleetEvent) -> FleetEvent? {
    var own: Set<OrgID> = []
    if case .tenant(let slug) = event.source { own = roster.ids(named: slug) }
    guard let reason = event.source.objection(to: streamed, own: own, owner: { workspaces[$0]?.orgID }) else { return event }
    let claims: JSONValue = [
      "org_id": JSONValue(streamed.orgID), "slug": JSONValue(streamed.slug), "workspace_id": JSONValue(streamed.workspaceID),
    ]
    refuse(event, streamed.type.rawValue, reason, of: nil, claims: claims.members ?? [])
    return nil
  }

  /// Whether the source may tell of that org; a tenant only of its own. Of an org that nobody knows (any more) nothing is taken anyway.
  private mutating func speaks(for org: OrgID, _ event: FleetEvent) -> Bool {
    guard case .tenant(let slug) = event.source, let known = orgs[org], known.slug != slug else { return true }
    refuse(event, event.change.name, "it is about org \(org), which is not this tenant's", of: orgID(named: slug))
    return false
  }

  /// The rows without those about workspaces of other orgs.
  private mutating func ownRows<Row>(_ rows: [Row], of org: OrgID, _ event: FleetEvent, _ workspace: (Row) -> WorkspaceID?) -> [Row] {
    func owner(_ row: Row) -> OrgID? { workspace(row).flatMap { workspaces[$0]?.orgID }.flatMap { $0 == org ? nil : $0 } }
    let list = "\(event.source) \(event.change.name)"
    let strange = rows.filter { owner($0) != nil }
    let ids = Set(strange.compactMap(workspace))
    let told = orgs[org]?.overreach?.listed[list] ?? []
    if let first = ids.subtracting(told).min(), let other = workspaces[first]?.orgID {
      let more = ids.count > 1 ? ", and \(ids.count - 1) more of others" : ""
      refuse(event, event.change.name, "workspace \(first) belongs to org \(other)\(more)", of: org)
    }
    if ids != told { roster.update(org) { $0.overreach?.listed[list] = ids.isEmpty ? nil : ids } }
    return strange.isEmpty ? rows : rows.filter { owner($0) == nil }
  }

  /// Tells what was refused: a line of the log, and a finding of the org that the source speaks for.
  private mutating func refuse(_ event: FleetEvent, _ said: String, _ reason: String, of org: OrgID?, claims: [JSONValue.Member] = []) {
    var org = org
    if org == nil, case .tenant(let slug) = event.source { org = orgID(named: slug) }
    let data = [.init("said", .string(said)), .init("reason", .string(reason))] + claims.filter { !$0.value.isNull }
    record(event, .sourceRefused, org: org, data: .object(data))
    guard let org, orgs[org] != nil else { return }
    roster.update(org) { org in
      var overreach = org.overreach ?? Overreach(source: event.source, said: said, reason: reason, at: event.at)
      overreach.source = event.source
      overreach.count += 1
      (overreach.said, overreach.reason, overreach.at) = (said, reason, event.at)
      org.overreach = overreach
    }
    changes.orgs.insert(org)
  }
}

extension FleetEvent.Change {
  /// What it is, for who reads of it.
  fileprivate var name: String {
    switch self {
    case .expected: "a poll interval"
    case .roster: "a roster"
    case .purges: "deletions"
    case .bootEvents: "boot events"
    case .orgAbsent: "that an org is gone"
    case .workspaces: "a list of workspaces"
    case .storedEvents: "recorded events"
    case .subsystems: "subsystems"
    case .instances: "machines"
    case .clock: "a clock"
    case .zone, .answered: "a DNS zone"
    case .resources: "volumes, addresses and groups"
    case .databaseRows: "rows of a database"
    case .vcpuLimit: "a vCPU quota"
    case .configured: "settings"
    case .learned: "boots that were learned from"
    case .sighted: "orgs that were seen"
    case .deletionPlanned, .deletion: "a deletion done here"
    case .receipts: "receipts"
    case .streamed(let event): event.type.rawValue
    case .streamOpened: "an open stream"
    case .streamClosed: "a closed stream"
    case .streamRefused: "a refused stream"
    case .tokenRead, .tokenRefused: "what became of a token"
    case .gap: "a gap"
    case .failed: "a failure"
    case .notOffered: "that something is not offered"
    case .lacking(let part, _): "that its \(part.rawValue) can't be had"
    }
  }
}
