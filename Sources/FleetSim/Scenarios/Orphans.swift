import FleetModel

extension World {
  /// What nobody owns any more (contract §5.5, §6.2), and what only looks like it.
  mutating func addOrphans() {
    addMachineOrphans()
    addPartOrphans()
    addNameOrphans()
  }

  private mutating func addMachineOrphans() {
    // The org was purged; two of its machines stayed.
    let tyrell = purges.first { $0.slug == "tyrell" }?.org ?? OrgID(random.uuid())
    _ = addTenantMachine(orgID: tyrell, slug: "tyrell", state: .running, at: ago(days: 44))
    addWorkspaceMachine(WorkspaceID(random.uuid()), org: tyrell, runtime: "hermes", state: .running, at: ago(days: 43))
    // Made before machines carried the OrgID tag.
    addWorkspaceMachine(WorkspaceID(random.uuid()), org: nil, runtime: "langgraph", state: .running, at: ago(days: 230))
    // Launched minutes ago: the roster may lag behind, so it is too early to judge.
    _ = addTenantMachine(orgID: OrgID(random.uuid()), slug: Slug("e2e-\(day)-9c"), state: .running, at: ago(minutes: 6))
    // Not the fleet's at all, and another environment's in the same account.
    addForeignMachine(name: "jenkins-runner-2", environment: nil)
    let other = addTenantMachine(orgID: OrgID(random.uuid()), slug: "contoso-prod", state: .running, at: ago(days: 80))
    machines.update(other) { machine in
      machine.tags = machine.tags.map { $0.key == "Environment" ? .init(key: "Environment", value: "prod") : $0 }
    }
  }

  private mutating func addForeignMachine(name: String, environment: String?) {
    machines.add(
      Machine(
        id: newInstanceID(), region: "us-east-2", state: .running, type: "t3.medium", launchedAt: ago(days: 310), role: nil, diskGB: 100,
        privateIP: privateIP(), publicIP: publicIP(), groupName: "ci", ingress: .ssh,
        tags: [.init(key: "Name", value: name), .init(key: "team", value: "build")]))
  }

  private mutating func addPartOrphans() {
    let ours: [Machine.Tag] = [.init(key: "ManagedBy", value: "molecule-cp"), .init(key: "Environment", value: Self.environment)]
    for (gigabytes, days) in [(80, 21.0), (30, 3.0)] {
      volumes.append(
        LooseVolume(
          id: "vol-0\(random.hex(16))", region: "us-east-2", gigabytes: gigabytes, createdAt: ago(days: days),
          tags: ours + [.init(key: "OrgSlug", value: "prestige")]))
    }
    addresses.append(
      ElasticAddress(allocation: "eipalloc-0\(random.hex(16))", region: "us-east-2", ip: "198.51.100.77", instance: nil, tags: ours))
    groups.append(LooseGroup(id: "sg-0\(random.hex(16))", region: "us-east-2", name: "tenant-prestige", tags: ours))
  }

  /// Fills the zone to near its quota of 200, fewer than half of it orphans, so that the safety gate still lets a judgement through.
  private mutating func addNameOrphans() {
    for index in 0..<34 {
      addRecord("ws-\(random.hex(8))-\(random.hex(3))", at: ago(days: Double(index % 12) + 0.4))
    }
    for index in 0..<38 {
      addRecord("e2e-\(day)-\(random.hex(4))\(index % 5 == 0 ? ".staging" : "")", at: ago(hours: Double(index) * 5 + 3))
    }
    // Kept for safety: names of tenants that nobody can vouch for.
    for index in 0..<66 { addRecord("trial-\(index + 101)", at: ago(days: Double(index) * 3 + 20)) }
    // Nothing that is swept: two labels below the zone.
    addRecord("metrics.internal", type: "A", content: "203.0.113.44", at: ago(days: 400))
  }
}
