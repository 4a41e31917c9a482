import FleetModel

/// A regular expression over the bytes of a text, ASCII letters without case, `.` and classes by whole scalars as far as ASCII goes.
///
/// It is run by states that are put together as they are met, all ways at once (Thompson, CACM 11/6, 1968): the time is the text's length times at
/// most the pattern's, whatever the pattern; nothing is ever tried twice. What it may cost in all is bounded by ``work`` besides: whoever runs it
/// over many texts asks ``isExhausted``.
final class BytePattern {
  private struct ByteSet: Hashable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}
    init(_ ranges: ClosedRange<UInt8>...) { for range in ranges { for byte in range { insert(byte) } } }

    mutating func insert(_ byte: UInt8) {
      let bit = UInt64(1) << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: words.0 |= bit
      case 1: words.1 |= bit
      case 2: words.2 |= bit
      default: words.3 |= bit
      }
    }

    func contains(_ byte: UInt8) -> Bool {
      let word = byte < 128 ? (byte < 64 ? words.0 : words.1) : (byte < 192 ? words.2 : words.3)
      return word & (UInt64(1) << UInt64(byte & 63)) != 0
    }

    static func == (one: Self, other: Self) -> Bool { one.words == other.words }
    func hash(into hasher: inout Hasher) {
      hasher.combine(words.0)
      hasher.combine(words.1)
      hasher.combine(words.2)
      hasher.combine(words.3)
    }

    mutating func formUnion(_ other: Self) {
      words = (words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3)
    }

    /// Both cases of every letter in it.
    var folded: Self {
      var set = self
      for letter in UInt8(ascii: "a")...UInt8(ascii: "z") where contains(letter) || contains(letter - 32) {
        set.insert(letter)
        set.insert(letter - 32)
      }
      return set
    }

    /// The other ASCII ones, and the first byte of every longer scalar; never a line's end.
    var inverted: Self {
      var set = Self()
      for byte in UInt8(0)...UInt8(0xFF) where !contains(byte) && byte != 10 && !(0x80...0xBF).contains(byte) { set.insert(byte) }
      return set
    }
  }

  private indirect enum Node {
    case set(ByteSet)
    /// One of the set, with the bytes that its scalar goes on with.
    case scalar(ByteSet)
    case lineStart, lineEnd
    case sequence([Node])
    case choice([Node])
    case repeated(Node, ClosedRange<Int>?, least: Int)
  }

  private enum Instruction {
    case byte(ByteSet, next: Int)
    case split(Int, Int)
    case lineStart(next: Int)
    case lineEnd(next: Int)
    case match
  }

  /// Instructions that a pattern may come to.
  private static let limit = 300
  /// States that are kept at once.
  private static let stateLimit = 256
  /// What putting states together may cost between two calls of ``begin()``: some 30 ms.
  private static let work = 700_000

  private var program: [Instruction] = []
  private var states: [[Int]] = []
  private var numbers: [[Int]: Int] = [:]
  private var isAccepting: [Bool] = []
  /// 256 for each state; −1 where it wasn't needed yet.
  private var next: [Int32] = []
  private var first = 0
  private var marks: [Int] = []
  private var mark = 0
  private var worked = 0

  /// Whether it cost more than anybody waits for: what it said since ``begin()`` is not all of it.
  var isExhausted: Bool { worked > Self.work }

  /// - Throws: ``FilterProblem`` when it can't be understood or is too large.
  init(_ text: String) throws(FilterProblem) {
    var parser = Parser(text)
    let node = try parser.parse()
    try emit(node)
    program.append(.match)
    marks = Array(repeating: 0, count: program.count)
    forget()
  }

  func begin() { worked = 0 }

  /// Whether it matches anywhere in the lines of `text`.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var state = first
    if isAccepting[state] { return true }
    for byte in text {
      state = step(state, byte)
      if isAccepting[state] { return true }
    }
    // The last line ends too.
    return isAccepting[step(state, 10)]
  }

  /// Where it matches in one line, each time as far as it can; none that are empty.
  func ranges(in line: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start = 0
    while start < line.count, !isExhausted {
      var list = closure([0], atStart: start == 0, atEnd: false)
      var end: Int?
      var here = start
      while !list.isEmpty {
        if closure(list, atStart: here == 0, atEnd: here == line.count).contains(where: isMatch), here > start { end = here }
        guard here < line.count else { break }
        list = closure(followers(of: list, line[here]), atStart: false, atEnd: false)
        here += 1
      }
      if let end { found.append(start..<end) }
      start = end ?? start + 1
    }
    return found
  }

  // MARK: - Running

  private func isMatch(_ index: Int) -> Bool { if case .match = program[index] { true } else { false } }

  private func forget() {
    states = []
    numbers = [:]
    isAccepting = []
    next = []
    first = number(of: closure([0], atStart: true, atEnd: false))
  }

  private func step(_ state: Int, _ byte: UInt8) -> Int {
    let known = next[state << 8 | Int(byte)]
    if known >= 0 { return Int(known) }
    let list = states[state]
    let isEnd = byte == 10
    if isEnd, let match = closure(list, atStart: false, atEnd: true).first(where: isMatch) { return number(of: [match]) }
    let new = closure(followers(of: list, byte) + [0], atStart: isEnd, atEnd: false)
    if states.count >= Self.stateLimit {
      // It starts over with what is needed next: that costs time, never the answer.
      forget()
      return number(of: new)
    }
    let number = number(of: new)
    next[state << 8 | Int(byte)] = Int32(number)
    return number
  }

  private func number(of list: [Int]) -> Int {
    if let number = numbers[list] { return number }
    let number = states.count
    states.append(list)
    numbers[list] = number
    isAccepting.append(list.contains(where: isMatch))
    next.append(contentsOf: repeatElement(-1, count: 256))
    return number
  }

  private func followers(of list: [Int], _ byte: UInt8) -> [Int] {
    worked += list.count
    return list.compactMap { index in if case .byte(let set, let next) = program[index], set.contains(byte) { next } else { nil } }
  }

  /// What can be reached without a byte, in order, once each.
  private func closure(_ seeds: [Int], atStart: Bool, atEnd: Bool) -> [Int] {
    mark += 1
    var list: [Int] = []
    var open = seeds
    while let index = open.popLast() {
      guard marks[index] != mark else { continue }
      marks[index] = mark
      worked += 1
      switch program[index] {
      case .byte, .match: list.append(index)
      case .split(let one, let other): open += [one, other]
      case .lineStart(let next): if atStart { open.append(next) }
      case .lineEnd(let next):
        list.append(index)
        if atEnd { open.append(next) }
      }
    }
    return list.sorted()
  }

  // MARK: - Putting together

  private func add(_ instruction: Instruction) throws(FilterProblem) -> Int {
    guard program.count < Self.limit else { throw FilterProblem(description: "the pattern is too long") }
    program.append(instruction)
    return program.count - 1
  }

  private func emit(_ node: Node) throws(FilterProblem) {
    switch node {
    case .set(let set): _ = try add(.byte(set, next: program.count + 1))
    case .scalar(let set):
      _ = try add(.byte(set, next: program.count + 1))
      // The bytes that a longer scalar goes on with.
      let loop = try add(.split(program.count + 1, program.count + 2))
      _ = try add(.byte(ByteSet(0x80...0xBF), next: loop))
    case .lineStart: _ = try add(.lineStart(next: program.count + 1))
    case .lineEnd: _ = try add(.lineEnd(next: program.count + 1))
    case .sequence(let nodes): for node in nodes { try emit(node) }
    case .choice(let nodes):
      var ends: [Int] = []
      for (index, node) in nodes.enumerated() {
        guard index < nodes.count - 1 else {
          try emit(node)
          break
        }
        let split = try add(.match)
        try emit(node)
        ends.append(try add(.match))
        program[split] = .split(split + 1, program.count)
      }
      for end in ends { program[end] = .split(program.count, program.count) }
    case .repeated(let node, let counts, let least):
      for _ in 0..<least { try emit(node) }
      if let counts {
        var splits: [Int] = []
        for _ in counts.lowerBound..<counts.upperBound {
          splits.append(try add(.match))
          try emit(node)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
      } else {
        let split = try add(.match)
        try emit(node)
        _ = try add(.split(split, split))
        program[split] = .split(split + 1, program.count)
      }
    }
  }

  // MARK: - Reading

  private struct Parser {
    private var rest: Substring
    private var depth = 0

    init(_ text: String) { rest = text[...] }

    private func problem(_ what: String) -> FilterProblem { FilterProblem(description: "in the pattern: \(what)") }

    mutating func parse() throws(FilterProblem) -> Node {
      let node = try choice()
      guard rest.isEmpty else { throw problem("a ) without its (") }
      return node
    }

    private mutating func choice() throws(FilterProblem) -> Node {
      var choices = [try sequence()]
      while rest.first == "|" {
        rest.removeFirst()
        choices.append(try sequence())
      }
      return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(FilterProblem) -> Node {
      var nodes: [Node] = []
      while let character = rest.first, character != "|", character != ")" {
        var node = try atom()
        while let repeated = try repetition(of: node) { node = repeated }
        nodes.append(node)
      }
      return .sequence(nodes)
    }

    private mutating func repetition(of node: Node) throws(FilterProblem) -> Node? {
      let repeated: Node
      switch rest.first {
      case "*": repeated = .repeated(node, nil, least: 0)
      case "+": repeated = .repeated(node, nil, least: 1)
      case "?": repeated = .repeated(node, 0...1, least: 0)
      case "{":
        guard let end = rest.firstIndex(of: "}") else { throw problem("a { without its }") }
        let bounds = rest[..<end].dropFirst().split(separator: ",", omittingEmptySubsequences: false)
        let least = bounds.first.flatMap { Int($0) }
        let most = bounds.count == 1 ? least : Int(bounds.last ?? "")
        let isOpen = bounds.count == 2 && bounds[1].isEmpty
        guard let least, bounds.count <= 2, (0...100).contains(least), isOpen || (most.map { (least...100).contains($0) } ?? false) else {
          throw problem("\(rest[...end]) is no count: {2}, {2,} or {2,5}, at most 100")
        }
        rest = rest[end...]
        repeated = .repeated(node, isOpen ? nil : least...(most ?? least), least: least)
      default: return nil
      }
      rest.removeFirst()
      // That as little as can be is wanted changes nothing of whether it is there.
      if rest.first == "?" { rest.removeFirst() }
      return repeated
    }

    private mutating func atom() throws(FilterProblem) -> Node {
      let character = rest.removeFirst()
      switch character {
      case "(":
        if rest.hasPrefix("?:") { rest.removeFirst(2) }
        guard rest.first != "?", depth < 20 else { throw problem("(? is not known") }
        depth += 1
        defer { depth -= 1 }
        let node = try choice()
        guard rest.first == ")" else { throw problem("a ( without its )") }
        rest.removeFirst()
        return node
      case "[": return try bracket()
      case ".": return .scalar(ByteSet().inverted)
      case "^": return .lineStart
      case "$": return .lineEnd
      case "*", "+", "?", "{": throw problem("nothing stands before \(character)")
      case "\\": return try escape()
      default: return Self.literal(character)
      }
    }

    private static func literal(_ character: Character) -> Node {
      .sequence(
        String(character).utf8.map { byte in
          var set = ByteSet()
          set.insert(byte)
          return .set(set.folded)
        })
    }

    private static let classes: [Character: ByteSet] = [
      "d": ByteSet(48...57), "s": ByteSet(32...32, 9...9), "w": ByteSet(48...57, 65...90, 97...122, 95...95),
    ]

    private mutating func escape() throws(FilterProblem) -> Node {
      guard let character = rest.popFirst() else { throw problem("nothing stands behind \\") }
      if let set = Self.classes[character] { return .set(set) }
      if character.isASCII, let lower = character.lowercased().first, let set = Self.classes[lower] { return .scalar(set.inverted) }
      guard !character.isLetter, !character.isNumber else {
        throw problem("\\\(character) is not known; there are \\d \\s \\w \\D \\S \\W")
      }
      return Self.literal(character)
    }

    private mutating func bracket() throws(FilterProblem) -> Node {
      let isInverted = rest.first == "^"
      if isInverted { rest.removeFirst() }
      var set = ByteSet()
      var isFirst = true
      while let character = rest.first, character != "]" || isFirst {
        isFirst = false
        rest.removeFirst()
        if character == "\\", let escaped = rest.first, let known = Self.classes[escaped] {
          rest.removeFirst()
          set.formUnion(known)
          continue
        }
        let low = try member(character)
        guard rest.first == "-", let high = rest.dropFirst().first, high != "]" else {
          set.insert(low)
          continue
        }
        rest.removeFirst(2)
        let top = try member(high)
        guard low <= top else { throw problem("\(character)-\(high) is no range") }
        for byte in low...top { set.insert(byte) }
      }
      guard rest.popFirst() != nil else { throw problem("a [ without its ]") }
      return isInverted ? .scalar(set.folded.inverted) : .set(set.folded)
    }

    private mutating func member(_ character: Character) throws(FilterProblem) -> UInt8 {
      var character = character
      if character == "\\", let escaped = rest.popFirst() { character = escaped }
      guard let byte = character.asciiValue else { throw problem("[] takes ASCII alone: write (\(character)|…)") }
      return byte
    }
  }
}
