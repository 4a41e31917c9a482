import Feeds
import FleetModel
import FleetSim
import Testing

@testable import FleetTUI

/// A simulated fleet, loaded once as `explain` loads it, with what is read about one org on demand.
struct LoadedFleet {
  var fleet: Fleet
  var environment: FleetEnvironment
  var reader: CaseReader
  var now: Timestamp { wallClock() }

  static func of(_ scenario: String, orgs: Int? = nil, _ body: (LoadedFleet) async throws -> Void) async throws {
    var options = SimulationOptions()
    options.scenario = scenario
    options.orgs = orgs
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    do {
      let environment = try ConfigurationFile.read(path: endpoints.configPath).environment(named: nil)
      let http = HTTPClient()
      let queue = EventQueue()
      let access = FleetAccess(environment: environment, http: http, variables: [:])
      let feeds = FleetFeeds(access, queue: queue)
      await feeds.loadOnce()
      var fleet = Fleet(limits: Triage.Limits(vcpuQuota: environment.aws?.vcpuQuota))
      for event in queue.drain() { fleet.apply(event) }
      #expect(fleet.checkInvariants().isEmpty)
      try await body(
        LoadedFleet(fleet: fleet, environment: environment, reader: try await CaseReader(access)))
    } catch {
      await simulation.stop()
      throw error
    }
    await simulation.stop()
  }

  func explain(_ slug: Slug) async throws -> ExplainDocument {
    let org = try #require(fleet.org(named: slug))
    let question = CaseQuestion(about: org, in: fleet, at: now)
    return ExplainDocument(target: .org(org), fleet: fleet, file: await reader.file(on: question), now: now)
  }
}

@Suite struct IncidentTests {
  /// The scenario, what it must be called first, and which other critical findings are true of it too.
  static let incidents: [(scenario: String, first: Finding.Code, alsoCritical: Set<Finding.Code>)] = [
    ("incident-boot-events-401", .bootEventsMissing, []), ("incident-dns-quota", .dnsQuotaFull, [.tunnelOrDNSFailed]),
    ("incident-tunnel-step", .tunnelOrDNSFailed, []), ("incident-unreachable", .tenantUnreachable, []),
    ("incident-provisioner-disabled", .provisionerDisabled, []), ("incident-vcpu-quota", .vcpuQuotaFull, []),
    ("incident-never-registered", .bootedNeverRegistered, []), ("incident-runtime-crashed", .runtimeCrashed, []),
    ("incident-env-missing", .envMissing, []), ("incident-hermes-given-up", .stillInstalling, []), ("incident-wedged", .wedged, []),
    ("incident-provider-key", .agentError, []), ("incident-phantom-busy", .phantomBusy, []),
    ("incident-scheduler-stuck", .subsystemSilent, []),
    ("incident-purge-stuck", .purgeFailed, []),
  ]

  @Test(arguments: incidents) func everyIncidentIsCalledByItsNameFirstAndNothingElseIsCritical(
    _ scenario: String, _ first: Finding.Code, _ alsoCritical: Set<Finding.Code>
  ) async throws {
    try await LoadedFleet.of(scenario) { loaded in
      let document = try await loaded.explain("patient")
      let finding = try #require(document.findings.first, "\(scenario) has no finding")
      #expect(finding.code == first, "\(document.findings.map(\.code.rawValue))")
      let wrong = document.findings.filter { $0.severity == .critical && $0.code != first && !alsoCritical.contains($0.code) }
      #expect(wrong.isEmpty, "\(wrong.map(\.code.rawValue))")
      #expect(document.gaps.isEmpty, "\(document.gaps)")
      for finding in document.findings {
        #expect(!finding.evidence.isEmpty && !finding.nextStep.isEmpty && finding.disproof != nil, "\(finding.code)")
      }
      for org in loaded.fleet.orgs.values where org.slug != "patient" {
        #expect(loaded.fleet.findings(within: org.id, at: loaded.now).isEmpty, "\(org.slug)")
      }
    }
  }

  @Test func aHealthyFleetOfFiveHundredOrgsHasNoFindings() async throws {
    try await LoadedFleet.of("healthy", orgs: 499) { loaded in
      #expect(loaded.fleet.orgs.count == 499)
      let found = loaded.fleet.orgs.keys.flatMap { loaded.fleet.findings(within: $0, at: loaded.now) }
      #expect(found.isEmpty, "\(found.map(\.code.rawValue))")
      #expect(loaded.fleet.findings(at: loaded.now).isEmpty)
    }
  }

