import FleetModel
import FleetSim
import Foundation
import Synchronization
import Testing

@testable import FleetTUI

/// Lets one of many callers through.
private final class Once: Sendable {
  private let isDone = Atomic(false)
  func run(_ body: () -> Void) { if !isDone.exchange(true, ordering: .acquiringAndReleasing) { body() } }
}

@Suite struct CommandTests {
  /// The program against a simulated fleet of its own.
  func withFleet(_ scenario: String = "default", _ body: (_ config: String) async throws -> Void) async throws {
    var options = SimulationOptions()
    options.scenario = scenario
    let fleet = try FleetSimulation(options)
    let endpoints = try await fleet.start()
    do { try await body(endpoints.configPath) } catch {
      await fleet.stop()
      throw error
    }
    await fleet.stop()
  }

  @Test func versionAndHelpSucceedAndWrongUsageIsTwo() async throws {
    let version = try await CommandRun.run("--version")
    #expect(version.status == 0 && version.output == "fleettui \(FleetTUI.version)\n")
    let help = try await CommandRun.run("snapshot", "--help")
    #expect(help.status == 0 && help.output.contains("--format"))
    for arguments in [
      ["nonsense"], ["snapshot", "--nonsense"], ["watch", "--for", "soon"], ["watch", "--count", "0"], ["snapshot", "--format", "xml"],
    ] {
      let run =
        arguments.count == 1
        ? try await CommandRun.run(arguments[0])
        : arguments.count == 2
          ? try await CommandRun.run(arguments[0], arguments[1]) : try await CommandRun.run(arguments[0], arguments[1], arguments[2])
      #expect(run.status == 2 && run.output.isEmpty && !run.errors.isEmpty, "\(arguments): \(run)")
    }
  }

