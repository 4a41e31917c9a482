import FleetModel
import Foundation
import TestSupport
import Testing

@testable import Feeds

/// moto's server for the length of one test, on a port that it finds itself, and ended by its process id.
struct Moto {
  struct Missing: Error, CustomStringConvertible {
    let description: String
  }

  let endpoint: String

  static func with(_ body: (Moto) async throws -> Void) async throws {
    let process = Self.process(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    let lines = AsyncStream<String>.makeStream()
    output.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty {
        handle.readabilityHandler = nil
        lines.continuation.finish()
      } else {
        lines.continuation.yield(String(decoding: data, as: UTF8.self))
      }
    }
    let ended = Self.end(of: process)
    try process.run()
    let result: Result<Void, any Error>
    do { result = .success(try await serve(lines.stream, body)) } catch { result = .failure(error) }
    // Not SIGTERM: a child started on a thread that blocks it never sees it.
    kill(process.processIdentifier, SIGKILL)
    for await _ in ended {}
    try result.get()
  }

  private static func serve(_ lines: AsyncStream<String>, _ body: (Moto) async throws -> Void) async throws {
    var said = ""
    for await part in lines {
      said += part
      if let address = said.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:\d+)\s/) {
        return try await body(Moto(endpoint: String(address.1)))
      }
    }
    throw Missing(
      description:
        "moto's server did not start with \(TestPython.path): run `make test`, or `pip install 'moto[server]' boto3`. It said: \(said.suffix(400))"
    )
  }

  /// What a script of `Tests/Support/python` prints.
  func run<Answer: Decodable & Sendable>(_ script: String, _ arguments: [String] = [], as type: Answer.Type) async throws -> Answer {
    let process = Self.process([PackageRoot.file("Tests/Support/python/\(script)"), endpoint] + arguments)
    let output = Pipe()
    process.standardOutput = output
    let ended = Self.end(of: process)
    try process.run()
    let data = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: output.fileHandleForReading.readDataToEndOfFile()) }
    }
    for await _ in ended {}
    guard process.terminationStatus == 0 else {
      throw Missing(description: "\(script) failed with \(process.terminationStatus); see above")
    }
    return try JSONDecoder().decode(Answer.self, from: data)
  }

  /// Finishes when the process does.
  private static func end(of process: Process) -> AsyncStream<Void> {
    let end = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in end.continuation.finish() }
    return end.stream
  }

  private static func process(_ arguments: [String]) -> Process {
    let process = TestPython.process(arguments)
    process.standardInput = FileHandle.nullDevice
    return process
  }
}

@Suite struct AWSMotoTests {
  let http = HTTPClient(userAgent: "fleettui/test")

  struct Filled: Decodable, Sendable {
    var instances: [String: Int]
    var volume: String
    var group: String
  }

