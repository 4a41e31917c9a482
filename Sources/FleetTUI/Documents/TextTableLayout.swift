/// Which columns of a table are shown, and how wide each is.
struct TextTableLayout {
  /// By their place in the header.
  private(set) var kept: [Int]
  private(set) var omitted: [Int] = []
  private(set) var widths: [Int: Int] = [:]

  private static let gap = 2
  /// The longest word that keeps its column from being narrower: an id of 36 characters is worth it, a whole URL isn't.
  private static let longestWord = 36
  /// What a column is never narrower than, while others may still be left out.
  private static let narrowest = 12

  /// - Parameter dispensable: columns that are left out first.
  init(_ rows: [[String]], dispensable: [Int], columns limit: Int) {
    let count = rows.map(\.count).max() ?? 0
    var natural = [Int](repeating: 0, count: count)
    var words = natural
    for row in rows {
      for (column, cell) in row.enumerated() {
        natural[column] = max(natural[column], TextWidth.columns(of: cell))
        guard natural[column] > words[column] else { continue }
        for word in cell.split(separator: " ") { words[column] = max(words[column], TextWidth.columns(of: String(word))) }
      }
    }
    kept = Array(0..<count)
    var dispensable = dispensable
    while true {
      let room = limit == .max ? .max : limit - Self.gap * max(0, kept.count - 1)
      for longest in dispensable.isEmpty ? [Self.longestWord, Self.narrowest, 1] : [Self.longestWord] {
        let floors = kept.map { min(natural[$0], min(words[$0], longest)) }
        guard let found = Self.share(kept.map { natural[$0] }, floors, room) else { continue }
        widths = Dictionary(uniqueKeysWithValues: zip(kept, found))
        return
      }
      guard kept.count > 1 else { break }
      let out = dispensable.isEmpty ? kept[kept.count - 1] : dispensable.removeFirst()
      kept.removeAll { $0 == out }
      omitted.append(out)
    }
    widths = Dictionary(uniqueKeysWithValues: kept.map { ($0, max(1, limit)) })
  }

  /// A width for each column, the widest cut to one measure; `nil` where there is no room for the floors.
  private static func share(_ natural: [Int], _ floors: [Int], _ room: Int) -> [Int]? {
    guard floors.reduce(0, +) <= room else { return nil }
    func cut(to width: Int) -> [Int] { zip(natural, floors).map { min($0, max($1, width)) } }
    guard natural.reduce(0, +) > room else { return natural }
    // The largest measure that fits.
    var (fits, tooWide) = (0, natural.max() ?? 0)
    while tooWide - fits > 1 {
      let middle = (fits + tooWide) / 2
      if cut(to: middle).reduce(0, +) <= room { fits = middle } else { tooWide = middle }
    }
    var widths = cut(to: fits)
    var spare = room - widths.reduce(0, +)
    for index in widths.indices where spare > 0 && widths[index] < natural[index] {
      widths[index] += 1
      spare -= 1
    }
    return widths
  }
}
