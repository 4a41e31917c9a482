// What the fleet's services answer, one type a row: already cleaned, nothing guessed. Absent in the answer is `nil` here.

/// A row of the roster, `GET /cp/admin/orgs` (contract §1.3).
public struct OrgRow: Hashable, Codable, Sendable {
  public var id: OrgID
  public var slug: Slug
  public var name: String?
  public var plan: String?
  public var memberCount: Int?
  public var status: OrgStatus?
  public var lastError: String?
  public var createdAt: Timestamp?
  public var updatedAt: Timestamp?

  public init(
    id: OrgID, slug: Slug, name: String? = nil, plan: String? = nil, memberCount: Int? = nil, status: OrgStatus? = nil,
    lastError: String? = nil, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil
  ) {
    self.id = id
    self.slug = slug
    self.name = name
    self.plan = plan
    self.memberCount = memberCount
    self.status = status
    self.lastError = lastError
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}

/// A row of a tenant's `GET /workspaces` (contract §4.2).
public struct WorkspaceRow: Hashable, Codable, Sendable {
  public var id: WorkspaceID
  public var name: String
  public var role: String?
  public var tier: Int?
  public var status: WorkspaceStatus
  public var runtime: String?
  public var parentID: WorkspaceID?
  public var url: String?
  public var activeTasks: Int?
  public var currentTask: String?
  public var errorRate: Double?
  public var lastError: String?
  /// Seconds since the agent started.
  public var uptime: Double?
  /// Seconds the runtime's template allows for provisioning.
  public var provisionTimeout: Double?
  /// US cents this month.
  public var monthlySpendCents: Int?
  public var budgetLimitCents: Int?
  /// `nil` without one, or where a stream told of another since the list was read.
  public var agentCard: AgentCardMark?

  public init(
    id: WorkspaceID, name: String, role: String? = nil, tier: Int? = nil, status: WorkspaceStatus, runtime: String? = nil,
    parentID: WorkspaceID? = nil, url: String? = nil, activeTasks: Int? = nil, currentTask: String? = nil, errorRate: Double? = nil,
    lastError: String? = nil, uptime: Double? = nil, provisionTimeout: Double? = nil, monthlySpendCents: Int? = nil,
    budgetLimitCents: Int? = nil, agentCard: AgentCardMark? = nil
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.tier = tier
    self.status = status
    self.runtime = runtime
    self.parentID = parentID
    self.url = url
    self.activeTasks = activeTasks
    self.currentTask = currentTask
    self.errorRate = errorRate
    self.lastError = lastError
    self.uptime = uptime
    self.provisionTimeout = provisionTimeout
    self.monthlySpendCents = monthlySpendCents
    self.budgetLimitCents = budgetLimitCents
    self.agentCard = agentCard
  }
}

/// An agent's card by which another one is known: cards may have a megabyte and are not kept.
public struct AgentCardMark: Hashable, Codable, Sendable {
  /// Of its JSON without spaces.
  public var bytes: Int
  /// 64-bit FNV-1a of that.
  public var digest: UInt64

