import Testing

@testable import FleetModel
@testable import FleetTUI

/// acme with one workspace; machines of it, of nobody and of strangers; an unattached volume.
private struct Scene {
  static let start = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
  var fleet = Fleet()
  var interface: Interface
  var now = Scene.start

  init(ascii: Bool = false) {
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = PaneKind.none
    options.isASCII = ascii
    interface = Interface(options)
    apply(.controlPlane, .expected(pollInterval: 15))
    apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    apply(.tenant("acme"), .expected(pollInterval: 15))
  }

  mutating func apply(_ source: Source, _ change: FleetEvent.Change) { fleet.apply(FleetEvent(source: source, at: now, change: change)) }

  mutating func roster(_ orgs: [OrgRow] = [OrgRow(id: "o1", slug: "acme", status: .running)]) {
    apply(.controlPlane, .roster(orgs, limit: 500, unreadable: 0))
  }

  mutating func tenant() {
    apply(.tenant("acme"), .workspaces("o1", [WorkspaceRow(id: "w1", name: "indexer", status: .paused)]))
  }

  mutating func machines() {
    func machine(_ id: InstanceID, _ tags: [String: String], age: Double = 90_000) -> InstanceRow {
      InstanceRow(
        id: id, region: "us-east-2", state: .running, type: "t3.large", launchedAt: now + -age,
        tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
    }
    let rows = [
      machine("i-tenant", ["Role": "tenant", "OrgID": "o1", "OrgSlug": "acme"]),
      machine("i-paused", ["Role": "workspace", "OrgID": "o1", "WorkspaceID": "w1"]),
      machine("i-gone", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "globex"]),
      machine("i-young", ["Role": "tenant", "OrgID": "o8", "OrgSlug": "new"], age: 240),
    ]
    apply(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
    apply(
      .ec2("us-east-2"),
      .resources(
        RegionResources(
          at: now,
          volumes: .complete([
            VolumeRow(
              id: "vol-lost", region: "us-east-2", size: 50, type: "gp3", state: "available", createdAt: now + -90_000,
              tags: ["ManagedBy": "molecule-cp", "OrgID": "o1"])
          ]), addresses: .complete([]), securityGroups: .notAllowed("denied"), interfaces: .complete([]))))
  }

  @discardableResult
  mutating func press(_ keys: Key...) -> Intent {
    var last = Intent.none
    for key in keys {
      _ = screen()
      last = interface.handle(key, fleet, at: now)
    }
    return last
  }

  mutating func screen(rows: Int = 30, columns: Int = 170) -> [String] {
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
    let frame = interface.compose(fleet, size: Terminal.Size(rows: rows, columns: columns), at: now).frame
    #expect(frame.lines.count == rows)
    return frame.lines.map(\.plain)
  }

  mutating func row(_ text: String) -> String { screen().first { $0.contains(text) } ?? "" }
}

@Suite struct OrphansPageTests {
  private func whole() -> Scene {
    var scene = Scene()
    scene.roster()
    scene.tenant()
    scene.machines()
    scene.press(.character("5"))
    return scene
  }

  @Test func eachVerdictStandsWithItsReasonItsCostAndItsEvidence() {
    var scene = whole()
    let screen = scene.screen()
    #expect(scene.row("i-gone").contains("✕ orphan") && scene.row("i-gone").contains("org gone · tenant"))
    #expect(scene.row("i-gone").contains("0.083") && scene.row("i-gone").contains("$2.08") && scene.row("i-gone").contains("no org globex"))
    #expect(scene.row("i-paused").contains("stopped, yet running") && scene.row("i-paused").contains("tenant acme says paused"))
    #expect(scene.row("i-young").contains("◌ grace"))
    #expect(scene.row("vol-lost").contains("used by nothing · volume"))
    #expect(!screen.contains { $0.contains("i-tenant") })
    #expect(screen.contains { $0.contains("2 orphan machines $0.17/h, 1 leftover $0.01/h  $") && $0.contains("1 in grace") })
    #expect(
      screen.contains {
        $0.contains("judged from roster") && $0.contains("m ago, regions 1 of 1, tenants 1 of 1; not read: security groups of us-east-2")
      })
    // The orphans first, of them the dearest first.
    let order = ["i-gone", "i-paused", "vol-lost", "i-young"].map { id in screen.firstIndex { $0.contains(id) } ?? -1 }
    #expect(order == order.sorted() && order[0] > 0)
  }

