import FleetModel
import Foundation
import Testing

@testable import FleetTUI

/// Every page, pane, dialog and state as it was last looked at, at four sizes, in Unicode and in ASCII: text and roles. `make golden` writes them anew; what
/// changed is then read in the difference.
///
/// A file is one thing to see. Under each line of Unicode text stand its roles, run after run: a letter (`roles.txt` has them, and how each looks in colour
/// and in mono) and how many columns; `*` before them: the line is lit, so many columns of it.
@Suite struct GoldenScreenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
  private static var writes: Bool { ProcessInfo.processInfo.environment["FLEETTUI_GOLDEN"] == "write" }
  private static let sizes = [(50, 200), (30, 120), (24, 80), (10, 40)].map { Terminal.Size(rows: $0.0, columns: $0.1) }

  /// What is to be seen, and the way there.
  struct View: Sendable, CustomTestStringConvertible {
    var name: String
    var page = PageID.fleet
    var fleet = Fleets.busy
    var pane: PaneKind?
    var keys: [Key] = []

    var testDescription: String { name }

    enum Fleets { case busy, loading, failed, cutOff, empty }
  }

  static let views: [View] =
    PageID.allCases.map { page in View(name: page.name, page: page) }
    + [
      View(name: "pane-events", pane: .events), View(name: "pane-none", pane: PaneKind.none),
      View(name: "detail", keys: [.enter]), View(name: "help", keys: [.character("?")]),
      View(name: "filter", keys: [.character("/")] + "wonka".map(Key.character)), View(name: "palette", keys: [.character(":")]),
      View(name: "themes", keys: [.character("t")]), View(name: "explanation", keys: [.character("e")]),
      View(name: "deletion-dialog", keys: [.character("d")]), View(name: "state-loading", fleet: .loading),
      View(name: "state-failed", fleet: .failed), View(name: "state-cut-off", fleet: .cutOff), View(name: "state-empty", fleet: .empty),
    ]

  @Test(arguments: views) func looksAsItWasLookedAt(_ view: View) throws {
    var text = ""
    for size in Self.sizes {
      for isASCII in [false, true] {
        text += "## \(size.columns)x\(size.rows) \(isASCII ? "ascii" : "unicode")\n"
        for line in Self.frame(view, size, isASCII: isASCII).lines {
          text += Self.trimmed(isASCII ? Self.ascii(line.plain) : line.plain) + "\n"
          if !isASCII { text += "   \(Self.roles(line))\n" }
        }
      }
    }
    try Self.compare(text, "\(view.name).txt")
  }

  @Test func rolesLookAsTheyWereLookedAt() throws {
    var text = ""
    for (role, letter) in zip(Role.allCases, Self.letters) {
      let looks = try ["default", "mono"].map { try ThemeLibrary().theme(named: $0) }.map { theme in
        "\(theme.name): \(Self.look(theme.style(role))); lit: \(Self.look(theme.style(role, isSelected: true)))"
      }
      text += "\(letter) \(role.rawValue)\n" + looks.map { "   \($0)\n" }.joined()
    }
    try Self.compare(text, "roles.txt")
  }

  // MARK: - Frames

  private static func frame(_ view: View, _ size: Terminal.Size, isASCII: Bool) -> Frame {
    var screen = WatchedScreen(rows: size.rows, columns: size.columns, pane: view.pane ?? .detail, isASCII: isASCII, isReadOnly: false)
    switch view.fleet {
    case .busy:
      screen.answer()
      screen.pass(60)
    case .cutOff:
      screen.answer()
      screen.pass(60)
      screen.pass(60, without: Set(WatchedScreen.sources))
    case .loading: break
    case .failed:
      for source in WatchedScreen.sources { screen.hear(source, .failed("\(source): connection refused")) }
      screen.settle()
    case .empty:
      screen.hear(.controlPlane, .roster([], limit: 500, unreadable: 0))
      screen.hear(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
      screen.settle()
    }
    _ = screen.interface.compose(screen.fleet, size: size, at: screen.now)
    if view.page != .fleet { _ = screen.interface.show(view.page, screen.fleet, at: screen.now) }
    for key in view.keys {
      _ = screen.interface.handle(key, screen.fleet, at: screen.now)
      _ = screen.interface.compose(screen.fleet, size: size, at: screen.now)
    }
    // What follows the cursor has come.
    screen.now = screen.now + 2
    screen.settle()
    return screen.interface.compose(screen.fleet, size: size, at: screen.now).frame
  }

  // MARK: - Files

  private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

  private static func roles(_ line: Line) -> String {
    let letterOf = Dictionary(uniqueKeysWithValues: zip(Role.allCases, letters))
    var runs: [(letter: Character, columns: Int)] = []
    for span in line.spans {
      let (letter, columns) = (letterOf[span.role] ?? "?", TextWidth.columns(of: span.text))
      if columns == 0 { continue }
      if runs.last?.letter == letter { runs[runs.count - 1].columns += columns } else { runs.append((letter, columns)) }
    }
    let lit = line.isSelected ? "*\(min(line.ground, line.columns)) " : ""
    return lit + runs.map { "\($0.letter)\($0.columns)" }.joined()
  }

  private static func look(_ style: Style) -> String {
    let attributes = Style.Attributes.named.filter { style.attributes.contains($0.attribute) }.map(\.name)
    return (["\(style.foreground) on \(style.background)"] + attributes).joined(separator: " ")
  }

  /// As the canvas writes it.
  private static func ascii(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isASCII ? $0 : Glyphs.ascii(for: $0) }))
  }

  private static func trimmed(_ text: String) -> String { String(text.reversed().drop { $0 == " " }.reversed()) }

  private static func compare(_ text: String, _ name: String) throws {
    let file = folder.appending(path: name)
    if writes {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return try Data(text.utf8).write(to: file)
    }
    let known = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard known != text else { return }
    let (old, new) = (
      known.split(separator: "\n", omittingEmptySubsequences: false), text.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let place = zip(old, new).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(old.count, new.count)
    let lines = { (lines: [Substring]) in lines.dropFirst(max(0, place - 1)).prefix(3).joined(separator: "\n") }
    Issue.record("\(name), line \(place + 1), was\n\(lines(old))\nand is\n\(lines(new))\n`make golden` takes it as it is now")
  }
}
