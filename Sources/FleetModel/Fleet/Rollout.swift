/// The last redeployment of the tenants, where the control plane tells of one.
struct Rollout: Sendable {
  private(set) var last: Redeployment?
  /// When it was last told; `nil`: never, so that there may have been any.
  private(set) var readAt: Timestamp?
  /// Why it isn't known any more, or yet.
  private(set) var problem: String?
  private var places: [Slug: Int] = [:]

  func place(of slug: Slug) -> Int? { places[slug] }

  mutating func keep(_ redeployment: Redeployment?, problem: String?, at moment: Timestamp) {
    self.problem = problem
    // What failed to be read leaves what was known, which ages.
    guard problem == nil, moment >= readAt ?? moment else { return }
    readAt = moment
    last = redeployment
    places = Dictionary((redeployment?.results ?? []).enumerated().map { ($1.slug, $0) }) { $1 }
  }

  func checkInvariants() -> [String] {
    places.allSatisfy { slug, place in last.map { $0.results.indices.contains(place) && $0.results[place].slug == slug } ?? false }
      ? [] : ["a redeployment's results are not where they are looked for"]
  }
}

extension Fleet {
  /// `nil`: there was none, or nobody tells (``redeploymentReadAt``).
  public var redeployment: Redeployment? { rollout.last }
  public var redeploymentReadAt: Timestamp? { rollout.readAt }
  public var redeploymentProblem: String? { rollout.problem }

  /// What the last redeployment made of an org's tenant, and in which wave; `nil` when it was not in it.
  public func redeployed(_ slug: Slug) -> (result: Redeployment.Result, wave: Redeployment.Wave)? {
    guard let last = rollout.last, let place = rollout.place(of: slug) else { return nil }
    return (last.results[place], last.wave(at: place))
  }

  mutating func noteRedeployment(_ redeployment: Redeployment?, _ problem: String?, _ event: FleetEvent) {
    let before = rollout.last
    rollout.keep(redeployment, problem: problem, at: event.asked ?? event.at)
    guard before != rollout.last else { return }
    for result in (before?.results ?? []) + (rollout.last?.results ?? []) {
      if let org = orgID(named: result.slug) { changes.orgs.insert(org) }
    }
    markChanged(event.source)
  }
}
