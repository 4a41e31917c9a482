import FleetModel
import Testing

@testable import FleetTUI

/// In the dashboard a next step names the key that does it, as it is bound; a document names the command.
@Suite struct NextStepTests {
  private func late(keys: [String: String] = [:]) throws -> InterfaceScene {
    var options = DashboardOptions(environment: "staging")
    options.remembered.pane = PaneKind.none
    options.keys = try KeyMap(overrides: keys)
    var scene = InterfaceScene()
    scene.interface = Interface(options)
    scene.size = Terminal.Size(rows: 40, columns: 100)
    scene.roster([InterfaceScene.org("acme", .failed, error: "SSM: exit status 1", age: 60)])
    return scene
  }

  @Test func aFindingsStepNamesTheKeyWhereverItStands() throws {
    var scene = try late()
    #expect(scene.screen().contains { $0.contains("next: read the boot's timeline (key e) and") }, "\(scene.screen())")
    scene.press(.enter)
    #expect(scene.screen().contains { $0.contains("next: read the boot's timeline (key e) and") })
    scene.press(.escape, .character("3"))
    #expect(scene.screen().contains { $0.contains("(key e)") } && !scene.screen().contains { $0.contains("fleettui ") })
  }

  @Test func itIsTheKeyThatIsBound() throws {
    var scene = try late(keys: ["explain": "X"])
    #expect(scene.screen().contains { $0.contains("(key X)") } && !scene.screen().contains { $0.contains("(key e)") })
  }

  @Test func whatIsTakenAlongNamesTheCommand() throws {
    var scene = try late()
    scene.press(.character("3"))
    var context = scene.interface.drawingContext(at: scene.now)
    let sheet = scene.interface.desk.pages.current.sheet(of: nil, scene.fleet, &context)
    #expect(sheet.rows.contains { $0.cells.contains { $0.contains("`fleettui explain acme`") } }, "\(sheet.rows.map(\.cells))")
    let finding = try #require(scene.fleet.findings(of: OrgID("id-acme"), at: scene.now).first)
    #expect(finding.nextStep.contains("(`fleettui explain acme`)"))
  }

  @Test func everyCommandHasItsKeyOrIsTyped() {
    let keys = KeyMap.standard
    #expect(NextStep("\(by: .check("acme")), then \(by: .orphans)").text { keys.way(to: $0) } == "key p, then key 5")
    #expect(NextStep("\(by: .dns) or \(by: .doctor)").text { keys.way(to: $0) } == "key 7 or `fleettui doctor`")
    #expect(
      NextStep("\(by: .explain("acme/writer")): \(by: .check("acme"))").text == "`fleettui explain acme/writer`: `fleettui check acme`")
  }
}
