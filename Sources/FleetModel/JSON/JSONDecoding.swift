extension JSONCoding {
  /// The value that a document is of.
  ///
  /// Nothing is taken for what it is not: a text for a number, a number for another that it doesn't fit. Of members that it doesn't know it
  /// takes no notice.
  /// - Parameter valueLimit: values of the document, known ones or not.
  /// - Throws: ``JSONReadError``; `DecodingError` for a document that is of something else.
  public static func value<Value: Decodable>(
    _ type: Value.Type = Value.self, from bytes: some Collection<UInt8>, valueLimit: Int = 1_000_000
  ) throws -> Value {
    let found = try bytes.withContiguousStorageIfAvailable { buffer in
      try Value(from: JSONOutlineDecoder(outline: try JSONOutline(buffer, valueLimit: valueLimit), node: 0))
    }
    return try found ?? value(type, from: Array(bytes), valueLimit: valueLimit)
  }
}

/// Where everything of a document stands: found in one pass, and nothing made of it.
private final class JSONOutline {
  enum Kind: UInt8 { case object, array, string, number, yes, no, null }

  struct Node {
    var kind: Kind
    /// Where its text begins.
    var start: Int32
    var end: Int32 = 0
    /// The node behind it and all that is in it.
    var next: Int32 = 0
    /// Of an object: the member that was asked for last. They are mostly asked for in their order.
    var latest: Int32 = 0
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  /// An object is followed by its members, name and value in turn, an array by its elements.
  private var nodes: [Node] = []

  /// - Throws: ``JSONReadError`` for anything that is not exactly one document, nests too deep, or holds too many values.
  init(_ bytes: UnsafeBufferPointer<UInt8>, valueLimit: Int) throws(JSONReadError) {
    self.bytes = bytes
    guard bytes.count < Int32.max else { throw JSONReadError(offset: 0, problem: "too long") }
    nodes.reserveCapacity(min(bytes.count / 8, 4096))
    var reader = JSONReader(bytes: bytes, at: 0, keeps: false)
    try add(&reader, valueLimit, depth: 0)
    reader.skipSpace()
    guard reader.at == bytes.count else { throw reader.failure("text after the document") }
  }

  private func add(_ reader: inout JSONReader, _ valueLimit: Int, depth: Int) throws(JSONReadError) {
    guard depth < 128 else { throw reader.failure("nested too deep") }
    reader.skipSpace()
    guard reader.at < bytes.count else { throw reader.failure("the end came too early") }
    let index = nodes.count
    // An object's names are nodes too.
    guard index / 2 < valueLimit else { throw reader.failure("more than \(valueLimit) values") }
    nodes.append(Node(kind: .null, start: Int32(reader.at)))
    switch bytes[reader.at] {
    case UInt8(ascii: "{"):
      nodes[index].kind = .object
      nodes[index].latest = Int32(index + 1)
      try addMembers(&reader, valueLimit, depth: depth)
    case UInt8(ascii: "["):
      nodes[index].kind = .array
      try addElements(&reader, valueLimit, depth: depth)
    case UInt8(ascii: "\""):
      nodes[index].kind = .string
      try reader.skipString()
    case UInt8(ascii: "t"):
      nodes[index].kind = .yes
      _ = try reader.literal("true", .null)
    case UInt8(ascii: "f"):
      nodes[index].kind = .no
      _ = try reader.literal("false", .null)
    case UInt8(ascii: "n"): _ = try reader.literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      nodes[index].kind = .number
      _ = try reader.number()
    default: throw reader.failure("no value starts here")
    }
    nodes[index].end = Int32(reader.at)
    nodes[index].next = Int32(nodes.count)
  }

  private func addMembers(_ reader: inout JSONReader, _ valueLimit: Int, depth: Int) throws(JSONReadError) {
    guard !ends(&reader, with: UInt8(ascii: "}")) else { return }
    repeat {
      reader.skipSpace()
      guard reader.at < bytes.count, bytes[reader.at] == UInt8(ascii: "\"") else { throw reader.failure("a member's name is missing") }
      let name = nodes.count
      nodes.append(Node(kind: .string, start: Int32(reader.at), next: Int32(name + 1)))
      try reader.skipString()
      nodes[name].end = Int32(reader.at)
      reader.skipSpace()
      guard reader.at < bytes.count, bytes[reader.at] == UInt8(ascii: ":") else { throw reader.failure("a colon is missing") }
      reader.at += 1
      try add(&reader, valueLimit, depth: depth + 1)
    } while try goesOn(&reader, until: UInt8(ascii: "}"))
  }

  private func addElements(_ reader: inout JSONReader, _ valueLimit: Int, depth: Int) throws(JSONReadError) {
    guard !ends(&reader, with: UInt8(ascii: "]")) else { return }
    repeat { try add(&reader, valueLimit, depth: depth + 1) } while try goesOn(&reader, until: UInt8(ascii: "]"))
  }

