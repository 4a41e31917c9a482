/// Why some bytes are not a JSON document.
public struct JSONReadError: Error, Hashable, CustomStringConvertible {
  public let offset: Int
  public let problem: String
  public var description: String { "not JSON at byte \(offset): \(problem)" }
}

extension JSONValue {
  /// Reads one RFC 8259 document. Invalid UTF-8 and lone surrogates become U+FFFD, as every other reader of these services does it.
  ///
  /// Foundation takes four times as long (`make bench`), and its decoder refuses a whole roster for one odd field; here a reader picks what
  /// it knows.
  /// A number that is out of range reads as `null`.
  /// - Parameter rowLimit: how many elements are kept of a list that is the document, or a member of it. The others are read over: a list
  ///   that is longer than was asked for costs no memory.
  /// - Throws: ``JSONReadError`` for anything that is not exactly one document, nests deeper than 128, or holds more than a million values.
  public init(parsing bytes: some Collection<UInt8>, rowLimit: Int = .max) throws(JSONReadError) {
    let result: Result<JSONValue, JSONReadError>? = bytes.withContiguousStorageIfAvailable { buffer in
      do throws(JSONReadError) { return .success(try JSONValue(parsing: buffer, rowLimit: rowLimit)) } catch { return .failure(error) }
    }
    if let result {
      self = try result.get()
    } else {
      try self.init(parsing: Array(bytes), rowLimit: rowLimit)
    }
  }

  /// The same of bytes that are known to be in memory: each event has several such, and asking a collection whether it is costs as much as
  /// reading a small one.
  public init(parsing bytes: UnsafeBufferPointer<UInt8>, rowLimit: Int = .max) throws(JSONReadError) {
    var reader = JSONReader(bytes: bytes, rowLimit: rowLimit)
    self = try reader.document()
  }

  /// - Throws: ``JSONReadError``.
  public init(parsing text: String) throws(JSONReadError) { try self.init(parsing: Array(text.utf8)) }
}

/// A recursive-descent reader over bytes in memory.
struct JSONReader {
  /// A value takes a hundred bytes and more, and its text two: sixteen mebibytes of `[]` would fill the memory.
  static let valueLimit = 1_000_000

  let bytes: UnsafeBufferPointer<UInt8>
  let rowLimit: Int
  var at = 0
  private var values = 0
  /// Where a list of rows stands: it is the document, or a member of it.
  private var listDepth = 0
  /// `false` within a row beyond the limit: it must be JSON, but nothing is made of it.
  private var keeps = true

  init(bytes: UnsafeBufferPointer<UInt8>, rowLimit: Int) {
    self.bytes = bytes
    self.rowLimit = max(0, rowLimit)
  }

  /// For the value that begins at `at`.
  /// - Parameter keeps: `false`: it is read over.
  init(bytes: UnsafeBufferPointer<UInt8>, at: Int, keeps: Bool = true) {
    self.init(bytes: bytes, rowLimit: .max)
    self.at = at
    self.keeps = keeps
  }

  func failure(_ problem: String) -> JSONReadError { JSONReadError(offset: at, problem: problem) }

