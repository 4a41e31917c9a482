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

  private static let wide = TextTable(
    header: ["ID", "STATE", "SUMMARY", "NEXT STEP"],
    rows: [["0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a", "critical", "the tenant does not answer at all", "look at its tunnel, then at it"]],
    dispensable: ["NEXT STEP"])

  @Test func textThatHasNoRoomIsWrappedAtWordsTheWidestColumnFirst() {
    let lines = Self.wide.table(columns: 86).split(separator: "\n")
    #expect(
      lines == [
        "ID                                    STATE     SUMMARY             NEXT STEP",
        "0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a  critical  the tenant does     look at its",
        "                                                not answer at all   tunnel, then at it",
      ])
    for columns in [60...130].joined() {
      let lines = Self.wide.table(columns: columns).split(separator: "\n")
      #expect(lines.allSatisfy { TextWidth.columns(of: String($0)) <= columns }, "\(columns)")
      // No word is broken, and none is lost.
      #expect(lines.joined(separator: " ").contains("0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a"))
      for word in ["tenant", "answer"] { #expect(lines.joined(separator: " ").contains(word)) }
    }
  }

  @Test func whereThereIsNoRoomForWordsColumnsAreLeftOutAndNamed() {
    let lines = Self.wide.table(columns: 60).split(separator: "\n")
    #expect(lines[0].hasPrefix("ID") && !lines[0].contains("NEXT STEP"))
    #expect(lines.last == "left out for lack of room: NEXT STEP; --format csv has all")
    for columns in 1...60 {
      #expect(
        Self.wide.table(columns: columns).split(separator: "\n").allSatisfy { TextWidth.columns(of: String($0)) <= columns }, "\(columns)")
    }
  }
}
