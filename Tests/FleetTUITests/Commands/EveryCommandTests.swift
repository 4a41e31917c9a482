import ArgumentParser
import FleetModel
import FleetSim
import Foundation
import TestSupport
import Testing

@testable import FleetTUI

/// Each command of the command line in each format, on the simulated fleet: it ends as it should, its JSON keeps to its schema, its CSV is a rectangle, and
/// nothing on standard error looks like a crash.
@Suite(.serialized) struct EveryCommandTests {
  /// A command and how it ends in every format.
  struct Case: CustomTestStringConvertible, Sendable {
    var words: [String]
    var status: Int32 = 0
    /// Where it depends on the moment.
    var orStatus: Int32?
    /// In `docs/schema`; `nil` where the output in JSON has none.
    var schema: String?
    var input = ""
    /// Whether it prints tables and CSV.
    var isTable = true
    var isOneColumn = false

    var testDescription: String { words.joined(separator: " ") }
  }

  static let boots = (0..<4).map { boot in
    #"{"group":"workspace/hermes","phases":[{"name":"install_apt_base","seconds":\#(100 + boot)},{"name":"image_pull","seconds":50}],"outcome":"ok"}"#
  }.joined(separator: "\n")

  static let cases: [Case] = [
    Case(words: ["snapshot"], schema: "snapshot"),
    Case(words: ["triage"], status: 3, schema: "triage"),
    Case(words: ["provisioning"], status: 3, schema: "provisioning"),
    Case(words: ["deletions"], status: 3, schema: "deletions"),
    Case(words: ["events", "--for", "2"], schema: "events"),
    Case(words: ["watch", "--count", "3"], schema: "watch", isTable: false),
    Case(words: ["watch", "--for", "1"], schema: "watch", isTable: false),
    Case(words: ["wait", "acme", "--for", "ready", "--timeout", "60"], schema: "wait"),
    Case(words: ["wait", "nobody", "--for", "gone", "--timeout", "60"], schema: "wait"),
    Case(words: ["wait", "umbrella", "--for", "ready", "--timeout", "1"], status: 3, schema: "wait"),
    Case(words: ["orphans"], status: 3, schema: "orphans"),
    Case(words: ["dns"], status: 3, schema: "dns"),
    // The tenant that is being deleted answers until its machine goes: then its spend can't be told.
    Case(words: ["costs"], orStatus: 4, schema: "costs"),
    Case(words: ["explain", "acme"], status: 3, schema: "explain"),
    Case(words: ["explain", "nobody"], status: 1),
    Case(words: ["posture"], status: 3, schema: "checks"),
    Case(words: ["check", "acme"], schema: "checks"),
    Case(words: ["check", "vandelay"], status: 3, schema: "checks"),
    Case(words: ["delete", "acme", "--plan"], schema: "delete-plan"),
    Case(words: ["delete", "acme"], status: 6),
    Case(words: ["delete", "acme", "--confirm", "demo/globex"], status: 6),
    Case(words: ["delete", "nobody", "--confirm", "demo/nobody"], status: 1),
    Case(words: ["receipts"], schema: "receipts"),
    Case(words: ["receipts", "nothing"], status: 1),
    Case(words: ["receipts", "--verify"], schema: "receipts-verify"),
    Case(words: ["eta", "backtest", "-"], schema: "eta-backtest", input: boots),
    Case(words: ["eta", "backtest", "-", "--predictions"], schema: "eta-prediction", input: boots),
    Case(words: ["eta", "stats"], schema: "eta-stats"),
    Case(words: ["eta", "import", "-"], schema: "eta-import", input: boots),
    Case(words: ["eta", "export", "-"], isTable: false),
    Case(words: ["feed", "decode"], schema: "feed-decode", input: "id: 7\ndata: a\n\nevent: x\ndata\n\n", isTable: false),
    Case(words: ["prices"], schema: "prices"),
    // The simulated AWS has no price list: the old prices are printed, and it says so.
    Case(words: ["prices", "--refresh"], status: 1, schema: "prices"),
    Case(words: ["doctor"], schema: "doctor"),
    Case(words: ["config", "path"], schema: "config-path", isOneColumn: true),
    Case(words: ["config", "show"], schema: "config-show"),
    Case(words: ["config", "show", "--origin"], schema: "config-show"),
    Case(words: ["config", "init"], status: 1),
    Case(words: ["dashboard"], status: 1),
    Case(words: ["demo"], status: 1),
    Case(words: ["replay", "/nonexistent/recording"], status: 1),
    Case(words: ["sim", "--scenario", "nonsense"], status: 2),
    Case(words: ["nonsense"], status: 2),
  ]

