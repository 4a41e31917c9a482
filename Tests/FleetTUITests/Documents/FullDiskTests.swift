import FleetModel
import FleetSim
import Foundation
import Testing

@testable import FleetTUI

/// Nothing that was asked for is lost without a word: `/dev/full` answers every write as a full disk does, `ulimit -f 0` lets no file grow.
@Suite struct FullDiskTests {
  private func withFleet(_ scenario: String = "idle", _ body: (_ config: String) async throws -> Void) async throws {
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

  private static let words = "fleettui: standard output could not be written, and what it has is not whole: No space left on device"

  @Test func everyResultThatDoesNotFitIsAFailureThatSaysSo() async throws {
    try await withFleet { config in
      let commands = [
        "snapshot", "snapshot", "snapshot", "orphans", "dns", "costs", "prices", "explain acme", "posture", "check acme", "doctor",
        "receipts",
        "receipts --verify", "config show", "config path", "delete acme --plan", "wait acme --for ready",
        "wait acme --for gone --timeout 0",
      ]
      for (index, command) in commands.enumerated() {
        let format = ["table", "json", "csv"][index % 3]
        let run = try await ShellRun.run(
          "exec $fleettui \(command) --format \(format) --config \(config) > /dev/full", variables: ["XDG_STATE_HOME": "/nonexistent"])
        #expect(run.status == 1 && run.errors.contains(Self.words), "\(command) \(format): \(run)")
      }
    }
  }

  @Test func whatStreamsEndsAtTheFirstLineThatDoesNotFit() async throws {
    try await withFleet("default") { config in
      for command in ["watch", "watch --count 3"] {
        let run = try await ShellRun.run("exec $fleettui \(command) --config \(config) > /dev/full")
        #expect(run.status == 1 && run.errors.contains(Self.words), "\(command): \(run)")
      }
    }
    let decoded = try await ShellRun.run("exec $fleettui feed decode > /dev/full", input: Data("data: a\n\n".utf8))
    #expect(decoded.status == 1 && decoded.errors.contains("can't write the decoded events: No space left on device"))
    let boots = "{\"group\":\"g\",\"phases\":[{\"name\":\"a\",\"seconds\":1}],\"outcome\":\"ok\"}\n"
    for options in ["", "--predictions", "--predictions --format csv"] {
      let run = try await ShellRun.run("exec $fleettui eta backtest - \(options) > /dev/full", input: Data((boots + boots).utf8))
      #expect(run.status == 1 && run.errors.contains(Self.words), "\(options): \(run)")
    }
    let sim = try await ShellRun.run("exec $fleettui sim > /dev/full")
    #expect(sim.status == 1 && sim.errors.contains(Self.words), "\(sim)")
  }

  @Test func whatNeedsNoFleetSaysSoToo() async throws {
    for arguments in [
      "--version", "--help", "snapshot --help", "help wait", "--generate-completion-script bash", "--generate-completion-script zsh",
      "--generate-completion-script fish", "--generate-man-page", "config path",
    ] {
      let run = try await ShellRun.run("exec $fleettui \(arguments) > /dev/full")
      #expect(run.status == 1 && run.errors.contains(Self.words), "\(arguments): \(run)")
      let closed = try await ShellRun.run("exec $fleettui \(arguments) >&-")
      #expect(closed.status == 1 && closed.errors.contains("Bad file descriptor"), "\(arguments): \(closed)")
    }
  }

  @Test func aReaderThatHasEnoughIsNoFailure() async throws {
    try await withFleet("default") { config in
      for command in ["snapshot", "watch", "orphans", "--help", "config show --origin", "--generate-man-page"] {
        let run = try await ShellRun.run(
          "$fleettui \(command) --config \(config) | true; echo ${PIPESTATUS[0]}".replacing("--help --config \(config)", with: "--help"))
        let isAsEver = ["0", "3", "4"].contains(run.output.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(command == "--generate-man-page" || isAsEver, "\(command): \(run)")
        #expect(!run.errors.contains("could not be written"), "\(command): \(run)")
      }
    }
  }

  @Test func aClosedStandardOutputIsNotTheNextFileThatIsOpened() async throws {
    try await withFleet { config in
      let directory = try TemporaryDirectory()
      let log = directory.url.path + "/log"
      let run = try await ShellRun.run("exec $fleettui snapshot --format json --config \(config) --log \(log) >&-")
      #expect(run.status == 1 && run.errors.contains("standard output could not be written"), "\(run)")
      #expect(try !String(contentsOfFile: log, encoding: .utf8).contains("{"))
    }
  }

  @Test func aRecordingAndALogThatDoNotFitAreTold() async throws {
    try await withFleet { config in
      let directory = try TemporaryDirectory()
      for (option, words) in [("--log", "lacks lines"), ("--record", "ends here")] {
        let full = directory.url.path + "/full" + option
        try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
        for target in ["/dev/full", directory.url.path + "/file" + option] {
          let run = try await ShellRun.run("ulimit -f 0; exec $fleettui snapshot --config \(config) \(option) \(target)")
          #expect(run.status == 1 && run.errors.contains(words) && run.errors.contains(target), "\(target): \(run)")
          // What was asked for is there all the same.
          #expect(try JSONValue(parsing: run.output)["orgs"]?.array?.isEmpty == false)
        }
      }
    }
  }

  @Test func aHistoryThatCannotBeWrittenIsTold() async throws {
    try await withFleet { config in
      let directory = try TemporaryDirectory()
      let variables = ["XDG_STATE_HOME": directory.url.path]
      // Its own history would go with the simulation.
      let simulated = try String(contentsOfFile: config, encoding: .utf8)
      let ours = try directory.file("config.toml", String(simulated.split(separator: "[history]")[0]))
      let boots = "{\"group\":\"g\",\"phases\":[{\"name\":\"a\",\"seconds\":1}],\"outcome\":\"ok\"}\n"
      let made = try await CommandRun.run("eta", "import", "-", input: boots, variables: variables)
      #expect(made.status == 0, "\(made)")
      let run = try await ShellRun.run("ulimit -f 0; exec $fleettui snapshot --config \(ours)", variables: variables)
      #expect(run.status == 0 && run.errors.contains("history \(directory.url.path)"), "\(run)")
      let refused = try await ShellRun.run(
        "ulimit -f 0; exec $fleettui eta import -", input: Data(boots.replacing("1", with: "2").utf8), variables: variables)
      #expect(refused.status == 1 && refused.errors.contains("history"), "\(refused)")
      let exported = try await ShellRun.run("exec $fleettui eta export /dev/full", variables: variables)
      #expect(exported.status == 1 && exported.errors.contains("/dev/full: can't be written: No space left on device"), "\(exported)")
    }
  }

  @Test func halfAConfigurationIsNone() async throws {
    let directory = try TemporaryDirectory()
    let variables = ["XDG_CONFIG_HOME": directory.url.path]
    let run = try await ShellRun.run("ulimit -f 0; exec $fleettui config init", variables: variables)
    #expect(run.status == 1 && run.output.isEmpty && run.errors.contains("config.toml could not be written: File too large"), "\(run)")
    #expect(!FileManager.default.fileExists(atPath: directory.url.path + "/fleettui/config.toml"))
    #expect(try await CommandRun.run("config", "init", variables: variables).status == 0)
  }

  @Test func aDeletionThatCouldNotBeProvedIsNotBegun() async throws {
    try await withFleet { config in
      let directory = try TemporaryDirectory()
      let run = try await ShellRun.run(
        "ulimit -f 0; exec $fleettui delete acme --confirm demo/acme --config \(config)", variables: ["XDG_STATE_HOME": directory.url.path])
      #expect(run.status == 6 && run.errors.contains("nothing was sent"), "\(run)")
      // A deletion keeps its own code, whatever could be printed of it.
      let done = try await ShellRun.run(
        "exec $fleettui delete acme --confirm wrong/acme --config \(config) > /dev/full", variables: ["XDG_STATE_HOME": directory.url.path])
      #expect(done.status == 6, "\(done)")
    }
  }
}
