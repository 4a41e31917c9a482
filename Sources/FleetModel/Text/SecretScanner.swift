/// One pass over UTF-8 bytes that finds where credentials stand. Each byte is looked at once; only the few that can begin or announce a
/// secret cost more.
struct SecretScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var found: [Range<Int>] = []

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The ranges to be hidden, in order, without overlaps. What was masked before (`•…`) is left alone, so that masking twice is masking once.
  mutating func scan() -> [Range<Int>] {
    var at = 0
    while at < bytes.count {
      if let secret = secret(at: at), !secret.isEmpty {
        hideTokens(between: at + 1, and: secret.lowerBound)
        found.append(secret)
        at = secret.upperBound
      } else {
        at += 1
      }
    }
    return found
  }

  /// What announces a secret can hold another: the user in `https://ghp_…:password@host`.
  private mutating func hideTokens(between start: Int, and end: Int) {
    var at = start
    while at < end {
      if startsWord(at), let token = token(at: at), token.upperBound <= end {
        found.append(token)
        at = token.upperBound
      } else {
        at += 1
      }
    }
  }

  private func secret(at index: Int) -> Range<Int>? {
    switch bytes[index] {
    case UInt8(ascii: ":"): password(at: index) ?? assigned(at: index)
    case UInt8(ascii: "="): assigned(at: index)
    case UInt8(ascii: ">"): element(at: index)
    case UInt8(ascii: "-"): privateKey(at: index) ?? option(at: index)
    case UInt8(ascii: "b"), UInt8(ascii: "B"): startsWord(index) ? bearer(at: index) : nil
    case UInt8(ascii: "A"), UInt8(ascii: "c"), UInt8(ascii: "e"), UInt8(ascii: "g"), UInt8(ascii: "h"), UInt8(ascii: "m"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "s"), UInt8(ascii: "w"), UInt8(ascii: "x"):
      startsWord(index) ? token(at: index) : nil
    default: nil
    }
  }

  private func startsWord(_ index: Int) -> Bool {
    index == 0 || !bytes[index - 1].isAlphanumeric || found.last?.upperBound == index
  }

  // MARK: - Tokens with a known prefix

  private struct Prefix {
    enum Alphabet { case token, dotted, alphanumeric, uppercase }
    let text: StaticString
    /// How many bytes of `alphabet` must follow: enough that no ordinary word is taken for a token.
    let least: Int
    let alphabet: Alphabet

    init(_ text: StaticString, _ least: Int, _ alphabet: Alphabet = .token) {
      self.text = text
      self.least = least
      self.alphabet = alphabet
    }
  }

  private static let prefixes: [Prefix] = [
    Prefix("mol_pk_", 4), Prefix("cfut_", 4), Prefix("sk-ant-", 4), Prefix("sk-proj-", 4), Prefix("sk-or-", 8), Prefix("sk_live_", 8),
    Prefix("sk-", 20, .alphanumeric), Prefix("ghp_", 4), Prefix("gho_", 4), Prefix("ghs_", 4), Prefix("ghu_", 4), Prefix("ghr_", 4),
    Prefix("github_pat_", 4), Prefix("glpat-", 8), Prefix("xoxb-", 4), Prefix("xoxp-", 4), Prefix("xapp-", 8), Prefix("napi_", 20),
    Prefix("hf_", 20, .alphanumeric), Prefix("rk_live_", 8), Prefix("whsec_", 8), Prefix("AIza", 30),
    Prefix("AKIA", 4, .uppercase), Prefix("ASIA", 12, .uppercase), Prefix("eyJ", 20, .dotted),
  ]

  private func token(at index: Int) -> Range<Int>? {
    for prefix in Self.prefixes where matches(prefix.text, index) {
      let start = index + prefix.text.utf8CodeUnitCount
      let end = run(from: start) { byte in
        switch prefix.alphabet {
        case .token: byte.isWord || byte == UInt8(ascii: "-")
        case .dotted: byte.isWord || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        case .alphanumeric: byte.isAlphanumeric
        case .uppercase: byte.isASCIIUppercase || byte.isASCIIDigit
        }
      }
      if end - start >= prefix.least { return start..<end }
    }
    return nil
  }

  /// `Bearer\s+\S+`, up to a quote.
  private func bearer(at index: Int) -> Range<Int>? {
    guard matches("bearer", index, ignoringCase: true) else { return nil }
    let word = index + 6
    let start = run(from: word, while: \.isSpace)
    guard start > word, !isMasked(start) else { return nil }
    return start..<run(from: start) { !$0.isSpace && !$0.isQuote && $0 != UInt8(ascii: "\\") }
  }

  /// `-----BEGIN … PRIVATE KEY-----` to its end, or to the text's.
  private func privateKey(at index: Int) -> Range<Int>? {
    guard matches("-----BEGIN ", index) else { return nil }
    let label = run(from: index + 11) { $0.isASCIIUppercase || $0 == 0x20 || $0.isASCIIDigit }
    guard label - 11 >= index + 11, matches("PRIVATE KEY", label - 11), matches("-----", label) else { return nil }
    let start = label + 5
    var end = start
    while end < bytes.count, !matches("-----END ", end) { end += 1 }
    return isMasked(run(from: start, while: \.isSpace)) ? nil : start..<end
  }

  // MARK: - Values after a name

  /// The value in `name=x`, `name: x`, `"name":"x"`, `\"name\":\"x\"`, `name := x`, when the name is a secret's.
  private func assigned(at separator: Int) -> Range<Int>? {
    var nameEnd = separator
    while nameEnd > 0, bytes[nameEnd - 1].isSpace, separator - nameEnd < 4 { nameEnd -= 1 }
    while nameEnd > 0, bytes[nameEnd - 1].isQuote || bytes[nameEnd - 1] == UInt8(ascii: "\\") || bytes[nameEnd - 1] == UInt8(ascii: "]"),
      separator - nameEnd < 8
    { nameEnd -= 1 }
    let name = name(endingAt: nameEnd)
    guard SecretName.isSecret(bytes, name) else { return nil }
    let start = run(from: separator + 1) { $0.isSpace || $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") }
    if bytes[separator] == UInt8(ascii: ":"), SecretName.isHeader(bytes, name), start < bytes.count, !bytes[start].isQuote,
      bytes[start] != UInt8(ascii: "\\"), bytes[start] != UInt8(ascii: "[")
    {
      // A header's value is all of its line, or of the quotes around the header.
      let quote = name.lowerBound > 0 && bytes[name.lowerBound - 1].isQuote ? bytes[name.lowerBound - 1] : nil
      let end = run(from: start) { !$0.isLineEnd && $0 != quote }
      return isMasked(start) ? nil : start..<end
    }
    return value(from: start)
  }

  /// The value in `--name x`.
  private func option(at index: Int) -> Range<Int>? {
    guard matches("--", index), startsWord(index) else { return nil }
    let nameEnd = run(from: index + 2) { $0.isWord || $0 == UInt8(ascii: "-") }
    guard SecretName.isSecret(bytes, index + 2..<nameEnd) else { return nil }
    let start = run(from: nameEnd, while: \.isSpace)
    guard start > nameEnd, start < bytes.count, bytes[start] != UInt8(ascii: "-") else { return nil }
    return value(from: start)
  }

  /// The text in `<Name>x</Name>`.
  private func element(at index: Int) -> Range<Int>? {
    let name = name(endingAt: index)
    guard name.lowerBound > 0, bytes[name.lowerBound - 1] == UInt8(ascii: "<"), SecretName.isSecret(bytes, name) else { return nil }
    return isMasked(index + 1) ? nil : index + 1..<run(from: index + 1) { $0 != UInt8(ascii: "<") }
  }

  private func name(endingAt end: Int) -> Range<Int> {
    var start = end
    while start > 0, bytes[start - 1].isWord || bytes[start - 1] == UInt8(ascii: "-") || bytes[start - 1] == UInt8(ascii: "."),
      end - start < 128
    { start -= 1 }
    return start..<end
  }

  private func value(from index: Int) -> Range<Int>? {
    guard index < bytes.count else { return nil }
    // Quoted, perhaps inside a document that is itself quoted: to the same number of backslashes and the same quote.
    let open = run(from: index) { $0 == UInt8(ascii: "\\") }
    if open < bytes.count, bytes[open].isQuote {
      let start = open + 1
      guard !isMasked(start) else { return nil }
      return start..<closing(bytes[open], escapes: open - index, from: start)
    }
    if bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[") {
      return isMasked(index + 1) ? nil : index + 1..<closingBracket(from: index)
    }
    guard !isMasked(index) else { return nil }
    let end = run(from: index) { !endsValue($0) }
    for word: StaticString in ["true", "false", "null", "none", "nil"]
    where matches(word, index, ignoringCase: true) && end - index == word.utf8CodeUnitCount { return nil }
    return index..<end
  }

  private func endsValue(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: "<"): true
    default: byte.isSpace || byte.isQuote || byte == UInt8(ascii: "\\")
    }
  }

  private func closing(_ quote: UInt8, escapes: Int, from start: Int) -> Int {
    var at = start
    var backslashes = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "\\") {
        backslashes += 1
      } else {
        if bytes[at] == quote, backslashes == escapes || (escapes == 0 && backslashes % 2 == 0) { return at - escapes }
        backslashes = 0
      }
      at += 1
    }
    return at
  }

  private func closingBracket(from start: Int) -> Int {
    var depth = 0
    for at in start..<bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return at }
      default: break
      }
    }
    return bytes.count
  }

  // MARK: - URLs

  /// Bytes of one URL that are looked at: longer than any authority, short enough that a text of nothing but `://` is read in no time.
  private static let longestAuthority = 1024

  /// The password in `scheme://user:password@host`, also one that should have been percent-encoded and wasn't.
  private func password(at index: Int) -> Range<Int>? {
    guard index > 0, bytes[index - 1].isAlphanumeric, matches("://", index) else { return nil }
    let limit = min(bytes.count, index + Self.longestAuthority)
    let user = run(from: index + 3, before: limit) { byte in
      !endsAuthority(byte) && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "@") && byte != UInt8(ascii: "[")
    }
    guard user < limit, bytes[user] == UInt8(ascii: ":") else { return nil }
    let start = user + 1
    guard !isMasked(start) else { return nil }
    let hostEnd = run(from: start, before: limit) { !endsAuthority($0) }
    if let at = bytes[start..<hostEnd].lastIndex(of: UInt8(ascii: "@")) { return start..<at }
    // `host:8080/…@…` is a port and a path; anything else before an `@` is a password with a slash in it.
    guard !bytes[start..<hostEnd].allSatisfy(\.isASCIIDigit) else { return nil }
    let end = run(from: hostEnd, before: limit) { !endsURL($0) }
    return bytes[hostEnd..<end].lastIndex(of: UInt8(ascii: "@")).map { start..<$0 }
  }

  private func endsAuthority(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || endsURL(byte)
  }

  private func endsURL(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "\\")
  }

  // MARK: - Reading

  /// Whether a `•` or a cut stands here: that secret is hidden already.
  private func isMasked(_ index: Int) -> Bool { matches("•", index) || matches("…", index) }

  private func run(from index: Int, before limit: Int? = nil, while condition: (UInt8) -> Bool) -> Int {
    var at = index
    let limit = limit ?? bytes.count
    while at < limit, condition(bytes[at]) { at += 1 }
    return at
  }

  private func matches(_ word: StaticString, _ at: Int, ignoringCase: Bool = false) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at >= 0, at + count <= bytes.count else { return false }
    for index in 0..<count {
      let byte = ignoringCase ? bytes[at + index].lowercased : bytes[at + index]
      if byte != word.utf8Start[index] { return false }
    }
    return true
  }
}
