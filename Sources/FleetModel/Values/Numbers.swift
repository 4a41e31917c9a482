// Numbers from outside — answers, files, arguments — may be anything: NaN, infinite, 1e308, one more than fits. Here they become whole numbers,
// counts, durations and waits. Nothing here traps, and nothing elsewhere converts a figure by itself: the compiler warns (the deprecated
// initialisers below stand in front of the standard library's), and `scripts/lint` refuses it.

/// What may be believed of a number from outside. A figure beyond is taken for none: whoever sent it is broken.
public enum Plausible {
  /// Things, bytes, cents: a million of the largest can be added up.
  public static let count = 0...1_000_000_000_000
  /// Seconds: three centuries. More is a broken clock.
  public static let duration = 0...1e10
  /// US dollars for an hour, or for a gigabyte and month.
  public static let price = 0...1e6
  /// Virtual processors or DNS records of a quota.
  public static let quota = 0...1_000_000_000
}

extension FixedWidthInteger {
  /// The figure's whole part; where that doesn't fit, the nearest number that does; 0 for what is no number.
  @inlinable public init(clamping figure: Double) {
    self = Self(exactly: figure.rounded(.towardZero)) ?? (figure > 0 ? .max : figure < 0 ? .min : 0)
  }
}

extension JSONValue {
  /// A whole number of things; `nil` for anything that can't be one.
  public var count: Int? {
    integer.flatMap { Int(exactly: $0) }.flatMap { Plausible.count.contains($0) ? $0 : nil }
  }

  /// Seconds that something took or may take; `nil` for anything that can't be that.
  public var duration: Double? { double.flatMap { Plausible.duration.contains($0) ? $0 : nil } }

  /// How much of something there is; `nil` for anything below nothing.
  public var rate: Double? { double.flatMap { $0 >= 0 && $0.isFinite ? $0 : nil } }
}

// MARK: - Waits

extension Duration {
  /// Seconds as a clock can take them: nothing for less than none and for what is no number, three centuries for more than that.
  public static func seconds(clamping seconds: Double) -> Duration {
    let bounded = seconds > 0 ? min(seconds, Plausible.duration.upperBound) : 0
    return .milliseconds(Int64(clamping: (bounded * 1000).rounded(.up)))
  }
}

extension Task where Success == Never, Failure == Never {
  /// Sleeps that long, however long that is.
  /// - Throws: `CancellationError`.
  public static func sleep(seconds: Double) async throws { try await sleep(for: .seconds(clamping: seconds)) }
}

/// Seconds as `poll` takes them: milliseconds, rounded up, an hour at most. Who waits looks at the clock again.
public func pollTimeout(_ seconds: Double) -> Int32 { Int32(clamping: (min(max(0, seconds), 3600) * 1000).rounded(.up)) }

// MARK: - In front of what traps

// Of two declarations alike, the standard library's gives way.

extension Int {
  @available(*, deprecated, message: "what doesn't fit would end the program: use init(clamping:) or init(exactly:)")
  public init(_ figure: Double) { self.init(clamping: figure) }
}

extension Int32 {
  @available(*, deprecated, message: "what doesn't fit would end the program: use init(clamping:) or init(exactly:)")
  public init(_ figure: Double) { self.init(clamping: figure) }
}

extension Int64 {
  @available(*, deprecated, message: "what doesn't fit would end the program: use init(clamping:) or init(exactly:)")
  public init(_ figure: Double) { self.init(clamping: figure) }
}

extension UInt64 {
  @available(*, deprecated, message: "what doesn't fit would end the program: use init(clamping:) or init(exactly:)")
  public init(_ figure: Double) { self.init(clamping: figure) }
}

extension Duration {
  @available(*, deprecated, message: "what doesn't fit would end the program: use seconds(clamping:)")
  public static func seconds(_ seconds: Double) -> Duration { .seconds(clamping: seconds) }
}