  /// What the header has, which is not the sum of the lines above it.
  @Test func theWasteIsToldAsTheSumThatItIs() {
    var scene = whole()
    scene.roster([OrgRow(id: "o1", slug: "acme", status: .failed, createdAt: scene.now + -90_000)])
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("waste $0.25/h = orphan machines $0.17/h + failed $0.08/h") }, "\(screen)")
  }

  @Test func framesAndPollsOfOthersLookAtNothingThatIsLeftOver() {
    var scene = whole()
    scene.roster([OrgRow(id: "o1", slug: "acme", status: .running), OrgRow(id: "o2", slug: "hooli", status: .running)])
    _ = scene.screen()
    let looks = scene.fleet.leftovers.looks
    #expect(looks > 0)
    for round in 0..<10 {
      scene.now = scene.now + 1
      let row = WorkspaceRow(id: "w9", name: "other", status: round.isMultiple(of: 2) ? .online : .degraded)
      scene.apply(.tenant("hooli"), .workspaces("o2", [row]))
      #expect(scene.screen().contains { $0.contains("vol-lost") })
    }
    // The detail of one too.
    scene.press(.down, .down, .enter)
    for _ in 0..<10 {
      scene.now = scene.now + 1
      #expect(scene.screen().contains { $0.contains("vol-lost is available and attached to no machine") })
    }
    #expect(scene.fleet.leftovers.looks == looks)
  }

  @Test func anOrphanOfAWorkspaceLeadsToItsOrgItsWorkspaceItsMachineItsEventsAndBack() {
    var scene = whole()
    scene.press(.down)
    #expect(scene.interface.selection == .instance("i-paused"))
    scene.press(.character("o"))
    #expect(scene.interface.page == .fleet && scene.interface.selection == .org("o1"))
    scene.press(.escape)
    #expect(scene.interface.page == .orphans && scene.interface.selection == .instance("i-paused"))
    scene.press(.character("m"))
    #expect(scene.interface.page == .instances && scene.interface.selection == .instance("i-paused"))
    scene.press(.escape, .character("v"))
    #expect(scene.interface.page == .events)
    scene.press(.escape)
    #expect(scene.interface.page == .orphans)
    scene.press(.character("w"))
    #expect(scene.screen().contains { $0.contains("workspace acme/indexer") })
    scene.press(.escape)
    #expect(!scene.screen().contains { $0.contains("workspace acme/indexer") })
    #expect(scene.interface.selection == .instance("i-paused"))
    // Its org is gone: there is nowhere to go, and that is said.
    scene.press(.up, .character("o"))
    #expect(scene.interface.page == .orphans)
    #expect(scene.screen().last?.contains("the row belongs to no org of the roster") == true)
  }

  @Test func theDetailHasTheWholeEvidenceAndTheRouteThatRemovesIt() {
    var scene = whole()
    scene.press(.enter)
    let screen = scene.screen(rows: 44).joined(separator: "\n")
    #expect(screen.contains("roster answered") && screen.contains("region:us-east-2 answered"))
    #expect(screen.contains("DELETE /cp/admin/tenants/globex"))
    #expect(!screen.lowercased().contains("terminate"))
    scene.press(.escape, .down, .down, .enter)
    #expect(scene.screen(rows: 44).contains { $0.contains("volume vol-lost") })
    #expect(scene.screen(rows: 44).contains { $0.contains("is available and attached to no machine") })
    scene.press(.character("o"))
    #expect(scene.interface.selection == .org("o1"))
  }

  @Test func withoutARosterThePageSaysSoAndCallsNothingAnOrphan() {
    var scene = Scene()
    scene.machines()
    scene.press(.character("5"))
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("the roster has not been read yet, so nothing can be called an orphan") })
    #expect(scene.row("i-gone").contains("? can't tell") && scene.row("i-gone").contains("roster"))
    #expect(screen.contains { $0.contains("… orphan machines") && $0.contains("can't be told") })
    scene.roster()
    scene.tenant()
    #expect(scene.row("i-gone").contains("✕ orphan"))
    // By time alone the roster ages.
    scene.now = scene.now + 61
    #expect(scene.row("i-gone").contains("? can't tell"))
    #expect(scene.screen().contains { $0.contains("the roster is stale") })
  }

  @Test func theSafetyGateSaysWithWhichNumbersItClosed() {
    var scene = Scene()
    scene.roster()
    scene.tenant()
    let rows = (0..<6).map { index in
      InstanceRow(
        id: InstanceID("i-\(index)"), region: "us-east-2", state: .running, type: "t3.small", launchedAt: scene.now + -90_000,
        tags: ["Role": "tenant", "OrgID": index < 4 ? "lost" : "o1"])
    }
    scene.apply(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
    scene.press(.character("5"))
    #expect(
      scene.screen().contains {
        $0.contains("4 of 6 machines of ours would be orphans, more than half: the roster is the likelier suspect")
      })
    #expect(!scene.screen().contains { $0.contains("✕ orphan") })
  }

  @Test func graceEndsByItselfAndTheFrameIsDueThen() throws {
    var scene = whole()
    let next = scene.interface.compose(scene.fleet, size: Terminal.Size(rows: 30, columns: 170), at: scene.now).nextChange
    #expect(try #require(next) <= Scene.start + 61)
    scene.now = Scene.start + 961
    scene.roster()
    scene.tenant()
    scene.apply(.ec2("us-east-2"), .instances(scene.fleet.instances.values.map(\.row), complete: true, problem: nil))
    #expect(scene.row("i-young").contains("✕ orphan"))
  }

  @Test(arguments: [(5, 20), (7, 40), (10, 40), (24, 80)])
  func aSmallScreenKeepsItsRows(rows: Int, columns: Int) {
    var scene = whole()
    #expect(scene.screen(rows: rows, columns: columns).contains { $0.contains("i-g") || $0.contains("orphan") })
  }
}

