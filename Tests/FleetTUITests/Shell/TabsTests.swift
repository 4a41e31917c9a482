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
}
