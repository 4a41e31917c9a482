import Feeds
import FleetModel
import Testing

@testable import FleetTUI

/// An org whose tenant runs with one agent, and a dashboard that shows them.
private struct Desk {
  static let start = Timestamp(milliseconds: 1_763_905_327_000)
  static let agent: WorkspaceID = "0b6c1f2a-9d3e-4857-8a11-5f0e7d6c4b3a"
  var fleet = Fleet()
  var interface: Interface
  var now = Desk.start
  var size = Terminal.Size(rows: 30, columns: 160)
  private var epoch: UInt64 = 0

  init() {
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = PaneKind.none
    options.isASCII = true
    interface = Interface(options)
    // Asked so seldom that neither is stale within a test.
    apply(.ec2("us-east-2"), .expected(pollInterval: 60))
    apply(.controlPlane, .expected(pollInterval: 60))
  }

  mutating func apply(_ source: Source, _ change: FleetEvent.Change) {
    epoch += 1
    fleet.apply(FleetEvent(source: source, at: now, asked: now, epoch: epoch, change: change))
    settle()
  }

  /// As the dashboard does it before each frame.
  mutating func settle() {
    fleet.judge(at: now)
    interface.update(fleet.takeChanges(), fleet, at: now)
  }

  mutating func run(_ slug: String, _ status: OrgStatus?, agent agentStatus: WorkspaceStatus? = nil, error: String? = nil) {
    let id = OrgID("id-\(slug)")
    apply(
      .controlPlane,
      .roster([OrgRow(id: id, slug: Slug(slug), status: status, createdAt: now + -70)], limit: 500, unreadable: 0))
    guard let agentStatus else { return }
    let row = WorkspaceRow(id: Self.agent, name: "milton", status: agentStatus, runtime: "hermes", lastError: error)
    apply(.tenant(Slug(slug)), .workspaces(id, [row]))
  }

  mutating func screen() -> [String] { interface.compose(fleet, size: size, at: now).frame.lines.map(\.plain) }
  mutating func text() -> String { screen().joined(separator: "\n") }

  @discardableResult
  mutating func press(_ keys: Key...) -> Intent {
    var last = Intent.none
    for key in keys {
      last = interface.handle(key, fleet, at: now)
      _ = screen()
    }
    return last
  }
}

@Suite struct TriagePageTests {
  @Test func everythingThatNeedsAHumanIsListedTheWorstFirstAndOpensWithItsEvidence() throws {
    var desk = Desk()
    desk.run("acme", .running, agent: .degraded, error: "[hermes-agent error 401] bad key")
    desk.press(.character("3"))
    #expect(desk.text().contains("% warning") && desk.text().contains("acme/milton"))
    #expect(desk.text().contains("[hermes-agent error 401]: the model provider"))
    desk.apply(
      .tenant("acme"),
      .streamed(
        StreamedEvent(
          type: .workspaceDegraded, timestamp: desk.now, workspaceID: Desk.agent,
          data: ["runtime_state": "wedged", "sample_error": "SDK init timeout"])))
    let rows = desk.screen().filter { $0.contains("acme/milton") }
    #expect(rows.count == 1 && rows[0].contains("x critical") && rows[0].contains("wedged"), "\(rows)")
    desk.press(.enter)
    let detail = desk.text()
    #expect(detail.contains("Evidence") && detail.contains("runtime_state wedged") && detail.contains("next step"), "\(detail)")
  }

  @Test func underItStandsHowManyNeedAHumanAsItsTabCountsThem() {
    var desk = Desk()
    desk.run("acme", .running, agent: .degraded, error: "[hermes-agent error 401] bad key")
    desk.press(.character("3"))
    #expect(desk.screen().contains { $0.hasPrefix("  1 needs a human: 1 warning") }, "\(desk.text())")
    #expect(desk.screen()[2].contains("3 Triage 1 "))
    desk.size.rows = 9
    #expect(desk.text().contains("acme/milton"), "\(desk.text())")
  }

  @Test func whatIsARowOfAnotherPageIsCountedUnderTheTable() {
    var desk = Desk()
    desk.run("acme", .running, agent: .online)
    desk.press(.character("3"))
    #expect(desk.text().contains("nothing is wrong that can be seen from here"))
    var machine = WatchedScreen.machine("i-gone", org: "gone")
    machine.launchedAt = desk.now + -7200
    desk.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    #expect(desk.text().contains("the line below says what else there is"))
    #expect(desk.screen().contains { $0.contains("1 on Orphans") && !$0.contains("lost") })
    desk.now = desk.now + 600
    desk.settle()
    #expect(desk.text().contains("ec2:us-east-2 lost, see Sources"))
  }

