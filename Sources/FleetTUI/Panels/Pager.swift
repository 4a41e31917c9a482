import FleetModel

/// A text over the page, let go when it is closed: a console, an explanation, the checks of a tenant, which are read on demand, or one that is known.
struct Pager: Layer {
  /// What it shows: an answer to another question is not for it.
  enum Reading: Hashable, Sendable {
    case console(WorkspaceID)
    case explanation(OrgID, WorkspaceID?)
    case checks(OrgID)
    /// What a plugin prints for a row.
    case plugin(String, Subject)
    /// It is there from the beginning.
    case nothing
  }

  private enum State {
    case waiting
    case read([Line])
    case failed(String)
  }

  /// Seconds between two looks at a console that is followed.
  static let followInterval = 5.0

  private let reading: Reading
  private let title: String
  /// Asks for it again; `nil`: it was never asked for.
  private let effect: Effect?
  /// What is done where it is read.
  private let keys: KeyMap?
  private var state = State.waiting
  /// What is worth knowing of it before it is read.
  private var notes: [Span] = []
  /// The lines folded to `foldedWidth`.
  private var rows: [Line] = []
  private var foldedWidth = 0
  private var view = RowWindow()
  private var isFollowing = false
  private var isTyping = false
  private var editor = LineEditor(limit: 80)
  private var needle: String { editor.text }
  private var matches: [Int] = []

  init(_ reading: Reading, title: String, effect: Effect, keys: KeyMap? = nil) {
    self.reading = reading
    self.keys = keys
    self.title = title
    self.effect = effect
  }

  init(title: String, lines: [Line]) {
    (reading, effect, state, keys) = (.nothing, nil, .read(lines), nil)
    self.title = title
  }

  var takesText: Bool { isTyping }
  private var canFollow: Bool { if case .console = reading { true } else { false } }

