import FleetModel

/// The line below every page: the keys that matter now, and where the window stands.
enum Footer {
  /// - Parameter scrolls: whether a detail lies under the rows, which has some of the keys.
  static func line(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp, scrolls: Bool = false) -> Line {
    let page = desk.pages.current
    let right = " \(page.position) "
    let room = width - TextWidth.columns(of: right)
    guard room > 4 else { return Line([Span(right, .dim)].fitted(to: width)) }
    var left: [Span] = []
    if let notice = desk.notice { left += [Span(" "), notice, Span(" ")] }
    if let problem = page.filterProblem {
      left += [Span(" /\(page.filter): \(problem) ", .warning)]
    } else if !page.filter.isEmpty {
      left += [Span(" /\(page.filter) ", .match)]
    }
    if scrolls {
      left += [Span(" \(desk.keys.name(of: .back)) ", .key), Span("close  ", .dim)]
      left += [Span("\(desk.keys.name(of: .pageUp)) \(desk.keys.name(of: .pageDown)) ", .key), Span("scroll ", .dim)]
    }
    for action in Action.table where action.isInFooter && !(scrolls && action == .open) {
      switch action.offer(desk, fleet, at: now) {
      case .shown: left += [Span(" \(desk.keys.name(of: action)) ", .key), Span(action.title + " ", .dim)]
      case .marked(let why) where !scrolls:
        left += [Span(" \(desk.keys.name(of: action)) ", .key), Span("\(action.title) (\(why)) ", .dim)]
      case .marked, .hidden: break
      }
    }
    return Line(left.fitted(to: room) + [Span(right, .dim)])
  }
}
