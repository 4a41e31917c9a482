import CNcurses
import FleetModel

/// Which rows pass a filter. The texts that words are looked for in are put together once a row, while there is a filter: a key then costs one look
/// a row and word.
struct RowFilter<Content: TableContent> {
  /// More rows than this are asked for their texts at every key: keeping them would cost more memory than it saves time.
  private static var limit: Int { 20_000 }
  static var fields: [FilterField] { Content.columns.map(\.field) }

  /// As it was typed.
  private(set) var text = ""
  /// Why not all that was typed is in force; the terms that could be understood are.
  private(set) var problem: String?
  /// What is in force.
  private(set) var query = FilterQuery()
  private var steps: [Step] = []
  private var texts: [Content.ID: [UInt8]]?

  /// One term, ready to be asked.
  private struct Step {
    enum Test {
      case text([[UInt8]])
      case pattern(BytePattern)
      case field(Column<Content>, [[UInt8]])
      case whole(Column<Content>, [String], [Double])
      case figure(Column<Content>, FilterTerm.Comparison, Double)
    }

    let isNegated: Bool
    let test: Test
  }

  var isActive: Bool { !query.isEmpty }

  /// Whether rows come and go by time alone.
  var movesWithTime: Bool {
    steps.contains { step in
      switch step.test {
      case .figure(let column, _, _), .whole(let column, _, _): column.field.measure == .duration || column.field.measure == .share
      case .text, .pattern, .field: false
      }
    }
  }

  /// - Returns: whether other rows may pass now.
  mutating func set(_ text: String, _ content: Content, _ fleet: Fleet, at now: Timestamp) -> Bool {
    self.text = text
    let (new, broken) = FilterQuery.reading(text, fields: Self.fields)
    problem = broken?.description
    guard new != query else { return false }
    take(new)
    if text.isEmpty { texts = nil } else { anticipate(content, fleet, at: now) }
    return true
  }

  private mutating func take(_ new: FilterQuery) {
    query = new
    steps = new.terms.compactMap { term in Self.test(term.test).map { Step(isNegated: term.isNegated, test: $0) } }
  }

  private static func test(_ test: FilterTerm.Test) -> Step.Test? {
    func column(_ id: String) -> Column<Content>? { Content.columns.first { $0.field.id == id } }
    switch test {
    case .holds(let texts, nil): return .text(texts.map { Array($0.utf8) })
    case .holds(let texts, let field?): return column(field).map { .field($0, texts.map { Array($0.utf8) }) }
    case .equals(let texts, let field, let figures): return column(field).map { .whole($0, texts, figures) }
    case .compares(let comparison, let bound, let field): return column(field).map { .figure($0, comparison, bound) }
    case .matches(let pattern): return (try? BytePattern(pattern)).map(Step.Test.pattern)
    }
  }

  /// Every row is about to be asked.
  func begin() { for pattern in patterns { pattern.begin() } }

  /// A pattern that costs more than anybody waits for is none: `query` is in force again. - Returns: whether there was one.
  mutating func gaveUp(for query: FilterQuery) -> Bool {
    guard patterns.contains(where: \.isExhausted) else { return false }
    problem = "the pattern takes too long over these rows: make it simpler"
    take(query)
    return true
  }

  private var patterns: [BytePattern] { steps.compactMap { if case .pattern(let pattern) = $0.test { pattern } else { nil } } }

  // MARK: - Texts

  /// Puts together what the next key will look into, where that isn't done.
  mutating func anticipate(_ content: Content, _ fleet: Fleet, at now: Timestamp) {
    if texts == nil { keepTexts(content, fleet, at: now) }
  }

  /// The rows or what they are made of became others.
  mutating func renew(_ content: Content, _ fleet: Fleet, at now: Timestamp) { if texts != nil { keepTexts(content, fleet, at: now) } }

  /// One row became another, or came, or went.
  mutating func renew(_ id: Content.ID, _ content: Content, _ fleet: Fleet, at now: Timestamp) {
    guard texts != nil else { return }
    guard content.count(fleet) <= Self.limit else { return texts = nil }
    let joined = content.exists(id, fleet) ? Self.joined(id, content, fleet, at: now) : nil
    texts?[id] = joined
  }

  /// The other rows are gone.
  mutating func keep(where isKept: (Content.ID) -> Bool) {
    if let all = texts { texts = all.filter { isKept($0.key) } }
  }

  private mutating func keepTexts(_ content: Content, _ fleet: Fleet, at now: Timestamp) {
    texts = nil
    guard content.count(fleet) <= Self.limit else { return }
    let ids = content.all(fleet)
    var kept: [Content.ID: [UInt8]] = Dictionary(minimumCapacity: ids.count)
    for id in ids { kept[id] = Self.joined(id, content, fleet, at: now) }
    texts = kept
  }

