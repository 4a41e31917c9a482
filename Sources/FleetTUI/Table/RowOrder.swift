/// What rows are sorted by.
enum SortKey: Hashable, Comparable, Sendable {
  case number(Double)
  case text(String)
  /// Nothing is known: after everything else.
  case unknown

  static func < (left: SortKey, right: SortKey) -> Bool {
    switch (left, right) {
    case (.number(let left), .number(let right)): left < right
    case (.text(let left), .text(let right)): left < right
    case (.number, .text), (.number, .unknown), (.text, .unknown): true
    case (.text, .number), (.unknown, _): false
    }
  }

  init(_ number: Double?) { self = number.map { $0.isNaN ? .unknown : .number($0) } ?? .unknown }
  init(_ text: String?) { self = text.map { .text($0.lowercased()) } ?? .unknown }
}

/// The rows that a page shows, in their order, kept with every change: what one costs is a search and a move, never a sort.
struct RowOrder<ID: Hashable & Comparable & Sendable> {
  /// By the first key; rows of one first key by the second.
  private struct Keys: Hashable {
    var first: SortKey
    var second: SortKey
  }

  private struct Ranked {
    var keys: Keys
    var id: ID
  }

  /// Always ascending; turned round when looked at.
  private var ranked: [Ranked] = []
  private var keys: [ID: Keys] = [:]
  private(set) var isReversed = false
  /// Whether the second key's order is turned round on the screen, whatever the first's.
  private var isSecondReversed = false
  private var hasSecond = false

  var count: Int { ranked.count }
  var isEmpty: Bool { ranked.isEmpty }

  /// The row at `index` of the shown order.
  subscript(index: Int) -> ID { ranked[isReversed ? ranked.count - 1 - index : index].id }

  func contains(_ id: ID) -> Bool { keys[id] != nil }

  /// Where the row stands now; `nil` when it isn't shown.
  func index(of id: ID) -> Int? {
    guard let keys = keys[id] else { return nil }
    let index = lowerBound(Ranked(keys: keys, id: id))
    return isReversed ? ranked.count - 1 - index : index
  }

  /// Puts a row where its keys belong.
  mutating func place(_ id: ID, key: SortKey, second: SortKey = .unknown) {
    let new = Keys(first: key, second: second)
    if let old = keys[id] {
      if old == new { return }
      ranked.remove(at: lowerBound(Ranked(keys: old, id: id)))
    }
    keys[id] = new
    let row = Ranked(keys: new, id: id)
    // The log grows at its end.
    if let last = ranked.last, precedes(last, row) { ranked.append(row) } else { ranked.insert(row, at: lowerBound(row)) }
  }

  mutating func remove(_ id: ID) {
    guard let keys = keys.removeValue(forKey: id) else { return }
    ranked.remove(at: lowerBound(Ranked(keys: keys, id: id)))
  }

  /// Turns the first key's order round; the second's stays as it is.
  mutating func reverse() {
    isReversed.toggle()
    if hasSecond { ranked.sort(by: precedes) }
  }

  /// Keeps the rows that pass, in their order.
  mutating func keep(where isKept: (ID) -> Bool) {
    ranked.removeAll { row in
      let goes = !isKept(row.id)
      if goes { keys[row.id] = nil }
      return goes
    }
  }

  /// The rows that pass, in this order.
  func filtered(_ isKept: (ID) -> Bool) -> RowOrder {
    var shown = self
    shown.ranked = ranked.filter { isKept($0.id) }
    shown.keys = Dictionary(minimumCapacity: shown.ranked.count)
    for row in shown.ranked { shown.keys[row.id] = row.keys }
    return shown
  }

  /// Starts over with these rows. - Parameter isSecondReversed: whether the second key's order is turned round; `nil`: there is none.
  mutating func rebuild(
    _ ids: some Sequence<ID>, isReversed: Bool? = nil, isSecondReversed: Bool? = nil, key: (ID) -> SortKey,
    second: (ID) -> SortKey = { _ in .unknown }
  ) {
    self.isReversed = isReversed ?? self.isReversed
    self.isSecondReversed = isSecondReversed ?? false
    hasSecond = isSecondReversed != nil
    ranked = ids.map { Ranked(keys: Keys(first: key($0), second: second($0)), id: $0) }
    ranked.sort(by: precedes)
    keys = [:]
    keys.reserveCapacity(ranked.count)
    for row in ranked { keys[row.id] = row.keys }
  }

  private func precedes(_ left: Ranked, _ right: Ranked) -> Bool {
    if left.keys.first != right.keys.first { return left.keys.first < right.keys.first }
    let (one, other) = (left.keys.second, right.keys.second)
    guard hasSecond, one != other else { return left.id < right.id }
    // What isn't known stays last on the screen, which shows all of it turned round.
    if one == .unknown || other == .unknown { return (one == .unknown) == isReversed }
    return isSecondReversed == isReversed ? one < other : other < one
  }

  private func lowerBound(_ row: Ranked) -> Int {
    var low = 0
    var high = ranked.count
    while low < high {
      let middle = (low + high) / 2
      if precedes(ranked[middle], row) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
