import FleetModel

/// `fleettui triage`: the page Triage, each finding of the fleet with its proof and the next step.
struct TriageDocument: PageDocument {
  let fleet: Fleet
  let now: Timestamp
  private let rows: [(target: Finding.Target, finding: Finding)]

  /// - Parameter fleet: judged at `now`.
  init(fleet: Fleet, now: Timestamp) {
    self.fleet = fleet
    self.now = now
    rows = TriageContent().ordered(fleet, at: now).compactMap { id in id.finding(in: fleet, at: now).map { (id.target, $0) } }
  }

  private static let severities: [Finding.Severity] = [.critical, .warning, .info]

  private func count(_ severity: Finding.Severity) -> Int { fleet.triage.count(of: severity) }

  var body: [JSONValue.Member] {
    [
      .init(
        "findings",
        .array(
          rows.map { target, finding in
            [
              "code": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
              "target": JSONValue(target, in: fleet), "summary": .string(finding.summary),
              "evidence": .array(finding.evidenceLines.map(JSONValue.string)), "next_step": .string(finding.nextStep),
              "disproof": JSONValue(finding.disproof?.text), "as_of": JSONValue(finding.asOf),
            ]
          })),
      .init("counts", .object(Self.severities.map { .init($0.rawValue, JSONValue(count($0))) })),
    ]
  }

  var table: TextTable {
    TextTable(
      header: ["SEVERITY", "TARGET", "FINDING", "WHAT", "NEXT STEP"],
      rows: rows.map { target, finding in
        [finding.severity.rawValue, TriageContent.name(of: target, fleet), finding.code.rawValue, finding.summary, finding.nextStep]
      }, dispensable: ["NEXT STEP"])
  }

  var summary: String { Self.severities.map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ") }
  var gaps: [String] { fleet.gaps(at: now).map(\.why) }
  var hasFound: Bool { count(.critical) + count(.warning) > 0 }
}
