import FleetModel

@testable import FleetSim

/// What a dashboard is told in the first minutes of a simulated scenario, as its services would answer and its feed would tell, in simulated
/// time: nothing is served, nobody waits, and the same scenario tells the same.
struct SimulatedRun {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)

  private(set) var events: [FleetEvent] = []
  private var world: FleetSim.World
  private var now = SimulatedRun.start
  private var epoch: UInt64 = 1

  /// - Parameter settings: the first event.
  init(_ name: String, _ settings: FleetSettings, seconds: Double) throws {
    guard let scenario = Scenario(rawValue: name) else { throw SimulationError.unknownScenario(name) }
    var options = SimulationOptions()
    options.scenario = name
    world = scenario.world(options, at: Self.start)
    tell(.here, .configured(settings))
    tell(.here, .learned(PastBoots.records(seed: 1, speed: 1, until: now)))
    tell(.controlPlane, .expected(pollInterval: 15))
    tell(.dns, .expected(pollInterval: 60))
    tell(.feed, .expected(pollInterval: nil))
    for region in FleetSim.World.regions { tell(.ec2(region), .expected(pollInterval: 30)) }
    poll(at: 0)
    tell(.feed, .streamOpened(nil))
    for second in stride(from: 5.0, through: seconds, by: 5) {
      let heard = world.advance(to: Self.start + second)
      for emission in heard where emission.onFeed {
        now = emission.at
        tell(
          .feed,
          .streamed(
            StreamedEvent(
              type: emission.type, timestamp: emission.at, orgID: emission.org, slug: emission.slug, workspaceID: emission.workspace,
              data: emission.data)))
      }
      now = Self.start + second
      poll(at: second)
    }
  }

  private mutating func tell(_ source: Source, _ change: FleetEvent.Change, asked: Timestamp? = nil) {
    events.append(FleetEvent(source: source, at: now, asked: asked, epoch: asked == nil ? nil : epoch, change: change))
  }

  /// Whatever is due. EC2 is away for two minutes, and the feed breaks once.
  private mutating func poll(at second: Double) {
    epoch += 1
    let isEC2Away = (200..<320).contains(second)
    if second == 400 {
      tell(.feed, .failed("fleet feed: connection reset"))
      tell(.feed, .streamOpened(nil))
      tell(.feed, .gap("the feed no longer holds what came after the last event", nil))
    }
    if second.truncatingRemainder(dividingBy: 15) == 0 {
      tell(.controlPlane, .roster(world.orgs.values.sorted { $0.id < $1.id }.map(Self.row), limit: 500, unreadable: 0), asked: now)
      for org in world.orgs.values.sorted(by: { $0.id < $1.id }) where org.status == .provisioning || org.status == nil {
        tell(.controlPlane, .bootEvents(org.id, org.bootEvents.map(Self.row)), asked: now)
      }
    }
    if second.truncatingRemainder(dividingBy: 30) == 0 {
      for region in FleetSim.World.regions {
        let machines = world.machines.all.filter { $0.region == region }.map(Self.row)
        tell(
          .ec2(region), isEC2Away ? .failed("503 Service Unavailable") : .instances(machines, complete: true, problem: nil), asked: now)
      }
      if second.truncatingRemainder(dividingBy: 120) == 0 {
        for region in FleetSim.World.regions { tell(.ec2(region), .resources(parts(of: region)), asked: now) }
      }
      for org in world.orgs.values.sorted(by: { $0.id < $1.id }) where org.isUp {
        let rows = org.workspaces.compactMap { world.workspaces[$0] }.filter { $0.status != .removed }.map { row($0) }
        if second == 0 { tell(.tenant(org.slug), .expected(pollInterval: 30)) }
        tell(.tenant(org.slug), .workspaces(org.id, rows), asked: now)
      }
    }
    if second.truncatingRemainder(dividingBy: 60) == 0 {
      tell(.controlPlane, .purges(world.purges.map(Self.row)), asked: now)
      let names = world.records.map {
        DNSRecordRow(id: $0.id, name: $0.name, type: $0.type, content: $0.content, createdAt: $0.createdAt)
      }
      tell(
        .dns,
        .zone(
          ZoneReading(
            environment: FleetSim.World.environment,
            rules: DNSRules(zone: FleetSim.World.zone, coreNames: ["api"], environmentSuffixes: []),
            quota: 200, records: names, neighbours: [])), asked: now)
    }
  }

  // MARK: - As the services write it

  private static func row(_ org: FleetSim.Org) -> OrgRow {
    OrgRow(
      id: org.id, slug: org.slug, name: org.name, plan: org.plan, memberCount: org.members, status: org.status,
      lastError: org.lastError.isEmpty ? nil : org.lastError, createdAt: org.createdAt, updatedAt: org.updatedAt)
  }

  private func row(_ workspace: FleetSim.Workspace) -> WorkspaceRow {
    WorkspaceRow(
      id: workspace.id, name: workspace.name, role: workspace.role, tier: workspace.tier, status: workspace.status,
      runtime: workspace.runtime, parentID: workspace.parent, url: workspace.url, activeTasks: workspace.activeTasks,
      currentTask: workspace.currentTask.isEmpty ? nil : workspace.currentTask, errorRate: workspace.errorRate,
      lastError: workspace.sampleError.isEmpty ? nil : workspace.sampleError, uptime: workspace.onlineSince.map { max(0, now - $0) },
      provisionTimeout: workspace.runtime == "hermes" ? 1800 : nil, monthlySpendCents: workspace.spendCents,
      budgetLimitCents: workspace.budgetCents, agentCard: AgentCardMark(of: world.card(of: workspace)))
  }

  private static func row(_ machine: Machine) -> InstanceRow {
    InstanceRow(
      id: machine.id, region: machine.region, state: machine.state, type: machine.type, launchedAt: machine.launchedAt,
      privateIP: machine.privateIP, publicIP: machine.publicIP, imageID: machine.image, securityGroups: [ResourceID(machine.groupID)],
      volumes: [ResourceID(machine.volumeID)], tags: Tags(machine.tags.map { ($0.key, $0.value) }))
  }

  /// Its resources.
  private func parts(of region: Region) -> RegionResources {
    let volumes = world.volumes.filter { $0.region == region }.map {
      VolumeRow(
        id: ResourceID($0.id), region: region, size: $0.gigabytes, type: "gp3", state: "available", createdAt: $0.createdAt,
        tags: Tags($0.tags.map { ($0.key, $0.value) }))
    }
    let addresses = world.addresses.filter { $0.region == region }.map {
      AddressRow(
        id: ResourceID($0.allocation), region: region, publicIP: $0.ip, instance: $0.instance,
        tags: Tags($0.tags.map { ($0.key, $0.value) }))
    }
    return RegionResources(
      at: now, volumes: .complete(volumes), addresses: .complete(addresses), securityGroups: .complete([]), interfaces: .complete([]),
      statuses: .complete([]))
  }

  private static func row(_ event: BootEvent) -> BootEventRow {
    BootEventRow(
      event: event.event, status: BootEventRow.Status(event.status), detail: event.detail, step: event.step, total: event.total,
      at: event.at, workspaceID: event.workspace)
  }

  private static func row(_ purge: Purge) -> PurgeRow {
    PurgeRow(
      id: purge.id, orgID: purge.org, slug: purge.slug, status: PurgeRow.Status(purge.status),
      lastStep: purge.lastStep.isEmpty ? nil : purge.lastStep, lastError: purge.lastError.isEmpty ? nil : purge.lastError,
      attempts: purge.attempts, createdAt: purge.createdAt, completedAt: purge.completedAt)
  }
}
