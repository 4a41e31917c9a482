import FleetModel

/// `fleettui provisioning`: the page Provisioning, each boot that is under way, what is late or failed first.
struct ProvisioningDocument: PageDocument {
  private struct Row: Sendable {
    let target: BootTarget
    let progress: Progress
    /// The worst finding of what boots.
    let finding: Finding?

    var state: String {
      if progress.isStuck { return "stuck" }
      if progress.mayRecover { return "may-recover" }
      if progress.hasFailed { return "failed" }
      return progress.isLate ? "late" : "booting"
    }
  }

  let fleet: Fleet
  let now: Timestamp
  private let rows: [Row]

  /// - Parameter fleet: judged at `now`.
  init(fleet: Fleet, now: Timestamp) {
    self.fleet = fleet
    self.now = now
    rows = ProvisioningContent().ordered(fleet, at: now).compactMap { id in
      fleet.progress(of: id.target, at: now).map { progress in
        Row(target: id.target, progress: progress, finding: fleet.triage.findings(of: Self.place(of: id.target)).ranked.first)
      }
    }
  }

  private static func place(of target: BootTarget) -> Finding.Target {
    switch target {
    case .tenant(let id): .org(id)
    case .workspace(let id): .workspace(id)
    }
  }

  private func runtime(_ target: BootTarget) -> String? {
    if case .workspace(let id) = target { fleet.workspaces[id]?.row.runtime } else { nil }
  }

  private func count(_ state: String) -> Int { rows.count { $0.state == state } }

  var body: [JSONValue.Member] {
    [
      .init(
        "boots",
        .array(
          rows.map { row in
            [
              "target": JSONValue(Self.place(of: row.target), in: fleet), "runtime": JSONValue(runtime(row.target)),
              "state": .string(row.state), "late_at": JSONValue(row.progress.lateAt),
              "phase_elapsed": JSONValue(row.progress.phaseElapsed, places: 1), "progress": JSONValue(row.progress),
              "finding": row.finding.map {
                ["code": .string($0.code.rawValue), "severity": .string($0.severity.rawValue), "summary": .string($0.summary)]
              } ?? .null,
            ]
          })),
      .init(
        "counts",
        .object(
          [.init("boots", JSONValue(rows.count))] + Self.states.map { .init($0.replacing("-", with: "_"), JSONValue(count($0))) })),
    ]
  }

  private static let states = ["late", "stuck", "failed", "may-recover"]

  var table: TextTable {
    var table = TextTable(
      header: ["TARGET", "RUNTIME", "STATE", "PHASE", "%", "ELAPSED", "ETA", "AT MOST", "LEARNED FROM", "DEADLINE", "FINDING"],
      dispensable: ["LEARNED FROM", "DEADLINE", "RUNTIME", "AT MOST", "FINDING"])
    func seconds(_ value: Double?) -> String { value.map { "\(Int(clamping: $0.rounded()))s" } ?? TextTable.unknown }
    for row in rows {
      let progress = row.progress
      table.rows.append([
        ProvisioningContent.name(of: row.target, fleet), runtime(row.target) ?? TextTable.none, row.state,
        progress.phase ?? TextTable.unknown, progress.fraction.map { "\(Int(clamping: $0.asShare * 100))" } ?? TextTable.unknown,
        seconds(progress.elapsed), progress.standstill?.words ?? seconds(progress.eta?.p50), seconds(progress.eta?.p90),
        progress.eta.map { "\($0.samples)" } ?? TextTable.unknown, progress.deadline?.description ?? TextTable.none,
        row.finding.map { "\($0.code.rawValue): \($0.summary)" } ?? TextTable.none,
      ])
    }
    return table
  }

  var summary: String {
    "\(rows.count) coming up"
      + Self.states.map { ($0, count($0)) }.filter { $0.1 > 0 }.map { ", \($0.1) \($0.0.replacing("-", with: " "))" }.joined()
  }

  /// A boot is known by the roster and by its tenant.
  var gaps: [String] { gaps(of: [.controlPlane, .tenant]) }

  var hasFound: Bool { ["late", "stuck", "failed"].contains { count($0) > 0 } }
}
