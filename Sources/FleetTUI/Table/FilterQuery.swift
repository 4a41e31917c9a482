import FleetModel

/// What is wrong with a filter, as its prompt says it.
struct FilterProblem: Error, Hashable, CustomStringConvertible {
  var description: String
}

/// One condition of a filter.
struct FilterTerm: Hashable, Sendable {
  enum Comparison: String, Hashable, Sendable {
    case more = ">"
    case less = "<"
    case atLeast = ">="
    case atMost = "<="

    func holds(_ figure: Double, _ bound: Double) -> Bool {
      switch self {
      case .more: figure > bound
      case .less: figure < bound
      case .atLeast: figure >= bound
      case .atMost: figure <= bound
      }
    }
  }

  enum Test: Hashable, Sendable {
    /// One of the texts, in lower case, stands in the field, or anywhere.
    case holds([String], field: String?)
    /// One of the texts is all of what the field says, or its figure.
    case equals([String], field: String, figures: [Double])
    case compares(Comparison, Double, field: String)
    /// Anywhere.
    case matches(String)
  }

  var isNegated = false
  var test: Test

  var field: String? {
    switch test {
    case .holds(_, let field): field
    case .equals(_, let field, _), .compares(_, _, let field): field
    case .matches: nil
    }
  }

  /// Whether no row passes it that doesn't pass `other`, as far as that is plain to see.
  fileprivate func narrows(_ other: FilterTerm) -> Bool {
    if self == other { return true }
    guard !isNegated, !other.isNegated, case .holds(let new, let field) = test, case .holds(let old, field) = other.test else {
      return false
    }
    return new.count == 1 && old.count == 1 && new[0].contains(old[0])
  }
}

/// A filter: every term of it must hold. How it is typed is told in docs/filter.md. A term that can't be understood is as if it were not there.
struct FilterQuery: Hashable, Sendable {
  var terms: [FilterTerm] = []

  var isEmpty: Bool { terms.isEmpty }

  func narrows(_ other: FilterQuery) -> Bool {
    terms.count >= other.terms.count && zip(terms, other.terms).allSatisfy { $0.narrows($1) }
  }

  init() {}

  /// Every term that can be understood, and what is wrong with the first of the others.
  static func reading(_ text: String, fields: [FilterField]) -> (query: FilterQuery, problem: FilterProblem?) {
    var query = FilterQuery()
    var words = FilterWords(text)
    var problem: FilterProblem?
    while !words.isOver {
      do throws(FilterProblem) {
        if let word = try words.next() { query.terms.append(try term(word, fields)) }
      } catch { problem = problem ?? error }
    }
    return (query, problem)
  }

  private static func term(_ word: FilterWords.Word, _ fields: [FilterField]) throws(FilterProblem) -> FilterTerm {
    if word.isPattern {
      let pattern = word.text
      _ = try BytePattern(pattern)
      return FilterTerm(isNegated: word.isNegated, test: .matches(pattern))
    }
    guard let (name, sign, values) = word.comparison else {
      let values = word.values.filter { !$0.isEmpty }
      return FilterTerm(isNegated: word.isNegated, test: .holds(values.isEmpty ? [word.text.lowercased()] : values, field: nil))
    }
    guard let field = fields.named(name.lowercased()) else { throw FilterProblem(description: fields.problem(withName: name)) }
    let texts = values.filter { !$0.isEmpty }
    guard !texts.isEmpty else { throw FilterProblem(description: "\(name)\(sign) needs a value behind it") }
    let test: FilterTerm.Test
    switch sign {
    case ":": test = .holds(texts, field: field.id)
    case "=": test = .equals(texts, field: field.id, figures: field.measure.map { texts.compactMap($0.figure) } ?? [])
    default:
      guard let measure = field.measure else { throw FilterProblem(description: "\(name) is no figure: use \(name):text or \(name)=text") }
      guard texts.count == 1, let bound = measure.figure(of: texts[0]), let comparison = FilterTerm.Comparison(rawValue: sign) else {
        throw FilterProblem(
          description: "\(name)\(sign)\(texts.joined(separator: "|")) is not understood: \(name)\(sign)\(measure.example)")
      }
      test = .compares(comparison, bound, field: field.id)
    }
    return FilterTerm(isNegated: word.isNegated, test: test)
  }
}

