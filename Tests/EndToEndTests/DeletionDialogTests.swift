import FleetModel
import FleetSim
import Foundation
import FoundationNetworking
import Testing

/// Deleting an org from the dashboard, by hand, in a real pseudo-terminal, on a simulated fleet that others change meanwhile.
@Suite(.serialized) struct DeletionDialogTests {
  /// A simulated fleet and as many dashboards on it as a test wants, which share one state directory.
  final class Scene: Sendable {
    let simulation: FleetSimulation
    let endpoints: SimulatedEndpoints
    private let folder: URL
    let config: String

    init(speed: Double = 3, extra: String = "") async throws {
      var options = SimulationOptions()
      options.speed = speed
      simulation = try FleetSimulation(options)
      endpoints = try await simulation.start()
      folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-dialog-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let file = folder.appendingPathComponent("config.toml")
      let lines = "writes        = true\nroster_poll   = \"3s\"\n" + extra
      let text = endpoints.configuration.split(separator: "\n", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("roster_poll") }.joined(separator: "\n").replacingOccurrences(of: "writes        = true", with: lines)
      try Data(text.utf8).write(to: file)
      config = file.path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// - Parameter first: a key takes what was said at the start away.
    func dashboard(rows: Int = 34, columns: Int = 110, first: String? = "1") throws -> PseudoTerminal {
      try PseudoTerminal(["--config", config], rows: rows, columns: columns, environment: ["XDG_STATE_HOME": folder.path], first: first)
    }

    /// A dashboard with the dialog open for `org`.
    func dialog(_ org: String, rows: Int = 34, columns: Int = 110) throws -> PseudoTerminal {
      let terminal = try dashboard(rows: rows, columns: columns)
      try terminal.see(org)
      try terminal.press("/\(org)\r")
      try terminal.see("▶ \(org)")
      // Off until roster and regions are complete.
      try terminal.see(" d delete  ?")
      try terminal.press("d")
      try terminal.see("Delete org")
      try terminal.see("reading the zone", absent: true)
      return terminal
    }

    /// A dashboard in which acme's deletion has come to its machines.
    func runningDeletion() throws -> PseudoTerminal {
      let terminal = try dialog("acme")
      try terminal.type("demo/acme", interval: 0.4)
      try terminal.press("\r")
      try terminal.see("infra")
      return terminal
    }

    /// What another operator asks of the control plane.
    func ask(_ method: String, _ path: String, body: String? = nil) async throws -> JSONValue {
      try await Self.ask(endpoints, method, path, body: body)
    }

    static func ask(_ endpoints: SimulatedEndpoints, _ method: String, _ path: String, body: String? = nil) async throws -> JSONValue {
      var request = URLRequest(url: try #require(URL(string: endpoints.controlPlane + path)))
      request.httpMethod = method
      request.setValue("Bearer \(endpoints.adminToken)", forHTTPHeaderField: "Authorization")
      request.httpBody = body.map { Data($0.utf8) }
      let (data, _) = try await URLSession.shared.data(for: request)
      return (try? JSONValue(parsing: Array(data))) ?? .null
    }

    /// Runs of the cascade that the control plane knows of this org.
    func purges(of slug: String) async throws -> [JSONValue] {
      (try await ask("GET", "/cp/admin/purges?limit=500"))["purges"]?.array?.filter { $0["org_slug"]?.string == slug } ?? []
    }

    var journals: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/fleettui/journal")) ?? []).filter { $0.hasSuffix(".ndjson") }
    }
    var receipts: [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/fleettui/receipts")) ?? []).filter { $0.hasSuffix(".json") }
    }
  }

  // Phrases that are to count are typed for longer than the two seconds that the plan must have been open.

  func withScene(speed: Double = 3, extra: String = "", _ body: (Scene) async throws -> Void) async throws {
    let scene = try await Scene(speed: speed, extra: extra)
    do { try await body(scene) } catch {
      await scene.simulation.stop()
      throw error
    }
    await scene.simulation.stop()
  }

