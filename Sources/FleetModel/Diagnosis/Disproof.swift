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

extension CaseFile {
  /// Whether what was read speaks against a finding that is kept because nobody is heard any more who could judge it anew. Of those that can
  /// be judged, the rules ask themselves.
  func refutes(_ finding: Finding) -> Bool {
    guard case .org = finding.target else {
      guard finding.code == .phantomBusy, case .workspace(let id) = finding.target, let reading = activity[id],
        case .read(let activity, let at) = reading
      else { return false }
      return activity.last.map { at - $0 <= WorkspaceRules.phantomLimit } ?? false
    }
    switch finding.code {
    case .tunnelOrDNSFailed, .tenantUnreachable:
      // Its `/health` may be well where its routes are not.
      let isOfRoutes = finding.disproof?.text == OrgRules.routesDisproof
      return !isOfRoutes && probe.map { $0.failure == nil && !$0.isLimited } ?? false
    case .bootEventsMissing, .provisionerDisabled: return bootEvents.value?.contains { $0.workspaceID == nil } ?? false
    default: return false
    }
  }
}
