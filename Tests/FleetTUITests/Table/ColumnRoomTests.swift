import FleetModel
import Foundation
import Testing

@testable import FleetTUI

/// Which columns there are, and that they stay.
@Suite struct ColumnRoomTests {
  @Test func nothingOfLessWeightStandsWhereSomethingOfMoreWasLeftOut() {
    let rooms = [
      ColumnRoom(minimum: 10, ideal: 10, priority: 0), ColumnRoom(minimum: 30, ideal: 30, priority: 1),
      ColumnRoom(minimum: 4, ideal: 4, priority: 2),
    ]
    #expect(ColumnRoom.widths(of: rooms, in: 40, gap: 2) == [10, nil, nil])
    #expect(ColumnRoom.widths(of: rooms, in: 42, gap: 2) == [10, 30, nil])
    #expect(ColumnRoom.widths(of: rooms, in: 48, gap: 2) == [10, 30, 4])
  }

  @Test func aColumnIsAsNarrowAsItWasChosen() {
    let chosen = FleetContent.finding.chosen(ColumnChoice(id: "finding", width: 12))
    #expect(ColumnRoom.widths(of: [chosen.room, FleetContent.age.room], in: 60, gap: 2) == [12, 5])
  }

  // MARK: - Names

  @Test func whatIsCalmGivesWayToANameThatIsLongerThanItsClaim() {
    func widths(_ wish: Int, _ width: Int) -> [Int?] {
      let name = ColumnRoom(minimum: 10, ideal: 32, claim: 16, priority: 0, isName: true, wish: wish)
      let finding = ColumnRoom(minimum: 14, ideal: 42, claim: 42, priority: 1, yields: false)
      return ColumnRoom.widths(of: [name, finding, ColumnRoom(minimum: 6, ideal: 6, priority: 2)], in: width, gap: 2)
    }
    #expect(widths(16, 68) == [16, 42, 6])
    #expect(widths(25, 69) == [25, 42, nil])
    #expect(widths(25, 77) == [25, 42, 6])
    // The finding stays, and is cut.
    #expect(widths(25, 60) == [25, 33, nil])
  }

  private static let longSlug = "e2e-canary-20261129-24966"

  @Test(arguments: [80, 90, 100, 110, 120]) func aNameIsWhole(_ columns: Int) throws {
    for page in [PageID.fleet, .costs, .rollout] {
      var screen = WatchedScreen(rows: 24, columns: columns)
      screen.answer()
      let rows = [Self.longSlug, "acme"].map { OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running) }
      screen.hear(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
      screen.settle()
      let lines = screen.screen(page)
      #expect(lines.contains { $0.contains("  \(Self.longSlug) ") || $0.contains("▶ \(Self.longSlug) ") }, "\(page): \(lines)")
      if page == .fleet { #expect(lines.contains { $0.contains("PROGRESS") && $0.contains("FINDING") }, "\(lines)") }
    }
  }

  @Test(arguments: [40, 46, 60]) func aTenantsBootIsToldFromAWorkspacesHoweverItsNameIsCut(_ columns: Int) throws {
    var screen = WatchedScreen(rows: 24, columns: columns)
    screen.answer()
    let slug = "an-org-with-a-long-name-indeed"
    screen.hear(
      .controlPlane, .roster([OrgRow(id: "id-long", slug: Slug(slug), createdAt: WatchedScreen.start + -100)], limit: 500, unreadable: 0))
    screen.settle()
    let row = try #require(screen.row(.provisioning, "an-org-with")?.plain)
    #expect(row.contains("… (t)") || row.contains("\(slug) (t"), "\(row)")
  }

  // MARK: - Columns stand still

  private func zone(_ count: Int) -> ZoneReading {
    let records = (0..<count).map { index in
      let name = String(format: "r%02d", index) + String(repeating: "-long", count: index / 12) + ".example.com"
      return DNSRecordRow(id: "r\(index)", name: name, type: "A", content: "203.0.113.\(index)", createdAt: WatchedScreen.start + -3600)
    }
    let rules = DNSRules(zone: "example.com", coreNames: [], environmentSuffixes: ["staging"])
    return ZoneReading(environment: "staging", rules: rules, quota: 200, records: records, neighbours: [])
  }

  @Test(arguments: [PaneKind.detail, PaneKind.none]) func columnsStandStillWhileTheCursorMoves(_ pane: PaneKind) {
    var screen = WatchedScreen(rows: 20, columns: 200, pane: pane)
    screen.hear(.dns, .expected(pollInterval: 60))
    screen.answer()
    screen.hear(.dns, .zone(zone(60)))
    screen.settle()
    _ = screen.screen(.dns)
    func heading() -> String {
      let lines = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines
      return String((lines.first { $0.plain.contains("DECISION") }?.plain ?? "").prefix { $0 != "│" })
    }
    func move(_ key: Key) -> Set<String> {
      Set(
        (0..<59).map { _ in
          screen.now = screen.now + 0.1
          _ = screen.interface.handle(key, screen.fleet, at: screen.now)
          return heading()
        })
    }
    let first = heading()
    #expect(move(.down) == [first])
    // Once the hand rests they have what they would like, and keep it.
    let due = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).nextChange
    #expect(due.map { $0 <= screen.now + SteadyRows.rest } == true)
    screen.now = screen.now + SteadyRows.rest
    _ = heading()
    let second = heading()
    #expect(pane == .none || second != first)
    #expect(move(.up) == [second])
    screen.now = screen.now + SteadyRows.rest
    _ = heading()
    #expect(heading() == second)
  }

