/// Swift's `Codable` in our JSON: written straight into bytes, and read from them without a tree of values between.
///
/// For what is written and read here alone, as recordings are. What services answer is read as a ``JSONValue``, of which a reader picks what
/// it knows.
public enum JSONCoding {
  /// What one document may be. Who writes keeps to what is read again.
  public struct Limit: Hashable, Sendable {
    public var bytes: Int
    /// Numbers, texts, lists, objects: a short one takes more memory than text.
    public var values: Int

    public init(bytes: Int, values: Int) {
      self.bytes = bytes
      self.values = values
    }
  }

  /// Why a value can't be written.
  public struct WriteError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
  }

  /// Appends a value on one line. Members stand in the order in which they are encoded; a number that is not finite is `null`.
  ///
  /// - Throws: what its `encode(to:)` throws; ``WriteError`` when it is beyond the limit. Then `bytes` are as they were before.
  public static func append(_ value: some Encodable, to bytes: inout [UInt8], limit: Limit = Limit(bytes: .max, values: .max)) throws {
    let stream = JSONStream(bytes, limit)
    // While the stream has them nobody else does: appending copies nothing.
    bytes = []
    defer { bytes = stream.bytes }
    do { try stream.document(value) } catch {
      stream.revert()
      throw error
    }
  }
}

/// What one token of JSON is written from.
protocol JSONScalar: Encodable {
  func write(to bytes: inout [UInt8])
}

extension Bool: JSONScalar {
  func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: (self ? "true" : "false").utf8) }
}

extension String: JSONScalar {
  func write(to bytes: inout [UInt8]) { JSONValue.write(self, to: &bytes) }
}

extension Double: JSONScalar {
  func write(to bytes: inout [UInt8]) { JSONValue.write(self, to: &bytes) }
}

extension Float: JSONScalar {
  func write(to bytes: inout [UInt8]) {
    // Its own digits: those of the nearest double are twice as many.
    if isFinite { bytes.append(contentsOf: description.utf8) } else { JSONValue.write(.nan, to: &bytes) }
  }
}

extension JSONScalar where Self: FixedWidthInteger {
  func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: description.utf8) }
}

extension Int: JSONScalar {}
extension Int8: JSONScalar {}
extension Int16: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension UInt: JSONScalar {}
extension UInt8: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}

/// The bytes of a document that is being written, and the lists and objects that are open in it.
///
/// `Encodable` never says that a container is finished: it is closed when something is written beside it.
private final class JSONStream {
  private struct Level {
    let id: Int
    let end: UInt8
    var isEmpty = true
  }

  private(set) var bytes: [UInt8]
  private let start: Int
  private let limit: JSONCoding.Limit
  private var open: [Level] = []
  private var containers = 0
  private var values = 0
  /// A value is to be written here: nothing else may be.
  private var awaitsValue = true
  private var isOutOfTurn = false

  init(_ bytes: [UInt8], _ limit: JSONCoding.Limit) {
    self.bytes = bytes
    start = bytes.count
    self.limit = limit
  }

  func document(_ value: some Encodable) throws {
    try write(value)
    close(downTo: 0)
    try check()
  }

  func revert() { bytes.removeLast(bytes.count - start) }

  private func check() throws {
    if isOutOfTurn { throw JSONCoding.WriteError(description: "its parts are not encoded one after the other") }
    guard bytes.count - start <= limit.bytes else { throw JSONCoding.WriteError(description: "it has more than \(limit.bytes) bytes") }
    guard values <= limit.values else { throw JSONCoding.WriteError(description: "it has more than \(limit.values) values") }
  }

  // MARK: - Containers

  /// - Returns: its id.
  func begin(_ first: UInt8, _ end: UInt8) -> Int {
    noteValue()
    bytes.append(first)
    containers += 1
    open.append(Level(id: containers, end: end))
    return containers
  }

  private func close(downTo count: Int) {
    while open.count > count, let level = open.popLast() { bytes.append(level.end) }
  }

