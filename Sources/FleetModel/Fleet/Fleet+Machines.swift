extension Fleet {
  /// One region's answer. A complete one also tells which machines are gone.
  mutating func applyInstances(_ rows: [InstanceRow], _ complete: Bool, _ problem: String?, _ event: FleetEvent) {
    guard case .ec2(let region) = event.source else { return }
    let asked = event.asked ?? event.at
    let isFirst = sources[event.source]?.lastComplete == nil
    for row in rows { upsert(row, asked: asked, event, announce: !isFirst) }
    guard complete else { return notePartial(problem ?? "not every page came", event) }
    let listed = Set(rows.map(\.id))
    for id in (instancesByRegion[region] ?? []).subtracting(listed).sorted() {
      guard let instance = instances[id], instance.stateToldAt <= asked else { continue }
      if !instance.row.state.isEnding {
        record(
          event, .instanceGone, org: instance.row.orgID, workspace: instance.row.workspaceID,
          data: Self.found(["instance_id": JSONValue(id)]))
      }
      remove(id)
    }
    noteComplete(event)
  }

  mutating func upsert(_ row: InstanceRow, asked: Timestamp, _ event: FleetEvent, announce: Bool) {
    var row = row
    guard let known = instances[row.id] else {
      instances[row.id] = Instance(row: row, stateToldAt: event.at, firstSeen: event.at)
      index(row)
      touch(row)
      if announce, !row.state.isEnding { recordState(of: row, event, found: true) }
      return
    }
    if known.stateToldAt > asked { row.state = known.row.state }
    guard row != known.row else { return }
    unindex(known.row)
    var instance = known
    instance.row = row
    if row.state != known.row.state { instance.stateToldAt = event.at }
    instances[row.id] = instance
    index(row)
    touch(known.row)
    touch(row)
    if announce, row.state != known.row.state { recordState(of: row, event, found: true) }
  }

  private mutating func recordState(of row: InstanceRow, _ event: FleetEvent, found: Bool) {
    let data: JSONValue = [
      "instance_id": JSONValue(row.id), "role": JSONValue(row.role?.rawValue), "state": .string(row.state.text),
      "instance_type": JSONValue(row.type),
      "launched_at": JSONValue(row.launchedAt),
    ]
    record(event, .instanceState, org: row.orgID, workspace: row.workspaceID, data: found ? Self.found(data) : data)
  }

  /// The fleet feed's word on one machine.
  mutating func applyInstanceState(_ streamed: StreamedEvent, _ event: FleetEvent) {
    guard let id = streamed.data["instance_id"]?.text.map(InstanceID.init), let state = streamed.data["state"]?.text.map(InstanceState.init)
    else { return }
    if var instance = instances[id] {
      unindex(instance.row)
      instance.row.state = state
      instance.stateToldAt = event.at
      instances[id] = instance
      index(instance.row)
      touch(instance.row)
      return
    }
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
    instances[id] = Instance(row: row, stateToldAt: event.at, firstSeen: event.at)
    index(row)
    touch(row)
  }

  mutating func remove(_ id: InstanceID) {
    guard let instance = instances.removeValue(forKey: id) else { return }
    unindex(instance.row)
    touch(instance.row)
  }

  private mutating func touch(_ row: InstanceRow) {
    changes.instances.insert(row.id)
    if let org = row.orgID ?? row.orgSlug.flatMap({ orgID(named: $0) }) {
      changes.orgs.insert(org)
      // A boot whose beginning nobody told began with its machine.
      if row.role == .tenant, orgs[org]?.boot != nil, orgs[org]?.boot?.startedAt == nil { orgs[org]?.boot?.startedAt = row.launchedAt }
      if row.role == .tenant, let told = instances[row.id]?.stateToldAt { regroup(.tenant(org), at: told) }
    }
    if let workspace = row.workspaceID {
      changes.workspaces.insert(workspace)
      if workspaces[workspace]?.boot != nil, workspaces[workspace]?.boot?.startedAt == nil {
        workspaces[workspace]?.boot?.startedAt = row.launchedAt
      }
      if let told = instances[row.id]?.stateToldAt { regroup(.workspace(workspace), at: told) }
    }
  }

  private mutating func index(_ row: InstanceRow) {
    vcpusUsed += Self.vcpus(of: row)
    if !row.region.rawValue.isEmpty { instancesByRegion[row.region, default: []].insert(row.id) }
    if let org = row.orgID {
      instancesByOrg[org, default: []].insert(row.id)
    } else if let slug = row.orgSlug {
      instancesBySlug[slug, default: []].insert(row.id)
    }
    if let workspace = row.workspaceID { instancesByWorkspace[workspace, default: []].insert(row.id) }
  }

  private mutating func unindex(_ row: InstanceRow) {
    vcpusUsed -= Self.vcpus(of: row)
    Self.take(row.id, from: &instancesByRegion, row.region)
    if let org = row.orgID { Self.take(row.id, from: &instancesByOrg, org) }
    if let slug = row.orgSlug { Self.take(row.id, from: &instancesBySlug, slug) }
    if let workspace = row.workspaceID { Self.take(row.id, from: &instancesByWorkspace, workspace) }
  }

  private static func take<Key: Hashable>(_ id: InstanceID, from index: inout [Key: Set<InstanceID>], _ key: Key) {
    index[key]?.remove(id)
    if index[key]?.isEmpty == true { index[key] = nil }
  }
}
