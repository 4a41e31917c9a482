import FleetModel

/// The simulated fleet: what its services know, and what happens to it. Pure: time comes in as a value, what happened goes out as
/// emissions. The same seed, start and requests give the same fleet.
struct World: Sendable {
  static let zone = "molecule.example"
  static let zoneID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
  static let environment = "demo"
  static let regions: [Region] = ["us-east-2", "us-west-2"]
  static let vpc = "vpc-0b6c1f2a9d3e48571"
  /// Seconds between two heartbeats of an agent. Like every limit that clients measure against, not divided by the time factor.
  static let heartbeatInterval = 30.0
  static let recordedLimit = 100

  /// Something that its streams tell of.
  struct Emission: Sendable {
    var type: EventType
    var at: Timestamp
    var org: OrgID
    var slug: Slug
    var workspace: WorkspaceID?
    var data: JSONValue
    var onFeed = true
    /// A tenant's own stream tells only of its workspaces.
    var onTenantStream = true
  }

  let speed: Double
  let startedAt: Timestamp
  /// What is made, and what the living do: two sequences, so that chatter never changes the next id.
  var random: SeededRandom
  var chatter: SeededRandom
  var agenda = Agenda()
  var orgs: [OrgID: Org] = [:]
  var orgIDs: [Slug: OrgID] = [:]
  var workspaces: [WorkspaceID: Workspace] = [:]
  var machines = Machines()
  var volumes: [LooseVolume] = []
  var addresses: [ElasticAddress] = []
  var groups: [LooseGroup] = []
  var records: [DNSRecord] = []
  var purges: [Purge] = []
  var emissions: [Emission] = []
  var hasHeartbeats = true
  /// How many workspaces the scenario began with.
  var settledWorkspaces = 0
  /// The step at which a cascade fails, if it is to.
  var failingStep: Purge.Step?

  init(seed: UInt64, speed: Double, at moment: Timestamp) {
    self.speed = speed
    startedAt = moment
    random = SeededRandom(seed: seed)
    chatter = SeededRandom(seed: seed ^ 0x5DEE_CE66_D1CE_4E5B)
  }

  /// Lets everything happen that is due by `now`; returns what the streams tell of it, in order.
  mutating func advance(to now: Timestamp) -> [Emission] {
    while let (at, happening) = agenda.popDue(by: now) { happen(happening, at: at) }
    defer { emissions = [] }
    return emissions
  }

  /// `seconds` of the simulated world as seconds of the wall clock.
  func wall(_ seconds: Double) -> Double { seconds / speed }

  private mutating func happen(_ happening: Happening, at now: Timestamp) {
    switch happening {
    case .machineState(let id, let state): setMachine(id, state, at: now)
    case .machineForgotten(let id): machines.remove(id)
    case .bootEvent(let subject, let phase, let ok): reportPhase(phase, of: subject, ok: ok, at: now)
    case .tenantReady(let org): tenantIsReady(org, at: now)
    case .tenantFailed(let org, let error): tenantFailed(org, error, at: now)
    case .workspaceWanted(let org, let name, let runtime):
      if orgs[org]?.isUp == true { provisionWorkspace(name, in: org, runtime: runtime, at: now) }
    case .workspaceOnline(let id): goOnline(id, at: now)
    case .workspaceFailed(let id, let failure): provisionFailed(id, failure, at: now)
    case .degraded(let id, let error): degrade(id, error, at: now)
    case .recovered(let id): recover(id, at: now)
    case .heartbeat(let id): beat(id, at: now)
    case .cascade(let id): cascade(id, at: now)
    case .arrival: arrive(at: now)
    }
  }

  // MARK: - Telling

  mutating func tell(_ type: EventType, of org: OrgID, at now: Timestamp, _ data: JSONValue) {
    guard let slug = orgs[org]?.slug else { return }
    emissions.append(Emission(type: type, at: now, org: org, slug: slug, workspace: nil, data: data, onTenantStream: false))
  }

  /// What the tenant records and broadcasts (contract §3.4, `RecordAndBroadcast`).
  /// - Parameter id: `nil`: the next one.
  mutating func record(_ type: EventType, of workspace: WorkspaceID, at now: Timestamp, id: String? = nil, _ data: JSONValue) {
    guard let org = workspaces[workspace]?.org, let slug = orgs[org]?.slug else { return }
    let id = id ?? random.uuid()
    orgs[org]?.recorded.append(Recorded(id: id, type: type, workspace: workspace, payload: data, at: now))
    if let count = orgs[org]?.recorded.count, count > Self.recordedLimit { orgs[org]?.recorded.removeFirst(count - Self.recordedLimit) }
    emissions.append(Emission(type: type, at: now, org: org, slug: slug, workspace: workspace, data: data))
  }

  /// What the tenant only broadcasts. The fleet feed leaves heartbeats and activity to the tenants' own streams.
  mutating func broadcast(_ type: EventType, of workspace: WorkspaceID, at now: Timestamp, onFeed: Bool, _ data: JSONValue) {
    guard let org = workspaces[workspace]?.org, let slug = orgs[org]?.slug else { return }
    emissions.append(Emission(type: type, at: now, org: org, slug: slug, workspace: workspace, data: data, onFeed: onFeed))
  }

  // MARK: - Machines

  mutating func setMachine(_ id: InstanceID, _ state: InstanceState, at now: Timestamp) {
    guard let before = machines[id], before.state != state, !(before.state.isEnding && state.isLive) else { return }
    machines.update(id) { machine in
      machine.state = state
      if state.isEnding, machine.endedAt == nil { machine.endedAt = now }
    }
    tellOfMachine(id, at: now)
    guard state == .shuttingDown else { return }
    agenda.plan(.machineState(id, .terminated), at: now + wall(random.duration(24)))
    agenda.plan(.machineForgotten(id), at: now + wall(90))
  }

  mutating func tellOfMachine(_ id: InstanceID, at now: Timestamp) {
    guard let machine = machines[id], let org = machine.org, let role = machine.role, let slug = orgs[org]?.slug else { return }
    emissions.append(
      Emission(
        type: .instanceState, at: now, org: org, slug: slug, workspace: machine.workspace,
        data: [
          "instance_id": JSONValue(machine.id), "role": .string(role.rawValue), "state": .string(machine.state.text),
          "instance_type": .string(machine.type), "launched_at": JSONValue(machine.launchedAt),
        ],
        onTenantStream: false))
  }

  mutating func setStatus(_ status: OrgStatus, of org: OrgID, error: String = "", at now: Timestamp) {
    orgs[org]?.status = status
    orgs[org]?.lastError = error
    orgs[org]?.updatedAt = now
    var data: [JSONValue.Member] = [.init("instance_status", .string(status.text))]
    if !error.isEmpty { data.append(.init("last_error", .string(error))) }
    tell(.orgStatus, of: org, at: now, .object(data))
  }
}

/// A volume attached to nothing.
struct LooseVolume: Sendable {
  var id: String
  var region: Region
  var gigabytes: Int
  var createdAt: Timestamp
  var tags: [Machine.Tag]
}

/// An Elastic IP address, held by a machine or by none.
struct ElasticAddress: Sendable {
  var allocation: String
  var region: Region
  var ip: String
  var instance: InstanceID?
  var tags: [Machine.Tag]
}

/// A security group that no machine is in.
struct LooseGroup: Sendable {
  var id: String
  var region: Region
  var name: String
  var tags: [Machine.Tag]
}

struct DNSRecord: Sendable {
  var id: String
  var name: String
  var type: String
  var content: String
  var proxied: Bool
  var createdAt: Timestamp
}
