/// One thing that `check` or `posture` looked at.
public struct Check: Hashable, Sendable {
  public enum Result: String, Hashable, Sendable, CaseIterable { case pass, fail, unknown }

  public var id: String
  public var result: Result
  /// What it was looked for at: a host, an org, a security group, a machine.
  public var target: String
  public var summary: String
  public var evidence: [String]
  /// Milliseconds that the answer took; `nil` where nothing was asked.
  public var millis: Double?
  /// Whether an `unknown` means that a needed source failed; without, the thing just isn't there to be looked at.
  public var counts: Bool

  public init(
    _ id: String, _ result: Result, target: String, _ summary: String, evidence: [String] = [], counts: Bool = true, millis: Double? = nil
  ) {
    self.id = id
    self.result = result
    self.target = target
    self.summary = summary
    self.evidence = evidence
    self.counts = counts
    self.millis = millis
  }
}