  /// What the row's cells say and what else it is known by, a line each: nobody can type what ends one.
  private static func joined(_ id: Content.ID, _ content: Content, _ fleet: Fleet, at now: Timestamp) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    func add(_ text: String) {
      bytes.append(contentsOf: text.utf8)
      bytes.append(UInt8(ascii: "\n"))
    }
    _ = content.texts(id, fleet) { text in
      add(text)
      return false
    }
    // Times go on, and are compared instead.
    for column in Content.columns where column.field.measure != .duration && column.field.measure != .share || column.words != nil {
      for text in column.texts(content, id, fleet, at: now) { add(text) }
    }
    return bytes
  }

  // MARK: - Asking

  func passes(_ id: Content.ID, _ content: Content, _ fleet: Fleet, at now: Timestamp) -> Bool {
    guard !steps.isEmpty else { return true }
    // Where the texts aren't kept they are put together once for all the words.
    var made: [UInt8]?
    func look(_ holds: (UnsafeBufferPointer<UInt8>) -> Bool) -> Bool {
      if let bytes = texts?[id] ?? made { return bytes.withUnsafeBufferPointer(holds) }
      let bytes = Self.joined(id, content, fleet, at: now)
      made = bytes
      return bytes.withUnsafeBufferPointer(holds)
    }
    for step in steps {
      let isMet: Bool
      switch step.test {
      case .text(let needles): isMet = look { text in needles.contains { Self.holds(text, $0) } }
      case .pattern(let pattern): isMet = look { pattern.matches($0) }
      case .field(let column, let needles):
        isMet = column.texts(content, id, fleet, at: now).contains { text in
          var text = text
          return text.withUTF8 { text in needles.contains { Self.holds(text, $0) } }
        }
      case .whole(let column, let texts, let figures):
        let figure = figures.isEmpty ? nil : column.figure?(content, id, fleet, now)
        isMet =
          figure.map(figures.contains) ?? false
          || column.texts(content, id, fleet, at: now).contains { texts.contains($0.lowercased()) }
      case .figure(let column, let comparison, let bound):
        // What isn't known is on neither side.
        guard let figure = column.figure?(content, id, fleet, now) else { return false }
        isMet = comparison.holds(figure, bound)
      }
      guard isMet != step.isNegated else { return false }
    }
    return true
  }

  private static func holds(_ text: UnsafeBufferPointer<UInt8>, _ needle: [UInt8]) -> Bool {
    text_find(text.baseAddress, text.count, needle, needle.count) >= 0
  }

  // MARK: - Hits

  /// Whether anything of it can be seen in a cell.
  var hasHits: Bool {
    steps.contains { step in
      switch step.test {
      case .text, .pattern, .field, .whole: !step.isNegated
      case .figure: false
      }
    }
  }

  /// The cell of `column` with what the filter found in it lit.
  func lit(_ cell: [Span], of column: Column<Content>) -> [Span] {
    var cell = cell
    for step in steps where !step.isNegated {
      switch step.test {
      case .text(let needles): cell = cell.lit { Self.ranges(of: needles, in: $0) }
      case .pattern(let pattern): cell = cell.lit { pattern.ranges(in: $0) }
      case .field(let own, let needles) where own == column: cell = cell.lit { Self.ranges(of: needles, in: $0) }
      case .whole(let own, let texts, _) where own == column:
        cell = cell.lit { line in
          texts.contains { Array($0.utf8) == line.map { (65...90).contains($0) ? $0 + 32 : $0 } } ? [line.indices] : []
        }
      case .field, .whole, .figure: break
      }
    }
    return cell
  }

  private static func ranges(of needles: [[UInt8]], in line: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for needle in needles where !needle.isEmpty {
      var start = 0
      while let place = line.withUnsafeBufferPointer({ bytes -> Int? in
        let rest = UnsafeBufferPointer(rebasing: bytes[start...])
        let place = text_find(rest.baseAddress, rest.count, needle, needle.count)
        return place < 0 ? nil : start + place
      }) {
        found.append(place..<place + needle.count)
        start = place + needle.count
      }
    }
    return found.sorted { $0.lowerBound < $1.lowerBound }
  }
}

extension [Span] {
  /// The same with what `find` finds in the bytes of each piece lit. Hits may overlap.
  fileprivate func lit(_ find: ([UInt8]) -> [Range<Int>]) -> [Span] {
    flatMap { span -> [Span] in
      guard span.role != .match else { return [span] }
      let bytes = Array<UInt8>(span.text.utf8.prefix(400))
      let hits = find(bytes)
      guard !hits.isEmpty else { return [span] }
      var pieces: [Span] = []
      var start = span.text.startIndex
      func place(_ offset: Int) -> String.Index { span.text.utf8.index(span.text.startIndex, offsetBy: offset) }
      for hit in hits {
        let (low, high) = (Swift.max(start, place(hit.lowerBound)), place(hit.upperBound))
        guard low < high else { continue }
        if start < low { pieces.append(Span(String(span.text[start..<low]), span.role)) }
        pieces.append(Span(String(span.text[low..<high]), .match))
        start = high
      }
      if start < span.text.endIndex { pieces.append(Span(String(span.text[start...]), span.role)) }
      return pieces
    }
  }
}
