import TestSupport
import Testing

@testable import FleetModel

@Suite("Untrusted text")
struct UntrustedTextTests {
  @Test(
    "escape sequences lose what makes them act",
    arguments: [
      ("\u{1B}[2Jgone", "[2Jgone"), ("\u{1B}]0;title\u{07}x", "]0;titlex"), ("\u{1B}]52;c;aGk=\u{1B}\\x", "]52;c;aGk=\\x"),
      ("\u{1B}P1$r\u{1B}\\", "P1$r\\"), ("a\u{9B}31mb", "a31mb"), ("a\u{9D}0;t\u{9C}b", "a0;tb"), ("\u{90}q", "q"), ("a\0b", "ab"),
      ("a\u{07}b\u{08}c\u{7F}d", "abcd"), ("a\u{0E}b\u{0F}", "ab"), ("a\u{1B}", "a"), ("\u{FFFE}x", "x"), ("\u{10FFFF}x", "x"),
    ])
  func escapes(text: String, cleaned: String) { #expect(UntrustedText.clean(text) == cleaned) }

  @Test(
    "line breaks and tabs become one space",
    arguments: [
      ("a\nb", "a b"), ("a\r\nb", "a b"), ("a\n\n\tb", "a b"), ("a\u{85}b", "a b"), ("a\u{2028}b", "a b"), ("a\u{2029}b", "a b"),
      ("a\u{0B}\u{0C}b", "a b"),
    ])
  func lineBreaks(text: String, cleaned: String) { #expect(UntrustedText.clean(text) == cleaned) }

  @Test(
    "a program's output keeps its lines and nothing else that acts",
    arguments: [
      ("a\nb", "a\nb"), ("a\r\nb", "a\nb"), ("a\n\n\rb", "a\nb"), ("a\u{2028}b\u{85}c", "a\nb\nc"), ("a\tb", "a b"), ("a\n\t b", "a\n  b"),
      ("\u{1B}[2Ja\u{202E}\n\u{07}b", "[2Ja\nb"), ("x\npassword=hunter22\ny", "x\npassword=•••\ny"),
    ])
  func programOutput(text: String, cleaned: String) {
    #expect(UntrustedText.cleanLines(text) == cleaned)
    #expect(UntrustedText.cleanLines(cleaned) == cleaned)
    #expect(UntrustedText.cleanLines(text).onOneLine.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    #expect(UntrustedText.cleanLines(text + String(repeating: "\nx", count: 5000), limit: 100).unicodeScalars.count == 100)
  }

  @Test("of a document only the members named keep their lines, and on one line none do")
  func linesOfMembers() {
    let value: JSONValue = ["log_tail": "a\r\nb", "name": "a\nb", "inner": ["error": "c\nd", "log_tail": ["e\nf"]]]
    let cleaned = UntrustedText.clean(value, keepingLinesOf: UntrustedText.programOutput)
    #expect(cleaned == ["log_tail": "a\nb", "name": "a b", "inner": ["error": "c\nd", "log_tail": ["e f"]]])
    #expect(cleaned.onOneLine == UntrustedText.clean(value))
  }

  @Test(
    "bidirectional and invisible characters vanish",
    arguments: [
      "\u{202A}", "\u{202B}", "\u{202C}", "\u{202D}", "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{200E}",
      "\u{200F}", "\u{61C}",
      "\u{200B}", "\u{200C}", "\u{200D}", "\u{2060}", "\u{FEFF}", "\u{AD}", "\u{180E}", "\u{FE0F}", "\u{FE0E}", "\u{E0101}",
      "\u{E0041}", "\u{E007F}",
      "\u{34F}", "\u{115F}", "\u{1160}", "\u{3164}", "\u{FFA0}", "\u{FFF9}", "\u{1D173}", "\u{E000}", "\u{F8FF}", "\u{206A}",
    ])
  func invisible(scalar: String) { #expect(UntrustedText.clean("a\(scalar)b") == "ab") }

  @Test("ordinary text of every script stays")
  func scripts() {
    for text in [
      "acme", "Müller & Söhne", "Ελλάδα", "Привет", "你好", "こんにちは", "한국어", "नमस्ते", "😀 ok", "a\u{301}", "x  y", "—“”…€",
      "\u{FFFD}",
    ] {
      #expect(UntrustedText.clean(text) == text)
    }
  }

  @Test("ten thousand combining marks leave two, and none stands without a base")
  func combiningMarks() {
    #expect(UntrustedText.clean("a" + String(repeating: "\u{301}", count: 10_000) + "b") == "a\u{301}\u{301}b")
    #expect(UntrustedText.clean(String(repeating: "\u{301}", count: 10_000) + "b") == "b")
    #expect(UntrustedText.clean("\u{1100}" + String(repeating: "\u{1161}", count: 10_000)).unicodeScalars.count == 3)
  }

  @Test("text is cut to its limit, with a mark that it was", arguments: [1, 2, 10, 4096])
  func bounded(limit: Int) {
    for unit in ["x", "é", "你", "😀", "a\u{301}"] {
      let cleaned = UntrustedText.clean(String(repeating: unit, count: 10_000), limit: limit)
      #expect(cleaned.unicodeScalars.count == limit)
      #expect(cleaned.unicodeScalars.last == "…")
    }
    #expect(UntrustedText.clean(String(repeating: "x", count: limit), limit: limit) == String(repeating: "x", count: limit))
    #expect(UntrustedText.clean(String(repeating: "é", count: limit), limit: limit) == String(repeating: "é", count: limit))
  }

  @Test("a limit of nothing or less still says that something was cut")
  func noLimit() {
    #expect(UntrustedText.clean("abc", limit: 0) == "…")
    #expect(UntrustedText.clean("abc", limit: -1) == "…")
    #expect(UntrustedText.clean("", limit: 0) == "")
  }

  @Test("a secret that the limit would cut in half is masked first")
  func secretAtTheLimit() {
    let text = String(repeating: "x", count: 30) + " mol_pk_" + String(repeating: "s", count: 60)
    for limit in 32...110 { #expect(!UntrustedText.clean(text, limit: limit).contains("s")) }
  }

  @Test("a secret interrupted by invisible characters or an escape sequence is masked")
  func interruptedSecret() {
    #expect(UntrustedText.clean("gh\u{200B}p_abc\u{1B}defgh") == "ghp_•••")
    #expect(UntrustedText.clean("Bea\u{AD}rer abc\u{202E}def") == "Bearer •••")
  }

  @Test("a header's value ends with its line, although the line break is gone afterwards")
  func headerLine() {
    #expect(UntrustedText.clean("Cookie: a=b; c=d\nstatus ok") == "Cookie: ••• status ok")
  }

  /// Scalars of every kind, with those that matter more often than chance.
  private func randomText(using random: inout SeededGenerator) -> String {
    let fragments = [
      "\u{1B}[31m", "\u{9B}", "\u{202E}", "\u{200D}", "\u{FE0F}", "\u{E0041}", "\u{301}", "\u{1161}", "\n", "\r\n", "\t", " ", "  ",
      "\0", "é", "你", "😀", "token=",
      "\"password\":\"", "Bearer ", "ghp_abcdef", "AKIAABCDEFGH", "https://u:p@h/", "https://u:p/q@h", "Cookie: ", "authorization: ",
      "\"", "'", "\\", "•", "…", ":",
      "@", "x", "-----BEGIN RSA PRIVATE KEY-----", "-----END ", "--api-key ", "<Secret>", "{", "}", "eyJ0eXAiOiJKV1QiLCJhbGciOi.x",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...24, using: &random) {
      if Int.random(in: 0..<4, using: &random) > 0 {
        text += fragments.randomElement(using: &random) ?? ""
      } else if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  @Test("whatever comes in: nothing forbidden comes out, never more than the limit, and cleaning again what wasn't cut changes nothing")
  func properties() {
    var random = SeededGenerator(seed: 6)
    for _ in 0..<6_000 {
      let text = randomText(using: &random)
      let limit = Int.random(in: 1...80, using: &random)
      let cleaned = UntrustedText.clean(text, limit: limit)
      let whole = UntrustedText.clean(text)
      let masked = SecretMask.mask(text)
      let again = UntrustedText.clean(whole)
      // `#expect` costs more than what it checks here.
      if cleaned.unicodeScalars.count > limit || (cleaned + whole).unicodeScalars.contains(where: Self.isForbidden)
        || again != whole || SecretMask.mask(masked) != masked
      {
        Issue.record(
          "\(text.debugDescription) limit \(limit): \(cleaned.debugDescription), \(whole.debugDescription), \(again.debugDescription)")
      }
    }
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    ![.plain, .combining].contains(UntrustedText.kind(of: scalar))
  }

  @Test("no scalar at all reaches the terminal as a control, a format character or something unassigned")
  func everyScalar() {
    for code in 0...0x10FFFF as ClosedRange<UInt32> {
      guard let scalar = Unicode.Scalar(code) else { continue }
      if Self.isForbidden(scalar) { continue }
      let properties = scalar.properties
      if [.control, .format, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
        || properties.isBidiControl || properties.isDefaultIgnorableCodePoint || properties.isVariationSelector
      {
        Issue.record("U+\(String(code, radix: 16)) would be shown")
      }
    }
  }

  @Test("a document is cleaned through and through, and values under secret names are masked whatever their kind (contract §10)")
  func documents() throws {
    let value = try JSONValue(
      parsing:
        #"{"na\u001bme":"a\u0000b","auth_token":"abc","admin_token":null,"has_token":true,"token":[1,{"x":"y"}],"db_url_encrypted":"zz","password":5,"list":["Bearer abc",1.5]}"#
    )
    #expect(
      UntrustedText.clean(value).serialized()
        == #"{"name":"ab","auth_token":"•••","admin_token":null,"has_token":true,"token":"•••","db_url_encrypted":"•••","password":"•••","list":["Bearer •••",1.5]}"#
    )
  }
}
