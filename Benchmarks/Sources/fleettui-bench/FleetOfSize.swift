import FleetModel

/// A fleet of a given number of machines, wholly known: an org for every ten, each with a tenant's machine and nine workspaces.
struct FleetOfSize {
  static let now = Timestamp(milliseconds: 1_795_438_040_162)

  var fleet: Fleet
  let workspaces: [(id: WorkspaceID, org: OrgID, slug: Slug)]
  let machines: [InstanceID]

  init(machines size: Int) {
    let now = Self.now
    var fleet = Fleet()
    let count = size / 10
    let orgs = (0..<count).map { OrgRow(id: OrgID(Corpus.uuid($0)), slug: Slug("org-\($0)"), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: count + 1, unreadable: 0)))
    var rows: [InstanceRow] = []
    var known: [(id: WorkspaceID, org: OrgID, slug: Slug)] = []
    for (index, org) in orgs.enumerated() {
      rows.append(Self.machine(rows.count, ["Role": "tenant", "OrgID": org.id.rawValue, "OrgSlug": org.slug.rawValue]))
      let workspaces = (0..<9).map { WorkspaceID(Corpus.uuid(10_000 + index + $0 * count)) }
      fleet.apply(
        FleetEvent(
          source: .tenant(org.slug), at: now,
          change: .workspaces(org.id, workspaces.map { WorkspaceRow(id: $0, name: "w", status: .online) })))
      for workspace in workspaces {
        rows.append(Self.machine(rows.count, ["Role": "workspace", "OrgID": org.id.rawValue, "WorkspaceID": workspace.rawValue]))
        known.append((workspace, org.id, org.slug))
      }
    }
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: now, change: .instances(rows, complete: true, problem: nil)))
    self.fleet = fleet
    workspaces = known
    machines = rows.map(\.id)
  }

  private static func machine(_ index: Int, _ tags: [String: String]) -> InstanceRow {
    InstanceRow(
      id: InstanceID("i-\(index)"), region: "us-east-2", state: .running, type: "t3.large", launchedAt: now + -100_000,
      tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
  }
}
