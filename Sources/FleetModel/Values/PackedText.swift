/// A short text without a reference to it, where it has one of the shapes that most ids in a fleet have: a UUID in two words, an AWS instance's id
/// (`i-` and hexadecimal digits) in two words. Anything else, a UUID in capitals too, is kept as the text that it is, and all of them come
/// back exactly as they were written.
///
/// A fleet holds each id many times, in rows, tags, indices and verdicts. As strings of 19 and 36 bytes each was an allocation of its own, and
/// hashing and counting references to them a quarter of a snapshot's time. What has none of the shapes is not put into a table of names
/// once and for all: whoever named a new thing each second would make that grow for ever.
struct PackedText: Sendable {
  private enum Form: Sendable {
    case uuid(UInt64, UInt64)
    /// At most 30 digits after `i-`; how many there are stands in the first word's highest byte.
    case instance(UInt64, UInt64)
    case text(String)
  }

  private let form: Form

  init(_ text: String) {
    var text = text
    form = text.withUTF8 { Self.uuid($0) ?? Self.instance($0) } ?? .text(text)
  }

  var isEmpty: Bool { if case .text(let text) = form { text.isEmpty } else { false } }

  // MARK: - Reading

  private static func digit(_ byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }

  private static func isDash(_ index: Int) -> Bool { index == 8 || index == 13 || index == 18 || index == 23 }

  private static func uuid(_ bytes: UnsafeBufferPointer<UInt8>) -> Form? {
    guard bytes.count == 36 else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for (index, byte) in bytes.enumerated() {
      if isDash(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
        continue
      }
      guard let digit = digit(byte) else { return nil }
      // The first sixteen digits and three dashes.
      if index < 19 { high = high << 4 | digit } else { low = low << 4 | digit }
    }
    return .uuid(high, low)
  }

  private static func instance(_ bytes: UnsafeBufferPointer<UInt8>) -> Form? {
    guard (3...32).contains(bytes.count), bytes[0] == UInt8(ascii: "i"), bytes[1] == UInt8(ascii: "-") else { return nil }
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in bytes.dropFirst(2) {
      guard let digit = digit(byte) else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | digit
    }
    return .instance(UInt64(bytes.count - 2) << 56 | high, low)
  }

  // MARK: - Writing

  /// As it was written.
  var text: String {
    switch form {
    case .uuid(let high, let low):
      String(unsafeUninitializedCapacity: 36) { bytes in
        var shift = 64
        for index in 0..<36 {
          if Self.isDash(index) {
            bytes[index] = UInt8(ascii: "-")
            continue
          }
          shift = shift == 0 ? 60 : shift - 4
          bytes[index] = Self.byte((index < 19 ? high : low) >> UInt64(shift) & 15)
        }
        return 36
      }
    case .instance(let high, let low):
      String(unsafeUninitializedCapacity: 32) { bytes in
        let digits = Int(high >> 56)
        bytes[0] = UInt8(ascii: "i")
        bytes[1] = UInt8(ascii: "-")
        for index in 0..<digits {
          let shift = UInt64(digits - 1 - index) * 4
          bytes[2 + index] = Self.byte((shift < 64 ? low >> shift : high >> (shift - 64)) & 15)
        }
        return digits + 2
      }
    case .text(let text): text
    }
  }

  private static func byte(_ digit: UInt64) -> UInt8 {
    let digit = UInt8(truncatingIfNeeded: digit)
    return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}

extension PackedText: Hashable {
  static func == (left: Self, right: Self) -> Bool {
    switch (left.form, right.form) {
    case (.uuid(let leftHigh, let leftLow), .uuid(let rightHigh, let rightLow)),
      (.instance(let leftHigh, let leftLow), .instance(let rightHigh, let rightLow)):
      leftHigh == rightHigh && leftLow == rightLow
    case (.text(let left), .text(let right)): left == right
    case (.uuid, _), (.instance, _), (.text, _): false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch form {
    case .uuid(let high, let low), .instance(let high, let low):
      hasher.combine(high)
      hasher.combine(low)
    case .text(let text): hasher.combine(text)
    }
  }
}

extension PackedText: Comparable {
  /// In the order of their texts.
  static func < (left: Self, right: Self) -> Bool {
    switch (left.form, right.form) {
    case (.uuid(let leftHigh, let leftLow), .uuid(let rightHigh, let rightLow)): return (leftHigh, leftLow) < (rightHigh, rightLow)
    case (.instance(let leftHigh, let leftLow), .instance(let rightHigh, let rightLow)) where leftHigh >> 56 == rightHigh >> 56:
      return (leftHigh, leftLow) < (rightHigh, rightLow)
    default: return left.text < right.text
    }
  }
}
