import FleetModel
import Testing

@testable import FleetTUI

/// The dashboard by lines, of a fleet of two orgs.
@Suite struct LinearPromptTests {
  private var scene = InterfaceScene()
  private var prompt: LinearPrompt

  init() {
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex", .failed, error: "no quota")])
    scene.apply(.tenant("acme"), .workspaces("id-acme", [WorkspaceRow(id: "w", name: "one", status: .online)]))
    scene.fleet.judge(at: scene.now)
    var options = DashboardOptions(environment: "staging")
    options.writeRefusal = nil
    prompt = LinearPrompt(options)
  }

  private mutating func ask(_ line: String) -> (lines: [String], intent: Intent) { prompt.answer(line, scene.fleet, at: scene.now) }
  private mutating func say(_ line: String) -> [String] { ask(line).lines }

  @Test mutating func itBeginsWhereTheDashboardDoes() {
    func begun(_ first: FirstPage, after line: String? = nil) -> (said: [String], page: String?) {
      var options = DashboardOptions(environment: "staging")
      options.first = first
      var prompt = LinearPrompt(options)
      if let line { _ = prompt.answer(line, scene.fleet, at: scene.now) }
      let said = prompt.begin(scene.fleet, at: scene.now, uptime: 100).lines
      // Once.
      #expect(prompt.begin(scene.fleet, at: scene.now, uptime: 200).lines.isEmpty)
      return (said, prompt.answer("", scene.fleet, at: scene.now).lines.first)
    }
    // globex failed.
    let overview = begun(.overview)
    #expect(overview.said == ["Triage: 1–1 of 1."] && overview.page == "Triage: 1–1 of 1.")
    #expect(begun(.page(.fleet)).said.isEmpty && begun(.page(.costs)).page?.hasPrefix("Costs") == true)
    // No page changes under who asked for one.
    #expect(begun(.overview, after: "fleet").page?.hasPrefix("Fleet") == true)
  }

  @Test mutating func aPageIsItsRowsNumberedWithoutWhatIsDrawn() throws {
    let lines = say("fleet")
    #expect(lines[0] == "Fleet: 1–2 of 2." && lines[1].hasPrefix("Columns: ORG"))
    let rows = lines.filter { $0.first?.isNumber == true }
    #expect(rows.count == 2 && rows[0].hasPrefix("1. ") && rows.count { $0.hasSuffix(", selected") } == 1)
    for line in lines { #expect(!line.contains("  ") && !line.contains("│") && !line.contains("\u{1B}"), "\(line)") }
    // Nothing says it again.
    #expect(say("") == lines)
  }

  @Test mutating func aRowIsChosenByItsNumberAndOpened() throws {
    let rows = say("fleet")
    let place = try #require(rows.first { $0.contains("globex") }?.first?.wholeNumberValue)
    let chosen = say("\(place)")
    #expect(chosen.first?.contains("globex") == true && chosen.first?.hasSuffix(", selected") == true)
    let detail = say("open")
    #expect(detail.contains { $0.contains("globex") } && detail.contains { $0.contains("no quota") })
    #expect(say("back").first?.hasPrefix("Fleet") == true)
    #expect(say("77") == ["There is no row 77 here."])
  }

  @Test mutating func everyCommandOfAPageIsNamedAndAnswered() {
    let help = say("help")
    for action in KeyMap.standard.table where action.onPage != nil {
      #expect(help.contains { $0.hasPrefix(action.name) }, "\(action.name)")
      guard action.danger == .none, action.name != "quit" else { continue }
      let answer = ask(action.name)
      #expect(!answer.lines.isEmpty || answer.intent != .none, "\(action.name)")
      _ = say("back")
    }
    #expect(ask("quit").intent == .leave(exitCode: 0))
    #expect(ask("refresh").intent == .wantEverything)
    #expect(say("orphens").first?.contains("Did you mean orphans?") == true)
  }

  @Test mutating func aFilterIsWrittenBehindItsName() {
    #expect(say("filter glob").first == "Fleet: 1–1 of 1 (1 hidden), only glob.")
    #expect(say("filter cost>cheap").first?.contains("not understood") == true)
    #expect(say("filter").first == "Fleet: 1–2 of 2.")
  }

  @Test mutating func nothingIsDeletedFromALine() {
    let answer = ask("delete")
    #expect(answer.intent == .none && answer.lines == ["Not from here: fleettui delete SLUG asks for the phrase line by line."])
  }

  @Test mutating func whatIsReadOnDemandIsSaidOnceItIsThere() throws {
    _ = say("fleet")
    _ = say("1")
    guard case .perform(.explain(let question)) = ask("explain").intent else { return #expect(Bool(false), "nothing is asked") }
    let heard = prompt.hear(.explained(question.org.id, question.workspaceID, .success(CaseFile())), scene.fleet, at: scene.now)
    #expect(heard.lines.count > 2 && heard.lines.contains { $0.contains("why") })
  }
}
