import Feeds
import FleetModel
import FleetSim
import Foundation
import HostileNumbers
import Testing

@testable import FleetTUI

/// Numbers of the configuration, of arguments and of files, as they should never be: said once, with the place, and nothing ends.
@Suite struct OutsideNumbersTests {
  private static let head = "[environment.staging]\ncontrol_plane = \"https://staging-api.example.com\"\nadmin_token = { env = \"T\" }\n"

  /// Every key that is a number or a duration, with its table, and the bounds that its error names.
  private static let keys: [(table: String, key: String, bounds: String)] = [
    ("", "roster_poll", "from 1s to 1d"), ("", "verify_within", "from 0s to 1d"),
    ("[environment.staging.aws]\nregions = [\"us-east-2\"]\n", "orphan_grace", "from 0s to 30d"),
    ("[environment.staging.aws]\nregions = [\"us-east-2\"]\n", "vcpu_quota", "from 0 to 1000000000"),
    ("[environment.staging.dns]\nzone = \"example.com\"\n", "record_quota", "from 0 to 1000000000"),
    ("[environment.staging.aws]\nregions = [\"us-east-2\"]\n[environment.staging.aws.prices]\n", "\"t3.small\"", "from 0 to 1000000"),
  ]

  @Test func everyNumberOfTheConfigurationIsReadOrRefusedWithItsLine() throws {
    let values =
      HostileNumbers.texts.flatMap { [$0, "\"\($0)\""] } + ["+inf", "-nan", "1979-05-27", "0xffffffffffffffff", "-9223372036854775808"]
    let options = try GlobalOptions.parse([])
    for (table, key, bounds) in Self.keys {
      var refusals = 0
      for value in values {
        let text = Self.head + table + "\(key) = \(value)\n"
        do throws(ConfigurationError) {
          let configuration = try ConfigurationFile.parse(text, path: "c.toml")
          let environment = try configuration.environment(named: nil)
          #expect((1...86_400).contains(environment.rosterPoll) && (0...86_400).contains(environment.verifyWithin))
          #expect(environment.aws.map { (0...30 * 86_400).contains($0.orphanGrace) && Plausible.quota.contains($0.vcpuQuota ?? 0) } ?? true)
          #expect(environment.dns.map { Plausible.quota.contains($0.recordQuota) } ?? true)
          #expect(environment.aws?.prices.values.allSatisfy { Plausible.price.contains($0) } ?? true)
          #expect(!EffectiveConfiguration.rows(of: environment, in: configuration, options: options).isEmpty)
        } catch {
          // Of what is no TOML the parser may name the line where it noticed.
          let last = text.split(separator: "\n").count
          #expect([last, last + 1].contains(error.line ?? 0), "\(error)")
          if error.problem.contains("must be") {
            refusals += 1
            #expect(error.description.contains(key.replacing("\"", with: "")) && error.problem.contains(bounds), "\(error)")
          }
        }
      }
      #expect(refusals > 5)
    }
  }

  @Test(arguments: ["1e30", "inf", "9223372036854775807", "nan", "-1", "\"99999999d\""])
  func aDurationBeyondItsBoundsIsAConfigurationErrorOfTheProgram(value: String) async throws {
    let directory = try TemporaryDirectory()
    for (table, key, bounds) in Self.keys.prefix(3) {
      let config = try directory.file("c.toml", Self.head + table + "\(key) = \(value)\n")
      let run = try await CommandRun.run("config", "show", "--config", config)
      let line = Self.head.split(separator: "\n").count + table.split(separator: "\n").count + 1
      #expect(run.status == 2 && run.output.isEmpty, "\(run)")
      #expect(run.errors.contains("c.toml:\(line): environment.staging.") && run.errors.contains("\(key): must be a duration"))
      #expect(run.errors.contains(bounds), "\(run.errors)")
    }
  }

