/// The rules for one org's tenant (contract §9): each looks at what is known and answers with a finding or nothing.
struct OrgRules {
  let fleet: Fleet
  let org: Org
  let file: CaseFile
  let clock: RuleClock
  private var now: Timestamp { clock.now }

  private let machine: Instance?
  private var machines: (isComplete: Bool, problem: String?, at: Timestamp?)? { fleet.machinesKnown(at: now) }

  /// Seconds that a machine may run before its first boot event is missed: EC2's early boot takes 60–90 (contract §5.4).
  private static let firstEventLimit = 120.0
  /// Seconds after which an accepted org without a machine is not just about to get one.
  private static let acceptedLimit = 300.0
  /// Of what answers, and can't do what it is asked.
  static let routesDisproof = "GET /workspaces answers 200"

  init(fleet: Fleet, org: Org, file: CaseFile, clock: RuleClock) {
    self.fleet = fleet
    self.org = org
    self.file = file
    self.clock = clock
    machine = fleet.tenantMachine(of: org.id)
  }

  private var target: Finding.Target { .org(org.id) }
  private var name: String { org.slug.rawValue }
  private var isComing: Bool { org.row.status == nil || org.row.status == .provisioning }
  private var hasFailed: Bool { org.row.status == .failed || org.row.status == .abandoned }

  private var statusEvidence: Finding.Evidence {
    .init(
      "control-plane", "instance_status \(org.row.status?.text ?? "absent")" + (org.row.lastError.map { ": \($0)" } ?? ""),
      at: org.lastSeen ?? org.statusToldAt)
  }

  private var machineEvidence: Finding.Evidence? { machine.map { .init($0, readAt: machines?.at, now: now) } }

  /// What of EC2 could not be looked at.
  private var machineGap: [String] {
    guard let machines else { return ["the tenant's machine: no EC2 region is configured"] }
    return machines.problem.map { ["the tenant's machine: \($0)"] } ?? []
  }

  func findings() -> [Finding] {
    var found = [deletion, overreach].standing
    // While it is being deleted, everything below is meant to be so.
    if let deletion = org.deletion, deletion.status != .failed { return found }
    if isComing || hasFailed {
      let quota = org.row.lastError.flatMap(Quota.init(namedBy:))
      // What a full quota kept from being made is no fault of its own.
      let cause = [bootEventsMissing, provisionerDisabled, environmentMissing, quota.map(refusal) ?? tunnelOrDNS].standing
      found += cause
      if hasFailed, cause.isEmpty { found.append(provisionFailed) }
      if isComing, cause.isEmpty { found += [bootStepFailed, waitsForRoom].standing }
    }
    if org.row.status == .running {
      found += [tunnelOrDNS, unreachable, databaseDown, rateLimited, refusedByGuard, streamsRefused].standing
      found += silentSubsystems
    }
    found += disagreement.map { [$0] } ?? databaseDisagreements
    return found
  }

  // MARK: - Boot events

  /// The tenant's own boot events since its machine was launched; `nil` when nobody asked or the answer did not come.
  private var bootEvents: (count: Int, at: Timestamp, by: String)? {
    let start = machine?.row.launchedAt ?? org.boot?.startedAt ?? org.failedBoot?.startedAt
    if let rows = file.bootEvents.value {
      let count = rows.count { row in row.workspaceID == nil && (row.at ?? now) >= (start ?? .distantPast) + -5 }
      return (count, file.bootEvents.readAt ?? now, "boot-events")
    }
    let boot = org.boot ?? org.failedBoot
    if let boot, !boot.marks.isEmpty { return (boot.marks.count, org.bootEventsReadAt ?? now, "boot-events") }
    // The feed tells every boot event, but nothing from before it was opened.
    if let feed = fleet.sources[.feed], feed.isOpen, let opened = feed.openedAt, let start, opened <= start, boot != nil {
      return (0, now, "feed")
    }
    if file.bootEvents.problem == nil, let at = org.bootEventsReadAt { return (0, at, "boot-events") }
    // The database keeps every event that was accepted, the newest of them in its answer.
    guard let start, let database = fleet.database, let since = database.bootEventsSince, start >= since, start <= database.readAt else {
      return nil
    }
    return (0, database.readAt, "database")
  }

  private var bootEventsGap: [String] {
    bootEvents == nil ? ["boot events: \(file.bootEvents.problem ?? "they were not read")"] : []
  }

