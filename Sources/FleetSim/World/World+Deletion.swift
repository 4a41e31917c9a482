import FleetModel

/// The control plane's answer to a deletion request (contract §1.6).
enum DeletionAnswer: Sendable {
  /// Under way, from its beginning or from where it failed; the same run for everyone who asks meanwhile.
  case running(PurgeID)
  case neverExisted
  /// A provision of the org itself holds the lifecycle lease.
  case leased
}

extension World {
  /// Begins the cascade, joins the one that runs, or resumes the one that failed.
  mutating func delete(_ slug: Slug, at now: Timestamp) -> DeletionAnswer {
    guard let id = orgIDs[slug], let org = orgs[id] else { return .neverExisted }
    if let purge = org.purge, let index = purges.firstIndex(where: { $0.id == purge }) {
      if !purges[index].isRunning {
        purges[index].status = "in_progress"
        purges[index].lastError = ""
        purges[index].attempts += 1
        agenda.plan(.cascade(purge), at: now)
      }
      return .running(purge)
    }
    if org.status == .provisioning { return .leased }
    return .running(beginCascade(of: id, at: now))
  }

  @discardableResult
  mutating func beginCascade(of org: OrgID, at now: Timestamp) -> PurgeID {
    let id = PurgeID(random.uuid())
    guard let slug = orgs[org]?.slug else { return id }
    purges.append(Purge(id: id, org: org, slug: slug, status: "in_progress", createdAt: now))
    orgs[org]?.purge = id
    agenda.plan(.cascade(id), at: now)
    return id
  }

  /// One move of a cascade: ends the step under way, then begins the next.
  mutating func cascade(_ id: PurgeID, at now: Timestamp) {
    guard let index = purges.firstIndex(where: { $0.id == id }), purges[index].isRunning else { return }
    let org = purges[index].org
    if let step = purges[index].running {
      if step == .infra, let deadline = machinesEnding(of: org, at: now) {
        agenda.plan(.cascade(id), at: deadline)
        return
      }
      purges[index].running = nil
      if step == failingStep {
        purges[index].status = "failed"
        purges[index].lastError = "\(step.rawValue): upstream answered 503"
        tell(step, "failed", of: purges[index], at: now)
        return
      }
      finish(step, of: purges[index])
      purges[index].lastStep = step.rawValue
      tell(step, "ok", of: purges[index], at: now)
    }
    guard let next = purges[index].nextStep else {
      complete(index, at: now)
      return
    }
    purges[index].running = next
    tell(next, "started", of: purges[index], at: now)
    begin(next, of: org, at: now)
    agenda.plan(.cascade(id), at: now + wall(Self.seconds(of: next)))
  }

  static func seconds(of step: Purge.Step) -> Double {
    switch step {
    case .stripe: 1.6
    case .redis: 0.7
    case .infra: 3
    case .rows: 0.9
    }
  }

  private mutating func tell(_ step: Purge.Step, _ status: String, of purge: Purge, at now: Timestamp) {
    var data: [JSONValue.Member] = [
      .init("purge_id", JSONValue(purge.id)), .init("step", .string(step.rawValue)), .init("status", .string(status)),
    ]
    if !purge.lastError.isEmpty { data.append(.init("last_error", .string(purge.lastError))) }
    emissions.append(
      Emission(
        type: .purgeStep, at: now, org: purge.org, slug: purge.slug, workspace: nil, data: .object(data), onTenantStream: false))
  }

  private mutating func begin(_ step: Purge.Step, of org: OrgID, at now: Timestamp) {
    guard step == .infra, let row = orgs[org] else { return }
    orgs[org]?.isUp = false
    // By the OrgID tag, workspaces first, as the cascade does: machines without the tag are missed (contract §8.1).
    let ours = machines.all.filter { $0.org == org && $0.value(of: "OrgID") == org.rawValue && !$0.state.isEnding }
    for machine in ours.sorted(by: { $0.role == .workspace && $1.role != .workspace }) { setMachine(machine.id, .shuttingDown, at: now) }
    for id in row.workspaces where workspaces[id]?.status != .removed { workspaces[id]?.status = .removed }
  }

  /// When to look again while machines of the org are still shutting down; `nil` when none is.
  private func machinesEnding(of org: OrgID, at now: Timestamp) -> Timestamp? {
    machines.all.contains { $0.org == org && $0.state == .shuttingDown } ? now + wall(2) : nil
  }

  private mutating func finish(_ step: Purge.Step, of purge: Purge) {
    guard let row = orgs[purge.org] else { return }
    switch step {
    case .stripe, .redis: break
    case .infra:
      let names = ["\(row.slug).\(Self.zone)"] + row.workspaces.map { "ws-\($0.rawValue.prefix(12)).\(Self.zone)" }
      dropNames(Set(names))
    case .rows:
      for id in row.workspaces { workspaces[id] = nil }
      orgs[purge.org] = nil
      orgIDs[purge.slug] = nil
    }
  }

  private mutating func complete(_ index: Int, at now: Timestamp) {
    purges[index].status = "completed"
    purges[index].lastStep = "completed"
    purges[index].completedAt = now
    let purge = purges[index]
    emissions.append(
      Emission(
        type: .orgPurged, at: now, org: purge.org, slug: purge.slug, workspace: nil,
        data: ["purge_id": JSONValue(purge.id), "completed_at": JSONValue(now)], onTenantStream: false))
  }
}