  // MARK: - Columns stay

  /// The titles of the open page's columns.
  private func titles(_ screen: inout WatchedScreen, _ columns: Int) -> [String] {
    let size = Terminal.Size(rows: 24, columns: columns)
    _ = screen.interface.compose(screen.fleet, size: size, at: screen.now)
    return screen.interface.desk.pages.current.columnStates.filter { $0.hasRoom == true }.map(\.title)
  }

  private func boot(_ status: WorkspaceStatus, _ screen: inout WatchedScreen) {
    let row = WorkspaceRow(id: "w-boot", name: "booting", status: status, runtime: "hermes")
    screen.hear(.tenant("acme"), .workspaces("id-acme", [row]))
    screen.settle()
  }

  @Test(arguments: [140, 120, 100, 80, 60, 40]) func noColumnComesOrGoesBecauseABootMayRecover(_ columns: Int) {
    var screen = WatchedScreen.full(rows: 24)
    boot(.provisioning, &screen)
    _ = screen.screen(.provisioning)
    let before = titles(&screen, columns)
    screen.hear(
      .tenant("acme"),
      .streamed(
        StreamedEvent(
          type: .workspaceProvisionFailed, timestamp: screen.now, workspaceID: "w-boot",
          data: ["error": "no workspace_ready within 5m0s", "source": "bootstrap_watcher"])))
    screen.settle()
    let after = titles(&screen, columns)
    #expect(
      screen.interface.compose(screen.fleet, size: Terminal.Size(rows: 24, columns: columns), at: screen.now).frame.lines.contains {
        $0.plain.contains("may recover")
      })
    #expect(before == after)
    #expect(columns < 80 || after.contains("ELAPSED") && after.contains("ETA"), "\(after)")
    #expect(columns < 120 || after.contains("PHASE"), "\(after)")
  }

  @Test func noColumnComesOrGoesBecauseASourceFails() {
    var screen = WatchedScreen(rows: 24)
    screen.answer()
    _ = screen.screen(.sources)
    let before = [120, 80].map { titles(&screen, $0) }
    screen.hear(.tenant("globex"), .failed("tenant of globex /workspaces answered 502: 502 Bad Gateway (tried for 3 s)"))
    screen.settle()
    #expect([120, 80].map { titles(&screen, $0) } == before && before.allSatisfy { $0.contains("WHY") })
  }

  // MARK: - Texts beside blanks

  @Test func whatKeepsABootFromMovingHasTheRoomOfWhatCannotBeTold() throws {
    var screen = WatchedScreen.full(rows: 24, columns: 80)
    let row = try #require(screen.row(.provisioning, "wonka")?.plain)
    #expect(row.contains("✕ provisioner disabled: acc"), "\(row)")
  }

  @Test func aDeletionThatLeftMachinesSaysFirstWhatIsToBeDone() throws {
    var screen = WatchedScreen.full(rows: 24, columns: 80)
    let row = try #require(screen.row(.deletions, "gone")?.plain)
    #expect(row.contains("delete it again: called completed"), "\(row)")
  }

  @Test func whyASourceIsNotWellHasTheRoomOfABudgetThatItHasNot() throws {
    var screen = WatchedScreen.full(rows: 24, columns: 130)
    let why = "tenant globex /workspaces answered 502: 502 Bad Gateway"
    screen.hear(.tenant("globex"), .failed(why))
    screen.settle()
    _ = screen.interface.perform(PageID.sources.action, screen.fleet, at: screen.now)
    let states = { (screen: inout WatchedScreen) in screen.interface.desk.pages.current.columnStates }
    screen.interface.desk.pages.current.choose(columns: ["source", "state", "why:20", "budget"].map { ColumnChoice($0) })
    let row = try #require(screen.row(.sources, "tenant:globex")?.plain)
    #expect(states(&screen).count { $0.hasRoom == true } == 4)
    #expect(row.contains("tenant globex /workspaces answered"), "\(row)")
  }

  /// Sums and rows, on every page.
  @Test(arguments: [120, 100, 80, 60, 40]) func nothingUnderATableTouchesTheBorder(_ columns: Int) {
    var screen = WatchedScreen.full(rows: 40)
    for page in PageID.allCases {
      _ = screen.lines(of: page)
      var context = screen.interface.drawingContext(at: screen.now)
      for line in screen.interface.desk.pages.current.draw(screen.fleet, rows: 36, width: columns, &context) {
        #expect(line.columns < columns || line.plain.hasSuffix(" "), "\(page), \(columns): \(line.plain)|")
      }
    }
  }
}
