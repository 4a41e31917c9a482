extension Fleet {
  /// The control plane's whole list. What it lacks is gone, unless it doesn't hold everything.
  mutating func reconcileRoster(_ rows: [OrgRow], _ limit: Int, _ unreadable: Int, _ event: FleetEvent) {
    defer { learnSharedBoots(at: event.at) }
    let isFirst = sources[.controlPlane]?.lastComplete == nil
    for row in rows { upsert(row, event, announce: !isFirst) }
    // The purges may have come before the orgs that they are of.
    for purge in purges.values where purge.status != .completed { noteDeletion(by: purge) }
    if unreadable > 0 { return notePartial("\(unreadable) of its rows could not be read", event) }
    if rows.count >= limit { return notePartial("\(rows.count) rows came, as many as were asked for: there may be more", event) }
    if rows.isEmpty, !orgs.keys.allSatisfy(purgeTable.hasPurged) {
      return notePartial("an empty roster came while \(orgs.count) orgs were known", event)
    }
    let listed = Set(rows.map(\.id))
    let asked = event.asked ?? event.at
    for id in orgs.keys.filter({ !listed.contains($0) }).sorted() {
      guard let org = orgs[id], org.statusToldAt <= asked else { continue }
      record(event, .orgGone, org: id, data: Self.found([:]))
      depart(id, at: event.at)
    }
    noteComplete(event)
  }

  mutating func upsert(_ row: OrgRow, _ event: FleetEvent, announce: Bool) {
    let asked = event.asked ?? event.at
    guard let known = orgs[row.id] else {
      roster.add(Org(row: row, statusToldAt: event.at, firstSeen: event.at, lastSeen: asked))
      refreshBoot(ofOrg: row.id, since: nil, at: event.at)
      changes.orgs.insert(row.id)
      if announce {
        record(event, .orgCreated, org: row.id, data: Self.found(["name": JSONValue(row.name), "status": JSONValue(row.status?.text)]))
      }
      return
    }
    let before = known.row
    var row = row
    // What a stream told after the question left is newer than the answer.
    if known.statusToldAt > asked { row.status = before.status }
    if row.slug != before.slug {
      // Another source tells of its workspaces from now on.
      keepFloors(toldBy: .tenant(before.slug), at: event.at)
      changes.workspaces.formUnion(tenants.ids(of: row.id))
    }
    let hasTurned = row.status != before.status
    roster.update(row.id) { org in
      org.lastSeen = asked
      org.row = row
      if hasTurned { org.statusToldAt = event.at }
    }
    guard row != before else { return }
    changes.orgs.insert(row.id)
    guard hasTurned else { return }
    refreshBoot(ofOrg: row.id, since: event.at, at: event.at)
    if announce {
      record(
        event, .orgStatus, org: row.id,
        data: Self.found([
          "instance_status": JSONValue(row.status?.text), "was": JSONValue(before.status?.text), "last_error": JSONValue(row.lastError),
        ]))
    }
  }

  /// Lets an org go, with its workspaces; its machines stay until EC2 says otherwise.
  mutating func depart(_ id: OrgID, at now: Timestamp) {
    guard let slug = orgs[id]?.slug else { return }
    for workspace in tenants.ids(of: id) { dropWorkspace(workspace) }
    // Two may have had the name for a while.
    keepFloors(toldBy: .tenant(slug), at: now)
    boots.end(.tenant(id))
    roster.remove(id)
    sourceTable.remove(.tenant(slug))
    markChanged(.tenant(slug))
    changes.orgs.insert(id)
  }

  mutating func noteAbsence(of slug: Slug, _ event: FleetEvent) {
    guard let org = org(named: slug), org.statusToldAt <= event.asked ?? event.at else { return }
    record(event, .orgGone, org: org.id, data: Self.found([:]))
    depart(org.id, at: event.at)
  }

  mutating func noteSubsystems(_ rows: [SubsystemRow], of id: OrgID, _ event: FleetEvent) {
    roster.update(id) { org in
      org.subsystems = rows
      org.subsystemsReadAt = event.asked ?? event.at
    }
    changes.orgs.insert(id)
  }

  /// Takes over what was known of orgs before this program began: those that no roster holds any more.
  public mutating func adopt(_ sightings: [OrgSighting]) { roster.adopt(sightings) }

  /// When a roster last held each org that is known.
  public var sightings: [OrgSighting] {
    orgs.values.compactMap { org in org.lastSeen.map { OrgSighting(id: org.id, slug: org.slug, lastSeen: $0) } }
  }

  // MARK: - Boots

  /// Follows the tenant's boot while the control plane says `provisioning` (or nothing yet).
  mutating func refreshBoot(ofOrg id: OrgID, since: Timestamp?, at now: Timestamp) {
    guard let org = orgs[id] else { return }
    let isComing = org.row.status == .provisioning || org.row.status == nil
    if isComing, org.boot == nil {
      let launched = tenantMachine(of: id)?.row.launchedAt
      // An org that was made long ago and provisions now is being provisioned again: its machine tells since when.
      let created = org.row.createdAt.flatMap { now - $0 < 7200 ? $0 : nil }
      roster.update(id) { $0.boot = Boot(startedAt: created ?? launched ?? since) }
      boots.begin(.tenant(id))
      regroup(.tenant(id), at: now)
    } else if !isComing, org.boot != nil {
      switch org.row.status {
      case .running: finish(.tenant(id), .ok, at: since ?? now)
      case .failed: finish(.tenant(id), .failed, at: since ?? now)
      default: break
      }
      roster.update(id) { org in
        org.failedBoot = org.row.status == .failed ? org.boot : nil
        if org.row.status == .running { org.doneBoot = org.boot }
        org.boot = nil
      }
      boots.end(.tenant(id))
    }
    changes.orgs.insert(id)
  }

  mutating func noteBootEvents(_ rows: [BootEventRow], of id: OrgID, _ event: FleetEvent) {
    roster.update(id) { $0.bootEventsReadAt = event.asked ?? event.at }
    changes.orgs.insert(id)
    // A tenant that had failed before it was first seen: what its machine told is the only trace of that boot.
    if let org = orgs[id], org.boot == nil, org.failedBoot == nil, org.row.status == .failed {
      let start = tenantMachine(of: id)?.row.launchedAt ?? org.row.createdAt
      var boot = Boot(startedAt: start)
      for row in rows where row.workspaceID == nil && (row.at ?? event.at) >= (start ?? .distantPast) + -5 { boot.note(row, at: event.at) }
      roster.update(id) { $0.failedBoot = boot }
    }
    for row in rows.sorted(by: { ($0.at ?? .distantPast) < ($1.at ?? .distantPast) }) { noteBoot(row, org: id, at: event.at) }
    if event.source == .database { noteSharedBoots(rows, of: id, at: event.at) }
  }
}
