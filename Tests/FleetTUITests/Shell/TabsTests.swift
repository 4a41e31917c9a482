import FleetModel
import Testing

@testable import FleetTUI

/// The row of the pages.
@Suite struct TabsTests {
  private static let widths = [200, 160, 130, 120, 110, 100, 90, 80, 70, 60, 50, 40]

  /// Each page's tab while `open` is the open one, as it is read, and the row.
  private func tabs(_ open: PageID, _ columns: Int, _ screen: inout WatchedScreen) throws -> (texts: [PageID: String], row: String) {
    _ = screen.lines(of: open)
    _ = screen.interface.compose(screen.fleet, size: Terminal.Size(rows: 24, columns: columns), at: screen.now)
    let drawn = try #require(screen.interface.desk.tabs)
    let row = drawn.tabs.line(width: columns).plain
    var texts: [PageID: String] = [:]
    for (column, character) in row.enumerated() {
      if let page = drawn.page(row: drawn.row, column: column) { texts[page, default: ""].append(character) }
    }
    return (texts.mapValues { $0.split(separator: " ").joined(separator: " ") }, row)
  }

  /// Without its key and what it counts.
  private func name(_ tab: String) -> String {
    tab.split(separator: " ").filter { word in PageID.allCases.contains { [$0.title, $0.shortTitle].contains(String(word)) } }.joined()
  }

  @Test func aPageIsCalledTheSameWhereverOneStands() throws {
    var screen = WatchedScreen.full(rows: 24)
    for columns in Self.widths {
      var names: [PageID: Set<String>] = [:]
      for open in PageID.allCases {
        let (texts, row) = try tabs(open, columns, &screen)
        #expect(row.count <= columns - 1 && !row.contains("…"), "\(columns): \(row)|")
        #expect([open.title, open.shortTitle].contains(name(texts[open] ?? "")), "\(columns): \(row)")
        for (page, text) in texts where page != open { names[page, default: []].insert(name(text)) }
      }
      for (page, names) in names {
        #expect(names.count == 1 && ["", page.title, page.shortTitle].contains(names.first ?? "?"), "\(columns), \(page): \(names)")
      }
    }
  }

  @Test func whatBelongsToANameIsNotReadTogetherWithTheNextKey() throws {
    var screen = WatchedScreen.full(rows: 24)
    for columns in Self.widths {
      for open in PageID.allCases {
        let row = try tabs(open, columns, &screen).row
        // `6 7 DNS`, `3 Triage 14 4`.
        #expect(!row.contains(/[0-9] [0-9] [A-Z]/) && !row.contains(/[A-Za-z] \d+ \d/), "\(columns): \(row)")
      }
    }
  }

  @Test func whatNeedsAHumanIsNamedFirstAndCalmCountsGoLast() throws {
    var screen = WatchedScreen.full(rows: 24)
    let (texts, row) = try tabs(.fleet, 80, &screen)
    #expect(texts[.triage]?.hasPrefix("3 Triage ") == true && row.contains("4·") || row.contains("4 EC2 "), "\(row)")
    let small = try tabs(.events, 40, &screen)
    #expect(small.texts[.triage]?.hasPrefix("3·") == true, "\(small.row)")
  }

  // MARK: - What only a page reads

  private func count(_ page: PageID, _ screen: inout WatchedScreen) -> Span? {
    let frame = screen.interface.compose(screen.fleet, size: Terminal.Size(rows: 24, columns: 160), at: screen.now).frame
    guard let tabs = screen.interface.desk.tabs, let name = frame.lines[tabs.row].spans.firstIndex(where: { $0.text == " \(page.title)" })
    else { return nil }
    let next = frame.lines[tabs.row].spans[(name + 1)...].first
    return next.flatMap { $0.text.contains(/[0-9]/) && $0.role != .key ? $0 : nil }
  }

  @Test func dnsCountsWhatNeedsAHumanOnceItIsReadAndGreyOnceThatIsOld() {
    var screen = WatchedScreen.full(rows: 24)
    #expect(count(.dns, &screen) == nil)
    _ = screen.lines(of: .dns)
    #expect(count(.dns, &screen) == Span(" 2", .failed))
    _ = screen.lines(of: .fleet)
    #expect(count(.dns, &screen) == Span(" 2", .failed))
    let next = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).nextChange
    #expect(next != nil)
    screen.now = screen.now + 181
    screen.settle()
    #expect(count(.dns, &screen) == Span(" 2", .stale))
  }

  @Test func postureCountsWhatFailedOnceItIsLookedAtAndGreyOnceThatIsOld() {
    var screen = WatchedScreen(rows: 24)
    screen.answer()
    _ = screen.lines(of: .posture)
    #expect(count(.posture, &screen) == nil)
    let checks = [
      Check("a", .fail, target: "t", "is open", evidence: []), Check("b", .unknown, target: "t", "can't be told", evidence: []),
    ]
    _ = screen.interface.hear(.posture(checks, at: screen.now), screen.fleet, at: screen.now)
    _ = screen.lines(of: .fleet)
    #expect(count(.posture, &screen) == Span(" 1", .failed))
    screen.now = screen.now + 901
    #expect(count(.posture, &screen) == Span(" 1", .stale))
  }
}