@Suite struct DNSPageTests {
  private func reading(_ names: [String], quota: Int = 10, neighbours: [ZoneShare] = [], age: Double? = 3600) -> ZoneReading {
    let rows = names.enumerated().map { index, name in
      DNSRecordRow(
        id: "r\(index)", name: name, type: name.hasPrefix("*") ? "A" : "CNAME",
        content: name.hasPrefix("*") ? "198.51.100.1" : "t.cfargotunnel.com",
        createdAt: age.map { Scene.start + -$0 })
    }
    return ZoneReading(
      environment: "staging", rules: DNSRules(zone: "example.com", coreNames: ["api"], environmentSuffixes: ["staging"]), quota: quota,
      records: rows, neighbours: neighbours)
  }

  private static let names = ["example.com", "api.example.com", "acme.example.com", "e2e-dead.example.com", "*.example.com"]

  private func scene(_ reading: ZoneReading) -> Scene {
    var scene = Scene()
    scene.roster()
    scene.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    scene.apply(.dns, .zone(reading))
    scene.press(.character("7"))
    return scene
  }

  @Test func everyRecordStandsWithItsDecisionAndTheGaugeBelow() {
    var scene = scene(reading(Self.names))
    #expect(scene.row("e2e-dead").contains("✕ orphan") && scene.row("e2e-dead").contains("orphan-e2e-tenant"))
    #expect(scene.row("acme.example.com").contains("keep") && scene.row("acme.example.com").contains("live-tenant"))
    #expect(scene.row("*.example.com").contains("points at nothing alive"))
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("1 orphan  4 kept  1 points at nothing alive  compared with the rosters of staging") })
    #expect(screen.contains { $0.contains("5 of 10 records  +0.2/h  full in 1d") })
    #expect(screen.contains { $0.contains("*.example.com points at 198.51.100.1, which is reserved for documentation") })
    scene.press(.character("/"), .character("a"), .character("c"), .character("m"), .character("e"), .enter, .character("o"))
    #expect(scene.interface.page == .fleet && scene.interface.selection == .org("o1"))
    scene.press(.escape)
    #expect(scene.interface.page == .dns)
  }

  @Test func whatIsWrappedUnderTheTableStandsBelowItsWords() {
    let note = "  ◐ the zone holds 186 of 200 records: at this rate it is full at 2026-11-29T19:21:00Z"
    let lines = Line(note, .warning).told(to: 80)
    #expect(lines.map(\.plain) == [String(note.dropLast(20)), "    2026-11-29T19:21:00Z"])
    #expect(lines.allSatisfy { $0.columns < 80 })
  }

  @Test func anEnvironmentOfTheSameZoneThatCannotBeReadLeavesItsNamesOpen() {
    var other = Fleet()
    other.apply(FleetEvent(source: .controlPlane, at: Scene.start, change: .failed("503")))
    var scene = scene(reading(Self.names, neighbours: [ZoneShare(of: other, environment: "prod", at: Scene.start)]))
    #expect(scene.row("e2e-dead").contains("? can't tell"))
    #expect(scene.screen().contains { $0.contains("the roster of prod is failed: 503") })
    // With it, its tenants are alive.
    other.apply(
      FleetEvent(source: .controlPlane, at: Scene.start, change: .roster([OrgRow(id: "p", slug: "e2e-dead")], limit: 500, unreadable: 0)))
    scene.now = scene.now + 3
    scene.apply(.dns, .zone(reading(Self.names, neighbours: [ZoneShare(of: other, environment: "prod", at: Scene.start)])))
    #expect(scene.row("e2e-dead").contains("live-e2e-tenant"))
  }

  @Test func aZoneThatWasNotReadHasNoRecordsAndOneThatFailsAgesInSight() {
    var scene = Scene()
    scene.roster()
    scene.apply(.dns, .failed("DNS answered 500"))
    scene.press(.character("7"))
    #expect(scene.screen().contains { $0.contains("not loaded: DNS answered 500") })
    scene.apply(.dns, .zone(reading(Self.names)))
    scene.now = scene.now + 3
    #expect(scene.row("e2e-dead").contains("can't tell") || scene.row("e2e-dead").contains("orphan"))
    scene.apply(.dns, .failed("DNS answered 503"))
    scene.now = scene.now + 3
    #expect(scene.row("e2e-dead").contains("? can't tell"))
    #expect(scene.screen().contains { $0.contains("could not be read: DNS answered 503") })
  }

  @Test func withoutAZoneThePageSaysHowToConfigureOne() {
    var scene = Scene()
    scene.press(.character("7"))
    #expect(scene.screen().contains { $0.contains("DNS is not configured") })
  }

  @Test func recordsThatTellNoAgeAreMeasuredByTheZonesGrowth() {
    var scene = scene(reading(Self.names, age: nil))
    #expect(scene.screen().contains { $0.contains("growth not known yet") })
    scene.now = scene.now + 1800
    scene.apply(.dns, .zone(reading(Self.names + ["b.example.com"], age: nil)))
    scene.now = scene.now + 1800
    scene.roster()
    scene.apply(.dns, .zone(reading(Self.names + ["b.example.com"], age: nil)))
    #expect(scene.screen().contains { $0.contains("6 of 10 records  +1.0/h  full in 4h") })
  }
}