/// What was typed, word by word: up to a space that is not in quotes, or a pattern up to its last slash.
struct FilterWords {
  struct Word {
    var isNegated = false
    var isPattern = false
    fileprivate var characters: [(character: Character, isQuoted: Bool)] = []

    var text: String { String(characters.map(\.character)) }

    /// What stands between bars, in lower case.
    var values: [String] { Self.values(characters[...]) }

    private static func values(_ characters: ArraySlice<(character: Character, isQuoted: Bool)>) -> [String] {
      characters.split(omittingEmptySubsequences: false) { $0.character == "|" && !$0.isQuoted }.map {
        String($0.map(\.character)).lowercased()
      }
    }

    /// The field, the sign and the values of `field:value`; `nil` for a word.
    var comparison: (field: String, sign: String, values: [String])? {
      guard let place = characters.firstIndex(where: { ":=<>".contains($0.character) || $0.isQuoted }), !characters[place].isQuoted else {
        return nil
      }
      let field = String(characters[..<place].map(\.character))
      // A time of day is a word.
      guard field.first?.isLetter == true, field.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }) else { return nil }
      var sign = String(characters[place].character)
      var rest = characters[(place + 1)...]
      if sign == "<" || sign == ">", let next = rest.first, next.character == "=", !next.isQuoted {
        sign += "="
        rest = rest.dropFirst()
      }
      return (field, sign, Self.values(rest))
    }
  }

  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  var isOver: Bool { rest.isEmpty }

  mutating func next() throws(FilterProblem) -> Word? {
    rest = rest.drop { $0 == " " }
    guard !rest.isEmpty else { return nil }
    var word = Word()
    if rest.first == "!" {
      word.isNegated = true
      rest.removeFirst()
      guard let first = rest.first, first != " " else { throw FilterProblem(description: "! needs what is not wanted behind it") }
    }
    if rest.first == "/" {
      try takePattern(&word)
      return word
    }
    var isQuoted = false
    while let character = rest.first, isQuoted || character != " " {
      rest.removeFirst()
      if character == "\"", isQuoted || Self.opensQuote(after: word.characters.last) {
        isQuoted.toggle()
      } else {
        word.characters.append((character, isQuoted))
      }
    }
    return word
  }

  private static func opensQuote(after last: (character: Character, isQuoted: Bool)?) -> Bool {
    guard let last, !last.isQuoted else { return true }
    return ":=<>|".contains(last.character)
  }

  private mutating func takePattern(_ word: inout Word) throws(FilterProblem) {
    word.isPattern = true
    rest.removeFirst()
    var isEscaped = false
    while let character = rest.first {
      rest.removeFirst()
      if character == "/", !isEscaped {
        guard rest.first.map({ $0 == " " }) ?? true else {
          rest = rest.drop { $0 != " " }
          throw FilterProblem(description: "a pattern ends at its slash: write \\/ for one in it")
        }
        guard !word.characters.isEmpty else { throw FilterProblem(description: "there is nothing between the slashes") }
        return
      }
      // Other escapes are the pattern's.
      if character == "/", isEscaped { word.characters.removeLast() }
      isEscaped = character == "\\" && !isEscaped
      word.characters.append((character, true))
    }
    throw FilterProblem(description: "a pattern ends with a slash: /\(word.text)/")
  }
}

extension String {
  /// As one word of a filter, whatever is in it.
  var asFilterWord: String {
    let isPlain = !isEmpty && first != "!" && first != "/" && !contains { " \":=<>|".contains($0) }
    return isPlain ? self : "\"" + replacing("\"", with: "") + "\""
  }
}