  private var bootEventsMissing: Finding? {
    let publishes = org.row.lastError.map(KnownTexts.isMissingBootEvents) ?? false
    let running = machine.flatMap { machine in machine.row.state == .running ? machine.row.launchedAt.map { now - $0 } : nil }
    // A tenant that failed for another published reason, before its machine could tell anything, is no case of this.
    let mayBe = isComing || publishes || !(org.row.lastError.map(KnownTexts.namesItsCause) ?? false)
    let isProven =
      mayBe && bootEvents?.count == 0 && running != nil
      && (machine?.row.launchedAt).map { clock.isOver(Self.firstEventLimit, since: $0) } ?? false
    // The control plane's own word counts where nothing speaks against it.
    guard isProven || (publishes && bootEvents?.count ?? 0 == 0 && hasFailed && (machine == nil || machine?.row.state == .running)) else {
      return nil
    }
    var evidence = [machineEvidence].compactMap { $0 }
    if let events = bootEvents { evidence.append(.init(events.by, "0 boot events of the tenant since its launch", at: events.at)) }
    evidence.append(statusEvidence)
    let age = running.map { "EC2 up \(Spoken.duration($0))" } ?? "machine launched"
    return Finding(
      .bootEventsMissing, .critical, of: target,
      "\(age) but 0 boot events: the tenant cannot authenticate to the control plane (boot-event 401 pattern)", evidence: evidence,
      unchecked: machineGap + bootEventsGap + ["the control plane's log: only it shows the 401 on POST /cp/tenants/boot-event"],
      nextStep:
        "look for 401 on POST /cp/tenants/boot-event in the control plane's log; check that org_instances.admin_token is written before the wait for the tenant, and the latest green deploy",
      disproof: Finding.Disproof("a boot event of this machine, or a machine without network", isKnown: bootEvents?.count ?? 0 > 0))
  }

  private var provisionerDisabled: Finding? {
    if let error = org.row.lastError, KnownTexts.isProvisionerDisabled(error) {
      let isLaunchedSince = machine?.row.launchedAt.map { $0 > failedAt ?? $0 } ?? false
      return provisionerDisabled(
        [statusEvidence], "the control plane says so",
        disproof: Finding.Disproof("a machine of the org that was launched since", isKnown: isLaunchedSince))
    }
    guard isComing, machine == nil, let created = org.row.createdAt else { return nil }
    // A machine may well stand where nobody could look.
    guard machines?.isComplete ?? true, bootEvents?.count == 0 || (bootEvents == nil && machines != nil) else { return nil }
    guard clock.isOver(Self.acceptedLimit, since: created) else { return nil }
    var evidence = [statusEvidence, Finding.Evidence("control-plane", "accepted \(Spoken.duration(now - created)) ago", at: created)]
    if machines != nil { evidence.append(.init("ec2", "no machine of the org in any configured region", at: machines?.at)) }
    if let events = bootEvents { evidence.append(.init(events.by, "0 boot events", at: events.at)) }
    return provisionerDisabled(
      evidence, "accepted \(Spoken.duration(now - created)) ago, no machine and no boot event",
      disproof: "a machine of the org in a region or account that is not configured here")
  }

  private func provisionerDisabled(_ evidence: [Finding.Evidence], _ why: String, disproof: Finding.Disproof) -> Finding {
    Finding(
      .provisionerDisabled, .critical, of: target, "provisioner disabled: \(why)", evidence: evidence,
      unchecked: machineGap + bootEventsGap,
      nextStep: "look for `tenant provisioner: DISABLED` in the control plane's log; SECRETS_ENCRYPTION_KEY must be set", disproof: disproof
    )
  }

  // MARK: - Published failures

  private var environmentMissing: Finding? {
    guard hasFailed, let error = org.row.lastError else { return nil }
    let names = KnownTexts.missingVariables(in: error)
    guard !names.isEmpty else { return nil }
    return Finding(
      .envMissing, .critical, of: target, "provisioning lacks \(names.joined(separator: ", "))", evidence: [statusEvidence],
      nextStep: "set \(names.joined(separator: ", ")) and provision again",
      disproof: "the variables are set where the control plane reads them")
  }

