import FleetModel
import Foundation
import Testing

@testable import FleetTUI

@Suite struct ETACommandTests {
  static func line(_ group: String, _ seconds: [Double], _ outcome: String = "ok") -> String {
    let phases = seconds.enumerated().map { #"{"name": "phase-\#($0.offset)", "seconds": \#($0.element)}"# }.joined(separator: ", ")
    return #"{"group": "\#(group)", "phases": [\#(phases)], "outcome": "\#(outcome)"}"#
  }

  @Test func backtestPrintsTheScoreAsOneDocument() async throws {
    let lines = (0..<60).map { Self.line("workspace/hermes", [10 + Double($0 % 7), 20 + Double($0 % 5)]) }
    let run = try await CommandRun.run("eta", "backtest", "-", input: lines.joined(separator: "\n"))
    #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
    let document = try JSONValue(parsing: run.output)
    #expect(document["boots"] == 60 && document["scored"] == 59)
    #expect(document["mae"]?.double.map { $0 > 0 && $0 < 5 } == true)
    #expect(document["baseline_mae"]?.double.map { $0 > 0 && $0 < 5 } == true)
    #expect(document["p90_coverage"]?.double.map { $0 > 0.8 } == true)
  }

  @Test func predictionsAreALineEachNumberedByTheFilesLines() async throws {
    let directory = try TemporaryDirectory()
    let text =
      [Self.line("g", [10, 20]), "", Self.line("h", [1, 1]), Self.line("g", [500], "failed"), Self.line("g", [15, 25])].joined(
        separator: "\n") + "\n"
    let run = try await CommandRun.run("eta", "backtest", try directory.file("boots.ndjson", text), "--predictions")
    #expect(run.status == 0)
    let lines = try run.lines.map { try JSONValue(parsing: String($0)) }
    #expect(lines.count == 2)
    #expect(lines[0]["boot"] == 4 && lines[0]["phase"] == 0 && lines[0]["elapsed"]?.double == 0 && lines[0]["actual"]?.double == 40)
    #expect(lines[1]["phase"] == 1 && lines[1]["elapsed"]?.double == 15 && lines[1]["actual"]?.double == 25 && lines[1]["n"] == 1)
    for line in lines { #expect((line["p50"]?.double ?? -1) >= 0 && (line["p90"]?.double ?? -1) >= (line["p50"]?.double ?? 0)) }
    let table = try await CommandRun.run("eta", "backtest", directory.url.path + "/boots.ndjson", "--predictions", "--format", "csv")
    #expect(table.lines.first == "boot,phase,elapsed,p50,p90,n,actual" && table.lines.count == 3)
  }

  @Test func aFileOfAnotherSystemIsTheSameFile() async throws {
    let text = "\u{FEFF}" + [Self.line("g", [10]), Self.line("g", [12])].map { $0 + "\r\n" }.joined()
    let run = try await CommandRun.run("eta", "backtest", "-", input: text)
    #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
    #expect(try JSONValue(parsing: run.output)["boots"] == 2)
  }

  @Test func brokenLinesAreNamedAndTheRestIsUsed() async throws {
    let text = [Self.line("g", [10]), "{", #"{"group":"g","phases":[{"name":"a","seconds":-4}],"outcome":"ok"}"#, Self.line("g", [12])]
      .joined(separator: "\n")
    let run = try await CommandRun.run("eta", "backtest", "-", input: text)
    #expect(run.status == 1)
    #expect(
      run.errors.contains("standard input:2: ") && run.errors.contains("standard input:3: ") && run.errors.contains("phases[0].seconds"))
    #expect(try JSONValue(parsing: run.output)["boots"] == 2)
  }

  @Test func nothingToScoreIsUnknownNotZero() async throws {
    let run = try await CommandRun.run("eta", "backtest", "-")
    #expect(run.status == 0)
    let document = try JSONValue(parsing: run.output)
    #expect(
      document["boots"] == 0 && document["scored"] == 0 && document["mae"]?.isNull == true && document["p90_coverage"]?.isNull == true)
    let missing = try await CommandRun.run("eta", "backtest", "/no/such/file")
    #expect(missing.status == 1 && missing.output.isEmpty && missing.errors.contains("/no/such/file"))
  }

  @Test func whatIsImportedIsListedAndComesOutAgain() async throws {
    let directory = try TemporaryDirectory()
    let state = ["XDG_STATE_HOME": directory.url.path]
    let lines = (0..<20).map { Self.line("workspace/hermes", [10 + Double($0), 20]) }
    let imported = try await CommandRun.run("eta", "import", "-", input: lines.joined(separator: "\n"), variables: state)
    #expect(imported.status == 0, "\(imported)")
    #expect(
      try JSONValue(parsing: imported.output).members?.map(\.name) == [
        "schema", "environment", "at", "sources", "imported", "known", "broken",
      ])
    #expect(try JSONValue(parsing: imported.output)["imported"] == 20)
    let again = try await CommandRun.run("eta", "import", "-", input: lines.joined(separator: "\n"), variables: state)
    #expect(try JSONValue(parsing: again.output)["known"] == 20)
    let stats = try await CommandRun.run("eta", "stats", variables: state)
    let group = try JSONValue(parsing: stats.output)["groups"]?.array?.first
    #expect(group?["group"] == "workspace/hermes" && group?["boots"] == 20 && group?["phases"]?.array?.count == 2)
    let file = directory.url.path + "/out.ndjson"
    let exported = try await CommandRun.run("eta", "export", file, variables: state)
    #expect(exported.status == 0 && exported.output.isEmpty)
    let out = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(try out.map { try BootRecord(line: Array($0.utf8)) } == lines.map { try BootRecord(line: Array($0.utf8)) })
    #expect((try FileManager.default.attributesOfItem(atPath: file))[.posixPermissions] as? Int == 0o600)
  }

  @Test func theConfigurationSaysWhereTheHistoryLiesAndADamagedOneIsNamed() async throws {
    let directory = try TemporaryDirectory()
    let damaged = try directory.file("history.sqlite", String(repeating: "no database ", count: 100))
    let config = try directory.file("config.toml", "[history]\npath = \"\(damaged)\"\n")
    let run = try await CommandRun.run("eta", "stats", "--config", config)
    #expect(run.status == 1 && run.output.isEmpty && run.errors.contains(damaged) && run.errors.contains("damaged"))
  }
}