@Suite struct AreaGraphTests {
  @Test func valuesFillBrailleFromTheBottom() {
    let lines = AreaGraph(values: [0, 4, 8, 2]).lines(rows: 2, width: 2, glyphs: .unicode)
    #expect(lines.map(\.plain) == [" ⡇", "⢸⣧"])
    #expect(AreaGraph.samples(width: 10, glyphs: .unicode) == 20)
  }

  @Test func asciiHasTwoStepsARow() {
    #expect(AreaGraph(values: [0, 4, 2, 0.1]).lines(rows: 2, width: 4, glyphs: .ascii).map(\.plain) == [" #  ", " ##."])
    #expect(AreaGraph(values: []).lines(rows: 1, width: 3, glyphs: .ascii).map(\.plain) == ["   "])
    #expect(AreaGraph(values: [.nan, -1]).lines(rows: 1, width: 2, glyphs: .ascii).map(\.plain) == ["  "])
  }

  @Test func theBurnHoldsUntilItChangesAndKeepsItsPeaks() {
    let start = Scene.start
    var burn = BurnHistory()
    #expect(burn.values(4, at: start).isEmpty)
    burn.note(1, at: start)
    burn.note(1, at: start + 10)
    burn.note(5, at: start + 50)
    burn.note(2, at: start + 60)
    #expect(burn.samples.count == 3)
    #expect(burn.values(4, at: start + 100) == [1, 5, 5, 2])
    for index in 0..<10_000 { burn.note(Double(index % 7), at: start + Double(100 + index)) }
    #expect(burn.samples.count <= 2049)
  }
}