  mutating func document() throws(JSONReadError) -> JSONValue {
    // A byte order mark is not allowed, but ignoring it is (RFC 8259 §8.1).
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { at = 3 }
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "{") { listDepth = 1 }
    let value = try value(depth: 0)
    skipSpace()
    guard at == bytes.count else { throw failure("text after the document") }
    return value
  }

  mutating func skipSpace() {
    while at < bytes.count {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  mutating func value(depth: Int) throws(JSONReadError) -> JSONValue {
    guard depth < 128 else { throw failure("nested too deep") }
    if keeps {
      values += 1
      guard values <= Self.valueLimit else { throw failure("more than \(Self.valueLimit) values") }
    }
    skipSpace()
    guard at < bytes.count else { throw failure("the end came too early") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw failure("no value starts here")
    }
  }

  mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONReadError) -> JSONValue {
    let count = text.utf8CodeUnitCount
    guard at + count <= bytes.count else { throw failure("the end came too early") }
    for index in 0..<count where text.utf8Start[index] != bytes[at + index] { throw failure("an unknown word") }
    at += count
    return value
  }

  mutating func object(depth: Int) throws(JSONReadError) -> JSONValue {
    at += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
      at += 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("a member's name is missing") }
      let name = try string()
      skipSpace()
      guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure("a colon is missing") }
      at += 1
      let value = try value(depth: depth + 1)
      if keeps { members.append(JSONValue.Member(name, value)) }
      skipSpace()
      guard at < bytes.count else { throw failure("the end came too early") }
      at += 1
      switch bytes[at - 1] {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "}"): return .object(members)
      default: throw failure("a comma or brace is missing")
      }
    }
  }

  mutating func array(depth: Int) throws(JSONReadError) -> JSONValue {
    at += 1
    var values: [JSONValue] = []
    skipSpace()
    if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
      at += 1
      return .array(values)
    }
    let limit = depth == listDepth ? rowLimit : .max
    let keptBefore = keeps
    defer { keeps = keptBefore }
    while true {
      if values.count >= limit { keeps = false }
      let value = try value(depth: depth + 1)
      if keeps { values.append(value) }
      skipSpace()
      guard at < bytes.count else { throw failure("the end came too early") }
      at += 1
      switch bytes[at - 1] {
      case UInt8(ascii: ","): continue
      case UInt8(ascii: "]"): return .array(values)
      default: throw failure("a comma or bracket is missing")
      }
    }
  }

  mutating func number() throws(JSONReadError) -> JSONValue {
    let start = at
    var isInteger = true
    func digit() -> Bool { at < bytes.count && (48...57).contains(bytes[at]) }
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard digit() else { throw failure("a digit is missing") }
    if bytes[at] == UInt8(ascii: "0") { at += 1 } else { while digit() { at += 1 } }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      isInteger = false
      at += 1
      guard digit() else { throw failure("a digit is missing") }
      while digit() { at += 1 }
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digit() else { throw failure("a digit is missing") }
      while digit() { at += 1 }
    }
    guard keeps else { return .null }
    if isInteger, at - start <= 18 {
      var value: Int64 = 0
      for byte in bytes[start..<at] where byte != UInt8(ascii: "-") { value = value * 10 + Int64(byte - 48) }
      return .integer(bytes[start] == UInt8(ascii: "-") ? -value : value)
    }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    if isInteger, let value = Int64(text) { return .integer(value) }
    // Well-formed but out of range: one absurd figure is unknown, and the document around it still counts.
    guard let value = Double(text), value.isFinite else { return .null }
    return .number(value)
  }

  mutating func string() throws(JSONReadError) -> String {
    at += 1
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 { at += 1 }
    guard at < bytes.count else { throw failure("a string does not end") }
    if bytes[at] == UInt8(ascii: "\"") {
      at += 1
      return keeps ? String(decoding: bytes[start..<at - 1], as: UTF8.self) : ""
    }
    var text = Array(bytes[start..<at])
    while at < bytes.count {
      let plain = at
      while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 { at += 1 }
      text.append(contentsOf: bytes[plain..<at])
      guard at < bytes.count else { break }
      let byte = bytes[at]
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
      try escape(into: &text)
    }
    throw failure("a string does not end")
  }

  /// Reads over a string; whether its escapes are right is judged by who reads its text.
  mutating func skipString() throws(JSONReadError) {
    at += 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        at += 1
        return
      case UInt8(ascii: "\\"): at += 2
      case 0..<0x20: throw failure("a control character in a string")
      default: at += 1
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONReadError) {
    guard at < bytes.count else { throw failure("a string does not end") }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try fourHexDigits()
      if (0xD800..<0xDC00).contains(code), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") {
        let mark = at
        at += 2
        let low = try fourHexDigits()
        if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) } else { at = mark }
      }
      let scalar = Unicode.Scalar(code) ?? "\u{FFFD}"
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func fourHexDigits() throws(JSONReadError) -> UInt32 {
    guard at + 4 <= bytes.count else { throw failure("a string does not end") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[at]
      at += 1
      switch byte {
      case 48...57: code = code << 4 | UInt32(byte - 48)
      case 65...70: code = code << 4 | UInt32(byte - 55)
      case 97...102: code = code << 4 | UInt32(byte - 87)
      default: throw failure("an unknown escape")
      }
    }
    return code
  }
}
