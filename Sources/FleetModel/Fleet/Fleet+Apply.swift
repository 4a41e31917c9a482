extension Fleet {
  /// Takes one event in. The only door through which the fleet changes.
  public mutating func apply(_ event: FleetEvent) {
    guard let event = admitted(event) else { return }
    if case .ec2(let region) = event.source { regions.insert(region) }
    notePlanned(event)
    noteReach(event)
    if case .expected(let pollInterval) = event.change {
      // It may be stale sooner or later from now on.
      if sources[event.source]?.pollInterval != pollInterval || sources[event.source]?.isStream != (pollInterval == nil) {
        keepFloors(toldBy: event.source, at: event.at)
      }
      sources[event.source, default: SourceRecord()].pollInterval = pollInterval
      sources[event.source]?.isStream = pollInterval == nil
      turn(event.source)
      return
    }
    if event.source == .feed, event.change.changesWhatIsHeard {
      keepFloors(at: event.at)
      turn(.feed)
    }
    switch event.change {
    case .expected: break
    case .configured(let settings): configure(settings)
    case .learned(let boots): relearn(boots, at: event.at)
    case .sighted(let orgs): adopt(orgs)
    case .deletionPlanned(let org, let slug): notePlan(of: org, slug, event)
    case .deletion(let report): applyDeletion(report, event)
    case .receipts(let receipts): applyReceipts(receipts)
    case .roster(let rows, let limit, let unreadable):
      guard accept(event) else { return }
      applyRoster(rows, limit, unreadable, event)
      learnSharedBoots(at: event.at)
    case .instances(let rows, let complete, let problem):
      guard accept(event) else { return }
      applyInstances(rows, complete, problem, event)
      learnSharedBoots(at: event.at)
    case .purges(let rows): applyPurges(rows, event)
    case .bootEvents(let org, let rows):
      applyBootEvents(rows, of: org, event)
      if event.source == .database { noteSharedBoots(rows, of: org, at: event.at) }
    case .orgAbsent(let slug): applyAbsence(of: slug, event)
    case .workspaces(let org, let rows):
      guard accept(event) else { return }
      applyWorkspaces(rows, of: org, event)
      learnSharedBoots(at: event.at)
    case .storedEvents(let org, let rows): applyStoredEvents(rows, of: org)
    case .subsystems(let org, let rows):
      orgs[org]?.subsystems = rows
      orgs[org]?.subsystemsReadAt = event.asked ?? event.at
      changes.orgs.insert(org)
    case .clock(let offset): applyClock(offset, event)
    case .zoneRead: noteComplete(event)
    case .zone(let reading): if accept(event) { applyZone(reading, event) }
    case .resources(let read): applyResources(read, event)
    case .databaseRows(let rows): if accept(event) { applyDatabase(rows, event) }
    case .vcpuLimit(let limit, let problem): applyVCPULimit(limit, problem, event)
    case .streamed(let streamed): applyStreamed(streamed, event)
    case .streamOpened(let workspace): applyOpening(of: workspace, event)
    case .streamClosed(let workspace): applyClosing(of: workspace, event)
    // They share the tenant's token: where one is refused, all are.
    case .streamRefused(_, let reason): applyLack(of: .streams, "its streams are refused: \(reason)", event)
    case .tokenRead, .tokenRefused: break
    case .gap(let reason, let workspace):
      if let workspace { workspaces[workspace]?.listening.missed(at: event.at) }
      if workspace == nil, sources[event.source]?.isStream == true { sources[event.source]?.openedAt = event.at }
      record(event, .gap, workspace: workspace, data: ["reason": .string(reason)])
    case .failed(let reason):
      // A stream that broke answers no question.
      if event.asked == nil || !isLate(event) { applyFailure(reason, event) }
    case .lacking(let part, let reason): applyLack(of: part, reason, event)
    case .notOffered(let reason): applyNotOffered(reason, event)
    }
  }

  /// Whether an answer may still be applied: a late one to an older question may not.
  private mutating func accept(_ event: FleetEvent) -> Bool {
    guard !isLate(event) else { return false }
    sources[event.source, default: SourceRecord()].epoch = event.epoch
    return true
  }

  /// Whether a later question than this event's was answered already.
  private func isLate(_ event: FleetEvent) -> Bool { event.epoch < sources[event.source]?.epoch ?? 0 }

  // MARK: - Sources

  /// Something of the source looks different now.
  mutating func turn(_ source: Source) {
    changes.sources.insert(source)
    changes.turned = true
  }

  mutating func noteComplete(_ event: FleetEvent) {
    let hadFailed = sources[event.source].map { $0.failure != nil } ?? false
    let wasComplete = sources[event.source]?.freshness(at: event.at).state == .complete
    sources[event.source, default: SourceRecord()].succeed(at: event.asked ?? event.at)
    changes.sources.insert(event.source)
    if !wasComplete { changes.turned = true }
    if hadFailed { record(event, .sourceRecovered, data: .object([])) }
  }

  mutating func notePartial(_ reason: String, _ event: FleetEvent) {
    sources[event.source, default: SourceRecord()].succeedPartly(at: event.asked ?? event.at, because: reason)
    turn(event.source)
  }

  private mutating func applyFailure(_ reason: String, _ event: FleetEvent) {
    let before = sources[event.source]?.failure
    sources[event.source, default: SourceRecord()].fail(at: event.at, because: reason)
    turn(event.source)
    if before != reason { record(event, .sourceFailed, data: ["reason": .string(reason)]) }
  }

  private mutating func applyLack(of part: SourcePart, _ reason: String, _ event: FleetEvent) {
    let known = sources[event.source]?.lacks[part]
    sources[event.source, default: SourceRecord()].lacks[part] = SourceLack(since: known?.since ?? event.at, reason: reason)
    turn(event.source)
    if known == nil { record(event, .sourceFailed, data: ["reason": .string(reason), "part": .string(part.rawValue)]) }
  }

  /// The part came.
  private mutating func noteOffered(_ part: SourcePart, _ event: FleetEvent) {
    guard sources[event.source]?.lacks.removeValue(forKey: part) != nil else { return }
    turn(event.source)
    record(event, .sourceRecovered, data: ["part": .string(part.rawValue)])
  }

  private mutating func applyNotOffered(_ reason: String, _ event: FleetEvent) {
    sources[event.source, default: SourceRecord()].notOffered = reason
    sources[event.source]?.failure = nil
    sources[event.source]?.lastFailure = nil
    sources[event.source]?.lostSince = nil
    sources[event.source]?.close(at: event.at)
    turn(event.source)
  }

  private mutating func applyOpening(of workspace: WorkspaceID?, _ event: FleetEvent) {
    if let workspace {
      openStreams.insert(workspace)
      workspaces[workspace]?.listening.opened(at: event.at)
      changes.workspaces.insert(workspace)
      noteOffered(.streams, event)
    } else if event.source == .feed {
      sources[event.source, default: SourceRecord()].isOpen = true
      sources[event.source]?.isStream = true
      // A stream that resumed lost nothing; one that did not is followed by a gap.
      if sources[event.source]?.openedAt == nil { sources[event.source]?.openedAt = event.at }
      noteComplete(event)
    }
  }

  private mutating func applyClosing(of workspace: WorkspaceID?, _ event: FleetEvent) {
    if let workspace {
      keepFloor(of: .workspace(workspace), at: event.at)
      openStreams.remove(workspace)
      workspaces[workspace]?.listening.closed(at: event.at)
      changes.workspaces.insert(workspace)
    } else {
      sources[event.source]?.close(at: event.at)
      turn(event.source)
    }
  }

  // MARK: - The roster

  private mutating func applyRoster(_ rows: [OrgRow], _ limit: Int, _ unreadable: Int, _ event: FleetEvent) {
    let isFirst = sources[.controlPlane]?.lastComplete == nil
    for row in rows { upsert(row, event, announce: !isFirst) }
    // The purges may have come before the orgs that they are of.
    for purge in purges.values where purge.status != .completed { notePurge(purge) }
    if unreadable > 0 { return notePartial("\(unreadable) of its rows could not be read", event) }
    if rows.count >= limit { return notePartial("\(rows.count) rows came, as many as were asked for: there may be more", event) }
    if rows.isEmpty, !orgs.keys.allSatisfy(isPurged) {
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

  private func isPurged(_ org: OrgID) -> Bool {
    purges.values.contains { $0.orgID == org && $0.status == .completed }
  }

  mutating func upsert(_ row: OrgRow, _ event: FleetEvent, announce: Bool) {
    let asked = event.asked ?? event.at
    guard var org = orgs[row.id] else {
      orgs[row.id] = Org(row: row, statusToldAt: event.at, firstSeen: event.at, lastSeen: asked)
      orgsBySlug[row.slug, default: []].insert(row.id)
      departed[row.id] = nil
      refreshBoot(ofOrg: row.id, since: nil, at: event.at)
      changes.orgs.insert(row.id)
      if announce {
        record(event, .orgCreated, org: row.id, data: Self.found(["name": JSONValue(row.name), "status": JSONValue(row.status?.text)]))
      }
      return
    }
    org.lastSeen = asked
    var row = row
    // What a stream told after the question left is newer than the answer.
    if org.statusToldAt > asked { row.status = org.row.status }
    let before = org.row
    org.row = row
    if row.slug != before.slug {
      // Another source tells of its workspaces from now on.
      keepFloors(toldBy: .tenant(before.slug), at: event.at)
      changes.workspaces.formUnion(workspacesByOrg[row.id] ?? [])
      forget(before.slug, of: row.id)
      orgsBySlug[row.slug, default: []].insert(row.id)
    }
    if row.status != before.status { org.statusToldAt = event.at }
    orgs[row.id] = org
    guard row != before else { return }
    if row.status != before.status {
      refreshBoot(ofOrg: row.id, since: event.at, at: event.at)
      if announce {
        record(
          event, .orgStatus, org: row.id,
          data: Self.found([
            "instance_status": JSONValue(row.status?.text), "was": JSONValue(before.status?.text), "last_error": JSONValue(row.lastError),
          ]))
      }
    }
    changes.orgs.insert(row.id)
  }

  /// Data of a line that no server sent: it was found by comparing two answers.
  static func found(_ data: JSONValue) -> JSONValue {
    guard case .object(let members) = data else { return data }
    return JSONValue.object(members.filter { !$0.value.isNull } + [.init("found_by", "resynchronising")]).onOneLine
  }

  /// Lets an org go, with its workspaces; its machines stay until EC2 says otherwise.
  mutating func depart(_ id: OrgID, at now: Timestamp) {
    guard let org = orgs[id] else { return }
    for workspace in workspacesByOrg[id] ?? [] { dropWorkspace(workspace) }
    workspacesByOrg[id] = nil
    // Two may have had the name for a while.
    keepFloors(toldBy: .tenant(org.slug), at: now)
    orgs[id] = nil
    inFlight.remove(.tenant(id))
    forget(org.slug, of: id)
    departed.updateValue((org.slug, org.lastSeen ?? org.firstSeen), forKey: id)
    if departed.count > 10_000 { departed.removeFirst() }
    sources[.tenant(org.slug)] = nil
    reach.forget(.tenant(org.slug))
    turn(.tenant(org.slug))
    changes.orgs.insert(id)
  }

  /// Takes over what was known of orgs before this program began: those that no roster holds any more.
  public mutating func adopt(_ sightings: [OrgSighting]) {
    for seen in sightings.prefix(10_000) where orgs[seen.id] == nil && departed[seen.id] == nil {
      departed[seen.id] = (seen.slug, seen.lastSeen)
    }
  }

  /// When a roster last held each org that is known.
  public var sightings: [OrgSighting] {
    orgs.values.compactMap { org in org.lastSeen.map { OrgSighting(id: org.id, slug: org.slug, lastSeen: $0) } }
  }

  private mutating func forget(_ slug: Slug, of id: OrgID) {
    orgsBySlug[slug]?.remove(id)
    if orgsBySlug[slug]?.isEmpty == true { orgsBySlug[slug] = nil }
  }

  private mutating func applyAbsence(of slug: Slug, _ event: FleetEvent) {
    guard let org = org(named: slug), org.statusToldAt <= event.asked ?? event.at else { return }
    record(event, .orgGone, org: org.id, data: Self.found([:]))
    depart(org.id, at: event.at)
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
      orgs[id]?.boot = Boot(startedAt: created ?? launched ?? since)
      inFlight.insert(.tenant(id))
      regroup(.tenant(id), at: now)
    } else if !isComing, org.boot != nil {
      switch org.row.status {
      case .running: finish(.tenant(id), .ok, at: since ?? now)
      case .failed: finish(.tenant(id), .failed, at: since ?? now)
      default: break
      }
      orgs[id]?.failedBoot = org.row.status == .failed ? org.boot : nil
      orgs[id]?.boot = nil
      inFlight.remove(.tenant(id))
    }
    changes.orgs.insert(id)
  }

  private mutating func applyBootEvents(_ rows: [BootEventRow], of id: OrgID, _ event: FleetEvent) {
    orgs[id]?.bootEventsReadAt = event.asked ?? event.at
    changes.orgs.insert(id)
    // A tenant that had failed before it was first seen: what its machine told is the only trace of that boot.
    if let org = orgs[id], org.boot == nil, org.failedBoot == nil, org.row.status == .failed {
      let start = tenantMachine(of: id)?.row.launchedAt ?? org.row.createdAt
      var boot = Boot(startedAt: start)
      for row in rows where row.workspaceID == nil && (row.at ?? event.at) >= (start ?? .distantPast) + -5 { boot.note(row, at: event.at) }
      orgs[id]?.failedBoot = boot
    }
    for row in rows.sorted(by: { ($0.at ?? .distantPast) < ($1.at ?? .distantPast) }) { noteBoot(row, org: id, at: event.at) }
  }

  // MARK: - Purges

  private mutating func applyPurges(_ rows: [PurgeRow], _ event: FleetEvent) {
    purgesReadAt = max(purgesReadAt ?? .distantPast, event.asked ?? event.at)
    noteOffered(.purges, event)
    for row in rows {
      // A run that is over doesn't begin again: the list was read before its end was heard.
      if let known = purges[row.id], known == row || (known.isFinished && row.isPending) { continue }
      keep(row)
      notePurge(row)
    }
    while purges.count > Self.purgeLimit {
      let oldest = purges.removeFirst()
      openPurges.remove(oldest.key)
      if let org = oldest.value.orgID, completedPurges[org] == oldest.key { completedPurges[org] = nil }
    }
  }

  private static let purgeLimit = 5000

  mutating func keep(_ row: PurgeRow) {
    if let org = purges[row.id]?.orgID, completedPurges[org] == row.id { completedPurges[org] = nil }
    purges[row.id] = row
    if row.status == .completed { openPurges.remove(row.id) } else { openPurges.insert(row.id) }
    if row.status == .completed, let org = row.orgID {
      let known = completedPurges[org].flatMap { purges[$0]?.completedAt } ?? .distantPast
      if known <= row.completedAt ?? .distantPast { completedPurges[org] = row.id }
    }
    changes.purges.insert(row.id)
  }

  mutating func notePurge(_ row: PurgeRow) {
    guard let id = row.orgID ?? row.slug.flatMap({ orgID(named: $0) }), let org = orgs[id] else { return }
    // A name that was given anew has nothing to do with the deletion of who had it before, nor a run with the one before it.
    if row.orgID == nil, let began = row.createdAt, let born = org.row.createdAt, began < born { return }
    if let began = row.createdAt, let known = org.deletion?.startedAt, began < known { return }
    // A finished purge of this very id is over; the roster says the rest.
    orgs[id]?.deletion =
      row.status == .completed
      ? nil
      : Org.Deletion(purgeID: row.id, status: row.status, step: row.lastStep, lastError: row.lastError, startedAt: row.createdAt)
    changes.orgs.insert(id)
  }

  // MARK: - The log

  mutating func record(_ event: FleetEvent, _ type: EventType, org: OrgID? = nil, workspace: WorkspaceID? = nil, data: JSONValue) {
    var orgID = org ?? workspace.flatMap { workspaces[$0]?.orgID }
    var slug = orgID.flatMap { orgs[$0]?.slug }
    if orgID == nil, case .tenant(let name) = event.source {
      slug = name
      orgID = self.orgID(named: name)
    }
    append(
      LogEntry(
        sequence: 0, at: event.at, source: event.source, type: type, orgID: orgID, slug: slug, workspaceID: workspace,
        data: data.serialized()))
  }

  /// Lets the log's lines go, for who has taken them already.
  public mutating func forgetLog() {
    log.removeAll(keepingCapacity: true)
    logBytes = 0
  }

  mutating func append(_ entry: LogEntry) {
    var entry = entry
    logged += 1
    entry.sequence = logged
    log.append(entry)
    logBytes += entry.data.utf8.count
    while log.count > Self.logLimit || logBytes > logByteLimit, let oldest = log.popFirst() { logBytes -= oldest.data.utf8.count }
    changes.logged = true
  }
}

extension SourceRecord {
  mutating func succeed(at moment: Timestamp) {
    lastComplete = max(lastComplete ?? moment, moment)
    lastPartial = nil
    partialReason = nil
    lastFailure = nil
    failure = nil
    notOffered = nil
    lostSince = nil
  }

  mutating func succeedPartly(at moment: Timestamp, because reason: String) {
    lastPartial = max(lastPartial ?? moment, moment)
    partialReason = reason
    lastFailure = nil
    failure = nil
    notOffered = nil
    lostSince = nil
  }

  mutating func fail(at moment: Timestamp, because reason: String) {
    lastFailure = moment
    failure = reason
    close(at: moment)
    if lostSince.map({ $0 < lastData ?? $0 }) ?? true { lostSince = moment }
  }

  /// Its stream ended: until now it was heard.
  mutating func close(at moment: Timestamp) {
    guard isOpen else { return }
    isOpen = false
    if isStream { lastComplete = max(lastComplete ?? moment, moment) }
    lostSince = moment
  }
}
