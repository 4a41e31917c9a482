import FleetModel
import Testing

@testable import FleetTUI

/// A layer that asks for one action with any key, as a palette does.
private struct Asking: Layer {
  let action: Action
  let closes: Bool

  mutating func handle(_ key: Key, _ desk: inout Desk, _ fleet: Fleet, at now: Timestamp) -> LayerIntent { .act(action, closes: closes) }
  func height(in rows: Int, _ desk: Desk, _ fleet: Fleet, _ context: inout DrawingContext) -> Int { min(rows, 2) }
  mutating func draw(_ desk: inout Desk, in room: Room, _ fleet: Fleet, _ context: inout DrawingContext) -> (lines: [Line], cursor: Cursor?)
  {
    ([Line("asking for \(action.title)")], nil)
  }
  func footer(_ desk: Desk, _ fleet: Fleet, width: Int, at now: Timestamp) -> (line: Line, cursor: Int?) {
    (desk.footer([], width: width), nil)
  }
}

@Suite struct LayerTests {
  private var scene = InterfaceScene()

  init() { scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")]) }

  /// Opens a layer that no key opened, and lets the hand pause.
  private mutating func open(_ layer: Asking) {
    scene.interface.open(layer)
    _ = scene.screen()
    scene.now = scene.now + Lull.pause
  }

  @Test mutating func aLayerMayAskForAnyActionAndHasTheRowsItWants() {
    open(Asking(action: PageID.orphans.action, closes: true))
    let screen = scene.screen()
    #expect(screen.contains { $0.hasPrefix("▶ acme") } && screen.contains { $0.hasPrefix("asking for Orphans") })
    #expect(scene.press(.character("x")) == .draw)
    #expect(scene.interface.page == .orphans)
    #expect(!scene.screen().contains { $0.hasPrefix("asking for") })
  }

  @Test mutating func whatALayerAsksForIsRefusedAsItsKeyIs() {
    open(Asking(action: .delete, closes: false))
    scene.press(.character("x"))
    #expect(scene.interface.notice?.text == WriteRefusal.configured)
    scene.interface.close { $0 is Asking }
    open(Asking(action: .quit, closes: false))
    #expect(scene.press(.character("x")) == .leave(exitCode: 0))
  }

  @Test mutating func thePageUnderATextIsNotDrawn() {
    scene.press(.character("e"))
    #expect(scene.screen().contains { $0.contains("why acme is as it is") })
    #expect(!scene.screen().contains { $0.contains("globex") })
    scene.press(.escape)
    #expect(scene.screen().contains { $0.contains("globex") })
  }

  // MARK: - Typing

  @Test mutating func aWordAndALineAreTakenBackWhereverALineIsTyped() {
    func erases(_ open: Key, _ shown: (String) -> String) {
      scene.press(open)
      scene.type("one two")
      scene.press(.control("w"))
      #expect(scene.screen().last?.contains(shown("one")) == true, "\(scene.screen().last ?? "")")
      scene.press(.control("u"))
      scene.type("x")
      #expect(scene.screen().last?.contains(shown("x")) == true, "\(scene.screen().last ?? "")")
      scene.press(.escape)
    }
    erases(.character("/")) { " /\($0)  " }
    scene.press(.character("e"))
    erases(.character("/")) { " /\($0)  enter finds  esc leaves" }
  }

  @Test func thePhraseOfADialogIsTakenBackByTheSameKeys() {
    let events = [Key.character("a"), .backspace, .control("w"), .control("u"), .enter, .control("d")].map {
      TypedConfirmation.Event($0, .standard)
    }
    #expect(events == [.key("a"), .erase(.character), .erase(.word), .erase(.line), .enter, .escape])
    #expect(TypedConfirmation.Event(.up, .standard) == nil)
  }

  // MARK: - One table

  @Test mutating func helpAndManualHaveEveryActionOfEveryPlace() {
    scene.size = Terminal.Size(rows: 120, columns: 140)
    scene.press(.character("?"))
    let help = scene.screen()
    for action in Action.table {
      let name = action.keys.first?.name ?? action.command
      #expect(help.contains { $0.hasPrefix("  " + name) && $0.contains(action.help) }, "\(action.name)")
    }
    // Plugins are of a configuration.
    for group in Action.Group.allCases where group != .plugins {
      let isInManual = ManualPage.text.contains(".SS \(group.rawValue)\n")
      #expect(help.contains { $0.hasPrefix("  \(group.rawValue)") } && isInManual, "\(group)")
    }
  }

  /// What a new page may have rows of, without a word of it elsewhere.
  private struct Lease: PageSubject {
    let org: OrgID
    func title(_ fleet: Fleet) -> String { "lease of \(org)" }
    func relations(in fleet: Fleet) -> Relations { Relations(org: fleet.orgs[org]?.id, name: org.rawValue) }
    func notices(_ fleet: Fleet, at now: Timestamp) -> [Notice] { [] }
    func describe(in list: inout FieldLines, _ fleet: Fleet, _ context: inout DrawingContext) { list.field("holder", org.rawValue) }
  }

  @Test func aPagesOwnKindOfRowHasADetailAndLeadsToWhatItBelongsTo() {
    let subject = Subject(Lease(org: "id-acme"))
    var context = DrawingContext(moment: Moment(now: scene.now), glyphs: .unicode)
    #expect(Detail.title(of: subject, scene.fleet) == "lease of id-acme")
    #expect(Detail.lines(of: subject, scene.fleet, width: 80, &context).map(\.plain) == ["  holder          id-acme"])
    #expect(subject.org(in: scene.fleet) == "id-acme" && subject.eventsFilter(in: scene.fleet) == "acme")
    #expect(subject == Subject(Lease(org: "id-acme")) && subject != Subject(Lease(org: "id-globex")) && subject != .org("id-acme"))
  }

  @Test(arguments: PageID.allCases) func aPageIsKnownByItsRowAlone(_ page: PageID) {
    #expect(page.make(DashboardOptions(environment: "staging")).id == page)
    #expect(Action.named(page.name) == page.action && KeyMap.standard.keys(for: page.action) == page.keys)
    var scene = InterfaceScene()
    scene.size.columns = 140
    if let key = page.keys.first {
      _ = scene.interface.handle(key, scene.fleet, at: scene.now)
    } else {
      _ = scene.interface.perform(page.action, scene.fleet, at: scene.now)
    }
    #expect(scene.interface.page == page)
    #expect(scene.screen()[2].contains("\(page.keys.first?.name ?? "") \(page.title)"))
  }
}
