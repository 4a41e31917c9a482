import Foundation
import TestSupport
import Testing

/// The tour that new users take: every key that it names does what it says.
@Suite struct TourTests {
  @Test func everyStepOfTheTourShowsWhatItSays() throws {
    let process = TestPython.process([PackageRoot.file("scripts/tour.py"), try ProgramUnderTest.optimised().path])
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}
