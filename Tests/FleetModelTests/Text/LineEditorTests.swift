import FleetModel
import Testing

@Suite struct LineEditorTests {
  @Test func whatIsTypedOrPastedIsCleanedAndHasALimit() {
    var line = LineEditor(limit: 10)
    for character in "acme" { line.insert(String(character)) }
    line.insert("\u{1B}[31m\u{202E}\nx")
    #expect(line.text == "acme[31m x")
    line.insert(String(repeating: "y", count: 10_000))
    #expect(line.text == "acme[31m …")
  }

  @Test func anExactLineKeepsEveryCharacterUpToItsLimit() {
    var line = LineEditor(limit: 5, isExact: true)
    line.insert("e\u{301}\u{202E}")
    #expect(Array(line.text.unicodeScalars) == ["e", "\u{301}", "\u{202E}"])
    line.insert("abcdefgh")
    #expect(line.text.count == 5)
  }

  @Test func aCharacterAWordOrAllOfItIsTakenBack() {
    var line = LineEditor("status failed acme", limit: 80)
    line.erase(.character)
    #expect(line.text == "status failed acm")
    line.erase(.word)
    #expect(line.text == "status failed")
    line.erase(.line)
    #expect(line.isEmpty)
    for part in [LineEditor.Part.character, .word, .line] {
      line.erase(part)
      #expect(line.isEmpty)
    }
  }
}
