import FleetModel
import Testing

@testable import FleetTUI

/// The page of events of a fleet of two orgs.
@Suite struct EventsPageTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 24, columns: 130)
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    for slug in ["acme", "globex"] {
      let rows = ["one", "two"].map { WorkspaceRow(id: WorkspaceID("\(slug)-\($0)"), name: $0, status: .online) }
      scene.apply(.tenant(Slug(slug)), .workspaces(OrgID("id-\(slug)"), rows))
    }
    scene.press(.character("0"))
  }

  private mutating func say(_ task: String, _ workspace: WorkspaceID = "acme-one", of slug: Slug = "acme") {
    scene.now = scene.now + 1
    let event = StreamedEvent(type: .taskUpdated, timestamp: scene.now, workspaceID: workspace, data: ["current_task": .string(task)])
    scene.apply(.tenant(slug), .streamed(event))
  }

  private mutating func line(with text: String) -> String? { scene.screen().first { $0.contains(text) } }

  @Test mutating func frozenItStandsStillAndSaysHowManyCame() {
    say("before")
    scene.press(.character("f"))
    #expect(line(with: "frozen at")?.contains("0 came since") == true)
    for number in 0..<3 { say("after \(number)") }
    #expect(line(with: "before") != nil && line(with: "after") == nil)
    #expect(line(with: "frozen at")?.contains("3 came since") == true)
    scene.press(.character("/"))
    scene.type("task")
    #expect(line(with: "after") == nil)
    scene.press(.escape, .character("f"))
    #expect(line(with: "frozen") == nil && scene.selectedRow()?.contains("after 2") == true)
    // It follows the newest again.
    say("last")
    #expect(scene.selectedRow()?.contains("last") == true)
  }

  @Test mutating func onlyOneTargetsEventsFromTheNarrowestOn() {
    say("of globex", "globex-two", of: "globex")
    say("of the other", "acme-two")
    say("of the one")
    scene.press(.character("F"))
    #expect(line(with: "of the one") != nil && line(with: "of the other") == nil)
    scene.press(.character("F"))
    #expect(line(with: "of the other") != nil && line(with: "of globex") == nil)
    scene.press(.character("F"), .character("F"))
    #expect(line(with: "of globex") != nil && scene.interface.desk.pages.current.filter.isEmpty)
    scene.press(.character("1"), .character("F"))
    #expect(scene.interface.notice?.text == "that is for Events")
  }

  @Test mutating func aGapIsALineOfItsOwnWithItsLength() throws {
    let tenant = Source.tenant("acme")
    scene.apply(tenant, .streamOpened("acme-one"))
    scene.apply(tenant, .gap("the server closed the stream", "acme-one"))
    scene.apply(tenant, .streamClosed("acme-one"))
    let open = try #require(line(with: "the server closed"))
    #expect(open.contains(" gap ─") && open.hasSuffix("──") && !open.contains("reason"), "\(open)|")
    say("meanwhile", "acme-two")
    scene.now = scene.now + 13
    scene.apply(tenant, .streamOpened("acme-one"))
    #expect(line(with: "the server closed")?.contains("gap 14s ─") == true)
    // What could not be read is no break: the next one doesn't end it.
    scene.apply(tenant, .gap("an event could not be read", "acme-one"))
    scene.now = scene.now + 60
    scene.apply(tenant, .streamClosed("acme-one"))
    scene.apply(tenant, .streamOpened("acme-one"))
    #expect(line(with: "could not be read")?.contains(" gap ─") == true)
    #expect(scene.fleet.checkInvariants().isEmpty)
  }

  @Test mutating func enterShowsTheEventsOwnTextWithoutSecrets() {
    scene.now = scene.now + 1
    let data: JSONValue = ["current_task": "deploy", "nested": ["api_key": "sk-verysecretvalue1234567890"]]
    scene.apply(.tenant("acme"), .streamed(StreamedEvent(type: .taskUpdated, timestamp: scene.now, workspaceID: "acme-one", data: data)))
    scene.press(.enter)
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("event TASK_UPDATED of") })
    #expect(
      screen.contains { $0.contains("\"current_task\": \"deploy\"") } && screen.contains { $0.contains("\"workspace_id\": \"acme-one\"") })
    #expect(!screen.contains { $0.contains("verysecret") })
    // It is searched like any text, and asks nobody.
    scene.press(.character("/"))
    scene.type("deploy")
    scene.press(.enter)
    #expect(line(with: "1 with \"deploy\"") != nil)
    #expect(scene.press(.character("r")) == .draw)
    scene.press(.escape)
    #expect(scene.interface.page == .events && line(with: "event TASK_UPDATED of") == nil)
  }

  // MARK: - Room

  @Test(arguments: [200, 130, 100, 80, 60, 50, 40]) mutating func onEveryScreenAnEventSaysWhomItIsOf(columns: Int) throws {
    scene.size = Terminal.Size(rows: columns < 80 ? 10 : 24, columns: columns)
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    scene.apply(.ec2("us-east-2"), .failed("refused"))
    for type in [EventType.workspaceProvisioning, .workspaceProvisionFailed] {
      scene.now = scene.now + 1
      scene.apply(.tenant("acme"), .streamed(StreamedEvent(type: type, timestamp: scene.now, workspaceID: "acme-one", data: [:])))
    }
    let lines = scene.screen()
    let begun = try #require(lines.first { $0.contains("PROVISIONING") }), failed = try #require(lines.first { $0.contains("PROVISION_") })
    for line in [begun, failed] { #expect(line.contains("acme/one") || (line.contains("acme ") && line.contains(" one ")), "\(line)") }
    let source = try #require(lines.first { $0.contains("SOURCE_FAILED") })
    #expect(source.contains("ec2:us-"), "\(source)")
  }

  private static let longText = (1...40).map { "word\($0)" }.joined(separator: " ")

  @Test mutating func theSelectedEventIsWholeUnderTheTable() {
    scene.size = Terminal.Size(rows: 24, columns: 80)
    say(Self.longText)
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("word40\"}") } && screen.contains { $0.contains("{\"current_task\": \"word1 ") }, "\(screen)")
    // The table has the other rows.
    #expect(scene.selectedRow()?.contains("TASK_UPDATED") == true)
  }

  @Test(arguments: [(50, 200), (40, 120)]) mutating func inThePaneNoEventIsCut(rows: Int, columns: Int) {
    scene.size = Terminal.Size(rows: rows, columns: columns)
    say(Self.longText)
    say("short")
    scene.interface.desk.remembered.pane = .events
    scene.press(.character("1"))
    scene.interface.jump(to: .fleet, .org("id-acme"), scene.fleet, at: scene.now)
    _ = scene.screen()
    scene.now = scene.now + 1
    let screen = scene.screen()
    for words in ["word1 ", "word20", "word40\"}", "\"short\"}"] { #expect(screen.contains { $0.contains(words) }, "\(words): \(screen)") }
    #expect(!screen.contains { $0.contains("word") && $0.contains("…") }, "\(screen)")
  }
}
