/// A way through rows, whatever they are: a page's, a text's, a plan's.
enum Movement: Hashable, Sendable {
  case rows(Int)
  /// By screens, each of which keeps one row of the last.
  case screens(Int)
  case toTop, toEnd

  /// Whether it moves rows while a line is typed, too: Home and End are the line's.
  var passesText: Bool {
    switch self {
    case .rows, .screens: true
    case .toTop, .toEnd: false
    }
  }

  /// Whether it goes towards the first row.
  var isBack: Bool {
    switch self {
    case .rows(let step), .screens(let step): step < 0
    case .toTop: true
    case .toEnd: false
    }
  }

  /// A step of the wheel.
  static func wheel(_ step: Int) -> Movement { .rows(step * 3) }
}

extension RowWindow {
  mutating func move(_ movement: Movement) {
    switch movement {
    case .rows(let step): scroll(by: step)
    case .screens(let step): turn(by: step)
    case .toTop: moveToTop()
    case .toEnd: moveToEnd()
    }
  }
}
