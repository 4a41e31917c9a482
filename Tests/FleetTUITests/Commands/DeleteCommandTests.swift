import Feeds
import FleetModel
import FleetSim
import Foundation
import TestSupport
import Testing

@testable import FleetTUI

/// `fleettui delete` and `fleettui receipts` as a script sees them, against the simulated fleet.
@Suite(.serialized) struct DeleteCommandTests {
  /// A simulated fleet with a configuration of its own.
  final class Scene {
    let simulation: FleetSimulation
    let files: TemporaryDirectory
    let config: String
    let endpoints: SimulatedEndpoints
    var state: String { files.url.path + "/state" }
    var variables: [String: String] { ["XDG_STATE_HOME": state] }

    /// - Parameter extra: lines for the environment's table.
    init(speed: Double = 40, extra: String = "", writes: Bool = true) async throws {
      var options = SimulationOptions()
      options.speed = speed
      simulation = try FleetSimulation(options)
      endpoints = try await simulation.start()
      files = try TemporaryDirectory()
      let text = endpoints.configuration.replacingOccurrences(of: "writes        = true", with: "writes = \(writes)\n\(extra)")
      config = try files.file("config.toml", text)
    }

    /// Runs of the cascade that the control plane knows of this org.
    func purges(of slug: String) async throws -> [JSONValue] {
      let request = HTTPRequest(
        .get, endpoints.controlPlane + "/cp/admin/purges?limit=500", headers: [("Authorization", "Bearer \(endpoints.adminToken)")])
      let json = try JSONValue(parsing: try await HTTPClient().ask(request, within: 30).body)
      return json["purges"]?.array?.filter { $0["org_slug"]?.string == slug } ?? []
    }

    func run(_ arguments: [String]) async throws -> CommandRun {
      let words = arguments + ["--config", config, "--format", "json"]
      return try await CommandRun.run(arguments: words, variables: variables)
    }
  }

  func json(_ run: CommandRun) -> JSONValue { (try? JSONValue(parsing: run.output)) ?? .null }

  func withScene(speed: Double = 40, extra: String = "", writes: Bool = true, _ body: (Scene) async throws -> Void) async throws {
    let scene = try await Scene(speed: speed, extra: extra, writes: writes)
    do { try await body(scene) } catch {
      await scene.simulation.stop()
      throw error
    }
    await scene.simulation.stop()
  }

  @Test func thePlanNamesWhatGoesAndIsTheSameUntilTheWorldChanges() async throws {
    try await withScene(writes: false) { scene in
      let first = try await scene.run(["delete", "acme", "--plan"])
      #expect(first.status == 0, "\(first.errors)")
      let plan = try #require(json(first)["plan"])
      #expect(plan["org"]?["slug"]?.string == "acme" && plan["environment"]?.string == "demo")
      #expect((plan["instances"]?.array?.count ?? 0) > 1 && (plan["workspaces"]?.array?.count ?? 0) > 0)
      #expect(plan["dns"]?.array?.contains { $0.string?.hasPrefix("acme.") == true } == true, "\(plan)")
      #expect((plan["hourly_saved"]?.double ?? 0) > 0)
      #expect(json(first)["phrase"]?.string == "demo/acme")
      #expect(plan["hash"]?.string?.hasPrefix("sha256:") == true)
      let second = try await scene.run(["delete", plan["org"]?["id"]?.string ?? "", "--plan"])
      #expect(json(second)["plan"]?["hash"] == plan["hash"])
    }
  }

