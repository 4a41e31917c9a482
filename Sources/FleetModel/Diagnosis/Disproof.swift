extension Finding {
  /// What would show that a finding is not it. Where that can be known from here, the rule asks: what is known to be so is no finding.
  public struct Disproof: Hashable, Sendable, ExpressibleByStringInterpolation {
    public var text: String
    /// Whether it is known to be so already.
    public var isKnown: Bool

    public init(_ text: String, isKnown: Bool) {
      self.text = text
      self.isKnown = isKnown
    }

    /// What only a human can look up.
    public init(stringLiteral text: String) { self.init(text, isKnown: false) }
  }

  var isDisproved: Bool { disproof?.isKnown ?? false }
}

extension Sequence<Finding?> {
  /// Those that were made and that nothing known speaks against.
  var standing: [Finding] { compactMap { $0 }.filter { !$0.isDisproved } }
}
