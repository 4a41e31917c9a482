import FleetModel

/// One event of every kind, with a figure or a moment wherever one can be.
public enum SampleEvents {
  public static let start = Timestamp(milliseconds: 1_795_441_327_000)

  public static var all: [FleetEvent] {
    let region: Region = "us-east-2"
    let (ec2, tenant) = (Source.ec2("us-east-2"), Source.tenant("acme"))
    var events = [
      event(.controlPlane, .expected(pollInterval: 15)), event(.feed, .expected(pollInterval: nil)),
      event(ec2, .expected(pollInterval: 30)),
      event(.dns, .expected(pollInterval: 60)), event(.database, .expected(pollInterval: 30)),
      event(.controlPlane, .roster(orgs, limit: 500, unreadable: 0)),
      event(.controlPlane, .clock(ClockOffset(ahead: 1.5, margin: 0.5))),
      event(.feed, .streamOpened(nil)),
      event(tenant, .expected(pollInterval: 30)),
      event(tenant, .workspaces("o-1", workspaces)), event(tenant, .streamOpened("w-1")),
      event(ec2, .instances(machines, complete: true, problem: nil)),
      event(ec2, .vcpuLimit(64, problem: nil)),
      event(
        ec2,
        .resources(
          RegionResources(
            at: start,
            volumes: .complete([
              VolumeRow(
                id: "vol-1", region: region, size: 100, type: "gp3", state: "in-use", createdAt: start + -86_400, instances: ["i-1"])
            ]),
            addresses: .complete([AddressRow(id: "eipalloc-1", region: region, publicIP: "3.4.5.6", association: nil, instance: "i-1")]),
            securityGroups: .complete([
              SecurityGroupRow(
                id: "sg-1", region: region, name: "tenant-acme",
                ingress: [.init(ipProtocol: "tcp", fromPort: 22, toPort: 22, ranges: ["0.0.0.0/0"])])
            ]), interfaces: .complete([]), statuses: .complete([InstanceStatusRow(id: "i-1", region: region, system: "ok", instance: "ok")])
          ))),
      event(.controlPlane, .purges([purge])),
      event(.controlPlane, .bootEvents("o-2", boots)), event(tenant, .storedEvents("o-1", stored)),
      event(tenant, .subsystems("o-1", [SubsystemRow(name: "scheduler", lastTickAt: start + -400, secondsAgo: 400)])),
      event(
        .dns,
        .zone(
          ZoneReading(
            environment: "staging", rules: DNSRules(zone: "example.com", coreNames: ["api"], environmentSuffixes: ["staging"]), quota: 200,
            records: (0..<3).map {
              DNSRecordRow(id: "r-\($0)", name: "acme\($0).staging.example.com", type: "A", content: "3.4.5.6", createdAt: start + -60)
            },
            neighbours: []))),
      event(.database, .bootEvents("o-1", boots)),
      event(
        .database,
        .databaseRows(
          DatabaseRows(
            orgs: [DatabaseOrgRow(id: "o-1", slug: "acme", status: "running", createdAt: start + -86_400)],
            instances: [DatabaseInstanceRow(orgID: "o-1", status: .running, instanceID: "i-1", region: region, updatedAt: start + -60)],
            claims: [ResourceClaimRow(orgID: "o-1", kind: "ec2_instance", resourceID: "i-1", createdAt: start + -60, updatedAt: start)],
            readAt: start))),
      event(tenant, .gap("restarted", "w-1")), event(.feed, .failed("no answer within 10 s")),
      event(tenant, .lacking(.streams, "its streams are refused")),
      event(tenant, .streamRefused("w-1", "the token was refused (401)")), event(tenant, .tokenRead("o-1")),
      event(tenant, .tokenRefused("o-1")),
      event(.controlPlane, .lacking(.purges, "no answer within 10 s")),
    ]
    for (index, (type, data)) in streamed.enumerated() {
      events.append(
        event(
          index % 2 == 0 ? .feed : tenant,
          .streamed(
            StreamedEvent(
              type: type, timestamp: start + Double(index), orgID: type.rawValue.hasPrefix("WORKSPACE") ? nil : "o-2", slug: "acme",
              workspaceID: type.rawValue.hasPrefix("ORG") ? nil : "w-2", data: data, id: UInt64(index + 1)))))
    }
    events += [
      event(.here, .configured(settings)),
      event(
        .here,
        .learned(
          (0..<12).map { number in
            BootRecord(
              group: "workspace/hermes", phases: [PhaseTime("launch", 61.5), PhaseTime("adapter", 40)], outcome: .ok,
              endedAt: start + Double(-9000 * number), target: "workspace/w-\(number)")
          })), event(.here, .sighted([OrgSighting(id: "o-8", slug: "gone", lastSeen: start + -9000)])),
      event(.here, .deletionPlanned("o-1", "acme")), event(.here, .deletion(deletion)),
      event(
        .here, .receipts([["id": "r-9", "org": ["id": "o-7", "slug": "old"], "hourly_saved": 0.5, "ended_at": "2026-11-23T13:42:07Z"]])),
    ]
    return events
  }

