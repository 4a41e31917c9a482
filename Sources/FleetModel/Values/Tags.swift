/// The tags of something in AWS, in the order of their keys.
///
/// Two lists, not a dictionary: of the ten or so that a machine has, one is found as fast, and the list of keys is one for all that have the same.
public struct Tags: Hashable, Sendable {
  public typealias Element = (key: String, value: String)

  public private(set) var keys: [String] = []
  // Many a value is another thing's id.
  private var values: [PackedText] = []

  public init() {}

  /// Of two with the same key the last one counts.
  public init(_ tags: some Sequence<Element>) {
    for tag in tags { self[tag.key] = tag.value }
    // Tens of thousands of them are kept: none with room for more.
    if keys.capacity > keys.count { keys = keys.map { $0 } }
    if values.capacity > values.count { values = values.map { $0 } }
  }

  /// The id that a tag's value is; `nil` without the tag, or where it is empty.
  func identity<ID: ManifoldIdentity>(_ key: String) -> ID? {
    keys.firstIndex(of: key).flatMap { values[$0].isEmpty ? nil : ID(storage: values[$0]) }
  }

  public var isEmpty: Bool { keys.isEmpty }

  public subscript(key: String) -> String? {
    get { keys.firstIndex(of: key).map { values[$0].text } }
    set {
      let index = keys.firstIndex { $0 >= key } ?? keys.endIndex
      let isThere = index < keys.endIndex && keys[index] == key
      switch newValue {
      case .some(let text):
        let value = PackedText(text)
        guard !isThere else { return values[index] = value }
        keys.insert(key, at: index)
        values.insert(value, at: index)
      case .none:
        guard isThere else { return }
        keys.remove(at: index)
        values.remove(at: index)
      }
    }
  }

  /// Takes its keys in the memory of those that came before, where they are the same.
  public mutating func share(_ known: inout TagKeys) { keys = known.shared(keys) }
}

/// The lists of keys that many tags have: a fleet's machines have a handful of different ones.
public struct TagKeys: Sendable {
  /// Where each thing has keys of its own none are shared.
  private static let limit = 32
  private var lists: [[String]] = []

  public init() {}

  fileprivate mutating func shared(_ keys: [String]) -> [String] {
    if let known = lists.first(where: { $0 == keys }) { return known }
    if lists.count < Self.limit { lists.append(keys) }
    return keys
  }
}

extension Tags: Sequence {
  public func makeIterator() -> AnyIterator<Element> {
    var tags = zip(keys, values).makeIterator()
    return AnyIterator { tags.next().map { ($0, $1.text) } }
  }
}

extension Tags: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) { self.init(elements.lazy.map { (key: $0.0, value: $0.1) }) }
}

extension Tags: Codable {
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([String: String].self).map { (key: $0.key, value: $0.value) })
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(Dictionary(map { ($0.key, $0.value) }) { $1 })
  }
}
