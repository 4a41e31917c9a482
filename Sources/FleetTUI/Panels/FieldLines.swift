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
    /// A text that is wrapped, or what stands in one line as it is.
    case text(name: String, String, Role, Hyperlink?)
    case spans(name: String, [Span])

    var name: String? {
      switch self {
      case .line: nil
      case .text(let name, _, _, _), .spans(let name, _): name
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

  /// Fields that follow one another have their texts under one another, behind the longest of their names.
  var lines: [Line] {
    var lines: [Line] = []
    var start = pieces.startIndex
    while start < pieces.endIndex {
      let end = pieces[start...].firstIndex { $0.name == nil } ?? pieces.endIndex
      let fields = pieces[start..<end]
      // Names have half of the room at most.
      let longest = fields.compactMap(\.name).map(TextWidth.columns).max() ?? 0
      let names = max(nameWidth, min(longest, max(nameWidth, min(28, (width - 3) / 2))))
      for field in fields { lines += Self.lines(of: field, names, width) }
      if end < pieces.endIndex, case .line(let line) = pieces[end] { lines.append(line) }
      start = min(end + 1, pieces.endIndex)
    }
    return lines
  }

  private static func lines(of piece: Piece, _ names: Int, _ width: Int) -> [Line] {
    func line(_ name: String, _ spans: [Span]) -> Line { Line([Span("  ")] + [Span(name, .dim)].fitted(to: names) + [Span(" ")] + spans) }
    switch piece {
    case .line(let line): return [line]
    case .spans(let name, let spans): return [line(name, spans)]
    case .text(let name, let text, let role, let link):
      return Line.wrapped(text, role: role, width: max(8, width - names - 3)).enumerated().map { index, wrapped in
        line(index == 0 ? name : "", wrapped.linked(to: link).spans)
      }
    }
  }

  /// Nothing where there is nothing to say.
  mutating func field(_ name: String, _ value: String?, _ role: Role = .text, link: Hyperlink? = nil) {
    guard let value, !value.isEmpty else { return }
    note(name, value)
    pieces.append(.text(name: name, value, role, link))
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
}
