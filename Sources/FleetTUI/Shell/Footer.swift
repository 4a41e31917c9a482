import FleetModel

/// The line below every page: the keys that matter now, and where the window stands.
enum Footer {
  /// - Parameter scrolls: whether a detail lies under the rows, which has some of the keys.
  static func line(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp, scrolls: Bool = false) -> Line {
    let (right, room) = split(desk, width: width)
    guard room > 4 else { return Line([Span(right, .dim)].fitted(to: width)) }
    let (left, offers) = content(desk, fleet, room: room, at: now, scrolls: scrolls)
    return Line((left + offers.flatMap(\.spans)).fitted(to: room) + [Span(right, .dim)])
  }

  /// Where the window stands, and the room before it: none where no row is seen, and where what is said needs it.
  private static func split(_ desk: Desk, width: Int) -> (right: String, room: Int) {
    let right = desk.pages.isSeen ? " \(desk.pages.current.position) " : ""
    let room = width - TextWidth.columns(of: right)
    if let notice = desk.notice, TextWidth.columns(of: notice.text) + 2 > room { return ("", width) }
    return (right, room)
  }

  /// What is offered in that column of the line.
  static func action(at column: Int, _ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp, scrolls: Bool = false) -> Action? {
    let room = split(desk, width: width).room
    guard room > 4, column < room else { return nil }
    let (left, offers) = content(desk, fleet, room: room, at: now, scrolls: scrolls)
    var start = Line(left).columns
    for offer in offers {
      let end = start + Line(offer.spans).columns
      if (start..<end).contains(column) { return offer.action }
      start = end
    }
    return nil
  }

  private typealias Offer = (action: Action, spans: [Span])

  private static func content(
    _ desk: Desk, _ fleet: Fleet, room: Int, at now: Timestamp, scrolls: Bool
  ) -> (left: [Span], offers: [Offer]) {
    let page = desk.pages.current
    var left: [Span] = []
    if let notice = desk.notice { left += [Span(" "), notice, Span(" ")] }
    if let problem = page.filterProblem {
      left += [Span(" /\(page.filter): \(problem) ", .warning)]
    } else if !page.filter.isEmpty {
      left += [Span(" /\(page.filter) ", .match)]
    }
    if scrolls {
      let hints = [
        Hint(desk.keys.name(of: .back), "close", isWayOut: true),
        Hint("\(desk.keys.name(of: .pageUp)) \(desk.keys.name(of: .pageDown))", "scroll"),
      ]
      left += hints.fitting(room - Line(left).columns).flatMap(\.spans)
    }
    var offers: [Offer] = []
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
    // Where there is little room the last ones go first: that what is allowed can't be done just now after all others, then those that lead to all
    // others, and what leads out last. None is cut.
    let lasting: Set<Action> = [.help, .quit, .palette]
    let weighty = desk.writeRefusal == nil ? lasting.union(held) : lasting
    while Line(left + offers.flatMap(\.spans)).columns > room,
      let last = offers.lastIndex(where: { !weighty.contains($0.action) }) ?? offers.lastIndex(where: { !lasting.contains($0.action) })
        ?? offers.lastIndex(where: { $0.action != .quit }) ?? offers.indices.last
    { offers.remove(at: last) }
    return (left, offers)
  }
}
