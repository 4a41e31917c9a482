import Foundation
import TestSupport
import Testing

/// Whatever is typed, pasted, clicked or answered by a terminal, at any size, while orgs come and go: the program takes it and `q` leaves.
@Suite struct StormTests {
  /// `FLEETTUI_STORM_SEEDS=1-20` runs other seeds than the first.
  private static let seeds = ProcessInfo.processInfo.environment["FLEETTUI_STORM_SEEDS"] ?? "1"

  @Test func twentyThousandInputsAreTakenAndTheKeyThatLeavesStillDoes() throws {
    let process = TestPython.process([
      PackageRoot.file("Tests/EndToEndTests/terminal/storm.py"), "--program", try ProgramUnderTest.optimised().path, "--seeds", Self.seeds,
    ])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    print(text)
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
