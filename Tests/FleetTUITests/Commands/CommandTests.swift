import FleetModel
import FleetSim
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import FleetTUI

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
    #expect(version.status == 0)
    #expect(["fleettui \(FleetTUI.version)\n", "fleettui \(FleetTUI.version) (debug build)\n"].contains(version.output))
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

  @Test func anUnknownCommandNamesTheNearestAndNoOtherCommandsUsage() async throws {
    for (arguments, words) in [
      (["snapshto"], "there is no command \"snapshto\"; did you mean snapshot?"), (["--ascii", "orphan"], "did you mean orphans?"),
      (["config", "shwo"], "there is no command \"config shwo\"; did you mean config show?"),
      (["eta", "backtset", "x"], "did you mean eta backtest?"),
      (["help", "snapshto"], "did you mean snapshot? `fleettui --help` lists them"),
      (["q7#"], "there is no command \"q7#\"; `fleettui --help` lists them"),
    ] {
      let run = try await CommandRun.run(arguments: arguments)
      #expect(run.status == 2 && run.output.isEmpty, "\(run)")
      #expect(run.errors.hasPrefix("fleettui: there is no command") && run.errors.contains(words), "\(run)")
      #expect(!run.errors.contains("Usage") && !run.errors.contains("dashboard"))
    }
  }

  @Test func aThemeThatThereIsNotIsRefusedByEveryCommand() async throws {
    for arguments in [["config", "path"], ["snapshot"], ["demo"], ["feed", "decode"]] {
      let run = try await CommandRun.run(arguments: arguments + ["--theme", "colorblnd"])
      #expect(
        run.status == 2 && run.output.isEmpty && run.errors.contains("there is no theme \"colorblnd\"; did you mean colourblind?"), "\(run)"
      )
    }
    #expect(try await CommandRun.run("config", "path", "--theme", "mono").status == 0)
    #expect(try await CommandRun.run("config", "path", "--theme", "auto", "--colors", "16").status == 0)
    let colors = try await CommandRun.run("config", "path", "--colors", "12")
    #expect(colors.status == 2 && colors.errors.contains("--colors 12: must be auto, 24bit, 256, 16, 8, mono"), "\(colors)")
  }

  @Test func aBrokenThemeOfOnesOwnIsRefusedWithItsFileLineAndKeyWhereItIsAskedFor() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "own-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let themes = folder.appending(path: "fleettui/themes")
    try FileManager.default.createDirectory(at: themes, withIntermediateDirectories: true)
    try "ground = \"dark\"\n[roles]\nlaet = 208\n".write(to: themes.appending(path: "mine.toml"), atomically: true, encoding: .utf8)
    let configuration = folder.appending(path: "fleettui/config.toml")
    let text = "[environment.e]\ncontrol_plane = \"http://127.0.0.1:9\"\nadmin_token = { env = \"T\" }\n[ui]\ntheme = \"mine\"\n"
    try text.write(to: configuration, atomically: true, encoding: .utf8)
    let words = "\(themes.path)/mine.toml:3: roles.laet: unknown key: did you mean late?"
    for arguments in [["demo", "--theme", "mine"], ["config", "show"]] {
      let run = try await CommandRun.run(arguments: arguments, variables: ["XDG_CONFIG_HOME": folder.path])
      #expect(run.status == 2 && run.output.isEmpty && run.errors.contains(words), "\(run)")
    }
  }

  @Test func theRootsHelpNamesTheOptionsThatEveryCommandTakes() async throws {
    for arguments in [["--help"], ["help"], ["-h"]] {
      let run = try await CommandRun.run(arguments: arguments)
      #expect(run.status == 0 && run.errors.isEmpty)
      for option in [
        "--env", "--config", "--format", "--write", "--theme", "--colors", "--ascii", "--no-color", "--record", "--log", "--verbose",
        "--version",
        "--help",
      ] {
        #expect(run.lines.contains { $0.hasPrefix("  \(option) ") || $0.hasPrefix("  -h, \(option) ") }, "\(option): \(run.output)")
      }
      for command in RootCommand.configuration.subcommands where command.configuration.shouldDisplay {
        #expect(run.lines.contains { $0.hasPrefix("  \(command._commandName) ") }, "\(command._commandName)")
      }
    }
  }

  @Test(arguments: ["1", "27", "40", "80", "100000", "-5", "x"]) func helpIsWrittenIntoAnyWidth(_ columns: String) async throws {
    for arguments in [["--help"], ["snapshot", "--help"], ["snapshot", "--nonsense"]] {
      let run = try await CommandRun.run(arguments: arguments, variables: ["COLUMNS": columns])
      #expect([0, 2].contains(run.status) && (run.output + run.errors).contains("config"), "\(run)")
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
    for entry in Action.table {
      #expect(page.output.contains((entry.keys.first?.name ?? entry.command).replacing("-", with: "\\-")), "\(entry.name)")
    }
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

  @Test(arguments: ["\n", "\r\n"]) func whereEachValueComesFromIsToldOfAPipeToo(_ end: String) async throws {
    let directory = try TemporaryDirectory()
    let text =
      "\u{FEFF}"
      + (ConfigurationTests.head + "roster_poll = \"20s\"\n[history]\npath = \"\(directory.url.path)/h.sqlite\"\n").replacing(
        "\n", with: end)
    let file = try directory.file("c.toml", text)
    let script = "exec $fleettui config show --origin --format json --config <(cat \(file))"
    let shown = try await ShellRun.run(script)
    let values = try JSONValue(parsing: shown.output)["values"]?.array ?? []
    func origin(_ key: String) -> String? { values.first { $0["key"]?.string == key }?["origin"]?.string }
    #expect(origin("environment.staging.control_plane")?.hasSuffix(":2") == true, "\(shown)")
    #expect(origin("environment.staging.roster_poll")?.hasSuffix(":4") == true && origin("history.path")?.hasSuffix(":6") == true)
    #expect(origin("environment.staging.verify_within") == "default")
    // Whoever looks a second time sees the same file.
    let stats = try await ShellRun.run("exec $fleettui eta stats --config <(cat \(file))")
    #expect(stats.output.contains("\(directory.url.path)/h.sqlite"), "\(stats)")
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
        let run = try await CommandRun.run("watch", "--config", config) { _, process in kill(process, signal) == 0 }
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
      else { return false }
      seen.config.withLock { $0 = FileManager.default.fileExists(atPath: path) ? path : "" }
      return kill(process, SIGTERM) == 0
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

  @Test func whatAKilledSimulationLeftIsSweptByTheNextAndALiveOnesStays() async throws {
    final class Seen: Sendable { let configs = Mutex<[String]>([]) }
    let seen = Seen()
    let directory = try TemporaryDirectory()
    let variables = ["TMPDIR": directory.url.path]
    @Sendable func config(_ output: String) -> String? {
      output.split(separator: "\n").first.flatMap { try? JSONValue(parsing: String($0)) }?["config"]?.text
    }
    func sim(_ signal: Int32) async throws -> CommandRun {
      try await CommandRun.run("sim", variables: variables) { output, process in
        guard let path = config(output) else { return false }
        seen.configs.withLock { $0.append(path) }
        return kill(process, signal) == 0
      }
    }
    #expect(try await sim(SIGKILL).status == -SIGKILL)
    let dead = try #require(seen.configs.withLock { $0.last })
    #expect(FileManager.default.fileExists(atPath: dead), "killed, it could remove nothing")
    // Others' folders, and what only has such a name.
    let strange = directory.url.path + "/fleettui-sim-strange"
    try FileManager.default.createDirectory(atPath: strange, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    try FileManager.default.createSymbolicLink(atPath: directory.url.path + "/fleettui-sim-link", withDestinationPath: strange)
    let live = try await CommandRun.run("sim", variables: variables) { output, process in
      guard let path = config(output) else { return false }
      seen.configs.withLock { $0.append(path) }
      #expect(!FileManager.default.fileExists(atPath: dead))
      // While it lives another one starts and ends.
      Thread.detachNewThread {
        let other = Process()
        let line = Pipe()
        other.executableURL = ProgramUnderTest.url
        other.arguments = ["sim"]
        other.environment = variables
        other.standardOutput = line
        try? other.run()
        _ = line.fileHandleForReading.availableData
        other.terminate()
        other.waitUntilExit()
        #expect(FileManager.default.fileExists(atPath: path))
        kill(process, SIGTERM)
      }
      return true
    }
    #expect(live.status == 143)
    let left = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
    #expect(left.sorted() == ["fleettui-sim-link", "fleettui-sim-strange"], "\(left)")
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
