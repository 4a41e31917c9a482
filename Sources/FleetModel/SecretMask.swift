/// Finds credentials in text and takes them out before anything else sees them (contract §10).
public enum SecretMask {
  public static let replacement = "•••"

  private static let prefixes = ["mol_pk_", "cfut_", "sk-ant-", "sk-proj-", "ghp_", "gho_", "ghs_", "github_pat_", "xoxb-", "AKIA", "ASIA"]
  private static let words = ["bearer ", "set-cookie:", "cookie:", "authorization:"]
  private static let names = [
    "admin_token", "auth_token", "access_token", "refresh_token", "session_token", "token", "password", "passwd", "secret", "secret_key",
    "api_key", "apikey", "client_secret", "aws_secret_access_key", "aws_session_token", "authorization",
  ]

  /// Whether a JSON member or an assignment of this name holds a secret.
  public static func isSecret(name: String) -> Bool {
    let lower = name.lowercased()
    return names.contains(lower) || lower.hasSuffix("_url_encrypted") || lower.hasSuffix("_token") || lower.hasSuffix("_secret")
      || lower.hasSuffix("_password") || lower.hasSuffix("_api_key")
  }

  /// `text` with every credential replaced by dots.
  public static func mask(_ text: String) -> String {
    guard mayHoldSecret(text) else { return text }
    var out = ""
    out.reserveCapacity(text.utf8.count)
    var rest = Substring(text)
    var previous: Character?
    scan: while let first = rest.first {
      let startsWord = previous.map { !isTokenCharacter($0) } ?? true
      if startsWord {
        for prefix in prefixes where rest.hasPrefix(prefix) {
          let token = rest.prefix(while: isTokenCharacter)
          guard token.count >= prefix.count + 4 else { continue }
          out += prefix + replacement
          previous = "•"
          rest = rest.dropFirst(token.count)
          continue scan
        }
        if let word = words.first(where: { startsWith($0, rest) }) {
          let shown = rest.prefix(word.count)
          out += shown
          rest = rest.dropFirst(word.count)
          // A header's value is all of its line; a bearer is the next word.
          let value = word.hasSuffix(":") ? rest.prefix { !$0.isNewline } : rest.prefix { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
          out += value.allSatisfy(\.isWhitespace) ? String(value) : (word.hasSuffix(":") ? " " : "") + replacement
          rest = rest.dropFirst(value.count)
          previous = "•"
          continue scan
        }
        let name = rest.prefix(while: { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") })
        if !name.isEmpty {
          out += name
          rest = rest.dropFirst(name.count)
          previous = name.last
          if isSecret(name: String(name)), let value = assignedValue(rest) {
            out += value.before + replacement
            rest = value.after
            previous = "•"
          }
          continue scan
        }
      }
      out.append(first)
      previous = first
      rest = rest.dropFirst()
    }
    return out
  }

  /// The value in `="x"`, `: x` or `":"x"` after a secret's name.
  private static func assignedValue(_ text: Substring) -> (before: String, after: Substring)? {
    var rest = text
    var before = ""
    var separated = false
    while let character = rest.first, "\"'\\ =:".contains(character), before.count < 8 {
      if character == "=" || character == ":" { separated = true }
      before.append(character)
      rest = rest.dropFirst()
    }
    let value = rest.prefix { !$0.isWhitespace && !"\"',;&}\\".contains($0) }
    guard separated, !value.isEmpty, !value.hasPrefix(replacement) else { return nil }
    return (before, rest.dropFirst(value.count))
  }

  private static func isTokenCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == "-")
  }

  private static func startsWith(_ word: String, _ text: Substring) -> Bool {
    text.prefix(word.count).lowercased() == word
  }

  /// A quick look at the bytes: nearly no text from the fleet holds any of these.
  private static func mayHoldSecret(_ text: String) -> Bool {
    var text = text
    return text.withUTF8(holdsNeedle)
  }

  private static func holdsNeedle(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for index in bytes.indices {
      switch bytes[index] | 0x20 {
      case UInt8(ascii: "m") where matches("mol", bytes, index), UInt8(ascii: "c") where matches("cfut", bytes, index) || matches("cookie", bytes, index),
        UInt8(ascii: "s") where matches("sk-", bytes, index) || matches("secret", bytes, index),
        UInt8(ascii: "g") where matches("gh", bytes, index) || matches("github", bytes, index), UInt8(ascii: "x") where matches("xox", bytes, index),
        UInt8(ascii: "a") where matches("akia", bytes, index) || matches("asia", bytes, index) || matches("api", bytes, index) || matches("auth", bytes, index),
        UInt8(ascii: "b") where matches("bearer", bytes, index), UInt8(ascii: "t") where matches("token", bytes, index),
        UInt8(ascii: "p") where matches("passw", bytes, index), UInt8(ascii: "u") where matches("url_encr", bytes, index):
        return true
      default: continue
      }
    }
    return false
  }

  private static func matches(_ word: StaticString, _ bytes: UnsafeBufferPointer<UInt8>, _ at: Int) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at + count <= bytes.count else { return false }
    for index in 0..<count {
      let byte = bytes[at + index]
      let lower = (65...90).contains(byte) ? byte | 0x20 : byte
      if lower != word.utf8Start[index] { return false }
    }
    return true
  }
}
