import FleetSim
import Foundation
import TestSupport
import Testing

/// The dashboard as a person meets it: in a real pseudo-terminal, on the simulated fleet.
@Suite(.serialized) struct DashboardTests {
  @Test func theFirstFrameComesBeforeAnyAnswerAndTheFleetSoonAfter() throws {
    let terminal = try PseudoTerminal()
    let rows = try terminal.see("DEMO")
    #expect(rows.count == 24)
    try terminal.see("acme")
    try terminal.see("orphans")
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0)
    #expect(end.isRestored, "\(end.text.debugDescription)")
  }

  @Test func aTokenHelperThatTakesItsTimeKeepsNobodyFromTheFirstFrame() async throws {
    let simulation = try FleetSimulation(SimulationOptions())
    let endpoints = try await simulation.start()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-helper-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // The helper hangs until somebody writes the token.
    let (pipe, config) = (folder.appendingPathComponent("token").path, folder.appendingPathComponent("config.toml").path)
    #expect(mkfifo(pipe, 0o600) == 0)
    let text = """
      [environment.slow]
      control_plane = "\(endpoints.controlPlane)"
      tenant_url = "\(endpoints.tenantURL)"
      admin_token = { command = ["/bin/cat", "\(pipe)"] }
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: config))
    let terminal = try PseudoTerminal(["--config", config], columns: 120, environment: ["XDG_STATE_HOME": folder.path])
    let rows = try terminal.see("SLOW")
    #expect(!rows.joined().contains("acme"))
    try terminal.press("2")
    try terminal.see("ELAPSED")
    try terminal.press("1")
    // On a thread of its own: with a helper that was given up nobody reads, and the test is to fail, not to hang.
    let token = Data(endpoints.adminToken.utf8)
    Thread.detachNewThread { try? token.write(to: URL(fileURLWithPath: pipe)) }
    try terminal.see("acme")
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
    await simulation.stop()
  }

  @Test func keysOpenPagesDetailHelpAndFilter() throws {
    let terminal = try PseudoTerminal(columns: 120)
    try terminal.see("globex")
    try terminal.press("2")
    try terminal.see("(tenant)")
    try terminal.press("4")
    try terminal.see("VERDICT")
    try terminal.press("0")
    try terminal.see("EVENT")
    try terminal.press("1")
    try terminal.see("globex")
    try terminal.press("/glob")
    try terminal.see("acme", absent: true)
    try terminal.press("\r\r")
    try terminal.see("org globex")
    try terminal.press("\u{1B}")
    try terminal.see("org globex", absent: true)
    try terminal.press("\u{1B}")
    try terminal.see("acme")
    try terminal.press("?")
    try terminal.see("one row up")
    try terminal.press("\u{1B}")
    try terminal.see("one row up", absent: true)
    // Both cursor key modes.
    try terminal.press("g")
    // Which org is the third depends on who came meanwhile.
    let before = try terminal.see("▶ acme")
    let first = try #require(before.firstIndex { $0.hasPrefix("▶ acme") })
    let third = before[first + 2].dropFirst(2).prefix { $0 != " " }
    try terminal.press("\u{1B}[B\u{1B}OB")
    let rows = try terminal.see("▶ \(third)")
    #expect(rows.filter { $0.hasPrefix("▶") }.count == 1)
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func aRecordedSessionIsReplayedAndTheRecordingIsLeftAlone() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-replay-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("session.ndjson").path
    let live = try PseudoTerminal(["demo", "--record", file], columns: 120)
    try live.see("globex")
    try live.see("coming up")
    try live.press("q")
    #expect(try live.end().code == 0)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    let replay = try PseudoTerminal(["replay", file, "--speed", "100"], columns: 120)
    try replay.see("DEMO")
    try replay.see("globex")
    try replay.see("replay x100 ended")
    try replay.press("q")
    let end = try replay.end()
    #expect(end.code == 0 && end.isRestored)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
  }

  @Test func aRecordingThatDoesNotFitIsSaidOnTheScreenAndOnTheShell() throws {
    let terminal = try PseudoTerminal(["demo", "--record", "/dev/full"], columns: 200, first: nil)
    try terminal.see("the recording /dev/full ends here: No space left on device")
    try terminal.see("acme")
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 1 && end.isRestored)
    #expect(end.text.contains("fleettui: the recording /dev/full ends here: No space left on device"), "\(end.text.debugDescription)")
  }

  @Test func barsMoveWithinASecond() throws {
    let terminal = try PseudoTerminal(columns: 120)
    try terminal.press("2")
    let before = try terminal.see("▕")
    let moving = before.first { $0.contains("▕") } ?? ""
    try terminal.see(moving, absent: true)
  }

  @Test func aResizeStormDownToTheSmallestAndBelowLeavesAWholeScreen() throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    var random = SystemRandomNumberGenerator()
    for _ in 0..<60 {
      try terminal.resize(rows: Int.random(in: 1...70, using: &random), columns: Int.random(in: 1...250, using: &random))
      try terminal.press(["j", "k", "\r", "\u{1B}", "2", "1", "?"].randomElement(using: &random) ?? "j")
    }
    try terminal.resize(rows: 5, columns: 20)
    // Whatever the storm left open, a page's key closes it; help takes the first.
    try terminal.press("11")
    try terminal.see("ORG")
    try terminal.resize(rows: 4, columns: 19)
    try terminal.see("too small")
    try terminal.resize(rows: 24, columns: 100)
    let rows = try terminal.see("q quit")
    #expect(rows.filter { $0.contains("q quit") }.count == 1)
    #expect(rows.filter { $0.contains("too small") }.isEmpty)
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0)
    #expect(end.isRestored)
  }

  @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGQUIT, 131), (SIGHUP, 129)])
  func aSignalGivesTheTerminalBack(_ number: Int32, _ code: Int) throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.signal(number)
    let end = try terminal.end()
    #expect(end.hasEnded)
    #expect(end.code == code)
    #expect(end.isRestored, "\(end.text.debugDescription)")
  }

  @Test(arguments: [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP, SIGFPE])
  func aCrashGivesTheTerminalBack(_ number: Int32) throws {
    // The runtime's own crash reporter runs, and asks nobody whether to go on.
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.signal(number)
    let end = try terminal.end(within: 60)
    #expect(end.hasEnded)
    #expect(end.code == -Int(number))
    #expect(end.isRestored, "\(end.text.debugDescription)")
  }

  /// Timers, limits, the user's own, real-time ones: whatever ends a program that does nothing about it.
  @Test(arguments: [
    SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU, SIGVTALRM, SIGPROF, SIGPOLL, SIGPWR, SIGSTKFLT, SIGSYS, 34, 50, 64,
  ])
  func anyOtherSignalThatEndsItGivesTheTerminalBack(_ number: Int32) throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.signal(number)
    let end = try terminal.end()
    #expect(end.hasEnded)
    #expect(end.code == -Int(number))
    #expect(end.isRestored, "\(end.text.debugDescription)")
  }

  @Test func signalsThatOnlyTellOfAWriteEndNothing() throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    for number in [SIGPIPE, SIGXFSZ, SIGURG, SIGCHLD] { try terminal.signal(number) }
    try terminal.press("?")
    try terminal.see("one row up")
    try terminal.press("\u{1B}")
    try terminal.see("one row up", absent: true)
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0 && end.isRestored)
  }

  @Test(arguments: [SIGUSR1, SIGQUIT, SIGTERM, SIGSEGV]) func thePromptOfADeletionGivesTheTerminalBackToo(_ number: Int32) async throws {
    let simulation = try FleetSimulation(SimulationOptions())
    let endpoints = try await simulation.start()
    let state = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-prompt-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: state) }
    let terminal = try PseudoTerminal(
      ["delete", "acme", "--config", endpoints.configPath], rows: 50, columns: 120, environment: ["XDG_STATE_HOME": state.path])
    try terminal.see("Pasting is refused")
    let asked = try terminal.ask(["do": "stopped", "seconds": 0])
    #expect(asked["modes_same"] as? Bool == false)
    try terminal.signal(number)
    let end = try terminal.ask(["do": "exit", "seconds": 60])
    #expect(end["ended"] as? Bool == true && end["modes_same"] as? Bool == true && end["paste_off"] as? Bool == true, "\(end)")
    await simulation.stop()
  }

  @Test func controlCLeavesLikeAnInterrupt() throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.press("\u{03}")
    let end = try terminal.end()
    #expect(end.code == 130)
    #expect(end.isRestored)
  }

  @Test(arguments: [false, true])
  func aTerminalThatIsGoneEndsItWithinASecond(_ ignoresHangUp: Bool) throws {
    // A machine that does something else for a second must not decide: one spin is a spin each time.
    var slowest = 0.0
    for _ in 0..<3 {
      let terminal = try PseudoTerminal(ignoresHangUp: ignoresHangUp)
      try terminal.see("acme")
      try terminal.ask(["do": "hangup"])
      let end = try terminal.end(within: 10)
      #expect(end.hasEnded)
      if end.seconds <= 1 { return }
      slowest = max(slowest, end.seconds)
    }
    Issue.record("it went on for up to \(slowest) s")
  }

  @Test func controlZStopsWithTheTerminalGivenBackAndContinuesWhole() throws {
    let terminal = try PseudoTerminal()
    try terminal.see("acme")
    try terminal.press("\u{1A}")
    let stopped = try terminal.ask(["do": "stopped"])
    #expect(stopped["stopped"] as? Bool == true)
    #expect(stopped["modes_same"] as? Bool == true)
    #expect(stopped["second_screen"] as? Bool == false)
    try terminal.resize(rows: 30, columns: 90)
    try terminal.signal(SIGCONT)
    try terminal.press("?")
    try terminal.see("one row up")
    try terminal.press("\u{1B}")
    try terminal.see("globex")
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0)
    #expect(end.isRestored)
  }

  @Test(arguments: ["xterm-kitty", "no-such-terminal", "", "vt100", "linux", "dumb"])
  func anyNameOfATerminalShowsTheFleet(_ name: String) throws {
    let terminal = try PseudoTerminal(environment: ["TERM": name])
    try terminal.see("acme")
    try terminal.press("q")
    let end = try terminal.end()
    #expect(end.code == 0)
  }

  @Test func anASCIILanguageGetsASCII() throws {
    let terminal = try PseudoTerminal(environment: ["LC_ALL": "C"])
    try terminal.see("> acme")
    let rows = try terminal.screen().joined()
    #expect(rows.utf8.allSatisfy { $0 < 0x80 }, "\(rows)")
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func withoutATerminalItSaysWhatToUse() throws {
    let process = Process()
    process.executableURL = try ProgramUnderTest.optimised()
    process.arguments = ["demo"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(text.contains("fleettui snapshot"))
  }

  @Test func nothingIsWrittenAndNothingRunsWhileNothingMoves() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-idle-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("config.toml")
    // Without a token nothing is asked: nothing can change.
    let lines = [
      "default_environment = \"quiet\"", "[environment.quiet]", "control_plane = \"http://127.0.0.1:9\"",
      "admin_token = { env = \"ABSENT_TOKEN\" }", "",
    ]
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    let terminal = try PseudoTerminal(["--config", file.path])
    try terminal.see("control plane failed")
    _ = try terminal.screen()
    // The roster's next turn may fall into one of them; a tick would be in each.
    let quiet = try (0..<3).map { _ in try terminal.ask(["do": "quiet", "seconds": 1.5]) }
    #expect(quiet.contains { $0["bytes"] as? Int == 0 && $0["cpu"] as? Double == 0 }, "\(quiet)")
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }

  @Test func aStepOfTheCursorCostsFewBytes() throws {
    let terminal = try PseudoTerminal(rows: 40, columns: 120)
    try terminal.see("globex")
    let steps = try (0..<10).map { _ in
      _ = try terminal.screen()
      try terminal.press("j")
      return try terminal.ask(["do": "quiet", "seconds": 0.05])["bytes"] as? Int ?? .max
    }
    // News of the fleet may fall into some of them; a step that draws the screen anew would cost kilobytes in each.
    #expect((steps.filter { $0 > 0 }.min() ?? .max) <= 600, "\(steps)")
    try terminal.press("q")
    #expect(try terminal.end().code == 0)
  }
}
