import Feeds
import FleetModel
import Testing

@testable import FleetTUI

/// A fleet whose changes are told to a notifier, at a time that the test sets.
private struct Desk {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)
  var fleet = Fleet()
  var notifier: Notifier
  var now = Desk.start
  var minute = 12 * 60
  private var epoch: UInt64 = 0

  init(_ rules: NotificationRules = NotificationRules()) { notifier = Notifier(rules) }

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

  private var uptime: Int64 { Int64(clamping: (now - Desk.start) * 1000) }

  @discardableResult
  mutating func pass(_ seconds: Double) -> Bool {
    now = now + seconds
    fleet.judge(at: now)
    return notifier.hear(fleet.takeChanges(), fleet, at: now, uptime: uptime, minute: minute)
  }

  mutating func told() -> [Announcement] { notifier.takeDue(at: uptime) }

  @discardableResult
  mutating func roster(_ rows: [OrgRow]) -> Bool { apply(.controlPlane, .roster(rows, limit: 500, unreadable: 0)) }

  @discardableResult
  mutating func agents(_ slug: String, _ rows: [WorkspaceRow]) -> Bool {
    apply(.tenant(Slug(slug)), .workspaces(OrgID("id-\(slug)"), rows))
  }

  static func failed(_ id: WorkspaceID) -> WorkspaceRow {
    WorkspaceRow(id: id, name: id.rawValue, status: .failed, runtime: "hermes", lastError: "missing required environment variables: KEY")
  }

  static func online(_ id: WorkspaceID) -> WorkspaceRow { WorkspaceRow(id: id, name: id.rawValue, status: .online, runtime: "hermes") }

  /// A fleet of one org that is loaded, its agents online.
  static func loaded(_ rules: NotificationRules = NotificationRules()) -> Desk {
    var desk = Desk(rules)
    desk.apply(.controlPlane, .expected(pollInterval: 15))
    desk.roster([row("acme")])
    desk.agents("acme", ["a", "b", "c"].map { online(WorkspaceID($0)) })
    return desk
  }
}

/// The rules that tell these kinds by that way, and no others.
private func rules(_ way: NotificationRules.Way, _ kinds: NotificationRules.Kind...) -> NotificationRules {
  var rules = NotificationRules(.none)
  for kind in kinds { rules.ways[kind] = [way] }
  return rules
}

