import FleetModel
import Foundation
import TestSupport
import Testing

/// A `fleettui` in a pseudo-terminal, driven by `terminal/session.py`.
final class PseudoTerminal {
  struct Failure: Error, CustomStringConvertible { var description: String }

  private let process = TestPython.process([PackageRoot.file("Tests/EndToEndTests/terminal/session.py")])
  private let input = Pipe()
  private let output = Pipe()
  private var buffered = Data()

  /// - Parameter first: typed before anything answers, so that a dashboard begins with that page whatever needs a human; `nil`: it chooses by itself.
  init(
    _ arguments: [String] = ["demo"], rows: Int = 24, columns: Int = 100, environment: [String: String] = [:], ignoresHangUp: Bool = false,
    first: String? = "1"
  ) throws {
    let program = try ProgramUnderTest.optimised()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try ask([
      "do": "start", "argv": [program.path] + arguments, "rows": rows, "columns": columns, "environment": environment,
      "ignore_hangup": ignoresHangUp,
    ])
    if let first, Self.opensDashboard(arguments) { try ask(["do": "first", "bytes": first]) }
  }

  deinit {
    // The end of its input ends the script, which ends the program it started.
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private static func opensDashboard(_ arguments: [String]) -> Bool {
    ["demo", "replay", "--config"].contains(arguments.first)
  }

  @discardableResult
  func ask(_ command: [String: Any]) throws -> [String: Any] {
    try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: command) + Data([10]))
    while true {
      if let end = buffered.firstIndex(of: 10) {
        let line = buffered[..<end]
        buffered = Data(buffered[(end + 1)...])
        let answer = try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
        if let error = answer["error"] as? String { throw Failure(description: error) }
        return answer
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw Failure(description: "session.py ended: is pyte installed for \(TestPython.path)? (pip install pyte)")
      }
      buffered += more
    }
  }

  func press(_ keys: String) throws { try ask(["do": "keys", "bytes": keys]) }
  /// As a hand types: one key after the other. The interval is what is tested, not a wait for anything.
  func type(_ text: String, interval: Double = 0.07) throws { try ask(["do": "type", "text": text, "interval": interval]) }
  func signal(_ number: Int32) throws { try ask(["do": "signal", "number": Int(number)]) }
  func resize(rows: Int, columns: Int) throws { try ask(["do": "resize", "rows": rows, "columns": columns]) }

  /// Waits until the screen holds `text`; fails the test with the screen when it doesn't in time.
  @discardableResult
  func see(_ text: String, absent: Bool = false, within seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation) throws
    -> [String]
  {
    let answer = try ask(["do": "await", "text": text, "absent": absent, "seconds": seconds])
    let rows = answer["rows"] as? [String] ?? []
    #expect(
      answer["found"] as? Bool == true,
      "the screen \(absent ? "still shows" : "never showed") \"\(text)\":\n\(rows.joined(separator: "\n"))",
      sourceLocation: sourceLocation)
    return rows
  }

  func screen() throws -> [String] { try ask(["do": "screen"])["rows"] as? [String] ?? [] }

  struct End {
    var hasEnded: Bool
    var seconds: Double
    var code: Int
    /// Everything the program took is given back: modes, second screen, cursor, paste and synchronised mode.
    var isRestored: Bool
    var text: String
  }

  func end(within seconds: Double = 20) throws -> End {
    let answer = try ask(["do": "exit", "seconds": seconds])
    let flag = { (name: String) in answer[name] as? Bool ?? false }
    return End(
      hasEnded: flag("ended"), seconds: answer["seconds"] as? Double ?? .infinity, code: answer["code"] as? Int ?? Int.min,
      isRestored: flag("modes_same") && !flag("second_screen") && flag("cursor_shown") && flag("paste_off") && flag("synchronised"),
      text: String((answer["text"] as? String ?? "").suffix(300)))
  }
}