  @Test func everythingThatIsRefusedEndsWithSixAndSendsNothing() async throws {
    try await withScene(extra: "protected = true") { scene in
      let id = json(try await scene.run(["delete", "acme", "--plan"]))["plan"]?["org"]?["id"]?.string ?? ""
      let word = String(id.suffix(8))
      let refused: [[String]] = [
        ["delete", "acme"], ["delete", "acme", "--confirm", "acme"], ["delete", "acme", "--confirm", "demo/Acme"],
        ["delete", "acme", "--confirm", "demo/acme"], ["delete", "acme", "--confirm", "demo/acme", "--confirm-protected", "00000000"],
        ["delete", "acme", "--confirm", "demo/acme", "--confirm-protected", word, "--plan-hash", "sha256:00"],
      ]
      for arguments in refused {
        let run = try await scene.run(arguments)
        #expect(run.status == 6, "\(arguments): \(run.errors)")
        #expect(run.output.isEmpty && run.errors.contains("nothing was sent"))
      }
      #expect(try await scene.run(["delete", "nosuch", "--confirm", "demo/nosuch"]).status == 1)
      let purges = try await scene.run(["receipts"])
      #expect(json(purges)["receipts"] == [])
      scene.simulation.set(.regionFails("us-east-2"), on: true)
      let stale = try await scene.run(["delete", "acme", "--confirm", "demo/acme", "--confirm-protected", word])
      #expect(stale.status == 6 && stale.errors.contains("us-east-2"), "\(stale.errors)")
      #expect(try await scene.run(["delete", "acme", "--plan"]).status == 4)
      scene.simulation.set(.regionFails("us-east-2"), on: false)
      // The org is still there.
      #expect(try await scene.run(["delete", "acme", "--plan"]).status == 0)
    }
    try await withScene(writes: false) { scene in
      let run = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(run.status == 6 && run.errors.contains("read-only"))
    }
  }

