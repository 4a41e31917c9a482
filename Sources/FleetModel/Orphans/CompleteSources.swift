/// The complete sources, each with the time of its answer. What isn't in it must not be leaned on.
public struct CompleteSources: Sendable {
  /// Those that came in or fell out.
  struct Turn {
    var roster = false
    var regions: [Region] = []
    var tenants: [Slug] = []
  }

  public private(set) var roster: Timestamp?
  public private(set) var regions: [Region: Timestamp] = [:]
  public private(set) var tenants: [Slug: Timestamp] = [:]
  /// The first moment after which one of them may be stale by age alone; `nil` when that can't happen.
  private(set) var holdsUntil: Timestamp?

  init() {}

  /// Looks at `touched` again, and at all of them once one has aged.
  mutating func update(_ fleet: Fleet, touched: Set<Source>, at now: Timestamp) -> Turn {
    if let holdsUntil, now > holdsUntil { return readAgain(fleet, at: now) }
    var turn = Turn()
    for source in touched { read(source, fleet, at: now, &turn) }
    // Whether an empty roster can be believed depends on the machines.
    if fleet.orgs.isEmpty, !touched.contains(.controlPlane) { read(.controlPlane, fleet, at: now, &turn) }
    return turn
  }

  private mutating func readAgain(_ fleet: Fleet, at now: Timestamp) -> Turn {
    holdsUntil = nil
    var turn = Turn()
    for region in regions.keys where fleet.sources[.ec2(region)] == nil { read(.ec2(region), fleet, at: now, &turn) }
    for slug in tenants.keys where fleet.sources[.tenant(slug)] == nil { read(.tenant(slug), fleet, at: now, &turn) }
    if fleet.sources[.controlPlane] == nil { read(.controlPlane, fleet, at: now, &turn) }
    for source in fleet.sources.keys { read(source, fleet, at: now, &turn) }
    return turn
  }

  private mutating func read(_ source: Source, _ fleet: Fleet, at now: Timestamp, _ turn: inout Turn) {
    func answer() -> Timestamp? {
      let freshness = fleet.freshness(of: source, at: now)
      return freshness.state == .complete ? freshness.at : nil
    }
    let at: Timestamp?
    switch source {
    case .controlPlane:
      at = answer()
      turn.roster = turn.roster || (roster == nil) != (at == nil)
      roster = at
    case .ec2(let region):
      at = answer()
      if (regions[region] == nil) != (at == nil) { turn.regions.append(region) }
      regions[region] = at
    case .tenant(let slug):
      at = answer()
      if (tenants[slug] == nil) != (at == nil) { turn.tenants.append(slug) }
      tenants[slug] = at
    case .feed, .database, .dns, .here: return
    }
    guard let at, let record = fleet.sources[source] else { return }
    let end = at + record.staleAfter
    holdsUntil = min(holdsUntil ?? end, end)
  }
}
