/// How far a server's clock is from this machine's, as the `Date` of one of its answers tells (RFC 9110 §6.6.1).
public struct ClockOffset: Hashable, Codable, Sendable {
  /// Seconds that the server's clock is ahead of this machine's; negative: behind.
  public var ahead: Double
  /// Seconds by which ``ahead`` may be wrong: the answer's time under way, and that `Date` has whole seconds only.
  public var margin: Double

  public init(ahead: Double, margin: Double) {
    self.ahead = ahead
    self.margin = margin
  }

  /// - Parameters:
  ///   - date: what the answer's `Date` says.
  ///   - sent: when its request left, by this machine's clock.
  ///   - received: when it was here.
  public init(date: Timestamp, sent: Timestamp, received: Timestamp) {
    // It was written between the two, at some moment of the second that it names.
    let (least, most) = (date - received, date + 1 - sent)
    self.init(ahead: (least + most) / 2, margin: max(0, (most - least) / 2))
  }
}

/// The clocks that must agree for an age to be true: the control plane's, EC2's, this machine's (`clock-skew`).
public struct ClockComparison: Sendable {
  /// Seconds between two clocks from which on they disagree.
  public static let limit = 30.0

  private struct Clock {
    let name: String
    let offset: ClockOffset

    /// Beyond what either may be wrong by: a guess accuses nobody.
    func disagrees(with other: Self) -> Bool {
      abs(offset.ahead - other.offset.ahead) - offset.margin - other.offset.margin > ClockComparison.limit
    }
  }

  private let clocks: [Clock]

  /// - Parameters: what is known of each, `nil` where nothing is.
  public init(controlPlane: ClockOffset?, ec2: ClockOffset?) {
    clocks =
      [Clock(name: "this machine", offset: ClockOffset(ahead: 0, margin: 0))]
      + [("the control plane", controlPlane), ("EC2", ec2)].compactMap { name, offset in offset.map { Clock(name: name, offset: $0) } }
  }

  /// What is wrong with the clocks, in words, and whose to look at; `nil` when nothing is known to be.
  public var disagreement: (summary: String, suspects: [String])? {
    let pairs = clocks.indices.flatMap { first in
      clocks.indices.dropFirst(first + 1).map { (clocks[first], clocks[$0]) }
    }.filter { $0.disagrees(with: $1) }
    guard let widest = pairs.max(by: { distance($0) < distance($1) }) else { return nil }
    // Of three, the one that two others speak against.
    let accused = clocks.filter { clock in pairs.count { $0.name == clock.name || $1.name == clock.name } == 2 }
    if clocks.count == 3, pairs.count == 2, let odd = accused.first {
      let others = clocks.filter { $0.name != odd.name }
      let ahead = odd.offset.ahead - (others[0].offset.ahead + others[1].offset.ahead) / 2
      let summary = "\(odd.name)'s clock is \(Self.words(ahead, of: "\(others[0].name)'s and \(others[1].name)'s"))"
      return ("\(summary): ages shown here are off by that", [odd.name])
    }
    let apart = Spoken.duration(distance(widest))
    return (
      "\(widest.0.name)'s clock and \(widest.1.name)'s are \(apart) apart: ages shown here are off by that",
      [widest.0.name, widest.1.name]
    )
  }

  private func distance(_ pair: (Clock, Clock)) -> Double { abs(pair.0.offset.ahead - pair.1.offset.ahead) }

  static func words(_ ahead: Double, of whose: String) -> String {
    "\(Spoken.duration(abs(ahead))) \(ahead > 0 ? "ahead of" : "behind") \(whose)"
  }
}

extension Fleet {
  /// A clock's last reading, and when it was taken.
  public struct ClockReading: Sendable {
    public var offset: ClockOffset
    public var at: Timestamp
  }

  /// Seconds for which a reading says something of now.
  private static let clockMemory = 600.0

  mutating func noteClock(_ offset: ClockOffset, _ event: FleetEvent) {
    sourceTable.noteClock(of: event.source, ClockReading(offset: offset, at: event.at))
    changes.sources.insert(event.source)
  }

  /// That clocks disagree, so that ages are wrong. - Returns: `nil` when they agree, or too few are known.
  public func clockFinding(at now: Timestamp) -> Finding? { clockFinding(RuleClock(now: now)) }

  func clockFinding(_ clock: RuleClock) -> Finding? {
    let known = clocks.filter { !clock.isOver(Self.clockMemory, since: $0.value.at) }
    let controlPlane = known[.controlPlane]
    // All regions keep one time, and one that fails may have told it before this machine's clock was set right: the newest counts.
    let region = known.filter { if case .ec2 = $0.key { true } else { false } }
      .max { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
    let comparison = ClockComparison(controlPlane: controlPlane?.offset, ec2: region?.value.offset)
    guard let (summary, suspects) = comparison.disagreement else { return nil }
    var evidence: [Finding.Evidence] = []
    var unchecked: [String] = []
    if controlPlane == nil, sources[.controlPlane] != nil { unchecked.append("the control plane's clock: no answer with a Date header") }
    if region == nil, !regions.isEmpty { unchecked.append("EC2's clock: no answer with a Date header") }
    let readings = [controlPlane.map { (Source.controlPlane, $0) }, region.map { ($0.key, $0.value) }].compactMap { $0 }
    for (source, reading) in readings {
      let ahead = reading.offset.ahead
      let words =
        abs(ahead) > ClockComparison.limit
        ? ClockComparison.words(ahead, of: "this machine's clock")
        : "within \(Spoken.duration(abs(ahead).rounded(.up))) of this machine's clock"
      evidence.append(.init(source.description, "its Date header is \(words)", at: reading.at))
    }
    return Finding(
      .clockSkew, .warning, of: .fleet, summary, evidence: evidence, unchecked: unchecked,
      nextStep: "check the time synchronisation of \(suspects.joined(separator: " and ")) (`timedatectl`)",
      disproof: "a third clock agrees with both")
  }
}
