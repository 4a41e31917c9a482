import TestSupport
import Testing

@testable import FleetModel

/// Which resources are left over is kept with every change, and what a change does not touch is not looked at.
@Suite struct LeftoverTests {
  static func volume(_ id: ResourceID, org: String? = nil, age: Double? = 90_000, at now: Timestamp, isAttached: Bool = false) -> VolumeRow
  {
    var tags = ["ManagedBy": "molecule-cp"]
    tags["OrgID"] = org
    return VolumeRow(
      id: id, region: "a", size: 50, type: "gp3", state: "available", createdAt: age.map { now + -$0 },
      instances: isAttached ? ["i-1"] : [], tags: Tags(tags))
  }

  static func address(_ id: ResourceID, _ tags: [String: String]) -> AddressRow {
    AddressRow(id: id, region: "a", publicIP: "192.0.2.1", tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
  }

  static func group(_ id: ResourceID, _ name: String, _ tags: [String: String] = [:]) -> SecurityGroupRow {
    SecurityGroupRow(id: id, region: "a", name: name, tags: Tags(tags.merging(["ManagedBy": "molecule-cp"]) { $1 }))
  }

  /// Forty tenants; three hundred volumes, and an address and a group of one tenant that comes up.
  private func scene() -> Scene {
    var scene = Scene()
    for source in [Source.controlPlane, .ec2("a")] { scene.hear(source, .expected(pollInterval: 15)) }
    let orgs = (0..<40).map { Scene.org("org-\($0)") } + [Scene.org("coming", .provisioning)]
    scene.hear(.controlPlane, .roster(orgs, limit: 500, unreadable: 0))
    let machine = InstanceRow(
      id: "i-1", region: "a", state: .running, securityGroups: ["sg-used"], tags: ["ManagedBy": "molecule-cp", "OrgID": "org-org-1"])
    scene.hear(.ec2("a"), .instances([machine], complete: true, problem: nil))
    let now = scene.now
    scene.hear(
      .ec2("a"),
      .resources(
        RegionResources(
          at: now, volumes: .complete((0..<300).map { Self.volume(ResourceID("vol-\($0)"), org: "org-org-\($0 % 40)", at: now) }),
          addresses: .complete([Self.address("eip-1", ["OrgID": "org-coming"])]),
          securityGroups: .complete([Self.group("sg-used", "x"), Self.group("sg-coming", "tenant-coming")]), interfaces: .complete([]))))
    return scene
  }

  private func judge(_ scene: inout Scene) -> Set<OrphanCase.ID> {
    scene.fleet.judge(at: scene.now)
    return scene.fleet.takeChanges().leftovers
  }

  @Test func aPollOfATenantWithoutALeftoverLooksAtNone() {
    var scene = scene()
    #expect(judge(&scene).count == 302)
    #expect(scene.fleet.leftovers.ids.count == 302 && scene.fleet.leftovers.looks == 302)
    scene.hear(.controlPlane, .roster(scene.fleet.orgs.values.map(\.row) + [Scene.org("unrelated")], limit: 500, unreadable: 0))
    _ = judge(&scene)
    let looks = scene.fleet.leftovers.looks
    for round in 0..<20 {
      scene.pass(1)
      let row = WorkspaceRow(id: "w-unrelated", name: "one", status: round.isMultiple(of: 2) ? .online : .degraded)
      scene.hear(.tenant("unrelated"), .workspaces("org-unrelated", [row]))
      #expect(judge(&scene).isEmpty)
    }
    #expect(scene.fleet.leftovers.looks == looks)
    // A region that says what it had said is no news either.
    let machines = scene.fleet.instances.values.map(\.row)
    scene.hear(.ec2("a"), .instances(machines, complete: true, problem: nil))
    #expect(judge(&scene).isEmpty && scene.fleet.leftovers.looks == looks)
    #expect(scene.fleet.leftovers.differences(from: scene.fleet, at: scene.now).isEmpty)
  }

  @Test func aListThatFailsOrGrowsOldTakesNothingAway() {
    var scene = scene()
    func figure() -> Figure<Int> {
      _ = judge(&scene)
      return scene.fleet.figures.totals.leftovers
    }
    let known = figure()
    #expect(known == Figure(300, .known))
    let readAt = scene.now
    scene.pass(300)
    scene.hear(
      .ec2("a"),
      .resources(
        RegionResources(
          at: scene.now, volumes: .failed("503"), addresses: .failed("503"), securityGroups: .failed("503"), interfaces: .failed("503"))))
    scene.hear(.controlPlane, .roster(scene.fleet.orgs.values.map(\.row), limit: 500, unreadable: 0))
    scene.hear(.ec2("a"), .instances(scene.fleet.instances.values.map(\.row), complete: true, problem: nil))
    #expect(figure() == known)
    scene.pass(601)
    scene.hear(.controlPlane, .roster(scene.fleet.orgs.values.map(\.row), limit: 500, unreadable: 0))
    scene.hear(.ec2("a"), .instances(scene.fleet.instances.values.map(\.row), complete: true, problem: nil))
    #expect(figure() == Figure(300, .lastKnown(readAt)), "its lists are over a quarter of an hour old")
    scene.pass(10)
    scene.hear(.controlPlane, .failed("503"))
    #expect(figure() == Figure(300, .lastKnown(readAt)))
    #expect(
      scene.fleet.leftovers.verdict(of: OrphanCase.ID(kind: .volume, id: "vol-1")) == .cannotTell([.roster]), "it must not be acted on")
  }

