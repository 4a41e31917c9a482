/// Text from outside, made harmless: what a server says can't move the cursor, colour the screen, hide itself or grow without bound.
public enum UntrustedText {
  /// Scalars kept of one text unless the caller says otherwise.
  public static let defaultLimit = 4096

  /// `text` on one line: control characters become spaces or vanish, bidirectional and invisible ones vanish, at most two combining marks
  /// stay on a base, secrets are masked, and what is longer than `limit` scalars ends in `…`. Cleaning again
  /// what wasn't cut changes nothing.
  public static func clean(_ text: String, limit: Int = defaultLimit) -> String { cleaned(text, limit, keepsLines: false) }

  /// The same with its lines kept, each ended by `\n`: for logs and errors, where a rule must tell one line from the next. Where it is shown,
  /// it goes ``Swift/String/onOneLine``.
  public static func cleanLines(_ text: String, limit: Int = defaultLimit) -> String { cleaned(text, limit, keepsLines: true) }

  private static func cleaned(_ text: String, _ limit: Int, keepsLines: Bool) -> String {
    if text.utf8.count <= limit, isHarmless(text) {
      let masked = SecretMask.mask(text)
      // Dots can be longer than what they stand for.
      if masked.utf8.count <= limit || masked.unicodeScalars.count <= limit { return masked }
    }
    let limit = max(1, limit)
    var out = String.UnicodeScalarView()
    var count = 0
    var combining = 2  // No base yet: a mark at the start would land on somebody else's cell.
    var broken = false
    // Masking may need to see past the limit: a secret cut in half is still a secret. Twice the limit is enough for every known shape.
    for scalar in text.unicodeScalars {
      if count > limit * 2 + 256 { break }
      switch kind(of: scalar) {
      case .plain:
        combining = 0
        broken = false
        out.append(scalar)
      case .combining:
        combining += 1
        guard combining <= 2 else { continue }
        broken = false
        out.append(scalar)
      case .lineBreak where keepsLines && scalar == "\t":
        combining = 0
        broken = false
        out.append(" ")
      case .lineBreak:
        combining = 0
        guard !broken else { continue }
        broken = true
        // Masking still has to know where a line ends.
        out.append("\n")
      case .hidden: continue
      }
      count += 1
    }
    let masked = SecretMask.mask(String(out))
    var line = String.UnicodeScalarView()
    var kept = 0
    for scalar in masked.unicodeScalars {
      kept += 1
      if kept > limit { break }
      line.append(scalar == "\n" && !keepsLines ? " " : scalar)
    }
    if kept > limit {
      line.removeLast()
      line.append("…")
    }
    return String(line)
  }

  /// Members of events that hold what a program wrote, line by line (contract §3.2, §4.5).
  public static let programOutput: Set = ["log_tail", "error", "last_error", "sample_error", "last_sample_error"]

  /// Every string and name in `value`, cleaned; values under secret names are masked (contract §10).
  /// - Parameter lined: names of members whose texts keep their lines.
  public static func clean(_ value: JSONValue, limit: Int = defaultLimit, keepingLinesOf lined: Set<String> = []) -> JSONValue {
    switch value {
    case .string(let text): .string(clean(text, limit: limit))
    case .array(let values): .array(values.map { clean($0, limit: limit, keepingLinesOf: lined) })
    case .object(let members):
      .object(
        members.map { member in
          let name = clean(member.name, limit: 256)
          if member.value.canHoldSecret, SecretMask.isSecret(name: member.name) {
            return JSONValue.Member(name, .string(SecretMask.replacement))
          }
          if case .string(let text) = member.value, lined.contains(name) {
            return JSONValue.Member(name, .string(cleanLines(text, limit: limit)))
          }
          return JSONValue.Member(name, clean(member.value, limit: limit, keepingLinesOf: lined))
        })
    default: value
    }
  }

  /// Whether every byte is printable ASCII: the usual case, decided without decoding.
  private static func isHarmless(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
  }

  enum Kind { case plain, combining, lineBreak, hidden }

  static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x20...0x7E: return .plain
    case 0x09...0x0D, 0x85, 0x2028, 0x2029: return .lineBreak
    case 0..<0x20, 0x7F...0x9F, 0xAD: return .hidden
    case 0xA0..<0x300: return .plain
    // Kana, ideographs and syllables: the bulk of what isn't Latin, decided without the tables.
    case 0x3041...0x3096, 0x30A0...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: return .plain
    // Conjoining vowels and finals take no cell of their own.
    case 0x1161...0x11FF, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB: return .combining
    case 0xFFF9...0xFFFB, 0xE0000...0xE0FFF: return .hidden
    case 0xFFFD: return .plain
    default: break
    }
    let properties = scalar.properties
    if properties.isDefaultIgnorableCodePoint || properties.isBidiControl { return .hidden }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: return .combining
    case .control, .format, .surrogate, .unassigned, .privateUse: return .hidden
    default: return .plain
    }
  }
}

extension String {
  /// Cleaned text of several lines, as it is shown.
  public var onOneLine: String { utf8.contains(UInt8(ascii: "\n")) ? replacing("\n", with: " ") : self }
}

extension JSONValue {
  /// With every string ``Swift/String/onOneLine``.
  public var onOneLine: JSONValue {
    guard hasLines else { return self }
    return switch self {
    case .string(let text): .string(text.onOneLine)
    case .array(let values): .array(values.map(\.onOneLine))
    case .object(let members): .object(members.map { Member($0.name, $0.value.onOneLine) })
    default: self
    }
  }

  private var hasLines: Bool {
    switch self {
    case .string(let text): text.utf8.contains(UInt8(ascii: "\n"))
    case .array(let values): values.contains(where: \.hasLines)
    case .object(let members): members.contains { $0.value.hasLines }
    default: false
    }
  }

  /// Whether it says something that could be kept from readers: `"token": null` and `"has_token": true` don't.
  fileprivate var canHoldSecret: Bool {
    switch self {
    case .null, .bool: false
    default: true
    }
  }
}
