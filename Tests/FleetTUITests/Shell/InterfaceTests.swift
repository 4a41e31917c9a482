import FleetModel
import Testing

@testable import FleetTUI

/// A fleet made by events, and an interface that shows it.
struct InterfaceScene {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)
  var fleet = Fleet()
  var interface: Interface
  var now = InterfaceScene.start
  var size = Terminal.Size(rows: 24, columns: 100)
  private var epoch: UInt64 = 0

  init(ascii: Bool = false) {
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = PaneKind.none
    options.isASCII = ascii
    interface = Interface(options)
  }

  static func org(_ slug: String, _ status: OrgStatus = .running, error: String? = nil, age: Double = 86_400) -> OrgRow {
    OrgRow(id: OrgID("id-\(slug)"), slug: Slug(slug), name: slug, status: status, lastError: error, createdAt: start + -age)
  }

  mutating func apply(_ source: Source, _ change: FleetEvent.Change) {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
    _ = screen()
  }

  mutating func roster(_ rows: [OrgRow]) { apply(.controlPlane, .roster(rows, limit: 10_000, unreadable: 0)) }

  mutating func screen() -> [String] {
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
    return interface.compose(fleet, size: size, at: now).frame.lines.map(\.plain)
  }

  mutating func nextChange() -> Timestamp? { interface.compose(fleet, size: size, at: now).nextChange }

  @discardableResult
  mutating func press(_ keys: Key...) -> Intent {
    var last = Intent.none
    for key in keys {
      last = interface.handle(key, fleet, at: now)
      _ = screen()
      interface.anticipate(fleet, at: now)
    }
    return last
  }

  mutating func type(_ text: String) { for character in text { press(.character(character)) } }

  /// The row under the cursor.
  mutating func selectedRow() -> String? { screen().first { $0.hasPrefix("▶") } }
}

@Suite struct InterfaceTests {
  @Test func beforeAnyAnswerThePageSaysThatNothingIsLoaded() {
    var scene = InterfaceScene()
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    let screen = scene.screen()
    #expect(screen.count == 24)
    #expect(screen.contains { $0.contains("not loaded yet") })
    #expect(screen[0].contains("control plane loading"))
    #expect(screen[0].contains("STAGING") && screen[0].contains("read-only"))
  }

  @Test func aFailedFirstAnswerIsNoEmptyFleet() {
    var scene = InterfaceScene()
    scene.apply(.controlPlane, .failed("connection refused"))
    let screen = scene.screen().joined(separator: "\n")
    #expect(screen.contains("not loaded: connection refused"))
    #expect(screen.contains("control plane failed never loaded"))
  }

