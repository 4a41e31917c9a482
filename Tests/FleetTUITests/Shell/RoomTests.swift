@testable import FleetModel
import Testing

@testable import FleetTUI

/// What is needed is whole wherever there is room for it, on screens of every size.
@Suite struct RoomTests {
  private static let sizes = [(50, 200), (30, 120), (24, 80), (10, 40)]

  private func watched(_ rows: Int, _ columns: Int, _ pane: PaneKind = .none) -> WatchedScreen {
    var screen = WatchedScreen(rows: rows, columns: columns, pane: pane)
    screen.answer()
    screen.pass(60)
    _ = screen.screen(.fleet)
    return screen
  }

  // MARK: - Help

  @Test(arguments: [200, 120, 80, 40, 20]) func helpIsWrappedAndNeverCut(_ width: Int) {
    let desk = Interface(DashboardOptions(environment: "staging")).desk
    let lines = Help.lines(desk, width: width)
    #expect(lines.allSatisfy { $0.columns <= width && !$0.plain.contains("…") }, "\(lines.map(\.plain).filter { $0.contains("…") })")
    // What goes on begins under what it goes on from.
    let copy = lines.firstIndex { $0.plain.contains("copy to the") }
    if width == 80, let copy {
      let place = lines[copy].plain.ranges(of: "copy").first?.lowerBound
      #expect(place.map { lines[copy + 1].plain[..<$0].allSatisfy { $0 == " " } } == true, "\(lines[copy + 1].plain)")
      #expect(lines[copy + 1].plain.contains("(Markdown), a link") || lines[copy + 2].plain.contains("(Markdown), a link"))
    }
  }

  @Test func helpStandsInSeveralColumnsWhereThereIsRoom() {
    var screen = watched(50, 200)
    _ = screen.interface.handle(.character("?"), screen.fleet, at: screen.now)
    let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.map(\.plain)
    #expect(!lines.contains { $0.contains("more lines") }, "\(lines)")
    for words in ["one row up", "everything by its name", "the next page", "not known"] {
      #expect(lines.contains { $0.contains(words) }, "\(words)")
    }
  }

