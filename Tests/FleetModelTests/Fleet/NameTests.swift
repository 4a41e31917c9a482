import Testing

@testable import FleetModel

/// One org has one name wherever it stands, also when it is gone; its identity is its id.
@Suite struct NameTests {
  private static let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
  private static let gone: OrgID = "5fc42138-f00d-4bad-9c0f-0123456789ab"

  private struct Scene {
    var fleet = Fleet()
    var now = NameTests.now
    private var epoch: UInt64 = 0

    mutating func hear(_ source: Source, _ change: FleetEvent.Change) {
      epoch += 1
      fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
      fleet.judge(at: now)
      #expect(fleet.checkInvariants().isEmpty)
    }

    mutating func roster(_ orgs: (OrgID, Slug)...) {
      hear(.controlPlane, .roster(orgs.map { OrgRow(id: $0.0, slug: $0.1, status: .running) }, limit: 500, unreadable: 0))
    }

    /// One of the gone org, by its id alone, and what else is given.
    mutating func machines(_ others: [InstanceID: Tags] = [:]) {
      let tags = others.merging(["i-0": ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": NameTests.gone.rawValue]]) { $1 }
      let rows = tags.map {
        InstanceRow(id: $0.key, region: "a", state: .running, type: "t3.large", launchedAt: now + -90_000, tags: $0.value)
      }
      hear(.ec2("a"), .instances(rows, complete: true, problem: nil))
    }

    func name(of machine: InstanceID) -> String? { fleet.instances[machine].flatMap { fleet.orgName(of: $0.row) } }
  }

  private static func purge(_ slug: Slug?) -> PurgeRow {
    PurgeRow(id: "p", orgID: gone, slug: slug, status: .completed, lastStep: "completed", createdAt: now + -100, completedAt: now + -50)
  }

  @Test func anOrgThatNobodyNamesIsCalledByItsID() {
    var scene = Scene()
    scene.roster(("o1", "acme"))
    scene.machines()
    #expect(scene.name(of: "i-0") == Self.gone.rawValue && scene.fleet.slug(of: Self.gone) == nil)
  }

  @Test func aDeletionTellsWhatAGoneOrgWasCalled() {
    var scene = Scene()
    scene.roster(("o1", "acme"))
    scene.machines()
    _ = scene.fleet.takeChanges()
    scene.hear(.controlPlane, .purges([Self.purge("tyrell")]))
    #expect(scene.name(of: "i-0") == "tyrell")
    // Rows of it are drawn anew.
    #expect(scene.fleet.takeChanges().orgs.contains(Self.gone))
    scene.hear(.controlPlane, .purges([Self.purge(nil)]))
    #expect(scene.name(of: "i-0") == Self.gone.rawValue)
  }

  @Test func anotherMachinesTagTellsItToo() {
    var scene = Scene()
    scene.roster(("o1", "acme"))
    scene.machines(["i-1": ["OrgID": Self.gone.rawValue, "OrgSlug": "tyrell"], "i-2": ["OrgSlug": "stark"]])
    #expect(scene.name(of: "i-0") == "tyrell" && scene.name(of: "i-1") == "tyrell" && scene.name(of: "i-2") == "stark")
    #expect(scene.fleet.orphanCase(of: "i-0", at: scene.now)?.slug == "tyrell")
  }

  @Test func theDatabaseAndAnEarlierRosterTellItToo() {
    var scene = Scene()
    scene.roster(("o1", "acme"))
    scene.machines()
    _ = scene.fleet.takeChanges()
    scene.hear(.database, .databaseRows(DatabaseRows(orgs: [DatabaseOrgRow(id: Self.gone, slug: "weyland")], readAt: scene.now)))
    #expect(scene.name(of: "i-0") == "weyland" && scene.fleet.takeChanges().orgs.contains(Self.gone))
    // The control plane's own word counts before.
    scene.roster(("o1", "acme"), (Self.gone, "tyrell"))
    #expect(scene.name(of: "i-0") == "tyrell")
    scene.now = scene.now + 60
    scene.roster(("o1", "acme"))
    #expect(scene.fleet.orgs[Self.gone] == nil && scene.name(of: "i-0") == "tyrell")
  }

  @Test func aNameThatAnotherOrgHasNowIsToldFromIt() {
    var scene = Scene()
    scene.roster(("o1", "tyrell"))
    scene.machines(["i-1": ["OrgID": "o1", "OrgSlug": "tyrell"]])
    scene.hear(.controlPlane, .purges([Self.purge("tyrell")]))
    #expect(scene.name(of: "i-0") == "tyrell (5fc42138)" && scene.name(of: "i-1") == "tyrell")
    #expect(scene.fleet.org(of: scene.fleet.instances["i-0"]!.row) == nil)
    scene.machines(["i-1": ["OrgID": "O1", "OrgSlug": "tyrell"]])
    #expect(scene.name(of: "i-1") == "tyrell")
    // Nobody is told to delete the one that has the name.
    scene.now = scene.now + 400
    scene.machines(["i-1": ["OrgID": "o1", "OrgSlug": "tyrell"]])
    let left = scene.fleet.findings(at: scene.now).first { $0.code == .deletionLeftMachines }
    #expect(
      left?.summary.contains("tyrell (5fc42138)") == true && left?.nextStep.contains("DELETE") == false, "\(String(describing: left))")
  }

  @Test func whatIsHeardOfAGoneOrgIsLoggedByItsName() {
    var scene = Scene()
    scene.roster(("o1", "acme"), (Self.gone, "tyrell"))
    scene.machines()
    scene.now = scene.now + 60
    scene.roster(("o1", "acme"))
    let word = StreamedEvent(
      type: .instanceState, timestamp: scene.now, orgID: Self.gone, data: ["instance_id": "i-0", "state": "stopped"])
    scene.hear(.feed, .streamed(word))
    #expect(scene.fleet.log.last?.slug == "tyrell")
  }
}
