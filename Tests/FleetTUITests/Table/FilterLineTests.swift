import FleetModel
import Testing

@testable import FleetTUI

@Suite struct FilterLineTests {
  private func scene() -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 24, columns: 160)
    scene.apply(.controlPlane, .expected(pollInterval: 15))
    scene.roster([
      InterfaceScene.org("acme", age: 61 * 86_400), InterfaceScene.org("bright", .failed, error: "tunnel step failed", age: 300),
      InterfaceScene.org("cinder", .suspended, age: 7200), InterfaceScene.org("dyad", .provisioning, age: 20),
    ])
    return scene
  }

  private func rows(_ scene: inout InterfaceScene) -> [String] {
    scene.screen().compactMap { line in
      line.dropFirst(2).split(separator: " ").first.map(String.init).flatMap {
        ["acme", "bright", "cinder", "dyad"].contains($0) ? $0 : nil
      }
    }
  }

  @Test(
    "Fields, figures, negation, bars and patterns choose rows",
    arguments: [
      ("status:failed|suspended", ["bright", "cinder"]), ("status=running", ["acme"]), ("!status:running !dyad", ["bright", "cinder"]),
      ("age>1h", ["acme", "cinder"]), ("age<=5m", ["bright", "dyad"]), ("/^(acme|dyad)$/", ["dyad", "acme"]), ("tunnel FAILED", ["bright"]),
      ("tunnel running", []), ("finding:tunnel", ["bright"]), ("!cost>0", []), ("cost<1", []), ("tenant:prov", ["dyad"]),
      ("name=dyad", ["dyad"]),
    ])
  func choosing(_ filter: String, _ expected: [String]) {
    var scene = scene()
    scene.type("/" + filter)
    #expect(rows(&scene) == expected, "\(scene.screen())")
    #expect(scene.screen().last?.contains("\(expected.count) of 4") == true)
  }

  @Test("A broken term is said in the prompt and is not kept, and the rows stay as they were without it")
  func aBrokenTerm() {
    var scene = scene()
    scene.type("/status:failed statsu:x")
    #expect(rows(&scene) == ["bright"])
    let said = scene.screen()
    #expect(said[21].contains("there is no field \"statsu\"; did you mean status?"), "\(said)")
    #expect(said.last?.contains("1 of 4, without what is not understood") == true)
    scene.press(.enter)
    #expect(scene.screen()[21].contains("did you mean status?"))
    scene.press(.control("w"), .enter)
    #expect(scene.screen().last?.contains(" /status:failed ") == true)
    #expect(rows(&scene) == ["bright"])
  }

  @Test("The prompt names its keys, the ways out last where there is little room")
  func keys() {
    var scene = scene()
    scene.type("/acme")
    #expect(scene.screen().last?.contains("1 of 4   tab complete  enter keep  esc show all") == true, "\(scene.screen().last ?? "")")
    scene.size = Terminal.Size(rows: 10, columns: 40)
    #expect(scene.screen().last?.contains("1 of 4   enter keep  esc clear") == true, "\(scene.screen().last ?? "")")
    scene.size = Terminal.Size(rows: 24, columns: 160)
    scene.type(" statsu:x")
    // What is not understood is not kept.
    #expect(scene.screen().last?.contains("esc show all") == true && scene.screen().last?.contains("enter keep") == false)
  }

  @Test("Who leaves the prompt is where he was; who keeps what he typed is where that led")
  func leaving() {
    var scene = scene()
    scene.press(.down, .down)
    let row = scene.interface.selection
    scene.type("/bright")
    #expect(scene.interface.selection == .org("id-bright") && row != .org("id-bright"))
    scene.press(.escape)
    #expect(scene.interface.selection == row && scene.selectedRow() != nil)
    scene.type("/bright")
    scene.press(.enter, .escape)
    #expect(scene.interface.selection == .org("id-bright"))
    // A row that went meanwhile is no place to return to.
    scene.type("/acme")
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("cinder")])
    scene.press(.escape)
    #expect(scene.interface.selection == .org("id-acme"))
  }

  @Test("Who looks for nothing after all goes on following the newest event")
  func followingGoesOn() {
    var scene = scene()
    scene.press(.character("0"))
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    for problem in ["first", "second"] {
      scene.type("/org")
      scene.press(.escape)
      scene.now = scene.now + 5
      scene.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
      scene.apply(.ec2("us-east-2"), .failed(problem))
      #expect(scene.selectedRow()?.contains(problem) == true, "\(scene.screen())")
    }
  }

  @Test("Hits are lit in the cells, of a field in its column alone")
  func hitsAreLit() {
    var scene = scene()
    scene.type("/status:fail")
    func lit() -> [String] {
      scene.interface.compose(scene.fleet, size: scene.size, at: scene.now).frame.lines.dropFirst(5).prefix(6).flatMap(\.spans)
        .filter { $0.role == .match }.map(\.text)
    }
    #expect(lit() == ["fail"])
    for _ in 0..<11 { scene.press(.backspace) }
    scene.type("/TUN.*l s/")
    #expect(lit() == ["tunnel s"])
  }

  @Test("Tab goes through the fields and then through what the rows say")
  func completion() {
    var scene = scene()
    scene.type("/!te")
    scene.press(.tab)
    #expect(scene.screen().last?.contains("/!tenant:") == true)
    // Nothing follows yet: what is typed next begins anew.
    scene.type("s")
    scene.press(.tab)
    #expect(scene.screen().last?.contains("/!tenant:suspended") == true, "\(scene.screen())")
    scene.press(.control("u"))
    scene.press(.tab, .tab)
    #expect(scene.screen().last?.contains("/tenant:") == true)
    #expect(scene.screen()[21].contains("org:  tenant:"))
    #expect(scene.interface.page == .fleet)
  }

  @Test("What may follow is shown as it is typed, in its quotes")
  func quotedCompletion() {
    var completion = Completion()
    _ = completion.next(after: "status:") { _ in ["acme status:\"no status\"", "acme status:running"] }
    #expect(completion.words.filter { $0.text != "  " }.map(\.text) == ["status:\"no status\"", "status:running"])
  }

  @Test("A comparison with an age is true by time alone")
  func agesGoOn() {
    var scene = scene()
    scene.type("/age>10m")
    #expect(rows(&scene) == ["acme", "cinder"])
    #expect(scene.nextChange() == InterfaceScene.start + 1)
    scene.now = InterfaceScene.start + 301
    #expect(rows(&scene) == ["bright", "acme", "cinder"])
  }

  @Test("The prompt tells what may be typed, with this page's own fields")
  func help() {
    var scene = scene()
    scene.type("/")
    let help = scene.screen()[21]
    for words in ["org:text", "age>10m", "!not", "/regex/", "tab completes: org tenant machine"] {
      #expect(help.contains(words), "\(help)")
    }
  }

  @Test("Every column has an id of its own and says something to a filter", arguments: PageID.allCases)
  func everyColumnHasAField(_ page: PageID) {
    let fields = page.make(DashboardOptions(environment: "staging")).fields
    #expect(!fields.isEmpty && Set(fields.map(\.id)).count == fields.count)
    for field in fields {
      #expect(field.id.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil, "\(field.id)")
      #expect(fields.named(field.id) == field)
    }
  }
}