  @Test func theManualPageNamesEveryCommandOptionKeyAndExitCode() async throws {
    let page = try await CommandRun.run("--generate-man-page")
    #expect(page.status == 0 && page.errors.isEmpty)
    #expect(page.lines.first == ".TH FLEETTUI 1 \"\" \"fleettui \(FleetTUI.version)\"")
    for text in [
      "\"feed decode\"", "\"eta backtest FILE\"", "\"\\-\\-count <count>\"", "\"\\-\\-env <env>\"", "\"\\-\\-ascii\"", ".SS Pages",
      ".SH EXIT STATUS", "\"130, 143\"",
    ] {
      #expect(page.output.contains(text), "\(text)")
    }
    #expect(page.output.utf8.allSatisfy { $0 == 0x0A || (0x20..<0x7F).contains($0) })
    for entry in Action.table { #expect(page.output.contains(entry.keys[0].name.replacing("-", with: "\\-")), "\(entry.action)") }
    // Everything that begins with a dot is a request that man(7) knows.
    let requests = Set(page.lines.filter { $0.hasPrefix(".") }.map { $0.prefix { $0 != " " } })
    #expect(requests.isSubset(of: [".TH", ".SH", ".SS", ".TP", ".B", ".RS", ".RE"]), "\(requests)")
  }

  @Test func aMissingOrBadConfigurationIsTwo() async throws {
    let directory = try TemporaryDirectory()
    let missing = try await CommandRun.run("snapshot", "--config", directory.url.path + "/none.toml")
    #expect(missing.status == 2 && missing.errors.contains("fleettui config init"))
    let bad = try await CommandRun.run("--config", try directory.file("c.toml", "x = 1\n"), "snapshot")
    #expect(bad.status == 2 && bad.errors.contains("c.toml:1: x: unknown key"))
    let keys = try await CommandRun.run("--config", try directory.file("k.toml", "[keys]\nquitt = \"x\"\n"), "snapshot")
    #expect(keys.status == 2 && keys.errors.contains("k.toml:2: [keys] names no action \"quitt\"; did you mean quit?"), "\(keys)")
    let doctor = try await CommandRun.run("doctor", "--config", directory.url.path + "/c.toml")
    #expect(doctor.status == 2)
    #expect(try JSONValue(parsing: doctor.output)["checks"]?.array?.first?["result"] == "fail")
  }

  @Test func configPathInitAndShowAgree() async throws {
    let directory = try TemporaryDirectory()
    let variables = ["XDG_CONFIG_HOME": directory.url.path]
    let path = try await CommandRun.run("config", "path", variables: variables)
    #expect(path.output == "\(directory.url.path)/fleettui/config.toml\n")
    #expect(try await CommandRun.run("config", "init", variables: variables).output == path.output)
    let mode = try FileManager.default.attributesOfItem(atPath: String(path.output.dropLast()))[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try await CommandRun.run("config", "init", variables: variables)
    #expect(again.status == 1 && again.errors.contains("exists already"))
    let show = try await CommandRun.run("config", "show", "--origin", variables: variables)
    let values = try JSONValue(parsing: show.output)["values"]?.array ?? []
    #expect(values.contains { $0["key"] == "environment.staging.roster_poll" && $0["origin"]?.string?.hasSuffix("config.toml:12") == true })
  }

  @Test func aSnapshotIsOneDocumentAndComplete() async throws {
    try await withFleet("idle") { config in
      let run = try await CommandRun.run("snapshot", "--config", config)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.lines.count == 1)
      let json = try JSONValue(parsing: run.output)
      #expect(json["schema"] == 1 && json["environment"] == "demo")
      let sources = json["sources"]?.array ?? []
      #expect(sources.count > 3 && sources.allSatisfy { $0["state"] == "complete" && $0["error"]?.isNull == true })
      #expect(json["orgs"]?.array?.count == json["totals"]?["orgs"]?.integer.map(Int.init))
      let orgs = json["orgs"]?.array ?? []
      #expect(orgs.contains { $0["tenant"]?["instance_id"]?.text?.hasPrefix("i-") == true && $0["workspaces"]?.array?.isEmpty == false })
      let table = try await CommandRun.run("--format", "table", "--config", config, "snapshot")
      #expect(table.output.hasPrefix("ORG"))
      let csv = try await CommandRun.run("snapshot", "--config", config, "--format", "csv")
      #expect(csv.output.hasPrefix("ORG,STATUS"))
    }
  }

  @Test func aSnapshotWithoutItsControlPlaneSaysSoAndIsFour() async throws {
    let directory = try TemporaryDirectory()
    let config = try directory.file("c.toml", "[environment.a]\ncontrol_plane = \"http://127.0.0.1:1\"\nadmin_token = { env = \"T\" }\n")
    let missing = try await CommandRun.run("snapshot", "--config", config)
    #expect(missing.status == 4 && missing.errors.contains("the environment variable T is not set"))
    let json = try JSONValue(parsing: missing.output)
    #expect(json["sources"]?.array?.first?["state"] == "failed")
    #expect(json["totals"]?["orgs"]?.isNull == true)
  }

  @Test func watchPrintsLinesAndEndsAsAsked() async throws {
    try await withFleet { config in
      let run = try await CommandRun.run("watch", "--count", "3", "--config", config)
      #expect(run.status == 0 && run.lines.count == 3)
      for line in run.lines {
        let json = try JSONValue(parsing: String(line))
        #expect(json["schema"] == 1 && json["type"]?.text != nil && json["source"]?.text != nil && json["data"]?.members != nil)
        #expect(json["at"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
      }
      #expect(try await CommandRun.run("watch", "--for", "1s", "--config", config).status == 0)
    }
  }

  @Test func signalsEndWatchWithTheirNumbers() async throws {
    try await withFleet { config in
      for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 143)] {
        // Once: while it ends, the next one would find the signal's own action again.
        let once = Once()
        let run = try await CommandRun.run("watch", "--config", config) { _, process in once.run { kill(process, signal) } }
        #expect(run.status == status)
      }
    }
  }

  @Test func feedDecodeIsExact() async throws {
    let run = try await CommandRun.run(
      "feed", "decode", "--comments", "--retry",
      input: "\u{FEFF}: hi\nretry: 10\nid: 7\ndata: a\u{1b}[31m\ndata: b\n\nevent: x\ndata\n\ndata: lost")
    #expect(run.status == 0)
    #expect(
      run.lines == [
        #"{"comment":" hi"}"#, #"{"retry":10}"#, #"{"type":"message","data":"a\u001b[31m\nb","id":"7"}"#,
        #"{"type":"x","data":"","id":"7"}"#,
      ])
  }

  @Test func simPrintsItsAddressesServesAndStopsItself() async throws {
    final class Seen: Sendable { let config = Mutex("") }
    let seen = Seen()
    let run = try await CommandRun.run("sim", "--seed", "3") { output, process in
      guard let line = output.split(separator: "\n").first, let json = try? JSONValue(parsing: String(line)),
        let path = json["config"]?.text
      else { return }
      seen.config.withLock { $0 = FileManager.default.fileExists(atPath: path) ? path : "" }
      kill(process, SIGTERM)
    }
    #expect(run.status == 143)
    let path = seen.config.withLock { $0 }
    #expect(!path.isEmpty && !FileManager.default.fileExists(atPath: path))
  }

  @Test func doctorSaysWhichTenantRefusesItsToken() async throws {
    var options = SimulationOptions()
    options.scenario = "idle"
    let fleet = try FleetSimulation(options)
    let endpoints = try await fleet.start()
    fleet.set(.tenantUnauthorized("acme"), on: true)
    let run = try await CommandRun.run("doctor", "--config", endpoints.configPath)
    await fleet.stop()
    let check = try JSONValue(parsing: run.output)["checks"]?.array?.first { $0["id"] == "tenants" }
    #expect(run.status == 0 && check?["result"] == "warn", "\(run.output)")
    #expect(check?["summary"]?.string?.contains("tenant acme /workspaces answered 401") == true, "\(run.output)")
    #expect(check?["next_step"]?.string?.contains("check acme") == true)
  }

  @Test func doctorPassesOnTheSimulatedFleet() async throws {
    try await withFleet("idle") { config in
      let run = try await CommandRun.run("doctor", "--config", config)
      #expect(run.status == 0, "\(run.output)")
      let checks = try JSONValue(parsing: run.output)["checks"]?.array ?? []
      for id in ["config", "token", "control-plane", "tenants", "aws", "dns", "clock"] {
        #expect(checks.contains { $0["id"]?.string == id && $0["result"] == "pass" }, "\(id): \(run.output)")
      }
      // What each page needs is named, and what is unknown without it.
      for (id, action) in [
        ("aws-instance-status", "ec2:DescribeInstanceStatus"), ("aws-volumes", "ec2:DescribeVolumes"),
        ("aws-addresses", "ec2:DescribeAddresses"), ("aws-security-groups", "ec2:DescribeSecurityGroups"),
        ("aws-network-interfaces", "ec2:DescribeNetworkInterfaces"), ("aws-quota", "servicequotas:GetServiceQuota"),
        ("aws-prices", "pricing:GetProducts"),
      ] {
        let check = checks.first { $0["id"]?.string == id }
        #expect(check?["result"] != "fail" && check?["summary"]?.string?.contains(action) == true, "\(id): \(run.output)")
      }
    }
  }
}