  private var provisionFailed: Finding {
    Finding(
      .provisionFailed, .critical, of: target,
      Spoken.sentence("provisioning \(org.row.status?.text ?? "failed")", org.row.lastError),
      evidence: [statusEvidence, machineEvidence].compactMap { $0 } + failedStep, unchecked: machineGap + bootEventsGap,
      nextStep: "read the boot's timeline (\(by: .explain(name.description))) and the control plane's log for this org",
      disproof: "instance_status becomes running")
  }

  private var failedStep: [Finding.Evidence] {
    let marks = (org.boot ?? org.failedBoot)?.marks ?? []
    return marks.filter(\.failed).map { .init("boot-events", "\($0.name) failed" + ($0.detail.map { ": \($0)" } ?? ""), at: $0.endedAt) }
  }

  private var bootStepFailed: Finding? {
    guard let last = failedStep.last else { return nil }
    return Finding(
      .provisionFailed, .critical, of: target, "a boot step failed: \(last.says)", evidence: failedStep + [statusEvidence],
      nextStep: "look at the step's detail and at the machine", disproof: "a later boot event of the same step with ok")
  }

  // MARK: - Name, tunnel, reachability

  /// What keeps the tenant from being read, who said so and when.
  private var trouble: (kind: TenantTrouble, evidence: [Finding.Evidence], at: Timestamp)? {
    if let probe = file.probe, let failure = probe.failure {
      return (.layer(failure.layer), [.init("probe", "\(failure.layer.rawValue): \(failure.why)", at: probe.at)], probe.at)
    }
    let freshness = fleet.freshness(of: .tenant(org.slug), at: now)
    guard freshness.state == .failed, let text = freshness.problem, let kind = TenantTrouble(problem: text) else { return nil }
    let at = fleet.sources[.tenant(org.slug)]?.lastFailure ?? now
    var evidence = [Finding.Evidence("tenant:\(name)", text, at: at)]
    if let probe = file.probe {
      evidence.append(.init("probe", "GET /health answered \(probe.isLimited ? "429: too many requests" : "200")", at: probe.at))
    }
    return (kind, evidence, at)
  }

  private var failingLayer: TenantProbeReport.Layer? { if case .layer(let layer)? = trouble?.kind { layer } else { nil } }

  /// When its list of workspaces was last read in full, as long as that counts.
  private var readAt: Timestamp? {
    let freshness = fleet.freshness(of: .tenant(org.slug), at: now)
    guard freshness.state == .complete, let at = freshness.at, let record = fleet.sources[.tenant(org.slug)] else { return nil }
    _ = clock.isOver(record.staleAfter, since: at)
    return at
  }

  /// Whether the tenant's list, or with `health` its `/health` alone, was answered with 200 since that trouble.
  private func hasAnswered(since trouble: Timestamp, health: Bool) -> Bool {
    if let readAt, readAt > trouble { return true }
    guard health, let probe = file.probe, probe.failure == nil, !probe.isLimited else { return false }
    return probe.at >= trouble
  }

  /// What the control plane's diagnostics say of name and tunnel, if they say it in a way that can be read (contract §1.7).
  private var diagnosed: [Finding.Evidence] {
    guard let document = file.diagnostics.value, let at = file.diagnostics.readAt else { return [] }
    var evidence: [Finding.Evidence] = []
    if document["dns"]?["present"]?.bool == false { evidence.append(.init("diagnostics", "dns: not present", at: at)) }
    if let status = document["tunnel"]?["status"]?.text, ["down", "inactive", "degraded", "failed", "error"].contains(status.lowercased()) {
      evidence.append(.init("diagnostics", "tunnel: \(status)", at: at))
    }
    return evidence
  }

  private var tunnelOrDNS: Finding? {
    var evidence: [Finding.Evidence] = []
    var what: String?
    if hasFailed, let error = org.row.lastError, KnownTexts.isTunnelOrDNS(error) {
      evidence.append(statusEvidence)
      what = error
    }
    var since = org.row.updatedAt ?? org.statusToldAt
    if let trouble, failingLayer == .dns, org.row.status == .running {
      evidence += trouble.evidence
      since = trouble.at
      what = what ?? "the tenant's name does not lead to it"
    }
    let marks =
      (org.boot ?? org.failedBoot)?.marks.filter { $0.failed && KnownTexts.isTunnelOrDNS($0.name + " " + ($0.detail ?? "")) } ?? []
    for mark in marks {
      evidence.append(.init("boot-events", "\(mark.name) failed" + (mark.detail.map { ": \($0)" } ?? ""), at: mark.endedAt))
      what = what ?? "the tunnel or DNS step failed: \(mark.name)"
    }
    guard let what else { return nil }
    return Finding(
      .tunnelOrDNSFailed, .critical, of: target, what, evidence: evidence + diagnosed + [machineEvidence].compactMap { $0 },
      unchecked: file.diagnostics.problem.map { ["diagnostics: \($0)"] } ?? [],
      nextStep: "check that \(name)'s CNAME leads to its tunnel and that the tunnel is healthy; provision again if the step was skipped",
      disproof: Finding.Disproof("the name resolves and GET /health answers 200", isKnown: hasAnswered(since: since, health: true)))
  }

