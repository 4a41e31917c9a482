import FleetModel
import Testing

@testable import FleetTUI

@Suite struct PluginTests {
  private static func configuration(_ text: String) throws -> Configuration {
    try ConfigurationFile.parse("[environment.e]\naws = { regions = [\"us-east-2\"] }\n\(text)", path: "config.toml")
  }

  private static func problem(_ text: String) -> String {
    do { _ = try configuration(text) } catch { return "\(error)" }
    return "none"
  }

  private static func scene(_ plugins: String) throws -> InterfaceScene {
    var options = DashboardOptions(environment: "staging")
    options.keys = try KeyMap(overrides: [:], plugins: configuration(plugins).plugins)
    var scene = InterfaceScene()
    scene.interface = Interface(options)
    scene.roster([InterfaceScene.org("acme"), InterfaceScene.org("globex")])
    return scene
  }

  private static let whois = """
    [plugin.whois]
    key = "W"
    command = ["whois-org", "--json"]
    title = "who is it"
    pages = ["fleet"]
    """

  @Test func aKeyRunsItForTheRowWhichItHasAsJSON() throws {
    var scene = try Self.scene(Self.whois)
    let intent = scene.press(.character("W"))
    guard case .perform(.plugin(let plugin, let subject, let item)) = intent else {
      return #expect(Bool(false), "\(intent)")
    }
    #expect(plugin.command == ["whois-org", "--json"] && subject == .org("id-acme"))
    #expect(item["environment"]?.string == "staging" && item["page"]?.string == "fleet")
    #expect(item["item"]?["kind"]?.string == "org" && item["org"]?["slug"]?.string == "acme" && item["workspace"]?.isNull == true)
    #expect(scene.screen().contains { $0.contains("who is it: ") } && scene.screen().contains { $0.contains("asking") })
    // What it prints for another row is not for this text.
    _ = scene.interface.hear(.plugin("whois", .org("id-globex"), .success(["globex"])), scene.fleet, at: scene.now)
    _ = scene.interface.hear(.plugin("whois", .org("id-acme"), .success(["it is acme"])), scene.fleet, at: scene.now)
    #expect(scene.screen().contains { $0.contains("it is acme") } && !scene.screen().contains { $0.hasPrefix("globex") })
    // It is run again for the same row.
    #expect(scene.press(.character("r")) == intent)
  }

  @Test func itIsARowOfHelpAndFooterWhereItIsOffered() throws {
    var scene = try Self.scene(Self.whois)
    scene.size = Terminal.Size(rows: 200, columns: 260)
    #expect(scene.screen().last?.contains("W who is it") == true)
    scene.press(.character("?"))
    #expect(scene.screen().contains { $0.contains("Plugins") } && scene.screen().contains { $0.contains("runs whois-org --json") })
    scene.press(.escape, .character("0"), .character("W"))
    #expect(scene.interface.notice?.text == "who is it is for Fleet")
    // By its name too.
    scene.press(.character("1"), .character(":"))
    scene.type("whois")
    guard case .perform(.plugin) = scene.press(.enter) else { return #expect(Bool(false), "the palette doesn't know it") }
    // Without any there is no heading.
    var bare = InterfaceScene()
    bare.size = scene.size
    bare.press(.character("?"))
    #expect(!bare.screen().contains { $0.contains("Plugins") })
  }

  @Test func aKeyOrANameThatIsTakenIsAnErrorAtItsLine() {
    #expect(Self.problem(Self.whois) == "none")
    // What an action gave away is free.
    #expect(Self.problem("[keys]\ndelete = \"ctrl-x\"\n[plugin.a]\nkey = \"d\"\ncommand = [\"x\"]") == "none")
    for (text, words) in [
      ("[plugin.a]\nkey = \"d\"\ncommand = [\"x\"]", "config.toml:4: [plugin.a] key = \"d\" is the key of delete"),
      ("[plugin.a]\nkey = \"W\"\ncommand = [\"x\"]\n[plugin.b]\nkey = \"W\"\ncommand = [\"x\"]", "is the key of a: give one"),
      ("[plugin.delete]\ncommand = [\"x\"]", "has the name of an action"),
      ("[plugin.a]\nkey = \"nokey\"\ncommand = [\"x\"]", "is no key"),
      ("[plugin.a]\nkey = \"W\"", "plugin.a.command: is missing"),
      ("[plugin.a]\ncommand = [\"x\"]\npages = [\"flet\"]", "did you mean fleet?"),
      ("[plugin.a]\ncommand = [\"x\"]\ntitel = \"t\"", "did you mean title?"),
      ("[plugin.A_]\ncommand = [\"x\"]", "small letters"),
    ] {
      #expect(Self.problem(text).contains(words), "\(text): \(Self.problem(text))")
    }
  }

  @Test func notificationsAreReadByRule() throws {
    let plain = try Self.configuration("")
    #expect(plain.notifications == NotificationRules(.bell) && plain.notifications.ways(for: .ready).isEmpty)
    #expect(try Self.configuration("[ui]\nnotify = \"none\"").notifications.isSilent)
    let rules = try Self.configuration(
      """
      [ui]
      notify = "none"
      [notify]
      stuck = ["bell", "osc9"]
      ready = ["command"]
      quiet = "22:00-07:00"
      command = ["hook"]
      """
    ).notifications
    #expect(rules.ways(for: .stuck) == [.bell, .osc9] && rules.ways(for: .ready) == [.command] && rules.ways(for: .failed).isEmpty)
    #expect(rules.quiet == NotificationRules.Quiet("22:00-07:00") && rules.command == ["hook"])
    for (text, words) in [
      ("stuck = [\"mail\"]", "config.toml:4: notify.stuck: \"mail\" is no way"), ("quiet = \"at night\"", "as \"22:00-07:00\""),
      ("stuck = [\"command\"]", "notify.command: is missing, since stuck names it"), ("stock = []", "did you mean stuck?"),
    ] {
      #expect(Self.problem("[notify]\n\(text)").contains(words), "\(text): \(Self.problem("[notify]\n\(text)"))")
    }
  }
}
