extension Line {
  /// `text` in lines of at most `width` columns, broken at spaces where there are any.
  static func wrapped(_ text: String, role: Role, width: Int) -> [Line] {
    guard width > 0 else { return [] }
    var lines: [Line] = []
    var current = ""
    var used = 0
    func finish() {
      lines.append(Line(current, role))
      current = ""
      used = 0
    }
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      let columns = TextWidth.columns(of: String(word))
      if used > 0, used + 1 + columns > width { finish() }
      if columns <= width {
        current += used > 0 ? " " + word : String(word)
        used += columns + (used > 0 ? 1 : 0)
        continue
      }
      if used > 0 { finish() }
      for scalar in word.unicodeScalars {
        let columns = TextWidth.shown(scalar)?.columns ?? 0
        if used + columns > width { finish() }
        current.unicodeScalars.append(scalar)
        used += columns
      }
    }
    if used > 0 || lines.isEmpty { finish() }
    return lines
  }
}