  @Test func whatBecomesTrueByTimeAloneAppearsWithoutAnEvent() throws {
    var desk = Desk()
    desk.run("acme", .provisioning)
    let machine = InstanceRow(
      id: "i-1", region: "us-east-2", state: .running, type: "t3.small", launchedAt: desk.now + -60,
      tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-acme"])
    desk.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    desk.apply(.controlPlane, .bootEvents("id-acme", []))
    desk.press(.character("3"))
    #expect(desk.text().contains("nothing is wrong that can be seen from here"))
    let due = desk.now + 60
    var frames = 0
    while desk.now <= due, frames < 200 {
      // As the dashboard waits: for what it shows to look otherwise, or for something to be judged.
      let drawn = desk.interface.compose(desk.fleet, size: desk.size, at: desk.now).nextChange
      let next = try #require([drawn, desk.fleet.triage.nextChange.map { $0 + 0.001 }].compactMap { $0 }.min())
      #expect(next <= due + 0.001)
      desk.now = next
      desk.settle()
      frames += 1
    }
    #expect(desk.now - due < 0.002)
    #expect(desk.text().contains("boot-events-missing") && desk.text().contains("3 Triage 1"))
  }

  @Test func aFindingThatGoesTakesItsRowAlong() {
    var desk = Desk()
    desk.run("acme", .running, agent: .degraded, error: "Unknown provider")
    desk.press(.character("3"))
    #expect(desk.text().contains("agent-error"))
    desk.apply(
      .tenant("acme"), .streamed(StreamedEvent(type: .workspaceOnline, timestamp: desk.now + 1, workspaceID: Desk.agent)))
    #expect(!desk.text().contains("agent-error") && desk.text().contains("nothing is wrong"))
  }
}

@Suite struct PagerTests {
  @Test func aConsoleIsAskedForOnDemandSearchedFollowedAndLetGo() {
    var desk = Desk()
    desk.run("acme", .running, agent: .provisioning)
    desk.press(.character("2"))
    #expect(desk.press(.character("c")) == .perform(.console(Desk.agent, after: 0)))
    #expect(desk.text().contains("console of acme/milton") && desk.text().contains("asking"))
    var lines = (1...100).map { "line \($0)" }
    lines[70] = "RUNTIME CRASHED: exit 1"
    _ = desk.interface.hear(.console("another", .success(["not mine"])), desk.fleet, at: desk.now)
    _ = desk.interface.hear(.console(Desk.agent, .success(lines)), desk.fleet, at: desk.now)
    #expect(desk.text().contains("line 1\n") || desk.text().contains("line 1 "))
    #expect(!desk.text().contains("not mine") && desk.text().contains("1 crashed"))
    desk.press(.character("/"))
    for character in "runtime crashed" { desk.press(.character(character)) }
    desk.press(.enter)
    #expect(desk.text().contains("RUNTIME CRASHED") && desk.text().contains("1 with \"runtime crashed\""))
    #expect(desk.press(.character("f")) == .perform(.console(Desk.agent, after: 0)))
    #expect(
      desk.interface.hear(.console(Desk.agent, .success(lines + ["the end"])), desk.fleet, at: desk.now)
        == [.console(Desk.agent, after: Pager.followInterval)])
    #expect(desk.text().contains("the end") && desk.text().contains("following"))
    desk.press(.escape)
    #expect(!desk.text().contains("the end"))
    _ = desk.interface.hear(.console(Desk.agent, .success(["late"])), desk.fleet, at: desk.now)
    #expect(!desk.text().contains("late "))
  }

  @Test func whatCouldNotBeReadIsSaid() {
    var desk = Desk()
    desk.run("acme", .running, agent: .provisioning)
    desk.press(.character("2"), .character("c"))
    _ = desk.interface.hear(.console(Desk.agent, .failure(.init(text: "control plane answered 502"))), desk.fleet, at: desk.now)
    #expect(desk.text().contains("control plane answered 502"))
  }

  @Test func anExplanationNamesFindingsAndGaps() throws {
    var desk = Desk()
    desk.run("acme", .running, agent: .degraded, error: "Invalid API key")
    _ = desk.screen()
    guard case .perform(.explain(let question)) = desk.press(.character("e")) else {
      Issue.record("e asks for an explanation")
      return
    }
    #expect(question.org.slug == "acme" && question.workspaceID == nil && question.workspaces.map(\.id) == [Desk.agent])
    _ = desk.interface.hear(.explained("id-acme", nil, .success(CaseFile())), desk.fleet, at: desk.now)
    #expect(desk.text().contains("agent-error: milton: Invalid API key") && desk.text().contains("not it, if"))
  }

  @Test func checksAreShownWithTheirTimes() {
    var desk = Desk()
    desk.run("acme", .running)
    _ = desk.screen()
    #expect(desk.press(.character("p")) == .perform(.check("id-acme", "acme")))
    let checks = [
      Check("dns", .pass, target: "acme", "it resolves", millis: 12), Check("tls", .fail, target: "acme", "certificate has expired"),
    ]
    _ = desk.interface.hear(.checked("id-acme", .success(checks)), desk.fleet, at: desk.now)
    #expect(desk.text().contains("it resolves  12 ms") && desk.text().contains("certificate has expired"))
  }

  @Test func longLinesAreFoldedNotLost() {
    let lines = Line("  2026 control-plane: " + String(repeating: "x", count: 50)).folded(to: 30)
    #expect(lines.allSatisfy { $0.columns <= 30 } && lines.count > 1)
    #expect(lines.map(\.plain).joined().filter { $0 == "x" }.count == 50)
    #expect(Line("a CRASH here").marking("crash").spans == [Span("a "), Span("CRASH", .match), Span(" here")])
  }
}

