/// A key of the last row, and what it does: it stands there whole or not at all.
struct Hint: Equatable {
  var keys: String
  var does: String
  /// The same, where there is little room.
  var short: String?
  var role = Role.dim
  /// It leads out of what is open, by keeping or by leaving: where there is little room it goes last.
  var isWayOut = false

  init(_ keys: String, _ does: String, short: String? = nil, _ role: Role = .dim, isWayOut: Bool = false) {
    (self.keys, self.does, self.short, self.role, self.isWayOut) = (keys, does, short, role, isWayOut)
  }

  var spans: [Span] { [Span(" \(keys) ", .key), Span(does + " ", role)] }
}

extension [Hint] {
  /// As many as fit in `width` columns: their words become short, then the last one goes first and the ways out after all others.
  func fitting(_ width: Int) -> [Hint] {
    var kept = self
    if Line(kept.flatMap(\.spans)).columns > width {
      for index in indices { kept[index].does = kept[index].short ?? kept[index].does }
    }
    while Line(kept.flatMap(\.spans)).columns > width, let last = kept.lastIndex(where: { !$0.isWayOut }) ?? kept.indices.last {
      kept.remove(at: last)
    }
    return kept
  }
}

extension Desk {
  /// A footer of these hints, the notice before them.
  func footer(_ hints: [Hint], width: Int) -> Line {
    let said = notice.map { [Span(" "), $0, Span(" ")] } ?? []
    return Line((said + hints.fitting(width - Line(said).columns).flatMap(\.spans)).fitted(to: width))
  }
}
