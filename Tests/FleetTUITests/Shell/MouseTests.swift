import FleetModel
import Foundation
import Testing

@testable import FleetTUI

@Suite struct MouseTests {
  private func watched(_ rows: Int = 24, _ columns: Int = 120) -> WatchedScreen {
    var screen = WatchedScreen(rows: rows, columns: columns, pane: .detail)
    screen.answer()
    screen.pass(60)
    return screen
  }

  /// Presses where the last frame shows `text`, in the row that holds `row`. - Returns: the frame after it.
  private func press(_ text: String, inRowWith row: String? = nil, _ screen: inout WatchedScreen) throws -> [String] {
    let lines = screen.frame
    let place = try #require(lines.firstIndex { $0.contains(row ?? text) && $0.contains(text) }, "\(text): \(lines)")
    let before = try #require(lines[place].range(of: text)).lowerBound
    let column = TextWidth.columns(of: String(lines[place][..<before]))
    _ = screen.interface.handle(.click(row: place, column: column + 1), screen.fleet, at: screen.now)
    return screen.frame
  }

  @Test func aClickSelectsARowAndASecondOneOpensIt() throws {
    var screen = watched()
    _ = try press("hooli", &screen)
    #expect(screen.interface.selection == .org("id-hooli"))
    #expect(!screen.frame.contains { $0.contains("── org hooli") })
    let opened = try press("hooli", &screen)
    #expect(opened.contains { $0.contains("── org hooli") })
    // With the detail open another row is only gone to.
    _ = try press("globex", &screen)
    #expect(screen.interface.selection == .org("id-globex") && screen.frame.contains { $0.contains("── org globex") })
    // Under the last row is nothing.
    var empty = watched()
    let before = empty.interface.selection
    #expect(empty.interface.handle(.click(row: 18, column: 5), empty.fleet, at: empty.now) == .none)
    #expect(empty.interface.selection == before)
  }

  @Test func aHeadingSortsByItsColumnAndAgainTheOtherWay() throws {
    var screen = watched()
    _ = try press("TENANT", inRowWith: "ORG", &screen)
    #expect(screen.interface.desk.pages.current.sorting.first == "tenant")
    _ = try press("TENANT", inRowWith: "ORG", &screen)
    #expect(screen.interface.desk.pages.current.sorting.first == "-tenant")
    _ = try press("TENANT", inRowWith: "ORG", &screen)
    #expect(screen.interface.desk.pages.current.sorting.first == "tenant")
  }

  @Test(arguments: [40, 80, 120, 200]) func everyTabOpensItsPage(_ columns: Int) throws {
    var screen = watched(24, columns)
    // A page without a key has a tab only while it is open.
    for page in PageID.allCases where !page.keys.isEmpty {
      _ = screen.frame
      let tabs = try #require(screen.interface.desk.tabs)
      let places = (0..<columns).filter { tabs.page(row: tabs.row, column: $0) == page }
      try #require(places.count >= 2, "\(page)")
      #expect(tabs.page(row: tabs.row + 1, column: places[0]) == nil)
      _ = screen.interface.handle(.click(row: tabs.row, column: places[1]), screen.fleet, at: screen.now)
      #expect(screen.interface.page == page)
    }
  }

  /// And by the palette, whose rows take a click, everything else is.
  @Test(arguments: [40, 80, 120, 200]) func whatTheFooterOffersIsAskedForByAClick(_ columns: Int) throws {
    var screen = watched(24, columns)
    let offered = ["open", "filter", "command", "sort", "explain", "help", "quit"].filter { screen.frame[23].contains(" \($0) ") }
    #expect(offered.contains("command") && offered.contains("help") && offered.contains("quit"))
    var (clicked, typed) = (screen, screen)
    if offered.contains("filter") {
      let filter = try press(" filter ", inRowWith: " quit ", &clicked)
      _ = typed.interface.handle(.character("/"), typed.fleet, at: typed.now)
      #expect(filter == typed.frame)
    }
    (clicked, typed) = (screen, screen)
    let palette = try press(" command ", inRowWith: " quit ", &clicked)
    _ = typed.interface.handle(.character(":"), typed.fleet, at: typed.now)
    #expect(palette == typed.frame && clicked.interface.takesText)
    // With the detail open the same row has the same offers.
    _ = screen.interface.handle(.enter, screen.fleet, at: screen.now)
    if screen.frame[23].contains(" help ") {
      let help = try press(" help ", inRowWith: " quit ", &screen)
      #expect(help.contains { $0.contains("one row up") })
    }
    // Beside what is offered there is nothing.
    #expect(clicked.interface.handle(.click(row: 23, column: columns - 1), clicked.fleet, at: clicked.now) == .none)
  }

  @Test func thePaneBesideTheTableIsOpened() throws {
    var screen = watched(50, 200)
    _ = screen.frame
    _ = screen.interface.handle(.click(row: 12, column: 190), screen.fleet, at: screen.now)
    // The detail itself has the keys now.
    let rows = screen.frame.filter { $0.hasPrefix("── org ") }
    #expect(rows.count == 1)
  }

  @Test func aDialogIsNotLeftByAClickOnATab() throws {
    var screen = watched()
    _ = screen.interface.handle(.character("?"), screen.fleet, at: screen.now)
    let help = screen.frame
    _ = screen.interface.handle(.click(row: 2, column: 30), screen.fleet, at: screen.now)
    #expect(screen.frame == help)
  }
}

extension WatchedScreen {
  /// What is on the screen.
  fileprivate var frame: [String] {
    mutating get { interface.compose(fleet, size: size, at: now).frame.lines.map(\.plain) }
  }
}
