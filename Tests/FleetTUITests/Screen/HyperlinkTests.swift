import CNcurses
import Glibc
import TestSupport
import Testing

@testable import FleetTUI

@Suite struct HyperlinkTests {
  private static let address = "https://wiki.example/a"
  private static let red = RGB(0xFF0000)

  /// The bytes of a frame in which `<1>` and `<2>` stand for the places of two links, `<0>` for no link.
  private func written(_ frame: String, in color: Color = .rgb(red)) -> String {
    var theme = Theme(name: "test")
    theme.styles[.ok] = Style(.rgb(Self.red))
    var inks = Inks(of: theme)
    let links = ["a", "b"].map { Hyperlink("https://wiki.example/\($0)") }
    _ = inks.place(links: links.map { Ink(color: color, link: $0) })
    var frame = frame
    for (index, link) in ([nil] + links).enumerated() {
      frame = frame.replacing("<\(index)>", with: "\u{1B}[38;5;\(inks.place(of: color, link: link))m")
    }
    var out = String(decoding: inks.written(Array(frame.utf8)), as: UTF8.self)
    for (name, link) in zip(["A", "B"], links) {
      guard let link, let place = UInt8(exactly: inks.place(of: color, link: link)) else { continue }
      out = out.replacing(String(decoding: link.opening(id: place), as: UTF8.self), with: "{\(name)")
    }
    return out.replacing(String(decoding: Hyperlink.closing, as: UTF8.self), with: "}").replacing("\u{1B}[", with: "^")
  }

  private static let shown = "^38;2;255;0;0m"

  @Test(arguments: [
    // Its characters alone, whatever is written around them.
    ("<1>text", "\(shown){Atext}"), ("a<1>té日", "a\(shown){Até日}"), ("<1>a<2>b<0>c", "\(shown){Aa}\(shown){Bb}\(shown)c"),
    ("<1>a\u{1B}[5;1Hb\u{1B}[Kc", "\(shown){Aa}^5;1H{Ab}^K{Ac}"), ("<1>\u{1B}[5;1Ha", "\(shown)^5;1H{Aa}"),
    ("<1>a\r\nb", "\(shown){Aa}\r\n{Ab}"),
    ("<1>a\u{1B}Mb\u{8}c", "\(shown){Aa}\u{1B}M{Ab}\u{8}{Ac}"),
    // What names another colour, or none, ends it; a ground doesn't.
    ("<1>a\u{1B}[39mb", "\(shown){Aa}^39mb"), ("<1>a\u{1B}[mb", "\(shown){Aa}^mb"), ("<1>a\u{1B}[38;5;9mb", "\(shown){Aa}^38;5;9mb"),
    ("<1>a\u{1B}(B\u{1B}[0;1m<1>b", "\(shown){Aa}\u{1B}(B^0;1m\(shown){Ab}"), ("<1>\u{1B}[48;5;17ma", "\(shown)^48;5;17m{Aa}"),
    // A repetition repeats a character of it.
    ("<1>a\u{1B}[9bc", "\(shown){Aa^9bc}"),
    // The string of another sequence is no text.
    ("<1>\u{1B}]0;t\u{7}a\u{1B}]0;t\u{1B}\\b", "\(shown)\u{1B}]0;t\u{7}{Aa}\u{1B}]0;t\u{1B}\\{Ab}"),
    ("<1>a\u{1B}", "\(shown){Aa}\u{1B}"), ("<1>a\u{1B}[", "\(shown){Aa}^"), ("", ""), ("plain", "plain"),
  ])
  func aLinkIsOpenWhileItsCharactersAreWritten(_ frame: String, _ expected: String) {
    #expect(written(frame) == expected)
  }

  @Test(arguments: [
    (Color.palette(111), "^38;5;111m"), (.palette(2), "^38;5;2m"), (.terminal, "^39m"), (.rgb(RGB(0x010203)), "^38;2;1;2;3m"),
  ])
  func itHasTheColourThatItWouldHaveAnyway(_ color: Color, _ sequence: String) {
    #expect(written("<1>a", in: color) == "\(sequence){Aa}")
  }