  @Test func aRosterIsShownWhole() {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 14, columns: 120)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([
      InterfaceScene.org("acme"), InterfaceScene.org("bright-lab", .failed, error: "tunnel/DNS step failed", age: 4000),
      InterfaceScene.org("cinder", .suspended, age: 100),
    ])
    #expect(
      scene.screen().map { String($0.reversed().drop { $0 == " " }.reversed()) } == [
        " fleet ▸ STAGING   ● control plane  ◌ 0 of 1 tenants                                                          read-only",
        " ✕ 1… failed" + String(repeating: " ", count: 75) + "3 orgs  ? machines  … workspaces",
        " 1 Fleet  2 Provisioning  3 Triage 1  4 Instances  5 Orphans  6 Costs  7 DNS  8 Posture  9 Deletions  0 Events",
        String(repeating: "─", count: 120),
        "  ORG                   TENANT          WORKSPACES  PROGRESS         COST/H  FINDING ↓",
        "▶ bright-lab            ✕ failed        ·                                 ?  ✕ tunnel/DNS step failed",
        "  acme                  ● running       …                                 ?",
        "  cinder                ○ suspended     ·                                 ?",
        "", " ✕ bright-lab: tunnel/DNS step failed",
        " next: check that bright-lab's CNAME leads to its tunnel and that the tunnel is healthy; provision again if the step w…",
        "  ◌ loading: 0 of 1 tenants",
        String(repeating: "─", count: 120),
        " enter open  / filter  : command  s sort  e explain  d delete (read-only)  ? help  q quit                      1–3 of 3",
      ])
  }

  @Test func theSelectionStaysOnItsOrgWhereverItGoes() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("bravo"), InterfaceScene.org("delta")])
    scene.press(.character("j"))
    #expect(scene.selectedRow()?.contains("delta") == true)
    scene.roster([InterfaceScene.org("alpha"), InterfaceScene.org("bravo"), InterfaceScene.org("charlie"), InterfaceScene.org("delta")])
    #expect(scene.selectedRow()?.contains("delta") == true)
    scene.press(.character("S"))
    #expect(scene.selectedRow()?.contains("delta") == true)
    scene.press(.character("s"))
    #expect(scene.selectedRow()?.contains("delta") == true)
  }

  @Test func anOrgThatIsReplacedByAnotherOfItsNameIsNotSelected() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("alpha"), InterfaceScene.org("bravo")])
    scene.press(.down)
    #expect(scene.interface.selection == .org("id-bravo"))
    var other = InterfaceScene.org("bravo")
    other.id = "another"
    scene.now = InterfaceScene.start + 5
    scene.roster([InterfaceScene.org("alpha"), other])
    _ = scene.screen()
    #expect(scene.interface.selection != .org("id-bravo"))
  }

  @Test func aKeyRightAfterThePagesFindsItsRowsThoughNothingWasDrawn() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("alpha"), InterfaceScene.org("bright", .failed, error: "tunnel/DNS step failed")])
    for key in [Key.character("3"), .enter] { _ = scene.interface.handle(key, scene.fleet, at: scene.now) }
    let screen = scene.screen()
    #expect(screen.last?.contains("esc close") == true && !screen.contains { $0.contains("no row") }, "\(screen)")
  }

  @Test func whenItsRowGoesTheCursorStaysInItsPlace() {
    var scene = InterfaceScene()
    scene.roster(["a-org", "b-org", "c-org"].map { InterfaceScene.org($0) })
    scene.press(.down)
    scene.now = InterfaceScene.start + 5
    scene.roster(["a-org", "c-org"].map { InterfaceScene.org($0) })
    #expect(scene.selectedRow()?.contains("c-org") == true)
  }

  @Test func theFilterNarrowsAsItIsTypedAndEscapeBringsAllBack() {
    var scene = InterfaceScene()
    scene.roster((0..<20).map { InterfaceScene.org("org-\($0)") } + [InterfaceScene.org("acme", .failed, error: "TLS handshake failed")])
    scene.press(.character("/"))
    scene.type("Tls")
    #expect(scene.screen().contains { $0.hasPrefix("▶ acme") })
    #expect(scene.screen().last?.contains("/Tls  1 of 21") == true)
    scene.press(.enter)
    #expect(scene.screen().last?.contains("/Tls") == true)
    #expect(scene.screen().last?.contains("1–1 of 1 (20 hidden)") == true)
    scene.press(.escape)
    #expect(scene.screen().contains { $0.contains("org-0") })
  }

  @Test func rowsThatComeLaterPassTheFilterToo() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("/"))
    scene.type("glob")
    #expect(scene.screen().contains { $0.contains("no row holds \"glob\"") })
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    #expect(scene.screen().contains { $0.contains("globex") })
    #expect(!scene.screen().contains { $0.contains("acme") })
  }

  @Test func aPasteIntoTheFilterIsCleanedAndNeverPressed() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("/"))
    #expect(scene.press(.paste("q\u{1B}[31m\u{202E}\nacme" + String(repeating: "x", count: 10_000))) == .draw)
    #expect((scene.screen().last?.unicodeScalars.count ?? 0) <= 200)
    #expect(scene.press(.paste("q")) == .draw)
    scene.press(.escape)
    #expect(scene.press(.paste("q")) == .none)
  }

  @Test func everyColumnSortsAndIsMarked() {
    var scene = InterfaceScene()
    scene.size.columns = 200
    scene.roster([InterfaceScene.org("a-org", .running, age: 100), InterfaceScene.org("b-org", .failed, age: 200_000)])
    scene.press(.character("s"))
    var heads: [String] = []
    for _ in FleetContent.columns {
      heads.append(scene.screen().first { $0.contains(" TENANT") } ?? "")
      scene.press(.character("s"))
    }
    for (index, column) in FleetContent.columns.enumerated() {
      #expect(heads[index].replacing(" ", with: "").contains(column.title + (column.order.isHighestFirst ? "↓" : "↑")))
    }
    scene.press(.character("<"), .character("S"))
    #expect(scene.screen().contains { $0.contains("FINDING ↑") })
  }

  @Test func theKeyReachesTheTopLayerFirst() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("/"))
    #expect(scene.press(.character("q")) == .draw)
    scene.press(.escape, .character("?"))
    #expect(scene.screen().contains { $0.contains("one row up") })
    #expect(scene.press(.character("q")) == .draw)
    #expect(!scene.screen().contains { $0.contains("one row up") })
    #expect(scene.press(.character("q")) == .leave(exitCode: 0))
    scene.press(.character("/"))
    #expect(scene.press(.control("c")) == .leave(exitCode: 130))
  }

  @Test func theDetailShowsTheOrgAndFollowsTheSelection() {
    var scene = InterfaceScene()
    scene.size.rows = 70
    scene.roster([InterfaceScene.org("acme", .failed, error: "no capacity in us-east-2"), InterfaceScene.org("globex")])
    scene.apply(
      .tenant("acme"),
      .workspaces("id-acme", [WorkspaceRow(id: "w-1", name: "support", status: .failed, runtime: "hermes", lastError: "SDK init timeout")]))
    scene.press(.enter)
    var screen = scene.screen().joined(separator: "\n")
    for words in ["org acme", "id-acme", "no capacity in us-east-2", "support", "SDK init timeout", "hermes"] {
      #expect(screen.contains(words), "\(words) is missing")
    }
    scene.press(.down)
    screen = scene.screen().joined(separator: "\n")
    #expect(screen.contains("org globex") && !screen.contains("id-acme"))
    scene.press(.escape)
    #expect(!scene.screen().joined().contains("org globex"))
  }

  @Test func whatComesUpMovesEverySecondAndWhatIsSteadyDoesNot() {
    var scene = InterfaceScene()
    scene.size.columns = 150
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([InterfaceScene.org("acme", age: 600)])
    // The next thing to change is an age of minutes, or the roster's staleness.
    #expect(scene.nextChange() == InterfaceScene.start + 60)
    scene.roster([InterfaceScene.org("acme", age: 600), InterfaceScene.org("bright", .provisioning, age: 20)])
    #expect(scene.nextChange() == InterfaceScene.start + 1)
  }

  @Test func theAgeOfAFindingIsDrawnAnewWhereTheOrgsAgeHasNoRoom() {
    var scene = InterfaceScene()
    scene.size.columns = 50
    scene.roster([InterfaceScene.org("acme", .failed, error: "no capacity in us-east-2")])
    #expect(scene.screen().contains { $0.contains("FINDING") } && !scene.screen().contains { $0.contains(" AGE ") })
    #expect(scene.nextChange() == InterfaceScene.start + 60)
  }

  @Test func provisioningIsOrderedByLatenessAndSaysIt() {
    var scene = InterfaceScene()
    scene.size.columns = 140
    scene.roster([
      InterfaceScene.org("slow", .provisioning, age: 900), InterfaceScene.org("young", .provisioning, age: 10),
      InterfaceScene.org("older", .provisioning, age: 600),
    ])
    scene.press(.character("2"))
    let rows = scene.screen().filter { $0.contains("(tenant)") }
    #expect(rows.map { String($0.dropFirst(2).prefix { $0 != " " }) } == ["slow", "older", "young"])
    #expect(rows[0].contains("▲"))
    #expect(rows[2].contains("on time"))
  }

  @Test func instancesAreJudgedOnlyFromCompleteSources() {
    var scene = InterfaceScene()
    scene.size.columns = 160
    let tags = ["ManagedBy": "molecule-cp", "Role": "workspace", "OrgID": "gone", "OrgSlug": "gone"]
    func machine(_ id: String, _ age: Double, _ tags: [String: String]) -> InstanceRow {
      InstanceRow(
        id: InstanceID(id), region: "us-east-2", state: .running, type: "t3.large", launchedAt: InterfaceScene.start + -age,
        tags: Tags(tags))
    }
    let machines = [machine("i-old", 100_000, tags), machine("i-young", 60, tags), machine("i-foreign", 100_000, ["Name": "bastion"])]
    scene.apply(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
    scene.press(.character("4"))
    func row(_ id: String) -> String { scene.screen().first { $0.contains(id) } ?? "" }
    #expect(row("i-old").contains("can't tell"))
    #expect(row("i-young").contains("can't tell"))
    #expect(row("i-foreign").contains("not ours"))
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([InterfaceScene.org("acme")])
    #expect(row("i-old").contains("orphan: org gone"))
    #expect(row("i-old").contains("0.083"))
    #expect(row("i-young").contains("grace: org gone"))
    scene.now = InterfaceScene.start + 3600
    #expect(row("i-old").contains("can't tell"))
  }

  @Test func newEventsComeInAtTheTopUntilTheCursorIsMoved() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("0"))
    func send(_ type: EventType) {
      scene.apply(
        .tenant("acme"),
        .streamed(StreamedEvent(type: type, timestamp: scene.now, orgID: "id-acme", slug: "acme", data: ["n": .string(type.rawValue)])))
      scene.now = scene.now + 1
    }
    for number in 0..<5 { send(EventType(rawValue: "TEST_\(number)")) }
    #expect(scene.selectedRow()?.contains("TEST_4") == true)
    send("TEST_5")
    #expect(scene.selectedRow()?.contains("TEST_5") == true)
    scene.press(.down)
    #expect(scene.selectedRow()?.contains("TEST_4") == true)
    send("TEST_6")
    #expect(scene.selectedRow()?.contains("TEST_4") == true)
    scene.press(.character("g"))
    send("TEST_7")
    #expect(scene.selectedRow()?.contains("TEST_7") == true)
  }

  @Test func noSizeBreaksAnyPage() {
    var scene = InterfaceScene()
    scene.roster((0..<30).map { InterfaceScene.org("org-\($0)", $0 % 3 == 0 ? .provisioning : .running, age: Double($0) * 30) })
    let layers: [[Key]] = [[], [.enter], [.character("?")], [.character("/")]]
    for page in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
      for keys in layers {
        scene.press(.escape, .escape, .character(Character(page)))
        for key in keys { scene.press(key) }
        for rows in 1...30 {
          for columns in [1, 5, 19, 20, 21, 33, 40, 79, 80, 200] {
            scene.size = Terminal.Size(rows: rows, columns: columns)
            let (frame, _) = scene.interface.compose(scene.fleet, size: scene.size, at: scene.now)
            #expect(frame.lines.count <= rows)
            if rows >= 5, columns >= 20 { #expect(frame.lines.count == rows) }
            if let cursor = frame.cursor { #expect(cursor.row < rows && cursor.column < columns) }
          }
        }
        scene.press(.escape)
      }
    }
  }

  @Test func belowTheSmallestSizeItSaysSo() {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 4, columns: 60)
    #expect(scene.screen().joined().contains("too small: 60x4, needs 20x5"))
  }

  @Test func hostileTextIsHarmlessOnEveryPage() {
    let hostile = "\u{1B}[31m\u{1B}]0;x\u{07}\u{9B}2J\u{0}\n\r\t\u{202E}\u{2066}e" + String(repeating: "\u{301}", count: 10_000) + "日本"
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 50, columns: 200)
    // Uncleaned, as if every defence before had failed.
    scene.roster([
      OrgRow(
        id: OrgID(hostile), slug: Slug(hostile), name: hostile, plan: hostile, status: OrgStatus(hostile), lastError: hostile,
        createdAt: InterfaceScene.start)
    ])
    scene.apply(
      .tenant(Slug(hostile)),
      .workspaces(
        OrgID(hostile),
        [
          WorkspaceRow(id: WorkspaceID(hostile), name: hostile, role: hostile, status: .provisioning, runtime: hostile, lastError: hostile)
        ]))
    scene.apply(
      .ec2(Region(hostile)),
      .instances(
        [
          InstanceRow(
            id: InstanceID(hostile), region: Region(hostile), state: InstanceState(hostile), type: hostile,
            tags: [hostile: hostile, "Role": "tenant", "OrgID": hostile])
        ], complete: false, problem: hostile))
    scene.apply(
      .tenant(Slug(hostile)),
      .streamed(
        StreamedEvent(
          type: EventType(rawValue: hostile), timestamp: nil, workspaceID: WorkspaceID(hostile), data: [hostile: .string(hostile)])))
    for page in ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"] {
      for key in [Key.escape, .enter] {
        scene.press(.character(Character(page)), key)
        let (frame, _) = scene.interface.compose(scene.fleet, size: scene.size, at: scene.now)
        for line in frame.lines {
          let shown = line.fitted(to: 200)
          #expect(shown.columns == 200)
          #expect(
            shown.plain.unicodeScalars.allSatisfy {
              $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && $0.value != 0x202E && $0.value != 0x2066
            })
        }
      }
    }
  }

  @Test func aJumpLeadsToTheSameThingOnAnotherPageAndEscapeLeadsBack() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("beta")])
    scene.apply(
      .ec2(Region("us-east-2")),
      .instances(
        [
          InstanceRow(
            id: InstanceID("i-acme"), region: Region("us-east-2"), state: .running, type: "t3.small",
            tags: ["Role": "tenant", "OrgID": "id-acme"]),
          InstanceRow(
            id: InstanceID("i-beta"), region: Region("us-east-2"), state: .running, type: "t3.small",
            tags: ["Role": "tenant", "OrgID": "id-beta"]),
        ], complete: true, problem: nil))
    scene.press(.character("j"))
    #expect(scene.selectedRow()?.contains("beta") == true)
    scene.press(.character("m"))
    #expect(scene.interface.page == .instances)
    #expect(scene.interface.selection == .instance(InstanceID("i-beta")))
    scene.press(.character("v"))
    #expect(scene.interface.page == .events)
    scene.press(.escape)
    #expect(scene.interface.page == .instances)
    scene.press(.escape)
    #expect(scene.interface.page == .fleet)
    #expect(scene.selectedRow()?.contains("beta") == true)
  }

  @Test func escapeClearsWhatWasTypedAfterAJumpBeforeItLeadsBack() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("beta")])
    scene.press(.character("v"))
    #expect(scene.interface.page == .events)
    scene.press(.character("/"))
    scene.type("zzz")
    scene.press(.enter, .escape)
    #expect(scene.interface.page == .events)
    scene.press(.escape)
    #expect(scene.interface.page == .fleet)
  }

  @Test func aJumpToWhatIsNotThereSaysSo() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    scene.press(.character("m"))
    #expect(scene.interface.page == .fleet)
    #expect(scene.screen().last?.contains("no machine") == true)
  }

  @Test func tabsShortenWhereThereIsLittleRoom() {
    var scene = InterfaceScene()
    scene.roster([InterfaceScene.org("acme")])
    for columns in [110, 80, 60, 40] {
      scene.size = Terminal.Size(rows: 24, columns: columns)
      let tabs = scene.screen()[2]
      #expect(TextWidth.columns(of: tabs) <= columns)
      #expect(tabs.contains("1 Fleet"))
      #expect(tabs.contains(" 0"), "\(tabs)")
    }
  }

  @Test func refreshAsksTheWorld() {
    var scene = InterfaceScene()
    #expect(scene.press(.character("r")) == .wantEverything)
  }

  @Test func asciiScreensHoldNothingElseOfOurOwn() {
    var scene = InterfaceScene(ascii: true)
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("b-org", .provisioning, age: 100)])
    let screen = scene.screen().joined(separator: "\n")
    let foreign = Set(screen.unicodeScalars.filter { !$0.isASCII }).subtracting(["…", "–"])
    #expect(foreign.isEmpty, "\(foreign)")
  }
}