  private var unreachable: Finding? {
    guard let trouble, let layer = failingLayer else { return nil }
    let isHealthy = layer == .routes
    return Finding(
      .tenantUnreachable, .critical, of: target,
      isHealthy
        ? "tenant's routes do not answer; first failing layer: routes" : "tenant does not answer; first failing layer: \(layer.rawValue)",
      evidence: (trouble.evidence + [statusEvidence, machineEvidence]).compactMap { $0 } + diagnosed, unchecked: machineGap,
      nextStep: isHealthy
        ? "go through its layers with \(by: .check(name.description)), then read its platform's log: it answers, and can't do what it is asked"
        : "go through its layers with \(by: .check(name.description)); a machine that runs but does not answer wants its tunnel and container looked at",
      disproof: Finding.Disproof(
        isHealthy ? Self.routesDisproof : "GET /health answers 200 from here",
        isKnown: hasAnswered(since: trouble.at, health: !isHealthy)))
  }

  private var databaseDown: Finding? {
    guard let trouble, trouble.kind == .databaseDown else { return nil }
    return Finding(
      .platformDatabaseDown, .critical, of: target, "the tenant's platform answers, its database does not",
      evidence: (trouble.evidence + [machineEvidence]).compactMap { $0 }, unchecked: machineGap,
      nextStep: "look at PostgreSQL on \(name)'s machine: is its container up, is its disk full? Tunnel and name are in order",
      disproof: Finding.Disproof(Self.routesDisproof, isKnown: hasAnswered(since: trouble.at, health: false)))
  }

  private var rateLimited: Finding? {
    guard let trouble, trouble.kind == .rateLimited else { return nil }
    return Finding(
      .rateLimited, .warning, of: target, "the tenant refuses more requests from here (429): its state is not read meanwhile",
      evidence: trouble.evidence,
      nextStep: "find who else asks from this address (dashboards, scripts): all share 600 requests a minute; it ends by itself within one",
      disproof: Finding.Disproof(Self.routesDisproof, isKnown: hasAnswered(since: trouble.at, health: false)))
  }

  /// A tenant that refuses the org id which the control plane gives: it was built for another org, or before the cut-over.
  private var refusedByGuard: Finding? {
    guard let trouble, trouble.kind == .guardRefuses else { return nil }
    return Finding(
      .statusDisagrees, .warning, of: target, "the tenant refuses the org id that the control plane gives",
      evidence: trouble.evidence + [.init("control-plane", "org id \(org.id)", at: org.lastSeen)],
      nextStep: "check MOLECULE_ORG_ID on the tenant's machine; a pre-cutover tenant must be provisioned again",
      disproof: Finding.Disproof(Self.routesDisproof, isKnown: hasAnswered(since: trouble.at, health: false)))
  }

  private var streamsRefused: Finding? {
    guard let lack = fleet.sources[.tenant(org.slug)]?.lacks[.streams] else { return nil }
    return Finding(
      .streamsRefused, .warning, of: target,
      "the tenant refuses its event streams: what happens between two polls is not seen",
      evidence: [.init("tenant:\(name)", lack.reason, at: lack.since)],
      nextStep:
        "compare the control plane's admin-token of \(name) with the one its machine was started with; a tenant whose database is away refuses good tokens too",
      disproof: "a stream of one of its workspaces opens")
  }

  // MARK: - The rest

  /// Seconds between two ticks of the subsystems that tick (contract §4.1); another one's is not known.
  private static let intervals = ["scheduler": 30.0, "hibernation-monitor": 120.0]
  private static let unknownInterval = 300.0

