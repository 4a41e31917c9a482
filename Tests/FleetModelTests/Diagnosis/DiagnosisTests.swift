import Testing

@testable import FleetModel

@Suite struct DiagnosisTests {
  static let workspace: WorkspaceID = "0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a"

  /// One org with one machine, both as given, everything answered just now.
  func scene(
    _ status: OrgStatus?, error: String? = nil, machine: InstanceState? = .running, launched: String = "2026-11-24T02:50:00Z",
    created: String = "2026-11-24T02:49:00Z"
  ) -> Scene {
    var scene = Scene()
    scene.hear(.ec2("us-east-2"), .expected(pollInterval: 15))
    var row = Scene.org("acme", status)
    row.lastError = error
    row.createdAt = Timestamp(rfc3339: created)
    scene.hear(.controlPlane, .roster([row], limit: 500, unreadable: 0))
    let machines = machine.map { [Scene.machine("i-1", org: "acme", state: $0, launched: launched)] } ?? []
    scene.hear(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
    return scene
  }

  /// The running org with one workspace.
  func scene(
    workspace status: WorkspaceStatus, runtime: String = "hermes", error: String? = nil, tasks: Int = 0, machine: InstanceState? = .running
  ) -> Scene {
    var scene = scene(.running)
    var rows = [Scene.machine("i-1", org: "acme")]
    if let machine { rows.append(Scene.machine("i-2", org: "acme", workspace: Self.workspace.rawValue, state: machine, role: "workspace")) }
    scene.hear(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
    let row = WorkspaceRow(id: Self.workspace, name: "agent", status: status, runtime: runtime, activeTasks: tasks, lastError: error)
    scene.hear(.tenant("acme"), .workspaces("org-acme", [row]))
    return scene
  }

  func codes(_ scene: Scene, _ file: CaseFile = CaseFile()) -> [Finding.Code] {
    // That a boot is late besides has its own tests.
    scene.fleet.findings(within: "org-acme", at: scene.now, file: file).map(\.code).filter { $0 != .bootLate }
  }

  func file(bootEvents: [BootEventRow]? = nil, console: [String]? = nil, _ now: Timestamp) -> CaseFile {
    var file = CaseFile()
    if let bootEvents { file.bootEvents = .read(bootEvents, at: now) }
    if let console { file.consoles[Self.workspace] = .read(console, at: now) }
    return file
  }

  // MARK: - Tenants

  @Test func aMachineThatRunsForTwoMinutesWithoutABootEventCannotReport() throws {
    let scene = scene(.provisioning)
    #expect(codes(scene).isEmpty, "nobody read the boot events: nothing can be said")
    let finding = try #require(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now, file: file(bootEvents: [], scene.now)).first)
    #expect(finding.code == .bootEventsMissing && finding.severity == .critical)
    #expect(finding.summary.contains("10 min") && finding.evidenceLines.contains { $0.contains("i-1 is running") })
    let young = self.scene(.provisioning, launched: "2026-11-24T02:58:30Z")
    #expect(codes(young, file(bootEvents: [], young.now)).isEmpty)
    let heard = [BootEventRow(event: "install_apt_base", at: Timestamp(rfc3339: "2026-11-24T02:51:30Z"))]
    #expect(codes(scene, file(bootEvents: heard, scene.now)).isEmpty)
    // A boot before this machine's is no proof of life, nor is a workspace's.
    let other = [
      BootEventRow(event: "install_apt_base", at: Timestamp(rfc3339: "2026-11-20T02:51:30Z")),
      BootEventRow(event: "a", at: scene.now, workspaceID: "w"),
    ]
    #expect(codes(scene, file(bootEvents: other, scene.now)) == [.bootEventsMissing])
    var unread = CaseFile()
    unread.bootEvents = .failed("control plane answered 503")
    #expect(codes(scene, unread).isEmpty)
    let org = try #require(scene.fleet.orgs["org-acme"])
    #expect(scene.fleet.gaps(of: org, workspace: nil, file: unread, findings: [], at: scene.now) == ["control plane answered 503"])
  }

  @Test func theReducerRemembersThatBootEventsWereReadAndNoneCame() {
    var scene = scene(.provisioning)
    scene.hear(.controlPlane, .bootEvents("org-acme", []))
    #expect(codes(scene) == [.bootEventsMissing])
    scene.hear(.controlPlane, .bootEvents("org-acme", [BootEventRow(event: "image_pull", at: scene.now)]))
    #expect(codes(scene).isEmpty)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }

  @Test(arguments: [
    ("tenant not ready: no boot event within 4m0s", Finding.Code.bootEventsMissing),
    ("missing required environment variables: SECRETS_KEY, DATABASE_DSN", .envMissing),
    ("tunnel/DNS step failed: cloudflare 10000", .tunnelOrDNSFailed), ("cloudflare 81045: record quota exceeded", .dnsQuotaFull),
    ("RunInstances: VcpuLimitExceeded", .vcpuQuotaFull), ("tenant provisioner: DISABLED", .provisionerDisabled),
    ("disk on fire", .provisionFailed),
  ]) func aPublishedFailureIsCalledByItsCause(_ error: String, _ code: Finding.Code) {
    #expect(codes(scene(.failed, error: error)).first == code)
  }

  @Test func anOrgWithoutMachineAndBootEventAfterFiveMinutesHasNoProvisioner() {
    let scene = scene(nil, machine: nil)
    #expect(codes(scene, file(bootEvents: [], scene.now)) == [.provisionerDisabled])
    let young = self.scene(nil, machine: nil, created: "2026-11-24T02:56:00Z")
    #expect(codes(young, file(bootEvents: [], young.now)).isEmpty)
    var blind = scene
    blind.hear(.ec2("us-east-2"), .failed("EC2 answered 503"))
    #expect(codes(blind, file(bootEvents: [], blind.now)).isEmpty, "the machine may stand where nobody could look")
  }

  @Test(arguments: [
    ("tenant acme /workspaces: acme.example.com refuses connections", "http"), ("tenant acme /workspaces: TLS failed: expired", "tls"),
    ("tenant acme /workspaces answered 500: query failed", "routes"), ("tenant acme /workspaces answered 502", "http"),
  ]) func aTenantThatDoesNotAnswerIsUnreachableWithItsFirstFailingLayer(_ problem: String, _ layer: String) {
    var scene = scene(.running)
    scene.hear(.tenant("acme"), .failed(problem))
    let findings = scene.fleet.findings(of: OrgID("org-acme"), at: scene.now)
    #expect(findings.map(\.code) == [.tenantUnreachable] && findings[0].summary.hasSuffix(layer))
  }

  @Test func aRefusedTokenIsNoUnreachableTenantButCannotBeTold() throws {
    var scene = scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces answered 401: invalid admin auth token"))
    #expect(codes(scene).isEmpty)
    let org = try #require(scene.fleet.orgs["org-acme"])
    #expect(scene.fleet.gaps(of: org, workspace: nil, file: CaseFile(), findings: [], at: scene.now).count == 1)
  }

  @Test func aNameThatDoesNotResolveIsTheTunnelOrTheDNS() {
    var scene = scene(.running)
    scene.hear(.tenant("acme"), .failed("tenant acme /workspaces: the name acme.example.com does not resolve"))
    #expect(codes(scene) == [.tunnelOrDNSFailed, .tenantUnreachable])
  }

  @Test func controlPlaneAndEC2ContradictEachOther() {
    #expect(codes(scene(.running, machine: .stopped)) == [.statusDisagrees])
    #expect(codes(scene(.stopped)) == [.statusDisagrees])
    #expect(codes(scene(.stopped, machine: .stopped)).isEmpty)
  }

  @Test func deletionsAreJudgedByTheirAge() {
    var scene = scene(.running)
    func purge(_ status: PurgeRow.Status, hours: Double) -> PurgeRow {
      PurgeRow(id: "p", orgID: "org-acme", slug: "acme", status: status, lastStep: "redis", createdAt: scene.now + -hours * 3600)
    }
    for (status, hours, severity) in [(PurgeRow.Status.failed, 1.0, Finding.Severity.warning), (.failed, 25, .critical)] {
      scene.hear(.controlPlane, .purges([purge(status, hours: hours)]))
      let findings = scene.fleet.findings(of: OrgID("org-acme"), at: scene.now)
      #expect(findings.map(\.code) == [.purgeFailed] && findings[0].severity == severity)
      scene.fleet.apply(FleetEvent(source: .controlPlane, at: scene.now, change: .purges([])))
      scene.fleet.roster.update("org-acme") { $0.deletion = nil }
    }
    scene.hear(.controlPlane, .purges([purge(.pending("running"), hours: 25)]))
    #expect(codes(scene) == [.purgeOld])
  }

  @Test func anAnswerAboutPurgesThatComesBeforeTheRosterIsNotLost() {
    var scene = Scene()
    let row = PurgeRow(id: "p", orgID: "org-acme", slug: "acme", status: .failed, createdAt: scene.now + -100)
    scene.hear(.controlPlane, .purges([row]))
    scene.hear(.controlPlane, .roster([Scene.org("acme")], limit: 500, unreadable: 0))
    #expect(codes(scene) == [.purgeFailed])
  }

  // MARK: - Workspaces

  @Test func aBootThatEndedWithoutARegistrationNeverRegistered() throws {
    let scene = scene(workspace: .provisioning, runtime: "langgraph")
    let listening = [
      "uvicorn running on http://0.0.0.0:8000 (A2A)",
      "agent: MOLECULE_WORKSPACE_TOKEN is empty, waiting for it before POST /registry/register",
    ]
    let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now, file: file(console: listening, scene.now)).first)
    #expect(finding.code == .bootedNeverRegistered && finding.summary.contains("MOLECULE_WORKSPACE_TOKEN"))
    #expect(codes(scene, file(console: listening + ["agent: POST /registry/register 200"], scene.now)).isEmpty)
    #expect(codes(scene, file(console: ["bootstrap: venv_pip started"], scene.now)).isEmpty)
    let ready = BootEventRow(event: "workspace_ready", status: .ok, at: scene.now + -90, workspaceID: Self.workspace)
    #expect(codes(scene, file(bootEvents: [ready], scene.now)) == [.bootedNeverRegistered])
  }

  @Test func aCrashIsFoundInConsoleAndLogButNotInATracedCommand() {
    let scene = scene(workspace: .failed, error: "runtime exited during bootstrap")
    #expect(codes(scene) == [.provisionFailed])
    #expect(codes(scene, file(console: ["+ echo 'RUNTIME CRASHED'"], scene.now)) == [.provisionFailed])
    #expect(codes(scene, file(console: ["RUNTIME CRASHED: exit status 1"], scene.now)) == [.runtimeCrashed])
    let online = self.scene(workspace: .online)
    #expect(codes(online, file(console: ["Traceback (most recent call last):"], online.now)).isEmpty)
  }

  /// The line before is the shell's trace of a command: on one line with it the crash would look traced too.
  @Test func aCrashIsFoundOnItsOwnLineOfALogAndOfAnError() throws {
    let traced = "+ exec agent\nRUNTIME CRASHED: exit status 1"
    for (log, error) in [(traced, "it ended"), ("+ echo done", traced), (traced.replacing("\n", with: "\n\n  "), "it ended")] {
      var scene = scene(workspace: .provisioning)
      scene.hear(
        .tenant("acme"),
        .streamed(
          StreamedEvent(
            type: .workspaceProvisionFailed, timestamp: scene.now, workspaceID: Self.workspace,
            data: ["log_tail": .string(log), "error": .string(error)])))
      #expect(codes(scene) == [.runtimeCrashed], "\(log) \(error)")
      let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now).first)
      #expect(!(finding.evidenceLines + [finding.summary]).joined().contains("\n"))
      // Nor has the log's line of it more than one.
      let entry = try #require(scene.fleet.log.last)
      #expect(!entry.data.contains("\\n"))
    }
    let echoed = scene(workspace: .failed, error: "+ echo 'RUNTIME CRASHED'\nexit 3")
    #expect(codes(echoed) == [.provisionFailed])
    let said = try #require(echoed.fleet.findings(of: Self.workspace, at: echoed.now).first)
    #expect(said.summary == "provisioning failed: + echo 'RUNTIME CRASHED' exit 3")
  }

  @Test func aHermesGivenUpEarlyIsStillInstallingUntilItsDeadline() {
    var scene = scene(workspace: .failed)
    func event(_ type: EventType, _ ago: Double, _ payload: JSONValue) -> StoredEventRow {
      StoredEventRow(id: "\(type)", type: type, workspaceID: Self.workspace, payload: payload, createdAt: scene.now + -ago)
    }
    let rows = [
      event(.workspaceProvisioning, 700, [:]),
      event(
        .workspaceProvisionFailed, 90,
        ["error": "bootstrap did not finish within 5m0s", "source": "bootstrap_watcher", "log_tail": "still running"]),
    ]
    scene.hear(.tenant("acme"), .storedEvents("org-acme", rows))
    #expect(codes(scene) == [.stillInstalling])
    scene.fleet.tenants.update(Self.workspace) { $0.row.runtime = "langgraph" }
    #expect(codes(scene) == [.provisionTimeout])
    scene.fleet.tenants.update(Self.workspace) { $0.failureLog = "Traceback (most recent call last): main.py" }
    #expect(codes(scene) == [.runtimeCrashed])
  }

  @Test func theSixKnownTextsAreGivenTheirCauses() throws {
    for known in KnownTexts.agentErrors {
      let scene = scene(workspace: .degraded, error: "request failed: \(known.text) (attempt 3)")
      let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now).first)
      #expect(finding.code == .agentError && finding.severity == .warning && finding.summary.contains(known.cause))
    }
    #expect(KnownTexts.agentErrors.count == 6)
    #expect(codes(scene(workspace: .degraded, error: "something new")) == [.agentError])
  }

  /// What says that a workspace fell silent.
  private func silences(_ scene: Scene) -> [LogEntry] { scene.fleet.log.filter { $0.type == .workspaceSilent } }

  private func judge(_ scene: inout Scene) -> Bool {
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
    return scene.fleet.triage.findings(of: .workspace(Self.workspace)).contains { $0.code == .heartbeatStale }
  }

  private func beat(_ scene: inout Scene, by clock: Double = 0) {
    scene.hear(
      .tenant("acme"), .streamed(StreamedEvent(type: .workspaceHeartbeat, timestamp: scene.now + clock, workspaceID: Self.workspace)))
  }

  @Test func aWorkspaceThatNeverBeatsIsFoundHoweverOftenItsStreamIsOpenedAgain() throws {
    var scene = scene(workspace: .online)
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    var found: Double?
    for second in 1...900 {
      scene.pass(1)
      // Gaps, readings of the list, breaks of a moment: nothing of that is a sign of life.
      if second % 100 == 0 { scene.hear(.tenant("acme"), .gap("no heartbeat for 100 s", Self.workspace)) }
      if second % 90 == 0 { scene.hear(.tenant("acme"), .streamClosed(Self.workspace)) }
      if second % 90 == 2, second > 90 { scene.hear(.tenant("acme"), .streamOpened(Self.workspace)) }
      let isFound = judge(&scene)
      if isFound, found == nil { found = Double(second) }
      #expect(isFound == (found != nil))
    }
    #expect((181...190).contains(try #require(found)))
    // A line once, however long it lasts.
    #expect(silences(scene).count == 1)
    let line = try #require(silences(scene).first)
    #expect(line.slug == "acme" && line.workspaceID == Self.workspace && line.source == .tenant("acme"))
    // It beats, and falls silent again: told again.
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    beat(&scene)
    var isFound = judge(&scene)
    #expect(!isFound)
    scene.pass(200)
    isFound = judge(&scene)
    #expect(isFound && silences(scene).count == 2)
  }

  @Test func aWorkspaceThatBeatsIsNeverFoundWhateverItsClockSays() {
    for clock in [0.0, -600, 600] {
      var scene = scene(workspace: .online)
      scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
      for _ in 0..<20 {
        scene.pass(30)
        beat(&scene, by: clock)
        scene.pass(1)
        #expect(!judge(&scene))
      }
      #expect(silences(scene).isEmpty)
    }
  }

  @Test func whatAStreamDidNotHearProvesNothing() {
    var scene = scene(workspace: .online)
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    scene.pass(170)
    scene.hear(.tenant("acme"), .streamClosed(Self.workspace))
    scene.pass(300)
    #expect(!judge(&scene))
    // Nobody knows whether it beat meanwhile.
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    scene.pass(100)
    #expect(!judge(&scene))
    scene.pass(100)
    #expect(judge(&scene))
    // What was found stays when the source is lost, and when it is back.
    scene.hear(.tenant("acme"), .streamClosed(Self.workspace))
    scene.pass(500)
    #expect(judge(&scene))
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    #expect(judge(&scene) && silences(scene).count == 1)
  }

  @Test func aWorkspaceThatComesOnlineHasItsTimeToBeat() {
    var scene = scene(workspace: .provisioning)
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    scene.pass(600)
    scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: .workspaceOnline, timestamp: scene.now, workspaceID: Self.workspace)))
    #expect(!judge(&scene))
    scene.pass(170)
    #expect(!judge(&scene))
    scene.pass(20)
    #expect(judge(&scene))
    // Another status is another story.
    scene.hear(.tenant("acme"), .streamed(StreamedEvent(type: .workspaceOffline, timestamp: scene.now, workspaceID: Self.workspace)))
    #expect(!judge(&scene))
  }

  @Test func silenceOfAStreamProvesSomethingOnlyWhileItIsOpen() {
    var scene = scene(workspace: .online, tasks: 2)
    scene.pass(4000)
    scene.roster("acme")
    #expect(!codes(scene).contains(.heartbeatStale) && !codes(scene).contains(.phantomBusy))
    scene.hear(.tenant("acme"), .streamOpened(Self.workspace))
    scene.pass(170)
    #expect(!codes(scene).contains(.heartbeatStale))
    scene.pass(20)
    #expect(codes(scene).contains(.heartbeatStale))
    scene.hear(
      .tenant("acme"),
      .streamed(StreamedEvent(type: .workspaceHeartbeat, timestamp: scene.now, workspaceID: Self.workspace, data: ["active_tasks": 2])))
    #expect(!codes(scene).contains(.heartbeatStale))
    scene.pass(1800)
    #expect(codes(scene).contains(.phantomBusy))
    scene.hear(.tenant("acme"), .streamClosed(Self.workspace))
    #expect(!codes(scene).contains(.phantomBusy))
  }

  @Test func theTenantAndEC2ContradictEachOther() {
    #expect(codes(scene(workspace: .paused)) == [.statusDisagrees])
    #expect(codes(scene(workspace: .hibernated, machine: nil)).isEmpty)
    #expect(codes(scene(workspace: .online, machine: .stopped)) == [.statusDisagrees])
    #expect(codes(scene(workspace: .online)).isEmpty)
    #expect(codes(scene(workspace: .online, machine: nil)).isEmpty, "an external agent has no machine")
  }

  // MARK: - The whole

  @Test func causesComeBeforeWhatFollowsFromThemAndTheWorstFirst() {
    func finding(_ code: Finding.Code, _ severity: Finding.Severity, _ facts: Int) -> Finding {
      Finding(code, severity, of: .fleet, "", evidence: (0..<facts).map { .init("x", "\($0)") }, nextStep: "")
    }
    let ranked = [
      finding(.stillInstalling, .info, 9), finding(.agentError, .warning, 3), finding(.tenantUnreachable, .critical, 5),
      finding(.dnsQuotaFull, .critical, 1),
      finding(.tunnelOrDNSFailed, .critical, 6),
    ].ranked
    #expect(ranked.map(\.code) == [.dnsQuotaFull, .tunnelOrDNSFailed, .tenantUnreachable, .agentError, .stillInstalling])
  }

  @Test func aQuotaIsAWarningFromEightyPercentAndCriticalFromNinetyFive() {
    #expect(
      [159, 160, 189, 190, 200].map { CaseFile.Gauge(used: $0, limit: 200).severity } == [nil, .warning, .warning, .critical, .critical])
    func held(_ type: String, _ state: InstanceState = .running, isSpot: Bool = false) -> Int {
      var row = InstanceRow(id: "i-1", region: "us-east-2", state: state, type: type, tags: [:])
      row.isSpot = isSpot
      return VCPUQuota.counted(row) ?? 0
    }
    #expect(["t3.large", "t3.xlarge", "m5.8xlarge", "t2.micro", "p4d.24xlarge", "nonsense"].map { held($0) } == [2, 4, 32, 1, 0, 0])
    #expect(held("t3.large", .stopped) == 0 && held("t3.large", isSpot: true) == 0)
  }

  @Test func theDatabasesSilenceAboutATenantIsProofToo() {
    var scene = scene(.provisioning)
    scene.hear(.database, .databaseRows(DatabaseRows(bootEventsSince: Timestamp(milliseconds: 0), readAt: scene.now)))
    #expect(codes(scene) == [.bootEventsMissing])
    // A table whose oldest row that was read is younger than the machine can't tell.
    scene.hear(.database, .databaseRows(DatabaseRows(bootEventsSince: scene.now + -60, readAt: scene.now)))
    #expect(codes(scene).isEmpty)
  }

  @Test func aTenantWhoseFailureNamesItsCauseIsNoCaseOfMissingEvents() {
    for error in ["RunInstances: InvalidAMIID.NotFound", "tunnel/DNS step failed: cloudflare 10000", "missing env DATABASE_URL"] {
      let scene = scene(.failed, error: error)
      #expect(!codes(scene, file(bootEvents: [], scene.now)).contains(.bootEventsMissing), "\(error)")
    }
    for error in ["readiness check gave up after 4m0s", "tenant not ready", nil] {
      let scene = scene(.failed, error: error)
      #expect(codes(scene, file(bootEvents: [], scene.now)).first == .bootEventsMissing, "\(error ?? "no error")")
    }
  }

  @Test func theDatabaseContradictsWithBothSides() throws {
    var scene = scene(.running)
    let row = DatabaseInstanceRow(
      orgID: "org-acme", status: .failed, instanceID: "i-1", region: "us-east-2", updatedAt: scene.now + -3600)
    scene.hear(.database, .databaseRows(DatabaseRows(instances: [row], readAt: scene.now)))
    let finding = try #require(scene.fleet.findings(of: OrgID("org-acme"), at: scene.now).first)
    #expect(finding.code == .statusDisagrees && finding.severity == .warning)
    #expect(finding.evidenceLines.contains { $0.contains("org_instances.status: failed") })
    #expect(finding.evidenceLines.contains { $0.contains("running") })
  }

  @Test func anAgentsLastRequestNamesAKnownErrorToo() throws {
    let scene = scene(workspace: .online)
    var file = CaseFile()
    let failure = CaseFile.Activity.Failure(text: "A2A: [hermes-agent error 401] unauthorized", at: scene.now + -30)
    file.activity[Self.workspace] = .read(CaseFile.Activity(last: scene.now, lastError: failure), at: scene.now)
    let finding = try #require(scene.fleet.findings(of: Self.workspace, at: scene.now, file: file).first)
    #expect(finding.code == .agentError && finding.summary.contains("the provider's") && finding.evidence.last?.by == "activity")
  }

  @Test func aListeningAgentIsKnownByWhateverItPrints() {
    for line in [
      "INFO: Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)", "A2A server listening on :8000",
      "agent ready (A2A) on port 8000",
      "a2a endpoint serving at http://10.0.1.4:8000",
    ] { #expect(KnownTexts.listens(line), "\(line)") }
    for line in ["curl: (7) Failed to connect to localhost:8000", "waiting for A2A", "connect 127.0.0.1:8000: connection refused (A2A)"] {
      #expect(!KnownTexts.listens(line), "\(line)")
    }
  }

  @Test func aBootThatCountedItsStepsToTheEndIsThrough() {
    var scene = scene(workspace: .provisioning)
    scene.hear(
      .tenant("acme"),
      .bootEvents(
        "org-acme", [BootEventRow(event: "agent_up", status: .ok, step: 4, total: 4, at: scene.now + -200, workspaceID: Self.workspace)]))
    #expect(codes(scene).first == .bootedNeverRegistered, "\(codes(scene))")
  }

  @Test func environmentVariablesAreNamedOnlyWhereTheyAreMissing() {
    #expect(
      KnownTexts.missingVariables(in: "missing required env: ANTHROPIC_API_KEY, GITHUB_TOKEN.") == ["ANTHROPIC_API_KEY", "GITHUB_TOKEN"])
    #expect(KnownTexts.missingVariables(in: "OPENAI_API_KEY is required in the workspace's environment") == ["OPENAI_API_KEY"])
    #expect(KnownTexts.missingVariables(in: "connect to PG_HOST failed").isEmpty)
  }

  @Test func consoleTextLosesSequencesAndSecretsAndKeepsItsLines() {
    let key = ["-----BEGIN RSA", "PRIVATE KEY-----\nMIIEsecretsecret\n-----END RSA", "PRIVATE KEY-----"].joined(separator: " ")
    let lines = ConsoleText.lines(of: "\u{1B}[1;32m  OK \u{1B}[0m up\r\n\u{1B}]0;title\u{07}next\n\(key)\nexport API_TOKEN=abcdefgh12345")
    #expect(lines[0] == "  OK  up" && lines[1] == "next")
    #expect(!lines.joined().contains("MIIE") && !lines.joined().contains("abcdefgh12345"))
    #expect(ConsoleText.lines(of: "\u{1B}[") == [""] && ConsoleText.lines(of: "\u{1B}") == [""])
  }
}
