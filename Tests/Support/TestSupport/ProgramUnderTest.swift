import Foundation

/// The `fleettui` that the tests run.
public enum ProgramUnderTest {
  public struct Unusable: Error, CustomStringConvertible { public var description: String }

  private static let variable = "FLEETTUI_PROGRAM"

  /// What `FLEETTUI_PROGRAM` names: `make test` points it at the optimised program. Without it, the program that was built beside the tests.
  public static let url: URL = named ?? builtBesideTests("fleettui")

  /// A program of this package as the tests' own build has it, which is never the one that is installed.
  public static func builtBesideTests(_ name: String) -> URL {
    let beside = [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])].map {
      $0.deletingLastPathComponent().appendingPathComponent(name)
    }
    return beside.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? beside[1]
  }

  /// The program as users get it: the optimiser's faults are seen nowhere else (docs/decisions/0009).
  public static func optimised() throws -> URL { try checked.get() }

  private static var named: URL? {
    ProcessInfo.processInfo.environment[variable].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
  }

  private static let checked = Result {
    let cure = "`make test` builds the optimised program and names it; for a part, `make test TESTS='--filter Dashboard'`"
    guard let program = named else { throw Unusable(description: "\(variable) is not set: \(cure)") }
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw Unusable(description: "\(variable) is \(program.path), where no program is: \(cure)")
    }
    let process = Process()
    process.executableURL = program
    process.arguments = ["--version"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let version = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, version.hasPrefix("fleettui "), !version.contains("debug build") else {
      throw Unusable(description: "\(variable) is \(program.path), which says \"\(version.dropLast())\", not an optimised build: \(cure)")
    }
    return program
  }
}
