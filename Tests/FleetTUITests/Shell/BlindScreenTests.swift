import FleetModel
import Testing

@testable import FleetTUI

/// What the pages show before and after sources are lost: time is a value, nothing is waited for.
@Suite struct BlindScreenTests {
  private static let everything = Set(WatchedScreen.sources)

  private func watched() -> WatchedScreen {
    var screen = WatchedScreen()
    screen.answer()
    screen.pass(60)
    return screen
  }

  /// `7 machines`, `2 orphan machines`: the header's second line in pieces.
  private func figures(_ line: String) -> [String] {
    let text = line.hasPrefix(" as of") ? line.split(separator: ": ", maxSplits: 1).last ?? "" : line[...]
    return text.split(separator: " ").map(String.init)
  }

  @Test func cutOffForAMinuteTheHeaderSaysSoAndItsFiguresStay() {
    var screen = watched()
    let before = screen.lines(of: .fleet)
    #expect(
      before[1].plain.contains("5 orgs  7 machines  5 workspaces") && before[1].plain.contains("2 orphan machines"), "\(before[1].plain)")
    screen.pass(60, without: Self.everything)
    let after = screen.lines(of: .fleet)
    #expect(after[0].plain.contains("✕ we are cut off since 13:41:20 (1m00s): nothing answers from here"), "\(after[0].plain)")
    #expect(after[1].plain.hasPrefix(" as of 13:41:20:") && after[1].spans.allSatisfy { $0.role == .stale })
    #expect(figures(after[1].plain) == figures(before[1].plain), "\(after[1].plain)")
    #expect(!after[1].plain.contains("●"))
  }

  @Test func cutOffForAMinuteEveryRowOfEveryPageIsAsOfThen() {
    var screen = watched()
    var before: [PageID: [String]] = [:]
    for page in [PageID.fleet, .provisioning, .triage, .instances, .orphans, .costs] { before[page] = screen.screen(page) }
    screen.pass(60, without: Self.everything)
    for page in [PageID.fleet, .provisioning, .triage, .instances, .orphans, .costs] {
      let after = screen.lines(of: page)
      #expect(after.contains { $0.plain.contains("✕ cut off: as of 13:41:20") }, "\(page): \(after.map(\.plain))")
      #expect(before[page]?.contains { $0.contains("cut off") || $0.contains("as of") } == false)
    }
    for (page, names) in [
      (PageID.fleet, ["acme", "globex", "young", "wonka"]), (.provisioning, ["young", "acme/booting", "wonka"]),
      (.instances, ["i-acme", "i-lost"]), (.orphans, ["i-lost", "i-paused"]),
    ] {
      for name in names {
        guard let row = screen.row(page, name) else {
          Issue.record("\(name) is not on \(page)")
          continue
        }
        #expect(row.plain.contains("as of 13:41") && !row.plain.contains("●"), "\(row.plain)")
        #expect(row.spans.dropFirst().allSatisfy { $0.role == .stale || $0.text.allSatisfy { $0 == " " } }, "\(row.spans)")
      }
    }
    #expect(screen.screen(.costs).contains { $0.contains("$0.15/h") } && before[.costs]?.contains { $0.contains("$0.15/h") } == true)
  }

  @Test func cutOffForAMinuteNoBootMovesAndNothingIsAccused() {
    var screen = watched()
    screen.pass(10, without: Self.everything)
    func percents(_ lines: [String]) -> [Substring] { lines.flatMap { $0.split(separator: " ").filter { $0.hasSuffix("%") } } }
    let moving = percents(screen.screen(.provisioning))
    let findings = screen.screen(.triage).count { $0.contains("critical") || $0.contains("warning") }
    screen.pass(600, without: Self.everything)
    #expect(percents(screen.screen(.provisioning)) == moving && !moving.isEmpty)
    let triage = screen.screen(.triage)
    #expect(triage.count { $0.contains("critical") || $0.contains("warning") } == findings)
    #expect(triage.contains { $0.contains("cut-off") } && !triage.contains { $0.contains("tenant-unreachable") })
    #expect(!screen.screen(.provisioning).contains { $0.contains("▲") && $0.contains("booting") })
  }

  @Test func theOrphansPageKeepsItsNumberAndSaysWhatCannotBeToldNow() {
    var screen = watched()
    #expect(screen.screen(.orphans).contains { $0.contains("  2 orphan machines $0.04/h  $") })
    screen.pass(60, without: Self.everything)
    let after = screen.screen(.orphans)
    #expect(after.contains { $0.contains("2 orphan machines $0.04/h as of 13:41:20  $") && $0.contains("can't be told") }, "\(after)")
    #expect(after.contains { $0.contains("i-lost") && $0.contains("? can't tell") && $0.contains("was an orphan: org gone") }, "\(after)")
    screen.pass(10)
    #expect(screen.screen(.orphans).contains { $0.contains("  2 orphan machines $0.04/h  $") })
  }

  @Test func oneLostSourceMarksWhatRestsOnItAndNothingElse() {
    var screen = watched()
    screen.pass(60, without: [.ec2("us-east-2")])
    #expect(screen.fleet.cutOff == nil)
    let lines = screen.lines(of: .fleet)
    #expect(lines[1].plain.contains("5 orgs  7 machines  $0.15/h as of 13:41:20"), "\(lines[1].plain)")
    #expect(lines.contains { $0.plain.contains("◔ ec2 us-east-2 as of 13:41:20") })
    #expect(screen.row(.fleet, "globex")?.plain.contains("● running") == true)
    #expect(screen.row(.instances, "i-acme")?.plain.contains("as of 13:41:20") == true)
    // A tenant alone: its workspaces, not its org.
    screen = watched()
    screen.pass(60, without: [.tenant("globex")])
    #expect(screen.lines(of: .fleet)[0].plain.contains("✕ 2 of 3 tenants: globex doesn't answer"))
    #expect(screen.row(.fleet, "globex")?.plain.contains("workspaces as of 13:41:20") == true)
    #expect(screen.row(.fleet, "globex")?.plain.contains("● running") == true)
    #expect(screen.row(.triage, "tenant-unreachable") != nil)
  }

  @Test func inTheFirstSecondWhatIsNotKnownLoads() {
    var screen = WatchedScreen()
    let blank = screen.screen(.fleet)
    #expect(blank[1].contains("… orgs  … machines") && blank[1].contains("… workspaces"), "\(blank[1])")
    #expect(blank.contains { $0.contains("◌ loading: control plane; ec2 us-east-2") })
    let tenants: Set<Source> = [.tenant("acme"), .tenant("globex"), .tenant("hooli")]
    screen.answer(except: tenants)
    var lines = screen.screen(.fleet)
    #expect(lines[0].contains("◌ 0 of 3 tenants") && lines[1].contains("… workspaces"), "\(lines[0...1])")
    #expect(lines[1].contains("1… orphan machine") && lines[1].contains("waste $0.02…/h"))
    #expect(screen.row(.fleet, "acme")?.plain.contains("…") == true)
    screen.answer(except: [.tenant("globex"), .tenant("hooli")])
    lines = screen.screen(.fleet)
    #expect(lines[0].contains("◌ 1 of 3 tenants") && lines[1].contains("2… workspaces"), "\(lines[0...1])")
    #expect(lines.contains { $0.contains("◌ loading: 1 of 3 tenants") })
  }

  @Test func whatAFindingKeepsHasNeitherBarNorEstimateAndStandsFirst() {
    var screen = watched()
    let rows = screen.screen(.provisioning).filter { $0.contains("(tenant)") || $0.contains("/booting") }
    #expect(rows.first?.contains("wonka") == true && rows[0].contains("✕ provisioner disabled"), "\(rows)")
    #expect(rows[0].contains("no machine") && rows[0].contains("✕ stuck") && !rows[0].contains("≈") && !rows[0].contains("%"))
    #expect(screen.row(.fleet, "wonka")?.plain.contains("no machine") == true)
    #expect(screen.lines(of: .fleet)[1].plain.contains("✕ 1 stuck"))
    let document = SnapshotDocument(fleet: screen.fleet, now: screen.now).json
    let wonka = document["orgs"]?.array?.first { $0["slug"]?.text == "wonka" }?["progress"]
    #expect(wonka?["eta"] == .null && wonka?["fraction"] == .null && wonka?["late"] == .null && wonka?["standstill"]?.text == "no machine")
    var state = WaitState(goal: .ready)
    guard case .waiting(let why) = state.verdict(of: "wonka", in: screen.fleet, at: screen.now) else {
      Issue.record("it is waited for")
      return
    }
    #expect(why.hasSuffix("no machine") && !why.contains("%") && !why.contains("about"))
  }

  @Test func anOrgWithoutEC2SaysThatItsMachinesAreNotKnown() {
    var scene = InterfaceScene()
    scene.size.rows = 40
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.enter)
    let screen = scene.screen().joined(separator: "\n")
    #expect(screen.contains("Machines not known: no EC2 region is configured") && !screen.contains("0.000"))
  }

  @Test func theDearestOrgIsTheOneThatIsShownAsSuch() {
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = PaneKind.none
    options.prices = PriceBook(source: "test", date: "2026-01-19", hourly: ["us-east-2": ["t3.small": 5, "t3.large": 1]])
    var interface = Interface(options)
    var fleet = Fleet()
    func machine(_ id: String, _ org: String, _ type: String) -> InstanceRow {
      var row = WatchedScreen.machine(id, org: org)
      row.type = type
      return row
    }
    let now = WatchedScreen.start
    let orgs = ["large", "small"].map { OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: 500, unreadable: 0)))
    fleet.apply(
      FleetEvent(
        source: .ec2("us-east-2"), at: now,
        change: .instances([machine("i-1", "large", "t3.large"), machine("i-2", "small", "t3.small")], complete: true, problem: nil)))
    fleet.judge(at: now, prices: options.prices)
    interface.update(fleet.takeChanges(), fleet, at: now)
    for _ in 0..<6 { _ = interface.handle(.character("s"), fleet, at: now) }
    let rows = interface.compose(fleet, size: Terminal.Size(rows: 24, columns: 160), at: now).frame.lines.map(\.plain)
    let costs = rows.filter { $0.contains("large ") || $0.contains("small ") }
    #expect(costs.first?.contains("small") == true && costs.first?.contains("5.000") == true, "\(rows)")
  }
}

