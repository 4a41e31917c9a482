import FleetModel

/// What must be known of a fleet to look at its posture: taken out of it, so that it can go on while others are asked.
public struct PostureQuestion: Hashable, Sendable {
  struct OrgName: Hashable, Sendable {
    let id: OrgID
    let slug: Slug
  }

  struct WorkspaceName: Hashable, Sendable {
    let id: WorkspaceID
    /// `acme/indexer`
    let name: String
    let url: String?
    let mayHaveConsole: Bool
  }

  struct UnreadRegion: Hashable, Sendable {
    let region: Region
    let why: String
  }

  let orgs: [OrgName]
  let workspaces: [WorkspaceName]
  /// Machines of ours that stand, whatever environment they are of.
  let machines: [InstanceRow]
  let regions: [Region]
  let securityGroups: [Region: RegionResources.Listing<SecurityGroupRow>]
  let unreadRegions: [UnreadRegion]
  let rosterProblem: String?

  public init(about fleet: Fleet, at now: Timestamp) {
    let listed = fleet.orgs.values.filter { $0.row.status != .purged }.sorted { ($0.slug, $0.id) < ($1.slug, $1.id) }
    orgs = listed.map { OrgName(id: $0.id, slug: $0.slug) }
    workspaces = listed.flatMap { org in
      fleet.workspaces(of: org.id).map { workspace in
        WorkspaceName(
          id: workspace.id, name: "\(org.slug)/\(workspace.row.name)", url: workspace.row.url,
          mayHaveConsole: [.online, .degraded, .provisioning, .failed].contains(workspace.row.status))
      }
    }
    machines = fleet.instances.values.map(\.row).filter { $0.isOurs && !$0.state.isEnding }.sorted {
      ($0.region, $0.id) < ($1.region, $1.id)
    }
    regions = fleet.regions.sorted()
    securityGroups = fleet.resources.mapValues(\.securityGroups)
    unreadRegions = regions.compactMap { region in
      let freshness = fleet.freshness(of: .ec2(region), at: now)
      return freshness.state == .complete ? nil : UnreadRegion(region: region, why: freshness.problem ?? "has not answered")
    }
    let roster = fleet.freshness(of: .controlPlane, at: now)
    rosterProblem = roster.state == .failed ? roster.problem : nil
  }
}
