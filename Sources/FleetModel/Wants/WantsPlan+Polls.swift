extension WantsPlan {
  /// Looks again at the sources that turned, and at whose boot is to be asked for.
  mutating func settlePolls(_ fleet: Fleet) {
    looks += touchedSources.count
    for source in touchedSources { look(at: source, fleet) }
    touchedSources.removeAll(keepingCapacity: true)
    guard mustChooseBoots else { return }
    mustChooseBoots = false
    let boots = wantedBoots(in: fleet)
    for case .bootEvents(let org, let slug) in wants.polls.keys where boots[.bootEvents(org, slug)] == nil {
      want(.bootEvents(org, slug), nil)
    }
    for (poll, want) in boots { self.want(poll, want) }
  }

  private mutating func look(at source: Source, _ fleet: Fleet) {
    if source == .controlPlane { mustChooseBoots = true }
    for (poll, want) in polls(of: source, fleet) { self.want(poll, want) }
  }

  /// A source that is there is asked as often as it is expected to answer.
  private func polls(of source: Source, _ fleet: Fleet) -> [Poll: PollWant] {
    guard let record = fleet.sources[source], let interval = record.pollInterval else { return [:] }
    switch source {
    case .controlPlane:
      return [
        .roster: PollWant(interval: interval, readings: rosterReadings), .purges: PollWant(interval: PollSchedule.purges),
      ]
    case .ec2(let region):
      let machines = [Poll.machines(region): PollWant(interval: interval)]
      // The machines first: what stands beside them must not slow them down.
      guard record.lastComplete != nil || record.lastPartial != nil || record.lastFailure != nil else { return machines }
      return machines.merging([.resources(region): PollWant(interval: PollSchedule.resources)]) { first, _ in first }
    case .dns: return [.zone: PollWant(interval: interval)]
    case .database: return [.database: PollWant(interval: interval)]
    case .tenant, .feed, .here: return [:]
    }
  }

  /// Whether it comes up, or failed and nobody asked yet: that there is no boot event is the mark of a tenant that could not report.
  static func boots(_ org: Org) -> Bool {
    switch org.row.status {
    case .provisioning, nil: true
    case .failed: org.bootEventsReadAt == nil
    default: false
    }
  }

  /// Of the newest that come up, of those that failed once, and of the one that somebody waits for.
  private func wantedBoots(in fleet: Fleet) -> [Poll: PollWant] {
    guard let interval = fleet.sources[.controlPlane]?.pollInterval else { return [:] }
    func rank(_ org: Org) -> (Int, Double, OrgID) {
      (org.row.status == .failed ? 1 : 0, -(org.row.createdAt?.seconds ?? 0), org.id)
    }
    let orgs = booting.compactMap { fleet.orgs[$0] }.sorted { rank($0) < rank($1) }.prefix(PollSchedule.boots)
    var polls: [Poll: PollWant] = [:]
    for org in orgs { polls[.bootEvents(org.id, org.slug)] = PollWant(interval: org.row.status == .failed ? .infinity : interval) }
    if let awaited { polls[.bootEvents(awaited.org, awaited.slug)] = PollWant(interval: PollSchedule.awaited, isAwaited: true) }
    return polls
  }

  private mutating func want(_ poll: Poll, _ want: PollWant?) {
    if wants.polls[poll] != want { changes.polls[poll] = .some(want) }
  }

  func pollProblems(in fleet: Fleet) -> [String] {
    let polls = fleet.sources.keys.reduce(into: wantedBoots(in: fleet)) { $0.merge(self.polls(of: $1, fleet)) { first, _ in first } }
    return (wants.polls == polls ? [] : ["other polls are wanted than there are sources"])
      + (booting == Set(fleet.orgs.values.filter(Self.boots).map(\.id)) ? [] : ["other orgs come up than are counted"])
  }
}
