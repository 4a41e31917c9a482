import FleetModel

/// Numbers and times as a broken server, an edited file or a typing error has them: put into every place where one is read.
///
/// The same seed gives the same run.
public struct HostileNumbers: RandomNumberGenerator {
  /// As JSON writes them, or somebody who thinks so.
  public static let json = [
    "0", "-0", "-1", "1", "0.5", "-0.001", "1e308", "-1e308", "1e309", "1e999", "1e30", "5e-324", "9007199254740993", "2147483648",
    "-2147483649", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615", "18446744073709551616",
    "99999999999999999999", "253402300800", "253402300800000", "-62135596801", "null", "true", "\"1\"", "\"NaN\"", "[]", "{}",
  ]

  /// As headers, columns, arguments and configurations hold them.
  public static let texts = [
    "", " ", "0", "-0", "-1", "+1", " 1", "1 ", "0.5", "-0.5", "nan", "NaN", "-nan", "inf", "-inf", "Infinity", "1e308", "-1e308", "1e309",
    "1e30", "5e-324", "0x7fffffffffffffff", "2147483648", "-2147483649", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999", "253402300800",
    "1,5", "１２", "1_000", "one",
  ]

  /// As RFC 3339 would write them.
  public static let times = [
    "0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "1969-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T13:42:60Z", "2026-11-23T13:42:07.99999999999999999999Z", "", "now", "1e308",
    "infinity", "-infinity",
  ]

  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// SplitMix64.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  public mutating func text() -> String { Self.texts.randomElement(using: &self) ?? "" }
  public mutating func time() -> String { Self.times.randomElement(using: &self) ?? "" }

  /// The document with some of its numbers and times, a third of them, replaced.
  public mutating func spoil(_ json: JSONValue) -> String {
    var replaced: [String] = []
    let marked = mark(json, &replaced)
    return replaced.indices.reduce(marked.serialized()) { text, index in
      text.replacing("\"\(Self.marker)\(index)!\"", with: replaced[index])
    }
  }

  /// Nothing escapes it, and no document holds it.
  private static let marker = "\u{E000}"

  private mutating func mark(_ json: JSONValue, _ replaced: inout [String]) -> JSONValue {
    switch json {
    case .integer, .number: return replace(json, Self.json, &replaced)
    case .string(let text) where Timestamp(rfc3339: text) != nil:
      return replace(json, Self.times.map { JSONValue.string($0).serialized() } + Self.json, &replaced)
    // A document within a text, as recordings hold them.
    case .string(let text) where text.hasPrefix("{"):
      guard let inner = try? JSONValue(parsing: text) else { return json }
      return .string(spoil(inner))
    case .array(let values): return .array(values.map { mark($0, &replaced) })
    case .object(let members): return .object(members.map { JSONValue.Member($0.name, mark($0.value, &replaced)) })
    case .null, .bool, .string: return json
    }
  }

  private mutating func replace(_ json: JSONValue, _ choices: [String], _ replaced: inout [String]) -> JSONValue {
    guard next() % 3 == 0, let choice = choices.randomElement(using: &self) else { return json }
    replaced.append(choice)
    return .string("\(Self.marker)\(replaced.count - 1)!")
  }
}