  // MARK: - Keys

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    if isTyping { return type(key, desk.keys) }
    if let movement = desk.keys.movement(for: key, in: .pager) {
      view.move(movement)
      // Whoever goes back wants to read, not to be moved on.
      if movement.isBack { isFollowing = false }
      return .draw
    }
    return desk.keys.action(for: key, in: .pager)?.inPager?(&self) ?? .unknown
  }

  private mutating func type(_ key: Key, _ keys: KeyMap) -> LayerIntent {
    switch editor.handle(key, keys) {
    case .passed, .ignored, .completed: return .none
    case .left:
      isTyping = false
      editor.erase(.line)
    case .entered:
      isTyping = false
      lookForMatches()
      return find(by: 0)
    case .edited: break
    }
    lookForMatches()
    return .draw
  }

  /// Asks for it again.
  func ask() -> LayerIntent { effect.map(LayerIntent.perform) ?? .unknown }

  mutating func search() -> LayerIntent {
    isTyping = true
    editor.erase(.line)
    return .draw
  }

  /// To the next match, or to the one before; 0: to the first from here on.
  mutating func find(by step: Int) -> LayerIntent {
    guard !matches.isEmpty else { return .draw }
    let here = view.top(of: rows.count)
    switch step {
    case 1...: view.begin(at: matches.first { $0 > here } ?? matches[0])
    case ..<0: view.begin(at: matches.last { $0 < here } ?? matches[matches.count - 1])
    default: view.begin(at: matches.first { $0 >= here } ?? matches[0])
    }
    isFollowing = false
    return .draw
  }

  mutating func follow() -> LayerIntent {
    guard canFollow else { return .unknown }
    isFollowing.toggle()
    guard isFollowing else { return .draw }
    view.moveToEnd()
    return ask()
  }

  private mutating func lookForMatches() {
    let text = needle.lowercased()
    matches = text.isEmpty ? [] : rows.indices.filter { rows[$0].plain.lowercased().contains(text) }
  }

  // MARK: - News

  mutating func hear(_ answer: Answer, _ fleet: Fleet, at now: Timestamp) -> LayerIntent {
    switch (answer, reading) {
    case (.console(let id, let result), .console(let wanted)) where id == wanted:
      show(result.map { $0.map { Line($0, ConsoleText.sign(in: $0)?.role ?? .text) } })
      notes = (try? result.get()).map(Self.notes) ?? []
      if isFollowing {
        view.moveToEnd()
        return .perform(.console(id, after: Self.followInterval))
      }
    case (.explained(let org, let workspace, let result), .explanation(let wanted, let part)) where org == wanted && workspace == part:
      show(result.flatMap { file in explanation(org, workspace, file, fleet, at: now).map { .success($0) } ?? .failure(.gone) })
    case (.plugin(let name, let subject, let result), .plugin(let wanted, let row)) where name == wanted && subject == row:
      show(result.map { $0.map { Line($0) } })
    case (.checked(let org, let result), .checks(let wanted)) where org == wanted: show(result.map { $0.flatMap(Self.lines) })
    default: return .none
    }
    return .draw
  }

  /// What a console gives away, counted.
  private static func notes(on lines: [String]) -> [Span] {
    var counts: [ConsoleText.Sign: Int] = [:]
    for line in lines { if let sign = ConsoleText.sign(in: line) { counts[sign, default: 0] += 1 } }
    return ConsoleText.Sign.allCases.compactMap { sign in counts[sign].map { Span("\($0) \(sign.words)", sign.role) } }
  }

  private mutating func show(_ result: Result<[Line], Answer.Problem>) {
    switch result {
    case .success(let lines): state = .read(lines)
    case .failure(let problem): state = .failed(problem.text)
    }
    foldedWidth = 0
  }

  private func explanation(_ id: OrgID, _ workspace: WorkspaceID?, _ file: CaseFile, _ fleet: Fleet, at now: Timestamp) -> [Line]? {
    guard let org = fleet.orgs[id] else { return nil }
    var target = ExplainDocument.Target.org(org)
    if let workspace {
      guard let workspace = fleet.workspaces[workspace] else { return nil }
      target = .workspace(workspace, org)
    }
    let document = ExplainDocument(target: target, fleet: fleet, file: file, now: now, keys: keys)
    return document.lines + document.gaps.map { Line("could not be read: \($0)", .unknown) }
  }

  private static func lines(of check: Check) -> [Line] {
    let time = check.millis.map { "  \(Int(clamping: $0.rounded())) ms" } ?? ""
    return [
      Line(
        [Span(check.result.rawValue, check.result.role)].fitted(to: 9) + [Span(check.id, .title)].fitted(to: 18) + [
          Span(check.summary), Span(time, .dim),
        ])
    ] + check.evidence.map { Line("           \($0)", .dim) }
  }

  // MARK: - Drawing

  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    let width = room.width
    fold(to: width)
    view.fit(rows.count, height: room.rows - 1)
    let range = view.range(of: rows.count)
    let glyphs = context.glyphs
    let bar = "\(glyphs.rule)\(glyphs.rule) "
    let place =
      range.count < rows.count
      ? "\(range.lowerBound + 1)–\(range.upperBound) of \(rows.count)" : rows.isEmpty ? "" : "\(rows.count) lines"
    let found = needle.isEmpty ? "" : "  \(matches.count) with \"\(needle)\""
    var head = [Span(bar, .rule), Span(title, .title)] + notes.map { Span("  \($0.text)", $0.role) }
    head.append(Span("  \(place)\(found)\(isFollowing ? "  following" : "") ", .dim))
    let rest = max(0, width - Line(head).columns)
    var out = [Line((head + [Span(String(repeating: glyphs.rule, count: rest), .rule)]).fitted(to: width))]
    switch state {
    case .waiting: out += [Line(), Line("  asking …", .dim)]
    case .failed(let why):
      out += [Line()] + Line.wrapped(why, role: .failed, width: max(1, width - 4)).map { Line([Span("  ")] + $0.spans) }
    case .read where rows.isEmpty: out += [Line(), Line("  nothing there", .dim)]
    case .read: out += rows[range].map { needle.isEmpty ? $0 : $0.marking(needle) }
    }
    return (out, nil)
  }

  private mutating func fold(to width: Int) {
    guard foldedWidth != width, case .read(let lines) = state else { return }
    foldedWidth = width
    rows = lines.flatMap { $0.folded(to: width) }
    lookForMatches()
  }

  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    let keys = desk.keys
    if isTyping {
      let ways = [Action.accept, .discard].map { Hint(keys.name(of: $0), $0.title) }
      let typed = [Span(" /", .key), Span(needle, .title), Span(" ")]
      return (Line((typed + ways.fitting(width - Line(typed).columns).flatMap(\.spans)).fitted(to: width)), nil)
    }
    func hint(_ actions: Action..., does what: String? = nil) -> Hint {
      Hint(
        actions.map { keys.name(of: $0) }.joined(separator: " "), what ?? actions.map(\.title).joined(separator: ", "),
        isWayOut: actions == [.back])
    }
    let hints =
      [hint(.back), hint(.pageUp, .pageDown, does: "scroll"), hint(.search), hint(.findNext, .findPrevious)]
      + (canFollow ? [hint(.follow, does: isFollowing ? "stop following" : nil)] : []) + (effect == nil ? [] : [hint(.refresh)])
    return (desk.footer(hints, width: width), nil)
  }
}

extension ConsoleText.Sign {
  fileprivate var words: String {
    switch self {
    case .crash: "crashed"
    case .secret: "masked"
    case .trace: "traced (set -x)"
    }
  }

  fileprivate var role: Role {
    switch self {
    case .crash: .failed
    case .secret: .warning
    case .trace: .info
    }
  }
}

extension Line {
  /// The same with every occurrence of `needle` lit, whatever its case.
  func marking(_ needle: String) -> Line {
    Line(
      spans.flatMap { span -> [Span] in
        var out: [Span] = []
        var rest = Substring(span.text)
        while let range = rest.range(of: needle) {
          if range.lowerBound > rest.startIndex { out.append(Span(String(rest[..<range.lowerBound]), span.role)) }
          out.append(Span(String(rest[range]), .match))
          rest = rest[range.upperBound...]
        }
        if !rest.isEmpty || out.isEmpty { out.append(Span(String(rest), span.role)) }
        return out
      })
  }
}

extension Substring {
  /// The first occurrence of `needle`, whatever its case.
  fileprivate func range(of needle: String) -> Range<Index>? {
    guard let first = needle.first?.lowercased() else { return nil }
    var start = startIndex
    while start < endIndex {
      if self[start].lowercased() == first {
        var (here, there) = (start, needle.startIndex)
        while there < needle.endIndex, here < endIndex, self[here].lowercased() == needle[there].lowercased() {
          here = index(after: here)
          there = needle.index(after: there)
        }
        if there == needle.endIndex { return start..<here }
      }
      start = index(after: start)
    }
    return nil
  }
}