  @Test func withoutLinksAFrameIsAsNcursesWroteIt() {
    let frame = Array("\u{1B}[38;5;255ma\u{1B}[9b\u{1B}[48;5;254mb\u{1B}[m\u{1B}]8;;x\u{1B}\\".utf8)
    #expect(Inks(of: .mono).written(frame) == frame)
  }

  @Test func aPlaceIsForAnotherLinkInTheFrameAfterTheOneThatItLeft() {
    var inks = Inks(of: .mono)
    func ink(_ name: Int) -> Ink { Ink(color: .terminal, link: Hyperlink("https://wiki.example/\(name)")) }
    func place(_ name: Int) -> Int32 { inks.place(of: .terminal, link: ink(name).link) }
    func draw(_ names: [Int]) -> Bool { inks.place(links: names.map(ink)) }
    #expect(draw([1, 2, 1]))
    let first = (place(1), place(2))
    #expect(first.0 != first.1)
    #expect(draw([2, 3]))
    #expect(place(2) == first.1 && place(1) == -1 && place(3) != first.0)
    // As many as there are places, all of them others than before.
    #expect(draw(Array(10..<100)))
    #expect(!draw(Array(100..<400)), "every cell must be drawn")
    #expect(draw(Array(100..<400)), "the same frame again needs nothing")
    let places = (100..<400).map(place).filter { $0 >= 0 }
    #expect(places.count == 240 && Set(places).count == 240 && places.allSatisfy { $0 >= 16 })
    #expect(draw([]) && place(100) == -1)
  }

