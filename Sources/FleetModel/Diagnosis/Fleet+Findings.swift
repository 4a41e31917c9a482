extension Fleet {
  /// What is wrong with an org's tenant, the worst first. Costs what the org's own data costs.
  public func findings(of org: OrgID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    findings(of: org, by: RuleClock(now: now), file: file)
  }

  func findings(of org: OrgID, by clock: RuleClock, file: CaseFile = CaseFile()) -> [Finding] {
    guard let org = orgs[org], org.row.status != .purged else { return [] }
    return OrgRules(fleet: self, org: org, file: file, clock: clock).findings().ranked
  }

  /// What is wrong with a workspace, the worst first.
  public func findings(of workspace: WorkspaceID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    findings(of: workspace, by: RuleClock(now: now), file: file)
  }

  func findings(of workspace: WorkspaceID, by clock: RuleClock, file: CaseFile = CaseFile()) -> [Finding] {
    guard let workspace = workspaces[workspace], workspace.row.status != .removed else { return [] }
    return WorkspaceRules(fleet: self, workspace: workspace, file: file, clock: clock).findings().ranked
  }

  /// An org's findings and those of its workspaces.
  public func findings(within org: OrgID, at now: Timestamp, file: CaseFile = CaseFile()) -> [Finding] {
    (findings(of: org, at: now, file: file) + workspaces(of: org).flatMap { findings(of: $0.id, at: now, file: file) }).ranked
  }

  /// What concerns no single org: clocks, quotas, and deletions whose org the roster no longer holds.
  public func findings(at now: Timestamp, vcpuQuota: Int?, dnsRecords: CaseFile.Gauge? = nil) -> [Finding] {
    fleetFindings(vcpus: vcpuGauge(limit: vcpuQuota), dnsRecords: dnsRecords, purges: purges.values, RuleClock(now: now))
  }

  func fleetFindings(
    vcpus: CaseFile.Gauge?, dnsRecords: CaseFile.Gauge?, purges: some Sequence<PurgeRow>, _ clock: RuleClock
  ) -> [Finding] {
    var found = [clockFinding(clock)].compactMap { $0 }
    if let vcpus, let severity = vcpus.severity { found.append(vcpuQuotaFinding(vcpus, severity, of: .fleet, at: clock.now)) }
    if let dnsRecords = dnsRecords ?? zoneGauge, let severity = dnsRecords.severity {
      found.append(dnsQuotaFinding(dnsRecords, severity, of: .fleet, at: clock.now))
    }
    for purge in purges where purge.orgID.map({ orgs[$0] == nil }) ?? true {
      if let finding = Self.finding(of: purge, target: .fleet, at: clock) { found.append(finding) }
    }
    return found.ranked
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

  // MARK: - Quotas

  /// The zone's records against its quota, where it was read.
  private var zoneGauge: CaseFile.Gauge? { zone.map { CaseFile.Gauge(used: $0.records.count, limit: $0.quota) } }

  /// vCPUs of the machines that hold some of the quota: those whose type tells how many.
  /// - Parameter limit: as configured; `nil`: what Service Quotas said, where every region's is known.
  public func vcpuGauge(limit: Int?) -> CaseFile.Gauge? {
    vcpuGauge(used: instances.values.reduce(0) { $0 + Self.vcpus(of: $1.row) }, limit: limit)
  }

  func vcpuGauge(used: Int, limit: Int?) -> CaseFile.Gauge? {
    let told = regions.isEmpty || regions.contains { vcpuLimits[$0] == nil } ? nil : vcpuLimits.values.reduce(0, +)
    guard let limit = limit ?? told, limit > 0 else { return nil }
    return CaseFile.Gauge(used: used, limit: limit)
  }

  /// How full the DNS zone is; `nil` while that is not known.
  func zoneGauge(by clock: RuleClock) -> CaseFile.Gauge? {
    guard let zone, isComplete(.dns, at: clock.now) else { return nil }
    if let record = sources[.dns], let at = record.lastComplete { _ = clock.isOver(record.staleAfter, since: at) }
    return CaseFile.Gauge(used: zone.records.count, limit: zone.quota)
  }

  /// What a machine takes of the quota of standard on-demand vCPUs; 0 where its type doesn't tell.
  static func vcpus(of row: InstanceRow) -> Int {
    guard row.state.isLive, !row.isSpot, let type = row.type.flatMap(InstanceType.init), type.isStandard else { return 0 }
    return type.vcpus ?? 0
  }

  /// The orgs and workspaces that wait for room.
  private var waiting: String {
    let coming = inFlight.compactMap { target -> String? in
      switch target {
      case .tenant(let id): orgs[id]?.slug.rawValue
      case .workspace(let id): workspaces[id].map { "\(orgs[$0.orgID]?.slug.rawValue ?? "?")/\($0.row.name)" }
      }
    }.sorted()
    guard let first = coming.first else { return "nothing waits for it now" }
    return coming.count == 1
      ? "\(first) waits for it"
      : "\(coming.count) wait for it: " + coming.prefix(5).joined(separator: ", ") + (coming.count > 5 ? ", …" : "")
  }

  func vcpuQuotaFinding(_ gauge: CaseFile.Gauge, _ severity: Finding.Severity, of target: Finding.Target, at now: Timestamp) -> Finding {
    Finding(
      .vcpuQuotaFull, severity, of: target,
      "vCPU quota \(gauge.used)/\(gauge.limit)" + (gauge.used >= gauge.limit ? ": no machine can be launched" : ""),
      evidence: [
        .init("ec2", "running and pending machines hold \(gauge.used) of \(gauge.limit) vCPUs", at: machinesKnown(at: now)?.at),
        .init("fleet", waiting),
      ],
      nextStep: "let orphaned machines go (`fleettui orphans`) or ask AWS for a higher quota of standard on-demand vCPUs",
      disproof: "the quota is higher than configured, or machines ended since")
  }

  func dnsQuotaFinding(_ gauge: CaseFile.Gauge, _ severity: Finding.Severity, of target: Finding.Target, at now: Timestamp) -> Finding {
    Finding(
      .dnsQuotaFull, severity, of: target,
      "DNS zone \(gauge.used)/\(gauge.limit) records" + (severity == .critical ? "; provisions will fail" : ""),
      evidence: [.init("dns", "\(gauge.used) of \(gauge.limit) records are used"), .init("fleet", waiting)],
      nextStep: "let orphaned records go (`fleettui dns` lists them) or raise the zone's quota",
      disproof: "the zone's quota is higher than configured")
  }

  // MARK: - Deletions

  static func finding(of purge: PurgeRow, target: Finding.Target, at clock: RuleClock) -> Finding? {
    let now = clock.now
    let age = purge.createdAt.map { now - $0 }
    let name = purge.slug?.rawValue ?? purge.orgID?.rawValue ?? purge.id.rawValue
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
        disproof: "a later purge of the same org is completed")
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
}

/// Durations as people say them.
enum Spoken {
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
