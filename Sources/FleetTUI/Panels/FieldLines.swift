/// Names and what is said of each, under one another: texts are wrapped beside their names.
struct FieldLines {
  /// A name and what was said of it, under which heading.
  struct Fact: Equatable {
    /// Without the count that a heading may have; empty before the first.
    var section = ""
    var name: String
    var text: String

    var key: [String] { [section, name] }
  }

  private enum Piece {
    case line(Line)
    /// A text that is wrapped behind what leads to it.
    case text(name: String, lead: [Span], String, Role, Hyperlink?)
    case spans(name: String, [Span])

    var name: String? {
      switch self {
      case .line: nil
      case .text(let name, _, _, _, _), .spans(let name, _): name
      }
    }

    func named(_ name: String) -> Piece {
      switch self {
      case .line: self
      case .text(_, let lead, let text, let role, let link): .text(name: name, lead: lead, text, role, link)
      case .spans(_, let spans): .spans(name: name, spans)
      }
    }
  }

  private var pieces: [Piece] = []
  private(set) var facts: [Fact] = []
  private var section = ""
  let width: Int
  /// Columns of the names that none needs more than.
  private let nameWidth: Int

  init(width: Int, nameWidth: Int) {
    self.width = width
    self.nameWidth = nameWidth
  }

  /// Fields that follow one another have their texts under one another, behind the longest of their names. What is too long for the width goes on
  /// under itself, and the last column stays free: a border may stand beside it.
  var lines: [Line] {
    var lines: [Line] = []
    var start = pieces.startIndex
    while start < pieces.endIndex {
      let end = pieces[start...].firstIndex { $0.name == nil } ?? pieces.endIndex
      let fields = pieces[start..<end]
      // Names have half of the room at most.
      let longest = fields.compactMap(\.name).map(TextWidth.columns).max() ?? 0
      let names = min(max(nameWidth, min(longest, 28)), max(min(nameWidth, 8), (width - 3) / 2))
      for field in fields { lines += Self.lines(of: field, names, width - 1) }
      if end < pieces.endIndex { lines += Self.lines(of: pieces[end], names, width - 1) }
      start = min(end + 1, pieces.endIndex)
    }
    return lines
  }

  private static func lines(of piece: Piece, _ names: Int, _ width: Int) -> [Line] {
    func head(_ name: String) -> [Span] { [Span("  ")] + [Span(name, .dim)].fitted(to: names) + [Span(" ")] }
    // A name that is longer than the others' room has a row of its own.
    if let name = piece.name, TextWidth.columns(of: name) > names {
      return Line([Span("  "), Span(name, .dim)]).folded(to: width) + lines(of: piece.named(""), names, width)
    }
    switch piece {
    case .line(let line): return line.folded(to: width, keepsPieces: true)
    case .spans(let name, let spans):
      return Line(spans).folded(to: max(9, width - names - 3), indent: 0, keepsPieces: true).enumerated().map { index, folded in
        Line(head(index == 0 ? name : "") + folded.spans)
      }
    case .text(let name, let lead, let text, let role, let link):
      let opening = Line(head(name) + lead)
      // Where what leads to it leaves it little, it begins under that.
      let isUnder = !lead.isEmpty && width - opening.columns < min(16, TextWidth.columns(of: text))
      let indent = isUnder ? names + 3 : opening.columns
      let lines = Line.wrapped(text, role: role, width: max(8, width - indent)).enumerated().map { index, wrapped in
        let before = index == 0 && !isUnder ? opening.spans : [Span(String(repeating: " ", count: indent))]
        return Line(before + wrapped.linked(to: link).spans)
      }
      return (isUnder ? [opening] : []) + lines
    }
  }

  /// Nothing where there is nothing to say.
  mutating func field(_ name: String, _ value: String?, _ role: Role = .text, link: Hyperlink? = nil) {
    guard let value, !value.isEmpty else { return }
    note(name, value)
    pieces.append(.text(name: name, lead: [], value, role, link))
  }

  /// A text behind what is short and stays together.
  mutating func field(_ name: String, _ lead: [Span], _ text: String, _ role: Role) {
    note(name, lead.map(\.text).joined() + text)
    pieces.append(.text(name: name, lead: lead, text, role, nil))
  }

  mutating func field(_ name: String, _ spans: [Span]) {
    note(name, spans.map(\.text).joined())
    pieces.append(.spans(name: name, spans))
  }

  private mutating func note(_ name: String, _ text: String) {
    if name.isEmpty, !facts.isEmpty {
      facts[facts.count - 1].text += " " + text
    } else {
      facts.append(Fact(section: section, name: name, text: text))
    }
  }

  mutating func heading(_ text: String) {
    section = text.split(separator: " ").first.map(String.init) ?? ""
    add([Line(), Line("  " + text, .heading)])
  }

  mutating func add(_ line: Line) { pieces.append(.line(line)) }
  mutating func add(_ more: [Line]) { pieces += more.map(Piece.line) }
  /// An empty line.
  mutating func space() { add(Line()) }

  /// Rows of cells under one another, each column as wide as its widest. - Parameter dropping: the columns that go first where they have no room.
  mutating func rows(_ rows: [[[Span]]], dropping: [Int]) {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { Line($0[column]).columns }.max() ?? 0 }
    var kept = Array(widths.indices)
    func fits(_ gap: Int) -> Bool { kept.reduce(2 - gap) { $0 + widths[$1] + gap } < width }
    for column in dropping where !fits(1) { kept.removeAll { $0 == column } }
    let gap = Span(String(repeating: " ", count: fits(2) ? 2 : 1))
    add(
      rows.map { row in
        Line(kept.flatMap { [$0 == kept.first ? Span("  ") : gap] + ($0 == kept.last ? row[$0] : row[$0].fitted(to: widths[$0])) })
      })
  }
}
