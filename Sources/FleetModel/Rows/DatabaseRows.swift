// What the control plane's own database holds (contract §7.1): already cleaned, and never a secret column.

/// One reading of the tables that are compared with what the services say; a table that isn't there or couldn't be read is `nil`.
public struct DatabaseRows: Hashable, Codable, Sendable {
  public var orgs: [DatabaseOrgRow]?
  public var instances: [DatabaseInstanceRow]?
  public var claims: [ResourceClaimRow]?
  /// Since when every accepted boot event is known; `nil` where their table wasn't read.
  public var bootEventsSince: Timestamp?
  /// When the question left, by this machine's clock.
  public var readAt: Timestamp
  /// Why not all of it was read; `nil` when everything that is there came.
  public var problem: String?

  public init(
    orgs: [DatabaseOrgRow]? = nil, instances: [DatabaseInstanceRow]? = nil, claims: [ResourceClaimRow]? = nil,
    bootEventsSince: Timestamp? = nil, readAt: Timestamp, problem: String? = nil
  ) {
    self.bootEventsSince = bootEventsSince
    self.orgs = orgs
    self.instances = instances
    self.claims = claims
    self.readAt = readAt
    self.problem = problem
  }
}

/// A row of `organizations`.
public struct DatabaseOrgRow: Hashable, Codable, Sendable {
  public var id: OrgID
  public var slug: Slug?
  /// The org's own status, which is not its machine's (contract §2.1).
  public var status: String?
  public var createdAt: Timestamp?

  public init(id: OrgID, slug: Slug? = nil, status: String? = nil, createdAt: Timestamp? = nil) {
    self.id = id
    self.slug = slug
    self.status = status
    self.createdAt = createdAt
  }
}

/// A row of `org_instances`: what the control plane believes of an org's machine.
public struct DatabaseInstanceRow: Hashable, Codable, Sendable {
  public var orgID: OrgID
  public var status: OrgStatus?
  /// In `fly_machine_id`, which holds EC2's id since the move from Fly.
  public var instanceID: InstanceID?
  public var region: Region?
  public var lastError: String?
  public var updatedAt: Timestamp?

  public init(
    orgID: OrgID, status: OrgStatus? = nil, instanceID: InstanceID? = nil, region: Region? = nil, lastError: String? = nil,
    updatedAt: Timestamp? = nil
  ) {
    self.orgID = orgID
    self.status = status
    self.instanceID = instanceID
    self.region = region
    self.lastError = lastError
    self.updatedAt = updatedAt
  }
}

/// A row of `tenant_resources`: something in a cloud account that the control plane says it made.
public struct ResourceClaimRow: Hashable, Codable, Sendable {
  public var orgID: OrgID?
  /// `ec2_instance`, `cf_tunnel`, `cf_dns`, `security_group`.
  public var kind: String
  public var state: String?
  /// EC2's or Cloudflare's id of it.
  public var resourceID: String?
  public var role: String?
  public var runtime: String?
  public var workspaceID: WorkspaceID?
  public var createdAt: Timestamp?
  public var updatedAt: Timestamp?

  public init(
    orgID: OrgID? = nil, kind: String, state: String? = nil, resourceID: String? = nil, role: String? = nil, runtime: String? = nil,
    workspaceID: WorkspaceID? = nil, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil
  ) {
    self.orgID = orgID
    self.kind = kind
    self.state = state
    self.resourceID = resourceID
    self.role = role
    self.runtime = runtime
    self.workspaceID = workspaceID
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// Whether the claim still stands: the words that end one are all that is known of the states besides `created`.
  public var isStanding: Bool {
    guard let state = state?.lowercased() else { return true }
    return !["deleted", "deleting", "destroyed", "gone", "purged", "released", "removed", "terminated", "orphaned"].contains(state)
  }

  /// The machine that is claimed, where it is one.
  public var machine: InstanceID? {
    guard kind == "ec2_instance", let resourceID, resourceID.hasPrefix("i-") else { return nil }
    return InstanceID(resourceID)
  }
}
