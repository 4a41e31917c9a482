import FleetModel
import Foundation
import Testing

@testable import FleetTUI

@Suite struct ClipboardTests {
  private static let clipboard = Clipboard(terminal: TerminalKind(name: "xterm-256color"))

  @Test func aCopyIsOneSequenceThatTheTerminalTakes() throws {
    let sequence = try Self.clipboard.sequence(copying: "i-0abc\n")
    #expect(String(decoding: sequence, as: UTF8.self) == "\u{1B}]52;c;aS0wYWJjCg==\u{7}")
  }

  @Test func tmuxGetsItForItselfAndToPassOn() throws {
    let clipboard = Clipboard(terminal: TerminalKind(variables: ["TMUX": "/tmp/tmux-0/default,1,0", "TERM": "screen"]))
    let sequence = String(decoding: try clipboard.sequence(copying: "a"), as: UTF8.self)
    #expect(sequence == "\u{1B}]52;c;YQ==\u{7}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;YQ==\u{7}\u{1B}\\")
    #expect(clipboard.condition.contains("allow-passthrough"))
  }

  @Test func whatIsTooLargeOrCanNotArriveIsNotWritten() throws {
    #expect(try Self.clipboard.sequence(copying: String(repeating: "x", count: Clipboard.limit)).count < 100_010)
    #expect(throws: Clipboard.Refusal.self) { try Self.clipboard.sequence(copying: String(repeating: "x", count: Clipboard.limit + 1)) }
    #expect(throws: Clipboard.Refusal.self) { try Clipboard(terminal: TerminalKind(name: "linux")).sequence(copying: "x") }
  }
}

/// What two or three orgs, one in trouble, give away when they are copied.
struct TakenScene {
  static let secret = "sk-ant-api03-" + String(repeating: "A", count: 40)
  static let hostile = "[click](https://evil.example/) @everyone <img src=x> **bold** ``` `tick` | # \u{1B}[31m \u{202E}token=\(secret)"
  var scene = InterfaceScene()

  init() {
    var options = DashboardOptions(environment: "staging")
    options.terminal.kind = TerminalKind(name: "xterm-256color")
    scene.interface = Interface(options)
    scene.apply(.here, .configured(FleetSettings(environment: "staging")))
    scene.size = Terminal.Size(rows: 12, columns: 100)
    scene.roster([
      InterfaceScene.org("acme", .failed, error: UntrustedText.clean(Self.hostile)), InterfaceScene.org("globex"),
      InterfaceScene.org("initech"),
    ])
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-acme"]
    let row = InstanceRow(id: "i-0a", region: "us-east-2", state: .running, type: "t3.small", launchedAt: scene.now + -900, tags: tags)
    scene.apply(.ec2("us-east-2"), .instances([row], complete: true, problem: nil))
    _ = scene.interface.desk.pages.current.select(.org("id-acme"), scene.fleet, at: scene.now)
  }

  /// What the last key sent to the terminal's clipboard.
  static func copied(_ intent: Intent) -> String? {
    guard case .send(let bytes) = intent else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("\u{1B}]52;c;"), text.hasSuffix("\u{7}") else { return nil }
    return Data(base64Encoded: String(text.dropFirst(7).dropLast())).map { String(decoding: $0, as: UTF8.self) }
  }

  mutating func copy(_ part: String) -> String? {
    scene.press(.character("y"))
    scene.type(part)
    return Self.copied(scene.press(.enter))
  }
}

@Suite struct CopyTests {
  @Test func enterTakesTheIdAndTheNoticeSaysHowMuchWasCopied() {
    var taken = TakenScene()
    taken.scene.press(.character("y"))
    #expect(taken.scene.screen().last?.hasPrefix(" copy id") == true)
    #expect(TakenScene.copied(taken.scene.press(.enter)) == "id-acme")
    #expect(taken.scene.screen().last?.contains("copied the id: 7 bytes") == true)
  }

  @Test func theBeginningOfAChoiceIsEnoughAndWhatIsNoneIsSaid() {
    var taken = TakenScene()
    #expect(taken.copy("c")?.hasPrefix("# `org acme`\n") == true)
    #expect(taken.copy("nonsense") == nil)
    #expect(taken.scene.screen().last?.contains("copy takes id|row|view|capsule|link, not nonsense") == true)
    taken.scene.press(.character("y"))
    taken.scene.press(.escape)
    #expect(taken.scene.screen().last?.contains("copy") == false)
  }

