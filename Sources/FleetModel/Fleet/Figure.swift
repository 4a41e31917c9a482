/// How far a figure is known: by the sources that it is counted from.
public enum FigureStanding: Hashable, Sendable {
  /// All of them are fresh.
  case known
  /// So many of them have answered yet; the rest is on its way.
  case loading(answered: Int, of: Int)
  /// Some can't be leaned on any more: it is as it was then.
  case lastKnown(Timestamp)
  /// One of them never answered, or not in full: there is more of it.
  case incomplete
  /// None of them was ever read.
  case unknown
}

extension FigureStanding {
  /// How little is known.
  fileprivate var rank: Int {
    switch self {
    case .known: 0
    case .lastKnown: 1
    case .incomplete: 2
    case .loading: 3
    case .unknown: 4
    }
  }

  /// Of two that were last known the older.
  fileprivate func older(_ other: FigureStanding) -> FigureStanding {
    if case .lastKnown(let one) = self, case .lastKnown(let two) = other { .lastKnown(min(one, two)) } else { self }
  }
}

/// A count or a sum, and how far it is known (`docs/figures.md`).
public struct Figure<Value: Hashable & Sendable>: Hashable, Sendable {
  /// `nil` is unknown, never nothing.
  public var value: Value?
  public var standing: FigureStanding

  public init(_ value: Value?, _ standing: FigureStanding) {
    self.value = value
    self.standing = value == nil && standing == .known ? .unknown : standing
  }

  /// Both together, as far as the one is known that is known less.
  public func joined(with other: Figure, _ sum: (Value, Value) -> Value) -> Figure {
    let both = value.flatMap { one in other.value.map { sum(one, $0) } } ?? value ?? other.value
    return Figure(both, standing.rank >= other.standing.rank ? standing.older(other.standing) : other.standing)
  }

  public static var unknown: Figure { Figure(nil, .unknown) }

  /// The value where it is all there is of it: known, or known as it last was.
  public var whole: Value? {
    switch standing {
    case .known, .lastKnown: value
    case .loading, .incomplete, .unknown: nil
    }
  }
}
