import Testing

@testable import FleetTUI

@Suite struct TextTableTests {
  @Test func columnsStandUnderEachOtherInCellsOfATerminal() {
    var table = TextTable(header: ["NAME", "X"])
    table.rows = [
      ["日本語", "1"], ["abc", "2"], ["cafe\u{301}", "3"], [TextTable.none, "4"], [TextTable.unknown, "5"], ["two\nlines", "6"],
    ]
    let lines = table.table.split(separator: "\n")
    #expect(lines == ["NAME       X", "日本語     1", "abc        2", "cafe\u{301}       3", "-          4", "?          5", "two lines  6"])
    for line in lines { #expect(TextWidth.columns(of: String(line)) == 12) }
  }

  @Test func csvLeavesTheUnknownEmptyAndNumbersAlone() {
    var table = TextTable(header: ["A", "B"])
    table.rows = [
      [TextTable.none, TextTable.unknown], ["-3.5", "-1e-7"], ["-", "?"], ["=1+1", "+cmd"], ["@x", "-5m"], ["=\u{301}x", "a,b"],
      ["a\"b", "two\nlines"], ["a\rb", "a\r\nb"],
    ]
    #expect(
      table.csv
        == [
          "A,B", ",", "-3.5,-1e-7", "'-,?", "'=1+1,'+cmd", "'@x,'-5m", "'=\u{301}x,\"a,b\"", "\"a\"\"b\",\"two\nlines\"",
          "\"a\rb\",\"a\r\nb\"",
        ].joined(separator: "\r\n"))
  }
}
