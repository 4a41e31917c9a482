import FleetModel
import Glibc

/// `fleettui doctor`: what was looked at, and what to do where it is not well.
struct DoctorDocument: Document {
  let frame: DocumentFrame
  private let checks: [DoctorCheck]

  init(_ checks: [DoctorCheck], environment: String?) {
    frame = DocumentFrame(ofFilesFor: environment)
    self.checks = checks
  }

  var body: [JSONValue.Member] { [.init("checks", .array(checks.map(\.json)))] }

  var table: TextTable {
    TextTable(
      header: ["CHECK", "RESULT", "SUMMARY", "NEXT STEP"], rows: checks.map { [$0.id, $0.result.rawValue, $0.summary, $0.nextStep ?? ""] })
  }

  /// 2 for a configuration that can't be read, 3 when a check fails, else 0.
  var exitCode: Int32 {
    guard let failed = checks.first(where: { $0.result == .fail }) else { return 0 }
    return failed.id == "config" ? 2 : 3
  }
}

/// One thing that `doctor` looked at.
struct DoctorCheck: Sendable {
  enum Result: String, Sendable { case pass, fail, warn, skipped }

  var id: String
  var result: Result
  var summary: String
  var nextStep: String?

  init(_ id: String, _ result: Result, _ summary: String, nextStep: String? = nil) {
    self.id = id
    self.result = result
    self.summary = UntrustedText.clean(summary, limit: 1000)
    self.nextStep = nextStep
  }

  var json: JSONValue {
    ["id": .string(id), "result": .string(result.rawValue), "summary": .string(summary), "next_step": JSONValue(nextStep)]
  }

  static func terminal(_ variables: [String: String]) -> DoctorCheck {
    let name = variables["TERM"] ?? ""
    let locale = variables["LC_ALL"].flatMap { $0.isEmpty ? nil : $0 } ?? variables["LC_CTYPE"] ?? variables["LANG"] ?? ""
    let isUTF8 = locale.uppercased().contains("UTF-8") || locale.uppercased().contains("UTF8")
    guard isatty(STDOUT_FILENO) == 1 else { return DoctorCheck("terminal", .skipped, "standard output is not a terminal") }
    guard !name.isEmpty, name != "dumb" else {
      return DoctorCheck("terminal", .fail, "TERM is \(name.isEmpty ? "not set" : "dumb")", nextStep: "export TERM=xterm-256color")
    }
    guard isUTF8 else {
      return DoctorCheck(
        "terminal", .warn, "TERM=\(name), locale \(locale.isEmpty ? "not set" : locale) is not UTF-8: ASCII is drawn",
        nextStep: "export LC_ALL=C.UTF-8")
    }
    return DoctorCheck("terminal", .pass, "TERM=\(name), locale \(locale)")
  }
}
