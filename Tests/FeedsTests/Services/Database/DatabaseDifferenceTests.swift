import FleetModel
import Testing

/// Roster, EC2 and database against each other: pure, by the clock that the events carry.
@Suite struct DatabaseDifferenceTests {
  static let start = Timestamp(rfc3339: "2026-11-24T12:00:00Z") ?? Timestamp(milliseconds: 0)
  private let old = start + -86_400
  private let now = start + 10

  private func org(_ id: OrgID, _ status: OrgStatus? = .running) -> OrgRow {
    OrgRow(id: id, slug: Slug("slug-\(id)"), status: status, createdAt: old)
  }

  private func tenant(_ id: InstanceID, _ org: OrgID, _ state: InstanceState = .running, launched: Timestamp? = nil) -> InstanceRow {
    InstanceRow(
      id: id, region: "us-east-2", state: state, launchedAt: launched ?? old,
      tags: ["OrgID": org.rawValue, "Role": "tenant", "ManagedBy": "molecule-cp"])
  }

  private func stored(_ org: OrgID, _ status: OrgStatus = .running, on machine: InstanceID? = "i-1", updated: Timestamp? = nil)
    -> DatabaseInstanceRow
  {
    DatabaseInstanceRow(orgID: org, status: status, instanceID: machine, region: "us-east-2", updatedAt: updated ?? old)
  }

