import FleetModel

/// A simulated org with its tenant.
struct Org: Sendable {
  var id: OrgID
  var slug: Slug
  var name: String
  var plan: String
  var members: Int
  /// `nil` until the instance row exists (contract §1.3).
  var status: OrgStatus?
  var lastError = ""
  var createdAt: Timestamp
  var updatedAt: Timestamp
  var adminToken: String
  var region: Region
  var instance: InstanceID?
  var boot: Boot?
  /// Oldest first; the tenant's and its workspaces'.
  var bootEvents: [BootEvent] = []
  var workspaces: [WorkspaceID] = []
  /// What the tenant recorded (`structure_events`), oldest first, the newest 100.
  var recorded: [Recorded] = []
  var approvals: [Approval] = []
  var purge: PurgeID?
  /// Whether its platform answers.
  var isUp = false
  /// Its scheduler last ticked then; `nil`: it ticks on time.
  var schedulerStuckSince: Timestamp?
  /// Born while the simulation ran: may be taken away again.
  var isVisitor = false
  /// How many workspaces it still gets once its tenant runs.
  var workspacesToCome = 0
}

struct BootEvent: Sendable {
  var event: String
  var status: String
  var detail: String?
  var step: Int
  var total: Int
  var at: Timestamp
  var workspace: WorkspaceID?
}

struct Recorded: Sendable {
  var id: String
  var type: EventType
  var workspace: WorkspaceID
  var payload: JSONValue
  var at: Timestamp
}

struct Approval: Sendable {
  var id: String
  var workspace: WorkspaceID
  var action: String
  var reason: String
  var at: Timestamp
}

/// A simulated workspace.
struct Workspace: Sendable {
  /// What the agent does beyond the ordinary.
  enum Manner: Sendable {
    case ordinary
    /// Boots to its end and never registers.
    case neverRegisters
    /// Declared failed by the watcher, online a few minutes later.
    case failsThenRecovers
    /// Reports a task that never moves.
    case phantomBusy
    /// Its boot fails for good.
    case failsBoot
  }

  /// A task that it gave to another one.
  struct Delegation: Sendable {
    var id: String
    var target: WorkspaceID
  }

  var id: WorkspaceID
  var org: OrgID
  var name: String
  var role: String?
  var tier = 4
  var status: WorkspaceStatus
  var runtime: String
  var parent: WorkspaceID?
  var instance: InstanceID?
  var createdAt: Timestamp
  var onlineSince: Timestamp?
  var activeTasks = 0
  var currentTask = ""
  var delegation: Delegation?
  var errorRate = 0.0
  var sampleError = ""
  var spendCents = 0
  var budgetCents: Int?
  var manner = Manner.ordinary
  var boot: Boot?
  var beats = false
  var isVisitor = false
  /// A trace in the console prints a key, as careless user data does.
  var tracesSecrets = false

  var isAlive: Bool { status == .online || status == .degraded }
  var url: String { isAlive ? "https://ws-\(id.rawValue.prefix(12)).\(World.zone)" : "" }
}

/// One run of the deletion cascade.
struct Purge: Sendable {
  enum Step: String, CaseIterable, Sendable {
    case stripe, redis, infra
    case rows = "db_rows"
  }

  var id: PurgeID
  var org: OrgID
  var slug: Slug
  var status: String
  /// The last one completed.
  var lastStep = ""
  var lastError = ""
  var attempts = 1
  var createdAt: Timestamp
  var completedAt: Timestamp?
  /// The one under way.
  var running: Step?

  var isRunning: Bool { status == "in_progress" }
  var nextStep: Step? {
    guard let done = Step(rawValue: lastStep) else { return lastStep.isEmpty ? .stripe : nil }
    return Step.allCases.drop { $0 != done }.dropFirst().first
  }
}
