import FleetModel
import Testing

@testable import FleetTUI

@Suite struct CostsPageTests {
  private static let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!

  private static func machine(_ id: InstanceID, _ type: String, _ role: String, org: String) -> InstanceRow {
    InstanceRow(
      id: id, region: "us-east-2", state: .running, type: type, launchedAt: now + -7200,
      tags: ["ManagedBy": "molecule-cp", "Role": role, "OrgID": org])
  }

  private struct Scene {
    var fleet: Fleet
    var interface: Interface
    var now = CostsPageTests.now

    init(quota: Int? = 8) {
      fleet = Fleet(limits: Triage.Limits(vcpuQuota: quota))
      var options = DashboardOptions(environment: "staging")
      options.remembered.pane = PaneKind.none
      interface = Interface(options)
      _ = interface.handle(.character("6"), fleet, at: now)
    }

    mutating func apply(_ source: Source, _ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: source, at: now, change: change))
      fleet.judge(at: now)
      interface.update(fleet.takeChanges(), fleet, at: now)
    }

    mutating func roster() {
      apply(
        .controlPlane,
        .roster(
          [OrgRow(id: "o1", slug: "acme", status: .running), OrgRow(id: "o2", slug: "cinder", status: .failed)], limit: 500, unreadable: 0))
    }

    mutating func machines(_ rows: [InstanceRow]) { apply(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil)) }

    mutating func screen(rows: Int = 24) -> String {
      let frame = interface.compose(fleet, size: Terminal.Size(rows: rows, columns: 140), at: now).frame
      #expect(frame.lines.count == rows)
      return frame.lines.map(\.plain).joined(separator: "\n")
    }
  }

  private static let three = [
    machine("i-1", "t3.small", "tenant", org: "o1"), machine("i-2", "t3.large", "workspace", org: "o1"),
    machine("i-3", "t3.small", "tenant", org: "o2"),
  ]

  @Test func theDearestOrgStandsFirstAndTheFleetsSumsBelow() throws {
    var scene = Scene()
    scene.roster()
    scene.machines(Self.three)
    let screen = scene.screen()
    let acme = try #require(screen.firstRange(of: "acme"))
    let cinder = try #require(screen.firstRange(of: "cinder"))
    #expect(acme.lowerBound < cinder.lowerBound)
    #expect(screen.contains("0.104") && screen.contains("75.92"))
    #expect(screen.contains("$0.12/h"))
    #expect(screen.contains("waste  $0.02…/h  1 of what failed $0.02/h, $0.0003 a minute") && !screen.contains("stuck"), "\(screen)")
    #expect(screen.contains("since launch  of the machines there are now"))
    #expect(screen.contains("6/8, 1 more t3.large fit"))
    #expect(screen.contains("AWS price list, on-demand Linux, 2026-01-19"))
  }

  @Test func whatIsNotKnownIsNeverNothing() {
    var scene = Scene(quota: nil)
    scene.roster()
    let before = scene.screen()
    #expect(before.contains("$?/h") && before.contains("?/?") && !before.contains("0.00"))
    scene.now = scene.now + 3
    scene.machines(Self.three + [Self.machine("i-4", "x9.huge", "workspace", org: "o1")])
    let after = scene.screen()
    #expect(after.contains("0.104+?") && after.contains("no price: x9.huge"))
  }

  @Test func anOrgThatSpentWhatItMayHasSpentItsOwnBudget() {
    var scene = Scene()
    scene.roster()
    let rows = [
      WorkspaceRow(id: "w1", name: "free", status: .online, monthlySpendCents: 6000),
      WorkspaceRow(id: "w2", name: "bound", status: .online, monthlySpendCents: 0, budgetLimitCents: 5000),
    ]
    scene.apply(.tenant("acme"), .workspaces("o1", rows))
    #expect(scene.screen().contains("◐ 1 org has spent all its budget"), "\(scene.screen())")
    // One fact has one sign.
    #expect(scene.screen().contains("◐ 50.00"), "\(scene.screen())")
  }

  @Test func aBusyFleetIsReportedAtMostEveryTwoSeconds() {
    var scene = Scene()
    scene.roster()
    scene.machines(Self.three)
    _ = scene.screen()
    scene.now = scene.now + 1
    scene.machines(Array(Self.three.dropFirst()))
    #expect(scene.screen().contains("0.104"))
    let next = scene.interface.compose(scene.fleet, size: Terminal.Size(rows: 24, columns: 140), at: scene.now).nextChange
    #expect(next.map { $0 <= Self.now + 2 } == true)
    scene.now = scene.now + 1
    #expect(!scene.screen().contains("0.104"))
  }

  @Test(arguments: [5, 7, 9, 12, 15])
  func aSmallScreenKeepsItsRows(rows: Int) {
    var scene = Scene()
    scene.roster()
    scene.machines(Self.three)
    #expect(scene.screen(rows: rows).contains("acme"))
  }
}
