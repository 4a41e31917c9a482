import Feeds
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
    var steps: [Step] = []

    var testDescription: String { name }

    enum Step: Sendable {
      case key(Key)
      case type(String)
      case perform(Action, String = "")
      /// What a deletion's plan needs was read.
      case prepared(OrgID)
    }

  }

  enum Fleets { case busy, loading, failed, cutOff, empty }

  static let views: [View] =
    PageID.allCases.map { page in View(name: page.name, page: page) }
    + [
      View(name: "pane-events", pane: .events), View(name: "pane-none", pane: PaneKind.none),
      View(name: "detail", steps: [.key(.enter)]), View(name: "help", steps: [.type("?")]),
      View(name: "filter", steps: [.type("/wonka")]), View(name: "filter-help", steps: [.type("/")]),
      View(name: "filter-problem", page: .instances, steps: [.type("/age>soon")]),
      View(name: "palette", steps: [.type(":")]), View(name: "palette-query", steps: [.type(":del")]),
      View(
        name: "views",
        steps: [.perform(.view, "save morning"), .type("/wonka"), .key(.enter), .perform(.view, "save wonka"), .type(":view ")]),
      View(name: "columns", steps: [.perform(.columns)]), View(name: "themes", steps: [.type("t")]),
      View(name: "copy", steps: [.type("y")]), View(name: "export", steps: [.type("x")]), View(name: "about", steps: [.perform(.about)]),
      View(name: "compare", steps: [.type("=j=")]), View(name: "explanation", steps: [.type("e")]),
      View(name: "deletion-dialog", steps: [.type("d")]),
      View(name: "deletion-plan", steps: [.type("d"), .prepared("id-globex")]),
      View(name: "deletion-typed", steps: [.type("d"), .prepared("id-globex"), .type("staging/globex")]),
      View(name: "deletion-wrong", steps: [.type("d"), .prepared("id-globex"), .type("staging/acme"), .key(.enter)]),
      View(name: "deletion-running", page: .deletions, steps: [.type("/tyrell"), .key(.enter), .key(.enter)]),
      View(name: "deletion-receipt", page: .deletions, steps: [.type("/umbrella"), .key(.enter), .key(.enter)]),
      View(name: "deletion-partial", page: .deletions, steps: [.type("/labs"), .key(.enter), .key(.enter)]),
    ]
    + [PageID.fleet, .provisioning].flatMap { page in
      [("loading", Fleets.loading), ("failed", .failed), ("empty", .empty), ("cut-off", .cutOff)].map { word, fleet in
        View(name: page == .fleet ? "state-\(word)" : "state-\(word)-\(page.name)", page: page, fleet: fleet)
      }
    }

  @Test(arguments: views) func looksAsItWasLookedAt(_ view: View) throws {
    var text = ""
    for size in Self.sizes {
      for isASCII in [false, true] {
        text += "## \(size.columns)x\(size.rows) \(isASCII ? "ascii" : "unicode")\n"
        for line in Self.frame(view, size, isASCII: isASCII).lines.map(Self.unversioned) {
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
    let pane = view.pane ?? .detail
    var screen =
      [.busy, .cutOff].contains(view.fleet)
      ? WatchedScreen.full(rows: size.rows, columns: size.columns, pane: pane, isASCII: isASCII, isReadOnly: false)
      : WatchedScreen(rows: size.rows, columns: size.columns, pane: pane, isASCII: isASCII, isReadOnly: false)
    switch view.fleet {
    case .busy: break
    case .cutOff:
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
    if view.page != .fleet {
      _ = screen.interface.show(view.page, screen.fleet, at: screen.now)
      _ = screen.interface.compose(screen.fleet, size: size, at: screen.now)
    }
    for step in view.steps {
      switch step {
      case .key(let key): screen.press(key)
      case .type(let text): for character in text { screen.press(.character(character)) }
      case .perform(let action, let argument):
        _ = screen.interface.perform(action, with: argument, screen.fleet, at: screen.now)
        _ = screen.interface.compose(screen.fleet, size: size, at: screen.now)
      case .prepared(let org):
        let preparation = DeletionPreparation(names: ["globex.example.com"], evidence: DeletionEvidence(), problem: nil)
        _ = screen.interface.hear(.prepared(org, preparation), screen.fleet, at: screen.now)
        // The plan is read before anything is typed.
        screen.now = screen.now + 3
      }
    }
    if screen.interface.showsVitals { screen.interface.desk.vitals = Self.vitals }
    // What follows the cursor has come.
    screen.now = screen.now + 2
    screen.settle()
    return screen.interface.compose(screen.fleet, size: size, at: screen.now).frame
  }

}

extension WatchedScreen {
  /// By hand, and drawn before the next key comes.
  fileprivate mutating func press(_ key: Key) {
    now = now + 0.15
    _ = interface.handle(key, fleet, at: now)
    _ = interface.compose(fleet, size: size, at: now)
  }
}

extension GoldenScreenTests {
  private static var vitals: Vitals {
    var vitals = Vitals(uptime: 3661, written: 5_242_880, frames: 12, events: 700, requests: [], terminal: "xterm, 100x24, 256 colours")
    vitals.resident = 41 << 20
    vitals.processor = 1.25
    vitals.load = 0.031
    return vitals
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

  /// Without what is said of the program's own build.
  private static func unversioned(_ line: Line) -> Line {
    guard line.plain.contains(FleetTUI.title) else { return line }
    return Line(line.spans.map { Span($0.text.replacing(FleetTUI.title, with: "fleettui"), $0.role) }, isSelected: line.isSelected)
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