  /// Whether nothing is in it.
  private func ends(_ reader: inout JSONReader, with end: UInt8) -> Bool {
    reader.at += 1
    reader.skipSpace()
    guard reader.at < bytes.count, bytes[reader.at] == end else { return false }
    reader.at += 1
    return true
  }

  private func goesOn(_ reader: inout JSONReader, until end: UInt8) throws(JSONReadError) -> Bool {
    reader.skipSpace()
    guard reader.at < bytes.count else { throw reader.failure("the end came too early") }
    reader.at += 1
    switch bytes[reader.at - 1] {
    case UInt8(ascii: ","): return true
    case end: return false
    default: throw reader.failure("a comma or an end is missing")
    }
  }

  // MARK: - Asking

  // The nodes are kept from others: whoever held them while a member is looked up would have them copied.
  func kind(of node: Int) -> Kind { nodes[node].kind }
  func start(of node: Int) -> Int { Int(nodes[node].start) }
  /// The node behind it and all that is in it.
  func next(after node: Int) -> Int { Int(nodes[node].next) }

  /// The value of an object's member; of a repeated name one of them.
  func member(_ name: String, of object: Int) -> Int? {
    let end = Int(nodes[object].next)
    let latest = Int(nodes[object].latest)
    guard latest < end else { return nil }
    var name = name
    let found: Int? = name.withUTF8 { name in
      search(name, from: latest, to: end) ?? search(name, from: object + 1, to: latest)
    }
    guard let found else { return nil }
    nodes[object].latest = Int32(found)
    return found + 1
  }

  private func search(_ name: UnsafeBufferPointer<UInt8>, from first: Int, to end: Int) -> Int? {
    var member = first
    while member < end {
      if isNamed(member, name) { return member }
      member = Int(nodes[member + 1].next)
    }
    return nil
  }

  private func isNamed(_ member: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let (start, end) = (Int(nodes[member].start) + 1, Int(nodes[member].end) - 1)
    if end - start == name.count {
      for index in 0..<name.count where bytes[start + index] != name[index] { return false }
      return true
    }
    // Only an escape is longer than what it stands for.
    guard end - start > name.count, bytes[start..<end].contains(UInt8(ascii: "\\")) else { return false }
    return (try? text(of: member))?.utf8.elementsEqual(name) ?? false
  }

  func text(of node: Int) throws -> String {
    guard nodes[node].kind == .string else { throw mismatch(node, String.self) }
    var reader = JSONReader(bytes: bytes, at: Int(nodes[node].start))
    return try reader.string()
  }

  func truth(of node: Int) throws -> Bool {
    switch nodes[node].kind {
    case .yes: return true
    case .no: return false
    default: throw mismatch(node, Bool.self)
    }
  }

  func number(of node: Int) throws -> Double {
    guard nodes[node].kind == .number else { throw mismatch(node, Double.self) }
    var reader = JSONReader(bytes: bytes, at: Int(nodes[node].start))
    guard let number = try reader.number().double else { throw mismatch(node, Double.self) }
    return number
  }

  func integer<Value: FixedWidthInteger>(of node: Int) throws -> Value {
    guard nodes[node].kind == .number else { throw mismatch(node, Value.self) }
    var reader = JSONReader(bytes: bytes, at: Int(nodes[node].start))
    let found: Value? =
      switch try reader.number() {
      case .integer(let number): Value(exactly: number)
      case .number(let number):
        // Beyond 64 bits with a sign every digit still counts.
        Value(String(decoding: bytes[Int(nodes[node].start)..<Int(nodes[node].end)], as: UTF8.self)) ?? Value(exactly: number)
      default: nil
      }
    guard let found else { throw mismatch(node, Value.self) }
    return found
  }

