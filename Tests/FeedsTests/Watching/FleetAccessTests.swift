import FleetModel
import Foundation
import Testing

@testable import Feeds

/// Tokens, credentials and connections are had once, whoever asks and however often: counted where they are had.
@Suite(.timeLimit(.minutes(5))) struct FleetAccessTests {
  /// A folder with helper programs that write a line each time they run.
  final class Helpers: Sendable {
    let folder: String

    init() throws {
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-helpers-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    /// - Parameter text: what it prints.
    func command(_ name: String, printing text: String) -> [String] {
      ["/bin/sh", "-c", "echo run >>\(path(name)); printf '%s\\n' '\(text)'"]
    }

    func runs(of name: String) -> Int {
      (try? String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n").count) ?? 0
    }
  }

  private func access(_ fake: DeletionFakeFleet, _ helpers: Helpers) throws -> FleetAccess {
    var environment = fake.environment
    environment.adminToken = .command(helpers.command("token", printing: "cp-token"))
    let keys = helpers.path("keys.sh")
    let json = #"{"Version":1,"AccessKeyId":"AKIATEST","SecretAccessKey":"test"}"#
    try "#!/bin/sh\necho run >>\(helpers.path("keys"))\necho '\(json)'\n".write(toFile: keys, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: keys)
    try "[profile p]\ncredential_process = \(keys)\n".write(toFile: helpers.path("config"), atomically: true, encoding: .utf8)
    environment.aws?.profile = "p"
    let variables = ["PATH": "/usr/bin:/bin", "HOME": helpers.folder, "AWS_CONFIG_FILE": helpers.path("config")]
    return FleetAccess(environment: environment, http: HTTPClient(), variables: variables)
  }

  @Test func aDeletionOfManyLooksRunsEachHelperProgramOnce() async throws {
    let (fake, helpers, temporary) = (try DeletionFakeFleet(), try Helpers(), TemporaryState())
    fake.truth.withLock {
      $0.cascadeSeconds = 5
      $0.faults = [.init(answer: .queued)]
    }
    let access = try access(fake, helpers)
    // The plan's reader and the run's, beside the feeds.
    await FleetFeeds(access, queue: EventQueue()).loadOnce()
    _ = try await DeletionReader(access, names: nil, prices: .builtin).evidence(of: "acme")
    let runner = DeletionRunner(reader: try await DeletionReader(access, names: nil, prices: .builtin), state: temporary.state)
    guard case .held(let journal) = try DeletionJournal.open(in: temporary.state, for: fake.order(within: 30)) else {
      Issue.record("not held")
      return
    }
    let end = await runner.start(fake.order(within: 30), resumes: 0, journal: journal)
    guard case .receipt(_, .verified, _) = end else {
      Issue.record("\(end)")
      return
    }
    let looks = fake.truth.withLock { $0.requests.count { $0.hasSuffix("/ec2/") } }
    #expect(looks > 3, "\(looks) looks tell nothing")
    #expect(helpers.runs(of: "token") == 1 && helpers.runs(of: "keys") == 1, "\(helpers.runs(of: "token")) \(helpers.runs(of: "keys"))")
  }

  @Test func explanationsAndConsolesRunTheTokensHelperOnce() async throws {
    let (fake, helpers) = (try DeletionFakeFleet(), try Helpers())
    var environment = fake.environment
    environment.aws = nil
    environment.adminToken = .command(helpers.command("token", printing: "cp-token"))
    environment.dns = DNSSettings(zone: "molecule.example")
    environment.dns?.token = .command(helpers.command("zone", printing: "dns-token"))
    environment.dns?.api = fake.base
    let access = FleetAccess(environment: environment, http: HTTPClient(), variables: ["PATH": "/usr/bin:/bin"])
    let fleet = fake.fleet
    let question = CaseQuestion(
      about: try #require(fleet.orgs[DeletionFakeFleet.org]), in: fleet, at: wallClock())
    for _ in 0..<3 {
      let reader = try await CaseReader(access)
      let file = await reader.file(on: question, within: 5)
      #expect(file.purges.value == 0)
    }
    _ = await PostureReader(access)
    #expect(helpers.runs(of: "token") == 1 && helpers.runs(of: "zone") == 1, "\(helpers.runs(of: "token")) \(helpers.runs(of: "zone"))")
  }

  @Test func whileHelperProgramsAreWaitedForEverybodyElseGoesOn() async throws {
    let helpers = try Helpers()
    // More than there are threads to share.
    let count = 2 * ProcessInfo.processInfo.activeProcessorCount + 2
    let waiting = "while [ ! -e \(helpers.path("go")) ]; do sleep 0.05; done; echo token"
    let readings = (0..<count).map { _ in
      var environment = FleetEnvironment(name: "slow")
      environment.controlPlane = "http://127.0.0.1:9"
      environment.adminToken = .command(["/bin/sh", "-c", waiting])
      let access = FleetAccess(environment: environment, http: HTTPClient(), variables: ["PATH": "/usr/bin:/bin"])
      return Task { try await CaseReader(access).controlPlane.base }
    }
    for _ in 0..<count { await Task.detached {}.value }
    // Only now can one of them end: had they taken the threads, nobody would be here before they were given up.
    #expect(FileManager.default.createFile(atPath: helpers.path("go"), contents: nil))
    for reading in readings { #expect(try await reading.value == "http://127.0.0.1:9") }
  }
}
