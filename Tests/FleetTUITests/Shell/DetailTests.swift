import FleetModel
import Testing

@testable import FleetTUI

/// What a detail says, and in which order.
@Suite struct DetailTests {
  private func lines(of subject: Subject, _ screen: WatchedScreen, width: Int = 100) -> [String] {
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    return Detail.lines(of: subject, screen.fleet, width: width, &context).map(\.plain)
  }

  private func watched() -> WatchedScreen {
    var screen = WatchedScreen()
    screen.answer()
    screen.pass(60)
    return screen
  }

  @Test func whatIsWrongAndTheNextStepLead() {
    let screen = watched()
    let lines = lines(of: .org("id-wonka"), screen)
    #expect(lines[0].contains("✕ provisioner disabled"))
    #expect(lines.prefix(6).contains { $0.contains("next: ") } && lines.prefix(8).contains { $0.contains("not it, if: ") }, "\(lines)")
    let order = ["provisioner disabled", "tenant ", "Workspaces", "Money", "About it", "id-wonka"]
    let places = order.map { word in lines.firstIndex { $0.contains(word) } }
    #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted(), "\(lines)")
  }

  @Test func aWorkspacesBootComesBeforeItsIds() {
    let screen = watched()
    let lines = lines(of: .workspace("w-boot"), screen)
    let (boot, id) = (lines.firstIndex { $0.contains("coming up") }, lines.firstIndex { $0.contains("w-boot") })
    #expect(boot.flatMap { boot in id.map { boot < $0 } } == true, "\(lines)")
  }

  @Test func workspacesStandUnderTheirParents() {
    var screen = watched()
    func workspace(_ id: String, _ parent: String? = nil) -> WorkspaceRow {
      WorkspaceRow(id: WorkspaceID(id), name: id, status: .online, parentID: parent.map { WorkspaceID($0) })
    }
    screen.hear(
      .tenant("hooli"),
      .workspaces("id-hooli", [workspace("b", "a"), workspace("d", "b"), workspace("a"), workspace("c", "a"), workspace("z", "elsewhere")]))
    screen.settle()
    let rows = WorkspaceTree(screen.fleet.workspaces(of: "id-hooli")).rows(.unicode).map { $0.branches + $0.workspace.row.name }
    #expect(rows == ["a", "├ b", "│ └ d", "└ c", "z"])
    #expect(lines(of: .org("id-hooli"), screen).contains { $0.hasPrefix("  ├ b ") })
  }

  @Test func parentsInACircleAreDrawnOnce() {
    var screen = watched()
    screen.hear(
      .tenant("hooli"),
      .workspaces(
        "id-hooli",
        [
          WorkspaceRow(id: "p", name: "p", status: .online, parentID: "q"),
          WorkspaceRow(id: "q", name: "q", status: .online, parentID: "p"),
        ]))
    screen.settle()
    #expect(WorkspaceTree(screen.fleet.workspaces(of: "id-hooli")).rows(.unicode).map(\.workspace.row.name).sorted() == ["p", "q"])
  }

  @Test func underAWorkspaceStandsToWhomItSpoke() {
    var screen = watched()
    let rows = ["lead", "writer"].map {
      WorkspaceRow(id: WorkspaceID($0), name: $0, status: .online, parentID: $0 == "writer" ? "lead" : nil)
    }
    screen.hear(.tenant("hooli"), .workspaces("id-hooli", rows))
    screen.settle()
    #expect(lines(of: .org("id-hooli"), screen).contains { $0.contains("Workspaces 2 · A2A not watched") })
    screen.hear(.tenant("hooli"), .streamOpened("lead"))
    let opened = screen.now
    func send(_ status: JSONValue) {
      let data: JSONValue = [
        "activity_type": "a2a_receive", "source_id": "lead", "target_id": "writer", "status": status, "duration_ms": 2300,
        "summary": "the secret of the house",
      ]
      screen.hear(
        .tenant("hooli"), .streamed(StreamedEvent(type: .activityLogged, timestamp: screen.now, workspaceID: "writer", data: data)))
    }
    send("ok")
    screen.now = screen.now + 100
    send("timeout")
    screen.now = screen.now + 12
    let told = lines(of: .org("id-hooli"), screen)
    #expect(told.contains { $0.hasPrefix("    ⇄ writer 2 since \(opened.timeOfDay), last <1m ago, took 2.3 s, 1 failed") }, "\(told)")
    #expect(told.contains { $0.contains("A2A seen of 1 of 2 since \(opened.timeOfDay)") }, "\(told)")
    #expect(!told.contains { $0.contains("secret") })
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .ascii)
    let ascii = Detail.lines(of: .org("id-hooli"), screen.fleet, width: 100, &context).map(\.plain)
    #expect(ascii.contains { $0.contains("<> writer 2 since \(opened.timeOfDay)") })
    var tree = DrawingContext(moment: Moment(now: screen.now), glyphs: .ascii)
    _ = WorkspaceTree(screen.fleet.workspaces(of: "id-hooli")).lines(screen.fleet, width: 100, &tree)
    #expect(tree.moment.nextChange == screen.now + 48, "what was said once is told anew by the minute")
  }
}
