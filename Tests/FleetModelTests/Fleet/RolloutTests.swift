import TestSupport
import Testing

@testable import FleetModel

/// What is inferred from the launches of the machines that run now.
@Suite struct RolloutTests {
  private static let start = Timestamp(rfc3339: "2026-11-24T13:00:00Z")!
  private static let orgs = ["a", "b", "c", "d", "e", "f"]

  /// Each org's tenant machine, launched at so many seconds; those that aren't named were launched with their orgs, a day before.
  private static func fleet(_ launches: [String: Double], images: [String: String] = [:]) -> Fleet {
    var fleet = Fleet()
    let created = start + -86_400
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: start,
        change: .roster(
          orgs.map { OrgRow(id: OrgID($0), slug: Slug($0), status: .running, createdAt: created) }, limit: 500, unreadable: 0)))
    let machines = orgs.map { org in
      InstanceRow(
        id: InstanceID("i-\(org)"), region: "us-east-2", state: .running, launchedAt: launches[org].map { start + $0 } ?? created + 3,
        imageID: images[org] ?? (launches[org] == nil ? "ami-old" : "ami-new"),
        tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": org])
    }
    fleet.apply(FleetEvent(source: .ec2("us-east-2"), at: start, change: .instances(machines, complete: true, problem: nil)))
    return fleet
  }

  @Test func whatWasLaunchedWithItsOrgReplacedNothing() { #expect(Rollout(of: Self.fleet([:])) == nil) }

  @Test func imagesThatChangeOneByOneAreACanaryItsSoakAndBatches() throws {
    var launches: [String: Double] = [:]
    var seen: [[Rollout.Place]] = []
    for (org, at) in [("d", 0.0), ("a", 90), ("b", 92), ("c", 95), ("f", 200)] {
      launches[org] = at
      seen.append(try #require(Rollout(of: Self.fleet(launches))).waves.map(\.place))
    }
    #expect(seen == [[.canary], [.canary, .batch(1)], [.canary, .batch(1)], [.canary, .batch(1)], [.canary, .batch(1), .batch(2)]])
    let rollout = try #require(Rollout(of: Self.fleet(launches)))
    #expect(rollout.waves.map(\.orgs) == [["d"], ["a", "b", "c"], ["f"]] && rollout.soak == 90)
    #expect(rollout.began == Self.start && rollout.ended == Self.start + 200 && rollout.images == ["us-east-2": "ami-new"])
    #expect(rollout.place(of: "b") == .batch(1) && rollout.place(of: "e") == nil)
  }

  @Test func onlyTheLastSeriesCountsAndWithoutACanaryThereIsNone() throws {
    let rollout = try #require(Rollout(of: Self.fleet(["a": -40_000, "b": -39_900, "c": 0, "d": 5])))
    #expect(rollout.waves.map(\.place) == [.batch(1)] && rollout.waves.map(\.orgs) == [["c", "d"]] && rollout.soak == nil)
  }
}
