import FleetModel

/// A bar in eighths of a cell, with marks where the current phase ends in half of all boots, and in nearly all.
struct ProgressBar {
  /// 0…1; `nil` is unknown and looks so.
  var fraction: Double?
  /// 0…1.
  var tick: Double?
  /// 0…1; not drawn where it falls on the tick.
  var limit: Double?
  var isLate = false

  /// The bar in exactly `width` columns, caps included; nothing in fewer than four.
  func spans(width: Int, glyphs: Glyphs) -> [Span] {
    guard width >= 4 else { return [] }
    let inner = width - 2
    let role: Role = isLate ? .barLate : .bar
    var cells = [(String, Role)](repeating: (glyphs.barTrack, .barTrack), count: inner)
    if let fraction {
      let eighths = Int(clamping: (fraction.asShare * Double(inner * 8)).rounded(.down))
      for index in 0..<min(inner, eighths / 8) { cells[index] = (glyphs.barFull, role) }
      let (full, part) = (eighths / 8, eighths % 8)
      if full < inner {
        if glyphs.isASCII {
          if eighths > 0 { cells[full] = (">", role) }
        } else if part > 0 {
          cells[full] = (glyphs.barParts[part - 1], role)
        }
      }
    } else {
      for index in cells.indices { cells[index].0 = glyphs.none }
    }
    for (mark, sign) in [(limit, glyphs.barLimit), (tick, glyphs.barTick)] {
      guard let mark, fraction != nil else { continue }
      let index = min(inner - 1, Int(clamping: mark.asShare * Double(inner)))
      // What is filled hides the mark: the phase is past it.
      if cells[index].1 != role { cells[index] = (sign, .barTick) }
    }
    var spans = [Span(glyphs.barLeft, cells[0].1)]
    for (text, role) in cells {
      if spans[spans.count - 1].role == role { spans[spans.count - 1].text += text } else { spans.append(Span(text, role)) }
    }
    spans[spans.count - 1].text += glyphs.barRight
    return spans
  }
}

extension ProgressBar {
  init(_ progress: Progress) {
    self.init(
      fraction: progress.fraction, tick: progress.tick, limit: progress.limit, isLate: progress.isLate || progress.hasFailed)
  }
}

/// The last values of something, one cell each, the newest at the right.
struct Sparkline {
  var values: [Double]

  func span(width: Int, glyphs: Glyphs, role: Role = .dim) -> Span {
    let shown = values.suffix(max(0, width))
    let top = shown.filter(\.isFinite).max() ?? 0
    let text = shown.map { value in
      guard top > 0, value.isFinite, value > 0 else { return glyphs.heights[0] }
      return glyphs.heights[min(glyphs.heights.count - 1, Int(clamping: value / top * Double(glyphs.heights.count - 1) + 0.5))]
    }
    return Span(text.joined(), role)
  }
}

extension Double {
  /// Within 0…1 whatever it was; what is no number is 0.
  var asShare: Double { self > 0 ? min(self, 1) : 0 }
}
