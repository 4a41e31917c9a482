import FleetModel

/// The dashboard by lines: what is typed is a command, by the name that the palette and the keys' table have for it, and what it shows is answered as
/// lines, once. It is the same interface as on the screen; nothing is drawn.
struct LinearPrompt {
  /// Rows of a page at a time, and of what lies over it: `page-down` is on with the next.
  private static let rows = (page: 24, text: 200)
  /// Too narrow for anything to stand beside the rows.
  private static let width = 150

  private var interface: Interface

  init(_ options: DashboardOptions) {
    interface = Interface(options)
    interface.glyphs = .ascii
  }

  static let advice = "Type help for what can be asked, a number for a row, nothing to hear the page again; control C leaves."

  // MARK: - News

  mutating func update(_ changes: FleetChanges, _ fleet: Fleet, at now: Timestamp) { interface.update(changes, fleet, at: now) }

  /// Opens the page that the dashboard begins with as soon as that can be told, unless something was asked for before.
  /// - Returns: what it is, where that is another one, and what is asked of the world.
  mutating func begin(_ fleet: Fleet, at now: Timestamp, uptime: Int64) -> (lines: [String], intent: Intent) {
    let page = interface.page
    let intent = interface.begin(fleet, at: now, uptime: uptime)
    return (interface.page == page ? [] : Array(text(fleet, at: now).prefix(1)), intent)
  }

  /// The world answered. - Returns: what there is to read now, and what is asked further.
  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> (lines: [String], effects: [Effect]) {
    let effects = interface.hear(answer, fleet, at: now)
    return (interface.isCovered ? text(fleet, at: now) : [], effects)
  }

  // MARK: - Commands

  /// - Returns: what is answered, and what is asked of the world.
  mutating func answer(_ line: String, _ fleet: Fleet, at now: Timestamp) -> (lines: [String], intent: Intent) {
    interface.beginning = nil
    let words = UntrustedText.clean(line, limit: 400).split(separator: " ", maxSplits: 1).map(String.init)
    guard let first = words.first else { return (text(fleet, at: now), .none) }
    let (name, argument) = (first.hasPrefix(":") ? String(first.dropFirst()) : first, words.count > 1 ? words[1] : "")
    if let row = Int(name) { return (select(row, fleet, at: now), .none) }
    if name == "help" { return (help(fleet, at: now), .none) }
    if name == Action.filter.name { return (filter(argument, fleet, at: now), .none) }
    guard let action = interface.desk.keys.action(named: name) else {
      let near = NearestName.of(name, among: interface.desk.keys.table.map(\.name)).map { " Did you mean \($0)?" } ?? " help lists them."
      return (["There is no command \(name).\(near)"], .none)
    }
    // Its phrase is typed by hand or not at all, and from here nobody can tell.
    guard action.danger == .none else { return (["Not from here: fleettui delete SLUG asks for the phrase line by line."], .none) }
    interface.notice = nil
    // As its key does it: what lies on top has it first.
    let key = argument.isEmpty ? interface.desk.keys.keys(for: action).first : nil
    let intent = key.map { interface.handle($0, fleet, at: now) } ?? interface.command(action, with: argument, fleet, at: now)
    // What would be typed there is typed here.
    while interface.takesText, interface.handle(.escape, fleet, at: now) != .none {}
    let notice = interface.notice.map { [Self.sentence($0.text)] } ?? []
    interface.notice = nil
    return (notice.isEmpty || interface.isCovered ? notice + text(fleet, at: now) : notice, intent)
  }

  private mutating func select(_ row: Int, _ fleet: Fleet, at now: Timestamp) -> [String] {
    _ = text(fleet, at: now)
    guard !interface.isCovered, row > 0, row <= interface.desk.pages.current.shown.count else { return ["There is no row \(row) here."] }
    interface.desk.pages.current.select(drawnRow: row - 1)
    return text(fleet, at: now).filter { $0.hasPrefix("\(row). ") } + ["open tells more of it."]
  }

  private mutating func filter(_ text: String, _ fleet: Fleet, at now: Timestamp) -> [String] {
    interface.desk.pages.current.setFilter(text, fleet, at: now)
    return interface.desk.pages.current.filterProblem.map { [Self.sentence($0)] } ?? self.text(fleet, at: now)
  }

  private func help(_ fleet: Fleet, at now: Timestamp) -> [String] {
    interface.desk.keys.table.filter { $0.onPage != nil || $0.argument != nil }.map { action in
      let usage = action.argument.map { " \($0.usage)" } ?? ""
      let why = action.refusal(interface.desk, fleet, at: now).map { " Not now: \($0)." } ?? ""
      return "\(action.name)\(usage): \(action.help).\(why)"
    }
  }

  // MARK: - What is shown

  /// What lies on top, in lines: of a page its rows, numbered.
  private mutating func text(_ fleet: Fleet, at now: Timestamp) -> [String] {
    let lines = interface.text(fleet, rows: interface.isCovered ? Self.rows.text : Self.rows.page, width: Self.width, at: now)
    let page = interface.desk.pages.current
    guard !interface.isCovered else { return lines.compactMap(Self.spoken) }
    var said = ["\(page.id.title): \(page.position)" + (page.filter.isEmpty ? "." : ", only \(page.filter).")]
    for (index, line) in lines.enumerated() {
      guard let text = Self.spoken(line) else { continue }
      switch index {
      case 0: said.append("Columns: \(text).")
      case 1...max(1, page.shown.count) where !page.shown.isEmpty:
        said.append("\(index). \(text)" + (page.shown[index - 1] == page.selection ? ", selected" : ""))
      default: said.append(text)
      }
    }
    return said
  }

  /// The cells of a line, one after the other; `nil` for one that says nothing.
  private static func spoken(_ line: Line) -> String? {
    let cells = withoutBars(line.plain).split(separator: "  ").map { $0.trimming { $0 == " " || $0 == ">" || $0 == "-" || $0 == "|" } }
    let words = cells.compactMap { $0 == "." ? "none" : $0.contains { $0.isLetter || $0.isNumber } ? String($0) : nil }
    return words.contains { $0 != "none" } ? words.joined(separator: ", ") : nil
  }

  /// A bar has its figure beside it.
  private static func withoutBars(_ text: String) -> String {
    var out = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "["), let end = rest[start...].firstIndex(of: "]") {
      let isBar = !rest[start...end].contains { $0.isLetter || $0.isNumber }
      out += isBar ? rest[..<start] : rest[...end]
      rest = rest[rest.index(after: end)...]
    }
    return out + rest
  }

  private static func sentence(_ text: String) -> String {
    (text.prefix(1).uppercased() + text.dropFirst()) + (text.hasSuffix(".") ? "" : ".")
  }
}

extension Substring {
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
    let start = drop(while: isTrimmed)
    return start.lastIndex { !isTrimmed($0) }.map { start[...$0] } ?? ""
  }
}
