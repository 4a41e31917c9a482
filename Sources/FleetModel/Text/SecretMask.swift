/// Finds credentials in text and takes them out before anything else sees them (contract §10).
///
/// Masked are tokens with a known prefix, `Bearer …`, cookie and authorization headers, values after a secret's name (`token=…`,
/// `"password": "…"`, `--api-key …`, `<SecretAccessKey>…`), passwords in URLs and private keys. Where it can't know, it takes too much
/// rather than too little. Text without a secret comes back as it is, without an allocation.
public enum SecretMask {
  public static let replacement = "•••"

  /// Whether a JSON member, a header or an assignment of this name holds a secret: `admin_token`, `X-Api-Key`, `SecretAccessKey`,
  /// `DATABASE_URL_ENCRYPTED`. Case, `_`, `-` and `.` don't matter; `tokens_used` and `tokenizer` are no secrets.
  public static func isSecret(name: String) -> Bool {
    var name = name
    return name.withUTF8 { SecretName.isSecret($0, $0.indices) }
  }

  /// `text` with every credential replaced by dots.
  public static func mask(_ text: String) -> String {
    var text = text
    let masked: String? = text.withUTF8 { bytes in
      var scanner = SecretScanner(bytes: bytes)
      let secrets = scanner.scan()
      guard !secrets.isEmpty else { return nil }
      var out: [UInt8] = []
      out.reserveCapacity(bytes.count)
      var shown = 0
      for secret in secrets {
        out.append(contentsOf: bytes[shown..<secret.lowerBound])
        out.append(contentsOf: replacement.utf8)
        shown = secret.upperBound
      }
      out.append(contentsOf: bytes[shown...])
      return String(decoding: out, as: UTF8.self)
    }
    return masked ?? text
  }
}

/// What names secrets go by.
enum SecretName {
  /// The ends of secret names, without separators, in lower case.
  private static let endings: [StaticString] = [
    "token", "password", "passwd", "passphrase", "secret", "secretkey", "secretaccesskey", "apikey", "privatekey", "signingkey",
    "encryptionkey", "urlencrypted", "authorization", "cookie", "amzsignature",
  ]
  /// Headers whose whole line is the secret.
  private static let headers: [StaticString] = ["authorization", "cookie"]

  static func isSecret(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    guard let last = bytes[range].last else { return false }
    // Every ending ends in one of these.
    switch last | 0x20 {
    case UInt8(ascii: "n"), UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: "y"): break
    default: return false
    }
    return endings.contains { ends(bytes, range, $0) }
  }

  static func isHeader(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    headers.contains { ends(bytes, range, $0) }
  }

  private static func ends(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ ending: StaticString) -> Bool {
    var left = ending.utf8CodeUnitCount
    for byte in bytes[range].reversed() where byte.isWord && byte != UInt8(ascii: "_") {
      guard left > 0 else { return true }
      guard byte.lowercased == ending.utf8Start[left - 1] else { return false }
      left -= 1
    }
    return left == 0
  }
}

extension UInt8 {
  var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
  var isASCIIUppercase: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  var isAlphanumeric: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lowercased) }
  var isWord: Bool { isAlphanumeric || self == UInt8(ascii: "_") }
  var lowercased: UInt8 { isASCIIUppercase ? self | 0x20 : self }
  var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
  var isLineEnd: Bool { self == 0x0A || self == 0x0D }
  var isQuote: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "`") }
}