  @Test func whatBelongsTogetherStaysInOneColumn() {
    let lines = (0..<3).flatMap { block in [Line()] + (0..<4).map { Line("\(block).\($0)") } }.dropFirst()
    let rows = Array(lines).flowed(in: 5, columns: 3, width: 6).map(\.plain)
    #expect(
      rows.count == 4 && rows[0].split(separator: " ") == ["0.0", "1.0", "2.0"] && rows[3].split(separator: " ") == ["0.3", "1.3", "2.3"])
    // What fits stands under one another.
    #expect(Array(lines).flowed(in: 14, columns: 3, width: 6).count == 14)
  }

  // MARK: - Texts

  @Test func anIdIsTornOnlyWhereALineCantHoldIt() {
    func wrapped(_ text: String, _ width: Int) -> [String] { Line.wrapped(text, role: .text, width: width).map(\.plain) }
    let id = "(0c43407d-c177-46f7-83f9-1ca7864a7135)"
    #expect(wrapped("the org \(id) is gone", 40) == ["the org", id, "is gone"])
    #expect(wrapped(id, 28) == ["(0c43407d-c177-46f7-83f9-", "1ca7864a7135)"])
    #expect(wrapped("/workspaces/babcd091?confirm=true; deleting", 33) == ["/workspaces/babcd091?", "confirm=true; deleting"])
    #expect(wrapped(String(repeating: "x", count: 25), 10).map(\.count) == [10, 10, 5])
    let folded = Line([Span("  waste  ", .heading), Span("one two three four five six seven", .dim)]).folded(to: 20).map(\.plain)
    let sums = Line("  waste  $0.54/h  1 stopped at night").folded(to: 24, keepsPieces: true).map(\.plain)
    #expect(Line("  waste  $0.54/h  ").folded(to: 16).map(\.plain) == ["  waste  $0.54/h"])
    #expect(sums == ["  waste  $0.54/h  ", "    1 stopped at night"], "\(sums)")
    #expect(folded.allSatisfy { $0.count <= 20 } && folded.dropFirst().allSatisfy { $0.hasPrefix("    ") }, "\(folded)")
  }

  @Test func sumsUnderATableAreWrappedAndLeaveHalfOfThePageToItsRows() {
    for (rows, columns) in Self.sizes where rows > 10 {
      var screen = WatchedScreen.full(rows: rows, columns: columns)
      for (page, heading, first) in [
        (PageID.costs, "$/H", "  fleet "), (.dns, "DECISION", " kept"), (.orphans, "VERDICT", "orphan machine"),
        (.since, "ITEM", "  since "),
        (.rollout, "IMAGE", "  no tenant"),
      ] {
        let table = screen.screen(page).drop { !$0.contains(heading) }.prefix { !$0.hasPrefix("─") }
        let under = table.drop { !$0.contains(first) }
        #expect(!under.isEmpty && under.allSatisfy { !$0.contains("…") }, "\(page) \(columns): \(table)")
      }
      let costs = screen.screen(.costs)
      #expect(costs.contains { $0.contains("  waste $") || $0.hasPrefix("  waste  $") }, "\(costs)")
      #expect(
        ["acme", "globex", "hooli", "young", "wonka"].allSatisfy { name in
          costs.contains { $0.hasPrefix("  \(name) ") || $0.hasPrefix("▶ \(name) ") }
        }, "\(costs)")
    }
  }

  /// What stands under the open page's table, where that is drawn in so many rows.
  private func sums(_ page: PageID, rows: Int, columns: Int, _ screen: inout WatchedScreen) -> [String] {
    _ = screen.lines(of: page)
    var context = screen.interface.drawingContext(at: screen.now)
    let lines = screen.interface.desk.pages.current.draw(screen.fleet, rows: rows, width: columns, &context).map(\.plain)
    return Array(lines.dropFirst(screen.interface.desk.pages.current.shown.count + 1).drop { $0.allSatisfy { $0 == " " } })
  }

  @Test(arguments: [PageID.costs, .dns, .orphans, .rollout])
  func onAScreenOf24RowsSumsTakeThreeAtMostOfATableThatFillsIt(_ page: PageID) {
    var screen = WatchedScreen.full(rows: 24, columns: 80)
    #expect(sums(page, rows: 18, columns: 80, &screen).count <= 12)
    let names = (0..<30).map { "org-\($0)" }
    screen.hear(
      .controlPlane,
      .roster(
        (["acme", "globex", "hooli"] + names).map { OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running) }, limit: 500,
        unreadable: 0))
    screen.hear(
      .ec2("us-east-2"),
      .instances(
        names.map { WatchedScreen.machine("i-\($0)", org: $0) } + (0..<30).map { WatchedScreen.machine("i-lost-\($0)", org: "gone-\($0)") },
        complete: true, problem: nil))
    let records = (0..<60).map {
      DNSRecordRow(id: "r\($0)", name: "e2e-20261123-\($0).example.com", type: "A", content: "203.0.113.\($0)", createdAt: screen.now)
    }
    let rules = DNSRules(zone: "example.com", coreNames: [], environmentSuffixes: ["staging"])
    screen.hear(.dns, .zone(ZoneReading(environment: "staging", rules: rules, quota: 62, records: records, neighbours: [])))
    screen.settle()
    screen.now = screen.now + 3
    for columns in [80, 100, 140] {
      for (rows, most) in [(18, 3), (14, 3), (12, 2)] {
        let sums = sums(page, rows: rows, columns: columns, &screen)
        #expect((1...most).contains(sums.count) && !sums.contains { $0.allSatisfy { $0 == " " } }, "\(columns)x\(rows): \(sums)")
      }
    }
  }

  @Test func whatIsCalmGoesBeforeWhatNeedsAHuman() {
    let pieces = [
      Sums.Piece([Span("  fleet  ", .heading), Span("$2.25/h  ")]), Sums.Piece([Span("$54.75/month addresses", .dim)], calm: 2),
      Sums.Piece([Span("  ◐ 1 org has spent all its budget", .warning)], calm: 9), Sums.Piece([Span("regions us-east-2", .dim)], calm: 3),
    ]
    func joined(_ rows: Int) -> [String] { Sums.joined(pieces, rows: rows, width: 50).map(\.plain) }
    #expect(joined(3).joined().contains("regions us-east-2"))
    #expect(joined(2).joined().contains("addresses") && joined(2).count == 2)
    #expect(joined(1) == ["  fleet $2.25/h  ◐ 1 org has spent all its budget"], "\(joined(1))")
    // Never what needs one.
    #expect(Sums.joined(pieces, rows: 1, width: 30).count == 2)
  }

  @Test func namesAreWholeBesideWhatIsSaidOfThem() {
    var list = FieldLines(width: 60, nameWidth: 15)
    list.field("id", "acme")
    list.field("hibernation-monitor", [Span("<1m ago")])
    list.heading("About it")
    list.field("plan", "pro")
    list.field(String(repeating: "n", count: 50), "long")
    let lines = list.lines.map(\.plain)
    #expect(lines[0] == "  id" + String(repeating: " ", count: 18) + "acme" && lines[1] == "  hibernation-monitor <1m ago")
    // What is longer than half of the room has a row of its own.
    #expect(Array(lines.suffix(2)) == ["  " + String(repeating: "n", count: 50), String(repeating: " ", count: 31) + "long"], "\(lines)")
  }

  /// Whatever is looked at, in a pane or opened, on a screen of any width: no text of it is cut, and beside each a column is free.
  @Test(arguments: [98, 118, 80, 59, 44, 40]) func nothingThatIsSaidOfARowIsCut(_ width: Int) {
    var screen = WatchedScreen.full(rows: 50, columns: 200, pane: .detail)
    let long = "wedged: SDK init timeout after 120 s, and the supervisor gave up on restarting its runtime"
    screen.hear(
      .tenant("acme"),
      .workspaces(
        "id-acme",
        [
          WorkspaceRow(id: "w-boot", name: "booting", status: .provisioning, runtime: "crewai"),
          WorkspaceRow(id: "w-await", name: "a-workspace-with-a-name-of-forty-columns", status: .awaitingAgent, parentID: "w-boot"),
          WorkspaceRow(id: "w-sick", name: "sick", status: .degraded, parentID: "w-boot", lastError: long),
        ]))
    var ending = WatchedScreen.machine("i-nakatomi", org: "nakatomi")
    ending.state = .shuttingDown
    screen.hear(
      .ec2("us-east-2"), .instances([ending, WatchedScreen.machine("i-acme", org: "acme")], complete: true, problem: nil))
    screen.settle()
    for page in PageID.allCases {
      _ = screen.screen(page)
      for subject in screen.interface.desk.pages.current.shown {
        var context = screen.interface.drawingContext(at: screen.now)
        for line in Detail.lines(of: subject, screen.fleet, width: width, &context) {
          #expect(line.columns < width && !line.plain.contains("…"), "\(page) \(Detail.title(of: subject, screen.fleet)): \(line.plain)|")
        }
      }
    }
  }

  @Test func whatIsSaidBesideAWorkspaceGoesOnUnderItself() {
    var screen = WatchedScreen.full(rows: 50, columns: 200)
    screen.hear(
      .tenant("acme"),
      .workspaces(
        "id-acme",
        [
          WorkspaceRow(id: "w-1", name: "researcher", status: .degraded, lastError: "wedged: SDK init timeout after 120s"),
          WorkspaceRow(id: "w-2", name: "support-7", status: .provisioning),
        ]))
    screen.settle()
    var context = screen.interface.drawingContext(at: screen.now)
    let lines = Detail.lines(of: .org("id-acme"), screen.fleet, width: 59, &context).map(\.plain)
    let row = lines.firstIndex { $0.hasPrefix("  researcher  ◐ degraded") } ?? 0
    #expect(
      lines[row].contains("  wedged: SDK init timeout") && lines[row + 1] == String(repeating: " ", count: 30) + "after 120s", "\(lines)")
  }

  @Test func theStepsOfADeletionAreWholeBesideATable() {
    var screen = WatchedScreen.full(rows: 50, columns: 200)
    let phases = ["stripe", "redis", "infra", "db_rows"].map { PhaseTime($0, $0 == "infra" ? 127 : 1.6) }
    let records = (0..<24).map {
      BootRecord(group: Cascade.group, phases: phases, outcome: .ok, endedAt: WatchedScreen.start + -Double($0 + 1) * 4000)
    }
    screen.hear(.here, .learned(records))
    screen.settle()
    for (width, counts) in [(59, false), (100, true)] {
      var context = screen.interface.drawingContext(at: screen.now)
      let entry = screen.fleet.deletions.entry("p-4", screen.fleet)
      let lines = entry.map { DeletionView.lines(of: $0, screen.fleet, width: width, &context).map(\.plain) } ?? []
      let steps = lines.filter { $0.contains("usually ") }
      #expect(steps.count == 4 && steps.allSatisfy { $0.contains("24 seen") == counts && !$0.contains("…") }, "\(lines)")
      #expect(Set(steps.map { $0.distance(from: $0.startIndex, to: $0.ranges(of: "usually").first!.lowerBound) }).count == 1, "\(steps)")
    }
  }

  @Test func machinesOfAnOrgStandUnderOneAnother() {
    var screen = watched(40, 120)
    var large = WatchedScreen.machine("i-large", org: "acme", workspace: "w-boot")
    large.type = "t3.medium"
    screen.hear(.ec2("us-east-2"), .instances([WatchedScreen.machine("i-acme", org: "acme"), large], complete: true, problem: nil))
    screen.settle()
    var context = screen.interface.drawingContext(at: screen.now)
    let rows = Detail.lines(of: .org("id-acme"), screen.fleet, width: 100, &context).map(\.plain).filter { $0.contains("us-east-2") }
    let places = rows.map { row in row.distance(from: row.startIndex, to: row.ranges(of: "us-east-2").first!.lowerBound) }
    #expect(rows.count == 2 && Set(places).count == 1, "\(rows)")
  }

  @Test func thatAFailureMayPassIsWhatAShortCellTells() {
    let now = WatchedScreen.start
    var progress = Progress(
      of: Boot(startedAt: now + -60), plan: Fleet().plan(of: .tenant("id-acme")), tellsPhases: false, deadline: nil, at: now)
    progress.fraction = 0.55
    progress.mayRecover = true
    #expect(Line(Wording.remaining(progress, .unicode)).plain == "55% failed, may recover")
    let short = Line(Wording.remaining(progress, .unicode, isShort: true)).plain
    #expect(short == "55% may recover" && short.count <= FleetContent.progress.room.minimum)
  }

  // MARK: - Beside the table

  @Test func aPaneLeavesTheTableWhatItsTextsTake() {
    var screen = WatchedScreen.full(rows: 50, columns: 200, pane: .detail)
    let border = screen.screen(.instances)[5].firstIndex(of: "│")
    let line = screen.screen(.instances)[5]
    #expect(border.map { line.distance(from: line.startIndex, to: $0) >= 120 } == true)
    // A border that the operator put somewhere stays there.
    screen.interface.desk.remembered.paneColumns = 90
    let moved = screen.screen(.instances)[5]
    #expect(moved.firstIndex(of: "│").map { moved.distance(from: moved.startIndex, to: $0) } == 110)
  }

  @Test func theEventsUnderATableTakeNoneOfItsRows() {
    var screen = WatchedScreen.full(rows: 50, columns: 200, pane: .detail)
    for count in [3, 20, 26, 30, 34, 40] {
      let checks = (0..<count).map { Check("check-\($0)", .fail, target: "sg-\($0)", "lets port 22 in", evidence: []) }
      _ = screen.interface.hear(.posture(checks, at: screen.now), screen.fleet, at: screen.now)
      let lines = screen.screen(.posture)
      #expect(lines.last?.contains("1–\(count) of \(count)") == true, "\(lines.last ?? "")")
    }
  }

  @Test func whatIsOpenedShowsNoLessThanThePaneDid() {
    var screen = WatchedScreen.full(rows: 50, columns: 200, pane: .detail)
    screen.interface.jump(to: .fleet, .org("id-acme"), screen.fleet, at: screen.now)
    _ = screen.interface.handle(.enter, screen.fleet, at: screen.now)
    let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.map(\.plain)
    for words in ["Workspaces", "Money", "Machines", "About it", "id-acme"] { #expect(lines.contains { $0.contains(words) }, "\(words)") }
    // No row of the table is in view.
    #expect(!lines.contains { $0.contains("more lines") } && lines.last?.contains(" of ") == false, "\(lines)")
  }

  // MARK: - The last row

  @Test func aHintStandsWholeAndTheWayOutLongest() {
    let hints = [Hint("space", "show or hide"), Hint("enter", "keep", isWayOut: true), Hint("esc", "leave as it was", isWayOut: true)]
    #expect(hints.fitting(80) == hints)
    #expect(hints.fitting(40).map(\.keys) == ["enter", "esc"] && hints.fitting(14).map(\.keys) == ["enter"] && hints.fitting(3).isEmpty)
    for command in ["columns", "theme", "help"] {
      var screen = watched(10, 40)
      _ = screen.interface.perform(Action.named(command)!, screen.fleet, at: screen.now)
      let footer = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.last?.plain ?? ""
      #expect(!footer.contains("…") && footer.contains(/esc|closes/), "\(command): \(footer)")
    }
  }

  @Test func whatIsSaidIsWholeOnEveryScreen() {
    for (rows, columns) in Self.sizes {
      var screen = watched(rows, columns)
      let said = "a pane has room from 160 columns, or from 30 rows, and this is said at some length"
      screen.interface.notice = Span(said, .warning)
      let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines
      #expect(lines.count == rows && lines.allSatisfy { $0.columns <= columns })
      let text = lines.suffix(3).map { $0.plain.split(separator: " ").joined(separator: " ") }.joined(separator: " ")
      #expect(text.contains(said), "\(columns): \(text)")
      #expect(lines.last?.plain.contains("…") == false)
    }
  }

  // MARK: - Lists

  @Test func aListThatIsLongerThanItsRoomSaysSo() {
    for command in ["columns", "theme", "palette"] {
      var screen = watched(10, 40)
      _ = screen.interface.perform(Action.named(command)!, screen.fleet, at: screen.now)
      let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.map(\.plain)
      #expect(lines.contains { $0.hasPrefix("── ") && $0.contains(/, 1–\d+ of \d+/) }, "\(command): \(lines)")
    }
    var window = RowWindow()
    window.fit(12, height: 12)
    #expect(window.note(of: 12).isEmpty)
  }

  @Test func onASmallScreenThePaletteShowsWholeNames() {
    var screen = watched(10, 40)
    _ = screen.interface.handle(.character(":"), screen.fleet, at: screen.now)
    for key in "copy" { _ = screen.interface.handle(.character(key), screen.fleet, at: screen.now) }
    let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.map(\.plain)
    #expect(lines.contains { $0.contains("copy id|row|view|capsule|link") && $0.hasSuffix(" y ") }, "\(lines)")
  }

  // MARK: - Tabs

  @Test func aCountIsNotReadTogetherWithTheNextKey() {
    var screen = WatchedScreen.full(rows: 24, columns: 80)
    for page in PageID.allCases {
      let tabs = screen.screen(page)[2]
      #expect(!tabs.contains(/[A-Za-z] \d+ \d/), "\(tabs)")
    }
  }

  @Test func calmCountsStayWhileThereIsRoom() {
    var screen = WatchedScreen.full(rows: 10, columns: 40)
    let tabs = screen.screen(.fleet)[2]
    #expect(tabs.contains("4·"), "\(tabs)")
  }
}
