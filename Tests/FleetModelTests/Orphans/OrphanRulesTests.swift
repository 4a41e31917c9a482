import Testing

@testable import FleetModel

@Suite struct OrphanRulesTests {
  private static let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
  private var now: Timestamp { Self.now }

  private func machine(
    _ id: InstanceID, _ tags: [String: String], state: InstanceState = .running, ageInHours: Double? = 30, region: Region = "east",
    groups: [ResourceID] = []
  ) -> InstanceRow {
    InstanceRow(
      id: id, region: region, state: state, type: "t3.large", launchedAt: ageInHours.map { now + -$0 * 3600 }, securityGroups: groups,
      tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
  }

  private func workspace(_ workspace: String, org: String? = "o1") -> [String: String] {
    var tags = ["Role": "workspace"]
    tags["WorkspaceID"] = workspace
    tags["OrgID"] = org
    return tags
  }

  /// acme with w1 online, w2 paused, w3 removed, and globex, which is stopped and so has no list.
  private func fleet(_ machines: [InstanceRow], regions: [Region] = ["east"], resources: RegionResources? = nil) -> Fleet {
    var fleet = Fleet()
    let orgs = [
      OrgRow(id: "o1", slug: "acme", status: .running), OrgRow(id: "o2", slug: "globex", status: .stopped),
      OrgRow(id: "o3", slug: "old", status: .purged),
      OrgRow(id: "o4", slug: "fresh", status: .provisioning),
    ]
    func post(_ source: Source, _ change: FleetEvent.Change) { fleet.apply(FleetEvent(source: source, at: now, change: change)) }
    post(.controlPlane, .roster(orgs, limit: 500, unreadable: 0))
    let rows = [("w1", WorkspaceStatus.online), ("w2", .paused), ("w3", .removed), ("w4", .hibernated), ("w5", .hibernating)]
    post(.tenant("acme"), .workspaces("o1", rows.map { WorkspaceRow(id: WorkspaceID($0.0), name: $0.0, status: $0.1) }))
    for region in regions { post(.ec2(region), .instances(machines.filter { $0.region == region }, complete: true, problem: nil)) }
    if let resources { post(.ec2("east"), .resources(resources)) }
    return fleet
  }

  private func verdict(_ row: InstanceRow, beside others: [InstanceRow] = [], settings: OrphanSettings = OrphanSettings()) -> String {
    let judgement = OrphanJudgement(of: fleet([row] + others), settings: settings, at: now)
    let verdict = judgement.verdict(of: row.id)
    return ([verdict.name] + verdict.reasons).joined(separator: " ")
  }

  @Test func aMachineIsJudgedByItsTags() {
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o1", "OrgSlug": "acme"])) == "live")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "gone"])) == "orphan org-gone")
    // The name is another org's now.
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "acme"])) == "orphan org-gone")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "O1"])) == "live")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgSlug": "acme"])) == "live")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgSlug": "gone"])) == "orphan org-gone")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o3"])) == "orphan org-gone")
    #expect(verdict(machine("i-1", workspace("w9", org: nil))) == "orphan no-org-tag")
    #expect(verdict(machine("i-1", workspace("w1", org: nil))) == "cannot-tell tenant:acme")
  }

  @Test func aWorkspacesMachineIsJudgedByItsTenantsList() {
    #expect(verdict(machine("i-1", workspace("w1"))) == "live")
    #expect(verdict(machine("i-1", workspace("w9"))) == "orphan workspace-removed")
    #expect(verdict(machine("i-1", workspace("w3"))) == "orphan workspace-removed stopped-status-but-running")
    #expect(verdict(machine("i-1", workspace("w2"))) == "orphan stopped-status-but-running")
    #expect(verdict(machine("i-1", workspace("w4"))) == "orphan stopped-status-but-running")
    #expect(verdict(machine("i-1", workspace("w5"))) == "live")
    // It comes up: not yet running against the tenant's word.
    #expect(verdict(machine("i-1", workspace("w2"), state: .pending)) == "live")
    #expect(verdict(machine("i-1", workspace("w2"), state: .stopped)) == "live")
    // A stopped org's tenant isn't asked: nobody knows its workspaces.
    #expect(verdict(machine("i-1", workspace("w1", org: "o2"))) == "cannot-tell tenant:globex")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o2"])) == "live")
  }

  @Test func ofSeveralMachinesTheNewestStaysAndOfEqualsTheGreatestId() {
    let old = machine("i-1", workspace("w1"), ageInHours: 30)
    let new = machine("i-0", workspace("w1"), ageInHours: 3)
    #expect(verdict(old, beside: [new]) == "orphan duplicate-workspace")
    #expect(verdict(new, beside: [old]) == "live")
    let twin = machine("i-2", workspace("w1"), ageInHours: 30)
    #expect(verdict(old, beside: [twin]) == "orphan duplicate-workspace")
    #expect(verdict(twin, beside: [old]) == "live")
    #expect(verdict(old, beside: [machine("i-3", workspace("w1"), state: .stopped, ageInHours: 1)]) == "live")
    // Nobody knows which is newer.
    #expect(verdict(old, beside: [machine("i-3", workspace("w1"), ageInHours: nil)]) == "cannot-tell region:east")
  }

  @Test func onlyMachinesOfThisEnvironmentsControlPlaneAreJudged() {
    let settings = OrphanSettings(environmentTag: OrphanSettings.Tag(key: "Environment", value: "staging"))
    let tags = ["Role": "tenant", "OrgID": "o9"]
    #expect(verdict(machine("i-1", tags.merging(["Environment": "staging"]) { $1 }), settings: settings) == "orphan org-gone")
    #expect(verdict(machine("i-1", tags.merging(["Environment": "prod"]) { $1 }), settings: settings) == "foreign")
    #expect(verdict(machine("i-1", tags), settings: settings) == "foreign")
    var jenkins = machine("i-1", [:])
    jenkins.tags = ["Name": "tenant-gone", "OrgID": "o9"]
    #expect(verdict(jenkins) == "foreign")
  }

  /// The feed tells no tags, but it is this control plane's.
  @Test func whatOnlyTheFeedToldOfIsNotForeign() {
    let settings = OrphanSettings(environmentTag: OrphanSettings.Tag(key: "Environment", value: "staging"))
    var fleet = fleet([])
    let told = StreamedEvent(
      type: .instanceState, timestamp: now, orgID: "o1", slug: "acme",
      data: ["instance_id": "i-1", "role": "tenant", "state": "running", "instance_type": "t3.large"])
    fleet.apply(FleetEvent(source: .feed, at: now, change: .streamed(told)))
    #expect(OrphanJudgement(of: fleet, settings: settings, at: now).verdict(of: "i-1") == .cannotTell([.feed]))
  }

  @Test func nothingYoungOrOfUnknownAgeIsAnOrphan() {
    let gone = ["Role": "tenant", "OrgID": "o9"]
    #expect(verdict(machine("i-1", gone, ageInHours: 0.33)) == "grace org-gone")
    #expect(verdict(machine("i-1", gone, ageInHours: 0.34)) == "orphan org-gone")
    #expect(verdict(machine("i-1", gone, ageInHours: nil)) == "cannot-tell region:east")
    // Launched after the roster was asked, whatever the grace.
    #expect(verdict(machine("i-1", gone, ageInHours: -0.001), settings: OrphanSettings(grace: 0)) == "grace org-gone")
    #expect(verdict(machine("i-1", ["Role": "tenant", "OrgID": "o1"], ageInHours: 0.1)) == "live")
  }

  /// "More than half of our machines (and more than 3)".
  @Test(arguments: [(3, 0, true), (4, 4, true), (4, 3, false), (5, 5, true), (5, 4, false), (4, 0, false)])
  func theGateNeedsMoreThanHalfAndMoreThanThree(orphans: Int, others: Int, isOpen: Bool) {
    let gone = (0..<orphans).map { machine(InstanceID("i-g\($0)"), ["Role": "tenant", "OrgID": "o9"]) }
    let live = (0..<others).map { machine(InstanceID("i-l\($0)"), ["Role": "tenant", "OrgID": "o1"]) }
    let judgement = OrphanJudgement(of: fleet(gone + live), settings: OrphanSettings(), at: now)
    #expect((judgement.safetyGate == nil) == isOpen)
    #expect(judgement.verdict(of: "i-g0").name == (isOpen ? "orphan" : "cannot-tell"))
    #expect(judgement.orphans == (isOpen ? orphans : nil))
    if let gate = judgement.safetyGate { #expect(gate.contains("\(orphans) of \(orphans + others)")) }
  }

  @Test func aRosterThatKnowsNobodyIsAnothersEvenIfMostMachinesAreYoung() {
    let gone = (0..<2).map { machine(InstanceID("i-g\($0)"), ["Role": "tenant", "OrgID": "o9"]) }
    let young = (0..<3).map { machine(InstanceID("i-y\($0)"), ["Role": "tenant", "OrgID": "o8"], ageInHours: 0.1) }
    #expect(OrphanJudgement(of: fleet(gone + young), settings: OrphanSettings(), at: now).safetyGate?.contains("knows none") == true)
    let known = machine("i-k", ["Role": "tenant", "OrgID": "o1"])
    #expect(OrphanJudgement(of: fleet(gone + young + [known]), settings: OrphanSettings(), at: now).safetyGate == nil)
  }

  @Test func aDuplicateInARegionThatFailedProvesNothing() {
    let old = machine("i-1", workspace("w1"), ageInHours: 30)
    let new = machine("i-2", workspace("w1"), ageInHours: 3, region: "west")
    var fleet = fleet([old, new], regions: ["east", "west"])
    var judgement = OrphanJudgement(of: fleet, settings: OrphanSettings(), at: now)
    #expect(judgement.verdict(of: "i-1") == .orphan([.duplicateWorkspace]))
    _ = fleet.takeChanges()
    fleet.apply(FleetEvent(source: .ec2("west"), at: now + 1, change: .failed("500")))
    judgement.update(fleet, changes: fleet.takeChanges(), at: now + 1)
    #expect(judgement.verdict(of: "i-1") == .cannotTell([.region("west")]))
    #expect(judgement.verdict(of: "i-2") == .cannotTell([.region("west")]))
  }

  // MARK: - The report

  private func report(_ fleet: Fleet) -> OrphanReport {
    var fleet = fleet
    fleet.judge(at: now, prices: prices)
    return OrphanReport(of: fleet, at: now)
  }

  private var prices: PriceBook {
    PriceBook(source: "a test", date: "2026-11-24", hourly: ["east": ["t3.large": 0.0832]], storage: ["east": ["gp3": 0.08]])
  }

  private func resources(
    volumes: [VolumeRow] = [], addresses: [AddressRow] = [], groups: [SecurityGroupRow] = [],
    interfaces: RegionResources.Listing<NetworkInterfaceRow> = .complete([])
  ) -> RegionResources {
    RegionResources(
      at: now, volumes: .complete(volumes), addresses: .complete(addresses), securityGroups: .complete(groups), interfaces: interfaces)
  }

  private static let ours: Tags = ["ManagedBy": "molecule-cp"]

  @Test func whatNothingUsesIsAnOrphanAndWhatIsUsedIsNotMentioned() {
    let day = now + -86_400
    let found = report(
      fleet(
        [machine("i-1", ["Role": "tenant", "OrgID": "o1"], groups: ["sg-used"])],
        resources: resources(
          volumes: [
            VolumeRow(id: "vol-1", region: "east", size: 50, type: "gp3", state: "available", createdAt: day, tags: Self.ours),
            VolumeRow(
              id: "vol-2", region: "east", size: 50, type: "gp3", state: "in-use", createdAt: day, instances: ["i-1"], tags: Self.ours),
            VolumeRow(id: "vol-3", region: "east", size: 50, type: "gp3", state: "available", createdAt: day, tags: [:]),
            VolumeRow(id: "vol-4", region: "east", size: 50, type: "gp3", state: "available", createdAt: now + -60, tags: Self.ours),
            VolumeRow(id: "vol-5", region: "east", size: 50, type: "sc1", state: "available", createdAt: nil, tags: Self.ours),
          ],
          addresses: [
            AddressRow(id: "eip-1", region: "east", publicIP: "1.2.3.4", tags: Self.ours),
            AddressRow(id: "eip-2", region: "east", publicIP: "1.2.3.5", association: "a", tags: Self.ours),
            AddressRow(id: "eip-3", region: "east", publicIP: "1.2.3.6", tags: ["ManagedBy": "molecule-cp", "OrgID": "o4"]),
          ],
          groups: [
            SecurityGroupRow(id: "sg-1", region: "east", name: "tenant-gone", tags: Self.ours),
            SecurityGroupRow(id: "sg-used", region: "east", name: "tenant-acme", tags: Self.ours),
            SecurityGroupRow(id: "sg-lb", region: "east", name: "tenant-lb", tags: Self.ours),
            SecurityGroupRow(id: "sg-default", region: "east", name: "default", tags: Self.ours),
            SecurityGroupRow(id: "sg-fresh", region: "east", name: "tenant-fresh", tags: Self.ours),
          ],
          interfaces: .complete([NetworkInterfaceRow(id: "eni-1", region: "east", state: "in-use", securityGroups: ["sg-lb"])]))))
    #expect(
      found.cases.map { "\($0.verdict.name) \($0.id)" } == [
        "orphan eip-1", "orphan sg-1", "orphan vol-1", "grace eip-3", "grace sg-fresh", "grace vol-4", "cannot-tell vol-5",
      ])
    let volume = found.cases.first { $0.id == "vol-1" }
    #expect(volume?.monthly == 4 && volume?.age == 86_400)
    #expect(found.cases.first { $0.id == "vol-5" }?.monthly == nil)
    #expect(found.isIncomplete)
  }

  @Test func aListThatMayNotBeReadIsToldAndOneThatFailedIsIncomplete() {
    let groups = [SecurityGroupRow(id: "sg-1", region: "east", name: "tenant-gone", tags: Self.ours)]
    let denied = report(fleet([], resources: resources(groups: groups, interfaces: .notAllowed("no permission"))))
    #expect(denied.cases.isEmpty && !denied.isIncomplete && denied.gaps == ["network interfaces of east: no permission"])
    let failed = report(fleet([], resources: resources(groups: groups, interfaces: .failed("500"))))
    #expect(failed.cases.map(\.verdict) == [.cannotTell([.region("east")])] && failed.isIncomplete)
  }

  @Test func theEvidenceNamesBothSidesAndTheNextStepIsARoute() throws {
    var fleet = fleet([machine("i-1", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "gone", "Name": "tenant-gone"], ageInHours: 48)])
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: now, change: .purges([PurgeRow(id: "p1", orgID: "o9", slug: "gone", status: .failed, lastStep: "infra")])
      ))
    let found = try #require(report(fleet).cases.first)
    #expect(
      found.evidence.map(\.description) == [
        "roster answered 0s ago (2026-11-24T03:00:00Z): none of its 4 orgs has the id o9; purge p1 of it is failed",
        "region:east answered 0s ago (2026-11-24T03:00:00Z): i-1 is running, t3.large, launched 2026-11-22T03:00:00Z, 2d ago",
        "tags: Name=tenant-gone, Role=tenant, OrgID=o9, OrgSlug=gone",
        "has cost at most $3.99 of compute since its launch",
      ])
    #expect(
      found.nextStep
        == "Delete org gone again through the control plane (DELETE /cp/admin/tenants/gone): it resumes purge p1 (failed, last step infra)")
  }

  /// Deleting by a name that was given anew would remove the wrong org.
  @Test func aNameThatIsAnothersNowIsNeverTheNextStep() throws {
    let found = try #require(report(fleet([machine("i-1", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "acme"])])).cases.first)
    #expect(!found.nextStep.contains("DELETE"))
    #expect(found.evidence[0].says.contains("acme is another org there, o1"))
  }

  /// Other people's roles are no mark of a control plane.
  @Test func aRoleThatNoControlPlaneGivesIsForeign() {
    var bastion = machine("i-1", [:])
    bastion.tags = ["Role": "bastion", "Name": "jump"]
    #expect(verdict(bastion) == "foreign")
    bastion.tags["ManagedBy"] = "molecule-cp"
    #expect(verdict(bastion) == "orphan no-org-tag")
    bastion.tags = ["Role": "workspace"]
    #expect(verdict(bastion) == "orphan no-org-tag")
  }

  /// An empty roster beside another environment's machines alone is a fresh environment, not a broken roster.
  @Test func anEmptyRosterIsBelievedWhereNoMachineIsOurs() {
    func fleet(_ settings: OrphanSettings) -> Fleet {
      var fleet = Fleet(orphans: settings)
      fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster([], limit: 500, unreadable: 0)))
      let tags = ["Role": "tenant", "OrgID": "o1", "Stage": "prod"]
      fleet.apply(FleetEvent(source: .ec2("east"), at: now, change: .instances([machine("i-1", tags)], complete: true, problem: nil)))
      return fleet
    }
    let tagged = fleet(OrphanSettings(environmentTag: OrphanSettings.Tag(key: "Stage", value: "staging")))
    #expect(tagged.freshness(of: .controlPlane, at: now).state == .complete)
    #expect(fleet(OrphanSettings()).freshness(of: .controlPlane, at: now).state == .partial)
  }

  @Test func aRegionThatFailedIsNamedAndWhatCouldBeJudgedStands() {
    var fleet = fleet([machine("i-1", ["Role": "tenant", "OrgID": "o9", "OrgSlug": "gone"])])
    fleet.apply(FleetEvent(source: .ec2("west"), at: now, change: .failed("500")))
    let found = report(fleet)
    #expect(found.isJudged && found.refused == "region west is failed: 500. Its machines were not judged" && found.isIncomplete)
    #expect(found.orphans == 1)
  }

  @Test func volumesCostWhatTheBookSaysAndAnOldListLeavesThemOpen() {
    let day = now + -86_400
    let volume = VolumeRow(id: "vol-1", region: "east", size: 50, type: "gp3", state: "available", createdAt: day, tags: Self.ours)
    var read = resources(volumes: [volume])
    read.at = now + -901
    #expect(report(fleet([], resources: read)).cases.map(\.verdict) == [.cannotTell([.region("east")])])
    let fresh = report(fleet([], resources: resources(volumes: [volume]))).cases.first
    #expect(fresh?.verdict == .orphan([.unattached]) && fresh?.monthly == 4)
  }

  /// What an event touches is judged again, and nothing else.
  @Test func anEventIsToldToHaveChangedOnlyWhatItChanged() {
    var fleet = Fleet()
    let rows = (0..<50).map { machine(InstanceID("i-\($0)"), ["Role": "tenant", "OrgID": "o\($0 % 10)"]) }
    let orgs = (0..<10).map { OrgRow(id: OrgID("o\($0)"), slug: Slug("s\($0)"), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: 500, unreadable: 0)))
    fleet.apply(FleetEvent(source: .ec2("east"), at: now, change: .instances(rows, complete: true, problem: nil)))
    fleet.judge(at: now)
    #expect(fleet.judgement.orphans == 0)
    _ = fleet.takeChanges()
    fleet.apply(
      FleetEvent(source: .controlPlane, at: now + 1, change: .roster(orgs.filter { $0.id != "o3" }, limit: 500, unreadable: 0)))
    fleet.judge(at: now + 1)
    #expect(fleet.takeChanges().instances == Set((0..<50).filter { $0 % 10 == 3 }.map { InstanceID("i-\($0)") }))
    #expect(fleet.judgement.orphans == 5 && fleet.judgement.questioned.count == 5)
    fleet.judge(at: now + 2)
    #expect(fleet.takeChanges().instances.isEmpty)
  }

  @Test func withoutRegionsOrAControlPlaneThereIsNothingToJudge() {
    var fleet = Fleet()
    #expect(report(fleet).refused?.contains("no control plane") == true && !report(fleet).isIncomplete)
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster([OrgRow(id: "o1", slug: "acme")], limit: 500, unreadable: 0)))
    #expect(report(fleet).refused?.contains("no AWS region") == true && !report(fleet).isIncomplete)
  }
}
