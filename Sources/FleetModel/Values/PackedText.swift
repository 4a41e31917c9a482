/// A short text without a reference to it, where it has one of the shapes that most ids in a fleet have: a UUID in two words, an id of AWS's
/// (`i-`, `vol-`, `sg-` and the like before hexadecimal digits) in two words. Anything else, a UUID in capitals too, is kept as the text that
/// it is, and all of them come back exactly as they were written.
///
/// A fleet holds each id many times, in rows, tags, indices and verdicts. As strings of 19 and 36 bytes each was an allocation of its own, and
/// hashing and counting references to them a quarter of a snapshot's time. What has none of the shapes is not put into a table of names
/// once and for all: whoever named a new thing each second would make that grow for ever.
struct PackedText: Sendable {
  private enum Form: Sendable {
    case uuid(UInt64, UInt64)
    /// At most 30 digits after one of ``kinds``. Which, and how many digits there are, stands in the first word's highest three and next five bits.
    case aws(UInt64, UInt64)
    case text(String)
  }

  /// How ids in AWS begin: those of machines first.
  private static let kinds = ["i-", "vol-", "sg-", "eni-", "eni-attach-", "eipalloc-", "eipassoc-", "subnet-"].map { Array($0.utf8) }
  private static let mostDigits = 30

  private let form: Form

  init(_ text: String) {
    var text = text
    form = text.withUTF8 { Self.uuid($0) ?? Self.aws($0) } ?? .text(text)
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
    let dash = UInt8(ascii: "-")
    guard bytes.count == 36, bytes[8] == dash, bytes[13] == dash, bytes[18] == dash, bytes[23] == dash else { return nil }
    guard let first = number(bytes[0..<8]), let second = number(bytes[9..<13]), let third = number(bytes[14..<18]),
      let fourth = number(bytes[19..<23]), let last = number(bytes[24..<36])
    else { return nil }
    return .uuid(first.low << 32 | second.low << 16 | third.low, fourth.low << 48 | last.low)
  }

  private static func aws(_ bytes: UnsafeBufferPointer<UInt8>) -> Form? {
    // What most other texts fail at.
    guard let first = bytes.first, let last = bytes.last, digit(last) != nil else { return nil }
    for (index, kind) in kinds.enumerated() where kind[0] == first && bytes.starts(with: kind) {
      let digits = bytes.dropFirst(kind.count)
      guard (1...mostDigits).contains(digits.count), let (high, low) = number(digits) else { continue }
      return .aws(UInt64(index) << 61 | UInt64(digits.count) << 56 | high, low)
    }
    return nil
  }

  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> (high: UInt64, low: UInt64)? {
    var (high, low): (UInt64, UInt64) = (0, 0)
    for byte in digits {
      guard let digit = digit(byte) else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | digit
    }
    return (high, low)
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
    case .aws(let high, let low):
      String(unsafeUninitializedCapacity: 48) { bytes in
        let kind = Self.kinds[Int(high >> 61)]
        let digits = Int(high >> 56 & 31)
        for (index, byte) in kind.enumerated() { bytes[index] = byte }
        for index in 0..<digits {
          let shift = UInt64(digits - 1 - index) * 4
          bytes[kind.count + index] = Self.byte((shift < 64 ? low >> shift : high >> (shift - 64)) & 15)
        }
        return kind.count + digits
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
      (.aws(let leftHigh, let leftLow), .aws(let rightHigh, let rightLow)):
      leftHigh == rightHigh && leftLow == rightLow
    case (.text(let left), .text(let right)): left == right
    case (.uuid, _), (.aws, _), (.text, _): false
    }
  }

  func hash(into hasher: inout Hasher) {
    switch form {
    case .uuid(let high, let low), .aws(let high, let low):
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
    case (.aws(let leftHigh, let leftLow), .aws(let rightHigh, let rightLow)) where leftHigh >> 56 == rightHigh >> 56:
      return (leftHigh, leftLow) < (rightHigh, rightLow)
    default: return left.text < right.text
    }
  }
}
