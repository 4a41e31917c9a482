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
    var offers: [(action: Action, spans: [Span])] = []
    var held: Set<Action> = []
    for action in desk.keys.table where action.isInFooter && !(scrolls && action == .open) {
      let key = Span(" \(desk.keys.name(of: action)) ", .key)
      switch action.offer(desk, fleet, at: now) {
      case .shown: offers.append((action, [key, Span(action.title + " ", .dim)]))
      case .marked(let why) where !scrolls:
        offers.append((action, [key, Span("\(action.title) (\(why)) ", .dim)]))
        held.insert(action)
      case .marked, .hidden: break
      }
    }
    // Where there is little room the last ones go first: that what is allowed can't be done just now after all others, those that lead to all others
    // and out never.
    let lasting: Set<Action> = [.help, .quit, .palette]
    let weighty = desk.writeRefusal == nil ? lasting.union(held) : lasting
    while Line(left + offers.flatMap(\.spans)).columns > room,
      let last = offers.lastIndex(where: { !weighty.contains($0.action) }) ?? offers.lastIndex(where: { !lasting.contains($0.action) })
    { offers.remove(at: last) }
    left += offers.flatMap(\.spans)
    return Line(left.fitted(to: room) + [Span(right, .dim)])
  }
}
