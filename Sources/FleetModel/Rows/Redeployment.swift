/// The last redeployment of the fleet's tenants, as the control plane tells it: what `POST /cp/admin/tenants/redeploy-fleet` was asked and what
/// came of it (contract §1.12). It is read only.
public struct Redeployment: Hashable, Codable, Sendable {
  /// What became of one tenant.
  public struct Result: Hashable, Codable, Sendable {
    public var slug: Slug
    public var phase: String?
    /// Systems Manager's word, `Success`.
    public var command: String?
    public var exitCode: Int?
    /// Its health route answered afterwards.
    public var isHealthy: Bool?
    /// It was seen to run what was wanted; `nil` where that isn't told.
    public var isOnTarget: Bool?
    public var error: String?

    public init(
      slug: Slug, phase: String? = nil, command: String? = nil, exitCode: Int? = nil, isHealthy: Bool? = nil, isOnTarget: Bool? = nil,
      error: String? = nil
    ) {
      self.slug = slug
      self.phase = phase
      self.command = command
      self.exitCode = exitCode
      self.isHealthy = isHealthy
      self.isOnTarget = isOnTarget
      self.error = error
    }

    /// `nil`: under way, or nobody says.
    public var hasSucceeded: Bool? {
      if error != nil || isHealthy == false || isOnTarget == false || exitCode.map({ $0 != 0 }) ?? false { return false }
      return exitCode == 0 || isHealthy == true ? true : nil
    }
  }

  /// Which of its groups a tenant was in.
  public enum Wave: Hashable, Comparable, Sendable {
    case canary
    /// Counted from 1.
    case batch(Int)
  }

  /// How far it has come.
  public enum Stage: Hashable, Sendable {
    case canary
    /// The canary is up and is watched for a while.
    case soaking
    case batch(Int)
    case done
  }

  /// The image's tag that was wanted, `latest`.
  public var target: String?
  public var canary: Slug?
  /// Seconds between the canary and the first batch.
  public var soak: Double?
  public var batchSize: Int?
  /// Nothing was done: it only told what it would do.
  public var isDryRun: Bool
  public var startedAt: Timestamp?
  /// `nil`: it is under way, or nobody says.
  public var endedAt: Timestamp?
  /// The control plane's own word on all of it.
  public var isOK: Bool?
  /// In the order in which they were done.
  public var results: [Result]

  public init(
    target: String? = nil, canary: Slug? = nil, soak: Double? = nil, batchSize: Int? = nil, isDryRun: Bool = false,
    startedAt: Timestamp? = nil,
    endedAt: Timestamp? = nil, isOK: Bool? = nil, results: [Result] = []
  ) {
    self.target = target
    self.canary = canary
    self.soak = soak
    self.batchSize = batchSize
    self.isDryRun = isDryRun
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.isOK = isOK
    self.results = results
  }

  /// The waves with how many tenants of each are well and how many are not. Without a size of batches everything after the canary is one.
  public var waves: [(wave: Wave, well: Int, failed: Int, count: Int)] {
    var waves: [(wave: Wave, well: Int, failed: Int, count: Int)] = []
    for (place, result) in results.enumerated() {
      let wave = wave(at: place)
      if waves.last?.wave != wave { waves.append((wave, 0, 0, 0)) }
      let last = waves.count - 1
      waves[last].count += 1
      switch result.hasSucceeded {
      case true?: waves[last].well += 1
      case false?: waves[last].failed += 1
      case nil: break
      }
    }
    return waves
  }

  /// The wave of the result at `place`: the canary where it is it, else counted without it.
  public func wave(at place: Int) -> Wave {
    let canaryPlace = results.firstIndex { $0.slug == canary }
    guard place != canaryPlace else { return .canary }
    let before = canaryPlace.map { $0 < place ? place - 1 : place } ?? place
    return .batch(batchSize.map { before / max(1, $0) + 1 } ?? 1)
  }

  public var stage: Stage {
    if endedAt != nil || isOK != nil { return .done }
    switch results.indices.last.map(wave) {
    case nil: return canary == nil ? .batch(1) : .canary
    case .canary?: return results.last?.hasSucceeded == nil ? .canary : .soaking
    case .batch(let number)?: return .batch(number)
    }
  }
}
