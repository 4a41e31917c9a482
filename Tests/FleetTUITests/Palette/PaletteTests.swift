import FleetModel
import Testing

@testable import FleetTUI

@Suite struct PaletteTests {
  private var scene = InterfaceScene()

  init() {
    scene.size = Terminal.Size(rows: 30, columns: 120)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    scene.apply(.tenant("globex"), .workspaces("id-globex", [WorkspaceRow(id: "w-1", name: "support", status: .online)]))
    let machine = InstanceRow(
      id: "i-0abc", region: "us-east-2", state: .running, launchedAt: InterfaceScene.start + -100, tags: ["ManagedBy": "molecule-cp"])
    scene.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
  }

  private mutating func command(_ text: String) -> Intent {
    scene.type(":" + text)
    return scene.press(.enter)
  }

  @Test("Every action is reached by its name: it is offered first, and does what its key does or says why not", arguments: Action.table)
  func everyAction(_ action: Action) {
    var scene = scene
    scene.type(":" + action.name)
    let line = scene.screen().last { $0.hasPrefix("▶ \(action.name)") || $0.hasPrefix("  \(action.name)") }
    #expect(line != nil, "\(scene.screen())")
    if let key = action.keys.first, action.has(.page) { #expect(line?.hasSuffix(" \(key.name) ") == true, "\(line ?? "")") }
    let intent = scene.press(.enter)
    let footer = scene.screen().last ?? ""
    switch action {
    case .quit: #expect(intent == .leave(exitCode: 0))
    case _ where action.placeless != nil: #expect(footer.contains("\(action.name) does something"))
    case _ where action.onPage == nil && action.argument != nil: #expect(footer.contains(action.usage), "\(footer)")
    case _ where action.onPage == nil: #expect(scene.interface.notice?.text.contains("in a text over the page alone") == true)
    case .palette: #expect(footer.hasPrefix(" :"))
    default: #expect(!footer.hasPrefix(" :") || footer.contains("not"), "\(footer)")
    }
  }

  @Test("A page, an org, a workspace and a machine are gone to by a few letters of their names")
  mutating func whereToGo() {
    _ = command("orphans")
    #expect(scene.interface.page == .orphans)
    _ = command("glo")
    #expect(scene.interface.page == .fleet && scene.interface.selection == .org("id-globex"))
    _ = command("0abc")
    #expect(scene.interface.page == .instances && scene.interface.selection == .instance("i-0abc"))
    _ = command("gl/sup")
    #expect(scene.screen().contains { $0.contains("workspace") && $0.contains("support") })
    scene.press(.escape)
    #expect(scene.interface.page == .fleet)
    scene.press(.escape)
    #expect(scene.interface.page == .instances)
  }

  @Test("The best stands nearest to the line, with its key, and up goes to the next")
  mutating func theList() {
    scene.type(":sort-")
    let screen = scene.screen()
    #expect(screen[27].hasPrefix("▶ sort-left") && screen[27].hasSuffix(" < "), "what enter takes is marked: \(screen)")
    scene.press(.up)
    let second = scene.screen()[26]
    #expect(second.hasPrefix("▶ sort-"))
    scene.press(.down, .escape)
    #expect(scene.screen().last?.contains("1–2 of 2") == true)
  }

  @Test("What can't be done now says why beside its name")
  mutating func refusals() {
    scene.type(":delete")
    #expect(scene.screen().contains { $0.contains("not now: read-only") })
    #expect(scene.press(.enter) == .draw)
    #expect(scene.interface.notice?.text == WriteRefusal.configured)
  }

  @Test("An unknown command names the nearest and stays")
  mutating func unknown() {
    #expect(command("orphxns") == .draw)
    #expect(scene.screen().last?.contains("there is no command \"orphxns\"; did you mean orphans?") == true, "\(scene.screen())")
    scene.press(.control("u"))
    #expect(scene.screen().last?.contains("there is no") == false)
    scene.press(.escape)
    #expect(scene.screen().last?.hasPrefix(" :") == false)
  }

  @Test("Tab completes, one after the other, and up in an empty line brings back what was asked for before")
  mutating func completionAndHistory() {
    scene.type(":tria")
    scene.press(.tab)
    #expect(scene.screen().last?.hasPrefix(" :triage ") == true)
    scene.press(.enter)
    #expect(scene.interface.page == .triage)
    _ = command("costs")
    #expect(scene.interface.desk.remembered.commands == ["costs", "triage"])
    scene.type(":")
    scene.press(.up, .up, .enter)
    #expect(scene.interface.page == .triage)
    #expect(scene.interface.desk.remembered.commands == ["triage", "costs"])
    for number in 0..<100 { scene.interface.desk.remembered.note(command: "sort c\(number)") }
    #expect(scene.interface.desk.remembered.commands?.count == RememberedScreen.commandLimit)
  }

  @Test("In a text the palette does what the text can do, and its keys stay the line's")
  mutating func overAText() {
    scene.press(.character("e"))
    _ = command("search")
    scene.type("x")
    #expect(scene.screen().last?.hasPrefix(" /x") == true)
  }

  @Test("Enter on an empty line, and escape, close it without a word")
  mutating func leaving() {
    scene.type(":")
    #expect(scene.screen().contains { $0.contains("type what you look for") })
    #expect(scene.press(.enter) == .draw)
    #expect(scene.screen().last?.contains("1–2 of 2") == true)
  }

  @Test(
    "What a command does has the room that names and keys leave, is shortened by words, and is whole above the list where the cursor is",
    arguments: [(50, 200), (30, 120), (24, 80), (20, 60), (10, 40)])
  func room(_ rows: Int, _ columns: Int) throws {
    var scene = scene
    scene.size = Terminal.Size(rows: rows, columns: columns)
    scene.type(":")
    for _ in 0..<80 {
      scene.press(.up)
      let screen = scene.screen()
      let row = try #require(screen.last { $0.hasPrefix("▶") })
      // A margin, and nothing cut within a word.
      #expect(row.hasSuffix(" ") && row.count == columns, "\(row)")
      guard columns >= 60, row.contains(" …") else { continue }
      #expect(screen.contains { $0.hasPrefix("── \(row.dropFirst(2).prefix { $0 != " " }): ") }, "\(screen)")
    }
    // A short name leaves its room.
    guard columns == 80 else { return }
    scene.type("filter")
    #expect(scene.screen().contains { $0.contains("filter ") && $0.contains("show only rows that pass: words, field:text, field>n") })
  }

  @Test("What commands do stands in one column, whatever may be typed behind their names", arguments: [200, 120, 80, 60])
  func oneColumn(_ columns: Int) {
    var scene = scene
    scene.size = Terminal.Size(rows: 40, columns: columns)
    scene.type(":")
    var places: Set<Int> = []
    for action in Action.table {
      guard let line = scene.screen().first(where: { $0.hasPrefix("  \(action.usage) ") }) else { continue }
      let words = action.help.prefix { $0 != " " }
      let behind = line.dropFirst(2 + action.usage.count)
      if let start = behind.ranges(of: words).first?.lowerBound { places.insert(line.distance(from: line.startIndex, to: start)) }
    }
    #expect(places.count == 1, "\(scene.screen())")
  }

  @Test("A text is shortened by whole words") func words() {
    #expect("all of it".shortened(to: 9) == "all of it" && "all of it".shortened(to: 8) == "all of …")
    #expect("one, two".shortened(to: 7) == "one …" && "unbreakable".shortened(to: 6).count <= 6 && "ab".shortened(to: 1) == "…")
  }

  @Test("Where nothing is called so that is said", arguments: [120, 60, 40])
  func nothing(_ columns: Int) {
    var scene = scene
    scene.size.columns = columns
    scene.type(":zzqx")
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("0 fit") } && screen[27].hasPrefix("  no command, org, workspace,"), "\(screen)")
    // Behind the name of an action anything may be typed.
    scene.press(.control("u"))
    scene.type("export csv /tmp/x")
    #expect(!scene.screen().contains { $0.contains("no command, org") })
  }
}
