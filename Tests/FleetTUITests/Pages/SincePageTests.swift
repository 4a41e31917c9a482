import FleetModel
import Testing

@testable import FleetTUI

@Suite struct SincePageTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 20, columns: 140)
    scene.roster([InterfaceScene.org("acme", age: 3600), InterfaceScene.org("bright", .failed, error: "tunnel/DNS step failed")])
  }

  private mutating func open(_ text: String) -> String {
    _ = scene.interface.perform(PageID.since.action, with: text, scene.fleet, at: scene.now)
    return scene.screen().joined(separator: "\n")
  }

  // It is 13:42:07.
  @Test(
    "a time is the last one that was, in UTC, and a duration so long ago",
    arguments: [("06:00", -27_727.0), ("13:42", -7), ("13:43", -86_347), ("8h", -28_800), ("90m", -5400)])
  func moments(text: String, seconds: Double) {
    #expect(SincePage.moment(text, at: InterfaceScene.start).map { $0 - InterfaceScene.start } == seconds)
  }

  @Test("what is none is said, and the page stays", arguments: ["", "24:00", "6:60", "noon", "06:00:00:00", "-3h", "1:²"])
  func noMoments(text: String) {
    #expect(SincePage.moment(text, at: InterfaceScene.start) == nil)
    guard !text.isEmpty else { return }
    var scene = InterfaceScene()
    _ = scene.interface.perform(PageID.since.action, with: text, scene.fleet, at: scene.now)
    #expect(scene.interface.page == .fleet && scene.interface.notice?.text.contains("is no time") == true)
  }

  @Test mutating func whatHappenedSinceThenIsListedTheNewestFirstAndCounted() {
    let screen = open("06:00")
    #expect(screen.contains("since 06:00:00, 7h ago  1 new  1 critical  0 recovered  0 deleted  0 orphans found"), "\(screen)")
    let rows = scene.screen().filter { $0.contains("13:42:07") || $0.contains("12:42:07") }
    #expect(rows.count >= 2 && rows[0].contains("✕ critical") && rows[0].contains("bright") && rows[1].contains("• new"), "\(rows)")
    #expect(screen.contains("watched since 13:42:07"))
    #expect(scene.interface.selection == .org("id-bright"))
    scene.now = scene.now + 60
    scene.roster([InterfaceScene.org("acme", age: 3600), InterfaceScene.org("bright")])
    scene.now = scene.now + 3
    let later = scene.screen().joined(separator: "\n")
    #expect(later.contains("1 critical (0 still)  1 recovered") && later.contains("nothing critical is found any more"), "\(later)")
  }

  @Test mutating func withoutATimeItIsAboutAShift() {
    _ = scene.interface.perform(PageID.since.action, scene.fleet, at: scene.now)
    #expect(scene.screen().contains { $0.contains("since 05:42:07, 8h ago") })
    #expect(open("30m").contains("since 13:12:07, 30m ago  0 new"))
  }

  @Test mutating func whatComputeCostIsCountedSinceItWasWatched() {
    let machine = InstanceRow(
      id: "i-1", region: "us-east-2", state: .running, type: "t3.large", launchedAt: scene.now + -7200,
      tags: ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-acme", "OrgSlug": "acme"])
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 36_000))
    scene.apply(.controlPlane, .expected(pollInterval: 36_000))
    scene.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    #expect(open("06:00").contains("compute $0.00"))
    scene.now = scene.now + 36_000 / 2
    let cost = PriceBook.builtin.hourly(of: machine) ?? 0
    #expect(open("8h").contains("compute $\(Wording.dollars(cost * 5, digits: 2)) since 13:42:07"), "\(open("8h"))")
  }

  @Test mutating func whatWasCriticalBeforeTheWatchStandsWhereItsTenantRecordedIt() throws {
    let failed = WorkspaceRow(id: "w-1", name: "milton", status: .failed, runtime: "langgraph")
    scene.apply(.tenant("acme"), .workspaces("id-acme", [failed]))
    let recorded = try #require(Timestamp(rfc3339: InterfaceScene.start.description.prefix(10) + "T06:30:00Z"))
    let row = StoredEventRow(
      id: "e", type: .workspaceProvisionFailed, workspaceID: "w-1", payload: ["error": "no space left on device"], createdAt: recorded)
    #expect(!open("06:00").contains("06:30:00"))
    scene.apply(.tenant("acme"), .storedEvents("id-acme", [row]))
    let line = open("06:00").split(separator: "\n").first { $0.contains("milton") }
    #expect(line?.contains("06:30:00") == true && line?.contains("✕ critical") == true, "\(line ?? "")")
    // It is still so: a later beginning doesn't hide it.
    let later = open("07:00").split(separator: "\n").first { $0.contains("milton") }
    #expect(later?.contains("13:42:07") == true && later?.contains("(recorded \(recorded))") == true, "\(later ?? "")")
  }
}
