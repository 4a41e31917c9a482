/// Values over time as a filled area, the newest at the right: in braille two values a cell and four steps a row, in ASCII one and two.
struct AreaGraph {
  /// None below 0.
  var values: [Double]

  /// How many values a graph of that width shows.
  static func samples(width: Int, glyphs: Glyphs) -> Int { max(0, width) * (glyphs.isASCII ? 1 : 2) }

  /// `rows` lines of `width` columns. The highest value reaches the top; a value above 0 shows at least its lowest step.
  func lines(rows: Int, width: Int, glyphs: Glyphs, role: Role = .bar) -> [Line] {
    guard rows > 0, width > 0 else { return [] }
    let perCell = glyphs.isASCII ? 1 : 2
    let stepsPerRow = glyphs.isASCII ? 2 : 4
    let top = values.filter(\.isFinite).max() ?? 0
    let heights = values.suffix(width * perCell).map { value -> Int in
      guard top > 0, value.isFinite, value > 0 else { return 0 }
      return max(1, Int(clamping: (value / top * Double(rows * stepsPerRow)).rounded()))
    }
    let padded = [Int](repeating: 0, count: width * perCell - heights.count) + heights
    return (0..<rows).map { row in
      let floor = (rows - 1 - row) * stepsPerRow
      let cells = (0..<width).map { cell -> Character in
        let columns = padded[cell * perCell..<(cell + 1) * perCell].map { min(stepsPerRow, max(0, $0 - floor)) }
        return glyphs.isASCII ? Self.ascii(columns[0]) : Self.braille(columns[0], columns[1])
      }
      return Line(String(cells), role)
    }
  }

  private static func ascii(_ steps: Int) -> Character { steps == 0 ? " " : steps == 1 ? "." : "#" }

  /// Dots filled from the bottom, 0…4 a side (Unicode 15.0, "Braille Patterns": the dots' bits).
  private static func braille(_ left: Int, _ right: Int) -> Character {
    let dots: [(left: UInt32, right: UInt32)] = [(0x40, 0x80), (0x04, 0x20), (0x02, 0x10), (0x01, 0x08)]
    var bits: UInt32 = 0
    for step in 0..<left { bits |= dots[step].left }
    for step in 0..<right { bits |= dots[step].right }
    guard bits != 0, let scalar = Unicode.Scalar(0x2800 + bits) else { return " " }
    return Character(scalar)
  }
}
