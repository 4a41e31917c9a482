/// A JSON document as a value. Objects keep their order; of a repeated name the last one wins, as in Go's and JavaScript's decoders.
public enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: JSONValue
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  public var string: String? { if case .string(let value) = self { value } else { nil } }
  /// A string with something in it: the control plane writes `""` for "none".
  public var text: String? { string.flatMap { $0.isEmpty ? nil : $0 } }
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
  public var members: [Member]? { if case .object(let value) = self { value } else { nil } }
  public var isNull: Bool { self == .null }
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
  public var integer: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value.rounded())
    default: nil
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements.map(Member.init)) }

  public init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }
  public init(_ value: (some Identity)?) { self = value.map { .string($0.rawValue) } ?? .null }
  public init(_ value: Timestamp?) { self = value.map { .string($0.description) } ?? .null }
  public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
  public init(_ value: Bool?) { self = value.map(JSONValue.bool) ?? .null }
  /// A figure rounded to `places` decimals; what is not a finite number is unknown.
  public init(_ value: Double?, places: Int = 6) {
    guard let value, value.isFinite else {
      self = .null
      return
    }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    self = .number(rounded.isFinite ? rounded : value)
  }
}

// MARK: - Writing

extension JSONValue: CustomStringConvertible {
  public var description: String { serialized() }

  /// RFC 8259 text on one line; with `sortedKeys` the canonical form that hashes are made of.
  public func serialized(sortedKeys: Bool = false) -> String {
    var out: [UInt8] = []
    write(to: &out, sortedKeys: sortedKeys)
    return String(decoding: out, as: UTF8.self)
  }

  /// The same over several lines, two spaces a level.
  public func prettyPrinted() -> String {
    var out: [UInt8] = []
    writePretty(to: &out, depth: 0)
    return String(decoding: out, as: UTF8.self)
  }

  public func write(to out: inout [UInt8], sortedKeys: Bool = false) {
    switch self {
    case .array(let values):
      out.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        value.write(to: &out, sortedKeys: sortedKeys)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      let ordered = sortedKeys ? members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : members
      for (index, member) in ordered.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        Self.write(member.name, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.write(to: &out, sortedKeys: sortedKeys)
      }
      out.append(UInt8(ascii: "}"))
    default: writeScalar(to: &out)
    }
  }

  private func writePretty(to out: inout [UInt8], depth: Int) {
    func newline(_ depth: Int) {
      out.append(UInt8(ascii: "\n"))
      out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
    switch self {
    case .array(let values) where !values.isEmpty:
      out.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newline(depth + 1)
        value.writePretty(to: &out, depth: depth + 1)
      }
      newline(depth)
      out.append(UInt8(ascii: "]"))
    case .object(let members) where !members.isEmpty:
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        newline(depth + 1)
        Self.write(member.name, to: &out)
        out.append(contentsOf: [UInt8(ascii: ":"), UInt8(ascii: " ")])
        member.value.writePretty(to: &out, depth: depth + 1)
      }
      newline(depth)
      out.append(UInt8(ascii: "}"))
    default: write(to: &out)
    }
  }

  private func writeScalar(to out: inout [UInt8]) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    case .number(let value): Self.write(value, to: &out)
    case .string(let value): Self.write(value, to: &out)
    case .array, .object: break
    }
  }

  /// What is not a finite number is unknown.
  static func write(_ number: Double, to out: inout [UInt8]) {
    if !number.isFinite {
      out.append(contentsOf: "null".utf8)
    } else if number == number.rounded(), abs(number) < 9e15 {
      out.append(contentsOf: String(Int64(clamping: number)).utf8)
    } else {
      out.append(contentsOf: "\(number)".utf8)
    }
  }

  static func write(_ text: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      for (index, byte) in bytes.enumerated() where needsEscape(byte) {
        out.append(contentsOf: bytes[written..<index])
        writeEscaped(byte, to: &out)
        written = index + 1
      }
      out.append(contentsOf: bytes[written...])
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
  }

  private static func writeEscaped(_ byte: UInt8, to out: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): out.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): out.append(contentsOf: "\\\\".utf8)
    case 0x0A: out.append(contentsOf: "\\n".utf8)
    case 0x0D: out.append(contentsOf: "\\r".utf8)
    case 0x09: out.append(contentsOf: "\\t".utf8)
    default:
      out.append(contentsOf: "\\u00".utf8)
      for digit in [byte >> 4, byte & 15] { out.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10) }
    }
  }
}