  @Test func typedByHandItDeletesFollowsAndProves() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      // The tenant has told its workspaces' names: nothing more will be added.
      try terminal.see("support-7")
      let dialog = try terminal.screen().joined(separator: "\n")
      #expect(!dialog.contains("demo/acme"), "the phrase stands in one piece:\n\(dialog)")
      // The plan can be scrolled while it is read; the screen stays whole.
      for keys in ["\u{1B}[B", "\u{1B}[B\u{1B}[B\u{1B}[B", "\u{1B}[A\u{1B}[A\u{1B}[A"] { try terminal.press(keys) }
      // A letter shows that all keys before it were taken.
      try terminal.press("x")
      try terminal.see("▸ x")
      let scrolled = try terminal.screen()
      try terminal.press("\u{0C}y")
      try terminal.see("▸ xy")
      let drawn = try terminal.screen()
      try terminal.type("\u{7F}\u{7F}")
      let listed = { (rows: [String]) in
        rows.filter { row in ["machine", "workspace", "dns", "volume"].contains { row.hasPrefix("  \($0) ") } }
      }
      #expect(
        listed(scrolled) == listed(drawn) && listed(drawn).count > 10,
        "\(scrolled.joined(separator: "\n"))\n\(drawn.joined(separator: "\n"))")
      try terminal.type("demo/acme", interval: 0.4)
      try terminal.press("\r")
      try terminal.see("Deletion of acme")
      try terminal.see("VERIFIED GONE", within: 60)
      try terminal.see("Receipt r-")
      try terminal.press("\u{1B}")
      try terminal.see("Receipt r-", absent: true)
      try terminal.press("9")
      try terminal.see("verified")
      #expect(try await scene.purges(of: "acme").count == 1)
      #expect(scene.receipts.count == 1 && scene.journals.isEmpty)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func aDeletionPractisedInTheDemoIsReplayedAndItsReceiptGoesWithTheDemo() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-practice-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("session.ndjson").path
    let state = ["XDG_STATE_HOME": folder.path]
    let demo = try PseudoTerminal(["demo", "--write", "--speed", "3", "--record", file], rows: 34, columns: 110, environment: state)
    try demo.see("acme")
    try demo.press("/acme\r")
    try demo.see("▶ acme")
    try demo.see(" d delete  ?")
    try demo.press("d")
    try demo.see("Delete org")
    try demo.see("reading the zone", absent: true)
    try demo.type("demo/acme", interval: 0.4)
    try demo.press("\r")
    try demo.see("VERIFIED GONE", within: 60)
    try demo.press("\u{1B}")
    try demo.see("VERIFIED GONE", absent: true)
    try demo.press("q")
    let end = try demo.end()
    #expect(end.code == 0 && end.isRestored && end.text.contains("its receipts went with it"), "\(end)")
    // Nothing of it among the operator's own.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["session.ndjson"])
    let replay = try PseudoTerminal(["replay", file, "--speed", "100"], rows: 34, columns: 110, environment: state)
    try replay.see("replay x100 ended")
    try replay.press("0/DELETION\r")
    for line in ["DELETION_PLANNED", "DELETION_BEGUN", "DELETION_ENDED"] { try replay.see(line) }
    try replay.press("9")
    try replay.see("● verified")
    try replay.see("receipt r-")
    try replay.press("q")
    #expect(try replay.end().code == 0)
  }

  @Test func pasteBurstPartialPhraseAndAnotherEnvironmentDeleteNothing() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      try terminal.press("\u{1B}[200~demo/acme\u{1B}[201~")
      try terminal.see("pasting is refused")
      try terminal.press("\r")
      // Without brackets a paste is faster than a hand.
      try terminal.see("keys are taken again", absent: true)
      try terminal.press("demo/acme\r")
      try terminal.see("faster than a hand")
      try terminal.see("keys are taken again", absent: true)
      for phrase in ["demo/acm", "staging/acme"] {
        try terminal.type(phrase)
        try terminal.press("\r")
        try terminal.see("that is not it")
        try terminal.see("keys are taken again", absent: true)
        for _ in phrase { try terminal.type("\u{7F}", interval: 0.03) }
      }
      #expect(try await scene.purges(of: "acme").isEmpty && scene.journals.isEmpty)
      try terminal.press("\u{1B}")
      try terminal.see("Delete org", absent: true)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func typedSlowlyAndResizedInMidWordItStillCounts() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      try terminal.type("demo", interval: 0.4)
      try terminal.resize(rows: 10, columns: 40)
      try terminal.see("▸ demo")
      try terminal.type("/ac", interval: 0.3)
      try terminal.resize(rows: 50, columns: 200)
      try terminal.see("▸ demo/ac")
      try terminal.type("me", interval: 0.3)
      try terminal.press("\r")
      try terminal.see("VERIFIED GONE", within: 60)
      try terminal.press("qq")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func escapeLeavesFromAnywhereAndNothingWasSent() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      try terminal.type("demo/acme")
      try terminal.press("\u{1B}")
      try terminal.see("Delete org", absent: true)
      try terminal.press("\r")
      try terminal.see("esc close")
      #expect(try await scene.purges(of: "acme").isEmpty && scene.journals.isEmpty)
      try terminal.press("\u{1B}")
      try terminal.see("esc close", absent: true)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func dataThatGoesStaleUnderItSwitchesItOffAndBackOn() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      try terminal.type("demo/acme")
      scene.simulation.set(.rosterUnavailable, on: true)
      try terminal.see("off: control-plane is failed")
      try terminal.press("\r")
      #expect(try await scene.purges(of: "acme").isEmpty && scene.journals.isEmpty)
      scene.simulation.set(.rosterUnavailable, on: false)
      try terminal.see("off: ", absent: true)
      try terminal.press("\r")
      try terminal.see("VERIFIED GONE", within: 60)
      try terminal.press("qq")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func anOrgThatAnotherOperatorDeletesUnderItIsFollowedAndNeverDeletedTwice() async throws {
    try await withScene { scene in
      let terminal = try scene.dialog("acme")
      try terminal.type("demo/ac")
      let endpoints = scene.endpoints
      async let other = Scene.ask(endpoints, "DELETE", "/cp/admin/tenants/acme", body: #"{"confirm":"acme"}"#)
      try terminal.see("another operator deletes it already")
      try terminal.type("me")
      try terminal.press("\r")
      try terminal.see("Deletion of acme")
      try terminal.see("VERIFIED GONE", within: 60)
      #expect(try await other["deleted"] == true)
      let purges = try await scene.purges(of: "acme")
      #expect(purges.count == 1 && purges.first?["attempts"] == 1, "\(purges)")
      // It was only looked at: that is said, and no receipt claims more.
      try terminal.see("nothing is sent from here, and no receipt is kept")
      try terminal.press("qq")
      #expect(try terminal.end().code == 0)
      #expect(scene.receipts.isEmpty)
    }
  }

  @Test func anOrgThatVanishesUnderItAndARowThatMovesLeaveTheDialogOnWhatItShowed() async throws {
    try await withScene(speed: 30) { scene in
      let terminal = try scene.dashboard()
      try terminal.see("globex")
      try terminal.see(" d delete  ?")
      // The row under the cursor moves up as acme, above it, goes.
      let name = "globex"
      try terminal.press("/\(name)\r")
      try terminal.see("▶ \(name)")
      try terminal.press("\u{1B}")
      try terminal.see("acme")
      try terminal.see("▶ \(name)")
      try terminal.press("d")
      try terminal.see("Delete org")
      _ = try await scene.ask("DELETE", "/cp/admin/tenants/acme", body: #"{"confirm":"acme"}"#)
      try terminal.see("org          \(name)")
      // And now the org itself.
      _ = try await scene.ask("DELETE", "/cp/admin/tenants/\(name)", body: "{\"confirm\":\"\(name)\"}")
      try terminal.see("the org is gone from the roster")
      try terminal.type("demo/\(name)")
      try terminal.press("\r")
      #expect(scene.journals.isEmpty && scene.receipts.isEmpty)
      try terminal.press("\u{1B}")
      try terminal.see("Delete org", absent: true)
      try terminal.press("q")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func aProtectedEnvironmentAsksForTheSecondWord() async throws {
    try await withScene(extra: "protected = true") { scene in
      let terminal = try scene.dialog("acme")
      let row = try #require(try terminal.see("org          acme").first { $0.contains("org          acme") })
      let word = String(row.trimmingCharacters(in: .whitespaces).suffix(8))
      try terminal.type("demo/acme", interval: 0.4)
      try terminal.press("\r")
      try terminal.see("id's last 8 characters")
      try terminal.type("00000000")
      try terminal.press("\r")
      try terminal.see("that is not it")
      #expect(scene.journals.isEmpty)
      try terminal.see("keys are taken again", absent: true)
      for _ in 0..<8 { try terminal.type("\u{7F}", interval: 0.03) }
      try terminal.type(word)
      try terminal.press("\r")
      try terminal.see("VERIFIED GONE", within: 60)
      try terminal.press("qq")
      #expect(try terminal.end().code == 0)
    }
  }

  @Test func ofTwoDashboardsTheSecondFollowsTheFirst() async throws {
    try await withScene { scene in
      let first = try scene.dialog("acme")
      let second = try scene.dialog("acme")
      try first.type("demo/acme", interval: 0.4)
      try second.type("demo/acm")
      try first.press("\r")
      try first.see("Deletion of acme")
      try second.see("another operator deletes it already")
      try second.press("\r")
      try second.see("Deletion of acme")
      try first.see("VERIFIED GONE", within: 60)
      try second.see("VERIFIED GONE", within: 60)
      #expect(try await scene.purges(of: "acme").count == 1)
      for terminal in [first, second] {
        try terminal.press("qq")
        #expect(try terminal.end().code == 0)
      }
    }
  }

  @Test func whoLeavesInTheMiddleIsToldOnTheShellAndTheNextStartFollowsIt() async throws {
    try await withScene(speed: 2) { scene in
      let first = try scene.runningDeletion()
      try first.press("\u{1B}")
      try first.see("Deletion of acme", absent: true)
      try first.press("q")
      try first.see("the deletion of acme has no receipt yet")
      #expect(try first.end().code == 0 && scene.journals.count == 1 && scene.receipts.isEmpty)
      let next = try scene.dashboard()
      try next.press("9")
      try next.see("verified", within: 60)
      #expect(try await scene.purges(of: "acme").count == 1 && scene.receipts.count == 1 && scene.journals.isEmpty)
      try next.press("q")
      #expect(try next.end().code == 0)
    }
  }

  @Test func killedInTheMiddleTheNextStartSaysWhatStoodAndFollowsIt() async throws {
    try await withScene(speed: 2) { scene in
      let first = try scene.runningDeletion()
      try first.signal(SIGKILL)
      _ = try first.end()
      #expect(scene.journals.count == 1 && scene.receipts.isEmpty)
      let next = try scene.dashboard(first: nil)
      try next.see("an earlier deletion of acme was cut off")
      try next.press("9")
      try next.see("acme")
      try next.see("verified", within: 60)
      let purges = try await scene.purges(of: "acme")
      #expect(purges.count == 1 && purges.first?["attempts"] == 1)
      #expect(scene.receipts.count == 1 && scene.journals.isEmpty)
      try next.press("q")
      #expect(try next.end().code == 0)
    }
  }
}
