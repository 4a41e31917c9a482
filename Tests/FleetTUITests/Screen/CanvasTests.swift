import CNcurses
import Glibc
import Testing

@testable import FleetTUI

/// ncurses drawing into memory. It is global: one test at a time.
@Suite(.serialized) struct CanvasTests {
  func bytes() -> String {
    let count = Int(canvas_update(-1, -1))
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, taken in taken = max(0, canvas_take(buffer.baseAddress, count)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func onlyWhatChangedIsWrittenAndNothingWhenNothingDid() throws {
    try #require(text_set_locale() == 1 || setUTF8(), "no UTF-8 locale on this machine")
    try #require(canvas_open("xterm-256color", 10, 40) == 0)
    defer { canvas_close() }
    let size = Terminal.Size(rows: 10, columns: 40)
    var canvas = Canvas(theme: .standard, isASCII: false)
    let rows = (0..<9).map { Line("row \($0)") }
    canvas.draw(Frame(lines: rows), size: size)
    let first = bytes()
    #expect(first.contains("row 0") && first.contains("row 8"))
    canvas.draw(Frame(lines: rows), size: size)
    #expect(bytes() == "")
    var moved = rows
    moved[3] = Line("row X")
    canvas.draw(Frame(lines: moved), size: size)
    let second = bytes()
    #expect(second.contains("X") && !second.contains("row 4"))
    #expect(second.utf8.count < 40)
    canvas.draw(Frame(lines: rows.map { Line($0.spans, isSelected: true) }), size: size)
    #expect(bytes().contains("\u{1B}[48;5;"))
  }

  @Test func aColourOf24BitsIsWrittenAndThePaletteIsLeftAlone() throws {
    try #require(text_set_locale() == 1 || setUTF8(), "no UTF-8 locale on this machine")
    try #require(canvas_open("xterm-256color", 10, 40) == 0)
    defer { canvas_close() }
    let size = Terminal.Size(rows: 10, columns: 40)
    let nord = try ThemeLibrary().theme(named: "nord")
    var canvas = Canvas(theme: nord.adapted(to: .direct, on: .dark), isASCII: false)
    let frame = Frame(lines: [Line("nord", .ok), Line("row")])
    func written() -> String { String(decoding: canvas.inks.written(Array(bytes().utf8)), as: UTF8.self) }
    canvas.draw(frame, size: size)
    let first = written()
    #expect(first.contains("\u{1B}[38;2;163;190;140m") && first.contains("\u{1B}[48;2;46;52;64m"))
    #expect(!first.contains("8;5;") && !first.contains("\u{1B}]"))
    // Another theme is drawn at once, though it may use the same places of the palette.
    canvas.wear(try ThemeLibrary().theme(named: "gruvbox").adapted(to: .direct, on: .dark))
    canvas.draw(frame, size: size)
    #expect(written().contains("48;2;40;40;40m"))
    canvas.wear(nord.adapted(to: .palette, on: .dark))
    canvas.draw(frame, size: size)
    let indexed = written()
    #expect(indexed.contains("48;5;") && !indexed.contains("8;2;"))
  }

  @Test func hostileTextWritesNoControlOfItsOwn() throws {
    try #require(text_set_locale() == 1 || setUTF8(), "no UTF-8 locale on this machine")
    try #require(canvas_open("xterm-256color", 5, 60) == 0)
    defer { canvas_close() }
    var canvas = Canvas(theme: .mono, isASCII: false)
    canvas.draw(
      Frame(lines: [Line("\u{1B}]0;owned\u{07}\u{9B}2J\n\u{202E}e" + String(repeating: "\u{301}", count: 10_000) + "日本")]),
      size: Terminal.Size(rows: 5, columns: 60))
    let written = bytes()
    #expect(!written.contains("\u{1B}]") && !written.contains("\u{07}") && !written.contains("\u{9B}") && !written.contains("\u{202E}"))
    #expect(written.contains("日本"))
    #expect(written.utf8.count < 400)
  }

  @Test func withoutUnicodeEverythingIsASCII() throws {
    try #require(canvas_open("vt100", 5, 60) == 0)
    defer { canvas_close() }
    var canvas = Canvas(theme: .mono, isASCII: true)
    canvas.draw(Frame(lines: [Line("café 日本 … – ≈ ▶")]), size: Terminal.Size(rows: 5, columns: 60))
    let written = bytes()
    #expect(written.contains("caf? ???? . - ~ >"))
    #expect(written.utf8.allSatisfy { $0 < 0x80 })
  }

  @Test func theBytesThatGiveTheTerminalBackEndEveryMode() throws {
    try #require(canvas_open("xterm-256color", 5, 60) == 0)
    defer { canvas_close() }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = Int(canvas_restore_bytes(&bytes, bytes.count))
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    for mode in ["?2026l", "?2004l", "?25h", "?1049l", "?1006;1000;1002;1003l", "[m"] { #expect(text.contains(mode)) }
    #expect(canvas_restore_bytes(&bytes, 3) <= 3)
  }

  @Test func anUnknownTerminalIsRefusedAndSizesMayBeAnything() {
    #expect(canvas_open("no-such-terminal", 5, 60) == -1)
    guard canvas_open("xterm-256color", 1, 1) == 0 else {
      Issue.record("xterm-256color is unknown")
      return
    }
    defer { canvas_close() }
    var canvas = Canvas(theme: .standard, isASCII: true)
    for (rows, columns) in [(1, 1), (200, 500), (3, 7), (24, 80)] {
      canvas_resize(Int32(rows), Int32(columns))
      canvas.forget()
      canvas.draw(
        Frame(lines: (0..<rows).map { Line("row \($0) " + String(repeating: "x", count: columns)) }),
        size: Terminal.Size(rows: rows, columns: columns))
      #expect(bytes().contains("x") == (columns > 7))
    }
  }
}

/// For a test process that was started in the C locale.
private func setUTF8() -> Bool { setlocale(LC_ALL, "C.UTF-8") != nil }
