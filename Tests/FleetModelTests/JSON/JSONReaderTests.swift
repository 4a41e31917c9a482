import TestSupport
import Testing

@testable import FleetModel

@Suite("Reading JSON")
struct JSONReaderTests {
  @Test(
    "RFC 8259 documents are read",
    arguments: [
      ("null", .null), ("true", .bool(true)), ("false", .bool(false)), (" \t\r\n1 \n", .integer(1)), ("0", .integer(0)),
      ("-0", .integer(0)),
      ("-1", .integer(-1)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("1e2", .number(100)), ("1E+2", .number(100)),
      ("-1.25e-2", .number(-0.0125)), ("0.1e0", .number(0.1)), ("5e-324", .number(.leastNonzeroMagnitude)),
      ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
      ("\"\"", ""), ("\"a\"", "a"), ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{08}\u{0C}\n\r\t"), ("\"\\u0041\\u00e9\\u20AC\"", "Aé€"),
      ("\"\\ud83d\\ude00\"", "😀"), ("\"é€😀\"", "é€😀"), ("\"\u{7F}\"", "\u{7F}"), ("\"\\u0000\"", "\0"), ("[]", []), ("{}", [:]),
      ("[ ]", []), ("{ }", [:]), ("[1,2 , 3]", [1, 2, 3]), ("[[],{}]", [[], [:]]), ("{\"a\":1,\"b\":[true]}", ["a": 1, "b": [true]]),
      ("{\"\":0}", ["": 0]), ("\u{FEFF}1", .integer(1)), ("100000000000000000", .integer(100_000_000_000_000_000)),
    ] as [(String, JSONValue)])
  func accepted(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(
    "everything else is refused",
    arguments: [
      "", " ", "\u{FEFF}", "nul", "nulL", "NULL", "True", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01", "00",
      "1.", ".5",
      "1.e1", "1e", "1e+", "0x10", "1_000", "1 2", "1,", "--1", "\"", "\"a", "\"\\", "\"\\\"", "\"\\x41\"", "\"\\u12\"",
      "\"\\u12g4\"", "\"\\u\"",
      "\"\\ud83d\\u12\"", "\"a\nb\"", "\"a\tb\"", "\"\0\"", "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}",
      "{\"a\"",
      "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1]", "{\"a\":1 \"b\":2}",
      "{\"a\"::1}",
      "// c\n1", "1 // c", "/* c */1", "[]]", "{}{}", "\u{A0}1", "[1\u{0B}]", "é",
    ])
  func refused(text: String) {
    #expect(throws: JSONReadError.self) { try JSONValue(parsing: text) }
  }

  @Test("a lone surrogate becomes U+FFFD, and what follows it stays")
  func loneSurrogates() throws {
    #expect(try JSONValue(parsing: #""\ud83d""#) == "\u{FFFD}")
    #expect(try JSONValue(parsing: #""\ude00x""#) == "\u{FFFD}x")
    #expect(try JSONValue(parsing: #""\ud83dx""#) == "\u{FFFD}x")
    #expect(try JSONValue(parsing: #""\ud83d\n""#) == "\u{FFFD}\n")
    #expect(try JSONValue(parsing: #""\ud83d\u0041""#) == "\u{FFFD}A")
    #expect(try JSONValue(parsing: #""\ud83d\ud83d\ude00""#) == "\u{FFFD}😀")
  }

  @Test("invalid UTF-8 becomes U+FFFD, in names too")
  func invalidUTF8() throws {
    let broken: [[UInt8]] = [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x80]]
    for bytes in broken {
      let value = try JSONValue(parsing: Array("{\"n".utf8) + bytes + Array("\":\"v".utf8) + bytes + Array("\"}".utf8))
      let member = try #require(value.members?.first)
      #expect(member.name.contains("\u{FFFD}"))
      #expect(member.value.string?.contains("\u{FFFD}") == true)
    }
  }

  @Test("of a repeated name the last one wins, and its place is kept")
  func duplicates() throws {
    let value = try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#)
    #expect(value["a"] == 3)
    #expect(value.members?.count == 3)
  }

  @Test("names keep their order")
  func order() throws {
    #expect(try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#).members?.map(\.name) == ["z", "a", "m"])
  }

