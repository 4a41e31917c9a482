import FleetModel
import Testing

@testable import FleetTUI

@Suite struct ComparisonTests {
  private static func facts(_ facts: (String, String, String)...) -> [FieldLines.Fact] {
    facts.map { FieldLines.Fact(section: $0.0, name: $0.1, text: $0.2) }
  }

  @Test func factsOfOneNameStandBesideEachOtherAndWhatOnlyOneHasStandsWhereItHasIt() {
    let comparison = Comparison(
      Self.facts(("", "id", "1"), ("", "plan", "pro"), ("", "status", "running"), ("Machines", "type", "t3.small")),
      Self.facts(("", "id", "2"), ("", "error", "boom"), ("", "status", "failed"), ("Machines", "type", "t3.small"), ("Boot", "apt", "2m")))
    #expect(
      comparison.rows.map { row in
        "\(row.name ?? "# " + row.heading) \(row.left?.text ?? "–") \(row.right?.text ?? "–")\(row.differs ? " !" : "")"
      } == [
        "id 1 2", "plan pro – !", "error – boom !", "status running failed !", "# Machines – –", "type t3.small t3.small", "# Boot – –",
        "apt – 2m !",
      ])
    #expect(comparison.differences == 4)
  }

  // MARK: - By key

  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 30, columns: 120)
    scene.roster([
      InterfaceScene.org("acme"), InterfaceScene.org("bright", .failed, error: "tunnel/DNS step failed"),
    ])
  }

  @Test mutating func twoRowsAreChosenByOneKeyAndStandSideBySideWithTheirDifferencesMarked() throws {
    let first = try #require(scene.interface.selection)
    scene.press(.character("="))
    #expect(scene.interface.notice?.text.hasPrefix("chosen: \(Detail.title(of: first, scene.fleet)); = on another row") == true)
    scene.press(.down)
    scene.press(.character("="))
    let screen = scene.screen()
    let title = try #require(screen.first { $0.contains("differences") })
    #expect(title.contains("org acme") && title.contains("org bright"))
    let tenant = try #require(screen.first { $0.contains("tenant") && $0.contains("≠") })
    #expect(tenant.contains("● running") && tenant.contains("✕ failed"))
    #expect(screen.contains { $0.contains("≠ last error") && $0.contains("tunnel/DNS step failed") })
    #expect(screen.contains { $0.hasPrefix("  id ") })
    scene.press(.escape)
    #expect(!scene.screen().contains { $0.contains("differences") })
  }

  @Test mutating func aMarkedRowIsChosenWithoutTheKey() {
    let first = scene.interface.selection
    scene.press(.character(" "))
    if scene.interface.selection == first { scene.press(.down) }
    scene.press(.character("="))
    #expect(scene.screen().contains { $0.contains("org acme") && $0.contains("org bright") && $0.contains("difference") })
  }

  @Test mutating func twoMarkedRowsAreComparedWhereverTheCursorIs() {
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("bright", .failed), InterfaceScene.org("cinder")])
    scene.press(.home)
    scene.press(.character(" "))
    scene.press(.character(" "))
    scene.press(.end)
    let marked = scene.interface.desk.pages.current.marked.map { Detail.title(of: $0, scene.fleet) }
    #expect(marked.count == 2 && scene.interface.selection.map { !marked.contains(Detail.title(of: $0, scene.fleet)) } == true)
    scene.press(.character("="))
    #expect(scene.screen().contains { line in line.contains("difference") && marked.allSatisfy(line.contains) })
  }

  @Test mutating func theSameRowTwiceIsNoLongerChosenAndAnotherKindIsRefused() {
    scene.press(.character("="))
    scene.press(.character("="))
    #expect(scene.interface.notice?.text == "no longer chosen to be compared" && scene.interface.desk.comparand == nil)
    scene.press(.character("="))
    scene.apply(
      .ec2("us-east-2"), .instances([InstanceRow(id: "i-1", region: "us-east-2", state: .running)], complete: true, problem: nil))
    scene.press(.character("4"))
    scene.press(.character("="))
    #expect(scene.interface.notice?.text.hasPrefix("only two of one kind are compared") == true)
    #expect(scene.interface.desk.comparand == .instance("i-1"))
  }

  @Test mutating func aGoodBootStandsBesideABadOnePhaseByPhase() {
    scene.roster(rows(.provisioning, .provisioning))
    scene.now = scene.now + 100
    for slug in ["acme", "bright"] {
      scene.apply(
        .controlPlane,
        .bootEvents(
          OrgID("id-\(slug)"),
          [
            BootEventRow(event: "install_apt_base", status: .started, at: scene.now + -90),
            BootEventRow(event: "install_apt_base", status: slug == "acme" ? .ok : .failed, at: scene.now + (slug == "acme" ? -60 : -10)),
          ]))
    }
    scene.roster(rows(.running, .failed))
    // What failed stands first by now, the cursor on the other still.
    scene.press(.character("="), .up, .character("="))
    let phase = scene.screen().first { $0.contains("install_apt_base") && $0.contains("≠") }
    #expect(phase?.contains("30s") == true && phase?.contains("1m20s failed") == true, "\(scene.screen())")
  }

  private func rows(_ acme: OrgStatus, _ bright: OrgStatus) -> [OrgRow] {
    [InterfaceScene.org("acme", acme, age: 60), InterfaceScene.org("bright", bright, age: 60)]
  }

  @Test mutating func onANarrowScreenTheyStandUnderOneAnother() {
    scene.size = Terminal.Size(rows: 30, columns: 40)
    scene.press(.character("="), .down, .character("="))
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("≠ tenant") } && screen.allSatisfy { $0.count <= 40 })
  }
}