  @Test func whatAChangeTouchesIsJudgedAgainAndNothingElse() {
    var scene = scene()
    _ = judge(&scene)
    let (address, coming, used) = (
      OrphanCase.ID(kind: .address, id: "eip-1"), OrphanCase.ID(kind: .securityGroup, id: "sg-coming"),
      OrphanCase.ID(kind: .securityGroup, id: "sg-used")
    )
    #expect(scene.fleet.leftovers.verdict(of: address)?.name == "grace" && scene.fleet.leftovers.verdict(of: coming)?.name == "grace")
    var looks = scene.fleet.leftovers.looks
    // Its org is up: what was being made for it is left over.
    scene.hear(
      .feed, .streamed(StreamedEvent(type: .orgStatus, timestamp: scene.now, orgID: "org-coming", data: ["instance_status": "running"])))
    #expect(judge(&scene) == [address, coming])
    #expect(scene.fleet.leftovers.verdict(of: address)?.name == "orphan" && scene.fleet.leftovers.looks == looks + 2)
    looks = scene.fleet.leftovers.looks
    // The last machine that used a group is gone.
    scene.hear(.ec2("a"), .instances([], complete: true, problem: nil))
    #expect(judge(&scene) == [used])
    #expect(scene.fleet.leftovers.looks == looks + 1 && scene.fleet.leftovers.verdict(of: used)?.name == "orphan")
    // Without a roster nothing is an orphan.
    scene.hear(.controlPlane, .failed("503"))
    #expect(judge(&scene).count == 303 && scene.fleet.leftovers.verdict(of: used)?.name == "cannot-tell")
    let found = scene.fleet.leftoverCase(of: address, at: scene.now)
    #expect(found?.verdict == scene.fleet.leftovers.verdict(of: address) && found?.monthly == PriceBook.builtin.publicIPv4Monthly)
  }

  @Test(arguments: 0..<30) func everyRandomHistoryKeepsThemAsAJudgementOfEverythingWould(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var fleet = Fleet()
    var now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    func pick<T>(_ values: [T]) -> T { values.randomElement(using: &random)! }
    func some<T>(_ make: () -> T) -> [T] { (0..<Int.random(in: 0...4, using: &random)).map { _ in make() } }
    func listing<T>(_ make: () -> T) -> RegionResources.Listing<T> {
      pick([.complete(some(make)), .complete(some(make)), .failed("x"), .notAllowed("y")])
    }
    for step in 0..<300 {
      now = now + pick([0.5, 3, 40, 400])
      var event = FleetPropertyTests.event(&random, at: now)
      let tags: () -> [String: String] = {
        pick([[:], ["OrgID": "o1"], ["OrgSlug": "acme"], ["OrgID": "o2", "OrgSlug": "globex"], ["WorkspaceID": "w1"]])
      }
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        let region: Region = pick(["a", "b"])
        let read = RegionResources(
          at: now + -pick([0, 0, 30]),
          volumes: listing {
            var row = Self.volume(
              ResourceID("vol-\(pick([1, 2, 3]))-\(region)"), age: pick([nil, 100, 1190, 90_000]), at: now,
              isAttached: pick([false, false, true]))
            row.region = region
            row.tags = Tags(tags())
            return row
          },
          addresses: listing {
            var row = Self.address(ResourceID("eip-\(pick([1, 2]))-\(region)"), tags())
            row.region = region
            return row
          },
          securityGroups: listing {
            Self.group(
              ResourceID("sg-\(pick([1, 2, 3, 4]))-\(region)"),
              pick(["default", "x", "tenant-acme", "workspace-w123456789"]), tags())
          },
          interfaces: listing {
            NetworkInterfaceRow(id: "eni-1", region: region, state: "in-use", securityGroups: pick([[], [ResourceID("sg-1-\(region)")]]))
          })
        event = FleetEvent(source: .ec2(region), at: now, change: .resources(read))
      case 1:
        guard case .instances(var rows, let complete, let problem) = event.change else { break }
        for index in rows.indices {
          let region = rows[index].region
          rows[index].securityGroups = pick([[], [1], [2, 3]]).map { ResourceID("sg-\($0)-\(region)") }
        }
        event.change = .instances(rows, complete: complete, problem: problem)
      default: break
      }
      fleet.apply(event)
      fleet.judge(at: now)
      let problems = fleet.leftovers.differences(from: fleet, at: now)
      #expect(problems.isEmpty, "seed \(seed), step \(step), \(event): \(problems)")
      if !problems.isEmpty { return }
      _ = fleet.takeChanges()
    }
  }
}
