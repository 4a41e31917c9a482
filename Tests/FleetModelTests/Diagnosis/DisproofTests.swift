import Testing

@testable import FleetModel

/// What is known to speak against a finding, each layer's own name, and what is past.
@Suite struct DisproofTests {
  static let workspace = DiagnosisTests.workspace
  let base = DiagnosisTests()

  func stored(_ type: EventType, _ scene: Scene, ago: Double, _ payload: JSONValue = [:]) -> StoredEventRow {
    StoredEventRow(id: "\(type) \(ago)", type: type, workspaceID: Self.workspace, payload: payload, createdAt: scene.now + -ago)
  }

  func probed(_ scene: Scene, _ failures: [TenantProbeReport.Layer: String] = [:], isLimited: Bool = false) -> CaseFile {
    var file = CaseFile()
    file.probe = TenantProbeReport(failures: failures, isLimited: isLimited, at: scene.now)
    return file
  }

  // MARK: - Layers of a tenant

  @Test func aPlatformWhoseDatabaseIsAwayIsReachableAndSaysSo() throws {
    var scene = base.scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces answered 503: platform datastore unavailable — retry shortly"))
    #expect(base.codes(scene) == [.platformDatabaseDown])
    #expect(base.codes(scene, probed(scene)) == [.platformDatabaseDown], "its health answers 200: that is no other finding")
    let finding = try #require(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now, file: probed(scene)).first)
    #expect(finding.severity == .critical && finding.evidenceLines.contains { $0.contains("GET /health answered 200") })
    #expect(base.codes(scene, probed(scene, [.dns: "the name does not resolve"])) == [.tunnelOrDNSFailed, .tenantUnreachable])
  }

  @Test func tooManyRequestsAreNeitherAnUnreachableTenantNorCritical() throws {
    var scene = base.scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces answered 429: rate limit exceeded – asked to wait 41 s"))
    for file in [CaseFile(), probed(scene, isLimited: true), probed(scene)] {
      let findings = scene.fleet.findings(of: OrgID("org-acme"), at: scene.now, file: file)
      #expect(findings.map(\.code) == [.rateLimited] && findings[0].severity == .warning)
    }
  }

  @Test func aTenantWhoseHealthAnswersIsNotUnreachable() {
    var scene = base.scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces: no answer within 15 s"))
    #expect(base.codes(scene) == [.tenantUnreachable])
    #expect(base.codes(scene, probed(scene)).isEmpty)
    // What its platform can't do is another thing.
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces answered 500: query failed"))
    let findings = scene.fleet.findings(of: OrgID("org-acme"), at: scene.now, file: probed(scene))
    #expect(findings.map(\.code) == [.tenantUnreachable] && findings[0].disproof?.text == "GET /workspaces answers 200")
  }

  // MARK: - Words of the past

  @Test func aWedgeThatAnOnlineFollowedIsNotUsedForALaterDegradation() {
    var scene = base.scene(workspace: .degraded, error: "something else")
    let old = stored(.workspaceDegraded, scene, ago: 900, ["runtime_state": "wedged", "sample_error": "SDK init timeout"])
    scene.hear(.tenant("acme"), .storedEvents("org-acme", [stored(.workspaceOnline, scene, ago: 600), old]))
    #expect(base.codes(scene) == [.agentError])
    scene.hear(.tenant("acme"), .storedEvents("org-acme", [old]))
    #expect(base.codes(scene) == [.wedged])
    // The list says that it was online meanwhile, and that it is degraded again.
    for status in [WorkspaceStatus.online, .degraded] {
      scene.pass(30)
      let row = WorkspaceRow(id: Self.workspace, name: "agent", status: status, runtime: "hermes", lastError: "something else")
      scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    }
    #expect(base.codes(scene) == [.agentError])
    // Its own newest event says that this one is no wedge.
    let newer = stored(.workspaceDegraded, scene, ago: 5, ["error_rate": 0.7, "sample_error": "something else"])
    scene.hear(.tenant("acme"), .storedEvents("org-acme", [newer, old]))
    #expect(base.codes(scene) == [.agentError])
  }

