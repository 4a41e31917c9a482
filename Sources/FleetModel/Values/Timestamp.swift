/// A moment of the years 1…9999, in milliseconds since 1970-01-01T00:00:00Z, without leap seconds: what the event streams carry.
///
/// A number from outside may be anything. A moment beyond those years becomes the nearest within them, so that no arithmetic on moments
/// overflows; ``init(unix:)`` takes it for none.
public struct Timestamp: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  /// The years 1…9999, which RFC 3339 can write.
  private static let range = (-62_135_596_800_000 as Int64)...(253_402_300_799_999 as Int64)

  public init(milliseconds: Int64) { self.milliseconds = min(max(milliseconds, Self.range.lowerBound), Self.range.upperBound) }
  /// What is no number is 1970.
  public init(seconds: Double) { self.init(milliseconds: Int64(clamping: (seconds * 1000).rounded())) }
  /// Seconds since 1970 as a server tells them; `nil` outside the years 1…9999.
  public init?(unix seconds: Double) {
    let milliseconds = Int64(clamping: (seconds * 1000).rounded())
    guard !seconds.isNaN, Self.range.contains(milliseconds) else { return nil }
    self.init(milliseconds: milliseconds)
  }

  public var seconds: Double { Double(milliseconds) / 1000 }

  public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
  /// Seconds from `earlier` to `later`.
  public static func - (later: Self, earlier: Self) -> Double { Double(later.milliseconds - earlier.milliseconds) / 1000 }
  public static func + (moment: Self, seconds: Double) -> Self { Timestamp(seconds: moment.seconds + seconds) }
}

extension Timestamp: CustomStringConvertible {
  /// RFC 3339 in UTC; milliseconds only where there are any.
  public var description: String {
    let (date, time, fraction) = parts
    var out: [UInt8] = []
    out.reserveCapacity(24)
    Self.append(date.year, 4, to: &out)
    out.append(UInt8(ascii: "-"))
    Self.append(date.month, 2, to: &out)
    out.append(UInt8(ascii: "-"))
    Self.append(date.day, 2, to: &out)
    out.append(UInt8(ascii: "T"))
    Self.append(time, separator: UInt8(ascii: ":"), to: &out)
    if fraction != 0 {
      out.append(UInt8(ascii: "."))
      Self.append(fraction, 3, to: &out)
    }
    out.append(UInt8(ascii: "Z"))
    return String(decoding: out, as: UTF8.self)
  }

  /// `13:42:07`, UTC.
  public var timeOfDay: String {
    var out: [UInt8] = []
    Self.append(parts.time, separator: UInt8(ascii: ":"), to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// `20261123T134207Z`, as AWS signatures carry it.
  public var basicFormat: String {
    let (date, time, _) = parts
    var out: [UInt8] = []
    Self.append(date.year, 4, to: &out)
    Self.append(date.month, 2, to: &out)
    Self.append(date.day, 2, to: &out)
    out.append(UInt8(ascii: "T"))
    Self.append(time, separator: nil, to: &out)
    out.append(UInt8(ascii: "Z"))
    return String(decoding: out, as: UTF8.self)
  }

  private typealias CivilDate = (year: Int64, month: Int64, day: Int64)

  private var parts: (date: CivilDate, time: Int64, fraction: Int64) {
    let (days, dayMilliseconds) = milliseconds.quotientAndRemainderFlooring(dividingBy: 86_400_000)
    return (Self.civil(fromDays: days), dayMilliseconds / 1000, dayMilliseconds % 1000)
  }

  private static func append(_ secondOfDay: Int64, separator: UInt8?, to out: inout [UInt8]) {
    append(secondOfDay / 3600, 2, to: &out)
    if let separator { out.append(separator) }
    append(secondOfDay / 60 % 60, 2, to: &out)
    if let separator { out.append(separator) }
    append(secondOfDay % 60, 2, to: &out)
  }

  private static func append(_ value: Int64, _ width: Int, to out: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }
}

// MARK: - Reading

extension Timestamp {
  /// RFC 3339 (any offset, any fraction; PostgreSQL's space instead of `T` and hours-only offsets too); `nil` for anything else,
  /// and for what the offset moves out of the years 1…9999. A leap second is the first second after it.
  public init?(rfc3339 text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    func digits(_ count: Int) -> Int64? {
      guard bytes.count >= count else { return nil }
      var value: Int64 = 0
      for _ in 0..<count {
        guard let byte = bytes.popFirst(), (48...57).contains(byte) else { return nil }
        value = value * 10 + Int64(byte - 48)
      }
      return value
    }
    func take(_ accepted: String) -> UInt8? {
      guard let byte = bytes.first, accepted.utf8.contains(byte) else { return nil }
      return bytes.popFirst()
    }
    guard let year = digits(4), take("-") != nil, let month = digits(2), take("-") != nil, let day = digits(2),
      take("Tt ") != nil, let hour = digits(2), take(":") != nil, let minute = digits(2), take(":") != nil, let second = digits(2),
      year >= 1, (1...12).contains(month), day >= 1, day <= Self.days(in: month, of: year), hour < 24, minute < 60, second <= 60
    else { return nil }
    var fraction: Int64 = 0
    if take(".,") != nil {
      var scale: Int64 = 100
      var count = 0
      while let byte = bytes.first, (48...57).contains(byte) {
        bytes.removeFirst()
        fraction += Int64(byte - 48) * scale
        scale /= 10
        count += 1
      }
      guard count > 0 else { return nil }
    }
    var offset: Int64 = 0
    if let sign = take("+-") {
      guard let hours = digits(2) else { return nil }
      var minutes: Int64 = 0
      if take(":") != nil || !bytes.isEmpty {
        guard let value = digits(2) else { return nil }
        minutes = value
      }
      guard hours < 24, minutes < 60 else { return nil }
      offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
    } else if take("Zz") == nil {
      return nil
    }
    guard bytes.isEmpty else { return nil }
    let total = Self.days(fromYear: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    guard Self.range.contains(total * 1000 + fraction) else { return nil }
    self.init(milliseconds: total * 1000 + fraction)
  }

  private static func days(in month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  // Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
  private static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = shifted.quotientAndRemainderFlooring(dividingBy: 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = (days + 719_468).quotientAndRemainderFlooring(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Int64 {
  fileprivate func quotientAndRemainderFlooring(dividingBy divisor: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
