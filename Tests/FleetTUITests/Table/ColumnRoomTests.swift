import FleetModel
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