  /// The program's folders, its configuration, and one fleet for all formats of a case.
  private func withFleet(_ options: SimulationOptions = SimulationOptions(), _ body: (_ run: Runner) async throws -> Void) async throws {
    let fleet = try FleetSimulation(options)
    let endpoints = try await fleet.start()
    let folder = try TemporaryDirectory()
    do { try await body(Runner(config: endpoints.configPath, folder: folder.url.path)) } catch {
      await fleet.stop()
      throw error
    }
    await fleet.stop()
  }

  struct Runner: Sendable {
    var config: String
    var folder: String
    /// Schemas of lines, which have no frame or another one.
    private static let lines: Set = ["watch", "feed-decode", "eta-prediction"]

    var variables: [String: String] { ["XDG_STATE_HOME": folder + "/state", "XDG_CACHE_HOME": folder + "/cache"] }

    /// - Returns: what it printed.
    @discardableResult
    func run(_ command: Case, _ format: String) async throws -> CommandRun {
      let run = try await CommandRun.run(
        arguments: command.words + ["--config", config, "--format", format], input: command.input, variables: variables)
      let what = "\(command.testDescription) --format \(format): \(run)"
      #expect(run.status == command.status || run.status == command.orStatus, "\(what)")
      // What the program says begins with its name, or is its usage.
      for line in run.errors.split(whereSeparator: \.isNewline) {
        #expect(line.hasPrefix("fleettui: ") || command.status == 2, "\(what)")
      }
      for word in ["Fatal error", "Program crashed", "Backtracing from", "Segmentation fault"] {
        #expect(!run.errors.contains(word), "\(what)")
      }
      if let schema = command.schema, format == "json" {
        // What is no line of a stream is one document with the common frame.
        if !Self.lines.contains(schema) {
          let names = try JSONValue(parsing: run.output).members?.map(\.name) ?? []
          #expect(Array(names.prefix(4)) == ["schema", "environment", "at", "sources"], "\(what)")
        }
        let script = PackageRoot.file("Tests/Support/python/validate.py")
        let schema = PackageRoot.file("docs/schema/\(schema).json")
        let found = try await CommandRun.run(
          arguments: [script, schema], program: URL(fileURLWithPath: TestPython.path), input: run.output)
        #expect(found.status == 0, "\(what)\n\(found.output)\(found.errors)")
      }
      guard command.isTable, run.status >= 0, command.status == 0 || command.schema != nil else { return run }
      switch format {
      case "csv":
        let widths = Set(Self.csvWidths(run.output))
        #expect(widths.count == 1 && widths.first ?? 0 > (command.isOneColumn ? 0 : 1), "\(what)")
      case "json": #expect(run.lines.allSatisfy { (try? JSONValue(parsing: String($0))) != nil }, "\(what)")
      default:
        #expect(!run.output.isEmpty && run.output.first != "{", "\(what)")
        // Where standard output is no terminal a table has 200 columns.
        for line in run.output.split(whereSeparator: \.isNewline) { #expect(TextWidth.columns(of: String(line)) <= 200, "\(what)") }
      }
      return run
    }

    /// How many cells each row has (RFC 4180).
    private static func csvWidths(_ text: String) -> [Int] {
      var widths: [Int] = []
      var (cells, isQuoted) = (1, false)
      for character in text {
        switch character {
        case "\"": isQuoted.toggle()
        case "," where !isQuoted: cells += 1
        case _ where character.isNewline && !isQuoted:
          widths.append(cells)
          cells = 1
        default: break
        }
      }
      return widths
    }
  }

