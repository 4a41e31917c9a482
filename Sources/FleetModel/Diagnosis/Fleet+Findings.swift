extension Fleet {
  /// What is wrong with an org's tenant, the worst first. Costs what the org's own data costs.
  public func findings(of org: OrgID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    findings(of: org, by: RuleClock(now: now), file: file)
  }

  func findings(of org: OrgID, by clock: RuleClock, file: CaseFile = CaseFile()) -> [Finding] {
    guard let org = orgs[org], org.row.status != .purged else { return [] }
    return withLateness(of: .tenant(org.id), OrgRules(fleet: self, org: org, file: file, clock: clock).findings(), by: clock).ranked
  }

  /// What is wrong with a workspace, the worst first.
  public func findings(of workspace: WorkspaceID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    findings(of: workspace, by: RuleClock(now: now), file: file)
  }

  func findings(of workspace: WorkspaceID, by clock: RuleClock, file: CaseFile = CaseFile()) -> [Finding] {
    guard let workspace = workspaces[workspace], workspace.row.status != .removed else { return [] }
    let found = WorkspaceRules(fleet: self, workspace: workspace, file: file, clock: clock).findings()
    return withLateness(of: .workspace(workspace.id), found, by: clock).ranked
  }

  /// An org's findings and those of its workspaces.
  public func findings(within org: OrgID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    (findings(of: org, at: now, file: file) + workspaces(of: org).flatMap { findings(of: $0.id, at: now, file: file) }).ranked
  }

  /// What concerns no single org: the way to the fleet, clocks, quotas, and deletions whose org the roster no longer holds.
  public func findings(at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    let gone = machines.orgs.filter { orgs[$0] == nil && completedPurge(of: $0) != nil }
    return fleetFindings(purges: purges.values, deleted: gone, file: file, RuleClock(now: now))
  }

  /// - Parameters:
  ///   - purges: those that may have a finding.
  ///   - deleted: orgs of which machines may stand although their deletion is completed.
  func fleetFindings(
    purges: some Sequence<PurgeRow>, deleted: some Sequence<OrgID>, file: CaseFile = CaseFile(), _ clock: RuleClock
  ) -> [Finding] {
    var found = [
      cutOffFinding, clockFinding(clock), finding(.vcpus, of: .fleet, by: clock), finding(.zone, of: .fleet, file, by: clock),
    ]
    for purge in purges where purge.orgID.map({ orgs[$0] == nil }) ?? true { found.append(finding(of: purge, target: .fleet, at: clock)) }
    for org in deleted { found.append(machinesLeft(by: org, clock)) }
    return found.standing.ranked
  }

  // MARK: - Sources

  /// EC2 as one source: whether every region is complete, the first one's problem, the oldest answer; `nil` where none is configured.
  func machinesKnown(at now: Timestamp) -> (isComplete: Bool, problem: String?, at: Timestamp?)? {
    guard !regions.isEmpty else { return nil }
    var oldest: Timestamp?
    var problem: String?
    for region in regions {
      let freshness = freshness(of: .ec2(region), at: now)
      if freshness.state != .complete { problem = problem ?? freshness.problem ?? "ec2:\(region) has not answered" }
      if let at = freshness.at { oldest = min(oldest ?? at, at) }
    }
    return (problem == nil, problem, oldest)
  }

  // MARK: - Deletions

  func finding(of purge: PurgeRow, target: Finding.Target, at clock: RuleClock) -> Finding? {
    let now = clock.now
    let age = purge.createdAt.map { now - $0 }
    let name = name(of: purge)
    var evidence: [Finding.Evidence] = [
      .init(
        "control-plane purges",
        "purge \(purge.id) of \(name) is \(purge.status.text)"
          + (purge.lastStep.map { ", last completed step \($0)" } ?? ", no step completed")
          + (purge.attempts.map { ", \($0) \($0 == 1 ? "attempt" : "attempts")" } ?? ""), at: purge.createdAt)
    ]
    if let error = purge.lastError { evidence.append(.init("control-plane purges", error)) }
    let since = age.map { "begun \(Spoken.duration($0)) ago" } ?? "begun nobody knows when"
    switch purge.status {
    case .completed: return nil
    case .failed:
      return Finding(
        .purgeFailed, purge.createdAt.map { clock.isOver(86_400, since: $0) } ?? false ? .critical : .warning, of: target,
        "deletion of \(name) failed" + (purge.lastStep.map { " after \($0)" } ?? "") + (purge.lastError.map { ": \($0)" } ?? "")
          + ", \(since)",
        evidence: evidence, unchecked: age == nil ? ["how old it is: the row has no created_at"] : [],
        nextStep: "remove what the failing step names, then delete the org again: the cascade resumes where it stopped",
        disproof: Finding.Disproof("a later purge of the same org is completed", isKnown: isFollowedByACompletedOne(purge)))
    case .pending:
      guard let created = purge.createdAt, clock.isOver(86_400, since: created) else { return nil }
      return Finding(
        .purgeOld, clock.isOver(172_800, since: created) ? .critical : .warning, of: target,
        "deletion of \(name) is unfinished, \(since)"
          + (clock.isOver(172_800, since: created) ? ": past the 48 h after which somebody must look" : ""),
        evidence: evidence, nextStep: "delete the org again: the same run goes on; if it does not move, look at the control plane's log",
        disproof: "its last_step changes")
    }
  }

  private func isFollowedByACompletedOne(_ purge: PurgeRow) -> Bool {
    guard let done = purge.orgID.flatMap(completedPurge), done.id != purge.id else { return false }
    guard let began = purge.createdAt, let ended = done.completedAt ?? done.createdAt else { return false }
    return ended > began
  }

  /// Seconds that machines may take to go after their org's deletion is called completed: EC2 needs one or two minutes (contract §8.3).
  private static let endingLimit = 180.0

  /// The machines that EC2 still had of an org when its deletion was long called completed.
  public func machinesLeft(by org: OrgID) -> [Instance] {
    guard orgs[org] == nil, let completed = completedPurge(of: org)?.completedAt else { return [] }
    return machines(of: org).filter { machine in
      guard !machine.row.state.isEnding, let seen = sources[.ec2(machine.row.region)]?.lastComplete else { return false }
      return seen - completed > Self.endingLimit
    }
  }

  private func machinesLeft(by org: OrgID, _ clock: RuleClock) -> Finding? {
    guard let purge = completedPurge(of: org), let completed = purge.completedAt else { return nil }
    let left = machinesLeft(by: org)
    guard !left.isEmpty else { return nil }
    let name = name(of: org)
    let ids = left.prefix(4).map(\.id.rawValue).joined(separator: ", ") + (left.count > 4 ? ", …" : "")
    return Finding(
      .deletionLeftMachines, .critical, of: .fleet,
      "deletion of \(name), completed \(Spoken.duration(clock.now - completed)) ago, left \(left.count) \(left.count == 1 ? "machine" : "machines"): \(ids)",
      evidence: [.init("control-plane purges", "purge \(purge.id) of \(name) is completed", at: completed)]
        + left.prefix(8).map {
          .init("ec2:\($0.row.region)", "\($0.id) is \($0.row.state.text)", at: sources[.ec2($0.row.region)]?.lastComplete)
        },
      unchecked: machinesKnown(at: clock.now)?.problem.map { ["whether they are gone meanwhile: \($0)"] } ?? [],
      nextStep: isNameTaken(from: org)
        ? "ask who owns org \(org): another one has its name now, so that deleting by that would hit the wrong one"
        : "delete \(name) again through the control plane (DELETE /cp/admin/tenants/\(name)): it is idempotent and resumes the cascade",
      disproof: "the machines were kept on purpose")
  }
}

/// Durations and failures as people say them.
enum Spoken {
  /// `what: why`, without saying what twice.
  static func sentence(_ what: String, _ why: String?) -> String {
    guard let why, !why.isEmpty else { return "\(what), and nobody says why" }
    guard why.lowercased().hasPrefix(what.lowercased()) else { return "\(what): \(why)" }
    return why.utf8.count == what.utf8.count ? "\(what), and nobody says why" : why
  }

  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e12 else { return "ages" }
    let whole = Int(clamping: max(0, seconds).rounded())
    switch whole {
    case ..<120: return "\(whole) s"
    case ..<7200: return "\(whole / 60) min"
    case ..<172_800: return "\(whole / 3600) h"
    default: return "\(whole / 86_400) days"
    }
  }
}