  public init(of card: JSONValue) {
    var text: [UInt8] = []
    card.write(to: &text)
    bytes = text.count
    digest = text.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// One EC2 instance of `DescribeInstances`.
public struct InstanceRow: Hashable, Codable, Sendable {
  public var id: InstanceID
  public var region: Region
  public var state: InstanceState
  public var type: String?
  public var launchedAt: Timestamp?
  public var privateIP: String?
  public var publicIP: String?
  /// Canonical; every one of them can be reached from the internet where a security group allows it. `nil` when nobody told.
  public var ipv6Addresses: [String]?
  public var imageID: String?
  public var availabilityZone: String?
  public var vpcID: String?
  public var isSpot: Bool
  /// EC2's words for the last change, `User initiated (2026-11-23 09:12:44 GMT)`.
  public var stateReason: String?
  public var securityGroups: [ResourceID]
  public var volumes: [ResourceID]
  public var tags: Tags

  public init(
    id: InstanceID, region: Region, state: InstanceState, type: String? = nil, launchedAt: Timestamp? = nil, privateIP: String? = nil,
    publicIP: String? = nil, ipv6Addresses: [String]? = nil, imageID: String? = nil, availabilityZone: String? = nil, vpcID: String? = nil,
    isSpot: Bool = false,
    stateReason: String? = nil, securityGroups: [ResourceID] = [], volumes: [ResourceID] = [], tags: Tags = [:]
  ) {
    self.id = id
    self.region = region
    self.state = state
    self.type = type
    self.launchedAt = launchedAt
    self.privateIP = privateIP
    self.publicIP = publicIP
    self.ipv6Addresses = ipv6Addresses
    self.imageID = imageID
    self.availabilityZone = availabilityZone
    self.vpcID = vpcID
    self.isSpot = isSpot
    self.stateReason = stateReason
    self.securityGroups = securityGroups
    self.volumes = volumes
    self.tags = tags
  }

  /// By which it can be reached from the internet: IPv4 first.
  public var publicAddresses: [String] { [publicIP].compactMap { $0 } + (ipv6Addresses ?? []) }

  /// `nil` while only the fleet feed told of the machine: it names no region.
  public var knownRegion: Region? { region.rawValue.isEmpty ? nil : region }

  // The tags that join a machine to the fleet (contract §5.2).
  public var orgID: OrgID? { tags.identity("OrgID") }
  public var orgSlug: Slug? { tag("OrgSlug").map(Slug.init) }
  public var workspaceID: WorkspaceID? { tags.identity("WorkspaceID") }
  public var runtime: String? { tag("Runtime") }
  public var name: String? { tag("Name") }
  /// By the `Role` tag first, by the machine's name where that is missing.
  public var role: InstanceRole? {
    if let tag = tag("Role") { return InstanceRole(rawValue: tag) }
    guard isOurs, let name else { return nil }
    if name.hasPrefix("tenant-") || name.hasPrefix("ws-tenant-") { return .tenant }
    return name.hasPrefix("ws-") ? .workspace : nil
  }
  /// Made by the control plane: only such machines are ever judged.
  public var isOurs: Bool { OrphanSettings.isMadeByControlPlane(tags) }

  private func tag(_ key: String) -> String? { tags[key].flatMap { $0.isEmpty ? nil : $0 } }
}

/// One step of a boot as the machine reported it (contract §1.8, §12 rows 5 and 6; fleet feed `BOOT_EVENT`).
public struct BootEventRow: Hashable, Codable, Sendable {
  public enum Status: Hashable, Codable, Sendable {
    case started, ok, failed
    case unknown(String)

    public init(_ text: String) {
      let lower = text.lowercased()
      switch lower {
      case "started", "running", "start", "begin", "in_progress": self = .started
      case "ok", "done", "success", "completed", "complete": self = .ok
      case _ where lower.hasPrefix("fail") || lower.hasPrefix("error"): self = .failed
      default: self = .unknown(text)
      }
    }
  }

  public var event: String
  public var status: Status?
  public var detail: String?
  public var step: Int?
  public var total: Int?
  public var at: Timestamp?
  public var workspaceID: WorkspaceID?

  public init(
    event: String, status: Status? = nil, detail: String? = nil, step: Int? = nil, total: Int? = nil, at: Timestamp? = nil,
    workspaceID: WorkspaceID? = nil
  ) {
    self.event = event
    self.status = status
    self.detail = detail
    self.step = step
    self.total = total
    self.at = at
    self.workspaceID = workspaceID
  }
}

/// A row of `GET /cp/admin/purges` (contract §1.9).
public struct PurgeRow: Hashable, Codable, Sendable {
  public enum Status: Hashable, Sendable {
    case completed, failed
    /// Anything else: treated as pending, shown in its own words.
    case pending(String)

    public init(_ text: String) {
      switch text {
      case "completed": self = .completed
      case "failed": self = .failed
      default: self = .pending(text)
      }
    }

    public var text: String {
      switch self {
      case .completed: "completed"
      case .failed: "failed"
      case .pending(let text): text.isEmpty ? "pending" : text
      }
    }
  }

  public var id: PurgeID
  public var orgID: OrgID?
  public var slug: Slug?
  public var status: Status
  public var lastStep: String?
  public var lastError: String?
  public var attempts: Int?
  public var createdAt: Timestamp?
  public var completedAt: Timestamp?

  public init(
    id: PurgeID, orgID: OrgID? = nil, slug: Slug? = nil, status: Status, lastStep: String? = nil, lastError: String? = nil,
    attempts: Int? = nil, createdAt: Timestamp? = nil, completedAt: Timestamp? = nil
  ) {
    self.id = id
    self.orgID = orgID
    self.slug = slug
    self.status = status
    self.lastStep = lastStep
    self.lastError = lastError
    self.attempts = attempts
    self.createdAt = createdAt
    self.completedAt = completedAt
  }
}

/// A row of a tenant's `GET /events`: only recorded events, the newest 100 (contract §3.3).
public struct StoredEventRow: Hashable, Codable, Sendable {
  public var id: String
  public var type: EventType
  public var workspaceID: WorkspaceID?
  public var payload: JSONValue
  public var createdAt: Timestamp

  public init(id: String, type: EventType, workspaceID: WorkspaceID?, payload: JSONValue, createdAt: Timestamp) {
    self.id = id
    self.type = type
    self.workspaceID = workspaceID
    self.payload = payload
    self.createdAt = createdAt
  }
}

/// One subsystem of a tenant's `GET /admin/liveness` (contract §4.1).
public struct SubsystemRow: Hashable, Codable, Sendable {
  public var name: String
  public var lastTickAt: Timestamp?
  public var secondsAgo: Double?

  public init(name: String, lastTickAt: Timestamp? = nil, secondsAgo: Double? = nil) {
    self.name = name
    self.lastTickAt = lastTickAt
    self.secondsAgo = secondsAgo
  }
}
