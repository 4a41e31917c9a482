/// A piece of text with one meaning.
struct Span: Hashable, Sendable {
  var text: String
  var role: Role
  /// Where it leads, on a terminal that takes links.
  var link: Hyperlink?

  init(_ text: String, _ role: Role = .text, link: Hyperlink? = nil) {
    self.text = text
    self.role = role
    self.link = link
  }

  /// Another text that means and leads to the same.
  func with(_ text: String) -> Span { Span(text, role, link: link) }
}

enum Alignment: Sendable { case left, right }

extension Line {
  /// A rule with a title in it.
  static func titled(_ title: String, link: Hyperlink? = nil, width: Int, _ glyphs: Glyphs) -> Line {
    let start = [Span("\(glyphs.rule)\(glyphs.rule) ", .rule), Span(title, .title, link: link), Span(" ", .rule)]
    let used = start.reduce(0) { $0 + TextWidth.columns(of: $1.text) }
    return Line(start + [Span(String(repeating: glyphs.rule, count: max(0, width - used)), .rule)])
  }

  /// A rule that a border meets.
  static func rule(joint: String, at column: Int, width: Int, _ glyphs: Glyphs) -> Line {
    let rule = { (count: Int) in String(repeating: glyphs.rule, count: max(0, count)) }
    return Line(rule(column) + joint + rule(width - column - 1), .rule)
  }
}

/// One row of the screen.
struct Line: Hashable, Sendable {
  var spans: [Span]
  var isSelected = false
  /// How many columns of a selected line look selected.
  var ground = Int.max

  init(_ spans: [Span] = [], isSelected: Bool = false, ground: Int = .max) {
    self.spans = spans
    self.isSelected = isSelected
    self.ground = ground
  }
  init(_ text: String, _ role: Role = .text) { spans = [Span(text, role)] }

  /// The text alone, as a test or a reader without a screen sees it.
  var plain: String { spans.map(\.text).joined() }

  var columns: Int { spans.reduce(0) { $0 + TextWidth.columns(of: $1.text) } }

  /// The same, leading there.
  func linked(to link: Hyperlink?) -> Line {
    var line = self
    for index in spans.indices { line.spans[index].link = link }
    return line
  }

  /// Exactly `width` columns: cut with an ellipsis, or filled with spaces.
  func fitted(to width: Int, _ alignment: Alignment = .left) -> Line {
    Line(spans.fitted(to: width, alignment), isSelected: isSelected, ground: ground)
  }
}

extension [Span] {
  /// The spans in exactly `width` columns. Combining marks beyond two on a base are left out.
  func fitted(to width: Int, _ alignment: Alignment = .left) -> [Span] {
    guard width > 0 else { return [] }
    var out: [Span] = []
    var used = 0
    /// Where the text could be cut so that the ellipsis still has room: the span, its scalars, the columns before.
    var cut: (span: Int, scalars: Int, columns: Int) = (0, 0, 0)
    var isCut = false
    scan: for span in self {
      var kept = String.UnicodeScalarView()
      var count = 0
      var marks = 0
      for scalar in span.text.unicodeScalars {
        guard let (shown, columns) = TextWidth.shown(scalar) else { continue }
        if columns == 0 {
          marks += 1
          // A mark with nothing before it would join the cell of another column.
          guard marks <= 2, count > 0 else { continue }
        } else {
          marks = 0
          if used < width { cut = (out.count, count, used) }
          if used + columns > width {
            out.append(span.with(String(kept)))
            isCut = true
            break scan
          }
        }
        kept.append(shown)
        count += 1
        used += columns
      }
      out.append(span.with(String(kept)))
    }
    if isCut {
      let scalars = out[cut.span].text.unicodeScalars.prefix(cut.scalars)
      let shortened = out[cut.span].with(String(String.UnicodeScalarView(scalars)) + "…")
      out.removeSubrange(cut.span...)
      out.append(shortened)
      used = cut.columns + 1
    }
    if used < width {
      // Spaces in the role of their neighbour: a change of style costs the terminal more bytes than the space.
      let neighbour = (alignment == .right ? out.first : out.last)?.role ?? .text
      let filling = Span(String(repeating: " ", count: width - used), neighbour.isSeenOnSpaces ? .text : neighbour)
      if alignment == .right { out.insert(filling, at: 0) } else { out.append(filling) }
    }
    return out
  }
}
