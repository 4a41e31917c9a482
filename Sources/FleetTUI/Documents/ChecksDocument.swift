import FleetModel

/// `fleettui check` and `fleettui posture`: what was looked at, with result and evidence.
struct ChecksDocument: FleetDocument {
  let checks: [Check]
  let fleet: Fleet
  let now: Timestamp
  let messages: [String]
  private let hasGaps: Bool

  /// - Parameter hasGaps: whether something that the checks need could not be read.
  init(checks: [Check], fleet: Fleet, now: Timestamp, messages: [String], hasGaps: Bool = false) {
    self.checks = checks
    self.fleet = fleet
    self.now = now
    self.messages = messages
    self.hasGaps = hasGaps
  }

  var body: [JSONValue.Member] { [.init("checks", .array(checks.map(Self.json)))] }

  private static func json(_ check: Check) -> JSONValue {
    [
      "id": .string(check.id), "result": .string(check.result.rawValue), "target": .string(clean(check.target)),
      "summary": .string(clean(check.summary)),
      "evidence": .array(check.evidence.map { .string(clean($0)) }), "millis": JSONValue(check.millis, places: 1),
    ]
  }

  private static func clean(_ text: String) -> String { UntrustedText.clean(text, limit: 1000) }

  var table: TextTable {
    var table = TextTable(header: ["RESULT", "CHECK", "TARGET", "MS", "SUMMARY", "EVIDENCE"], dispensable: ["MS", "EVIDENCE"])
    table.rows = checks.map { check in
      [
        check.result.rawValue, check.id, Self.clean(check.target), check.millis.map { "\($0)" } ?? TextTable.none,
        Self.clean(check.summary),
        check.evidence.map(Self.clean).joined(separator: "; "),
      ]
    }
    return table
  }

  /// 3 when something failed, 4 when something could not be told that should have been: for the posture 4 beats 3, for one tenant's layers
  /// the failing layer is the answer, and what lies behind it is not reached rather than untold.
  var exitCode: Int32 {
    if hasGaps || checks.contains(where: { $0.result == .unknown && $0.counts }) { return 4 }
    return checks.contains { $0.result == .fail } ? 3 : 0
  }
}
