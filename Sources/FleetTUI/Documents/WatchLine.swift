import FleetModel

/// One line of `fleettui watch` (`docs/json.md`).
enum WatchLine {
  static func json(of entry: LogEntry, environment: String) -> JSONValue {
    .object([.init("schema", 1), .init("environment", .string(environment))] + event(entry))
  }

  /// The line without its frame.
  static func event(_ entry: LogEntry) -> [JSONValue.Member] {
    [
      .init("at", JSONValue(entry.at)), .init("source", .string(entry.source.description)), .init("type", .string(entry.type.rawValue)),
      .init("org_id", JSONValue(entry.orgID)), .init("slug", JSONValue(entry.slug)), .init("workspace_id", JSONValue(entry.workspaceID)),
      .init("data", (try? JSONValue(parsing: entry.data)) ?? .object([])),
    ]
  }
}
