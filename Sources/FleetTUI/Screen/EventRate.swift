import FleetModel

/// How many events there were in each stretch of the last minutes, up to the newest: while nothing happens nothing of it changes.
struct EventRate {
  /// Seconds that a cell stands for.
  static let stretch = 10.0
  private static let cells = 60

  let newest: Timestamp
  /// The oldest stretch first.
  let counts: [Int]

  /// - Parameter times: of the events, the newest first; `nil` where there are none.
  init?(_ times: some Sequence<Timestamp>) {
    var counts = [Int](repeating: 0, count: Self.cells)
    var newest: Timestamp?
    for time in times {
      let last = newest ?? time
      newest = last
      // Lines of several sources are not quite in order.
      let age = max(0, last - time)
      guard age < Self.stretch * Double(Self.cells) else { break }
      counts[Self.cells - 1 - Int(clamping: age / Self.stretch)] += 1
    }
    guard let newest else { return nil }
    (self.newest, self.counts) = (newest, counts)
  }

  func line(width: Int, _ glyphs: Glyphs) -> Line {
    let most = counts.max() ?? 0
    let words = "  up to \(newest.timeOfDay), \(most) at most in \(Int(clamping: Self.stretch)) s"
    let room = min(counts.count, width - 12 - TextWidth.columns(of: words))
    guard room >= 12 else { return Line() }
    let graph = Sparkline(values: counts.map(Double.init)).span(width: room, glyphs: glyphs, role: .running)
    let minutes = Moment.coarse(Double(room) * Self.stretch)
    return Line([Span("  \(minutes)  ", .dim), graph, Span(words, .dim)]).fitted(to: width)
  }
}
