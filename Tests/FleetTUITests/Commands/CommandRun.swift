import Foundation
import Synchronization
import TestSupport

@testable import FleetTUI

/// The built program, run to its end as a user's shell would.
struct CommandRun: Sendable {
  var status: Int32
  var output: String
  var errors: String

  var lines: [Substring] { output.split(separator: "\n") }

  private final class Collected: Sendable {
    let bytes = Mutex(Data())
  }

  /// - Parameters:
  ///   - onOutput: called with all the output so far whenever there is more, until it answers `true`; may signal the process, once: while that
  ///     ends, a second signal would find its own action again.
  static func run(
    _ arguments: String..., input: String = "", variables: [String: String] = [:],
    onOutput: @escaping @Sendable (String, Int32) -> Bool = { _, _ in true }
  ) async throws -> CommandRun {
    try await run(arguments: arguments, input: input, variables: variables, onOutput: onOutput)
  }

  static func run(
    arguments: [String], program: URL = ProgramUnderTest.url, input: String = "", variables: [String: String] = [:],
    onOutput: @escaping @Sendable (String, Int32) -> Bool = { _, _ in true }
  ) async throws -> CommandRun {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    var environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]
    environment.merge(variables) { _, new in new }
    process.environment = environment
    let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    process.standardError = stderr
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    let identifier = process.processIdentifier
    async let output = collect(stdout.fileHandleForReading) { onOutput($0, identifier) }
    async let errors = collect(stderr.fileHandleForReading) { _ in true }
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
    // No test may hang on a program that does not end: 120 s are far beyond any of its own limits.
    let watchdog = Task {
      try await Task.sleep(for: .seconds(120))
      kill(identifier, SIGKILL)
    }
    for await _ in ended.stream {}
    watchdog.cancel()
    return CommandRun(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, output: await output,
      errors: await errors)
  }

  private static func collect(_ handle: FileHandle, _ onMore: @escaping @Sendable (String) -> Bool) async -> String {
    await withCheckedContinuation { continuation in
      Thread {
        var data = Data()
        var isDone = false
        while true {
          // What is there, not as much as fits: a line must be seen while the program goes on.
          let more = handle.availableData
          guard !more.isEmpty else { break }
          data.append(more)
          if !isDone { isDone = onMore(String(decoding: data, as: UTF8.self)) }
        }
        continuation.resume(returning: String(decoding: data, as: UTF8.self))
      }.start()
    }
  }
}

/// A directory for one test's files.
final class TemporaryDirectory {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
    let file = url.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    return file.path
  }
}
