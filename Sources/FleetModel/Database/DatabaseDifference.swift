/// Something on which the control plane's database and another source contradict each other: a finding (`status-disagrees`), with both sides.
public struct DatabaseDifference: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable, Comparable {
    /// `organizations` holds an org that a complete roster lacks.
    case orgOnlyInDatabase = "org-only-in-database"
    /// The roster lists an org that `organizations` lacks.
    case orgOnlyInRoster = "org-only-in-roster"
    /// `instance_status` there, another status in `org_instances`.
    case statusDiffers = "status-differs"
    /// `org_instances` says running on a machine that EC2 doesn't list, or that doesn't run.
    case machineNotRunning = "machine-not-running"
    /// `tenant_resources` claims a machine that EC2 doesn't list.
    case claimWithoutMachine = "claim-without-machine"
    /// A machine of one of our orgs that `tenant_resources` never heard of.
    case machineWithoutClaim = "machine-without-claim"
    /// A purge completed, and the roster still lists the org.
    case purgedButListed = "purged-but-listed"

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  public var kind: Kind
  public var orgID: OrgID?
  public var slug: Slug?
  public var instanceID: InstanceID?
  public var summary: String
  /// Each side's word, with when it was asked.
  public var evidence: [String]

  public init(kind: Kind, orgID: OrgID? = nil, slug: Slug? = nil, instanceID: InstanceID? = nil, summary: String, evidence: [String]) {
    self.kind = kind
    self.orgID = orgID
    self.slug = slug
    self.instanceID = instanceID
    self.summary = summary
    self.evidence = evidence
  }
}
