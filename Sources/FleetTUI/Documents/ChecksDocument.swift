import FleetModel

/// `fleettui check` and `fleettui posture`: what was looked at, with result and evidence.
struct ChecksDocument {
  let checks: [Check]
  let fleet: Fleet
  let now: Timestamp

  func json(environment: String) -> JSONValue {
    Document.make([.init("checks", .array(checks.map(Self.json)))], environment: environment, fleet: fleet, at: now)
  }

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
  func exitCode(gaps: Bool) -> Int32 {
    if gaps || checks.contains(where: { $0.result == .unknown && $0.counts }) { return 4 }
    return checks.contains { $0.result == .fail } ? 3 : 0
  }

  func print(_ format: GlobalOptions.Format, environment: String) {
    Output.document(format, json: json(environment: environment), table: table)
  }
}
