/// Which rows of a list are in view: the one home of scrolling.
///
/// Lists grow, shrink and vanish between two frames, also while something covers them. What is in view is therefore always worked out from the
/// list's present count, and is a valid range of it whatever happened to list, screen and cursor meanwhile.
struct RowWindow: Equatable {
  /// Where it would begin if there were rows enough.
  private var wanted = 0
  /// Rows of the list when it was last drawn: what a step starts from.
  private var count = 0
  /// Rows that fit on the screen.
  private(set) var height = 1

  /// The first row in view of a list of `count` rows.
  func top(of count: Int) -> Int { max(0, min(wanted, count - height)) }

  /// The rows in view of a list of `count` rows.
  func range(of count: Int) -> Range<Int> {
    let top = top(of: count)
    return top..<max(top, min(count, top + height))
  }

  /// `, 3–10 of 12` where not all of them are in view.
  func note(of count: Int) -> String {
    let range = range(of: count)
    return range.count < count ? ", \(range.lowerBound + 1)–\(range.upperBound) of \(count)" : ""
  }

  // MARK: - Moving

  mutating func scroll(by step: Int) { wanted = top(of: count) + step }
  /// By screens, each of which keeps one row of the last.
  mutating func turn(by screens: Int) { scroll(by: screens * max(1, height - 1)) }
  mutating func moveToTop() { wanted = 0 }
  /// To the end, wherever that is by then.
  mutating func moveToEnd() { wanted = .max }
  /// `row` becomes the first in view, as far as the rows after it fill the screen.
  mutating func begin(at row: Int) { wanted = row }

  /// Moves no further than it takes to see `row`, and so many rows `ahead` of it in the direction of the move.
  mutating func reveal(_ row: Int, ahead: Int = 0) {
    let top = top(of: count)
    if row < top { wanted = row - ahead }
    if row >= top + height { wanted = row - height + 1 + ahead }
  }

  // MARK: - Drawing

  /// The list has `count` rows now, and the screen room for `height` of them.
  mutating func fit(_ count: Int, height: Int) {
    (self.count, self.height) = (count, max(0, height))
    wanted = top(of: count)
  }

  /// The lines in view; where more follow, the last says how many.
  mutating func fit(_ lines: [Line], height: Int) -> [Line] {
    fit(lines.count, height: height)
    let range = range(of: lines.count)
    var shown = Array(lines[range])
    let left = lines.count - range.upperBound
    if left > 0, shown.count > 1 { shown[shown.count - 1] = Line("  … \(left + 1) more lines", .dim) }
    return shown
  }
}
