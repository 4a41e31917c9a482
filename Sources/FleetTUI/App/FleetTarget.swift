import FleetModel

/// What a command's TARGET names.
enum FleetTarget {
  enum Found {
    case org(Org)
    case workspace(Workspace, Org)
    case unknown
  }

  /// A slug, an org's id, a workspace's id, `SLUG/NAME` or `SLUG/ID`. A name that two workspaces have names neither.
  static func find(_ text: String, in fleet: Fleet) -> Found {
    if let org = fleet.org(named: Slug(text)) ?? fleet.orgs[OrgID(text)] ?? fleet.orgs[OrgID(text.lowercased())] { return .org(org) }
    if let workspace = fleet.workspaces[WorkspaceID(text)] ?? fleet.workspaces[WorkspaceID(text.lowercased())],
      let org = fleet.orgs[workspace.orgID]
    {
      return .workspace(workspace, org)
    }
    guard let slash = text.firstIndex(of: "/"), let org = fleet.org(named: Slug(String(text[..<slash]))) else { return .unknown }
    let name = String(text[text.index(after: slash)...])
    let named = fleet.workspaces(of: org.id).filter { $0.row.name == name || $0.id.rawValue == name }
    guard named.count == 1 else { return .unknown }
    return .workspace(named[0], org)
  }

  /// Why it may exist although it was not found: empty when everything that could hold it was read.
  static func gaps(of text: String, in fleet: Fleet, at now: Timestamp) -> [String] {
    var gaps: [String] = []
    let roster = fleet.freshness(of: .controlPlane, at: now)
    if roster.state != .complete { gaps.append("control plane: \(roster.problem ?? "its roster was not read")") }
    let slash = text.firstIndex(of: "/")
    let owner = slash.flatMap { fleet.org(named: Slug(String(text[..<$0]))) }
    guard slash == nil || owner != nil else { return gaps }
    // Only a workspace can hide in a tenant; a name without a slash may be a workspace's id.
    let mayBeWorkspace = slash != nil || text.utf8.count == 36
    for org in owner.map({ [$0] }) ?? (mayBeWorkspace ? Array(fleet.orgs.values) : []) where org.row.status == .running {
      let tenant = fleet.freshness(of: .tenant(org.slug), at: now)
      if tenant.state == .failed { gaps.append(tenant.problem ?? "tenant \(org.slug) did not answer") }
    }
    return gaps.count > 5 ? Array(gaps.prefix(5)) + ["… and \(gaps.count - 5) more"] : gaps
  }
}