  @Test func theEffectiveConfigurationShowsDurationsAsTheyAre() async throws {
    let directory = try TemporaryDirectory()
    let config = try directory.file("c.toml", Self.head + "roster_poll = 2.5\nverify_within = \"3m\"\n")
    let values = try JSONValue(parsing: try await CommandRun.run("config", "show", "--config", config, "--format", "json").output)["values"]
    func value(_ key: String) -> String? { values?.array?.first { $0["key"]?.string == "environment.staging.\(key)" }?["value"]?.string }
    #expect(value("roster_poll") == "2.5s" && value("verify_within") == "180s")
  }

  @Test(arguments: [
    ["watch", "--for"], ["wait", "acme", "--for", "ready", "--timeout"], ["watch", "--count"], ["demo", "--speed"], ["demo", "--orgs"],
    ["demo", "--seed"], ["sim", "--port"], ["sim", "--speed"], ["replay", "/nonexistent", "--speed"], ["delete", "acme", "--resume"],
  ])
  func argumentsThatAreNoNumbersOfTheirKindAreWrongUsage(arguments: [String]) async throws {
    for value in ["nan", "inf", "-inf", "1e308", "-9223372036854775809", "99999999999999999999999", "-1", "5e-324"] {
      // A port or a seed may be read, a huge duration may not.
      let run = try await CommandRun.run(arguments: arguments + [value, "--config", "/nonexistent"])
      #expect(run.status == 2, "\(arguments) \(value): \(run)")
    }
  }

