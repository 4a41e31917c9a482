// How recordings hold what was learned: with every digit of a duration, so that the same is learned again.

extension PhaseTime: Codable {
  private enum Key: String, CodingKey { case name, seconds }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Key.self)
    self.init(
      UntrustedText.clean(try members.decode(String.self, forKey: .name), limit: 200),
      try members.figure(.seconds, in: Plausible.duration))
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Key.self)
    try members.encode(name, forKey: .name)
    try members.encode(seconds, forKey: .seconds)
  }
}

extension BootRecord.Outcome: Codable {}

extension BootRecord: Codable {
  private enum Key: String, CodingKey {
    case group, phases, outcome, target
    case endedAt = "ended_at"
  }

  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Key.self)
    let phases = try members.decode([PhaseTime].self, forKey: .phases)
    guard phases.count <= Self.phaseLimit else { throw members.unbelievable(.phases) }
    self.init(
      group: UntrustedText.clean(try members.decode(String.self, forKey: .group), limit: 200), phases: phases,
      outcome: try members.decode(Outcome.self, forKey: .outcome), endedAt: try members.decodeIfPresent(Timestamp.self, forKey: .endedAt),
      target: try members.decodeIfPresent(String.self, forKey: .target).map { UntrustedText.clean($0, limit: 200) })
  }

  public func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: Key.self)
    try members.encode(group, forKey: .group)
    try members.encode(phases, forKey: .phases)
    try members.encode(outcome, forKey: .outcome)
    try members.encodeIfPresent(endedAt, forKey: .endedAt)
    try members.encodeIfPresent(target, forKey: .target)
  }
}
