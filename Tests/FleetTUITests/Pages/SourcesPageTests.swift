import FleetModel
import Testing

@testable import FleetTUI

@Suite struct SourcesPageTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 24, columns: 160)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    scene.apply(.tenant("acme"), .workspaces("id-acme", []))
    scene.apply(.tenant("globex"), .failed("tenant of globex /workspaces: its host refuses connections"))
    scene.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    scene.apply(.feed, .notOffered("404: polling the roster instead"))
    _ = scene.interface.perform(PageID.sources.action, scene.fleet, at: scene.now)
  }

  private mutating func row(_ name: String) -> String? { scene.screen().first { $0.contains(" \(name) ") } }

  @Test mutating func eachSourceHasARowAndWhatFailedComesFirst() throws {
    let rows = scene.screen()
    let places = try ["tenant:globex", "control-plane", "ec2:us-east-2", "tenant:acme", "feed"].map { name in
      try #require(rows.indices.dropFirst(4).first { rows[$0].contains(" \(name) ") }, "\(name) has no row")
    }
    #expect(places == places.sorted(), "\(rows)")
    #expect(rows[places[0]].contains("✕ failed") && rows[places[0]].contains("tenant of globex /workspaces: its host"))
    #expect(rows[places[1]].contains("● complete") && rows[places[1]].contains("1.0/min"))
    #expect(rows[places[2]].contains("1 of 1200/min"))
    #expect(rows[places[4]].contains("○ not offered") && rows[places[4]].contains("polling the roster instead"))
    #expect(!rows.contains { $0.contains(" here ") })
  }

  @Test mutating func aSourceThatFailedNeedsSomebody() {
    scene.size = Terminal.Size(rows: 24, columns: 80)
    let text = scene.screen().joined(separator: "\n")
    #expect(text.contains(" source tenant:globex: failed: tenant of globex /workspaces") && !text.contains("nothing here"), "\(text)")
    scene.press(.down)
    #expect(scene.screen().joined(separator: "\n").contains("nothing here needs a human"))
  }

  @Test mutating func whatFailedOnceIsSaidAlsoOnceItAnswersAgain() {
    scene.now = scene.now + 30
    scene.apply(.tenant("globex"), .workspaces("id-globex", []))
    #expect(row("tenant:globex")?.contains("● complete") == true)
    #expect(row("tenant:globex")?.contains("failed 13:42:07, <1m ago: tenant of globex") == true, "\(row("tenant:globex") ?? "")")
  }

  @Test mutating func itsDetailSaysWhenItIsAskedNextAndLeadsToItsOrg() {
    scene.press(.enter)
    let detail = scene.screen().joined(separator: "\n")
    #expect(detail.contains("source tenant:globex") && detail.contains("failures        1") && detail.contains("the last"))
    #expect(scene.interface.selection?.org(in: scene.fleet) == "id-globex")
    scene.press(.escape, .down)
    scene.press(.enter)
    #expect(scene.screen().joined(separator: "\n").contains("next question   13:42:22"))
  }

  @Test mutating func aTenantOfAnOrgThatIsBeingDeletedNeedsNobody() {
    scene.apply(.controlPlane, .purges([PurgeRow(id: "p", orgID: "id-globex", slug: "globex", status: .pending("running"))]))
    let rows = scene.screen()
    #expect(rows[0].contains("globex going") && !rows[0].contains("✕"), "\(rows[0])")
    #expect(row("tenant:globex")?.contains("○ going") == true, "\(rows)")
    let teller = Teller.source(.tenant("globex"))
    #expect(SourcesContent.standing(of: teller, scene.fleet, at: scene.now).role == .dim)
    var context = scene.interface.drawingContext(at: scene.now)
    let read = Detail.lines(of: .org("id-globex"), scene.fleet, width: 100, &context).map(\.plain).first { $0.hasPrefix("  read ") }
    #expect(read?.contains("going") == true && read?.contains("failed") == false, "\(read ?? "")")
    // Once the deletion fails it is missed again, on both.
    scene.apply(.controlPlane, .purges([PurgeRow(id: "p", orgID: "id-globex", slug: "globex", status: .failed, lastStep: "stripe")]))
    #expect(scene.screen()[0].contains("globex doesn't answer") && row("tenant:globex")?.contains("✕ failed") == true)
  }

  @Test mutating func whoSaidNothingHasNoRate() {
    scene.press(.enter)
    let detail = scene.screen().joined(separator: "\n")
    #expect(detail.contains("said            nothing yet") && !detail.contains("–"), "\(detail)")
  }

  @Test mutating func lookingAtItEndsNoStream() {
    #expect(scene.interface.shownWorkspaces(scene.fleet) == nil)
    scene.press(.character("1"))
    #expect(scene.interface.shownWorkspaces(scene.fleet) != nil)
  }

  @Test mutating func itNamesNoRateOfAMinuteThatIsOver() {
    scene.now = scene.now + 120
    #expect(row("ec2:us-east-2")?.contains("0 of 1200/min") == true && row("tenant:acme")?.contains("/min") == false)
  }
}
