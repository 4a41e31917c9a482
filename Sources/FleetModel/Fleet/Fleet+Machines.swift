extension Fleet {
  /// One region's answer. A complete one also tells which machines are gone.
  mutating func reconcileMachines(_ rows: [InstanceRow], _ complete: Bool, _ problem: String?, _ event: FleetEvent) {
    defer { learnSharedBoots(at: event.at) }
    guard case .ec2(let region) = event.source else { return }
    let asked = event.asked ?? event.at
    let isFirst = sources[event.source]?.lastComplete == nil
    for row in rows { upsert(row, asked: asked, event, announce: !isFirst) }
    guard complete else { return notePartial(problem ?? "not every page came", event) }
    let listed = Set(rows.map(\.id))
    for id in machines.ids(in: region).subtracting(listed).sorted() {
      guard let instance = instances[id], instance.stateToldAt <= asked else { continue }
      if !instance.row.state.isEnding {
        record(
          event, .instanceGone, org: instance.row.orgID, workspace: instance.row.workspaceID,
          data: Self.found(["instance_id": JSONValue(id)]))
      }
      machines.remove(id)
      touch(instance.row)
    }
    noteComplete(event)
  }

  mutating func upsert(_ row: InstanceRow, asked: Timestamp, _ event: FleetEvent, announce: Bool) {
    var row = row
    guard let known = instances[row.id] else {
      machines.add(Instance(row: row, stateToldAt: event.at, firstSeen: event.at))
      touch(row)
      if announce, !row.state.isEnding { recordState(of: row, event) }
      return
    }
    if known.stateToldAt > asked { row.state = known.row.state }
    guard row != known.row else { return }
    let hasTurned = row.state != known.row.state
    machines.update(row.id) { machine in
      machine.row = row
      if hasTurned { machine.stateToldAt = event.at }
    }
    touch(known.row)
    touch(row)
    if announce, hasTurned { recordState(of: row, event) }
  }

  private mutating func recordState(of row: InstanceRow, _ event: FleetEvent) {
    let data: JSONValue = [
      "instance_id": JSONValue(row.id), "role": JSONValue(row.role?.rawValue), "state": .string(row.state.text),
      "instance_type": JSONValue(row.type),
      "launched_at": JSONValue(row.launchedAt),
    ]
    record(event, .instanceState, org: row.orgID, workspace: row.workspaceID, data: Self.found(data))
  }

  /// The fleet feed's word on one machine.
  mutating func noteInstanceState(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.data["instance_id"]?.text.map(InstanceID.init), let state = streamed.data["state"]?.text.map(InstanceState.init)
    else { return }
    let known = machines.update(id) { machine in
      machine.row.state = state
      machine.stateToldAt = event.at
      return machine.row
    }
    if let known { return touch(known) }
    guard !state.isEnding else { return }
    var tags = Tags()
    tags["OrgID"] = streamed.orgID?.rawValue
    tags["OrgSlug"] = streamed.slug?.rawValue
    tags["WorkspaceID"] = streamed.workspaceID?.rawValue
    tags["Role"] = streamed.data["role"]?.text
    // The feed doesn't say in which region: unknown until EC2 does.
    let row = InstanceRow(
      id: id, region: "", state: state, type: streamed.data["instance_type"]?.text,
      launchedAt: streamed.data["launched_at"]?.string.flatMap { Timestamp(rfc3339: $0) }, tags: tags)
    machines.add(Instance(row: row, stateToldAt: event.at, firstSeen: event.at))
    touch(row)
  }

  /// What changes with a machine: who it belongs to, and its boot.
  private mutating func touch(_ row: InstanceRow) {
    changes.instances.insert(row.id)
    let told = instances[row.id]?.stateToldAt
    // A name that several have is each one's.
    if row.orgID == nil, let slug = row.orgSlug { changes.orgs.formUnion(roster.ids(named: slug)) }
    if let org = row.orgID ?? row.orgSlug.flatMap({ orgID(named: $0) }) {
      changes.orgs.insert(org)
      if row.role == .tenant { follow(row, of: .tenant(org), told) }
    }
    if let workspace = row.workspaceID {
      changes.workspaces.insert(workspace)
      follow(row, of: .workspace(workspace), told)
    }
  }

  private mutating func follow(_ row: InstanceRow, of target: BootTarget, _ told: Timestamp?) {
    // A boot whose beginning nobody told began with its machine.
    updateBoot(of: target) { boot in boot.startedAt = boot.startedAt ?? row.launchedAt }
    if let told { regroup(target, at: told) }
  }
}
