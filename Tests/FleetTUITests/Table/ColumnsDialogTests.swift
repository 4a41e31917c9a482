import FleetModel
import Testing

@testable import FleetTUI

@Suite struct ColumnsDialogTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 28, columns: 150)
    scene.roster([InterfaceScene.org("acme", .failed, error: "tunnel step failed"), InterfaceScene.org("globex")])
  }

  private mutating func command(_ text: String) {
    scene.type(":" + text)
    scene.press(.enter)
  }

  private mutating func head() -> [String] {
    let line = scene.screen().first { $0.contains("ORG") && !$0.contains("[") } ?? ""
    return line.split(separator: " ").map(String.init).filter { $0.contains { $0.isUppercase } }
  }

  @Test("Columns are hidden, moved and widened in sight of the table, and kept for the next start")
  mutating func choosing() {
    let all = head()
    command("columns")
    #expect(scene.screen().contains { $0.contains("columns of Fleet") })
    scene.press(.down, .down, .character(" "))
    #expect(head() == all.filter { $0 != "MACHINE" })
    scene.press(.home, .character("J"))
    #expect(head().prefix(2) == ["TENANT", "ORG"])
    let before = scene.screen().first { $0.contains("TENANT") && $0.contains("ORG") } ?? ""
    scene.press(.character("+"), .character("+"), .character("+"), .character("-"))
    let after = scene.screen().first { $0.contains("TENANT") && $0.contains("ORG") } ?? ""
    func place(_ line: String) -> Int {
      line.distance(from: line.startIndex, to: line.ranges(of: "WORKSPACES").first?.lowerBound ?? line.startIndex)
    }
    #expect(place(after) == place(before) + 2)
    scene.press(.enter)
    #expect(!scene.screen().contains { $0.contains("columns of Fleet") })
    let kept = scene.interface.desk.remembered
    #expect(kept.columns?["fleet"]?.prefix(2) == ["tenant", "org:\(FleetContent.org.room.ideal + 2)"])
    var options = DashboardOptions(environment: "staging")
    options.remembered = kept
    scene.interface = Interface(options)
    scene.interface.update(scene.fleet.takeChanges(), scene.fleet, at: scene.now)
    #expect(head().prefix(2) == ["TENANT", "ORG"] && !head().contains("MACHINE"))
    command("columns reset")
    #expect(head() == all && scene.interface.desk.remembered.columns == nil)
  }

  @Test("Escape leaves the columns as they were, and the last one can't be hidden")
  mutating func leaving() {
    let all = head()
    command("columns")
    for _ in 0..<20 { scene.press(.character(" "), .down) }
    #expect(scene.interface.desk.pages.current.columnStates.count(where: \.isShown) == 1)
    scene.press(.escape)
    #expect(head() == all && scene.interface.desk.remembered.columns == nil)
  }

  @Test("A column that has no room says so, and only while it is shown", arguments: [150, 80, 40])
  mutating func noRoom(columns: Int) {
    scene.size = Terminal.Size(rows: 40, columns: columns)
    command("columns")
    let rows = scene.screen().filter { $0.contains("[") }
    for state in scene.interface.desk.pages.current.columnStates {
      let row = rows.first { $0.contains("] \(state.title) ") } ?? ""
      #expect(row.contains("no room") == (state.hasRoom == false), "\(row)")
      #expect(!row.contains("no room") || !row.contains("likes") && !row.contains("by itself"), "\(row)")
    }
    #expect(rows.contains { $0.contains("no room") } == (columns < 150), "\(rows)")
    // What isn't shown lacks nothing.
    scene.press(.end, .character(" "))
    #expect(scene.screen().contains { $0.contains("[ ]") && !$0.contains("no room") })
  }

  @Test("A small screen names the key that shows and hides, and the ways out")
  mutating func keys() {
    scene.size = Terminal.Size(rows: 10, columns: 40)
    command("columns")
    let footer = scene.screen().last ?? ""
    #expect(footer.contains(" space show ") && footer.contains(" enter keep ") && footer.contains(" esc leave "), "\(footer)")
    scene.size = Terminal.Size(rows: 28, columns: 150)
    #expect(scene.screen().last?.contains("space show or hide") == true)
  }

  @Test("What is remembered of columns that are gone is let go of")
  func oldColumns() {
    #expect(FleetContent.columns([ColumnChoice("gone"), ColumnChoice("cost:12")]).map(\.field.id) == ["cost"])
    #expect(FleetContent.columns([ColumnChoice("gone")]).count == FleetContent.columns.count)
    #expect(ColumnChoice("org:0").width == 3 && ColumnChoice("org:x").width == nil && ColumnChoice("org:20").text == "org:20")
  }
}
