import FleetModel

/// The members of a JSON object as pieces of its text, found by brackets and quotes alone: what isn't needed is never decoded.
struct JSONMembers {
  struct Member {
    var name: String
    /// The value's text: one document for ``value(_:)``, which also judges it.
    var value: Slice<UnsafeBufferPointer<UInt8>>
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at: Int
  private var isFirst = true
  private var isOver = false

  /// `nil` when `bytes` are no object.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    at = 0
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: "{") else { return nil }
    at += 1
  }

  /// - Throws: ``FeedEnvelopeProblem`` when it is no JSON.
  static func value(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(FeedEnvelopeProblem) -> JSONValue {
    do throws(JSONReadError) { return try JSONValue(parsing: UnsafeBufferPointer(rebasing: bytes)) } catch {
      throw FeedEnvelopeProblem(description: "a value of the event is \(error)")
    }
  }

  /// - Throws: ``FeedEnvelopeProblem`` where no member or end of the object follows, or something follows its end.
  mutating func next() throws(FeedEnvelopeProblem) -> Member? {
    guard !isOver else { return nil }
    skipSpace()
    guard at < bytes.count else { throw failure("the object does not end") }
    if bytes[at] == UInt8(ascii: "}") {
      at += 1
      isOver = true
      skipSpace()
      guard at == bytes.count else { throw failure("text after the document") }
      return nil
    }
    if !isFirst {
      guard bytes[at] == UInt8(ascii: ",") else { throw failure("a comma or brace is missing") }
      at += 1
      skipSpace()
    }
    isFirst = false
    let name = try string()
    skipSpace()
    guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw failure("a colon is missing") }
    at += 1
    skipSpace()
    let start = at
    try skipValue()
    guard at > start else { throw failure("a value is missing") }
    return Member(name: name, value: bytes[start..<at])
  }

  private mutating func string() throws(FeedEnvelopeProblem) -> String {
    let start = at
    guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw failure("a member's name is missing") }
    try skipString()
    let inner = bytes[start + 1..<at - 1]
    if !inner.contains(UInt8(ascii: "\\")) { return String(decoding: inner, as: UTF8.self) }
    return try Self.value(bytes[start..<at]).string ?? ""
  }

  private mutating func skipValue() throws(FeedEnvelopeProblem) {
    var depth = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\""):
        try skipString()
        if depth == 0 { return }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        if depth == 0 {
          at += 1
          return
        }
      case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D: if depth == 0 { return }
      default: break
      }
      at += 1
    }
    throw failure("the object does not end")
  }

  private mutating func skipString() throws(FeedEnvelopeProblem) {
    at += 1
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\\"): at += 2
      case UInt8(ascii: "\""):
        at += 1
        return
      default: at += 1
      }
    }
    at = bytes.count
    throw failure("a string does not end")
  }

  private mutating func skipSpace() {
    while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
  }

  private func failure(_ problem: String) -> FeedEnvelopeProblem {
    FeedEnvelopeProblem(description: "the event is not JSON at byte \(at): \(problem)")
  }
}
