import Feeds
import FleetModel

/// `fleettui orphans`: what nobody owns any more, why that is believed, and what can't be told.
struct OrphansDocument: FleetDocument {
  let fleet: Fleet
  let now: Timestamp
  let report: OrphanReport

  /// - Parameter fleet: judged at `now`.
  init(fleet: Fleet, now: Timestamp) {
    self.fleet = fleet
    self.now = now
    report = OrphanReport(of: fleet, at: now)
  }

  var body: [JSONValue.Member] {
    [
      .init("orphans", .array(report.cases.map(Self.json))), .init("judged", .bool(report.isJudged)),
      .init("refused", JSONValue(report.refused)),
    ]
  }

  private static func json(_ found: OrphanCase) -> JSONValue {
    [
      "kind": .string(found.kind.rawValue), "id": .string(found.id), "region": JSONValue(found.region),
      "verdict": .string(found.verdict.name),
      "reasons": .array(found.verdict.reasons.map(JSONValue.string)), "evidence": .array(found.evidence.map { .string($0.description) }),
      "age": JSONValue(found.age, places: 1), "hourly": JSONValue(found.hourly), "monthly": JSONValue(found.monthly, places: 2),
      "next_step": .string(found.nextStep),
    ]
  }

  var table: TextTable {
    var table = TextTable(
      header: ["VERDICT", "KIND", "ID", "REGION", "WHY", "AGE", "$/H", "$/MONTH", "SO FAR", "EVIDENCE", "NEXT STEP"],
      dispensable: ["SO FAR", "REGION", "$/MONTH", "EVIDENCE", "NEXT STEP"])
    for found in report.cases {
      table.rows.append(
        [
          found.verdict.name, found.kind.rawValue, found.id, found.region?.rawValue ?? TextTable.unknown,
          found.verdict.reasons.joined(separator: " "), found.age.map(Self.span) ?? TextTable.unknown,
        ] + Self.cells(found.hourly, found.monthly, found.soFar) + [found.evidence.first?.description ?? "", found.nextStep])
    }
    return table
  }

  private static func cells(_ hourly: Double?, _ monthly: Double?, _ soFar: Double?) -> [String] {
    [(hourly, 4), (monthly, 2), (soFar, 2)].map { value, digits in value.map { Wording.dollars($0, digits: digits) } ?? TextTable.unknown }
  }

  /// What the orphans cost together.
  var notes: [String] {
    var (hourly, monthly, soFar) = (Money(), Money(), Money())
    var counts: [String: Int] = [:]
    for found in report.cases {
      counts[found.verdict.name, default: 0] += 1
      guard case .orphan = found.verdict else { continue }
      hourly.add(found.hourly)
      monthly.add(found.monthly)
      soFar.add(found.soFar)
    }
    func dollars(_ money: Money, _ digits: Int) -> String {
      "$" + Wording.dollars(money.known, digits: digits) + (money.hasUnknown ? "+?" : "")
    }
    var sums = "\(report.orphans) orphan\(report.orphans == 1 ? "" : "s")"
    if report.orphans > 0 { sums += ": \(dollars(hourly, 4))/h, \(dollars(monthly, 2))/month, \(dollars(soFar, 2)) so far" }
    if let grace = counts["grace"] { sums += "; \(grace) in grace" }
    if let open = counts["cannot-tell"] { sums += "; \(open) can't be told" }
    return [sums]
  }

  private static func span(_ seconds: Double) -> String {
    seconds < 5400
      ? "\(Int(clamping: seconds / 60))m" : seconds < 172_800 ? "\(Int(clamping: seconds / 3600))h" : "\(Int(clamping: seconds / 86_400))d"
  }

  var messages: [String] { (report.refused.map { [$0] } ?? []) + fleet.problems(at: now) + report.gaps }

  /// 4 when a source that the answer needs is missing, 3 for an orphan, else 0 (cli.md, exit codes).
  var exitCode: Int32 { report.isIncomplete ? 4 : report.orphans > 0 ? 3 : 0 }
}