  @Test(arguments: [
    "", "https://x/\u{7}", "https://x/\u{1B}\\", "https://x/ y", "https://x/\n", "https://x/é", "https://x/\u{9C}", "https://x/\u{7F}",
    "https://x/" + String(repeating: "a", count: 1991),
  ])
  func whatCouldEndItsSequenceIsNoLink(_ address: String) { #expect(Hyperlink(address) == nil) }

  @Test func anAddressOfTheLongestKindIsOne() { #expect(Hyperlink("https://x/" + String(repeating: "a", count: 1990)) != nil) }

  @Test func aPieceThatIsCutStillLeadsThereAndWhatFillsTheRestDoesNot() {
    let link = Hyperlink(Self.address)
    let line = Line([Span("instance", .link, link: link)])
    #expect(line.fitted(to: 5).spans == [Span("inst…", .link, link: link)])
    #expect(line.fitted(to: 10).spans == [Span("instance", .link, link: link), Span("  ")])
    #expect(Line("a b").linked(to: link).spans == [Span("a b", link: link)])
  }
}

extension CanvasTests {
  /// Lines that differ in what they lead to alone, moved up and down, more than there are places at times.
  @Test(arguments: 1...4 as ClosedRange<UInt64>) func everyCellLeadsWhereItsSpanDoes(_ seed: UInt64) throws {
    try #require(setlocale(LC_ALL, "C.UTF-8") != nil, "no UTF-8 locale on this machine")
    let size = Terminal.Size(rows: 14, columns: 60)
    try #require(canvas_open("xterm-256color", Int32(size.rows), Int32(size.columns)) == 0)
    defer { canvas_close() }
    var random = SeededGenerator(seed: seed)
    var canvas = Canvas(theme: Theme.standard.adapted(to: seed.isMultiple(of: 2) ? .direct : .palette, on: .dark), isASCII: false)
    canvas.takesLinks = true
    var terminal = LinkedScreen(rows: size.rows, columns: size.columns)
    var next = 0
    func line() -> Line {
      let pieces = (0..<Int.random(in: 0...6, using: &random)).flatMap { _ -> [Span] in
        next += Int.random(in: 0...1, using: &random)
        let link = Bool.random(using: &random) ? nil : Hyperlink("https://wiki.example/\(next)")
        let role = [Role.text, .link, .title, .failed].randomElement(using: &random) ?? .text
        let text = ["i-000000000000001", "aaaaaaaaaaaa", "link", "é日"].randomElement(using: &random) ?? ""
        return [Span(text, role, link: link), Span(Bool.random(using: &random) ? " " : "")]
      }
      return Line(pieces, isSelected: Int.random(in: 0...9, using: &random) == 0)
    }
    func denseLine() -> Line {
      Line(
        (0..<14).map { _ in
          next += 1
          return Span("aa", .link, link: Hyperlink("https://wiki.example/\(next)"))
        })
    }
    var lines = (0..<size.rows).map { _ in line() }
    for _ in 0..<150 {
      switch Int.random(in: 0...5, using: &random) {
      case 0: lines = lines.dropFirst(3) + (0..<3).map { _ in line() }
      case 1: lines = (0..<2).map { _ in line() } + lines.dropLast(2)
      case 2: lines = (0..<size.rows).map { _ in line() }
      case 3: lines = (0..<size.rows).map { _ in denseLine() }
      default: lines[Int.random(in: 0..<size.rows, using: &random)] = line()
      }
      canvas.draw(Frame(lines: lines), size: size)
      terminal.take(canvas.inks.written(RepeatedColors.removed(from: LineScrolling.lineByLine(Array(bytes().utf8)))))
      for (row, line) in lines.enumerated() {
        let cells = line.fitted(to: size.columns).spans.flatMap { span in
          span.text.flatMap { character in
            Array(
              repeating: LinkedScreen.Cell(character: character, link: span.link?.address), count: TextWidth.columns(of: String(character)))
          }
        }
        #expect(
          terminal.cells[row].map(\.link) == cells.map(\.link) && terminal.cells[row].map(\.character) == cells.map(\.character),
          "row \(row) of \(lines.map(\.plain))")
      }
      #expect(terminal.problems.isEmpty, "\(terminal.problems)")
    }
  }

  @Test func whereNoLinksAreTakenNoneIsWritten() throws {
    try #require(canvas_open("xterm-256color", 3, 60) == 0)
    defer { canvas_close() }
    var canvas = Canvas(theme: .standard, isASCII: true)
    let line = Line([Span("i-0a", .link, link: Hyperlink("https://wiki.example/a")), Span(" running")])
    canvas.draw(Frame(lines: [line]), size: Terminal.Size(rows: 3, columns: 60))
    let linked = bytes()
    canvas.forget()
    canvas_redraw()
    canvas.draw(Frame(lines: [line.linked(to: nil)]), size: Terminal.Size(rows: 3, columns: 60))
    let plain = bytes()
    #expect(linked.contains("i-0a") && !linked.contains("\u{1B}]") && linked.suffix(60) == plain.suffix(60))
    #expect(canvas.inks.written(Array(linked.utf8)) == Array(linked.utf8))
  }

  @Test func textFromOutsideOpensNoLink() throws {
    try #require(canvas_open("xterm-256color", 3, 60) == 0)
    defer { canvas_close() }
    var canvas = Canvas(theme: .standard, isASCII: true)
    canvas.takesLinks = true
    let hostile = "\u{1B}]8;;https://evil.example\u{1B}\\x\u{9D}8;;\u{9C}"
    canvas.draw(
      Frame(lines: [Line(hostile), Line([Span(hostile, .link, link: Hyperlink("https://wiki.example/a"))])]),
      size: Terminal.Size(rows: 3, columns: 60))
    let written = String(decoding: canvas.inks.written(Array(bytes().utf8)), as: UTF8.self)
    #expect(written.matches(of: /\u{1B}\]8;id=\d+;https:\/\/wiki\.example\/a\u{1B}\\/).count == 1)
    #expect(written.matches(of: /\u{1B}\]/).count == 2 && !written.contains("\u{9D}"))
  }
}
