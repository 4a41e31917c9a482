/// One thing that was judged and isn't simply live, with everything that an operator needs to believe it or not.
public struct OrphanCase: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case instance, volume, address
    case securityGroup = "security-group"
  }

  public var kind: Kind
  public var id: String
  public var region: Region?
  public var verdict: OrphanVerdict
  public var evidence: [String]
  /// Seconds since it was launched or created.
  public var age: Double?
  /// US dollars of this thing alone; `nil` when its price is unknown.
  public var hourly: Double?
  public var monthly: Double?
  public var nextStep: String
}

/// Everything that is or may be an orphan in one fleet at one moment.
public struct OrphanReport: Sendable {
  /// By verdict (orphans, grace, cannot tell), then kind, region and id.
  public let cases: [OrphanCase]
  /// Why nothing was judged; `nil` when the cases stand.
  public let refused: String?
  /// Volumes and other lists that could not be read, in words.
  public let gaps: [String]
  /// Whether a source that the answer needs is missing (exit code 4).
  public let isIncomplete: Bool

  public var orphans: Int { cases.count { if case .orphan = $0.verdict { true } else { false } } }

  public init(of fleet: Fleet, judgement: OrphanJudgement, prices: PriceBook, at now: Timestamp) {
    let witness = OrphanEvidence(fleet: fleet, judgement: judgement, prices: prices, now: now)
    var cases = fleet.instances.values.compactMap(witness.machine)
    cases += Leftovers(fleet: fleet, judgement: judgement, now: now).cases
    self.cases = cases.sorted { Self.order($0) < Self.order($1) }
    refused = judgement.safetyGate ?? Self.refusal(fleet, judgement, at: now)
    let read = fleet.resources.sorted { $0.key < $1.key }.flatMap { region, resources in resources.gaps.map { (region, $0) } }
    gaps = read.map { "\($0.1.what) of \($0.0): \($0.1.why)" }
    let cannotTell = cases.contains { if case .cannotTell = $0.verdict { true } else { false } }
    let regionMissing = fleet.sources.keys.contains {
      if case .ec2(let region) = $0 { judgement.complete.regions[region] == nil } else { false }
    }
    let rosterMissing = fleet.sources[.controlPlane] != nil && judgement.complete.roster == nil
    isIncomplete = cannotTell || regionMissing || rosterMissing || judgement.safetyGate != nil || read.contains { $0.1.isFailure }
  }

  private static func order(_ one: OrphanCase) -> (Int, String, String, String) {
    let rank =
      switch one.verdict {
      case .orphan: 0
      case .grace: 1
      case .cannotTell: 2
      case .live, .foreign: 3
      }
    return (rank, one.kind.rawValue, one.region?.rawValue ?? "", one.id)
  }

  private static func refusal(_ fleet: Fleet, _ judgement: OrphanJudgement, at now: Timestamp) -> String? {
    guard judgement.complete.roster != nil else {
      let roster = fleet.freshness(of: .controlPlane, at: now)
      guard fleet.sources[.controlPlane] != nil else {
        return "no control plane is configured: without its roster nothing can be called an orphan"
      }
      return "the roster is \(roster.state.rawValue), so nothing can be called an orphan" + (roster.problem.map { ": \($0)" } ?? "")
    }
    let regions = fleet.sources.keys.contains { if case .ec2 = $0 { true } else { false } }
    guard regions else { return "no AWS region is configured: there is nothing to judge" }
    guard !judgement.complete.regions.isEmpty else { return "no AWS region could be read: there is nothing to judge" }
    return nil
  }
}