  func mismatch(_ node: Int, _ type: Any.Type) -> DecodingError {
    DecodingError.typeMismatch(
      type, DecodingError.Context(codingPath: [], debugDescription: "what stands at byte \(nodes[node].start) is no \(type)"))
  }
}

/// What one token of JSON is read as.
private protocol JSONToken: Decodable {
  init(_ node: Int, _ outline: JSONOutline) throws
}

extension Bool: JSONToken {
  fileprivate init(_ node: Int, _ outline: JSONOutline) throws { self = try outline.truth(of: node) }
}

extension String: JSONToken {
  fileprivate init(_ node: Int, _ outline: JSONOutline) throws { self = try outline.text(of: node) }
}

extension Double: JSONToken {
  fileprivate init(_ node: Int, _ outline: JSONOutline) throws { self = try outline.number(of: node) }
}

extension Float: JSONToken {
  fileprivate init(_ node: Int, _ outline: JSONOutline) throws {
    self = Float(try outline.number(of: node))
    guard isFinite else { throw outline.mismatch(node, Float.self) }
  }
}

extension JSONToken where Self: FixedWidthInteger {
  fileprivate init(_ node: Int, _ outline: JSONOutline) throws { self = try outline.integer(of: node) }
}

extension Int: JSONToken {}
extension Int8: JSONToken {}
extension Int16: JSONToken {}
extension Int32: JSONToken {}
extension Int64: JSONToken {}
extension UInt: JSONToken {}
extension UInt8: JSONToken {}
extension UInt16: JSONToken {}
extension UInt32: JSONToken {}
extension UInt64: JSONToken {}

// Where something is wrong is told by its byte: a path would be built for everything that is right.

private struct JSONOutlineDecoder: Decoder {
  let outline: JSONOutline
  let node: Int
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard outline.kind(of: node) == .object else { throw outline.mismatch(node, [String: Any].self) }
    return KeyedDecodingContainer(JSONObjectDecoder(outline: outline, node: node))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { try JSONListDecoder(outline, node) }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { JSONTokenDecoder(outline: outline, node: node) }
}

private struct JSONObjectDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let outline: JSONOutline
  let node: Int
  var codingPath: [any CodingKey] { [] }

  var allKeys: [Key] {
    var keys: [Key] = []
    var member = node + 1
    let end = outline.next(after: node)
    while member < end {
      if let key = (try? outline.text(of: member)).flatMap(Key.init(stringValue:)) { keys.append(key) }
      member = outline.next(after: member + 1)
    }
    return keys
  }

  func contains(_ key: Key) -> Bool { outline.member(key.stringValue, of: node) != nil }

  private func value(_ key: Key) throws -> Int {
    guard let value = outline.member(key.stringValue, of: node) else {
      throw DecodingError.keyNotFound(
        key,
        DecodingError.Context(
          codingPath: [], debugDescription: "\(key.stringValue) is missing in what stands at byte \(outline.start(of: node))"))
    }
    return value
  }

  private func decoder(_ key: Key) throws -> JSONOutlineDecoder { JSONOutlineDecoder(outline: outline, node: try value(key)) }

  func decodeNil(forKey key: Key) throws -> Bool { outline.kind(of: try value(key)) == .null }
  func decode<Value: JSONToken>(_ type: Value.Type, forKey key: Key) throws -> Value { try Value(try value(key), outline) }

  @_disfavoredOverload
  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try Value(from: try decoder(key)) }

  func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) throws -> KeyedDecodingContainer<Inner> {
    try decoder(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try decoder(key).unkeyedContainer() }
  func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

  func superDecoder() throws -> any Decoder {
    guard let value = outline.member("super", of: node) else { throw outline.mismatch(node, (any Decoder).self) }
    return JSONOutlineDecoder(outline: outline, node: value)
  }
}

private struct JSONListDecoder: UnkeyedDecodingContainer {
  private let outline: JSONOutline
  private let end: Int
  private var node: Int
  private(set) var currentIndex = 0
  var codingPath: [any CodingKey] { [] }
  /// Not counted before they are read.
  var count: Int? { nil }
  var isAtEnd: Bool { node >= end }

  init(_ outline: JSONOutline, _ node: Int) throws {
    guard outline.kind(of: node) == .array else { throw outline.mismatch(node, [Any].self) }
    self.outline = outline
    self.node = node + 1
    end = outline.next(after: node)
  }

  /// The next element.
  private mutating func decoder<Value>(_ type: Value.Type) throws -> JSONOutlineDecoder {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(type, DecodingError.Context(codingPath: [], debugDescription: "the list has no more elements"))
    }
    defer {
      node = outline.next(after: node)
      currentIndex += 1
    }
    return JSONOutlineDecoder(outline: outline, node: node)
  }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, outline.kind(of: node) == .null else { return false }
    _ = try decoder(Never.self)
    return true
  }

  mutating func decode<Value: JSONToken>(_ type: Value.Type) throws -> Value { try Value(try decoder(type).node, outline) }

  @_disfavoredOverload
  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: try decoder(type)) }

  mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) throws -> KeyedDecodingContainer<Inner> {
    try decoder(type).container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try decoder([Any].self).unkeyedContainer() }
  mutating func superDecoder() throws -> any Decoder { try decoder((any Decoder).self) }
}

private struct JSONTokenDecoder: SingleValueDecodingContainer {
  let outline: JSONOutline
  let node: Int
  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { outline.kind(of: node) == .null }
  func decode<Value: JSONToken>(_ type: Value.Type) throws -> Value { try Value(node, outline) }

  @_disfavoredOverload
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Value(from: JSONOutlineDecoder(outline: outline, node: node))
  }
}