  private var silentSubsystems: [Finding] {
    org.subsystems.compactMap { row in
      // As old as it was when it was told: an answer that nobody renews doesn't make it older.
      guard let ago = row.secondsAgo ?? row.lastTickAt.map({ (org.subsystemsReadAt ?? now) - $0 }) else { return nil }
      let interval = Self.intervals[row.name] ?? Self.unknownInterval
      guard ago > 2 * interval else { return nil }
      return Finding(
        .subsystemSilent, .warning, of: target, "\(row.name) has not ticked for \(Spoken.duration(ago))",
        evidence: [
          .init(
            "tenant:\(name)",
            "/admin/liveness: \(row.name) last ticked \(Int(clamping: min(ago, 1e9))) s ago, every \(Int(clamping: interval)) s is usual",
            at: row.lastTickAt)
        ],
        nextStep: "redeploy the tenant: a stuck \(row.name) does not come back by itself", disproof: "last_tick_at moves on")
    }
  }

  private var disagreement: Finding? {
    guard let machines, machines.isComplete else { return nil }
    let status = org.row.status
    if status == .running {
      if let machine, machine.row.state == .running || machine.row.state == .pending { return nil }
      // Where the tenant answers, its machine stands in an account or region that is not looked at (contract §12 row 19).
      if machine == nil, fleet.freshness(of: .tenant(org.slug), at: now).state != .failed { return nil }
      return disagreement("the control plane says running, EC2 has \(machine.map { "it \($0.row.state.text)" } ?? "no machine of it")")
    }
    if status == .stopped, let machine, machine.row.state == .running {
      return disagreement("the control plane says stopped, EC2 runs its machine")
    }
    return nil
  }

  /// Where the control plane's own database says otherwise.
  private var databaseDisagreements: [Finding] {
    fleet.databaseDifferences(ofTenant: org.id, by: clock).map { difference in
      Finding(
        .statusDisagrees, .warning, of: target, difference.summary,
        evidence: difference.evidence.map { .init("database", $0, at: fleet.database?.readAt) },
        nextStep: "find out which is true: a row that was written by hand, or a step that the control plane did not finish",
        disproof: "the next answers of both agree")
    }
  }

  private func disagreement(_ summary: String) -> Finding {
    Finding(
      .statusDisagrees, .warning, of: target, summary,
      evidence: [
        statusEvidence, machineEvidence ?? .init("ec2", "no machine with the org's tags in any configured region", at: machines?.at),
      ],
      nextStep: "find out which is meant: start or stop the machine through the control plane", disproof: "the next answers of both agree")
  }

  private var deletion: Finding? {
    guard let deletion = org.deletion else { return nil }
    var row =
      deletion.purgeID.flatMap { fleet.purges[$0] }
      ?? PurgeRow(
        id: deletion.purgeID ?? "?", orgID: org.id, slug: org.slug, status: deletion.status, lastStep: deletion.step,
        lastError: deletion.lastError)
    row.slug = row.slug ?? org.slug
    return fleet.finding(of: row, target: target, at: clock)
  }

  /// Seconds after which an overreach is history.
  private static let overreachMemory = 86_400.0

  private var overreach: Finding? {
    guard let overreach = org.overreach, !clock.isOver(Self.overreachMemory, since: overreach.at) else { return nil }
    return Finding(
      .sourceOverreach, .warning, of: target,
      "\(overreach.source) spoke for others, \(overreach.count == 1 ? "once" : "\(overreach.count) times"); nothing of it was believed",
      evidence: [.init(overreach.source.description, "\(overreach.said) refused: \(overreach.reason)", at: overreach.at)],
      nextStep:
        "look at the SOURCE_REFUSED lines of the events, then at what runs on \(name)'s machine: its build is at fault, or somebody else speaks there",
      disproof: "the workspace was moved here and its former org has not been asked since")
  }

  // MARK: - Quotas

  /// Only where the control plane tells, or somebody watched, is it known when it failed.
  private var failedAt: Timestamp? { org.row.updatedAt ?? (org.statusToldAt > org.firstSeen ? org.statusToldAt : nil) }

  private func refusal(by quota: Quota) -> Finding {
    fleet.refusal(by: quota, of: target, failedAt: failedAt, statusEvidence, again: "provision it again", file, clock)
  }

  /// It is to get a machine, and the quota has hardly any left.
  private var waitsForRoom: Finding? {
    guard machine == nil, machines?.isComplete ?? false else { return nil }
    return fleet.finding(.vcpus, of: target, from: .critical, by: clock)
  }
}