  @Test("nesting to 128 is read, deeper is refused, and a hundred thousand brackets don't overflow the stack")
  func depth() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(128)) }
    #expect(throws: JSONReadError.self) { try JSONValue(parsing: nested(129)) }
    #expect(throws: JSONReadError.self) { try JSONValue(parsing: nested(100_000)) }
    #expect(throws: JSONReadError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
  }

  @Test(
    "a number that is out of range is unknown and doesn't cost the document around it",
    arguments: ["1e400", "-1e400", "1" + String(repeating: "0", count: 400)])
  func absurdNumbers(number: String) throws {
    #expect(try JSONValue(parsing: "{\"n\":\(number),\"slug\":\"acme\"}") == ["n": nil, "slug": "acme"])
  }

  @Test("a number too small to tell from zero is zero")
  func tinyNumber() throws {
    #expect(try JSONValue(parsing: "1e-400").double == 0)
  }

  static let roster =
    #"{"orgs":[{"id":"7c1e9b52-0000-4000-8000-00000000a4d1","slug":"acme","name":"Acmé \"Co\" \ud83d\ude00","plan":null,"n":[-1.5e3,0,true,false,{}]}],"limit":200}"#

  @Test("a document cut at any byte is refused")
  func truncated() {
    let bytes = Array(Self.roster.utf8)
    #expect(throws: Never.self) { try JSONValue(parsing: bytes) }
    for count in 0..<bytes.count {
      #expect(throws: JSONReadError.self, "cut after \(count) bytes") { try JSONValue(parsing: bytes[..<count]) }
    }
  }

  @Test("an error names the byte where reading stopped")
  func offsets() {
    #expect(throws: JSONReadError(offset: 5, problem: "no value starts here")) { try JSONValue(parsing: "[1,2,x]") }
    #expect(throws: JSONReadError(offset: 2, problem: "text after the document")) { try JSONValue(parsing: "1 2") }
  }

  @Test("mutated documents are read or refused, and what is read can be written and read again")
  func mutations() {
    var random = SeededGenerator(seed: 4)
    let seed = Array(Self.roster.utf8)
    let interesting: [UInt8] = Array("{}[]\",:\\u0dDeE+-.19tfn \n".utf8) + [0, 0x1F, 0x7F, 0x80, 0xC0, 0xED, 0xEF, 0xF4, 0xFF]
    var read = 0
    for _ in 0..<4_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = interesting.randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: index)
        default: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 20)], at: index)
        }
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      read += 1
      let text = value.serialized()
      if (try? JSONValue(parsing: text))?.serialized() != text { Issue.record("\(text)") }
    }
    #expect(read > 100)
  }

  @Test("of a list that is the document or a member of it, rows beyond the limit are judged but not made")
  func rowLimit() throws {
    func kept(_ text: String, _ limit: Int) throws -> String { try JSONValue(parsing: Array(text.utf8), rowLimit: limit).serialized() }
    #expect(
      try kept(#"{"orgs":[{"a":[1,2,3]},{"b":"x"},{"c":1}],"n":1,"o":[1]}"#, 2) == #"{"orgs":[{"a":[1,2,3]},{"b":"x"}],"n":1,"o":[1]}"#)
    #expect(try kept("[[1,2,3],4,5]", 1) == "[[1,2,3]]")
    #expect(try kept("[1]", 0) == "[]")
    for broken in [#"[1,{"a":}]"#, "[1,tru]", #"[1,"x]"#, "[1,-]", "[1,2", #"[1,"\u12"]"#, "[1,[[[}]"] {
      #expect(throws: JSONReadError.self, "\(broken)") { try kept(broken, 1) }
    }
  }

  @Test("a roster of 400,000 rows costs what the first 500 of them do")
  func longRoster() throws {
    let row = #"{"id":"8d6f1a30-0f10-4f5e-9a3e-111111111111","slug":"acme","x":1}"#
    let bytes = Array((#"{"orgs":["# + String(repeating: row + ",", count: 399_999) + row + "]}").utf8)
    let roster = try JSONValue(parsing: bytes, rowLimit: 500)
    #expect(roster["orgs"]?.array?.count == 500)
    // All of them are more values than any answer has.
    #expect(throws: JSONReadError.self) { try JSONValue(parsing: bytes) }
  }

  @Test("bytes that aren't contiguous are read the same")
  func lazyBytes() throws {
    #expect(try JSONValue(parsing: "[1,2]".utf8.lazy.map { $0 }) == [1, 2])
  }
}

@Suite("Writing JSON")
struct JSONValueTests {
  private func randomText(using random: inout SeededGenerator) -> String {
    let pool: [Unicode.Scalar] = [
      "a", "Z", "\"", "\\", "/", "\n", "\t", "\0", "\u{1F}", "\u{7F}", "é", "€", "😀", "\u{2028}",
      "\u{FFFD}", "\u{301}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      text.append(
        Bool.random(using: &random)
          ? pool.randomElement(using: &random) ?? "a" : Unicode.Scalar(UInt32.random(in: 0..<0xD800, using: &random)) ?? "a")
    }
    return String(text)
  }

  private func randomValue(depth: Int, using random: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer(.random(in: .min ... .max, using: &random))
    case 3: return .number(Double.random(in: -1...1, using: &random) + 0.1)
    case 4: return .number(Double(bitPattern: 0x0010_0000_0000_0000 | .random(in: 0...0x3FE0_0000_0000_0000, using: &random)))
    case 5: return .string(randomText(using: &random))
    case 6: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in randomValue(depth: depth - 1, using: &random) })
    default:
      return .object(
        (0..<Int.random(in: 0...4, using: &random)).map { _ in
          JSONValue.Member(randomText(using: &random), randomValue(depth: depth - 1, using: &random))
        })
    }
  }

  @Test("what is written reads as the same value, on one line, over several and with sorted names")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<1_000 {
      let value = randomValue(depth: 4, using: &random)
      let text = value.serialized()
      #expect(try JSONValue(parsing: text) == value)
      #expect(!text.utf8.contains { $0 < 0x20 || $0 == 0x7F })
      #expect(try JSONValue(parsing: value.prettyPrinted()) == value)
      let sorted = value.serialized(sortedKeys: true)
      #expect(try JSONValue(parsing: sorted).serialized(sortedKeys: true) == sorted)
    }
  }

  @Test("the canonical form sorts names by their bytes, at every level")
  func canonical() {
    let value: JSONValue = ["b": ["z": 1, "a": 2], "B": nil, "é": 1.5, "a": [true]]
    #expect(value.serialized(sortedKeys: true) == #"{"B":null,"a":[true],"b":{"a":2,"z":1},"é":1.5}"#)
    #expect(value.serialized() == #"{"b":{"z":1,"a":2},"B":null,"é":1.5,"a":[true]}"#)
  }

  @Test("a document over several lines is indented by two spaces, and empty ones stay short")
  func pretty() {
    let value: JSONValue = ["a": [1, [:], []], "b": "x"]
    #expect(value.prettyPrinted() == "{\n  \"a\": [\n    1,\n    {},\n    []\n  ],\n  \"b\": \"x\"\n}")
  }

  @Test("every character that could break a line or a terminal is escaped")
  func escapes() {
    #expect(JSONValue.string("\u{1B}[31m\"\\\n\r\t\u{7F}\u{01}").serialized() == #""\u001b[31m\"\\\n\r\t\u007f\u0001""#)
  }

  @Test("figures are written without a needless fraction, and what isn't finite is null")
  func figures() {
    #expect(JSONValue.number(2).serialized() == "2")
    #expect(JSONValue.number(0.0208).serialized() == "0.0208")
    #expect(JSONValue.number(1e300).serialized() == "1e+300")
    #expect(JSONValue.number(.nan).serialized() == "null")
    #expect(JSONValue.number(.infinity).serialized() == "null")
    #expect(JSONValue(0.1 + 0.2) == 0.3)
    #expect(JSONValue(Double.nan).isNull)
    #expect(JSONValue(1234.56789, places: 2) == 1234.57)
    #expect(JSONValue(1e308) == 1e308)
  }

  @Test("a value is read as the kind it is, and unknown is nil")
  func accessors() {
    let value: JSONValue = ["s": "x", "e": "", "i": 4, "d": 2.0, "b": true, "n": nil, "a": [1]]
    #expect(value["s"]?.text == "x")
    #expect(value["e"]?.string == "")
    #expect(value["e"]?.text == nil)
    #expect(value["i"]?.double == 4)
    #expect(value["d"]?.integer == 2)
    #expect(value["i"]?.string == nil)
    #expect(value["s"]?.integer == nil)
    #expect(value["b"]?.bool == true)
    #expect(value["n"]?.isNull == true)
    #expect(value["missing"] == nil)
    #expect(JSONValue.array([1])["a"] == nil)
    #expect(JSONValue.number(1e300).integer == nil)
    #expect(JSONValue.number(.nan).integer == nil)
  }
}