  @Test func aRowIsItsCellsWholeAndAViewIsEveryRowThatPasses() {
    var taken = TakenScene()
    let row = taken.copy("row")
    // No column was left out for lack of room, and none was cut.
    #expect(row?.contains("acme\t") == true && row?.contains("everyone") == true && row?.contains("…") == false, "\(row ?? "")")
    let view = taken.copy("view") ?? ""
    #expect(["acme", "globex", "initech"].allSatisfy { view.contains($0) })
    taken.scene.press(.character("/"))
    taken.scene.type("glo")
    taken.scene.press(.enter)
    let filtered = taken.copy("view") ?? ""
    #expect(filtered.contains("globex") && !filtered.contains("initech"))
  }

  @Test func whatIsMarkedIsTakenInPlaceOfTheRowUnderTheCursor() {
    var taken = TakenScene()
    taken.scene.press(.character("g"), .down, .character(" "))
    let marked = taken.scene.interface.desk.pages.current.marked
    taken.scene.press(.character("g"))
    #expect(marked.count == 1)
    #expect(taken.copy("id") == marked.first?.identifier(in: taken.scene.fleet))
    #expect(taken.copy("view")?.split(separator: "\n").count == 2)
    taken.scene.press(.down, .down, .character(" "))
    let titles = (taken.copy("capsule") ?? "").lines.filter { $0.hasPrefix("# ") }
    #expect(titles.count == 2)
    #expect(taken.scene.screen().last?.contains("copied 2 capsules") == true)
  }

  @Test func withoutARowNothingIsCopied() {
    var scene = InterfaceScene()
    scene.press(.character("y"))
    #expect(TakenScene.copied(scene.press(.enter)) == nil)
    #expect(scene.screen().last?.contains("there is no row to copy") == true)
  }

  @Test func aCapsuleTellsEverythingAndCarriesNothingThatActs() throws {
    var taken = TakenScene()
    let copied = taken.copy("capsule")
    let capsule = try #require(copied)
    for part in [
      "environment `staging`", "## Findings", "## Timeline (UTC)", "## Cost", "## Ids", "## Links", "## Sources", "`id-acme`", "`i-0a`",
      "next: ", "not it, if: ", "<https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#Instances:tag:OrgID=id-acme>",
      "$0.0208/h",
    ] {
      #expect(capsule.contains(part), "\(part): \(capsule)")
    }
    #expect(!capsule.contains("sk-ant") && !capsule.contains("\u{1B}") && !capsule.contains("\u{202E}"))
    // Outside of code spans stands nothing that a service said.
    let own = Self.withoutCodeSpans(capsule)
    for part in ["evil.example", "@everyone", "<img", "**bold**", "acme |"] { #expect(!own.contains(part), "\(part): \(own)") }
  }

  /// By CommonMark's rule: a span ends at a run of as many backticks as began it.
  static func withoutCodeSpans(_ markdown: String) -> String {
    var out = ""
    for line in markdown.lines {
      var rest = line
      while let start = rest.firstIndex(of: "`") {
        out += rest[..<start]
        let fence = rest[start...].prefix { $0 == "`" }
        var after = rest[fence.endIndex...]
        var end: Substring.Index?
        while let run = after.firstIndex(of: "`") {
          let length = after[run...].prefix { $0 == "`" }
          after = after[length.endIndex...]
          if length.count == fence.count {
            end = length.endIndex
            break
          }
        }
        guard let end else {
          out += rest[start...]
          rest = ""
          break
        }
        rest = rest[end...]
      }
      out += rest + "\n"
    }
    return out
  }

  @Test(arguments: ["", " ", "a", "`", "``a`", "a```", "` b `"]) func aCodeSpanHoldsAnyText(_ text: String) {
    let span = IncidentCapsule.code(text)
    #expect(Self.withoutCodeSpans(span) == (text.allSatisfy { $0 == " " } ? "–\n" : "\n"), "\(span)")
  }
}

@Suite struct ExportTests {
  private static func directory() throws -> String {
    let path = NSTemporaryDirectory() + "fleettui-export-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func file(_ taken: inout TakenScene, _ words: String) -> SavedFile? {
    taken.scene.press(.character("x"))
    taken.scene.type(words)
    guard case .perform(.save(let file)) = taken.scene.press(.enter) else { return nil }
    return file
  }