  @Test func aDeletionIsVerifiedAndItsReceiptKept() async throws {
    try await withScene { scene in
      let plan = try #require(json(try await scene.run(["delete", "acme", "--plan"]))["plan"])
      let hash = plan["hash"]?.string ?? ""
      let run = try await scene.run(["delete", "acme", "--confirm", "demo/acme", "--plan-hash", hash])
      let receipt = try #require(json(run)["receipt"], "\(run.errors)")
      #expect(run.status == 0, "\(run.errors) \(run.output)")
      #expect(receipt["outcome"]?.string == "verified" && receipt["plan_hash"]?.string == hash)
      #expect(receipt["requests"]?.array?.count == 1 && receipt["requests"]?.array?[0]["status"] == 200)
      for leg in ["roster", "instances", "dns"] { #expect(receipt["legs"]?[leg]?["state"] == "gone") }
      for leg in ["cascade", "audit"] { #expect(receipt["legs"]?[leg]?["state"] == "completed") }
      let id = receipt["id"]?.string ?? ""
      let shown = try await scene.run(["receipts", id])
      #expect(json(shown)["receipt"]?["hash"] == receipt["hash"] && shown.status == 0)
      #expect(json(try await scene.run(["receipts"]))["receipts"]?.array?.first?["id"]?.string == id)
      #expect(try await scene.run(["receipts", "--verify"]).status == 0)
      let path = "\(scene.state)/fleettui/receipts/\(id).json"
      try String(contentsOfFile: path, encoding: .utf8).replacingOccurrences(of: "\"verified\"", with: "\"partial\"").write(
        toFile: path, atomically: true, encoding: .utf8)
      let broken = try await scene.run(["receipts", "--verify"])
      #expect(broken.status == 3)
      #expect(json(broken)["broken"] == [["id": .string(id), "why": "edited"]])
      #expect(try await scene.run(["delete", "acme", "--confirm", "demo/acme"]).status == 1)
    }
  }

  @Test func aCascadeThatFailsHalfwayIsStalledAndResumedOnlyWhenAsked() async throws {
    try await withScene { scene in
      scene.simulation.set(.cascadeFails(atStep: "infra"), on: true)
      let stalled = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(stalled.status == 5 && json(stalled)["receipt"]?["outcome"] == "stalled", "\(stalled.errors)")
      #expect(json(stalled)["receipt"]?["requests"]?.array?.count == 1)
      let twice = try await scene.run(["delete", "acme", "--confirm", "demo/acme", "--resume", "1"])
      #expect(twice.status == 5 && json(twice)["receipt"]?["requests"]?.array?.count == 2, "\(twice.errors)")
      scene.simulation.set(.cascadeFails(atStep: "infra"), on: false)
      let done = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(done.status == 0, "\(done.errors) \(done.output)")
      #expect(json(try await scene.run(["receipts", "--verify"]))["verified"] == 3)
    }
  }

  @Test func aQueuedDeletionThatIsNotOverInTimeEndsWithFive() async throws {
    try await withScene(speed: 0.2, extra: "verify_within = \"1s\"") { scene in
      scene.simulation.set(.deletionQueued, on: true)
      let run = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(run.status == 5 && json(run)["receipt"]?["outcome"] == "queued", "\(run.errors)")
      #expect(json(run)["receipt"]?["requests"]?.array?[0]["status"] == 202)
      // The next one finds the run and follows it.
      let second = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(json(second)["receipt"]?["requests"] == [] && json(second)["receipt"]?["outcome"] == "queued", "\(second.errors)")
      #expect(second.status == 5 && second.errors.contains("nothing was sent from here"), "\(second.errors)")
      // What was only looked at leaves no receipt.
      let kept = json(try await scene.run(["receipts"]))["receipts"]?.array?.count
      #expect(json(second)["receipt"]?["id"] == .null && kept == 1)
    }
  }

  @Test func killedWhileTheRequestIsOutTheNextStartFollowsAndSendsNothing() async throws {
    try await withScene(speed: 4, extra: "verify_within = \"3s\"") { scene in
      let process = Process()
      process.executableURL = ProgramUnderTest.url
      process.arguments = ["delete", "acme", "--confirm", "demo/acme", "--config", scene.config]
      process.environment = scene.variables.merging(["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]) { $1 }
      let errors = Pipe()
      process.standardOutput = Pipe()
      process.standardError = errors
      try process.run()
      var text = ""
      while !text.contains("the control plane deletes") {
        let more = errors.fileHandleForReading.availableData
        if more.isEmpty { break }
        text += String(decoding: more, as: UTF8.self)
      }
      // Its record is on disk before it leaves; the cascade takes a second or more.
      let journals = scene.state + "/fleettui/journal"
      while process.isRunning {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: journals)) ?? []
        if names.contains(where: { (try? String(contentsOfFile: "\(journals)/\($0)", encoding: .utf8))?.contains("sending") == true }) {
          break
        }
        await Task.yield()
      }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(text.contains("the control plane deletes"), "\(text)")
      let next = try await scene.run(["delete", "acme", "--confirm", "demo/acme"])
      #expect(next.errors.contains("was cut off"), "\(next.errors)")
      let receipt = json(next)["receipt"]
      #expect(receipt?["requests"]?.array?.count == 1 && receipt?["requests"]?.array?[0]["status"] == .null)
      // The request may have been cut off before it arrived: nobody here knows.
      let purges = try await scene.purges(of: "acme")
      #expect(purges.count <= 1 && purges.first.map { $0["attempts"] == 1 } != false)
      let truth = purges.isEmpty ? ["stalled"] : ["verified", "queued"]
      #expect(truth.contains(receipt?["outcome"]?.string ?? ""), "\(next.output)")
    }
  }

  @Test func thePromptRefusesAPasteAndLeavesWithEscape() {
    var decoder = KeyDecoder()
    func events(_ text: String) -> [TypedConfirmation.Event] {
      decoder.keys(from: Array(text.utf8)).compactMap(TypedConfirmation.Event.init)
    }
    #expect(events("ab\u{7F}\r") == [.key("a"), .key("b"), .erase(.character), .enter])
    #expect(events("\u{1B}[200~staging/") == [])
    #expect(events("acme\u{1B}[20") == [])
    #expect(events("1~") == [.paste])
    #expect(events("\u{1B}[A\u{1B}[M dd") == [])
    #expect(events("\u{1B}") == [])
    #expect(decoder.settle().compactMap(TypedConfirmation.Event.init) == [.escape])
    #expect(events("\u{03}\u{04}é") == [.escape, .escape, .key("é")])
  }
}