  /// A fleet of one org and its machine, on which every source agrees, unless told otherwise.
  private func fleet(
    roster: [OrgRow]? = nil, rosterFails: Bool = false, machines: [InstanceRow]? = nil, isComplete: Bool = true,
    orgs: [DatabaseOrgRow]?? = nil,
    instances: [DatabaseInstanceRow]? = nil, claims: [ResourceClaimRow]? = nil, purges: [PurgeRow] = [], problem: String? = nil
  ) -> Fleet {
    var fleet = Fleet()
    func apply(_ source: Source, _ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: source, at: Self.start, asked: Self.start, epoch: 1, change: change))
    }
    for source in [Source.controlPlane, .ec2("us-east-2"), .database] { apply(source, .expected(pollInterval: 15)) }
    apply(.controlPlane, .roster(roster ?? [org("a")], limit: 500, unreadable: 0))
    if rosterFails { apply(.controlPlane, .failed("gone")) }
    apply(.ec2("us-east-2"), .instances(machines ?? [tenant("i-1", "a")], complete: isComplete, problem: nil))
    apply(.database, .purges(purges))
    apply(
      .database,
      .databaseRows(
        DatabaseRows(
          orgs: orgs ?? [DatabaseOrgRow(id: "a", slug: "slug-a", status: "running", createdAt: old)], instances: instances ?? [stored("a")],
          claims: claims,
          readAt: Self.start, problem: problem)))
    return fleet
  }

  private func kinds(_ fleet: Fleet, at moment: Timestamp? = nil) -> [DatabaseDifference.Kind] {
    fleet.databaseDifferences(at: moment ?? now).map(\.kind)
  }

  @Test func whereAllAgreeThereIsNothingToSay() {
    #expect(kinds(fleet()).isEmpty)
    #expect(kinds(Fleet()).isEmpty)
    #expect(
      kinds(fleet(claims: [ResourceClaimRow(orgID: "a", kind: "ec2_instance", state: "created", resourceID: "i-1", createdAt: old)]))
        .isEmpty)
  }

  @Test func anOrgThatOneSideLacksIsADifference() {
    let more = fleet(orgs: [
      DatabaseOrgRow(id: "a"), DatabaseOrgRow(id: "b", slug: "beta", status: "running", createdAt: old),
      DatabaseOrgRow(id: "c", status: "purged"),
    ])
    #expect(kinds(more) == [.orgOnlyInDatabase])
    #expect(more.databaseDifferences(of: "b", at: now).first?.summary == "beta is in the database, not in the roster")
    #expect(kinds(fleet(orgs: .some([]))) == [.orgOnlyInRoster])
    // A table that wasn't read says nothing.
    #expect(kinds(fleet(orgs: .some(nil))).isEmpty)
    // Made a moment ago: the other side may not have known.
    #expect(kinds(fleet(orgs: [DatabaseOrgRow(id: "a"), DatabaseOrgRow(id: "b", createdAt: Self.start + -30)])).isEmpty)
  }

  @Test func statusesThatContradictEachOtherAreADifferenceOnceTheyHaveSettled() {
    #expect(kinds(fleet(instances: [stored("a", .failed)])) == [.statusDiffers])
    #expect(kinds(fleet(instances: [stored("a", .failed, updated: Self.start + -5)])).isEmpty)
    #expect(kinds(fleet(roster: [org("a", nil)], instances: [stored("a", .failed)])).isEmpty)
  }

  @Test func aMachineThatEC2DoesNotRunIsADifference() {
    #expect(kinds(fleet(machines: [])) == [.machineNotRunning])
    #expect(kinds(fleet(machines: [tenant("i-1", "a", .stopped)])) == [.machineNotRunning])
    let other = fleet(machines: [tenant("i-2", "a")])
    #expect(other.databaseDifferences(at: now).first?.evidence.last == "EC2's tenant machine of this org is i-2, running")
    // Not of a region that wasn't read to its end, and not of an id from another cloud.
    #expect(kinds(fleet(machines: [], isComplete: false)).isEmpty)
    #expect(kinds(fleet(machines: [], instances: [stored("a", on: "fly-1")])).isEmpty)
    #expect(kinds(fleet(machines: [], instances: [stored("a", updated: Self.start + -30)])).isEmpty)
  }

  @Test func claimsAndMachinesAreMatchedBothWays() {
    let claim = ResourceClaimRow(orgID: "a", kind: "ec2_instance", state: "created", resourceID: "i-1", createdAt: old + -60)
    var gone = claim
    gone.resourceID = "i-9"
    var released = gone
    released.state = "deleted"
    #expect(kinds(fleet(claims: [claim, gone, released])) == [.claimWithoutMachine])
    #expect(kinds(fleet(machines: [tenant("i-1", "a"), tenant("i-3", "a")], claims: [claim])) == [.machineWithoutClaim])
    // Launched before the table was kept, or of an org that is in no roster here.
    #expect(kinds(fleet(machines: [tenant("i-1", "a"), tenant("i-3", "a", launched: old + -9000)], claims: [claim])).isEmpty)
    #expect(kinds(fleet(machines: [tenant("i-1", "a"), tenant("i-3", "z")], claims: [claim])).isEmpty)
    #expect(kinds(fleet(machines: [tenant("i-1", "a"), tenant("i-3", "a")], claims: [])).isEmpty)
  }

  @Test func anOrgThatWasPurgedAndIsStillListedIsADifference() {
    var purge = PurgeRow(id: "p", orgID: "a", status: .completed, completedAt: Self.start + -600)
    #expect(kinds(fleet(purges: [purge])) == [.purgedButListed])
    purge.completedAt = Self.start + -10
    #expect(kinds(fleet(purges: [purge])).isEmpty)
  }

  @Test func nothingIsComparedWithASourceThatFailedOrIsOld() {
    let more = [DatabaseOrgRow(id: "a"), DatabaseOrgRow(id: "b", createdAt: old)]
    #expect(kinds(fleet(rosterFails: true, orgs: more, instances: [stored("a", .failed)])).isEmpty)
    #expect(kinds(fleet(orgs: more), at: Self.start + 600).isEmpty)
    var failed = fleet(orgs: more)
    failed.apply(FleetEvent(source: .database, at: now, epoch: 2, change: .failed("gone")))
    #expect(kinds(failed).isEmpty)
    #expect(failed.database != nil, "what was known stays")
    // What was read of a partial reading is compared.
    #expect(kinds(fleet(orgs: more, problem: "org_purges: locked")) == [.orgOnlyInDatabase])
  }

  @Test func aLateAnswerToAnOlderQuestionChangesNothing() {
    var fleet = fleet()
    fleet.apply(FleetEvent(source: .database, at: now, epoch: 0, change: .databaseRows(DatabaseRows(readAt: now))))
    #expect(fleet.database?.orgs?.count == 1)
    #expect(fleet.checkInvariants().isEmpty)
  }
}