  private func text(_ taken: inout TakenScene, _ words: String) -> String { file(&taken, words)?.text ?? "" }

  @Test func aViewIsWrittenWholeInEachForm() throws {
    var taken = TakenScene()
    let csv = text(&taken, "csv a.csv")
    #expect(csv.hasPrefix("ID,ORG,") && csv.hasSuffix("\r\n") && csv.contains("\r\nid-globex,globex,"))
    let json = try JSONValue(parsing: text(&taken, "json a.json"))
    #expect(json["schema"] == 1 && json["environment"] == "staging" && json["page"] == "fleet" && json["filter"] == .null)
    let rows = try #require(json["rows"]?.array)
    #expect(rows.map { $0["id"] } == ["id-acme", "id-globex", "id-initech"] && rows[1]["org"] == "globex")
    // What is counted is a number: of a day, in seconds.
    #expect(rows[1]["age"] == 86_400 && rows[0]["cost"]?.double == 0.0208, "\(rows)")
    // What is said is written in words, and how much of it there is beside them.
    #expect(rows[1]["finding"] == .null && rows[1]["finding_count"] == 0)
    #expect(rows[0]["finding"]?.string?.contains("everyone") == true && (rows[0]["finding_count"]?.integer ?? 0) > 0)
    #expect(csv.contains(",FINDING,FINDING COUNT\r\n") && csv.contains("everyone"))
    let plain = text(&taken, "text a.txt")
    #expect(plain.contains("initech") && plain.hasSuffix("\n") && !plain.contains("\u{E000}"))
    let none = file(&taken, "pdf a.pdf")
    #expect(none == nil)
    #expect(taken.scene.screen().last?.contains("export takes text|csv|json|svg") == true)
  }

