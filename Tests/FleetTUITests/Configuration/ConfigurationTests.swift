import ArgumentParser
import Feeds
import Testing

@testable import FleetTUI

@Suite struct ConfigurationTests {
  static let head = "[environment.staging]\ncontrol_plane = \"https://staging-api.example.com\"\nadmin_token = { env = \"T\" }\n"

  func failure(_ text: String) -> String? {
    do throws(ConfigurationError) { _ = try ConfigurationFile.parse(text, path: "c.toml") } catch { return error.description }
    return nil
  }

  @Test func theTemplateIsAValidConfiguration() throws {
    let configuration = try ConfigurationFile.parse(ConfigurationTemplate.text, path: "c.toml")
    let environment = try configuration.environment(named: nil)
    #expect(environment.name == "staging")
    #expect(environment.adminToken == .environment("CP_ADMIN_API_TOKEN"))
    // And so is every line that it comments out.
    let all = ConfigurationTemplate.text.split(separator: "\n").map {
      $0.hasPrefix("# ") && ($0.contains(" = ") || $0.hasPrefix("# [")) ? String($0.dropFirst(2)) : String($0)
    }
    let full = try ConfigurationFile.parse(all.joined(separator: "\n"), path: "c.toml").environment(named: "staging")
    #expect(full.aws?.regions == ["us-east-2"])
    #expect(full.dns?.recordQuota == 200)
    #expect(full.database != nil)
  }

  @Test func everyKeyOfTheContractIsRead() throws {
    let environment = try ConfigurationFile.parse(
      """
      default_environment = "staging"
      [environment.staging]
      control_plane = "https://staging-api.example.com"
      admin_token = { file = "/x" }
      tenant_url = "https://{slug}.staging.example.com"
      protected = true
      writes = true
      roster_poll = "15s"
      verify_within = "3m"
      [environment.staging.aws]
      regions = ["us-east-2", "eu-west-1"]
      profile = "staging"
      endpoint = "http://127.0.0.1:5000"
      environment_tag = { key = "Environment", value = "staging" }
      vcpu_quota = 64
      orphan_grace = "20m"
      [environment.staging.dns]
      provider = "cloudflare"
      zone = "example.com"
      zone_id = "z"
      token = { command = ["pass", "show", "cf"] }
      api = "https://api.cloudflare.com/client/v4"
      record_quota = 300
      core_names = ["api"]
      environment_suffixes = ["staging", "qa"]
      [environment.staging.database]
      service = "fleet"
      [history]
      path = "/h"
      [ui]
      theme = "default"
      ascii = true
      mouse = true
      notify = "none"
      [keys]
      quit = "Q"
      """, path: "c.toml"
    ).environment(named: nil)
    #expect(environment.isProtected && environment.allowsWrites)
    #expect(environment.verifyWithin == 180)
    #expect(environment.aws?.orphanGrace == 1200)
    #expect(environment.aws?.environmentTag == AWSSettings.EnvironmentTag(key: "Environment", value: "staging"))
    #expect(environment.dns?.environmentSuffixes == ["staging", "qa"])
    #expect(environment.dns?.token == .command(["pass", "show", "cf"]))
    #expect(environment.database?.address == .service("fleet"))
  }

