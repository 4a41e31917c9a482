/// Names in which letters are looked for that need not stand side by side: their bytes in lower case one after the other, so that a key looks
/// through many of them at once.
struct FuzzyIndex {
  struct Hit: Equatable {
    var place: Int
    var score: Int
  }

  private var bytes: [UInt8] = []
  private var ends: [Int] = []

  var count: Int { ends.count }

  mutating func add(_ name: String) {
    bytes.append(contentsOf: name.lowercased().utf8)
    ends.append(bytes.count)
  }

  /// The best of those that hold every word of `text`, best first and those of one score as they were added, and how many there are in all.
  func best(_ limit: Int, for text: String) -> (hits: [Hit], count: Int) {
    let words = text.lowercased().split(separator: " ").map { Array($0.utf8) }
    var hits: [Hit] = []
    var total = 0
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      for (place, end) in ends.enumerated() {
        defer { start = end }
        let name = UnsafeBufferPointer(rebasing: bytes[start..<end])
        var score = -name.count / 4
        for word in words {
          guard let one = Self.score(word, in: name) else {
            score = .min
            break
          }
          score += one
        }
        guard score > .min else { continue }
        total += 1
        if hits.count == limit, let worst = hits.last, worst.score >= score { continue }
        let index = hits.firstIndex { $0.score < score } ?? hits.count
        hits.insert(Hit(place: place, score: score), at: index)
        if hits.count > limit { hits.removeLast() }
      }
    }
    return (hits, total)
  }

  /// How well `word` is met by letters of `name` in their order; `nil`: not at all. Those side by side and those that begin a word count more.
  static func score(_ word: [UInt8], in name: UnsafeBufferPointer<UInt8>) -> Int? {
    places(of: word, in: name).map { places in
      var score = 0
      for (order, place) in places.enumerated() {
        score += 16
        if order > 0, places[order - 1] == place - 1 {
          score += 20
        } else if order > 0 {
          score -= 10 + min(8, place - places[order - 1] - 1)
        }
        if place == 0 { score += 16 } else if !isLetter(name[place - 1]) { score += 10 }
      }
      if places.count == name.count { score += 200 }
      return score
    }
  }

  /// Where each byte of `word` stands in `name`: the shortest piece that ends where the first does.
  static func places(of word: [UInt8], in name: UnsafeBufferPointer<UInt8>) -> [Int]? {
    var here = 0
    var end = 0
    while here < word.count, end < name.count {
      if name[end] == word[here] { here += 1 }
      end += 1
    }
    guard here == word.count else { return nil }
    // A whole word that stands there later is what was meant.
    if let whole = run(of: word, in: name) { return Array(whole) }
    var places: [Int] = []
    var place = end
    while here > 0, place > 0 {
      place -= 1
      if name[place] == word[here - 1] {
        here -= 1
        places.append(place)
      }
    }
    return places.reversed()
  }

  private static func run(of word: [UInt8], in name: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    guard let first = word.first, name.count >= word.count else { return nil }
    var found: Range<Int>?
    for start in 0...(name.count - word.count) where name[start] == first {
      guard (1..<word.count).allSatisfy({ name[start + $0] == word[$0] }) else { continue }
      if start == 0 || !isLetter(name[start - 1]) { return start..<start + word.count }
      if found == nil { found = start..<start + word.count }
    }
    return found
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) || byte >= 0x80 }
}
