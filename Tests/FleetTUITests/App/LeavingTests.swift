import Foundation
import TestSupport
import Testing

@testable import FleetTUI

/// A command that is done ends with its own code, whatever its threads were in the middle of.
@Suite struct LeavingTests {
  private struct Missing: Error, CustomStringConvertible { let description: String }

  /// `Tests/Support/python/tls_fleet.py` for the length of one test.
  private func withSecuredFleet(in directory: TemporaryDirectory, _ body: (_ origin: String) async throws -> Void) async throws {
    let process = TestPython.process([PackageRoot.file("Tests/Support/python/tls_fleet.py"), directory.url.path])
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer {
      // Its input ends, and with that it does.
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    var line = Data()
    while !line.contains(UInt8(ascii: "\n")) {
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { break }
      line += more
    }
    guard let origin = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isNewline).first, origin.hasPrefix("https://") else {
      throw Missing(description: "tls_fleet.py did not start with \(TestPython.path): run `make test`, or `pip install cryptography`")
    }
    try await body(String(origin))
  }

  /// One in nine of these crashed while the libraries' destructors ran under handshakes.
  @Test(.timeLimit(.minutes(5))) func quickCommandsUnderHandshakesEndWithTheirOwnCode() async throws {
    let directory = try TemporaryDirectory()
    try await withSecuredFleet(in: directory) { origin in
      let config = try directory.file(
        "c.toml",
        "[environment.a]\ncontrol_plane = \"\(origin)\"\nadmin_token = { env = \"T\" }\ntenant_url = \"\(origin)/{slug}\"\n")
      let variables = ["T": "x", "CURL_CA_BUNDLE": directory.url.path + "/ca.pem"]
      let runs = try await withThrowingTaskGroup(of: CommandRun.self) { group in
        var runs: [CommandRun] = []
        for number in 0..<60 {
          if number >= 3, let run = try await group.next() { runs.append(run) }
          let arguments =
            number % 4 == 3
            ? ["wait", "nobody", "--for", "gone", "--config", config] : ["wait", "t\(number % 9)", "--for", "ready", "--config", config]
          group.addTask { try await CommandRun.run(arguments: arguments, variables: variables) }
        }
        for try await run in group { runs.append(run) }
        return runs
      }
      #expect(runs.count == 60)
      for run in runs { #expect(run.status == 0, "\(run)") }
    }
  }
}
