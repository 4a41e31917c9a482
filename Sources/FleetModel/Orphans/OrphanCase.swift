/// One thing that was judged and isn't simply live, with everything that an operator needs to believe it or not.
public struct OrphanCase: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case instance, volume, address
    case securityGroup = "security-group"
  }

  /// One thing that may be an orphan.
  public struct ID: Hashable, Comparable, Sendable {
    public var kind: Kind
    public var id: String

    public init(kind: Kind, id: String) {
      self.kind = kind
      self.id = id
    }

    public static func < (left: Self, right: Self) -> Bool { (left.kind.rawValue, left.id) < (right.kind.rawValue, right.id) }
  }

  /// What speaks for a verdict.
  public struct Statement: Hashable, Sendable, CustomStringConvertible {
    /// Whose word it is, and when that was given; `nil` where it is no source's alone.
    public var witness: OrphanWitness?
    public var at: Timestamp?
    /// Seconds from `at` to the look at it.
    public var age: Double?
    public var says: String

    init(_ witness: OrphanWitness? = nil, at: Timestamp? = nil, now: Timestamp? = nil, says: String) {
      (self.witness, self.at, self.says) = (witness, at, says)
      if let at, let now { age = now - at }
    }

    /// `roster answered 2s ago (2026-11-24T03:00:00Z): none of its 4 orgs has the id o9`
    public var description: String {
      guard let witness else { return says }
      guard let at, let age else { return "\(witness): \(says)" }
      return "\(witness) answered \(OrphanEvidence.span(age)) ago (\(at)): \(says)"
    }
  }

  public var kind: Kind
  public var id: String
  public var region: Region?
  /// `t3.large`, `gp3`.
  public var type: String?
  public var role: InstanceRole?
  /// What its tags name, whether that is still there or not.
  public var orgID: OrgID?
  public var slug: Slug?
  public var workspaceID: WorkspaceID?
  public var verdict: OrphanVerdict
  /// The evidence in one line, without the moments at which it was read.
  public var brief: String
  public var evidence: [Statement]
  /// Seconds since it was launched or created.
  public var age: Double?
  /// US dollars of this thing alone; `nil` when its price is unknown.
  public var hourly: Double?
  public var monthly: Double?
  /// What it has cost at most since nobody owns it, or since its launch where that moment isn't known; `nil` when its price is unknown.
  public var soFar: Double?
  public var nextStep: String
}

extension Fleet {
  /// The case of one machine as of the last ``judge(at:)``; `nil` for what is live or not ours.
  public func orphanCase(of id: InstanceID, at now: Timestamp) -> OrphanCase? {
    guard judgement.questioned.contains(id), let instance = instances[id] else { return nil }
    return OrphanEvidence(fleet: self, now: now).machine(instance)
  }

  /// The case of one volume, address or security group that nothing uses, as of the last ``judge(at:)``.
  public func leftoverCase(of id: OrphanCase.ID, at now: Timestamp) -> OrphanCase? {
    leftovers.judged(id).map { LeftoverRules(fleet: self, now: now).case(of: $0.leftover, $0.verdict) }
  }
}

/// Everything that is or may be an orphan in one fleet at one moment.
public struct OrphanReport: Sendable {
  /// By verdict (orphans, grace, cannot tell), then kind, region and id.
  public let cases: [OrphanCase]
  /// Why nothing, or not everything, was judged; `nil` when the cases stand and are all.
  public let refused: String?
  /// Whether anything was judged.
  public let isJudged: Bool
  /// Volumes and other lists that could not be read, in words.
  public let gaps: [String]
  /// Whether a source that the answer needs is missing (exit code 4).
  public let isIncomplete: Bool

  public var orphans: Int { cases.count { if case .orphan = $0.verdict { true } else { false } } }

  /// - Parameter fleet: judged at `now`; its verdicts are the report's.
  public init(of fleet: Fleet, at now: Timestamp) {
    let judgement = fleet.judgement
    let machines = judgement.questioned.compactMap { fleet.orphanCase(of: $0, at: now) }
    let cases = machines + fleet.leftovers.ids.compactMap { fleet.leftoverCase(of: $0, at: now) }
    self.cases = cases.sorted { Self.order($0) < Self.order($1) }
    let refusal = judgement.refusal(fleet, at: now)
    isJudged = refusal == nil
    refused = refusal ?? judgement.missingRegions(fleet, at: now)
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
}

extension OrphanJudgement {
  /// Why nothing can be called an orphan; `nil` when something can.
  public func refusal(_ fleet: Fleet, at now: Timestamp) -> String? {
    if let safetyGate { return safetyGate }
    guard complete.roster != nil else {
      let roster = fleet.freshness(of: .controlPlane, at: now)
      guard fleet.sources[.controlPlane] != nil else {
        return "no control plane is configured: without its roster nothing can be called an orphan"
      }
      if roster.state == .never { return "the roster has not been read yet, so nothing can be called an orphan" }
      return "the roster is \(roster.state.rawValue), so nothing can be called an orphan" + (roster.problem.map { ": \($0)" } ?? "")
    }
    let regions = fleet.sources.keys.contains { if case .ec2 = $0 { true } else { false } }
    guard regions else { return "no AWS region is configured: there is nothing to judge" }
    guard !complete.regions.isEmpty else { return "no AWS region could be read: there is nothing to judge" }
    return nil
  }

  /// Which regions could not be judged, and why; `nil` when all were.
  public func missingRegions(_ fleet: Fleet, at now: Timestamp) -> String? {
    let missing = fleet.sources.keys.sorted().compactMap { source -> String? in
      guard case .ec2(let region) = source, complete.regions[region] == nil else { return nil }
      let freshness = fleet.freshness(of: source, at: now)
      let state = freshness.state == .never ? "not read yet" : freshness.state.rawValue
      return "region \(region) is \(state)" + (freshness.problem.map { ": \($0)" } ?? "")
    }
    return missing.isEmpty ? nil : missing.joined(separator: "; ") + ". Its machines were not judged"
  }
}