/// Header, pages and documents say the same number for the same thing, and never another for another.
@Suite struct FiguresAgreeTests {
  @Test(arguments: 0..<30) func headerPagesAndDocumentsAgree(seed: UInt64) {
    var random = SeededChoice(seed: seed)
    var screen = WatchedScreen(columns: 300)
    for _ in 0..<12 {
      let lost = Set(WatchedScreen.sources.filter { _ in random.chance(0.2) })
      screen.pass(Double(random.number(below: 90)), without: lost)
      if random.chance(0.5) {
        screen.hear(
          .ec2("us-east-2"),
          .instances(
            (0..<random.number(below: 9)).map { number in
              var row = WatchedScreen.machine("i-\(number)", org: random.chance(0.7) ? "acme" : "gone")
              row.state = random.chance(0.7) ? .running : random.chance(0.5) ? .stopped : .terminated
              if random.chance(0.2) { row.tags = ["Name": "bastion"] }
              return row
            }, complete: random.chance(0.8), problem: "a page is missing"))
        screen.settle()
      }
      compare(&screen, seed)
    }
  }

  private func compare(_ screen: inout WatchedScreen, _ seed: UInt64) {
    let totals = screen.fleet.figures.totals
    let header = screen.lines(of: .fleet)[1].plain
    let json = SnapshotDocument(fleet: screen.fleet, now: screen.now).json["totals"]
    for (name, figure, words) in [
      ("orgs", totals.orgs, "orgs"), ("machines", totals.machines, "machines"), ("workspaces", totals.workspaces, "workspaces"),
      ("coming_up", totals.comingUp, "coming up"), ("late", totals.late, "late"), ("stuck", totals.stuck, "stuck"),
      ("failed", totals.failed, "failed"), ("degraded", totals.degraded, "degraded"), ("offline", totals.offline, "offline"),
    ] {
      #expect(json?[name]?.integer.map(Int.init) == figure.value, "seed \(seed): \(name)")
      if figure.value ?? 0 > 0 { #expect(header.contains("\(figure.text(.unicode)) \(words)"), "seed \(seed): \(words) in \(header)") }
      let isIncomplete = json?["incomplete"]?.array?.contains(.string(name)) ?? false
      #expect(isIncomplete == (figure.value != nil && figure.whole == nil), "seed \(seed): \(name)")
    }
    // What is counted together is the sum of its parts.
    if let instances = totals.instances.value { #expect(instances == (totals.machines.value ?? 0) + (totals.foreign.value ?? 0)) }
    let rows = screen.fleet.instances.values.count { $0.row.state != .terminated }
    #expect(totals.instances.value ?? rows == rows)
    if let orphans = totals.orphans.value, orphans > 0 {
      let words = "\(totals.orphans.text(.unicode)) orphan machine"
      #expect(header.contains(words) && screen.screen(.orphans).contains { $0.contains(words) }, "seed \(seed): \(words)")
      if let told = json?["orphans"]?.integer { #expect(Int(told) == orphans) }
    }
    if totals.machines.value ?? 0 > 0 {
      let hourly = "$\(totals.hourly.text(digits: 2, .unicode))/h"
      #expect(
        header.contains(hourly) && screen.screen(.costs).contains { $0.contains("fleet") && $0.contains(hourly) }, "seed \(seed): \(hourly)"
      )
      if let told = json?["hourly"]?.double { #expect(abs(told - (totals.hourly.value?.exact ?? -1)) < 1e-6) }
    }
    let costs = CostsDocument(fleet: screen.fleet, now: screen.now).json["totals"]
    if let told = costs?["hourly"]?.double, let known = totals.hourly.whole?.exact { #expect(abs(told - known) < 1e-6) }
  }
}

/// A choice that a seed repeats.
private struct SeededChoice {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  private mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func number(below limit: Int) -> Int { Int(next() >> 33) % limit }
  mutating func chance(_ share: Double) -> Bool { Double(next() >> 11) / Double(1 << 53) < share }
}
