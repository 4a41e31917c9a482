import FleetModel
import FleetSim
import Foundation
import HostileNumbers
import Testing

@testable import Feeds
@testable import FleetTUI

/// A replay is the run: by the same events, the same verdicts, figures and frames at every moment.
@Suite struct ReplayTests {
  /// A dashboard without its terminal.
  private struct Desk {
    let store: FleetStore
    var interface: Interface
    let queue = EventQueue()
    private var waiting: ArraySlice<FleetEvent>

    init(_ events: [FleetEvent], _ settings: FleetSettings) {
      store = FleetStore(queue: queue)
      interface = Interface(DashboardOptions(settings: settings))
      waiting = events[...]
    }

    /// What has come by `now`, judged.
    mutating func advance(to now: Timestamp) {
      while let event = waiting.first, event.at <= now {
        queue.post(event)
        waiting.removeFirst()
      }
      interface.update(store.drain(at: now), store.fleet, at: now)
    }

    /// Everything that is decided over the fleet, line by line.
    func decisions(at now: Timestamp) -> [String] {
      let fleet = store.fleet
      var lines = fleet.triage.targets.flatMap { target in fleet.triage.findings(of: target).map { "\(target) \($0)" } }.sorted()
      lines += fleet.instances.keys.sorted().map { "\($0) \(fleet.judgement.verdict(of: $0))" }
      lines += fleet.leftovers.ids.map { "\($0) \(String(describing: fleet.leftovers.verdict(of: $0)))" }.sorted()
      lines += fleet.inFlight.map { "\($0) \(String(describing: fleet.progress(of: $0, at: now)))" }.sorted()
      lines.append("\(fleet.usualCascade)")
      lines.append("\(String(describing: fleet.vcpuGauge)) \(fleet.logged)")
      return lines
    }

    /// Every page as it would be drawn.
    mutating func pages(at now: Timestamp) -> [String] {
      PageID.allCases.flatMap { page in
        _ = interface.perform(page.action, store.fleet, at: now)
        return interface.compose(store.fleet, size: Terminal.Size(rows: 40, columns: 180), at: now).frame.lines.map(\.plain)
      }
    }
  }

  private final class Place {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-replayed-\(UUID().uuidString).ndjson").path
    deinit { try? FileManager.default.removeItem(atPath: file) }
  }

  /// The simulation's own configuration.
  private static func settings(of scenario: String = "default") throws -> FleetSettings {
    var options = SimulationOptions()
    options.scenario = scenario
    let environment = try ConfigurationFile.parse(FleetSimulation(options).configuration, path: "demo").environment(named: nil)
    return FleetSettings(environment, prices: .builtin)
  }

  /// Written by the recorder and read again as a replay does.
  private static func replayed(_ events: [FleetEvent], _ place: Place) async throws -> (recording: Recording, events: [FleetEvent]) {
    let recorder = try EventRecorder(path: place.file, environment: "demo") { Issue.record("\($0)") }
    let queue = EventQueue(recorder: recorder)
    for event in events { queue.post(event) }
    _ = queue.drain()
    recorder.finish()
    let recording = try Recording(path: place.file)
    let player = EventQueue()
    await recording.play(into: player, speed: 1e12)
    return (recording, Array(player.drain()))
  }

