import Testing

@testable import FleetModel

@Suite("Text of other systems")
struct PlainTextTests {
  @Test(
    "LF, CRLF and CR end a line, whichever comes",
    arguments: [
      ("", [""]), ("a", ["a"]), ("a\n", ["a", ""]), ("a\nb", ["a", "b"]), ("a\r\nb\r\n", ["a", "b", ""]), ("a\rb", ["a", "b"]),
      ("\r\n\n\r", ["", "", "", ""]), ("a\n\r\nb", ["a", "", "b"]), ("é\r\n日本\n😀", ["é", "日本", "😀"]), ("a\u{2028}b", ["a\u{2028}b"]),
    ])
  func lines(text: String, lines: [String]) {
    #expect(text.lines.map(String.init) == lines)
    #expect(text[...].lines.map(String.init) == lines)
  }

  @Test("a byte-order mark is left out at the beginning, once, and nowhere else")
  func byteOrderMark() {
    #expect("\u{FEFF}a".withoutByteOrderMark == "a")
    #expect("\u{FEFF}\u{FEFF}a".withoutByteOrderMark == "\u{FEFF}a")
    #expect("a\u{FEFF}".withoutByteOrderMark == "a\u{FEFF}")
    #expect("\u{FEFF}".withoutByteOrderMark == "" && "".withoutByteOrderMark == "")
    // A mark on the first character makes one Character of both.
    #expect("\u{FEFF}\u{301}a".withoutByteOrderMark.unicodeScalars.count == 2)
  }
}
