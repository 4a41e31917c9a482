import FleetModel

/// What must be known of an org to read its case: taken out of the fleet, so that the fleet can go on while others are asked.
public struct CaseQuestion: Hashable, Sendable {
  public let org: Org
  /// Whose consoles and activity are worth reading.
  public let workspaces: [Workspace]
  /// The one that is asked about, where it isn't the whole org.
  public let workspaceID: WorkspaceID?
  /// Why the tenant could not be read, if it could not.
  let tenantProblem: String?

  /// - Parameter workspace: of this one alone; `nil`: of all of the org's.
  public init(about org: Org, workspace: Workspace? = nil, in fleet: Fleet, at now: Timestamp) {
    self.org = org
    workspaceID = workspace?.id
    workspaces = (workspace.map { [$0] } ?? fleet.workspaces(of: org.id)).filter { $0.row.status != .removed }
    tenantProblem = fleet.freshness(of: .tenant(org.slug), at: now).problem
  }
}
