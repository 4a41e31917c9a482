@testable import FleetTUI

/// What a terminal that knows links shows: its cells with what each leads to. Of ECMA-48 what ncurses writes for an xterm.
struct LinkedScreen {
  struct Cell: Equatable {
    var character: Character = " "
    var link: String?
  }

  private(set) var cells: [[Cell]]
  /// What should never be written.
  private(set) var problems: [String] = []
  private let size: (rows: Int, columns: Int)
  private var (row, column) = (0, 0)
  private var wraps = false
  private var region: ClosedRange<Int>
  private var link: String?
  private var last: Character = " "

  init(rows: Int, columns: Int) {
    size = (rows, columns)
    region = 0...rows - 1
    cells = Array(repeating: Array(repeating: Cell(), count: columns), count: rows)
  }

  /// One frame.
  mutating func take(_ frame: [UInt8]) {
    var rest = Array(String(decoding: frame, as: UTF8.self).unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\u{1B}":
        switch rest.popFirst() {
        case "[":
          let parameters = rest.prefix { $0.value < 0x40 }
          rest = rest.dropFirst(parameters.count)
          control(rest.popFirst() ?? "?", String(String.UnicodeScalarView(parameters)))
        case "]":
          let text = rest.prefix { $0 != "\u{1B}" }
          rest = rest.dropFirst(text.count + 2)
          order(String(String.UnicodeScalarView(text)))
        case "M": row == region.lowerBound ? scroll(-1) : move(row - 1, column)
        case "(": rest = rest.dropFirst()
        default: break
        }
      case "\r": move(row, 0)
      case "\u{8}": move(row, column - 1)
      case "\n": row == region.upperBound ? scroll(1) : move(row + 1, column)
      default: put(Character(scalar))
      }
    }
    if link != nil { problems.append("open at the end of a frame") }
  }

  private mutating func put(_ character: Character) {
    if wraps { (row, column, wraps) = (min(row + 1, size.rows - 1), 0, false) }
    last = character
    for _ in 0..<TextWidth.columns(of: String(character)) {
      cells[row][column] = Cell(character: character, link: link)
      wraps = column == size.columns - 1
      column = min(column + 1, size.columns - 1)
    }
  }

  private mutating func move(_ row: Int, _ column: Int) {
    if link != nil { problems.append("the cursor moves within a link") }
    (self.row, self.column) = (min(max(0, row), size.rows - 1), min(max(0, column), size.columns - 1))
    wraps = false
  }

  private mutating func scroll(_ step: Int, from top: Int? = nil) {
    if link != nil { problems.append("a scroll within a link") }
    let range = (top ?? region.lowerBound)...region.upperBound
    let old = cells
    for row in range { cells[row] = range.contains(row + step) ? old[row + step] : Array(repeating: Cell(), count: size.columns) }
  }

  private mutating func erase(_ columns: Range<Int>, of row: Int) {
    if link != nil { problems.append("an erasure within a link") }
    for column in columns.clamped(to: 0..<size.columns) { cells[row][column] = Cell() }
  }

  private mutating func order(_ text: String) {
    let parts = text.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "8" else { return problems.append("ESC ] \(text)") }
    let address = parts[2].isEmpty ? nil : String(parts[2])
    if (address == nil) == (link == nil) { problems.append("a link in a link, or the end of none: \(text)") }
    if (address == nil) != parts[1].isEmpty { problems.append("without its id: \(text)") }
    link = address
  }

  private mutating func control(_ final: Unicode.Scalar, _ parameters: String) {
    let numbers = parameters.split(separator: ";").map { Int($0) ?? 0 }
    let count = max(1, numbers.first ?? 1)
    switch final {
    case "H": move(count - 1, max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
    case "d": move(count - 1, column)
    case "G": move(row, count - 1)
    case "A": move(row - count, column)
    case "B": move(row + count, column)
    case "C": move(row, column + count)
    case "D": move(row, column - count)
    case "b": for _ in 0..<count { put(last) }
    case "X": erase(column..<column + count, of: row)
    case "K": numbers.first == 1 ? erase(0..<column + 1, of: row) : erase(column..<size.columns, of: row)
    case "J":
      erase((numbers.first == 2 ? 0 : column)..<size.columns, of: row)
      for other in 0..<size.rows where other > row || numbers.first == 2 { erase(0..<size.columns, of: other) }
    case "r":
      region = count - 1...min(size.rows, numbers.count > 1 ? numbers[1] : size.rows) - 1
      move(0, 0)
    case "L": for _ in 0..<count { scroll(-1, from: row) }
    case "M": for _ in 0..<count { scroll(1, from: row) }
    case "m", "h", "l", "t": if link != nil { problems.append("CSI \(parameters)\(final) within a link") }
    default: problems.append("CSI \(parameters)\(final)")
    }
  }
}