  @Test func everyIncidentOfTheSimulatorIsTried() {
    let incidents = FleetSimulation.scenarios.filter { $0.hasPrefix("incident-") }
    #expect(incidents.count >= 12 && Set(incidents) == Set(Self.incidents.map(\.scenario)))
  }
}

@Suite struct ExplainDocumentTests {
  static let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  /// A workspace that failed for a variable in a fleet whose quota is full.
  func document() -> ExplainDocument {
    var fleet = Fleet(limits: Triage.Limits(vcpuQuota: 2))
    func hear(_ source: Source, _ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: source, at: Self.now, asked: Self.now, epoch: 1, change: change))
    }
    hear(.controlPlane, .roster([OrgRow(id: "o", slug: "acme", status: .running)], limit: 500, unreadable: 0))
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "o"]
    hear(
      .ec2("us-east-2"),
      .instances(
        [InstanceRow(id: "i-1", region: "us-east-2", state: .running, type: "t3.small", tags: tags)], complete: true, problem: nil))
    let row = WorkspaceRow(
      id: "w", name: "billing", status: .failed, runtime: "hermes", lastError: "missing required environment variables: ANTHROPIC_API_KEY")
    hear(.tenant("acme"), .workspaces("o", [row]))
    let event = StoredEventRow(
      id: "e", type: .workspaceProvisionFailed, workspaceID: "w", payload: [:], createdAt: Self.now + -2460)
    var file = CaseFile()
    file.events = .read([event], at: Self.now)
    return ExplainDocument(
      target: .workspace(fleet.workspaces["w"]!, fleet.orgs["o"]!), fleet: fleet, file: file, now: Self.now)
  }

  @Test func aCauseAtTheTargetComesBeforeWhatHoldsForTheWholeFleet() {
    #expect(document().findings.map(\.code) == [.envMissing, .vcpuQuotaFull])
  }

  @Test func whatHappenedStandsInOneColumn() {
    var document = document()
    var file = CaseFile()
    file.events = .read(
      [30.0, 2460, 400_000].map { age in
        StoredEventRow(
          id: "e-\(age)", type: .workspaceProvisionFailed, workspaceID: "w", payload: [:], createdAt: Self.now + -age)
      }, at: Self.now)
    document = ExplainDocument(target: document.target, fleet: document.fleet, file: file, now: Self.now)
    let lines = document.lines.map(\.plain).drop { $0 != "  timeline" }.dropFirst()
    let places = lines.compactMap { line in
      line.ranges(of: "WORKSPACE_PROVISION_FAILED").first.map { line.distance(from: line.startIndex, to: $0.lowerBound) }
    }
    #expect(places.count == 3 && Set(places).count == 1, "\(lines)")
  }

  @Test func aSummaryThatBeginsWithItsCodeSaysItOnce() throws {
    var fleet = Fleet()
    func hear(_ source: Source, _ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: source, at: Self.now, asked: Self.now, epoch: 1, change: change))
    }
    hear(.controlPlane, .roster([OrgRow(id: "o", slug: "acme", status: .running)], limit: 500, unreadable: 0))
    let row = WorkspaceRow(id: "w", name: "billing", status: .degraded, runtime: "hermes", lastError: "wedged: SDK init timeout")
    hear(.tenant("acme"), .workspaces("o", [row]))
    let org = try #require(fleet.orgs["o"])
    let lines = ExplainDocument(target: .org(org), fleet: fleet, file: CaseFile(), now: Self.now).lines.map(\.plain)
    #expect(lines.contains("  critical  wedged: billing: SDK init timeout"), "\(lines)")
  }

  @Test func itsLinesBeginInThePagesColumnAndTellTimesAndAges() {
    let lines = document().lines.map(\.plain)
    #expect(lines.allSatisfy { $0.isEmpty || $0.hasPrefix("  ") })
    #expect(lines.contains("    02:19:00, 41m ago  WORKSPACE_PROVISION_FAILED"), "\(lines)")
    let text = document().text(columns: 40).split(separator: "\n").map(String.init)
    #expect(text.allSatisfy { $0.count <= 40 })
    // Broken between words: each of them still stands in one piece.
    for word in ["provisioning", "ANTHROPIC_API_KEY", "workspace's"] { #expect(text.contains { $0.contains(word) }, "\(word): \(text)") }
  }

  @Test func anOldMomentCarriesItsDay() {
    #expect(Moment.told(Self.now + -60, at: Self.now) == "02:59:00, 1m ago")
    #expect(Moment.told(Self.now + -86_400, at: Self.now) == "2026-11-23 03:00:00, 1d ago")
  }
}

