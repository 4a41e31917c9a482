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
  private struct Ranked {
    var key: SortKey
    var id: ID

    static func < (left: Ranked, right: Ranked) -> Bool { left.key != right.key ? left.key < right.key : left.id < right.id }
  }

  /// Always ascending; turned round when looked at.
  private var ranked: [Ranked] = []
  private var keys: [ID: SortKey] = [:]
  var isReversed = false

  var count: Int { ranked.count }
  var isEmpty: Bool { ranked.isEmpty }

  /// The row at `index` of the shown order.
  subscript(index: Int) -> ID { ranked[isReversed ? ranked.count - 1 - index : index].id }

  func contains(_ id: ID) -> Bool { keys[id] != nil }

  /// Where the row stands now; `nil` when it isn't shown.
  func index(of id: ID) -> Int? {
    guard let key = keys[id] else { return nil }
    let index = lowerBound(Ranked(key: key, id: id))
    return isReversed ? ranked.count - 1 - index : index
  }

  /// Puts a row where its key belongs.
  mutating func place(_ id: ID, key: SortKey) {
    if let old = keys[id] {
      if old == key { return }
      ranked.remove(at: lowerBound(Ranked(key: old, id: id)))
    }
    keys[id] = key
    let row = Ranked(key: key, id: id)
    // The log grows at its end.
    if let last = ranked.last, last < row { ranked.append(row) } else { ranked.insert(row, at: lowerBound(row)) }
  }

  mutating func remove(_ id: ID) {
    guard let key = keys.removeValue(forKey: id) else { return }
    ranked.remove(at: lowerBound(Ranked(key: key, id: id)))
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
    var shown = RowOrder()
    shown.isReversed = isReversed
    shown.ranked = ranked.filter { isKept($0.id) }
    shown.keys.reserveCapacity(shown.ranked.count)
    for row in shown.ranked { shown.keys[row.id] = row.key }
    return shown
  }

  /// Starts over with these rows.
  mutating func rebuild(_ ids: some Sequence<ID>, key: (ID) -> SortKey) {
    ranked = ids.map { Ranked(key: key($0), id: $0) }
    ranked.sort(by: <)
    keys = [:]
    keys.reserveCapacity(ranked.count)
    for row in ranked { keys[row.id] = row.key }
  }

  private func lowerBound(_ row: Ranked) -> Int {
    var low = 0
    var high = ranked.count
    while low < high {
      let middle = (low + high) / 2
      if ranked[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