  @Test(arguments: FleetSimulation.scenarios)
  func aReplayOfAScenarioDecidesAndShowsTheSameAtEveryMoment(scenario: String) async throws {
    let settings = try Self.settings(of: scenario)
    let run = try SimulatedRun(scenario, settings, seconds: 480)
    let (recording, events) = try await Self.replayed(run.events, Place())
    #expect(recording.settings == settings && recording.problem == nil && events.count == run.events.count)
    var live = Desk(run.events, settings)
    var replay = Desk(events, try #require(recording.settings))
    for second in stride(from: 0.0, through: 600, by: 15) {
      let now = SimulatedRun.start + second
      live.advance(to: now)
      replay.advance(to: now)
      try #require(live.decisions(at: now) == replay.decisions(at: now), "\(second) s")
      guard [60.0, 300, 600].contains(second) else { continue }
      try #require(live.pages(at: now) == replay.pages(at: now), "\(second) s")
    }
    let (fleet, again) = (live.store.fleet, replay.store.fleet)
    #expect(fleet.orgs == again.orgs)
    #expect(fleet.workspaces == again.workspaces)
    #expect(fleet.instances == again.instances)
    #expect(fleet.sources == again.sources)
    #expect(Array(fleet.log) == Array(again.log))
    #expect(fleet.settings == again.settings)
    #expect(fleet.checkInvariants().isEmpty && again.checkInvariants().isEmpty)
    if scenario != "empty" { #expect(!fleet.instances.isEmpty) }
  }

  /// By defaults contoso-prod, another environment's machine, would be one more orphan, and the quota unknown.
  @Test func whatAVerdictDependsOnStandsAtTheHeadOfTheRecording() async throws {
    let settings = try Self.settings()
    #expect(settings.orphans.environmentTag?.value == "demo" && settings.limits.vcpuQuota == 96)
    let run = try SimulatedRun("default", settings, seconds: 30)
    let (recording, events) = try await Self.replayed(run.events, Place())
    var configured = Desk(events, try #require(recording.settings))
    var byDefaults = Desk(events.filter { if case .configured = $0.change { false } else { true } }, FleetSettings(environment: "demo"))
    let now = SimulatedRun.start + 30
    configured.advance(to: now)
    byDefaults.advance(to: now)
    let contoso = try #require(configured.store.fleet.instances.values.first { $0.row.tags["OrgSlug"] == "contoso-prod" })
    #expect(configured.store.fleet.judgement.verdict(of: contoso.id) == .foreign)
    #expect(byDefaults.store.fleet.judgement.verdict(of: contoso.id) != .foreign)
    #expect(configured.store.fleet.vcpuGauge?.limit == 96 && byDefaults.store.fleet.vcpuGauge == nil)
    // So with what was learned.
    var unlearned = Desk(events.filter { if case .learned = $0.change { false } else { true } }, settings)
    unlearned.advance(to: now)
    #expect(configured.decisions(at: now) != unlearned.decisions(at: now))
  }

  @Test func aRecordingOfAnEarlierVersionIsShownByDefaultsAndSaysSo() async throws {
    let place = Place()
    let encoder = JSONEncoder()
    let lines = try SampleEvents.all.prefix(12).map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    try (#"{"recording":1,"environment":"staging"}"# + "\n" + lines.joined(separator: "\n") + "\n")
      .write(toFile: place.file, atomically: true, encoding: .utf8)
    let recording = try Recording(path: place.file)
    #expect(recording.settings == nil && recording.problem == nil && recording.environment == "staging")
    var note = ReplayNote(start: SampleEvents.start, end: SampleEvents.start + 9, speed: 1, lacksSettings: true)
    var moment = Moment(now: SampleEvents.start)
    #expect(note.text(at: &moment).hasPrefix("replay by defaults "))
    note.lacksSettings = false
    #expect(note.text(at: &moment).hasPrefix("replay 20"))
  }

  // MARK: - Deletions

  /// Each report of a deletion from its beginning to its receipt.
  private static func deletion(of slug: Slug, in fleet: Fleet) throws -> [FleetEvent.Change] {
    let org = try #require(fleet.org(named: slug))
    let plan = DeletionPlan(of: org, in: fleet, environment: "demo", isProtected: false)
    let start = SimulatedRun.start + 30
    var run = DeletionRun(
      DeletionRun.Order(receiptID: "r-1", plan: plan, planHash: "abc", operator: "me@here", startedAt: start, verifyWithin: 180))
    func reading(_ seconds: Double, isGone: Bool) -> DeletionReading {
      let machines =
        isGone
        ? []
        : plan.machines.map {
          DeletionReading.Machine(id: $0.id, region: $0.region, state: .running, type: $0.type, hourly: 0.05)
        }
      return DeletionReading(
        at: start + seconds, roster: .listed(org: isGone ? nil : org.row, namesake: nil), existence: isGone ? .absent : .exists(org.id),
        machines: .found(machines, unread: []), names: .found([]),
        audit: .rows(
          isGone
            ? [
              PurgeRow(
                id: "p-77", orgID: org.id, slug: slug, status: .completed, lastStep: "completed", createdAt: start,
                completedAt: start + 60)
            ] : []))
    }
    var changes: [FleetEvent.Change] = [.receipts([]), .deletionPlanned(org.id, slug), .deletion(DeletionReport(run: run, origin: .begun))]
    let steps: [(DeletionRun.Event, Double)] = [
      (.started, 0), (.read(reading(1, isGone: false)), 1), (.answered(.done("p-77", org: org.id), status: 200), 60),
      (.read(reading(61, isGone: true)), 61),
    ]
    for (event, seconds) in steps {
      for action in run.handle(event, at: start + seconds) {
        guard case .end(let receipt) = action else { continue }
        let document = receipt.body(previous: nil)
        changes.append(.deletion(DeletionReport(run: run, origin: .begun, end: .receipt(document, receipt.outcome, problem: nil))))
        changes.append(.receipts([document]))
      }
      if run.state != .ended { changes.append(.deletion(DeletionReport(run: run, origin: .begun))) }
    }
    return changes
  }

  @Test func whatADeletionDidHereIsShownByAReplayStepByStep() async throws {
    let settings = try Self.settings()
    let before = try SimulatedRun("default", settings, seconds: 30).events
    var planned = Fleet()
    for event in before { planned.apply(event) }
    let changes = try Self.deletion(of: "acme", in: planned)
    let done = changes.enumerated().map { FleetEvent(source: .here, at: SimulatedRun.start + Double(31 + $0), change: $1) }
    #expect(done.count > 5)
    let (_, events) = try await Self.replayed(before + done, Place())
    var live = Desk(before + done, settings)
    var replay = Desk(events, settings)
    for second in 30...(32 + done.count) {
      let now = SimulatedRun.start + Double(second)
      live.advance(to: now)
      replay.advance(to: now)
      try #require(live.pages(at: now) == replay.pages(at: now), "\(second) s")
    }
    let fleet = replay.store.fleet
    #expect(fleet.deletions.reports["r-1"] == live.store.fleet.deletions.reports["r-1"])
    #expect(fleet.deletions.entry("p-77", fleet)?.standing == .ended(.verified))
    let told = fleet.log.map(\.type).filter { $0.rawValue.hasPrefix("DELETION") }
    #expect(told == [.deletionPlanned, .deletionBegun, .deletionEnded])
    let now = SimulatedRun.start + 60
    let page = replay.pages(at: now).joined(separator: "\n")
    #expect(page.contains("receipt r-1") && page.contains("DELETION_ENDED"))
  }

  // MARK: - What is said

  @Test func whereNothingIsChangedTheKeySaysWhyAndWhatToDo() throws {
    let settings = try Self.settings()
    let events = try SimulatedRun("idle", settings, seconds: 0).events
    func said(_ options: DashboardOptions, _ key: Character) -> String {
      var desk = Desk(events, settings)
      desk.interface = Interface(options)
      desk.advance(to: SimulatedRun.start)
      _ = desk.interface.handle(.character(key), desk.store.fleet, at: SimulatedRun.start)
      // The list of keys is wrapped.
      return desk.interface.compose(desk.store.fleet, size: Terminal.Size(rows: 200, columns: 120), at: SimulatedRun.start).frame.lines
        .flatMap { $0.plain.split(separator: " ") }.joined(separator: " ")
    }
    var demo = DashboardOptions(settings: settings)
    demo.writeRefusal = WriteRefusal.demo
    var replay = DashboardOptions(settings: settings)
    replay.writeRefusal = WriteRefusal.replay
    replay.replay = ReplayNote(start: SimulatedRun.start, end: SimulatedRun.start + 10, speed: 1)
    #expect(said(demo, "d").contains("start with `fleettui demo --write`"))
    #expect(said(demo, "?").contains("start with `fleettui demo --write`"))
    #expect(said(demo, "g").contains("delete (read-only)"))
    #expect(said(replay, "d").contains("a replay changes nothing"))
    #expect(said(replay, "?").contains("a replay changes nothing") && said(replay, "?").contains("a replay asks nobody"))
    #expect(said(replay, "g").contains("delete (replay)"))
    #expect(said(replay, "r").contains("a replay asks nobody") && !said(replay, "r").contains("asking every source"))
    #expect(said(demo, "r").contains("asking every source again"))
  }

  // MARK: - No secrets

  @Test func noAddressTokenOrPathOfTheConfigurationIsRecorded() async throws {
    var environment = FleetEnvironment(name: "staging")
    environment.controlPlane = "https://user:hunter2@cp.example.com"
    environment.adminToken = .file("/secret/admin-token")
    environment.tenantURL = "https://{slug}.hidden.example.com"
    environment.userAgent = "agent-hunter2"
    var aws = AWSSettings()
    aws.regions = ["us-east-2"]
    aws.profile = "profile-hunter2"
    aws.credentialsFile = "/secret/credentials"
    aws.endpoint = "https://user:hunter2@ec2.example.com"
    environment.aws = aws
    environment.dns = DNSSettings(zone: "example.com")
    environment.dns?.token = .file("/secret/dns-token")
    environment.dns?.api = "https://user:hunter2@dns.example.com"
    environment.database = DatabaseSettings(address: .url("postgres://user:hunter2@db.example.com/hidden"))
    let place = Place()
    let event = FleetEvent(
      source: .here, at: SimulatedRun.start, change: .configured(FleetSettings(environment, prices: .builtin)))
    _ = try await Self.replayed([event], place)
    let text = try String(contentsOfFile: place.file, encoding: .utf8)
    #expect(text.contains("staging") && text.contains("t3.large"))
    for secret in ["hunter2", "secret", "hidden", "example.com", "://"] { #expect(!text.contains(secret), "\(secret)") }
  }

  // MARK: - Broken recordings

  @Test(arguments: 1...60 as ClosedRange<UInt64>) func settingsHistoryAndDeletionsWithAnyNumberAreReadOrRefused(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    let encoder = JSONEncoder()
    var events: [FleetEvent] = []
    for event in SampleEvents.all {
      let line = hostile.spoil(try JSONValue(parsing: Array(encoder.encode(event))))
      if let read = try? JSONCoding.value(FleetEvent.self, from: Array(line.utf8)) { events.append(read) }
    }
    var settings = FleetSettings()
    for case .configured(let read) in events.map(\.change) { settings = read }
    #expect(Plausible.duration.contains(settings.orphans.grace) && Plausible.quota.contains(settings.limits.vcpuQuota ?? 0))
    #expect(settings.prices.hourly.values.allSatisfy { $0.values.allSatisfy(Plausible.price.contains) })
    for case .learned(let boots) in events.map(\.change) { #expect(boots.allSatisfy { Plausible.duration.contains($0.total) }) }
    var desk = Desk([], settings)
    for event in events { desk.queue.post(event) }
    for now in [SampleEvents.start, SampleEvents.start + 4000] {
      desk.advance(to: now)
      #expect(desk.pages(at: now).count == 40 * PageID.allCases.count)
    }
    #expect(desk.store.fleet.checkInvariants().isEmpty)
  }
}

/// The demo is the fleet of the configuration that the simulation writes.
@Suite struct DemoTests {
  @Test func theDemoJudgesByTheConfigurationThatTheSimulationWrites() async throws {
    var options = SimulationOptions()
    options.orgs = 40
    let simulation = try FleetSimulation(options)
    let endpoints = try await simulation.start()
    let written = try ConfigurationFile.read(path: endpoints.configPath).environment(named: nil)
    await simulation.stop()
    let before = try ConfigurationFile.parse(simulation.configuration, path: "demo").environment(named: nil)
    #expect(FleetSettings(before, prices: .builtin) == FleetSettings(written, prices: .builtin))
    #expect(written.aws?.vcpuQuota == 320 && FleetSettings(written, prices: .builtin).limits.vcpuQuota == 320)
    #expect(before.dns?.recordQuota == written.dns?.recordQuota)
  }

  @Test func whateverBootsInTheDemoIsMeasuredByAHistoryOfItsKind() throws {
    let settings = FleetSettings(
      try ConfigurationFile.parse(FleetSimulation().configuration, path: "demo").environment(named: nil), prices: .builtin)
    var fleet = Fleet()
    var groups: [String: Int] = [:]
    for event in try SimulatedRun("default", settings, seconds: 600).events {
      fleet.apply(event)
      let now = event.at
      for target in fleet.inFlight {
        guard let progress = fleet.progress(of: target, at: now) else { continue }
        let plan = fleet.plan(of: target)
        groups["\(target)"] = max(groups["\(target)"] ?? 0, plan.samples)
        #expect(plan.samples >= 8, "\(target) at \(now): \(progress)")
      }
    }
    #expect(groups.count >= 6)
    // Every one is of the kinds that were learned, whatever machine it runs on.
    #expect(fleet.usualCascade.samples >= 8)
    let summaries = Fleet(settings: settings).history.summaries
    #expect(summaries.isEmpty)
  }

  @Test func theHistoryIsTheSameForTheSameSeedAndTakesTheTimeThatTheWorldTakes() throws {
    func history(_ seed: UInt64, speed: Double = 1) throws -> [BootRecord] {
      var options = SimulationOptions()
      options.seed = seed
      options.speed = speed
      return try FleetSimulation(options).history(until: SimulatedRun.start)
    }
    let once = try history(7)
    #expect(try once == history(7) && once != history(8))
    let fast = try history(7, speed: 10)
    #expect(zip(once, fast).allSatisfy { abs($0.total - $1.total * 10) < 1e-6 } && once.count == fast.count)
    #expect(once.allSatisfy { $0.endedAt.map { $0 < SimulatedRun.start } ?? false } && Set(once.map(\.group)).count == 6)
    #expect(once.count { $0.outcome == .failed } > 0)
    for group in Set(once.map(\.group)) { #expect(once.count { $0.group == group && $0.outcome == .ok } >= 12, "\(group)") }
  }
}