@Suite struct ExplainCommandTests {
  @Test func explainPrintsItsDocumentAndTellsByItsExitCode() async throws {
    try await CommandTests().withFleet("incident-never-registered") { config in
      let run = try await CommandRun.run("explain", "patient/milton", "--config", config)
      #expect(run.status == 3, "\(run.errors)")
      let json = try JSONValue(parsing: run.output)
      #expect(json["target"]?["kind"] == "workspace" && json["target"]?["slug"] == "patient" && json["target"]?["status"] == "provisioning")
      let finding = try #require(json["findings"]?.array?.first)
      #expect(finding["code"] == "booted-never-registered" && finding["severity"] == "critical")
      #expect(finding["summary"]?.text?.contains("MOLECULE_WORKSPACE_TOKEN") == true)
      #expect(finding["evidence"]?.array?.contains { $0.text?.contains("(A2A)") == true } == true && finding["next_step"]?.text != nil)
      #expect((json["timeline"]?.array?.count ?? 0) > 5)
      let unknown = try await CommandRun.run("explain", "nobody", "--config", config)
      #expect(unknown.status == 1 && unknown.output.isEmpty && unknown.errors.contains("nobody"))
    }
    try await CommandTests().withFleet("healthy") { config in
      let snapshot = try JSONValue(parsing: try await CommandRun.run("snapshot", "--config", config).output)
      let orgs = snapshot["orgs"]?.array ?? []
      #expect(orgs.count == 12 && orgs.allSatisfy { $0["findings"] == [] })
      let slug = try #require(orgs.first?["slug"]?.text)
      let run = try await CommandRun.run("explain", slug, "--config", config)
      #expect(run.status == 0, "\(run.output) \(run.errors)")
    }
  }

  @Test func withoutASourceThatItNeedsExplainCannotTell() async throws {
    let simulation = try FleetSimulation(
      {
        var options = SimulationOptions()
        options.scenario = "incident-wedged"
        return options
      }())
    let endpoints = try await simulation.start()
    simulation.set(.regionFails("us-east-2"), on: true)
    let run = try await CommandRun.run("explain", "patient", "--config", endpoints.configPath)
    #expect(run.status == 4 && run.errors.contains("us-east-2"))
    #expect(try JSONValue(parsing: run.output)["findings"]?.array?.first?["code"] == "wedged")
    simulation.set(.regionFails("us-east-2"), on: false)
    simulation.set(.tokenRefused, on: true)
    let blind = try await CommandRun.run("explain", "patient", "--config", endpoints.configPath)
    #expect(blind.status == 4 && blind.output.isEmpty)
    await simulation.stop()
  }
}

@Suite struct ClockSkewTests {
  static let faults: [(fault: SimulatedFault, words: String)] = [
    (.controlPlaneClock(ahead: 150), "the control plane's clock is 2 min ahead of this machine's and EC2's"),
    (.computeClock(ahead: -95), "EC2's clock is 9"),
  ]

