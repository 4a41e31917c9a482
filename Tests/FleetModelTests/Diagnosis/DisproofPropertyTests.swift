import TestSupport
import Testing

@testable import FleetModel

/// Random fleets and case files, sources down in turn, and time: no finding is shown whose own disproof is known. What the sentences mean is
/// said here once more, in another way than the rules say it.
@Suite struct DisproofPropertyTests {
  static let errors: [String?] = [
    nil, "cloudflare 81045: record quota exceeded", "RunInstances: VcpuLimitExceeded", "tunnel/DNS step failed: cloudflare 10000",
    "tenant provisioner: DISABLED", "missing required environment variables: SECRETS_KEY", "no boot event within 4m0s", "disk on fire",
    "provisioning failed", "wedged: SDK init timeout", "Invalid API key", "runtime RUNTIME CRASHED",
  ]
  static let troubles = [
    "refuses connections", "the name acme does not resolve", "TLS failed: expired", "no answer within 15 s", "answered 500: query failed",
    "answered 502", "answered 503: platform datastore unavailable", "answered 429: rate limit exceeded", "answered 401: invalid token",
    "answered 404: the tenant's guard refuses the org id",
  ]

  /// An event about what findings rest on, for the same handful of names as ``FleetPropertyTests/event(_:at:)``.
  static func event(_ random: inout SeededGenerator, at now: Timestamp) -> FleetEvent {
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    let slugs: [Slug] = ["acme", "globex"]
    let orgs: [OrgID] = ["o1", "o2"]
    let workspaces: [WorkspaceID] = ["w1", "w2", "w3"]
    let ago = now + -Double.random(in: 0...1200, using: &random)
    let source: Source
    let change: FleetEvent.Change
    switch Int.random(in: 0..<12, using: &random) {
    case 0, 1:
      let rows = (0..<2).map { index in
        OrgRow(
          id: orgs[index], slug: slugs[index], status: pick([nil, .provisioning, .running, .running, .failed]),
          lastError: pick(errors), createdAt: now + -900, updatedAt: pick([nil, ago]))
      }
      (source, change) = (.controlPlane, .roster(rows, limit: 500, unreadable: 0))
    case 2, 3:
      let org = Int.random(in: 0..<2, using: &random)
      let rows = workspaces.map { id in
        WorkspaceRow(
          id: id, name: "w", status: pick([.provisioning, .online, .degraded, .failed, .offline, .paused]), runtime: pick(["hermes", "x"]),
          activeTasks: pick([0, 2]), errorRate: pick([nil, 0, 0.05, 0.8]), lastError: pick(errors), uptime: 7200)
      }
      (source, change) = (.tenant(slugs[org]), .workspaces(orgs[org], rows))
    case 4: (source, change) = (.tenant(pick(slugs)), .failed("tenant acme /workspaces " + pick(troubles)))
    case 5: (source, change) = (.dns, .zone(DisproofTests.zone(pick([10, 170, 192, 199, 200]))))
    case 6:
      let rows = (0..<3).map { _ in
        Scene.machine(
          pick(["i-1", "i-2", "i-3"]), workspace: pick([nil, "w1", "w2"]), state: pick([.running, .stopped, .pending]),
          role: pick(["tenant", "workspace"]))
      }.map { row in
        var row = row
        row.tags["OrgID"] = pick(["o1", "o2", "gone"])
        return row
      }
      (source, change) = (.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
    case 7:
      let purges = [PurgeID("p1"), "p2"].map { id in
        PurgeRow(
          id: id, orgID: pick(["o1", "gone"]), slug: "gone", status: pick([.failed, .completed, .pending("x")]),
          createdAt: now + -Double.random(in: 0...200_000, using: &random), completedAt: pick([nil, ago]))
      }
      (source, change) = (.controlPlane, .purges(purges))
    case 8:
      let event = BootEventRow(
        event: pick(["image_pull", "tunnel", "workspace_ready"]), status: pick([.ok, .failed, .started]), at: ago,
        workspaceID: pick([nil, "w1"]))
      (source, change) = (.controlPlane, .bootEvents(pick(orgs), pick([[], [event]])))
    case 9:
      let types: [EventType] = [.workspaceDegraded, .workspaceOnline, .workspaceProvisionFailed, .workspaceProvisioning]
      let rows = (0..<3).map { index in
        StoredEventRow(
          id: "\(index)", type: pick(types), workspaceID: pick(workspaces),
          payload: pick([[:], ["runtime_state": "wedged"], ["error": "disk on fire", "log_tail": "RUNTIME CRASHED"]]),
          createdAt: now + -Double.random(in: 0...1200, using: &random))
      }
      (source, change) = (.tenant(pick(slugs)), .storedEvents(pick(orgs), rows))
    case 10: (source, change) = (.tenant(pick(slugs)), .streamOpened(pick(workspaces)))
    default:
      let type: EventType = pick([.workspaceHeartbeat, .taskUpdated, .activityLogged, .workspaceOnline, .workspaceDegraded])
      (source, change) = (
        .tenant(pick(slugs)), .streamed(StreamedEvent(type: type, timestamp: now, workspaceID: pick(workspaces), data: ["active_tasks": 2]))
      )
    }
    return FleetEvent(source: source, at: now, asked: now, change: change)
  }

  static func file(_ random: inout SeededGenerator, at now: Timestamp) -> CaseFile {
    var file = CaseFile()
    func chance() -> Bool { Bool.random(using: &random) }
    if chance() {
      file.probe = TenantProbeReport(
        failures: chance() ? [:] : [chance() ? .dns : .http: "it fails"], isLimited: chance() && chance(), at: now)
    }
    if chance() { file.dnsRecords = .read(CaseFile.Gauge(used: chance() ? 200 : 150, limit: 200), at: now) }
    if chance() { file.bootEvents = .read(chance() ? [] : [BootEventRow(event: "image_pull", at: now)], at: now) }
    if chance() {
      file.consoles["w1"] = .read(
        chance() ? ["RUNTIME CRASHED"] : ["uvicorn running on :8000 (A2A)", "POST /registry/register 200"], at: now)
    }
    if chance() { file.activity["w2"] = .read(CaseFile.Activity(last: now + (chance() ? -60 : -7200)), at: now) }
    if chance() {
      file.events = .read(
        [
          StoredEventRow(
            id: "f", type: chance() ? .workspaceDegraded : .workspaceOnline, workspaceID: "w3",
            payload: ["runtime_state": "wedged"], createdAt: now + -10)
        ], at: now)
    }
    return file
  }

  /// Whether what a finding calls its disproof is known to be so.
  static func isDisproved(_ finding: Finding, _ fleet: Fleet, _ file: CaseFile, at now: Timestamp) -> Bool {
    let org: Org?
    var workspace: Workspace?
    switch finding.target {
    case .org(let id): org = fleet.orgs[id]
    case .workspace(let id):
      workspace = fleet.workspaces[id]
      org = workspace.flatMap { fleet.orgs[$0.orgID] }
    case .fleet: org = nil
    }
    let source = org.map { Source.tenant($0.slug) }
    let listIsRead = source.map { fleet.freshness(of: $0, at: now).state == .complete } ?? false
    let toldBad = finding.evidence.compactMap(\.at).max() ?? now
    let listIsNewer = listIsRead && (source.flatMap { fleet.sources[$0]?.lastComplete } ?? .distantPast) > toldBad
    let healthAnswers = file.probe.map { $0.failures.isEmpty && !$0.isLimited } ?? false
    let lastBeat = workspace?.lastHeartbeat ?? .distantPast
    switch finding.disproof?.text ?? "" {
    case "GET /health answers 200 from here", "the name resolves and GET /health answers 200":
      return org?.row.status == .running && (healthAnswers || listIsNewer)
    case "GET /workspaces answers 200": return listIsNewer
    case "the DNS zone has room":
      let known = file.dnsRecords.value ?? fleet.zone.map { CaseFile.Gauge(used: $0.records.count, limit: $0.quota) }
      return known.map { $0.used < $0.limit } ?? false
    case "the vCPU quota has room": return fleet.vcpuGauge.map { $0.limit - $0.used >= 2 } ?? false
    case "a boot event of this machine, or a machine without network":
      return file.bootEvents.value?.contains { $0.workspaceID == nil } ?? false
    case "a machine of the org in a region or account that is not configured here":
      return org.map { fleet.tenantMachine(of: $0.id) != nil } ?? false
    case "a machine of the org that was launched since":
      let launched = org.flatMap { fleet.tenantMachine(of: $0.id)?.row.launchedAt }
      return launched.map { launch in org?.row.updatedAt.map { launch > $0 } ?? false } ?? false
    case "instance_status becomes running": return org?.row.status == .running
    case "it comes online by itself", "it is called online again", "a WORKSPACE_ONLINE event after it", "it registers after all":
      let listReadAt = source.flatMap { fleet.sources[$0]?.lastComplete } ?? now
      let words = file.events.value?.filter { $0.workspaceID == workspace?.id } ?? []
      return workspace?.row.status == .online || words.contains { $0.type == .workspaceOnline && $0.createdAt > listReadAt }
    case "its error rate falls below 10 %": return workspace?.row.errorRate.map { $0 < 0.1 } ?? false
    case "a heartbeat": return now - lastBeat < 180
    case "an activity that is younger":
      let last = [workspace?.lastActivity, workspace.flatMap { file.activity[$0.id]?.value?.last }].compactMap { $0 }.max()
      return last.map { now - $0 < 1800 } ?? false
    case "a heartbeat that is younger than the crash", "a POST /registry/register answered 200, or a heartbeat":
      return lastBeat > workspace?.statusServerTime ?? workspace?.statusToldAt ?? .distantPast
    case "a later purge of the same org is completed":
      let about = fleet.purges.values.filter { $0.status != .completed && finding.summary.contains($0.slug?.rawValue ?? $0.id.rawValue) }
      return about.count == 1
        && fleet.purges.values.contains {
          $0.status == .completed && $0.orgID == about[0].orgID && $0.completedAt ?? .distantPast > about[0].createdAt ?? now
        }
    case "the machines were kept on purpose": return false
    default: return false
    }
  }

  /// A gauge that has room is not called full in the present.
  static func contradicts(_ finding: Finding, _ fleet: Fleet, _ file: CaseFile) -> Bool {
    guard !finding.summary.contains("was full") || finding.summary.contains("full (") else { return false }
    switch finding.code {
    case .dnsQuotaFull:
      let used = file.dnsRecords.value?.used ?? fleet.zone?.records.count ?? 200
      return finding.summary.contains("full (") && used < 200
    case .vcpuQuotaFull: return finding.summary.contains("full (") && fleet.vcpuGauge.map { $0.limit - $0.used >= 2 } ?? false
    default: return false
    }
  }

  /// What is shown of a fleet: what was judged, with what is kept of lost sources.
  private static func shown(_ fleet: Fleet, at now: Timestamp) -> [Finding] {
    fleet.triage.targets.flatMap { fleet.findings(believedOf: $0, at: now) }
  }

  /// What must be so of an explanation, in words; `nil` when all is.
  private static func fault(ofExplaining target: Finding.Target, _ fleet: Fleet, _ file: CaseFile, at now: Timestamp) -> String? {
    func text(_ findings: [Finding]) -> String { "\(findings.map { "\($0.code.rawValue)\($0.asOf.map { " as of \($0)" } ?? "")" })" }
    let told = fleet.findings(believedOf: target, at: now)
    let bare = fleet.findings(explaining: target, with: CaseFile(), at: now)
    if bare != told { return "told \(text(told)), explained without a file \(text(bare))" }
    let explained = fleet.findings(explaining: target, with: file, at: now)
    let codes = Set(explained.map(\.code))
    // A published failure without a cause gives way to the cause, a boot's lateness to what keeps it.
    let isCaused = explained.contains { $0.severity == .critical }
    for finding in told where !codes.contains(finding.code) {
      let givesWay: Set<Finding.Code> = [
        .bootLate, .provisionFailed, .provisionTimeout, .stillInstalling, .agentError, .vcpuQuotaFull, .dnsQuotaFull,
      ]
      if isCaused, givesWay.contains(finding.code) { continue }
      if isDisproved(finding, fleet, file, at: now) || file.speaksAgainst(finding) { continue }
      return "told \(text(told)), explained \(text(explained)) with \(file): \(finding)"
    }
    if let wrong = explained.first(where: { $0.isDisproved || isDisproved($0, fleet, file, at: now) }) { return "disproved: \(wrong)" }
    return nil
  }

  @Test(arguments: 0..<10) func noFindingIsShownWhoseOwnDisproofIsKnown(seed: UInt64) {
    var random = SeededGenerator(seed: 7000 + seed)
    var fleet = Fleet(limits: Triage.Limits(vcpuQuota: seed % 3 == 0 ? nil : 6))
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    let sources: [Source] = [.controlPlane, .tenant("acme"), .tenant("globex"), .ec2("us-east-2"), .dns]
    var seen = 0
    func check(_ findings: [Finding], _ fleet: Fleet, _ file: CaseFile, at now: Timestamp, _ step: Int) -> Bool {
      seen += findings.count
      for finding in findings {
        let isWrong = finding.isDisproved || Self.isDisproved(finding, fleet, file, at: now) || Self.contradicts(finding, fleet, file)
        #expect(!isWrong, "seed \(seed), step \(step): \(finding)")
        if isWrong { return false }
      }
      return true
    }
    for step in 0..<80 {
      now = now + (Int.random(in: 0..<10, using: &random) == 0 ? 200 : Double.random(in: 0...20, using: &random))
      fleet.apply(Self.event(&random, at: now))
      // Each source in turn is lost for a while; what the others tell meanwhile counts.
      var lost = fleet
      let source = sources[step % sources.count]
      lost.apply(FleetEvent(source: source, at: now, change: .failed("\(source) is away")))
      for (fleet, now) in [(fleet, now), (lost, now + 1), (lost, now + 90)] {
        for file in [CaseFile(), Self.file(&random, at: now)] {
          let findings = fleet.orgs.keys.flatMap { fleet.findings(within: $0, at: now, file: file) } + fleet.findings(at: now, file: file)
          guard check(findings, fleet, file, at: now, step) else { return }
        }
      }
      fleet.judge(at: now)
      lost.judge(at: now + 1)
      for ahead in [2.0, 3, 90] {
        _ = lost.takeChanges()
        let event = Self.event(&random, at: now + ahead)
        if event.source != source { lost.apply(event) }
        lost.judge(at: now + ahead)
        guard check(Self.shown(lost, at: now + ahead), lost, CaseFile(), at: now + ahead, step) else { return }
        let file = Self.file(&random, at: now + ahead)
        for target in lost.triage.targets where target != .fleet {
          let fault = Self.fault(ofExplaining: target, lost, file, at: now + ahead)
          #expect(fault == nil, "seed \(seed), step \(step), without \(source)")
          if fault != nil { return }
        }
        let differences = lost.triage.differences(from: lost, at: now + ahead)
        #expect(differences.isEmpty, "seed \(seed), step \(step), without \(source): \(differences)")
      }
      guard check(Self.shown(fleet, at: now), fleet, CaseFile(), at: now, step) else { return }
      _ = fleet.takeChanges()
      let differences = fleet.triage.differences(from: fleet, at: now) + fleet.checkInvariants()
      #expect(differences.isEmpty, "seed \(seed), step \(step): \(differences)")
      if !differences.isEmpty { return }
    }
    #expect(seen > 200, "the fleets are too well: \(seen)")
  }
}

extension CaseFile {
  /// Said once more in another way than the rules say it: whether something in it is what a finding is not found with.
  fileprivate func speaksAgainst(_ finding: Finding) -> Bool {
    var workspace: WorkspaceID?
    if case .workspace(let id) = finding.target { workspace = id }
    let isHealthy = probe.map { $0.failures.isEmpty && !$0.isLimited } ?? false
    let newest = events.value?.filter { $0.workspaceID == workspace }.max { $0.createdAt < $1.createdAt }
    if workspace != nil, newest?.type == .workspaceOnline { return true }
    switch finding.code {
    // The probe is the newer word on which layer it is.
    case .tenantUnreachable, .tunnelOrDNSFailed, .platformDatabaseDown, .rateLimited, .statusDisagrees:
      return isHealthy || probe?.failure != nil
    case .bootEventsMissing, .provisionerDisabled: return bootEvents.value?.contains { $0.workspaceID == nil } ?? false
    case .bootedNeverRegistered: return workspace.flatMap { consoles[$0]?.value } != nil
    case .phantomBusy: return workspace.flatMap { activity[$0]?.value } != nil
    default: return false
    }
  }
}
