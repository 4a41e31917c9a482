/// Which rows of a table have something in common: sets, of which none is empty.
struct Index<Key: Hashable & Sendable, Row: Hashable & Sendable>: Sendable {
  private var rows: [Key: Set<Row>] = [:]

  var keys: some Collection<Key> { rows.keys }
  /// Of all keys together: a row that stands under several counts so often.
  var count: Int { rows.values.reduce(0) { $0 + $1.count } }
  subscript(key: Key) -> Set<Row> { rows[key] ?? [] }

  mutating func insert(_ row: Row, under key: Key?) {
    if let key { rows[key, default: []].insert(row) }
  }

  mutating func remove(_ row: Row, under key: Key?) {
    guard let key, let place = rows.index(forKey: key) else { return }
    rows.values[place].remove(row)
    if rows[place].value.isEmpty { rows.remove(at: place) }
  }

}
