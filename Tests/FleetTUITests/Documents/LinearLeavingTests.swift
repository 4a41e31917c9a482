import Foundation
import TestSupport
import Testing

@testable import FleetTUI

/// The dashboard by lines, asked to end while nobody reads what it says.
@Suite struct LinearLeavingTests {
  @Test("A second SIGTERM ends it at once, although its write waits for a reader", .timeLimit(.minutes(2)))
  func secondSignal() throws {
    let directory = try TemporaryDirectory()
    let process = Process()
    process.executableURL = ProgramUnderTest.url
    process.arguments = ["demo"]
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "ACCESSIBLE": "1",
      "TMPDIR": directory.url.path,
    ]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    // Far more than a pipe holds is asked for, and nobody takes it.
    try input.fileHandleForWriting.write(contentsOf: Data(String(repeating: "help\n", count: 2000).utf8))
    let descriptor = output.fileHandleForReading.fileDescriptor
    // It is full, by however much of its pages is used, when nothing more comes.
    var (waiting, before, calm): (Int32, Int32, Int) = (0, -1, 0)
    let full = Date().addingTimeInterval(60)
    while calm < 100, process.isRunning, Date() < full {
      usleep(10_000)
      _ = ioctl(descriptor, UInt(FIONREAD), &waiting)
      calm = waiting > 16_384 && waiting == before ? calm + 1 : 0
      before = waiting
    }
    #expect(calm >= 100, "\(waiting) bytes wait")
    let end = Date().addingTimeInterval(30)
    while process.isRunning, Date() < end {
      kill(process.processIdentifier, SIGTERM)
      usleep(20_000)
    }
    #expect(!process.isRunning, "two SIGTERMs did not end it")
    guard !process.isRunning else { return }
    // A shell calls both 143.
    let code = process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    #expect(code == 143)
  }
}
