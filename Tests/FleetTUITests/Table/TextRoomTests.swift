import FleetModel
import Testing

@testable import FleetTUI

/// What a table shows where there is room for a part of it.
@Suite struct TextRoomTests {
  private func heading(_ page: PageID, _ columns: Int, _ screen: inout WatchedScreen) -> [String] {
    var context = screen.interface.drawingContext(at: screen.now)
    _ = screen.lines(of: page)
    return screen.interface.desk.pages.current.draw(screen.fleet, rows: 40, width: columns, &context).map(\.plain)
  }

  /// Names, states and figures: what they are told by.
  @Test func aColumnIsLeftOutBeforeSeveralAreCut() {
    var screen = WatchedScreen.full()
    for columns in [120, 140, 160] {
      let lines = heading(.instances, columns, &screen)
      #expect(lines.allSatisfy { !$0.contains("…") }, "\(columns): \(lines)")
      #expect(lines[0].contains("INSTANCE") && lines[0].contains("VERDICT") && lines[0].contains("ORG"))
    }
  }

  @Test func anIdIsWholeWhereItsRowHasRoom() {
    var screen = WatchedScreen.full()
    let machine = WatchedScreen.machine("i-0123456789abcdef0", org: "gone")
    screen.hear(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    screen.settle()
    for columns in [80, 120] {
      let lines = heading(.orphans, columns, &screen)
      #expect(lines.contains { $0.contains("i-0123456789abcdef0") }, "\(columns): \(lines)")
    }
    // Where there is no room for the verdict, why it is one is told.
    let lines = heading(.orphans, 40, &screen)
    #expect(lines.contains { $0.contains("✕ i-0123456789abcdef0") && $0.contains("org gone") }, "\(lines)")
  }

  @Test func whatIsWrongIsToldOnTheSmallestScreenToo() {
    var screen = WatchedScreen.full(rows: 10, columns: 40)
    #expect(screen.row(.triage, "wonka")?.plain.contains("provisioner") == true)
    let checks = (1...2).map { Check("sg-debug-port", .fail, target: "sg-\($0)", "lets port 9999 in from anywhere", evidence: []) }
    _ = screen.interface.hear(.posture(checks, at: screen.now), screen.fleet, at: screen.now)
    let rows = screen.screen(.posture).filter { $0.contains("sg-debug-port") && $0.contains("sg-") }.prefix(2)
    #expect(rows.contains { $0.contains("sg-1") } && rows.contains { $0.contains("sg-2") }, "\(rows)")
  }

  @Test func theColumnThatTheOperatorSortsByIsSeen() {
    var screen = WatchedScreen.full()
    for columns in [120, 80, 40] {
      #expect(columns > 80 || !heading(.fleet, columns, &screen)[0].contains("MACHINE"))
      _ = screen.interface.desk.pages.current.sort(by: ["machine"], screen.fleet, at: screen.now)
      var context = screen.interface.drawingContext(at: screen.now)
      let lines = screen.interface.desk.pages.current.draw(screen.fleet, rows: 40, width: columns, &context).map(\.plain)
      #expect(lines[0].contains("MACHINE ↑") && lines[0].contains("ORG"), "\(columns): \(lines[0])")
      _ = screen.interface.desk.pages.current.sort(by: ["finding"], screen.fleet, at: screen.now)
    }
  }

  @Test func noHeadingTouchesTheMarkOfWhatItIsSortedBy() {
    var screen = WatchedScreen.full()
    for page in PageID.allCases {
      for columns in [200, 120, 80] {
        let heading = heading(page, columns, &screen)[0]
        // Where a check has no room for its result, that is the sign before its name.
        let isSeen = page != .posture || columns > 80
        #expect(heading.contains(/[↑↓]/) == isSeen && !heading.contains(/\S[↑↓]/), "\(page), \(columns): \(heading)")
      }
    }
  }
}
