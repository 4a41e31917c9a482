import Feeds
import FleetModel
import Glibc

/// The dashboard for a screen reader (`ACCESSIBLE=1`): the fleet once as plain lines, then a sentence for each event, nothing redrawn.
enum LinearOutput {
  static func isWanted(_ variables: [String: String]) -> Bool { variables["ACCESSIBLE"] == "1" }

  /// Until a signal ends it. - Returns: the exit code.
  static func run(_ queue: EventQueue, environment: String, log: FleetLog) -> Int32 {
    Output.line("fleettui, environment \(environment). Each event is a line. Control C leaves.")
    var printer = EventPrinter(limit: nil, isVerbose: true, log: log, line: sentence)
    printer.onRoster = { fleet in
      let orgs = fleet.listedOrgs
      return (["\(orgs.count) orgs."] + orgs.map { "\($0.slug): \($0.row.status?.text ?? "no status yet")." }).joined(separator: "\n")
    }
    return printer.run(queue, SignalPipe(), seconds: nil)
  }

  /// `04:11:52, acme, support-7: boot event, image_pull ok.`
  static func sentence(_ entry: LogEntry, _ fleet: Fleet) -> String {
    let data = (try? JSONValue(parsing: entry.data))?.members ?? []
    let workspace = entry.workspaceID.map { fleet.workspaces[$0]?.row.name ?? $0.rawValue }
    let place = [entry.slug?.rawValue, workspace].compactMap { $0 }.joined(separator: ", ")
    let words = data.compactMap { member -> String? in
      switch member.value {
      case .string(let text): text.isEmpty ? nil : text
      case .integer, .number, .bool: "\(member.name.replacing("_", with: " ")) \(member.value)"
      case .null, .array, .object: nil
      }
    }
    let event = entry.type.rawValue.lowercased().replacing("_", with: " ")
    return "\(entry.at.timeOfDay), \(place.isEmpty ? entry.source.description : place): \(([event] + words).joined(separator: ", "))."
  }
}
