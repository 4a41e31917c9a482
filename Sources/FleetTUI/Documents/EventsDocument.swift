import FleetModel

/// `fleettui events`: the page Events, what happened while it listened, the newest first.
struct EventsDocument: PageDocument {
  let fleet: Fleet
  let now: Timestamp
  let since: Timestamp
  private let rows: [LogEntry]

  init(fleet: Fleet, since: Timestamp, now: Timestamp) {
    self.fleet = fleet
    self.since = since
    self.now = now
    rows = EventsContent().ordered(fleet, at: now).compactMap { fleet.logEntry($0) }
  }

  var body: [JSONValue.Member] {
    [.init("since", JSONValue(since)), .init("events", .array(rows.map { .object(WatchLine.event($0)) }))]
  }

  var table: TextTable {
    TextTable(
      header: ["TIME", "SOURCE", "ORG", "WORKSPACE", "EVENT", "DATA"],
      rows: rows.map { entry in
        [
          entry.at.description, entry.source.description, fleet.orgName(of: entry) ?? "",
          EventsContent.workspaceName(of: entry, fleet) ?? "", entry.type.rawValue, entry.data,
        ]
      }, dispensable: ["SOURCE", "DATA"])
  }

  var summary: String { "\(rows.count) event\(rows.count == 1 ? "" : "s") in \(Moment.elapsed(now - since))" }

  /// Events are the roster's and the tenants'.
  var gaps: [String] { gaps(of: [.controlPlane, .tenant]) }

  var hasFound: Bool { false }
}
