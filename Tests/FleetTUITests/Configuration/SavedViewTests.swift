import FleetModel
import Foundation
import Testing

@testable import FleetTUI

@Suite struct SavedViewTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("views-\(UUID().uuidString)")
  private var path: String { folder.appendingPathComponent("fleettui/views.toml").path }

  private func scene(_ views: ViewBook) -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 28, columns: 150)
    var options = DashboardOptions(environment: "staging")
    options.views = views
    scene.interface = Interface(options)
    scene.roster([
      InterfaceScene.org("acme", .failed, error: "tunnel step failed", age: 100), InterfaceScene.org("bee", .failed, age: 900),
      InterfaceScene.org("globex"),
    ])
    return scene
  }

  private func command(_ text: String, _ scene: inout InterfaceScene) {
    scene.type(":" + text)
    scene.press(.enter)
  }

  @Test("A view keeps page, filter, order, columns and pane under its name, also over the end of the program")
  func savingAndOpening() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    var scene = scene(ViewBook(path: path))
    scene.type("/status:failed")
    scene.press(.enter)
    command("sort -age", &scene)
    scene.interface.desk.pages.current.choose(columns: [ColumnChoice("org"), ColumnChoice("age:8"), ColumnChoice("finding")])
    scene.interface.desk.remembered.pane = .events
    command("view save what \"is\" stuck", &scene)
    #expect(scene.interface.notice?.text == "kept as what \"is\" stuck: fleet, /status:failed, by -age, finding, 3 columns")
    var other = self.scene(ViewBook(path: path))
    command("costs", &other)
    // It stands in the palette among everything else.
    other.type(":stuck")
    #expect(other.screen().contains { $0.hasPrefix("▶ view open what \"is\" stuck") }, "\(other.screen())")
    other.press(.enter)
    let page = other.interface.desk.pages.current
    #expect(page.id == .fleet && page.filter == "status:failed" && page.sorting == ["-age", "finding"] && page.count == 2)
    #expect(page.columnChoice?.map(\.text) == ["org", "age:8", "finding"])
    #expect(other.interface.desk.remembered.pane == .events)
    command("view delete what \"is\" stuck", &other)
    #expect(ViewBook(path: path).views.isEmpty)
  }

  @Test("What a view can't be is told: an unknown one with the nearest, a broken command with what it takes")
  func mistakes() {
    var scene = scene(ViewBook())
    command("view open x", &scene)
    #expect(scene.interface.notice?.text == "there is no view \"x\"; none is kept yet")
    command("view save night", &scene)
    command("view open nigth", &scene)
    #expect(scene.interface.notice?.text == "there is no view \"nigth\"; did you mean night?")
    command("view keep x", &scene)
    #expect(scene.interface.notice?.text == "view save NAME, view open NAME or view delete NAME")
  }

  @Test("A broken file is told with file and line, and nothing is written over it")
  func aBrokenFile() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder.appendingPathComponent("fleettui"), withIntermediateDirectories: true)
    let text = "[view.night]\npage = \"costs\"\nflter = \"x\"\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    var book = ViewBook(path: path)
    #expect(book.problem?.contains("\(path):3: view.night.flter") == true, "\(book.problem ?? "")")
    #expect(book.save(SavedView(name: "a", page: "fleet"))?.contains("put it right first") == true)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    #expect(throws: ConfigurationError.self) { try ViewBook.parse("[view.a]\npage = \"flet\"\n", path: "views.toml") }
  }

  @Test("The file says what was kept, whatever is in a name", arguments: ["plain", "a b", "q\"uote", "back\\slash", "dot.ted", "日本"])
  func roundTrip(_ name: String) throws {
    let view = SavedView(
      name: name, page: "events", filter: "\"two words\" /x\\/y/", sort: ["-time"], columns: ["time", "data:40"], pane: "none")
    #expect(try ViewBook.parse(ViewBook.text(of: [view]), path: "views.toml") == [view])
  }
}
