import Testing

@testable import Feeds

@Suite struct ChildProcessRunTests {
  private func run(_ script: String, input: String = "", seconds: Double = 20, limit: Int = 1 << 16) throws -> ChildProcess.Run {
    try ChildProcess.run(
      ["/bin/sh", "-c", script], input: input, environment: ["PATH": "/usr/bin:/bin"], seconds: seconds, limit: limit)
  }

  @Test func itHasItsInputAndShowsBothOfItsStreamsAndHowItEnded() throws {
    let run = try run("cat; echo why >&2; exit 3", input: "{\"kind\":\"org\"}\n")
    #expect(run.output == "{\"kind\":\"org\"}\nwhy\n" && run.ending == .exit(3))
    #expect(run.ending.problem == "ended with 3" && ChildProcess.Run.Ending.exit(0).problem == nil)
  }

  @Test func aLongInputThatNobodyReadsHoldsNobodyUp() throws {
    let run = try run("echo done", input: String(repeating: "x", count: 1 << 20))
    #expect(run == ChildProcess.Run(output: "done\n", ending: .exit(0)))
    let read = try self.run("wc -c", input: String(repeating: "x", count: 1 << 20))
    #expect(read.output.contains("1048576"))
  }

  @Test func whatGoesOnTooLongOrTellsTooMuchIsEndedWithAllThatItStarted() throws {
    let late = try run("echo begun; sleep 600 & wait", seconds: 0.5)
    #expect(late.output == "begun\n" && late.ending == .late(0))
    let cut = try run("yes", limit: 4096)
    #expect(cut.output.utf8.count >= 4096 && cut.ending == .cut)
  }

  @Test func noVariableThatOpensAnythingReachesIt() {
    let variables = [
      "PATH": "/bin", "LC_ALL": "C", "CP_ADMIN_API_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret", "PGPASSWORD": "secret",
      "SSH_AUTH_SOCK": "/s", "XDG_RUNTIME_DIR": "/r",
    ]
    #expect(Set(ChildProcess.harmless(variables).keys) == ["PATH", "LC_ALL", "XDG_RUNTIME_DIR"])
  }

  @Test func aProgramThatIsNotThereIsNamed() {
    #expect(throws: ChildProcess.Failure.self) {
      try ChildProcess.run(["no-such-program-here"], input: "", environment: ["PATH": "/bin"], seconds: 1, limit: 10)
    }
  }
}
