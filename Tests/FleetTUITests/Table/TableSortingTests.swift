import FleetModel
import Testing

@testable import FleetTUI

@Suite struct TableSortingTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 24, columns: 180)
    scene.roster([
      InterfaceScene.org("a-org", .running, age: 100), InterfaceScene.org("b-org", .failed, age: 300),
      InterfaceScene.org("c-org", .running, age: 200), InterfaceScene.org("d-org", .failed, age: 50),
    ])
  }

  private mutating func rows() -> [String] {
    scene.screen().compactMap { line in line.dropFirst(2).split(separator: " ").first { $0.hasSuffix("-org") }.map { String($0.prefix(1)) }
    }
  }

  private mutating func head() -> String { scene.screen().first { $0.contains(" TENANT") } ?? "" }

  private mutating func command(_ text: String) {
    scene.type(":" + text)
    scene.press(.enter)
  }

  @Test("What rows were sorted by stays as the second key, and both are shown in the head")
  mutating func theSecondKey() {
    command("sort age")
    #expect(rows() == ["d", "a", "c", "b"])
    command("sort status")
    #expect(rows() == ["d", "b", "a", "c"])
    #expect(head().contains("TENANT ↑") && head().contains("AGE ⇡"), "\(head())")
    scene.press(.character("S"))
    #expect(rows() == ["a", "c", "d", "b"])
    #expect(head().contains("TENANT ↓") && head().contains("AGE ⇡"))
    command("sort tenant -age")
    #expect(rows() == ["b", "d", "c", "a"])
    #expect(head().contains("AGE ⇣"))
  }

  @Test("A column that isn't there is told with the nearest, and the order stays")
  mutating func unknownColumns() {
    command("sort agee")
    #expect(scene.interface.notice?.text == "there is no field \"agee\"; did you mean age?")
    command("sort age cost org")
    #expect(scene.interface.notice?.text == "sort by one column or by two")
    #expect(scene.interface.desk.pages.current.sorting == ["finding"])
  }

  @Test("The arrow takes no letter of a title, however narrow its column", arguments: PageID.allCases)
  func titlesStayWhole(_ page: PageID) {
    var scene = scene
    scene.interface.desk.pages.show(page, scene.fleet, at: scene.now)
    for columns in [60, 80, 100, 120, 160, 200] {
      scene.size.columns = columns
      for field in scene.interface.desk.pages.current.fields {
        scene.type(":sort \(field.id)")
        scene.press(.enter)
        let titles = scene.interface.desk.pages.current.columnStates.flatMap { $0.title.split(separator: " ") }.map(String.init)
        let shown = words(&scene, page)
        #expect(shown.allSatisfy { titles.contains($0) || $0.hasSuffix("…") }, "\(page) \(columns) \(field.id): \(shown)")
      }
    }
  }

  /// The titles without arrows.
  private func words(_ scene: inout InterfaceScene, _ page: PageID) -> [String] {
    let heads = scene.interface.compose(scene.fleet, size: scene.size, at: scene.now).frame.lines.dropFirst(3)
    let head = heads.first { $0.spans.contains { $0.role == .heading && $0.text.contains { $0.isUppercase } } }
    let plain = (head?.plain ?? "").map { "↑↓⇡⇣".contains($0) ? " " : $0 }
    return String(plain).split(separator: " ").map(String.init)
  }

  @Test("An arrow down is the largest first on every page")
  func arrowsPointTheSameWay() {
    #expect(FleetContent.finding.order.isHighestFirst && ProvisioningContent.late.order.isHighestFirst)
    #expect(OrphansContent.age.order.isHighestFirst && CostsContent.perHour.order.isHighestFirst)
    #expect(!FleetContent.age.order.isHighestFirst && !InstancesContent.age.order.isHighestFirst)
  }

  // MARK: - Marks

  @Test("Space marks rows by what they are: they stay marked wherever they go, and are counted")
  mutating func marks() {
    scene.press(.character("A"), .home, .character(" "), .down, .character(" "))
    #expect(scene.interface.desk.chosen == [.org("id-a-org"), .org("id-c-org")])
    #expect(scene.screen().last?.hasSuffix("1–4 of 4, 2 marked ") == true, "\(scene.screen())")
    #expect(scene.screen().filter { $0.dropFirst().hasPrefix("◆") }.count == 2)
    scene.press(.character("S"))
    #expect(scene.interface.desk.chosen == [.org("id-c-org"), .org("id-a-org")])
    scene.type("/b-org")
    scene.press(.enter)
    #expect(scene.interface.desk.chosen.count == 2)
    command("mark all")
    #expect(scene.interface.desk.chosen.first == .org("id-b-org") && scene.interface.desk.chosen.count == 3)
    scene.press(.escape)
    scene.now = scene.now + 5
    scene.roster([InterfaceScene.org("a-org"), InterfaceScene.org("b-org")])
    #expect(Set(scene.interface.desk.chosen) == [.org("id-a-org"), .org("id-b-org")])
    command("mark none")
    #expect(scene.interface.desk.chosen.count == 1 && scene.interface.desk.pages.current.marked.isEmpty)
    command("mark some")
    #expect(scene.interface.notice?.text.contains("all, none or nothing") == true)
  }

  @Test("A page down stays on its other keys")
  mutating func pageDown() {
    for key in [Key.pageDown, .control("f"), .control("d")] { #expect(KeyMap.standard.action(for: key, in: .page) == .pageDown) }
    #expect(KeyMap.standard.action(for: .character(" "), in: .page) == .mark)
  }

  // MARK: - Back and forward

  @Test("Back and forward go through pages with the rows and filters that one left")
  mutating func travel() {
    scene.press(.character("["))
    #expect(scene.interface.notice?.text == "nowhere was gone to before this")
    scene.type("/status:failed")
    scene.press(.enter, .down)
    scene.press(.character("3"), .character("6"))
    #expect(scene.interface.page == .costs)
    scene.press(.character("["))
    #expect(scene.interface.page == .triage)
    scene.press(.character("["))
    #expect(scene.interface.page == .fleet && scene.interface.selection == .org("id-d-org"))
    #expect(scene.screen().last?.contains("/status:failed") == true)
    scene.press(.character("["))
    #expect(scene.interface.page == .fleet && scene.interface.notice?.text.contains("before") == true)
    scene.press(.character("]"), .character("]"))
    #expect(scene.interface.page == .costs)
    scene.press(.character("]"))
    #expect(scene.interface.notice?.text == "nowhere was gone to after this")
    // From there on another way: what lay ahead is forgotten.
    scene.press(.character("["), .character("7"), .character("["))
    #expect(scene.interface.page == .triage)
    scene.press(.character("]"))
    #expect(scene.interface.page == .dns)
  }

  @Test("Escape still goes the way back of a jump")
  mutating func escapeAfterAJump() {
    scene.press(.character("3"), .character("1"), .character("A"), .home, .down)
    command("a-org")
    #expect(scene.interface.selection == .org("id-a-org"))
    scene.press(.escape)
    #expect(scene.interface.selection == .org("id-b-org"))
    scene.press(.character("["))
    #expect(scene.interface.selection == .org("id-a-org"))
  }
}
