/// Text from outside, made harmless: what a server says can't move the cursor, colour the screen, hide itself or grow without bound.
public enum UntrustedText {
  /// Scalars kept of one text unless the caller says otherwise.
  public static let defaultLimit = 4096

  /// `text` on one line: control characters become spaces or vanish, bidirectional and invisible ones vanish, at most two combining marks
  /// stay on a base, secrets are masked, and what is longer than `limit` scalars ends in `…`.
  public static func clean(_ text: String, limit: Int = defaultLimit) -> String {
    if isHarmless(text), text.utf8.count <= limit { return SecretMask.mask(text) }
    var out = String.UnicodeScalarView()
    var count = 0
    var combining = 0
    var lastWasSpace = false
    // Masking may need to see past the limit: a secret cut in half is still a secret. Twice the limit is enough for every known shape.
    for scalar in text.unicodeScalars {
      if count > limit * 2 + 256 { break }
      switch kind(of: scalar) {
      case .plain:
        combining = 0
        lastWasSpace = false
        out.append(scalar)
      case .combining:
        combining += 1
        guard combining <= 2 else { continue }
        out.append(scalar)
      case .space:
        combining = 0
        guard !lastWasSpace else { continue }
        lastWasSpace = true
        out.append(" ")
      case .hidden: continue
      }
      count += 1
    }
    let masked = SecretMask.mask(String(out))
    guard masked.unicodeScalars.count > limit else { return masked }
    var cut = String.UnicodeScalarView()
    for scalar in masked.unicodeScalars.prefix(max(0, limit - 1)) { cut.append(scalar) }
    cut.append("…")
    return String(cut)
  }

  /// Every string and name in `value`, cleaned; values under secret names are masked (contract §10).
  public static func clean(_ value: JSONValue, limit: Int = defaultLimit) -> JSONValue {
    switch value {
    case .string(let text): .string(clean(text, limit: limit))
    case .array(let values): .array(values.map { clean($0, limit: limit) })
    case .object(let members):
      .object(
        members.map { member in
          let name = clean(member.name, limit: 256)
          if SecretMask.isSecret(name: member.name), !member.value.isNull { return JSONValue.Member(name, .string(SecretMask.replacement)) }
          return JSONValue.Member(name, clean(member.value, limit: limit))
        })
    default: value
    }
  }

  /// Whether every byte is printable ASCII: the usual case, decided without decoding.
  private static func isHarmless(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  enum Kind { case plain, combining, space, hidden }

  static func kind(of scalar: Unicode.Scalar) -> Kind {
    switch scalar.value {
    case 0x20...0x7E: return .plain
    case 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029: return .space
    case 0..<0x20, 0x7F...0x9F: return .hidden
    case 0xAD, 0x61C, 0x180E, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF, 0xFFF9...0xFFFB,
      0xE0000...0xE01EF:
      return .hidden
    default: break
    }
    if scalar.value < 0x300 { return .plain }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .spacingMark: return .combining
    case .control, .format, .surrogate, .unassigned, .privateUse: return scalar.value == 0xFFFD ? .plain : .hidden
    case .lineSeparator, .paragraphSeparator: return .space
    default: return .plain
    }
  }
}