  @Test(arguments: faults) func aClockThatIsWrongIsFoundWhereverAgesAreShown(_ fault: SimulatedFault, _ words: String) async throws {
    var options = SimulationOptions()
    options.scenario = "healthy"
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    simulation.set(fault, on: true)
    let snapshot = try JSONValue(parsing: try await CommandRun.run("snapshot", "--config", endpoints.configPath).output)
    let finding = try #require(snapshot["findings"]?.array?.first)
    #expect(finding["code"] == "clock-skew" && finding["severity"] == "warning")
    // A busy machine may shift it by some seconds.
    #expect(finding["summary"]?.text?.contains(words) == true, "\(finding)")
    #expect(snapshot["orgs"]?.array?.allSatisfy { $0["findings"] == .array([finding]) } == true)
    let slug = try #require(snapshot["orgs"]?.array?.first?["slug"]?.text)
    let explained = try await CommandRun.run("explain", slug, "--config", endpoints.configPath)
    let told = try JSONValue(parsing: explained.output)["findings"]?.array ?? []
    #expect(explained.status == 3 && told.map { $0["code"] } == ["clock-skew"], "\(explained.output)")
    #expect(told.first?["evidence"]?.array?.count == 2)
    let doctor = try JSONValue(parsing: try await CommandRun.run("doctor", "--config", endpoints.configPath).output)
    let clock = doctor["checks"]?.array?.first { $0["id"] == "clock" }
    #expect(clock?["result"] == "warn" && clock?["summary"]?.text?.contains(words) == true, "\(doctor)")
    await simulation.stop()
  }
}

@Suite struct CheckPostureAndWaitTests {
  @Test func checkGoesLayerByLayerAndStopsAtTheFirstThatFails() async throws {
    try await CommandTests().withFleet("incident-wedged") { config in
      let run = try await CommandRun.run("check", "patient", "--config", config)
      #expect(run.status == 0, "\(run.output)")
      let checks = try JSONValue(parsing: run.output)["checks"]?.array ?? []
      #expect(
        checks.first?["id"] == "dns"
          && checks.contains { $0["id"] == "route-workspaces" && $0["result"] == "pass" && $0["millis"]?.double != nil })
      #expect(try await CommandRun.run("check", "nobody", "--config", config).status == 1)
    }
    try await CommandTests().withFleet("incident-unreachable") { config in
      let run = try await CommandRun.run("check", "patient", "--config", config)
      let checks = try JSONValue(parsing: run.output)["checks"]?.array ?? []
      #expect(run.status == 3)
      #expect(checks.first { $0["result"] == "fail" }?["id"] == "http")
      #expect(checks.filter { $0["id"]?.text?.hasPrefix("route-") == true }.allSatisfy { $0["result"] == "unknown" })
    }
  }

  @Test func postureFindsWhatTheCastExposesAndShowsNoSecret() async throws {
    try await CommandTests().withFleet("idle") { config in
      let run = try await CommandRun.run("posture", "--config", config)
      #expect(run.status == 3, "\(run.errors)")
      let checks = try JSONValue(parsing: run.output)["checks"]?.array ?? []
      func results(_ id: String) -> Set<String> { Set(checks.filter { $0["id"]?.text == id }.compactMap { $0["result"]?.text }) }
      for id in ["sg-open-all", "sg-debug-port", "sg-ssh-open", "console-secrets", "tags-missing", "image-old"] {
        #expect(results(id) == ["fail"], "\(id)")
      }
      for id in ["public-instance-token", "plain-http-origin"] { #expect(results(id) == ["pass"], "\(id)") }
      for id in ["plaintext-admin-token", "partner-key-expiry"] { #expect(results(id) == ["unknown"], "\(id)") }
      #expect(!run.output.contains("sk-ant"))
    }
  }

  @Test func waitEndsWhenTheTargetIsReadyFailedOrTheTimeIsOver() async throws {
    try await CommandTests().withFleet("incident-runtime-crashed") { config in
      let failed = try await CommandRun.run("wait", "patient/oliver", "--for", "ready", "--config", config)
      #expect(failed.status == 1, "\(failed.errors)")
      #expect(try JSONValue(parsing: failed.output)["result"] == "failed")
      let ready = try await CommandRun.run("wait", "patient", "--for", "ready", "--config", config)
      let json = try JSONValue(parsing: ready.output)
      #expect(ready.status == 0 && json["result"] == "reached" && json["for"] == "ready" && json["target"]?["kind"] == "org")
      let timeout = try await CommandRun.run("wait", "patient", "--for", "gone", "--timeout", "5", "--config", config)
      #expect(timeout.status == 3)
      #expect(try JSONValue(parsing: timeout.output)["result"] == "timeout")
      let gone = try await CommandRun.run("wait", "nobody", "--for", "gone", "--config", config)
      #expect(gone.status == 0)
      #expect(try await CommandRun.run("wait", "nobody", "--for", "ready", "--config", config).status == 1)
    }
  }
}
