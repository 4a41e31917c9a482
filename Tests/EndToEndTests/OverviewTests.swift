import FleetSim
import Foundation
import Testing

/// What the dashboard begins with where nothing is configured.
@Suite(.serialized) struct OverviewTests {
  private static let triage = "SEVERITY", fleet = "TENANT"

  private func leave(_ terminal: PseudoTerminal) throws {
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored, "\(end)")
  }

  @Test func whereSomethingNeedsAHumanItIsTriageAndTheWayBackIsTheFleet() throws {
    let terminal = try PseudoTerminal(columns: 120, first: nil)
    try terminal.see(Self.triage)
    try terminal.see("acme/billing")
    try terminal.press("[")
    try terminal.see(Self.fleet)
    // For good.
    try terminal.press("[")
    try terminal.see("nowhere was gone to before this")
    #expect(try terminal.screen().joined().contains(Self.fleet))
    try leave(terminal)
  }

  @Test func aFleetThatIsWellIsTheFleet() throws {
    let terminal = try PseudoTerminal(["demo", "--scenario", "healthy"], columns: 120, first: nil)
    try terminal.see("● 12 tenants")
    let rows = try terminal.see("nothing here needs a human")
    #expect(rows.joined().contains(Self.fleet) && !rows.joined().contains(Self.triage), "\(rows)")
    try leave(terminal)
  }

  @Test(arguments: ["j", "/\r", "?\r"]) func aKeyThatComesFirstKeepsTheFleet(_ keys: String) throws {
    let terminal = try PseudoTerminal(columns: 120, first: keys)
    // Everything has answered.
    try terminal.see("3 Triage 1")
    try terminal.see("● dns  ● ec2 ×2")
    let rows = try terminal.see(Self.fleet)
    #expect(!rows.joined().contains(Self.triage), "\(rows)")
    try leave(terminal)
  }

  @Test func aRecordingBeginsAsItWasSeen() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-overview-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("session.ndjson").path
    let live = try PseudoTerminal(["demo", "--record", file], columns: 120, environment: ["XDG_STATE_HOME": folder.path], first: nil)
    try live.see(Self.triage)
    try leave(live)
    let replay = try PseudoTerminal(["replay", file], columns: 120, environment: ["XDG_STATE_HOME": folder.path], first: nil)
    try replay.see(Self.triage)
    try leave(replay)
  }

  @Test func thePageThatIsConfiguredGoesBeforeIt() async throws {
    let simulation = try FleetSimulation(SimulationOptions())
    let endpoints = try await simulation.start()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-first-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let config = folder.appendingPathComponent("config.toml")
    for (name, heading) in [("fleet", Self.fleet), ("costs", "SO FAR")] {
      try Data((endpoints.configuration + "\n[ui]\nfirst_page = \"\(name)\"\n").utf8).write(to: config)
      let terminal = try PseudoTerminal(["--config", config.path], columns: 120, environment: ["XDG_STATE_HOME": folder.path], first: nil)
      try terminal.see("acme")
      try terminal.see("3 Triage 1")
      let rows = try terminal.see(heading)
      #expect(!rows.joined().contains(Self.triage), "\(rows)")
      try leave(terminal)
    }
    await simulation.stop()
  }
}
