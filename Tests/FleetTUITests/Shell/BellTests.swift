import Feeds
import FleetModel
import Testing

@testable import FleetTUI

/// A fleet whose changes are told to a bell, at a time that the test sets.
private struct Desk {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)
  var fleet = Fleet()
  var bell: Bell
  var now = Desk.start
  private var epoch: UInt64 = 0

  init(_ notification: Bell.Notification = .bell) { bell = Bell(notification) }

  static func row(_ slug: String, _ status: OrgStatus = .running, age: Double = 86_400) -> OrgRow {
    OrgRow(id: OrgID("id-\(slug)"), slug: Slug(slug), status: status, createdAt: start + -age)
  }

  /// - Returns: whether it rang.
  @discardableResult
  mutating func apply(_ source: Source, _ change: FleetEvent.Change) -> Bool {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
    return pass(0)
  }

  mutating func pass(_ seconds: Double) -> Bool {
    now = now + seconds
    fleet.judge(at: now)
    return bell.hears(fleet.takeChanges(), fleet, at: now, uptime: Int64(clamping: (now - Desk.start) * 1000))
  }

  mutating func roster(_ rows: [OrgRow]) -> Bool { apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0)) }

  mutating func agents(_ slug: String, _ rows: [WorkspaceRow]) -> Bool {
    apply(.tenant(Slug(slug)), .workspaces(OrgID("id-\(slug)"), rows))
  }

  static func failed(_ id: WorkspaceID) -> WorkspaceRow {
    WorkspaceRow(id: id, name: id.rawValue, status: .failed, runtime: "hermes", lastError: "missing required environment variables: KEY")
  }

  static func online(_ id: WorkspaceID) -> WorkspaceRow { WorkspaceRow(id: id, name: id.rawValue, status: .online, runtime: "hermes") }

  /// A fleet of one org that is loaded, its agents online.
  static func loaded(_ notification: Bell.Notification = .bell) -> Desk {
    var desk = Desk(notification)
    desk.apply(.controlPlane, .expected(pollInterval: 15))
    _ = desk.roster([row("acme")])
    _ = desk.agents("acme", ["a", "b", "c"].map { online(WorkspaceID($0)) })
    return desk
  }
}

@Suite struct BellTests {
  @Test func whatIsWrongWhenTheFleetIsLoadedIsNoNewsAndWhatComesLaterRingsOnce() {
    var desk = Desk()
    desk.apply(.controlPlane, .expected(pollInterval: 15))
    let early = desk.roster([Desk.row("acme")])
    let first = desk.agents("acme", [Desk.failed("a"), Desk.online("b")])
    #expect(desk.fleet.triage.count(of: .critical) == 1)
    #expect(!early && !first)
    let same = desk.pass(10)
    let new = desk.agents("acme", [Desk.failed("a"), Desk.failed("b")])
    let after = desk.pass(10)
    #expect(desk.fleet.triage.count(of: .critical) == 2)
    #expect(!same && new && !after)
  }

  @Test func aStormRingsOnceInASecondHoweverFastItIsPlayed() {
    var desk = Desk.loaded()
    var rung = 0
    for step in 0..<100 {
      // Every agent fails and recovers again and again.
      _ = desk.pass(0.05)
      let rows = ["a", "b", "c"].map { WorkspaceID($0) }.map { step.isMultiple(of: 2) ? Desk.failed($0) : Desk.online($0) }
      if desk.agents("acme", rows) { rung += 1 }
    }
    #expect(rung == 5)
  }

  @Test func aBootThatBecomesLateRingsByTimeAlone() throws {
    var desk = Desk.loaded()
    let began = desk.roster([Desk.row("acme"), Desk.row("bright", .provisioning, age: 1)])
    #expect(!began)
    // Asked so seldom that it isn't stale meanwhile: with nobody heard a boot doesn't turn late.
    _ = desk.apply(.controlPlane, .expected(pollInterval: 3600))
    let late = try #require(desk.fleet.progress(of: .tenant("id-bright"), at: desk.now)?.lateAt)
    _ = desk.pass(late - desk.now - 1)
    let turned = desk.pass(2)
    let stays = desk.pass(5)
    #expect(turned && !stays)
  }

  @Test func aDeletionThatIsOverRings() {
    var desk = Desk.loaded()
    func purge(_ status: PurgeRow.Status) -> FleetEvent.Change {
      .purges([PurgeRow(id: "p-1", orgID: "id-acme", slug: "acme", status: status, createdAt: Desk.start)])
    }
    let begun = desk.apply(.controlPlane, purge(.pending("in_progress")))
    _ = desk.pass(10)
    let over = desk.apply(.controlPlane, purge(.completed))
    _ = desk.pass(10)
    let again = desk.apply(.controlPlane, purge(.completed))
    #expect(!begun && over && !again)
  }

  @Test func withNoneNothingRings() {
    var desk = Desk.loaded(.none)
    _ = desk.pass(10)
    let rang = desk.agents("acme", [Desk.failed("a")])
    #expect(!rang && desk.fleet.triage.count(of: .critical) == 1)
  }

  @Test func aSourceThatNeverAnswersKeepsItQuietForAWhileOnly() {
    var desk = Desk.loaded()
    var waiting = Desk()
    waiting.apply(.dns, .expected(pollInterval: 300))
    waiting.apply(.controlPlane, .expected(pollInterval: 15))
    _ = waiting.roster([Desk.row("acme")])
    _ = waiting.agents("acme", [Desk.online("a"), Desk.online("b")])
    _ = (waiting.pass(10), desk.pass(10))
    let (early, loaded) = (waiting.agents("acme", [Desk.failed("a"), Desk.online("b")]), desk.agents("acme", [Desk.failed("a")]))
    #expect(!early && loaded)
    _ = waiting.pass(25)
    let later = waiting.agents("acme", [Desk.failed("a"), Desk.failed("b")])
    #expect(later)
  }
}
