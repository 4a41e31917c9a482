extension Fleet {
  /// One reading of the database. It is compared, never believed over what the services themselves say.
  mutating func noteDatabase(_ rows: DatabaseRows, _ event: FleetEvent) {
    for row in rows.instances ?? [] {
      // A contradiction counts once it has lasted: whoever judges it looks again with each reading.
      let differs = orgs[row.orgID].map { $0.row.status?.text != row.status?.text } ?? false
      let isMissing = row.status == .running && row.instanceID.map { instances[$0]?.row.state.isLive != true } ?? false
      if databaseTable.instance(of: row.orgID) != row || differs || isMissing { changes.orgs.insert(row.orgID) }
    }
    // What is left of a gone org may be called by its name from now on.
    for row in rows.orgs ?? [] where orgs[row.id] == nil && databaseTable.slug(of: row.id) != row.slug { changes.orgs.insert(row.id) }
    databaseTable.keep(rows)
    if let problem = rows.problem { notePartial(problem, event) } else { noteComplete(event) }
  }

  /// Every contradiction between the database and the roster or EC2 that can be told now: nothing is compared with a source that failed, is
  /// stale or, where something's absence is the point, incomplete. Sorted by kind and org. Its cost is the fleet's size.
  public func databaseDifferences(at now: Timestamp) -> [DatabaseDifference] {
    guard let database, [.complete, .partial].contains(freshness(of: .database, at: now).state),
      now - database.readAt <= (sources[.database]?.staleAfter ?? 60)
    else { return [] }
    var found: [DatabaseDifference] = []
    let roster = freshness(of: .controlPlane, at: now)
    if roster.state == .complete, let rosterAt = roster.at {
      compareOrgs(database, rosterAt: rosterAt, now, &found)
      comparePurges(rosterAt: rosterAt, &found)
    }
    if roster.state == .complete || roster.state == .partial { compareStatuses(database, &found) }
    compareMachines(database, now, &found)
    compareClaims(database, now, &found)
    return found.sorted {
      ($0.kind, $0.slug?.rawValue ?? "", $0.orgID?.rawValue ?? "", $0.instanceID?.rawValue ?? "")
        < ($1.kind, $1.slug?.rawValue ?? "", $1.orgID?.rawValue ?? "", $1.instanceID?.rawValue ?? "")
    }
  }

  public func databaseDifferences(of org: OrgID, at now: Timestamp) -> [DatabaseDifference] {
    databaseDifferences(at: now).filter { $0.orgID == org }
  }

  /// Seconds in which a change may have reached one side only.
  private static let settling = 120.0

  private func compareOrgs(_ database: DatabaseRows, rosterAt: Timestamp, _ now: Timestamp, _ found: inout [DatabaseDifference]) {
    guard let rows = database.orgs else { return }
    for row in rows where orgs[row.id] == nil {
      if let status = row.status, ["purged", "deleted"].contains(status) { continue }
      if let created = row.createdAt, rosterAt - created < Self.settling { continue }
      // It may just be on its way out.
      if let departed = departed[row.id], now - departed.lastSeen < Self.settling { continue }
      let name = row.slug?.rawValue ?? row.id.rawValue
      found.append(
        DatabaseDifference(
          kind: .orgOnlyInDatabase, orgID: row.id, slug: row.slug, summary: "\(name) is in the database, not in the roster",
          evidence: [
            "organizations holds \(row.id)\(row.status.map { " with status \($0)" } ?? "") (read \(database.readAt))",
            "the complete roster of \(rosterAt) lists \(orgs.count) orgs without it",
          ]))
    }
    let known = Set(rows.map(\.id))
    for org in orgs.values where !known.contains(org.id) && org.row.status != .purged {
      guard database.readAt - (org.row.createdAt ?? org.firstSeen) >= Self.settling else { continue }
      found.append(
        DatabaseDifference(
          kind: .orgOnlyInRoster, orgID: org.id, slug: org.slug, summary: "\(org.slug) is in the roster, not in the database",
          evidence: [
            "the roster of \(rosterAt) lists \(org.id)", "organizations holds \(rows.count) rows without it (read \(database.readAt))",
          ]))
    }
  }

  private func compareStatuses(_ database: DatabaseRows, _ found: inout [DatabaseDifference]) {
    for row in database.instances ?? [] { if let difference = statusDifference(row, database) { found.append(difference) } }
  }

  private func statusDifference(_ row: DatabaseInstanceRow, _ database: DatabaseRows) -> DatabaseDifference? {
    guard let stored = row.status, let org = orgs[row.orgID], let told = org.row.status, stored.text != told.text, let seen = org.lastSeen
    else { return nil }
    // Whichever side was asked first may not have known yet.
    if org.statusToldAt > database.readAt, org.firstSeen < org.statusToldAt { return nil }
    if let updated = row.updatedAt, min(seen, database.readAt) - updated < Self.settling / 4 { return nil }
    return DatabaseDifference(
      kind: .statusDiffers, orgID: org.id, slug: org.slug,
      summary: "\(org.slug): the roster says \(told.text), the database \(stored.text)",
      evidence: [
        "instance_status in the roster of \(seen): \(told.text)",
        "org_instances.status: \(stored.text)\(row.updatedAt.map { ", updated \($0)" } ?? "") (read \(database.readAt))",
      ])
  }

  /// Where the database contradicts what is said of one org's tenant; costs what the org's own row costs.
  func databaseDifferences(ofTenant org: OrgID, by clock: RuleClock) -> [DatabaseDifference] {
    guard let database, let row = databaseTable.instance(of: org),
      [.complete, .partial].contains(freshness(of: .database, at: clock.now).state),
      !clock.isOver(sources[.database]?.staleAfter ?? 60, since: database.readAt)
    else { return [] }
    let roster = freshness(of: .controlPlane, at: clock.now).state
    var found: [DatabaseDifference] = []
    if roster == .complete || roster == .partial, let difference = statusDifference(row, database) { found.append(difference) }
    if let difference = machineDifference(row, database, clock) { found.append(difference) }
    return found
  }

  private func comparePurges(rosterAt: Timestamp, _ found: inout [DatabaseDifference]) {
    for purge in purges.values where purge.status == .completed {
      guard let id = purge.orgID, let org = orgs[id], org.row.status != .purged, let completed = purge.completedAt,
        rosterAt - completed >= Self.settling, org.row.createdAt.map({ $0 < completed }) ?? true
      else { continue }
      found.append(
        DatabaseDifference(
          kind: .purgedButListed, orgID: id, slug: org.slug, summary: "\(org.slug) was purged and is still in the roster",
          evidence: ["purge \(purge.id) completed at \(completed)", "the roster of \(rosterAt) lists \(id)"]))
    }
  }

  // MARK: - Machines

  /// When EC2 was asked completely where a machine of `region` would be: that region, or all of them where it isn't known.
  private func machinesAsked(_ region: Region?, _ now: Timestamp) -> (at: Timestamp, where: String)? {
    if let region {
      let freshness = freshness(of: .ec2(region), at: now)
      return freshness.state == .complete ? freshness.at.map { ($0, region.rawValue) } : nil
    }
    var oldest: Timestamp?
    for case .ec2(let region) in sources.keys {
      let freshness = freshness(of: .ec2(region), at: now)
      guard freshness.state == .complete, let at = freshness.at else { return nil }
      oldest = min(oldest ?? at, at)
    }
    return oldest.map { ($0, "any configured region") }
  }

  private func compareMachines(_ database: DatabaseRows, _ now: Timestamp, _ found: inout [DatabaseDifference]) {
    let clock = RuleClock(now: now)
    for row in database.instances ?? [] { if let difference = machineDifference(row, database, clock) { found.append(difference) } }
  }

  private func machineDifference(_ row: DatabaseInstanceRow, _ database: DatabaseRows, _ clock: RuleClock) -> DatabaseDifference? {
    guard row.status == .running, let id = row.instanceID, id.rawValue.hasPrefix("i-"), let asked = machinesAsked(row.region, clock.now)
    else { return nil }
    if let updated = row.updatedAt, database.readAt - updated < Self.settling { return nil }
    let machine = instances[id]
    if let machine, machine.row.state.isLive { return nil }
    if let machine, machine.firstSeen != machine.stateToldAt, !clock.isOver(Self.settling, since: machine.stateToldAt) { return nil }
    let name = name(of: row.orgID)
    var evidence = [
      "org_instances: running on \(id)\(row.updatedAt.map { ", updated \($0)" } ?? "") (read \(database.readAt))",
      machine.map { "EC2 says \($0.row.state.text) (asked \(asked.at))" } ?? "EC2 lists no \(id) in \(asked.where) (asked \(asked.at))",
    ]
    if let other = tenantMachine(of: row.orgID), other.id != id {
      evidence.append("EC2's tenant machine of this org is \(other.id), \(other.row.state.text)")
    }
    return DatabaseDifference(
      kind: .machineNotRunning, orgID: row.orgID, slug: orgs[row.orgID]?.slug, instanceID: id,
      summary: "\(name): the database says running on \(id), EC2 \(machine?.row.state.text ?? "does not list it")", evidence: evidence)
  }

  private func compareClaims(_ database: DatabaseRows, _ now: Timestamp, _ found: inout [DatabaseDifference]) {
    guard let claims = database.claims, let asked = machinesAsked(nil, now) else { return }
    let machines = claims.filter { $0.machine != nil }
    for claim in machines where claim.isStanding {
      guard let id = claim.machine, instances[id].map({ $0.row.state.isEnding }) ?? true else { continue }
      if let changed = claim.updatedAt ?? claim.createdAt, database.readAt - changed < Self.settling { continue }
      if let machine = instances[id], now - machine.stateToldAt < Self.settling, machine.firstSeen != machine.stateToldAt { continue }
      found.append(
        DatabaseDifference(
          kind: .claimWithoutMachine, orgID: claim.orgID, slug: claim.orgID.flatMap { orgs[$0]?.slug }, instanceID: id,
          summary: "tenant_resources claims \(id), which EC2 \(instances[id].map { "says is \($0.row.state.text)" } ?? "does not list")",
          evidence: [
            "tenant_resources: \(claim.kind) \(id), state \(claim.state ?? "unknown") (read \(database.readAt))",
            "EC2, \(asked.where), asked \(asked.at)",
          ]))
    }
    // Older than the oldest claim: from before the table was kept.
    guard let oldest = machines.compactMap(\.createdAt).min() else { return }
    let claimed = Set(machines.compactMap(\.machine))
    for machine in instances.values where machine.row.isOurs && machine.row.state.isLive && !claimed.contains(machine.id) {
      // Of an org that this environment's roster knows: another environment's machines are claimed in another database.
      guard let launched = machine.row.launchedAt, launched > oldest, database.readAt - launched >= 300, let org = org(of: machine.row)
      else { continue }
      found.append(
        DatabaseDifference(
          kind: .machineWithoutClaim, orgID: org.id, slug: org.slug, instanceID: machine.id,
          summary: "\(machine.id) of \(org.slug) is in no row of tenant_resources",
          evidence: [
            "EC2: \(machine.row.state.text) in \(machine.row.region), launched \(launched)",
            "tenant_resources holds \(machines.count) machines without it (read \(database.readAt))",
          ]))
    }
  }
}
