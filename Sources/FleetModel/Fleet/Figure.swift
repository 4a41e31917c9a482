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

/// A count or a sum, and how far it is known (`docs/figures.md`).
public struct Figure<Value: Hashable & Sendable>: Hashable, Sendable {
  /// `nil` is unknown, never nothing.
  public var value: Value?
  public var standing: FigureStanding

  public init(_ value: Value?, _ standing: FigureStanding) {
    self.value = value
    self.standing = value == nil && standing == .known ? .unknown : standing
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
