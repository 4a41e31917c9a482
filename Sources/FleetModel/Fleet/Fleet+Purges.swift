extension Fleet {
  /// The newest runs of the cascade, by the control plane's word or its database's.
  mutating func notePurges(_ rows: [PurgeRow], _ event: FleetEvent) {
    purgeTable.noteReading(at: event.asked ?? event.at)
    noteOffered(.purges, event)
    for row in rows where purgeTable.isNews(row) { notePurge(row) }
    changes.purges.formUnion(purgeTable.trim())
  }

  /// How one run stands.
  mutating func notePurge(_ row: PurgeRow) {
    purgeTable.keep(row)
    changes.purges.insert(row.id)
    // What is left of a gone org may be called by its name from now on.
    if let org = row.orgID, orgs[org] == nil { changes.orgs.insert(org) }
    noteDeletion(by: row)
  }

  /// That an org is being deleted, or no longer, by a run of the cascade.
  mutating func noteDeletion(by row: PurgeRow) {
    guard let id = row.orgID ?? row.slug.flatMap({ orgID(named: $0) }), let org = orgs[id] else { return }
    // A name that was given anew has nothing to do with the deletion of who had it before, nor a run with the one before it.
    if row.orgID == nil, let began = row.createdAt, let born = org.row.createdAt, began < born { return }
    if let began = row.createdAt, let known = org.deletion?.startedAt, began < known { return }
    // A finished purge of this very id is over; the roster says the rest.
    let deletion =
      row.status == .completed
      ? nil
      : Org.Deletion(purgeID: row.id, status: row.status, step: row.lastStep, lastError: row.lastError, startedAt: row.createdAt)
    roster.update(id) { $0.deletion = deletion }
    changes.orgs.insert(id)
  }

  /// The newest run that removed an org, by the control plane's word.
  public func completedPurge(of org: OrgID) -> PurgeRow? { purgeTable.completed(of: org) }

  // MARK: - The feed's word

  mutating func notePurgeStep(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.data["purge_id"]?.text.map(PurgeID.init) else { return }
    let status: PurgeRow.Status = streamed.data["status"]?.text == "failed" ? .failed : .pending("running")
    var row = purges[id] ?? PurgeRow(id: id, orgID: streamed.orgID, slug: streamed.slug, status: status, createdAt: streamed.timestamp)
    row.status = status
    let step = streamed.data["step"]?.text
    // As the audit has it: the last step that was completed (contract §8.1).
    if streamed.data["status"]?.text == "ok" { row.lastStep = step ?? row.lastStep }
    row.lastError = streamed.data["last_error"]?.text?.onOneLine
    notePurge(row)
    if let step { noteStep(id, step, status: streamed.data["status"]?.text ?? "", at: streamed.timestamp ?? event.at) }
  }

  mutating func notePurged(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.orgID else { return }
    if let purge = streamed.data["purge_id"]?.text.map(PurgeID.init) {
      var row = purges[purge] ?? PurgeRow(id: purge, orgID: id, slug: streamed.slug ?? orgs[id]?.slug, status: .completed)
      row.status = .completed
      row.lastStep = "completed"
      row.completedAt = streamed.data["completed_at"]?.string.flatMap { Timestamp(rfc3339: $0) } ?? streamed.timestamp
      purgeTable.keep(row)
      changes.purges.insert(row.id)
      finishCascade(purge)
    }
    depart(id, at: event.at)
  }
}
