import FleetModel

/// A fleet of 10,000 machines, judged whole and again after one event.
enum OrphanBench {
  private static let now = Timestamp(milliseconds: 1_795_438_040_162)

  static func run() {
    let machines = 10_000
    var fleet = fleet(machines: machines)
    let settings = OrphanSettings()
    Measurement("orphans: the first judgement of 10,000 machines") {
      OrphanJudgement(of: fleet, settings: settings, at: now).orphans ?? 0
    }.print(count: machines, "machines")

    var judgement = OrphanJudgement(of: fleet, settings: settings, at: now)
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

  /// 1,000 orgs with a tenant's machine and nine workspaces each.
  private static func fleet(machines: Int) -> Fleet {
    var fleet = Fleet()
    let count = machines / 10
    let orgs = (0..<count).map { OrgRow(id: OrgID(Corpus.uuid($0)), slug: Slug("org-\($0)"), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: 5000, unreadable: 0)))
    var rows: [InstanceRow] = []
    for org in 0..<count {
      let id = Corpus.uuid(org)
      rows.append(machine(rows.count, ["Role": "tenant", "OrgID": id, "OrgSlug": "org-\(org)"]))
      let workspaces = (0..<9).map { WorkspaceID(Corpus.uuid(10_000 + org + $0 * count)) }
      fleet.apply(
        FleetEvent(
          source: .tenant(Slug("org-\(org)")), at: now,
          change: .workspaces(OrgID(id), workspaces.map { WorkspaceRow(id: $0, name: "w", status: .online) })))
      for workspace in workspaces {
        rows.append(machine(rows.count, ["Role": "workspace", "OrgID": id, "WorkspaceID": workspace.rawValue]))
      }
    }
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: now, change: .instances(rows, complete: true, problem: nil)))
    return fleet
  }

  private static func machine(_ index: Int, _ tags: [String: String]) -> InstanceRow {
    InstanceRow(
      id: InstanceID("i-\(index)"), region: "us-east-2", state: .running, type: "t3.large", launchedAt: now + -100_000,
      tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
  }
}