  @Test(arguments: cases) func aCommandEndsAsItShouldInEveryFormat(_ command: Case) async throws {
    try await withFleet { fleet in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for format in ["table", "json", "csv"] {
          group.addTask {
            // What one leaves is not there for the others.
            var own = fleet
            own.folder += "/\(format)"
            try await own.run(command, format)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func everyCommandOfTheProgramIsTriedHere() {
    func paths(_ command: any ParsableCommand.Type, _ path: [String]) -> [[String]] {
      let children = command.configuration.subcommands
      return children.isEmpty ? [path] : children.flatMap { paths($0, path + [$0.configuration.commandName ?? $0._commandName]) }
    }
    for path in paths(RootCommand.self, []) { #expect(Self.cases.contains { $0.words.starts(with: path) }, "\(path)") }
  }

  @Test func deletionsAndTheirReceiptsInEveryFormat() async throws {
    var options = SimulationOptions()
    options.speed = 60
    try await withFleet(options) { fleet in
      for (format, org) in [("table", "piedpiper"), ("json", "hooli"), ("csv", "initech")] {
        try await fleet.run(Case(words: ["delete", org, "--confirm", "demo/\(org)"], schema: "receipt"), format)
      }
      let list = try JSONValue(parsing: try await fleet.run(Case(words: ["receipts"], schema: "receipts"), "json").output)
      let receipts = try #require(list["receipts"]?.array)
      #expect(receipts.count == 3)
      let id = try #require(receipts.first?["id"]?.text)
      for format in ["table", "json", "csv"] {
        try await fleet.run(Case(words: ["receipts"]), format)
        try await fleet.run(Case(words: ["receipts", id], schema: "receipt"), format)
        try await fleet.run(Case(words: ["receipts", "--verify"], schema: "receipts-verify"), format)
      }
    }
  }

  /// `exit` would run the libraries' own ends under threads that still use them: one run in fifty ended with SEGV after its last word.
  @Test func nothingIsTakenFromThreadsThatStillRunWhenItEnds() async throws {
    let folder = try TemporaryDirectory()
    for arguments in [["--version"], ["dashboard"], ["snapshot"], ["nonsense"], ["watch", "--for", "0.2"]] {
      try await withFleet { fleet in
        let loader = ["LD_DEBUG": "files", "LD_DEBUG_OUTPUT": folder.url.path + "/loader"]
        _ = try await CommandRun.run(arguments: arguments + ["--config", fleet.config], variables: fleet.variables.merging(loader) { $1 })
      }
    }
    let files = try FileManager.default.contentsOfDirectory(at: folder.url, includingPropertiesForKeys: nil)
    let text = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    #expect(text.count == 5 && text.allSatisfy { $0.contains("calling init") && !$0.contains("calling fini") })
  }

  /// The number of workspaces once decided whether the optimised program lived: no, one, and many consoles read at once.
  @Test(arguments: [(0, 1, 0), (1, 4, 1), (30, 3, 66)])
  func postureIsToldOfAnyNumberOfWorkspaces(_ orgs: Int, _ seed: UInt64, _ workspaces: Int64) async throws {
    var options = SimulationOptions()
    (options.scenario, options.orgs, options.seed) = ("healthy", orgs, seed)
    try await withFleet(options) { fleet in
      let snapshot = try JSONValue(parsing: try await fleet.run(Case(words: ["snapshot"], schema: "snapshot"), "json").output)
      #expect(snapshot["totals"]?["workspaces"]?.integer == workspaces)
      for format in ["table", "json", "csv"] {
        let run = try await fleet.run(Case(words: ["posture"], status: orgs == 0 ? 0 : 3, schema: "checks"), format)
        #expect(run.output.contains("console-secrets"))
      }
    }
  }
}
