import FleetModel
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// `Tests/Support/python/orphan_fleet.py` for the length of one test.
private struct OrphanFleet: Sendable {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  struct Start: Decodable, Sendable {
    var origin: String
    var ids: [String: String]
  }

  let start: Start

  static func with(_ body: (OrphanFleet) async throws -> Void) async throws {
    let process = TestPython.process([PackageRoot.file("Tests/Support/python/orphan_fleet.py")])
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    // moto names every request there.
    process.standardError = FileHandle.nullDevice
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    let result: Result<Void, any Error>
    do {
      let line = await firstLine(of: output.fileHandleForReading)
      guard let start = try? JSONDecoder().decode(Start.self, from: line) else {
        throw Missing(
          description: "orphan_fleet.py did not start with \(TestPython.path): run `make test`, or `pip install 'moto[server]' boto3`")
      }
      result = .success(try await body(OrphanFleet(start: start)))
    } catch { result = .failure(error) }
    try? input.fileHandleForWriting.close()
    kill(process.processIdentifier, SIGKILL)
    for await _ in ended.stream {}
    try result.get()
  }

  private static func firstLine(of handle: FileHandle) async -> Data {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var line = Data()
        while !line.contains(UInt8(ascii: "\n")) {
          let more = handle.availableData
          if more.isEmpty { break }
          line.append(more)
        }
        continuation.resume(returning: line)
      }
    }
  }

  func id(_ name: String) -> String { start.ids[name] ?? "?" }

  func ask(_ path: String) async throws -> JSONValue {
    let http = HTTPClient(userAgent: "fleettui/test")
    return try JSONValue(parsing: try await http.ask(HTTPRequest(.get, start.origin + path, timeout: 10), within: 20).body)
  }

  func configuration(in directory: TemporaryDirectory, tag: String? = nil) throws -> String {
    let filter = tag.map { "environment_tag = { key = \"Environment\", value = \"\($0)\" }\n" } ?? ""
    return try directory.file(
      "\(tag ?? "all").toml",
      """
      [environment.test]
      control_plane = "\(start.origin)"
      admin_token = { env = "TOKEN" }
      tenant_url = "\(start.origin)/tenants/{slug}"
      [environment.test.aws]
      regions = ["us-east-2", "us-west-2"]
      endpoint = "\(start.origin)"
      orphan_grace = "0s"
      \(filter)
      """)
  }
}

@Suite struct OrphansMotoTests {
  private func orphans(_ config: String) async throws -> (status: Int32, json: JSONValue) {
    let variables = ["TOKEN": "t", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_EC2_METADATA_DISABLED": "true"]
    let run = try await CommandRun.run("orphans", "--config", config, "--format", "json", variables: variables)
    return (run.status, try JSONValue(parsing: run.output))
  }

  private func found(_ json: JSONValue) -> [String: String] {
    Dictionary(
      (json["orphans"]?.array ?? []).map { row in
        let reasons = (row["reasons"]?.array ?? []).compactMap(\.string)
        return (row["id"]?.string ?? "", ([row["verdict"]?.string ?? ""] + reasons).joined(separator: " "))
      }
    ) { $1 }
  }

  @Test func everyKindIsFoundOverThreePagesInTwoRegionsAndAFailedRegionIsNoGuess() async throws {
    try await OrphanFleet.with { fleet in
      let directory = try TemporaryDirectory()
      let config = try fleet.configuration(in: directory)
      let machines = [
        "gone": "org-gone", "west-gone": "org-gone", "tagless": "no-org-tag", "removed": "workspace-removed",
        "double-old": "duplicate-workspace", "paused": "stopped-status-but-running", "volume": "unattached", "address": "unattached",
        "group": "unattached",
      ]
      let (status, json) = try await orphans(config)
      #expect(status == 3)
      #expect(json["judged"] == true && json["refused"] == .null)
      let everything = Dictionary(uniqueKeysWithValues: machines.map { (fleet.id($0), "orphan \($1)") })
      #expect(found(json) == everything)
      #expect(try await fleet.ask("/pages")["us-east-2"]?.double ?? 0 >= 3)
      for row in json["orphans"]?.array ?? [] {
        #expect(
          row.members?.map(\.name) == ["kind", "id", "region", "verdict", "reasons", "evidence", "age", "hourly", "monthly", "next_step"])
        #expect(row["evidence"]?.array?.allSatisfy { $0.string?.isEmpty == false } == true)
      }
      let volume = json["orphans"]?.array?.first { $0["kind"] == "volume" }
      #expect(volume?["monthly"] == 6.4 && volume?["region"] == "us-east-2")

      _ = try await fleet.ask("/fail?region=us-west-2")
      let (blind, half) = try await orphans(config)
      #expect(blind == 4)
      #expect(half["judged"] == true && half["refused"]?.string?.contains("us-west-2") == true)
      #expect(half["sources"]?.array?.first { $0["name"] == "ec2:us-west-2" }?["state"] == "failed")
      #expect(found(half) == everything.filter { $0.key != fleet.id("west-gone") })

      // Another environment's machines are none of this one's.
      _ = try await fleet.ask("/fail?region=")
      let (clean, none) = try await orphans(try fleet.configuration(in: directory, tag: "clean"))
      #expect(clean == 0, "\(found(none))")
      #expect(none["orphans"]?.array?.isEmpty == true && none["judged"] == true)
    }
  }
}