  /// Each page with its rows: what is written is what is meant, in numbers or in words, never both in one.
  @Test(arguments: PageID.allCases) func whatAPageWritesIsWhatItMeans(_ page: PageID) throws {
    var screen = WatchedScreen.full(rows: 40, columns: 200)
    _ = screen.lines(of: page)
    let file = screen.interface.export(.json, to: "a.json", screen.fleet, at: screen.now)
    let rows = try #require(try JSONValue(parsing: file.text)["rows"]?.array)
    #expect(!rows.isEmpty)
    let words: Set = [
      "finding", "progress", "eta", "late", "deadline", "time", "next", "budget", "verdict", "state", "result", "why", "what",
    ]
    let numbers: Set = ["cost", "age", "elapsed", "workspaces", "gaps", "failed", "rate", "month", "so_far", "llm", "storage"]
    for member in rows.compactMap(\.members).joined() where member.value != .null {
      let isNumber = member.value.double != nil
      let isFigure =
        numbers.contains(member.name) || Self.units.contains { member.name.hasSuffix($0) } || page == .costs && member.name == "budget"
      if isFigure { #expect(isNumber, "\(member)") } else if words.contains(member.name) { #expect(!isNumber, "\(member)") }
      if member.name == "time" { #expect(member.value.string.flatMap(Timestamp.init(rfc3339:)) != nil, "\(member)") }
    }
  }

  private static let units = ["_count", "_dollars", "_seconds", "_share"]

  @Test func theScreenIsAPictureOfTheLastFrameWithoutTheLineThatAsked() {
    var taken = TakenScene()
    let svg = text(&taken, "svg a.svg")
    #expect(svg.hasPrefix("<svg xmlns=") && svg.hasSuffix("</g></svg>\n"))
    // 12 rows of 18 with a margin, 100 columns.
    #expect(svg.contains("width=\"864\" height=\"240\""))
    let texts = svg.split(separator: "\n").filter { $0.hasPrefix("<text") }.joined(separator: "\n")
    #expect(texts.contains(">globex") && texts.contains("STAGING") && !texts.contains("export svg"))
    // What a service said is text.
    #expect(!svg.contains("<img") && (!svg.contains("&lt;img") || svg.contains("&lt;img src=x&gt;")))
    #expect(svg.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
  }

  @Test func enterAloneTakesTheProposal() {
    var taken = TakenScene()
    let proposal = file(&taken, "")
    #expect(proposal?.path == "fleettui-staging-fleet-20251123-134207.csv" && proposal?.text.hasPrefix("ID,") == true)
    let json = file(&taken, "json")
    #expect(json?.path.hasSuffix(".json") == true)
  }

  @Test func aFileIsOfItsUserAloneAndReplacesNoneUnasked() throws {
    let directory = try Self.directory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/view.csv"
    func save(_ name: String, _ text: String) -> Result<String, SavedFile.Failure> {
      SavedFile(named: name, home: directory, text, what: "3 rows").save()
    }
    #expect(save(path, "one") == .success("3 rows written to \(path): 3 bytes"))
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    guard case .failure(let failure) = save("~/view.csv", "two") else { return #expect(Bool(false), "replaced") }
    #expect(failure.why == "\(path) exists: a ! behind its name replaces it")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "one")
    #expect(save(path + "!", "two") == .success("3 rows written to \(path): 3 bytes"))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "two")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["view.csv"])
    for name in [directory + "!", directory + "/none/view.csv", directory + "/none/view.csv!"] {
      guard case .failure = save(name, "three") else { return #expect(Bool(false), "\(name)") }
    }
  }

  @Test func whatCameOfItIsSaid() {
    var taken = TakenScene()
    _ = taken.scene.interface.hear(.saved(.success("3 rows written to a.csv: 99 bytes")), taken.scene.fleet, at: taken.scene.now)
    #expect(taken.scene.screen().last?.contains("3 rows written to a.csv") == true)
    _ = taken.scene.interface.hear(.saved(.failure(.init(why: "a.csv exists"))), taken.scene.fleet, at: taken.scene.now)
    #expect(taken.scene.screen().last?.contains("not written: a.csv exists") == true)
  }
}

@Suite struct LinkTests {
  private func links(_ region: Region, _ id: InstanceID) -> [String] {
    var scene = InterfaceScene()
    scene.apply(
      .ec2(region), .instances([InstanceRow(id: id, region: region, state: .running, type: "t3.small")], complete: true, problem: nil))
    return Links().links(of: .instance(id), in: scene.fleet, at: scene.now).map(\.url)
  }

  @Test func aMachineLeadsToItsRegionsConsole() {
    #expect(
      links("us-east-2", "i-0a")
        == ["https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#InstanceDetails:instanceId=i-0a"])
    #expect(links("cn-north-1", "i-0a").first?.hasPrefix("https://cn-north-1.console.amazonaws.cn/") == true)
    #expect(links("us-gov-west-1", "i-0a").first?.hasPrefix("https://us-gov-west-1.console.amazonaws-us-gov.com/") == true)
  }

  @Test func nothingFromOutsideStandsInAnAddressUnescaped() {
    let url = links("us-east-2", "i-\u{7}\u{1B}]8;;x\u{9C}/../?a=b&c#d é").first ?? ""
    #expect(url.utf8.allSatisfy { (0x21...0x7E).contains($0) })
    #expect(url.hasSuffix("instanceId=i-%07%1B%5D8%3B%3Bx%C2%9C%2F..%2F%3Fa%3Db%26c%23d%20%C3%A9"))
    // A region becomes a part of the host.
    #expect(links("evil.example/", "i-0a").isEmpty)
  }

  @Test func aFindingLeadsToItsRunbookFirst() throws {
    var taken = TakenScene()
    var links = Links()
    links.runbooks = ["provision-failed": "https://wiki.example/{code}?org={slug}&id={org}"]
    let finding = FindingID(target: .org("id-acme"), code: .provisionFailed)
    _ = taken.scene.screen()
    #expect(
      links.links(of: .finding(finding), in: taken.scene.fleet, at: taken.scene.now).map(\.url).first
        == "https://wiki.example/provision-failed?org=acme&id=id-acme")
    let ofOrg = links.links(of: .org("id-acme"), in: taken.scene.fleet, at: taken.scene.now).map(\.name)
    #expect(ofOrg == ["AWS console us-east-2", "runbook provision-failed"])
    links.hasConsole = false
    links.runbooks = [:]
    #expect(links.links(of: .org("id-acme"), in: taken.scene.fleet, at: taken.scene.now).isEmpty)
  }

  /// What leads anywhere in a frame, as `text address`.
  private func linked(_ lines: [Line]) -> [String] {
    lines.flatMap(\.spans).compactMap { span in span.link.map { "\(span.text) \($0.address)" } }
  }

  @Test func aDetailsTitleFindingsAndMachinesLeadOut() {
    var taken = TakenScene()
    var options = DashboardOptions(environment: "staging")
    options.links.runbooks = ["provision-failed": "https://wiki.example/{code}?org={slug}"]
    taken.scene.interface = Interface(options)
    taken.scene.size = Terminal.Size(rows: 50, columns: 120)
    taken.scene.interface.desk.remembered.pane = PaneKind.none
    _ = taken.scene.interface.desk.pages.current.select(.org("id-acme"), taken.scene.fleet, at: taken.scene.now)
    func frame() -> [Line] {
      taken.scene.interface.compose(taken.scene.fleet, size: taken.scene.size, at: taken.scene.now).frame.lines
    }
    #expect(linked(frame()).isEmpty, "rows have none")
    _ = taken.scene.interface.handle(.enter, taken.scene.fleet, at: taken.scene.now)
    let shown = linked(frame())
    let console = "https://us-east-2.console.aws.amazon.com/ec2/home?region=us-east-2#"
    #expect(shown.first == "org acme \(console)Instances:tag:OrgID=id-acme", "\(shown)")
    #expect(shown.contains("i-0a \(console)InstanceDetails:instanceId=i-0a"), "\(shown)")
    let runbook = "https://wiki.example/provision-failed?org=acme"
    #expect(shown.contains { $0.hasSuffix(" \(runbook)") && !$0.hasPrefix("http") } && shown.contains("\(runbook) \(runbook)"), "\(shown)")
  }

  @Test func aPaneLeadsOutToo() {
    var taken = TakenScene()
    taken.scene.size = Terminal.Size(rows: 50, columns: 200)
    func shown() -> [String] {
      linked(taken.scene.interface.compose(taken.scene.fleet, size: taken.scene.size, at: taken.scene.now).frame.lines)
    }
    _ = shown()
    taken.scene.now = taken.scene.now + 1
    #expect(shown().contains { $0.hasPrefix("i-0a https://us-east-2.console.aws") }, "\(shown())")
  }

  @Test func aPictureHasThem() {
    let line = Line([Span("i-0a", .link, link: Hyperlink("https://wiki.example/?a=<b>&c"))])
    let svg = ScreenPicture.svg(of: Frame(lines: [line]), Terminal.Size(rows: 1, columns: 20), in: .standard, on: .dark)
    #expect(
      svg.contains("<a xlink:href=\"https://wiki.example/?a=&lt;b&gt;&amp;c\">\n<text") && svg.contains("i-0a</text>\n</a>"), "\(svg)")
  }

  @Test func theConfigurationNamesThem() throws {
    let head = ConfigurationTests.head
    let read = try ConfigurationFile.parse(
      head + "[links]\nconsole = false\nterminal = false\nrunbook.wedged = \"https://wiki.example/{slug}\"\n", path: "c.toml")
    #expect(read.links == Links(hasConsole: false, runbooks: ["wedged": "https://wiki.example/{slug}"], inTerminal: false))
    func failure(_ text: String) -> String? { ConfigurationTests().failure(head + "[links]\n" + text) }
    #expect(failure("runbook.wedge = \"https://x\"\n")?.contains("is no finding's code: did you mean wedged?") == true)
    #expect(failure("runbook.wedged = \"javascript:x\"\n")?.contains("must be an address") == true)
    #expect(failure("runbook.wedged = \"https://x/{nobody}\"\n")?.contains("{nobody} stands for nothing") == true)
    #expect(failure("consol = true\n")?.contains("unknown key") == true)
  }
}
