/// An address that a terminal opens at a click (OSC 8, "Hyperlinks in Terminal Emulators").
struct Hyperlink: Hashable, Sendable {
  let address: String

  /// Bytes that every terminal takes: the least of their limits is VTE's 2083.
  static let limit = 2000

  /// - Returns: `nil` where the address is none, is longer than terminals take, or holds what could end its sequence.
  init?(_ address: String) {
    guard (1...Self.limit).contains(address.utf8.count), address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    self.address = address
  }

  /// What is written from here on leads there.
  /// - Parameter id: pieces with the same one, and the same address, are one link.
  func opening(id: UInt8) -> [UInt8] { Array("\u{1B}]8;id=\(id);\(address)\u{1B}\\".utf8) }

  static let closing = Array("\u{1B}]8;;\u{1B}\\".utf8)
}
