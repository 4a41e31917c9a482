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

  private(set) var lines: [Line] = []
  private(set) var facts: [Fact] = []
  private var section = ""
  let width: Int
  private let nameWidth: Int

  init(width: Int, nameWidth: Int) {
    self.width = width
    self.nameWidth = nameWidth
  }

  /// Nothing where there is nothing to say.
  mutating func field(_ name: String, _ value: String?, _ role: Role = .text, link: Hyperlink? = nil) {
    guard let value, !value.isEmpty else { return }
    for (index, line) in Line.wrapped(value, role: role, width: max(8, width - nameWidth - 3)).enumerated() {
      field(index == 0 ? name : "", line.linked(to: link).spans)
    }
  }

  mutating func field(_ name: String, _ spans: [Span]) {
    let text = spans.map(\.text).joined()
    if name.isEmpty, !facts.isEmpty {
      facts[facts.count - 1].text += " " + text
    } else {
      facts.append(Fact(section: section, name: name, text: text))
    }
    lines.append(Line([Span("  ")] + [Span(name, .dim)].fitted(to: nameWidth) + [Span(" ")] + spans))
  }

  mutating func heading(_ text: String) {
    section = text.split(separator: " ").first.map(String.init) ?? ""
    lines += [Line(), Line("  " + text, .heading)]
  }

  mutating func add(_ line: Line) { lines.append(line) }
  mutating func add(_ more: [Line]) { lines += more }
  /// An empty line.
  mutating func space() { lines.append(Line()) }
}