  private static var settings: FleetSettings {
    var prices = PriceBook.builtin.limited(to: ["us-east-2"])
    prices.hourly = ["us-east-2": ["t3.small": 0.0208, "t3.large": 0.0832]]
    return FleetSettings(
      environment: "staging", isProtected: true,
      orphans: OrphanSettings(environmentTag: OrphanSettings.Tag(key: "Environment", value: "staging"), grace: 600),
      limits: Triage.Limits(vcpuQuota: 64), prices: prices)
  }

  /// Carried out as far as a look after its request.
  private static var deletion: DeletionReport {
    var fleet = Fleet()
    fleet.apply(event(.controlPlane, .roster(orgs, limit: 500, unreadable: 0)))
    fleet.apply(event(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil)))
    guard let org = fleet.orgs["o-1"] else { preconditionFailure("the sample has no org") }
    let plan = DeletionPlan(of: org, in: fleet, environment: "staging", isProtected: true)
    var run = DeletionRun(
      DeletionRun.Order(receiptID: "r-1", plan: plan, planHash: "hash", operator: "me@here", startedAt: start, verifyWithin: 180))
    let machine = DeletionReading.Machine(id: "i-1", region: "us-east-2", state: .running, type: "t3.small", hourly: 0.0208)
    let reading = DeletionReading(
      at: start, roster: .listed(org: org.row, namesake: nil), existence: .exists("o-1"), machines: .found([machine], unread: []),
      names: .found(["acme.example.com"]), audit: .rows([]))
    for event in [.started, .read(reading), .answered(.done("p-9", org: "o-1"), status: 200), .read(reading)] as [DeletionRun.Event] {
      _ = run.handle(event, at: start)
    }
    return DeletionReport(run: run, origin: .begun)
  }

  private static func event(_ source: Source, _ change: FleetEvent.Change) -> FleetEvent {
    FleetEvent(source: source, at: start, asked: start + -0.2, epoch: 7, change: change)
  }

  private static var orgs: [OrgRow] {
    [
      OrgRow(
        id: "o-1", slug: "acme", name: "Acme", plan: "pro", memberCount: 4, status: .running, createdAt: start + -86_400, updatedAt: start),
      OrgRow(id: "o-2", slug: "globex", status: .provisioning, createdAt: start + -300, updatedAt: start + -20),
      OrgRow(id: "o-3", slug: "initech", status: .failed, lastError: "boot failed", createdAt: start + -4000),
    ]
  }

  private static var workspaces: [WorkspaceRow] {
    [
      WorkspaceRow(
        id: "w-1", name: "scout", tier: 4, status: .online, runtime: "hermes", activeTasks: 2, currentTask: "a task", errorRate: 0.4,
        lastError: "model_not_found", uptime: 8000, provisionTimeout: 1800, monthlySpendCents: 1234, budgetLimitCents: 1000),
      WorkspaceRow(id: "w-2", name: "builder", tier: 2, status: .provisioning, runtime: "langgraph", provisionTimeout: 600),
      WorkspaceRow(id: "w-3", name: "sleeper", status: .failed, runtime: "hermes", lastError: "provision timeout", provisionTimeout: 600),
    ]
  }

  private static var machines: [InstanceRow] {
    [
      InstanceRow(
        id: "i-1", region: "us-east-2", state: .running, type: "t3.small", launchedAt: start + -9000, publicIP: "3.4.5.6",
        volumes: ["vol-1"],
        tags: ["OrgID": "o-1", "OrgSlug": "acme", "Role": "tenant", "ManagedBy": "molecule-cp"]),
      InstanceRow(
        id: "i-2", region: "us-east-2", state: .running, type: "t3.large", launchedAt: start + -200,
        tags: ["OrgID": "o-1", "WorkspaceID": "w-2", "Role": "workspace", "ManagedBy": "molecule-cp"]),
      InstanceRow(
        id: "i-3", region: "us-east-2", state: .stopped, type: "t3.large", launchedAt: start + -90_000,
        stateReason: "User initiated (2026-11-23 09:12:44 GMT)", tags: ["OrgID": "o-9", "Role": "workspace", "ManagedBy": "molecule-cp"]),
    ]
  }

  private static var purge: PurgeRow {
    PurgeRow(
      id: "p-1", orgID: "o-3", slug: "initech", status: .failed, lastStep: "infra", lastError: "timed out", attempts: 3,
      createdAt: start + -200_000, completedAt: nil)
  }

  private static var boots: [BootEventRow] {
    [
      BootEventRow(event: "launch", status: .started, step: 1, total: 3, at: start + -290),
      BootEventRow(event: "launch", status: .ok, step: 1, total: 3, at: start + -200),
      BootEventRow(event: "image_pull", status: .started, detail: "pulling", step: 2, total: 3, at: start + -190),
    ]
  }

  private static var stored: [StoredEventRow] {
    [
      StoredEventRow(id: "e-1", type: .workspaceProvisioning, workspaceID: "w-2", payload: ["tier": 4], createdAt: start + -200),
      StoredEventRow(id: "e-2", type: .workspaceProvisionFailed, workspaceID: "w-3", payload: ["error": "x"], createdAt: start + -100),
    ]
  }

  private static var streamed: [(EventType, JSONValue)] {
    [
      (.orgCreated, ["name": "Hooli", "created_at": "2026-11-23T13:42:07Z"]), (.orgStatus, ["instance_status": "provisioning"]),
      (.bootEvent, ["event": "launch", "status": "started", "step": 1, "total": 3]),
      (.bootEvent, ["event": "launch", "status": "ok", "step": 3, "total": 3]),
      (.purgeStep, ["purge_id": "p-2", "step": "infra", "status": "ok", "seconds": 3]),
      (.instanceState, ["instance_id": "i-2", "state": "running", "launched_at": "2026-11-23T13:30:00Z"]),
      (.workspaceProvisioning, ["name": "builder", "tier": 4, "runtime": "hermes"]),
      (.workspaceHeartbeat, ["active_tasks": 1, "uptime_seconds": 200]), (.taskUpdated, ["active_tasks": 2, "current_task": "x"]),
      (.workspaceDegraded, ["error_rate": 0.7, "sample_error": "boom"]), (.workspaceProvisionFailed, ["error": "late"]),
      (.workspaceOnline, ["tier": 4]), (.feedReset, ["oldest_id": 1]),
      (.orgPurged, ["purge_id": "p-1", "completed_at": "2026-11-23T13:42:07Z"]),
    ]
  }
}