  @Test func twelveHundredMachinesInTwoRegionsAllAppearWithTheirTags() async throws {
    try await Moto.with { moto in
      let filled = try await moto.run("moto_fleet.py", ["us-east-2=600", "us-west-2=600"], as: [String: Filled].self)
      let credentials = CredentialsProvider(fixed: try AWSCredentials(accessKeyID: "testing", secretAccessKey: "testing", source: "a test"))
      let http = http
      // Five reservations a page, so two pages a region: moto counts reservations, and has six of a hundred machines.
      let regions: [Region] = ["us-east-2", "us-west-2"]
      let found = await regions.concurrentMap { region async -> Result<[InstanceRow], ListFailure<InstanceRow>> in
        var client = EC2Client(http: http, region: region, endpoint: moto.endpoint, credentials: credentials)
        client.pageSize = 5
        do throws(ListFailure<InstanceRow>) { return .success(try await client.instances(within: 120)) } catch { return .failure(error) }
      }
      for (region, list) in zip(regions, found) {
        let rows = try list.get()
        let made = try #require(filled[region.rawValue])
        #expect(Set(rows.map(\.id.rawValue)) == Set(made.instances.keys))
        #expect(rows.count == 600)
        for row in rows {
          let number = try #require(made.instances[row.id.rawValue])
          #expect(row.tags["Reservation"] == "\(number / 100)" && row.isOurs && row.orgID != nil && row.role != nil && row.name != nil)
          #expect(row.state == .running && row.type == "t3.large" && row.region == region && row.launchedAt != nil)
        }
      }
      #expect(found.count == 2)

      let client = EC2Client(http: http, region: "us-east-2", endpoint: moto.endpoint, credentials: credentials)
      let made = try #require(filled["us-east-2"])
      let volume = try #require(try await client.volumes(within: 120).first { $0.id.rawValue == made.volume })
      #expect(
        volume.size == 80 && volume.type == "gp3" && volume.state == "available" && volume.instances.isEmpty
          && volume.tags["Role"] == "workspace")
      let address = try #require(try await client.addresses(within: 60).first)
      #expect(address.association == nil && address.publicIP != nil)
      let group = try #require(try await client.securityGroups(within: 60).first { $0.id.rawValue == made.group })
      #expect(group.ingress == [.init(ipProtocol: "tcp", fromPort: 22, toPort: 22, ranges: ["10.0.0.0/8"])])
      let interfaces = try await client.networkInterfaces(within: 60)
      #expect(interfaces.count == 600 && interfaces.allSatisfy { $0.instance != nil && !$0.securityGroups.isEmpty })
      let statuses = try await client.instanceStatuses(within: 60)
      #expect(statuses.count == 600 && statuses.allSatisfy { $0.system == "ok" })
    }
  }

  struct Key: Decodable, Sendable {
    var id: String
    var secret: String
  }
  struct Keys: Decodable, Sendable {
    var reader: Key
    var stranger: Key
    var assumer: Key
    var role: String
  }

  @Test func signaturesAndPermissionsHoldAgainstAServerThatChecksThem() async throws {
    try await Moto.with { moto in
      let keys = try await moto.run("moto_keys.py", as: Keys.self)
      func ask(_ id: String, _ secret: String, token: String? = nil, path: String = "") async throws -> Result<
        Int, ListFailure<InstanceRow>
      > {
        let credentials = try AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token, source: "profile staging")
        let client = EC2Client(
          http: http, region: "us-east-2", endpoint: moto.endpoint + path, credentials: CredentialsProvider(fixed: credentials))
        do throws(ListFailure<InstanceRow>) { return .success(try await client.instances(within: 30).count) } catch {
          return .failure(error)
        }
      }
      #expect(try await ask(keys.reader.id, keys.reader.secret).get() == 2)

      let expected: [(Result<Int, ListFailure<InstanceRow>>, AWSError.Kind, String)] = [
        (try await ask(keys.reader.id, "wrong" + keys.reader.secret), .wrongKeys, "does not accept the keys from profile staging"),
        (try await ask("AKIANOBODYEXAMPLE000", "x"), .wrongKeys, "does not accept the keys from profile staging"),
        (try await ask(keys.stranger.id, keys.stranger.secret), .denied, "lack the permission ec2:DescribeInstances"),
        (try await ask(keys.assumer.id, keys.assumer.secret), .denied, "lack the permission ec2:DescribeInstances"),
      ]
      for (result, kind, words) in expected {
        guard case .failure(let failure) = result else {
          Issue.record("\(kind) was let in")
          continue
        }
        #expect(failure.error.kind == kind, "\(failure)")
        #expect("\(failure)".contains(words))
        #expect(!"\(failure)".contains(keys.reader.secret) && !"\(failure)".contains(keys.stranger.secret))
      }

      // A role, assumed at the same server: the session's token is signed too.
      let files = try TemporaryFiles([
        "config":
          "[profile fleet]\nrole_arn = \(keys.role)\nsource_profile = base\n[profile base]\naws_access_key_id = \(keys.assumer.id)\naws_secret_access_key = \(keys.assumer.secret)\n"
      ])
      let provider = CredentialsProvider(
        http: http, profile: "fleet", region: "us-east-2",
        environment: [
          "AWS_CONFIG_FILE": files.path("config"), "AWS_SHARED_CREDENTIALS_FILE": files.path("none"), "AWS_ENDPOINT_URL": moto.endpoint,
        ])
      let client = EC2Client(http: http, region: "us-east-2", endpoint: moto.endpoint, credentials: provider)
      let rows = try await client.instances(within: 30)
      #expect(rows.count == 2)
      let session = try await provider.credentials()
      #expect(session.expiration != nil)
      let token = try #require(session.sessionToken?.reveal())
      for (result, kind) in [
        (try await ask(session.accessKeyID, session.secretAccessKey.reveal(), token: String(token.reversed())), AWSError.Kind.wrongKeys),
        (try await ask(keys.reader.id, keys.reader.secret, path: "/no/such/place"), .endpoint),
      ] {
        guard case .failure(let failure) = result else {
          Issue.record("\(kind) was let in")
          continue
        }
        #expect(failure.error.kind == kind, "\(failure)")
        #expect(!"\(failure)".contains(token))
      }
    }
  }
}

/// A folder with files in it, gone with the value's owner.
final class TemporaryFiles: Sendable {
  let folder: String

  init(_ files: [String: String]) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "fleettui-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try text.write(toFile: path(name), atomically: true, encoding: .utf8) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// A program that a test puts on PATH.
  func program(_ name: String, _ text: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path(name))
  }
}