@Suite struct LeftMachinesTests {
  @Test func aDeletionThatLeftMachinesStandsWithWhatNeedsAHuman() throws {
    var desk = Desk()
    desk.run("other", .running)
    func purge(_ id: PurgeID, _ slug: Slug, ago: Double) -> PurgeRow {
      PurgeRow(
        id: id, orgID: OrgID("id-\(slug)"), slug: slug, status: .completed, lastStep: "completed", createdAt: desk.now + -ago,
        completedAt: desk.now + -ago + 40)
    }
    desk.apply(.controlPlane, .purges([purge("p1", "clean", ago: 600), purge("p2", "tyrell", ago: 150_000)]))
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "workspace", "OrgID": "id-tyrell"]
    let machines = ["i-1", "i-2"].map {
      InstanceRow(id: InstanceID($0), region: "us-east-2", state: .running, type: "t3.large", tags: tags)
    }
    desk.apply(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
    desk.press(.character("3"))
    #expect(desk.text().contains("deletion-left-machines") && desk.text().contains("left 2 machines"))
    desk.press(.character("9"))
    let rows = desk.screen().filter { $0.contains("completed") && ($0.contains("tyrell") || $0.contains("clean")) }
    #expect(rows.first?.contains("tyrell") == true && rows.first?.contains("2 left") == true, "\(desk.text())")
    #expect(rows.last?.contains("clean") == true)
  }
}

@Suite struct PosturePageTests {
  @Test func itIsLookedAtWhenOpenedAndAgainOnDemandOnly() {
    var desk = Desk()
    desk.run("acme", .running)
    guard case .perform(.posture) = desk.press(.character("8")) else {
      Issue.record("opening the page asks")
      return
    }
    #expect(desk.text().contains("looking"))
    let checks = [
      Check("sg-ssh-open", .fail, target: "sg-1", "lets port 22 in from anywhere", evidence: ["ingress tcp port 22 from 0.0.0.0/0"]),
      Check("tags-missing", .pass, target: "3 machines", "nothing of the kind"),
      Check("partner-key-expiry", .unknown, target: "control-plane", "not offered"),
    ]
    _ = desk.interface.hear(.posture(checks, at: desk.now), desk.fleet, at: desk.now)
    let rows = desk.screen().filter { $0.contains("sg-ssh-open") || $0.contains("tags-missing") || $0.contains("partner-key") }
    #expect(rows.count == 3 && rows[0].contains("x fail") && rows[1].contains("? unknown") && rows[2].contains("* pass"), "\(rows)")
    #expect(desk.press(.character("1")) == .draw && desk.press(.character("8")) == .draw)
    guard case .perform(.posture) = desk.press(.character("r")) else {
      Issue.record("r looks again")
      return
    }
    desk.press(.enter)
    #expect(desk.text().contains("0.0.0.0/0"))
  }
}

@Suite struct WaterfallTests {
  @Test func aSlowPhaseStandsOutAgainstTheMedianBoot() throws {
    let start = Desk.start
    var boot = Boot(startedAt: start)
    for (name, from, to) in [("launch", 0.0, 60.0), ("install_apt_base", 60, 400)] {
      boot.note(BootEventRow(event: name, status: .started, at: start + from), at: start)
      boot.note(BootEventRow(event: name, status: .ok, at: start + to), at: start)
    }
    boot.note(BootEventRow(event: "venv_pip", status: .started, at: start + 400), at: start)
    let plan = PhasePlan(
      [.init("launch", 60, samples: 20), .init("install_apt_base", 120, lateAfter: 200, samples: 20), .init("venv_pip", 120, samples: 20)],
      samples: 20)
    let now = start + 430
    let progress = Progress(of: boot, plan: plan, tellsPhases: true, deadline: nil, at: now)
    let waterfall = Waterfall(boot: boot, plan: plan, progress: progress) { phase, _ in phase == "install_apt_base" ? 0.98 : 0.1 }
    let lines = waterfall.lines(width: 140, .ascii, at: now).map(\.plain)
    #expect(lines[0].contains("median of 20 boots"))
    let apt = try #require(lines.first { $0.contains("install_apt_base") })
    #expect(apt.contains("5m40s") && apt.contains("p50 2m00s") && apt.contains("p95 3m20s") && apt.contains("slower than 98 % of 20 boots"))
    // Each begins where the one before ended.
    let columns = lines.dropFirst().map { line in line.firstIndex(of: "#").map { line.distance(from: line.startIndex, to: $0) } ?? -1 }
    #expect(columns == columns.sorted() && columns[0] < columns[1] && columns[1] < columns[2], "\(lines)")
    #expect(lines.last?.hasPrefix("  >") == true)
    for width in [61, 76, 79, 109, 110, 140] {
      for line in waterfall.lines(width: width, .ascii, at: now) { #expect(line.columns <= width, "\(width): \(line.plain)") }
    }
  }
}