  /// Goes back to an open container, to write the next thing into it.
  private func next(in container: Int) throws {
    guard let index = open.lastIndex(where: { $0.id == container }) else {
      isOutOfTurn = true
      return try check()
    }
    close(downTo: index + 1)
    try check()
    if open[index].isEmpty { open[index].isEmpty = false } else { bytes.append(UInt8(ascii: ",")) }
    awaitsValue = true
  }

  func member(_ name: String, in container: Int) throws {
    try next(in: container)
    JSONValue.write(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
  }

  func element(in container: Int) throws { try next(in: container) }

  // MARK: - Values

  private func noteValue() {
    if !awaitsValue { isOutOfTurn = true }
    awaitsValue = false
    values += 1
  }

  func writeNull() {
    noteValue()
    bytes.append(contentsOf: "null".utf8)
  }

  func write(_ scalar: some JSONScalar) {
    noteValue()
    scalar.write(to: &bytes)
  }

  @_disfavoredOverload
  func write(_ value: some Encodable) throws {
    try value.encode(to: JSONStreamEncoder(stream: self))
    // It had nothing to say.
    if awaitsValue { _ = begin(UInt8(ascii: "{"), UInt8(ascii: "}")) }
  }
}

private struct JSONStreamEncoder: Encoder {
  let stream: JSONStream
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(JSONObjectEncoder<Key>(stream))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { JSONListEncoder(stream) }
  func singleValueContainer() -> any SingleValueEncodingContainer { JSONScalarEncoder(stream: stream) }
}

private struct JSONObjectEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let stream: JSONStream
  let id: Int
  var codingPath: [any CodingKey] { [] }

  init(_ stream: JSONStream) {
    self.stream = stream
    id = stream.begin(UInt8(ascii: "{"), UInt8(ascii: "}"))
  }

  func encodeNil(forKey key: Key) throws {
    try stream.member(key.stringValue, in: id)
    stream.writeNull()
  }

  func encode(_ value: some JSONScalar, forKey key: Key) throws {
    try stream.member(key.stringValue, in: id)
    stream.write(value)
  }

  @_disfavoredOverload
  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try stream.member(key.stringValue, in: id)
    try stream.write(value)
  }

  func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) -> KeyedEncodingContainer<Inner> {
    // What is wrong with it is told by what is written next.
    try? stream.member(key.stringValue, in: id)
    return KeyedEncodingContainer(JSONObjectEncoder<Inner>(stream))
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    try? stream.member(key.stringValue, in: id)
    return JSONListEncoder(stream)
  }

  func superEncoder() -> any Encoder {
    try? stream.member("super", in: id)
    return JSONStreamEncoder(stream: stream)
  }

  func superEncoder(forKey key: Key) -> any Encoder {
    try? stream.member(key.stringValue, in: id)
    return JSONStreamEncoder(stream: stream)
  }
}

private struct JSONListEncoder: UnkeyedEncodingContainer {
  let stream: JSONStream
  let id: Int
  private(set) var count = 0
  var codingPath: [any CodingKey] { [] }

  init(_ stream: JSONStream) {
    self.stream = stream
    id = stream.begin(UInt8(ascii: "["), UInt8(ascii: "]"))
  }

  private mutating func advance() throws {
    try stream.element(in: id)
    count += 1
  }

  mutating func encodeNil() throws {
    try advance()
    stream.writeNull()
  }

  mutating func encode(_ value: some JSONScalar) throws {
    try advance()
    stream.write(value)
  }

  @_disfavoredOverload
  mutating func encode<Value: Encodable>(_ value: Value) throws {
    try advance()
    try stream.write(value)
  }

  mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
    try? advance()
    return KeyedEncodingContainer(JSONObjectEncoder<Inner>(stream))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    try? advance()
    return JSONListEncoder(stream)
  }

  mutating func superEncoder() -> any Encoder {
    try? advance()
    return JSONStreamEncoder(stream: stream)
  }
}

private struct JSONScalarEncoder: SingleValueEncodingContainer {
  let stream: JSONStream
  var codingPath: [any CodingKey] { [] }

  func encodeNil() throws { stream.writeNull() }
  func encode(_ value: some JSONScalar) throws { stream.write(value) }

  @_disfavoredOverload
  func encode<Value: Encodable>(_ value: Value) throws { try stream.write(value) }
}