  @Test func whatWasReadBecauseSomebodyAskedKnowsTheWedgeToo() throws {
    let scene = base.scene(workspace: .degraded, error: "SDK init timeout after 120s")
    #expect(base.codes(scene) == [.agentError])
    var file = CaseFile()
    file.events = .read([stored(.workspaceDegraded, scene, ago: 2400, ["runtime_state": "wedged"])], at: scene.now)
    let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now, file: file).first)
    #expect(finding.code == .wedged && finding.severity == .critical)
    #expect(finding.summary == "wedged: SDK init timeout after 120s")
  }

  @Test func whatADegradationIsNotSaysWhatItsErrorRateLeaves() throws {
    var scene = base.scene(workspace: .degraded, error: "SDK init timeout")
    scene.fleet.tenants.update(Self.workspace) { $0.row.errorRate = 0 }
    let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now).first)
    #expect(finding.disproof?.text == "it is called online again")
    #expect(finding.unchecked.contains { $0.contains("wedged") })
    scene.fleet.tenants.update(Self.workspace) { $0.row.errorRate = 0.7 }
    #expect(scene.fleet.findings(of: Self.workspace, at: scene.now).first?.disproof?.text == "its error rate falls below 10 %")
  }

  @Test func aReasonIsNotSaidTwice() {
    for (error, summary) in [
      ("provisioning failed", "provisioning failed, and nobody says why"),
      ("Provisioning failed: disk full", "Provisioning failed: disk full"),
      ("disk full", "provisioning failed: disk full"), (nil, "provisioning failed, and nobody says why"),
    ] {
      let scene = base.scene(workspace: .failed, error: error)
      #expect(scene.fleet.findings(of: Self.workspace, at: scene.now).first?.summary == summary)
    }
  }

  @Test func aBootStepThatWentWellAtLastDidNotFail() {
    var scene = base.scene(.provisioning)
    func step(_ status: BootEventRow.Status, _ ago: Double) -> BootEventRow {
      BootEventRow(event: "image_pull", status: status, at: scene.now + -ago)
    }
    scene.hear(.controlPlane, .bootEvents("org-acme", [step(.failed, 60)]))
    #expect(base.codes(scene) == [.provisionFailed])
    for _ in 0..<2 {
      scene.hear(.controlPlane, .bootEvents("org-acme", [step(.failed, 60), step(.ok, 20)]))
      #expect(base.codes(scene).isEmpty)
    }
    scene.hear(.controlPlane, .bootEvents("org-acme", [step(.failed, 5)]))
    #expect(base.codes(scene) == [.provisionFailed])
  }

  // MARK: - Quotas

  static func zone(_ count: Int) -> ZoneReading {
    let records = (0..<count).map { DNSRecordRow(id: "\($0)", name: "a\($0).example.com", type: "CNAME", content: "x") }
    return ZoneReading(
      environment: "demo", rules: DNSRules(zone: "example.com", coreNames: [], environmentSuffixes: []), quota: 200, records: records,
      neighbours: [])
  }

  @Test func aZoneThatWasFullAndHasRoomAgainIsSaidInThePast() throws {
    var scene = base.scene(.failed, error: "tunnel/DNS step failed: cloudflare 81045: record quota exceeded", machine: nil)
    scene.fleet.roster.update("org-acme") { $0.row.updatedAt = scene.now + -4 * 86_400 }
    func only() throws -> Finding {
      let findings = scene.fleet.findings(of: OrgID("org-acme"), at: scene.now)
      #expect(findings.map(\.code) == [.dnsQuotaFull], "\(findings.map(\.summary))")
      return try #require(findings.first)
    }
    var finding = try only()
    #expect(finding.severity == .critical && finding.summary == "the DNS zone was full when this failed 4 days ago")
    #expect(finding.unchecked == ["whether it has room now: the zone's records: they were not read"])
    scene.hear(.dns, .zone(Self.zone(186)))
    finding = try only()
    #expect(finding.severity == .warning && finding.unchecked.isEmpty)
    #expect(
      finding.summary
        == "the DNS zone was full when this failed 4 days ago; it has room now (186 of 200 records): provision it again")
    scene.hear(.dns, .zone(Self.zone(200)))
    finding = try only()
    #expect(finding.severity == .critical && finding.summary.hasPrefix("DNS zone full (200 of 200 records)"))
    // Nobody may take a lost source for room.
    scene.hear(.dns, .failed("dns answered 500"))
    finding = try only()
    #expect(finding.severity == .critical && finding.unchecked == ["whether that has changed: dns answered 500"])
  }

  @Test func aRefusedMachineIsAMatterOfThePastWhereTheQuotaHasRoom() throws {
    for (quota, severity) in [(4, Finding.Severity.critical), (96, .warning)] {
      var scene = base.scene(workspace: .failed, error: "RunInstances: VcpuLimitExceeded")
      scene.fleet.limits = Triage.Limits(vcpuQuota: quota)
      scene.hear(
        .tenant("acme"),
        .storedEvents("org-acme", [stored(.workspaceProvisionFailed, scene, ago: 600, ["error": "RunInstances: VcpuLimitExceeded"])]))
      let findings = scene.fleet.findings(of: Self.workspace, at: scene.now)
      #expect(findings.map(\.code) == [.vcpuQuotaFull] && findings[0].severity == severity)
      #expect(findings[0].summary.contains("when this failed 10 min ago") && findings[0].summary.contains("4 of \(quota) vCPUs"))
    }
  }

  @Test func theFleetsQuotaIsAMatterOfAWorkspaceOnlyWhileThatWaitsForAMachine() {
    for (status, machine, expected) in [
      (WorkspaceStatus.provisioning, nil, [Finding.Code.vcpuQuotaFull]), (.provisioning, .running, []), (.online, nil, []),
    ] as [(WorkspaceStatus, InstanceState?, [Finding.Code])] {
      var scene = base.scene(workspace: status, machine: machine)
      scene.fleet.limits = Triage.Limits(vcpuQuota: machine == nil ? 2 : 4)
      #expect(scene.fleet.findings(of: Self.workspace, at: scene.now).map(\.code) == expected)
      #expect(scene.fleet.findings(at: scene.now).map(\.code) == [.vcpuQuotaFull])
    }
    var failed = base.scene(workspace: .failed, error: "missing required environment variables: API_KEY", machine: nil)
    failed.fleet.limits = Triage.Limits(vcpuQuota: 2)
    #expect(failed.fleet.findings(of: Self.workspace, at: failed.now).map(\.code) == [.envMissing])
  }

  @Test func aZoneThatSomebodyReadBecauseOfAQuestionCountsForTheFleetToo() {
    let scene = base.scene(.provisioning)
    var file = CaseFile()
    file.dnsRecords = .read(CaseFile.Gauge(used: 195, limit: 200), at: scene.now)
    #expect(scene.fleet.findings(at: scene.now).isEmpty)
    #expect(scene.fleet.findings(at: scene.now, file: file).map(\.code) == [.dnsQuotaFull])
  }

  @Test func theIndexFollowsAGaugeThatAFindingRestsOn() {
    var scene = base.scene(.failed, error: "cloudflare 81045", machine: nil)
    scene.hear(.dns, .zone(Self.zone(200)))
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
    #expect(scene.fleet.triage.findings(of: .org("org-acme")).map(\.severity) == [.critical])
    scene.pass(5)
    scene.hear(.dns, .zone(Self.zone(150)))
    scene.fleet.judge(at: scene.now)
    #expect(scene.fleet.takeChanges().findings.contains(.org("org-acme")))
    #expect(scene.fleet.triage.findings(of: .org("org-acme")).map(\.severity) == [.warning])
  }

  // MARK: - Deletions

  @Test func anOrgWhoseDeletionLeftMachinesIsNotOfThePast() throws {
    var scene = base.scene(.running)
    let purge = PurgeRow(
      id: "p", orgID: "org-acme", slug: "acme", status: .completed, lastStep: "completed", createdAt: scene.now + -60,
      completedAt: scene.now + -20)
    scene.hear(.controlPlane, .purges([purge]))
    scene.pass(15)
    scene.roster("globex")
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil))
    func left() -> [Finding] {
      scene.fleet.judge(at: scene.now)
      _ = scene.fleet.takeChanges()
      #expect(scene.fleet.triage.differences(from: scene.fleet, at: scene.now).isEmpty)
      return scene.fleet.triage.findings(of: .fleet)
    }
    #expect(left().isEmpty, "a machine needs a minute or two to go")
    scene.pass(200)
    scene.hear(.ec2("us-east-2"), .instances([Scene.machine("i-1", org: "acme")], complete: true, problem: nil))
    let finding = try #require(left().first)
    #expect(finding.code == .deletionLeftMachines && finding.severity == .critical && finding.summary.contains("i-1"))
    scene.hear(.ec2("us-east-2"), .failed("EC2 answered 503"))
    #expect(left().map(\.code) == [.deletionLeftMachines], "a lost source makes nothing calmer")
    scene.hear(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    #expect(left().isEmpty)
  }

  @Test func aFailedDeletionThatALaterOneFinishedIsOver() {
    var scene = base.scene(.running)
    func purge(_ id: PurgeID, _ status: PurgeRow.Status, ago: Double) -> PurgeRow {
      PurgeRow(
        id: id, orgID: "gone", slug: "gone", status: status, lastStep: "redis", createdAt: scene.now + -ago,
        completedAt: status == .completed ? scene.now + -ago + 30 : nil)
    }
    scene.hear(.controlPlane, .purges([purge("a", .failed, ago: 9000)]))
    #expect(scene.fleet.findings(at: scene.now).map(\.code) == [.purgeFailed])
    scene.hear(.controlPlane, .purges([purge("b", .completed, ago: 100)]))
    #expect(scene.fleet.findings(at: scene.now).isEmpty)
  }

  @Test func aTenantThatIsBeingDeletedIsExpectedToBeAway() {
    var scene = base.scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces: acme.example.com refuses connections"))
    scene.hear(
      .controlPlane, .purges([PurgeRow(id: "p", orgID: "org-acme", slug: "acme", status: .pending("running"), createdAt: scene.now)]))
    #expect(base.codes(scene).isEmpty)
    #expect(scene.fleet.orgs["org-acme"]?.isBeingDeleted == true)
  }
}