  @Test func aRetryAfterBeyondAllReasonEndsNoCommand() async throws {
    let server = try RawServer("HTTP/1.1 429 X\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    defer { server.stop() }
    let directory = try TemporaryDirectory()
    let run = try await CommandRun.run(
      "snapshot", "--format", "json", "--config", try directory.file("c.toml", Self.config(server.base)), variables: ["T": "x"])
    #expect(run.status == 4, "\(run)")
    let sources = try JSONValue(parsing: run.output)["sources"]?.array ?? []
    #expect(sources.contains { $0["name"] == "control-plane" && $0["error"]?.string?.contains("asked to wait") == true }, "\(run.output)")
  }

  @Test func headersBeyondTheirLimitAreSaidAtOnce() async throws {
    let big = String(repeating: "x", count: 10 << 20)
    let server = try RawServer("HTTP/1.1 200 OK\r\nX-Big: \(big)\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
    defer { server.stop() }
    let directory = try TemporaryDirectory()
    let run = try await CommandRun.run(
      "snapshot", "--format", "json", "--config", try directory.file("c.toml", Self.config(server.base)), variables: ["T": "x"])
    #expect(run.status == 4, "\(run)")
    #expect(run.output.contains("the answer's headers are larger than 256 KiB") && !run.output.contains("tried for"), "\(run.output)")
  }

  @Test func aRosterOfManyThousandsIsCutWhereItWasAskedToEndAndPartial() async throws {
    let rows = (0..<50_000).map { #"{"id":"o-\#($0)","slug":"org-\#($0)","instance_status":"running"}"# }.joined(separator: ",")
    let body = #"{"orgs":[\#(rows)]}"#
    let server = try RawServer("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
    defer { server.stop() }
    let directory = try TemporaryDirectory()
    let run = try await CommandRun.run(
      "snapshot", "--format", "json", "--config", try directory.file("c.toml", Self.config(server.base)), variables: ["T": "x"])
    #expect(run.status == 4, "\(run.errors)")
    let json = try JSONValue(parsing: run.output)
    #expect(json["orgs"]?.array?.count == 500)
    let plane = json["sources"]?.array?.first { $0["name"] == "control-plane" }
    #expect(plane?["state"] == "partial" && plane?["error"] == "500 rows came, as many as were asked for: there may be more")
  }

  @Test func aReplayGoesOnPastADamagedLineAndSaysWhich() async throws {
    let directory = try TemporaryDirectory()
    let lines = try SampleEvents.all.prefix(6).map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    let text = ([#"{"recording":1,"environment":"staging"}"#] + lines.prefix(3) + [String(lines[3].dropLast(9))] + lines[3...]).joined(
      separator: "\n")
    let file = try directory.file("r.ndjson", text)
    let run = try await CommandRun.run("replay", file, "--speed", "100000", variables: ["ACCESSIBLE": "1"]) { output, process in
      output.contains("initech") && kill(process, SIGTERM) == 0
    }
    #expect(run.status == 143, "\(run)")
    #expect(run.output.contains("environment staging") && run.output.contains("gap, line 5 of the recording can't be read."), "\(run)")
  }

  private static func config(_ base: String) -> String {
    "[environment.staging]\ncontrol_plane = \"\(base)\"\nadmin_token = { env = \"T\" }\n"
  }

  @Test func recordedBootsAndThePriceCacheWithHostileNumbers() async throws {
    let directory = try TemporaryDirectory()
    var hostile = HostileNumbers(seed: 11)
    let boot: JSONValue = ["group": "workspace/hermes", "phases": [["name": "launch", "seconds": 61.5]], "outcome": "ok"]
    let boots = (0..<60).map { _ in hostile.spoil(boot) + "\n" }.joined() + boot.serialized() + "\n"
    let file = try directory.file("boots.ndjson", boots)
    let variables = ["XDG_STATE_HOME": directory.url.path, "XDG_CACHE_HOME": directory.url.path, "HOME": directory.url.path]
    for arguments in [["eta", "backtest", file], ["eta", "backtest", file, "--predictions"], ["eta", "import", file]] {
      let run = try await CommandRun.run(arguments: arguments, variables: variables)
      #expect(run.status == 1 && run.errors.contains("could not be read"), "\(run)")
      for line in run.lines { #expect(throws: Never.self) { try JSONValue(parsing: String(line)) } }
    }
    let stats = try await CommandRun.run("eta", "stats", "--format", "json", variables: variables)
    #expect(stats.status == 0, "\(stats)")
    try FileManager.default.createDirectory(at: directory.url.appendingPathComponent("fleettui"), withIntermediateDirectories: true)
    _ = try directory.file(
      "fleettui/prices.json",
      #"{"schema":1,"source":"x","date":"2099-01-01","region":{"us-east-2":{"t3.small":1e308}},"storage_gb_month":{},"public_ipv4_hourly":0.005}"#
    )
    let prices = try await CommandRun.run("prices", "--format", "json", variables: variables)
    #expect(prices.status >= 0 && !prices.output.contains("e+308"), "\(prices)")
  }

  /// Everything that is drawn or printed, of fleets whose recordings hold hostile numbers.
  @Test(arguments: 1...60 as ClosedRange<UInt64>) func pagesAndDocuments(seed: UInt64) throws {
    var hostile = HostileNumbers(seed: seed)
    var scene = InterfaceScene()
    scene.now = SampleEvents.start
    for event in SampleEvents.all {
      let json = try JSONValue(parsing: Array(JSONEncoder().encode(event)))
      guard let event = try? JSONCoding.value(FleetEvent.self, from: Array(hostile.spoil(json).utf8)) else { continue }
      scene.fleet.apply(event)
    }
    for moment in [SampleEvents.start, SampleEvents.start + 4000, Timestamp(milliseconds: .max), Timestamp(milliseconds: .min)] {
      scene.now = moment
      for key in "1234567890" {
        scene.press(.character(key), .down, .enter)
        #expect(scene.screen().count == scene.size.rows)
        scene.press(.escape, .escape)
      }
      let fleet = scene.fleet
      var full = fleet
      full.judge(at: moment, limits: Triage.Limits(vcpuQuota: .max))
      let documents: [any Document] = [
        SnapshotDocument(fleet: fleet, now: moment), CostsDocument(fleet: full, now: moment), OrphansDocument(fleet: fleet, now: moment),
      ]
      for document in documents { #expect(throws: Never.self) { try JSONValue(parsing: document.json.serialized()) } }
    }
  }
}
