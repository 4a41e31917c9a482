import Feeds
import FleetModel

/// `fleettui dns`: every record of the zone with what is decided over it.
struct DNSDocument: FleetDocument {
  let report: DNSReport
  /// It carries every source that was asked, the neighbours' too.
  let fleet: Fleet
  let now: Timestamp

  /// - Parameters:
  ///   - fleet: judged at `now`.
  ///   - settings: of the zone, for when it was never read.
  init(fleet: Fleet, settings: DNSSettings, now: Timestamp) {
    self.now = now
    report =
      fleet.zoneReport(at: now)
      ?? DNSReport(
        records: nil, zoneProblem: fleet.zoneProblem(settings.zone, at: now), rules: DNSRules(settings, sharedWith: []),
        fleet: DNSFleet(of: []), quota: settings.recordQuota, at: now)
    var sources = fleet
    for share in fleet.zone?.neighbours ?? [] {
      // The document names each source once: another environment's trouble is told under the same name.
      for (source, record) in share.sources.sorted(by: { $0.key < $1.key }) {
        let freshness = record.freshness(at: now)
        guard sources.sources[source] == nil || (freshness.state != .complete && sources.isComplete(source, at: now)) else { continue }
        sources.adopt(source, record, reason: freshness.problem.map { "environment \(share.environment): \($0)" })
      }
    }
    self.fleet = sources
  }

  var body: [JSONValue.Member] {
    [
      .init(
        "records",
        .array(
          report.records.map { row, decision in
            [
              "id": .string(row.id), "name": .string(row.name), "type": .string(row.type), "content": .string(row.content),
              "decision": .string(decision.outcome.rawValue), "reason": .string(decision.reason),
            ]
          })),
      .init(
        "findings",
        .array(
          report.findings.map { ["code": .string($0.code), "severity": .string($0.severity.rawValue), "summary": .string($0.summary)] })),
      .init("quota", JSONValue(report.quota)), .init("used", JSONValue(report.used)),
      .init("per_hour", JSONValue(report.perHour, places: 2)),
      .init("full_at", JSONValue(report.fullAt)), .init("orphans", JSONValue(report.orphans)),
      .init("refused", JSONValue(report.refused)),
    ]
  }

  var table: TextTable {
    var table = TextTable(header: ["DECISION", "REASON", "TYPE", "NAME", "CONTENT"])
    for (row, decision) in report.records {
      table.rows.append([decision.outcome.rawValue, decision.reason, row.type, row.name, row.content])
    }
    return table
  }

  var messages: [String] {
    report.findings.map { "\($0.severity.rawValue): \($0.summary)" } + (report.refused.map { [$0] } ?? []) + fleet.problems(at: now)
  }

  /// 4 when something can't be told, 3 for an orphan or a finding, else 0 (cli.md, exit codes).
  var exitCode: Int32 {
    if report.refused != nil || report.cannotTell > 0 { return 4 }
    return report.orphans > 0 || report.findings.contains { $0.severity != .info } ? 3 : 0
  }
}
