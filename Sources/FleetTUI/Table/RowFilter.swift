import CNcurses
import FleetModel

/// Which rows hold a text. What it looks into is put together once a row, while there is a filter: a key then costs one look a row.
struct RowFilter<Content: TableContent> {
  /// More rows than this are asked for their texts at every key: keeping them would cost more memory than it saves time.
  private static var limit: Int { 20_000 }

  /// As it was typed.
  private(set) var text = ""
  private var needle: [UInt8] = []
  private var texts: [Content.ID: [UInt8]]?

  mutating func set(_ text: String, _ content: Content, _ fleet: Fleet) {
    self.text = text
    needle = Array(text.lowercased().utf8)
    if text.isEmpty { texts = nil } else { anticipate(content, fleet) }
  }

  /// Puts together what the next key will look into, where that isn't done.
  mutating func anticipate(_ content: Content, _ fleet: Fleet) { if texts == nil { keepTexts(content, fleet) } }

  /// The rows or what they are made of became others.
  mutating func renew(_ content: Content, _ fleet: Fleet) { if texts != nil { keepTexts(content, fleet) } }

  /// One row became another, or came, or went.
  mutating func renew(_ id: Content.ID, _ content: Content, _ fleet: Fleet) {
    guard texts != nil else { return }
    guard content.count(fleet) <= Self.limit else { return texts = nil }
    let joined = content.exists(id, fleet) ? Self.joined(id, content, fleet) : nil
    texts?[id] = joined
  }

  /// The other rows are gone.
  mutating func keep(where isKept: (Content.ID) -> Bool) {
    if let all = texts { texts = all.filter { isKept($0.key) } }
  }

  func passes(_ id: Content.ID, _ content: Content, _ fleet: Fleet) -> Bool {
    guard !needle.isEmpty else { return true }
    if let bytes = texts?[id] { return bytes.withUnsafeBufferPointer(holds) }
    return content.texts(id, fleet) { text in
      var text = text
      return text.withUTF8(holds)
    }
  }

  private func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool { text_find(text.baseAddress, text.count, needle, needle.count) >= 0 }

  private mutating func keepTexts(_ content: Content, _ fleet: Fleet) {
    texts = nil
    guard content.count(fleet) <= Self.limit else { return }
    let ids = content.all(fleet)
    var kept: [Content.ID: [UInt8]] = Dictionary(minimumCapacity: ids.count)
    for id in ids { kept[id] = Self.joined(id, content, fleet) }
    texts = kept
  }

  /// Between two texts stands what nobody can type.
  private static func joined(_ id: Content.ID, _ content: Content, _ fleet: Fleet) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(256)
    _ = content.texts(id, fleet) { text in
      bytes.append(contentsOf: text.utf8)
      bytes.append(UInt8(ascii: "\n"))
      return false
    }
    return bytes
  }
}
