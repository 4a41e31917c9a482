import Glibc
import Testing

@testable import FleetTUI

/// Where a file is expected there may stand a pipe that nobody ever writes to. A program that waited for it would be ended by the test's watchdog.
@Suite struct NotAFileTests {
  private func pipe(_ name: String, in directory: TemporaryDirectory) -> String {
    let path = directory.url.appendingPathComponent(name).path
    #expect(mkfifo(path, 0o600) == 0)
    return path
  }

  @Test func aPipeInThePlaceOfASecretIsRefusedAndNotWaitedFor() async throws {
    let directory = try TemporaryDirectory()
    let token = pipe("token", in: directory)
    let config = try directory.file(
      "config.toml",
      """
      default_environment = "staging"
      [environment.staging]
      control_plane = "http://127.0.0.1:9"
      admin_token = { file = "\(token)" }
      """)
    for command in ["snapshot", "doctor"] {
      let run = try await CommandRun.run(command, "--config", config, "--format", "json", variables: ["XDG_STATE_HOME": directory.url.path])
      #expect(run.status > 0 && (run.output + run.errors).contains("is not a file"), "\(command): \(run)")
    }
  }

  @Test func aPipeInThePlaceOfAFileOfTheStateIsRefusedAndNotWaitedFor() async throws {
    for name in ["receipts/chain", "history.sqlite"] {
      let directory = try TemporaryDirectory()
      let state = directory.url.appendingPathComponent("fleettui")
      #expect(mkdir(state.path, 0o700) == 0 && mkdir(state.appendingPathComponent("receipts").path, 0o700) == 0)
      #expect(mkfifo(state.appendingPathComponent(name).path, 0o600) == 0)
      let words = name == "history.sqlite" ? ["eta", "stats"] : ["receipts", "--verify"]
      let run = try await CommandRun.run(arguments: words, variables: ["XDG_STATE_HOME": directory.url.path])
      #expect(run.status == 1 && run.errors.contains("is not a file"), "\(name): \(run)")
    }
  }
}