  @Test func anUnknownKeyNamesFileLineKeyAndTheNearestOne() {
    #expect(
      failure(Self.head + "rosterpoll = \"15s\"\n") == "c.toml:4: environment.staging.rosterpoll: unknown key: did you mean roster_poll?")
    #expect(failure("default_enviroment = \"x\"\n") == "c.toml:1: default_enviroment: unknown key: did you mean default_environment?")
    #expect(
      failure(Self.head + "[environment.staging.aws]\nregion = [\"us-east-2\"]\nregions = [\"us-east-2\"]\n")
        == "c.toml:5: environment.staging.aws.region: unknown key: did you mean regions?")
    #expect(failure("[ui]\ntheem = \"x\"\n") == "c.toml:2: ui.theem: unknown key: did you mean theme?")
  }

  @Test func aMisspeltKeyIsNotCalledAMissingOne() {
    for (text, message) in [
      (
        "[environment.staging.aws]\nregion = [\"us-east-2\"]\n",
        "c.toml:5: environment.staging.aws.region: unknown key: did you mean regions?"
      ),
      ("[environment.staging.dns]\nzome = \"example.com\"\n", "c.toml:5: environment.staging.dns.zome: unknown key: did you mean zone?"),
      (
        "[environment.staging.aws]\nregions = [\"us-east-2\"]\nenvironment_tag = { key = \"E\", valeu = \"s\" }\n",
        "c.toml:6: environment.staging.aws.environment_tag.valeu: unknown key: did you mean value?"
      ),
    ] {
      #expect(failure(Self.head + text) == message)
    }
    #expect(failure(Self.head + "[environment.staging.aws]\nprofile = \"x\"\n")?.contains("must name at least one region") == true)
  }

  @Test(arguments: ["\n", "\r\n"]) func aFileOfAnyEditorIsReadAndItsErrorsHaveLines(_ end: String) throws {
    func written(_ text: String) -> String { "\u{FEFF}" + text.replacing("\n", with: end) }
    #expect(failure(written(Self.head + "writes = \"yes\"\n")) == "c.toml:4: environment.staging.writes: must be true or false")
    #expect(failure(written("default_enviroment = \"x\"\n"))?.hasPrefix("c.toml:1: default_enviroment: unknown key") == true)
    #expect(failure(written(Self.head + "[keys]\nquitt = \"x\"\n"))?.hasPrefix("c.toml:5: ") == true)
    let source = try ConfigurationFile.parse(written("default_environment = \"staging\"\n" + Self.head), path: "c.toml").source
    #expect(source.line(ofKey: "default_environment", in: "") == 1)
    #expect(source.line(ofKey: "admin_token", in: "environment.staging") == 4)
  }

  @Test func aThemeThatThereIsNotIsAnErrorOfItsLine() {
    #expect(
      failure("[ui]\ntheme = \"colorblnd\"\n")?.hasPrefix("c.toml:2: ui.theme: there is no theme \"colorblnd\"; did you mean colourblind?")
        == true)
  }

  @Test func badValuesAreNamedWithTheirLine() {
    let cases: [(String, String)] = [
      ("roster_poll = \"soon\"", "environment.staging.roster_poll: must be a duration"),
      ("writes = \"yes\"", "environment.staging.writes: must be true or false"),
      ("tenant_url = \"https://x.example.com\"", "environment.staging.tenant_url: must hold {slug}"),
      ("tenant_url = \"http://{slug}.example.com\"", "must be https"),
    ]
    for (line, message) in cases {
      let text = failure(Self.head + line + "\n")
      #expect(text?.hasPrefix("c.toml:4: ") == true && text?.contains(message) == true, "\(line): \(text ?? "accepted")")
    }
  }

  @Test func plainHTTPIsForLoopbackAlone() {
    for address in [
      "http://staging-api.example.com", "http://10.0.0.1:8080", "ftp://127.0.0.1", "nonsense", "https://user:pw@api.example.com",
    ] {
      #expect(failure("[environment.a]\ncontrol_plane = \"\(address)\"\nadmin_token = { env = \"T\" }\n") != nil, "\(address)")
    }
    for address in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1", "https://api.example.com"] {
      #expect(failure("[environment.a]\ncontrol_plane = \"\(address)\"\nadmin_token = { env = \"T\" }\n") == nil, "\(address)")
    }
  }

  @Test func aSecretInTheFileIsRefusedWithoutRepeatingIt() {
    let text = failure("[environment.a]\ncontrol_plane = \"https://api.example.com\"\nadmin_token = \"hunter2secret\"\n")
    #expect(text?.contains("never write a secret here") == true)
    #expect(text?.contains("hunter2") == false)
  }

  @Test func brokenTOMLNamesItsLine() {
    #expect(failure("a = 1\n[environment\n")?.hasPrefix("c.toml:2: ") == true)
    #expect(failure("default_environment = \"nope\"\n")?.contains("there is no [environment.nope]") == true)
  }

  @Test func anUnknownEnvironmentNamesTheNearestOne() throws {
    let configuration = try ConfigurationFile.parse(Self.head, path: "c.toml")
    do throws(ConfigurationError) {
      _ = try configuration.environment(named: "stagign")
      Issue.record("accepted")
    } catch { #expect(error.description == "c.toml: there is no environment \"stagign\"; did you mean staging?") }
  }

  @Test func durationsAreReadAsOnTheCommandLine() {
    #expect(DurationText.seconds(of: "90s") == 90)
    #expect(DurationText.seconds(of: "20m") == 1200)
    #expect(DurationText.seconds(of: "2h") == 7200)
    #expect(DurationText.seconds(of: "45") == 45)
    for text in ["", "s", "-1s", "1x", "1e400", "nan", "inf", " 1s", "1 s"] { #expect(DurationText.seconds(of: text) == nil, "\(text)") }
  }

  @Test func globalOptionsMayStandAnywhere() throws {
    func parsed<Command: ParsableCommand>(_ arguments: String..., as type: Command.Type = Command.self) throws -> Command? {
      try RootCommand.parseAsRoot(arguments) as? Command
    }
    let snapshot: SnapshotCommand? = try parsed("--env", "a", "snapshot", "--format", "json")
    #expect(snapshot?.global.env == "a" && snapshot?.global.format == .json)
    let explain: ExplainCommand? = try parsed("--env=a", "explain", "acme")
    #expect(explain?.target == "acme" && explain?.global.env == "a")
    let behind: ExplainCommand? = try parsed("--ascii", "explain", "--verbose", "--", "--env")
    #expect(behind?.target == "--env" && behind?.global.env == nil && behind?.global.ascii == true && behind?.global.verbose == true)
    let watch: WatchCommand? = try parsed("--ascii", "watch", "--for", "5", "--count", "2", "--log", "watch")
    #expect(watch?.duration == 5 && watch?.count == 2 && watch?.global.ascii == true && watch?.global.log == "watch")
    // What stands nearer to the end counts.
    let twice: ETABacktestCommand? = try parsed("--env", "a", "eta", "--env", "b", "backtest", "-", "--env=c")
    #expect(twice?.file == "-" && twice?.global.env == "c")
    let dashboard: DashboardCommand? = try parsed("--config", "snapshot", "--write")
    #expect(dashboard?.global.config == "snapshot" && dashboard?.global.write == true)
    #expect(throws: (any Error).self) { try RootCommand.parseAsRoot(["snapshot", "--env"]) }
  }
}
