/// The tags of something in AWS, in the order of their keys.
///
/// A list, not a dictionary: of the ten or so that a machine has, one is found as fast, and they take half the memory.
public struct Tags: Hashable, Sendable {
  public typealias Element = (key: String, value: String)

  private struct Tag: Hashable, Sendable {
    var key: String
    // Many a value is another thing's id.
    var value: PackedText
  }

  private var list: [Tag] = []

  public init() {}

  /// Of two with the same key the last one counts.
  public init(_ tags: some Sequence<Element>) {
    for tag in tags { self[tag.key] = tag.value }
    // Tens of thousands of them are kept: none with room for more.
    if list.capacity > list.count { list = list.map { $0 } }
  }

  /// The id that a tag's value is; `nil` without the tag, or where it is empty.
  func identity<ID: ManifoldIdentity>(_ key: String) -> ID? {
    list.first { $0.key == key }.flatMap { $0.value.isEmpty ? nil : ID(storage: $0.value) }
  }

  public var isEmpty: Bool { list.isEmpty }
  public var keys: [String] { list.map(\.key) }

  public subscript(key: String) -> String? {
    get { list.first { $0.key == key }?.value.text }
    set {
      let index = list.firstIndex { $0.key >= key } ?? list.endIndex
      let isThere = index < list.endIndex && list[index].key == key
      switch newValue {
      case .some(let text):
        let value = PackedText(text)
        isThere ? list[index].value = value : list.insert(Tag(key: key, value: value), at: index)
      case .none: if isThere { list.remove(at: index) }
      }
    }
  }
}

extension Tags: Sequence {
  public func makeIterator() -> AnyIterator<Element> {
    var tags = list.makeIterator()
    return AnyIterator { tags.next().map { ($0.key, $0.value.text) } }
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
