import FleetModel
import Testing

@testable import FleetTUI

/// A frame is drawn when something on the screen may look different, and for nothing else.
@Suite struct QuietFrameTests {
  private struct Desk {
    var fleet = Fleet()
    var interface = Interface(DashboardOptions(environment: "staging"))
    var now = Timestamp(milliseconds: 1_763_905_327_000)

    /// 60 orgs on a screen of 12 rows; each has one workspace that is online.
    init() {
      let orgs = (10..<70).map { OrgRow(id: OrgID("id-\($0)"), slug: Slug("org-\($0)"), status: .running) }
      apply(.controlPlane, .roster(orgs, limit: 500, unreadable: 0))
      apply(.feed, .streamOpened(nil))
      for number in 10..<70 { apply(.tenant(Slug("org-\(number)")), .workspaces(OrgID("id-\(number)"), [Self.row(number)])) }
      _ = draw()
    }

    static func row(_ number: Int, _ status: WorkspaceStatus = .online) -> WorkspaceRow {
      WorkspaceRow(id: WorkspaceID("ws-\(number)"), name: "agent", status: status)
    }

    @discardableResult
    mutating func apply(_ source: Source, _ change: FleetEvent.Change) -> Bool {
      fleet.apply(FleetEvent(source: source, at: now, asked: now, change: change))
      fleet.judge(at: now)
      return interface.update(fleet.takeChanges(), fleet, at: now)
    }

    mutating func beat(_ number: Int) -> Bool {
      now = now + 1
      return apply(
        .feed,
        .streamed(
          StreamedEvent(
            type: .workspaceHeartbeat, timestamp: now, orgID: OrgID("id-\(number)"), slug: Slug("org-\(number)"),
            workspaceID: WorkspaceID("ws-\(number)"), data: ["active_tasks": 0])))
    }

    mutating func draw() -> [String] {
      interface.compose(fleet, size: Terminal.Size(rows: 12, columns: 100), at: now).frame.lines.map(\.plain)
    }

    mutating func press(_ key: Key) {
      _ = interface.handle(key, fleet, at: now)
      _ = draw()
    }
  }

  @Test func aHeartbeatOffTheScreenDrawsNothing() {
    var desk = Desk()
    let (far, near) = (desk.beat(60), desk.beat(11))
    #expect(!far && near)
  }

  @Test func aSourceThatSaysTheSameAgainDrawsNothingAndOneThatFailsOrRecoversDoes() {
    var desk = Desk()
    let rows = desk.fleet.orgs.values.map(\.row)
    desk.now = desk.now + 5
    let again = desk.apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
    let failed = desk.apply(.controlPlane, .failed("503"))
    let recovered = desk.apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
    #expect(!again && failed && recovered)
  }

  @Test func whatTheHeaderCountsIsSeenWhereverItHappens() {
    var desk = Desk()
    let seen = desk.apply(.tenant("org-65"), .workspaces("id-65", [Desk.row(65, .degraded)]))
    #expect(seen)
  }

  @Test func aRowThatMovesIntoTheWindowOrAboveItIsSeen() {
    var desk = Desk()
    desk.press(.end)
    let (above, inside) = (desk.beat(11), desk.beat(69))
    #expect(!above && inside)
    // A new first row moves every other.
    let rows = desk.fleet.orgs.values.map(\.row) + [OrgRow(id: "id-a", slug: "aaa", status: .running)]
    desk.now = desk.now + 5
    let moved = desk.apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
    #expect(moved)
  }

  @Test func theOpenPageDecides() {
    var desk = Desk()
    desk.press(.character("0"))
    let seen = desk.beat(60)
    #expect(seen)
  }
}
