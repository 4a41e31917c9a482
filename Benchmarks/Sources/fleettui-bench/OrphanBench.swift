import FleetModel

/// A fleet of 10,000 machines, judged whole and again after one event.
enum OrphanBench {
  private static let now = FleetOfSize.now

  private static func judged(_ fleet: Fleet) -> OrphanJudgement {
    var everything = FleetChanges()
    everything.orgs = Set(fleet.orgs.keys)
    everything.instances = Set(fleet.instances.keys)
    everything.sources = Set(fleet.sources.keys)
    var judgement = OrphanJudgement(settings: OrphanSettings())
    judgement.update(fleet, changes: everything, at: now)
    return judgement
  }

  static func run() {
    let machines = 10_000
    var fleet = FleetOfSize(machines: machines).fleet
    Measurement("orphans: the first judgement of 10,000 machines") {
      judged(fleet).orphans ?? 0
    }.print(count: machines, "machines")

    var judgement = judged(fleet)
    _ = fleet.takeChanges()
    let events = 200
    Measurement("orphans: judged again after one event") {
      for index in 0..<events {
        let at = now + Double(index) / 100
        let beat = StreamedEvent(
          type: index % 2 == 0 ? .workspacePaused : .workspaceOnline, timestamp: at, orgID: OrgID(Corpus.uuid(7)), slug: "org-7",
          workspaceID: WorkspaceID(Corpus.uuid(10_007)))
        fleet.apply(FleetEvent(source: .feed, at: at, change: .streamed(beat)))
        judgement.update(fleet, changes: fleet.takeChanges(), at: at)
      }
      return judgement.orphans ?? 0
    }.print(count: events, "events")
  }
}