@Suite struct NotifierTests {
  // MARK: - The bell

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
    // Who asks for the bell alone has no words told.
    #expect(desk.notifier.due == nil)
  }

  @Test func aStormRingsOnceInASecondHoweverFastItIsPlayed() {
    var desk = Desk.loaded()
    var rung = 0
    for step in 0..<100 {
      // Every agent fails and recovers again and again.
      desk.pass(0.05)
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
    desk.apply(.controlPlane, .expected(pollInterval: 3600))
    let late = try #require(desk.fleet.progress(of: .tenant("id-bright"), at: desk.now)?.lateAt)
    desk.pass(late - desk.now - 1)
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
    desk.pass(10)
    let over = desk.apply(.controlPlane, purge(.completed))
    desk.pass(10)
    let again = desk.apply(.controlPlane, purge(.completed))
    #expect(!begun && over && !again)
  }

  @Test func withNoneNothingRings() {
    var desk = Desk.loaded(NotificationRules(.none))
    desk.pass(10)
    let rang = desk.agents("acme", [Desk.failed("a")])
    #expect(!rang && desk.fleet.triage.count(of: .critical) == 1)
  }

  @Test func aSourceThatNeverAnswersKeepsItQuietForAWhileOnly() {
    var desk = Desk.loaded()
    var waiting = Desk()
    waiting.apply(.dns, .expected(pollInterval: 300))
    waiting.apply(.controlPlane, .expected(pollInterval: 15))
    waiting.roster([Desk.row("acme")])
    waiting.agents("acme", [Desk.online("a"), Desk.online("b")])
    _ = (waiting.pass(10), desk.pass(10))
    let (early, loaded) = (waiting.agents("acme", [Desk.failed("a"), Desk.online("b")]), desk.agents("acme", [Desk.failed("a")]))
    #expect(!early && loaded)
    waiting.pass(25)
    let later = waiting.agents("acme", [Desk.failed("a"), Desk.failed("b")])
    #expect(later)
  }

  // MARK: - Words

  @Test func whatHappensTogetherIsToldTogetherAndNotAllTheTime() throws {
    var desk = Desk.loaded(rules(.osc9, .failed))
    desk.pass(10)
    desk.agents("acme", [Desk.failed("a"), Desk.online("b"), Desk.online("c")])
    #expect(desk.told().isEmpty)
    desk.pass(0.5)
    desk.agents("acme", [Desk.failed("a"), Desk.failed("b"), Desk.failed("c")])
    desk.pass(0.6)
    let first = desk.told()
    #expect(first.map(\.text) == ["3 workspaces failed: acme/a, acme/b, acme/c"])
    // The next of that kind waits.
    desk.agents("acme", [Desk.online("a"), Desk.online("b"), Desk.online("c")])
    desk.pass(2)
    desk.agents("acme", [Desk.failed("a"), Desk.online("b"), Desk.online("c")])
    desk.pass(5)
    #expect(desk.told().isEmpty)
    desk.pass(9)
    let text = try #require(desk.told().first?.text)
    #expect(text.hasPrefix("acme/a failed: ") && text.contains("KEY"))
    #expect(desk.notifier.due == nil)
  }

  @Test func aBootThatEndsWellAMachineThatNobodyOwnsAndALostSourceAreNews() {
    var desk = Desk(rules(.osc777, .ready, .orphan, .source))
    desk.apply(.controlPlane, .expected(pollInterval: 15))
    desk.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    desk.roster([Desk.row("acme"), Desk.row("bright", .provisioning, age: 1)])
    func machine(_ org: String) -> InstanceRow {
      InstanceRow(
        id: "i-1", region: "us-east-2", state: .running, launchedAt: Desk.start + -86_400,
        tags: Tags(["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-\(org)"]))
    }
    desk.apply(.ec2("us-east-2"), .instances([machine("acme")], complete: true, problem: nil))
    desk.agents("acme", [Desk.online("a")])
    desk.pass(10)
    #expect(desk.notifier.due == nil)
    desk.roster([Desk.row("acme"), Desk.row("bright")])
    desk.apply(.ec2("us-east-2"), .instances([machine("nobody")], complete: true, problem: nil))
    desk.pass(2)
    #expect(desk.told().map(\.text) == ["i-1 orphaned: org gone", "bright ready"])
    desk.pass(20)
    desk.apply(.ec2("us-east-2"), .failed("UnauthorizedOperation"))
    desk.pass(2)
    #expect(desk.told().map(\.text) == ["ec2:us-east-2 lost: UnauthorizedOperation"])
  }

  @Test func inTheQuietHoursNothingIsToldThenOrLater() {
    var quiet = rules(.bell, .failed)
    quiet.ways[.failed] = [.bell, .command]
    quiet.quiet = NotificationRules.Quiet("22:00-07:00")
    var desk = Desk.loaded(quiet)
    desk.pass(10)
    desk.minute = 23 * 60
    let rang = desk.agents("acme", [Desk.failed("a")])
    #expect(!rang && desk.notifier.due == nil)
    desk.minute = 8 * 60
    desk.pass(60)
    #expect(desk.notifier.due == nil)
    let later = desk.agents("acme", [Desk.failed("a"), Desk.failed("b")])
    #expect(later && desk.notifier.due != nil)
  }

  @Test func quietHoursMayGoOverMidnight() throws {
    let night = try #require(NotificationRules.Quiet("22:00-07:30"))
    #expect(night.holds(22 * 60) && night.holds(0) && night.holds(449) && !night.holds(450) && !night.holds(1319))
    let noon = try #require(NotificationRules.Quiet("12:00-13:00"))
    #expect(noon.holds(720) && !noon.holds(780) && noon.text == "12:00-13:00")
    for text in ["", "22:00", "22-7", "24:00-07:00", "22:60-07:00", "22:00-22:00", "2:00-07:00", "+1:00-07:00"] {
      #expect(NotificationRules.Quiet(text) == nil, "\(text)")
    }
  }

  @Test func nothingInATextEndsTheSequenceOrBeginsAnother() {
    let item = NewsItem(kind: .failed, noun: "workspace", id: "w", name: "a\u{1B}]52;c;Zm9v\u{7}b;c", detail: "x\u{9C}y\u{1B}\\z\n")
    let told = Announcement(kind: .failed, ways: [.osc9, .osc777, .bell], items: [item], count: 1)
    for isInTmux in [false, true] {
      let bytes = DesktopNotice.sequence(told, title: "fleettui staging", isInTmux: isInTmux)
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains("9;fleettui staging: a") && text.contains("777;notify;fleettui staging;a"))
      #expect(bytes.count { $0 == 7 } == 2 && bytes.count { $0 == 0x1B } == (isInTmux ? 8 : 2))
      // Nor does a text have more parts than it should.
      #expect(text.contains("b,c") && !text.unicodeScalars.contains("\u{9C}"))
      #expect(text.hasPrefix(isInTmux ? "\u{1B}Ptmux;\u{1B}\u{1B}]9;" : "\u{1B}]9;"))
    }
  }

  @Test func theHookHasWhatIsToldAsOneDocument() {
    let items = (0..<3).map { NewsItem(kind: .stuck, noun: "workspace", id: "w\($0)", name: "acme/\($0)", detail: "late") }
    let told = Announcement(kind: .stuck, ways: [.command], items: items, count: 70)
    #expect(told.text == "70 workspaces stuck: acme/0, acme/1, acme/2 and 67 more")
    let json = told.json(environment: "staging", at: Desk.start)
    #expect(json["event"]?.string == "stuck" && json["environment"]?.string == "staging" && json["items"]?.array?.count == 3)
    #expect(json["text"]?.string == told.text)
  }
}
