import Foundation
import TestSupport

/// The built program as a line of a shell runs it: `$fleettui`, with redirections, pipes and limits.
enum ShellRun {
  static func run(_ script: String, input: Data = Data(), variables: [String: String] = [:]) async throws -> CommandRun {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script]
    var environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
      "fleettui": ProgramUnderTest.url.path,
    ]
    environment.merge(variables) { _, new in new }
    process.environment = environment
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    async let output = all(of: stdout.fileHandleForReading)
    async let errors = all(of: stderr.fileHandleForReading)
    try? stdin.fileHandleForWriting.write(contentsOf: input)
    try? stdin.fileHandleForWriting.close()
    for await _ in ended.stream {}
    return CommandRun(status: process.terminationStatus, output: await output, errors: await errors)
  }

  private static func all(of handle: FileHandle) async -> String {
    await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)) }.start()
    }
  }
}
