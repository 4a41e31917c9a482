import FleetModel

/// The frame of every JSON document (`docs/json.md`): schema, environment, time, sources.
enum Document {
  static func make(_ body: [JSONValue.Member], environment: String, fleet: Fleet, at now: Timestamp) -> JSONValue {
    .object(
      [
        .init("schema", 1), .init("environment", .string(environment)), .init("at", JSONValue(now)),
        .init("sources", sources(of: fleet, at: now)),
      ] + body)
  }

  static func sources(of fleet: Fleet, at now: Timestamp) -> JSONValue {
    .array(
      fleet.sources.keys.sorted().map { source in
        let freshness = fleet.freshness(of: source, at: now)
        return [
          "name": .string(source.description), "state": .string(freshness.state.rawValue), "at": JSONValue(freshness.at),
          "age": JSONValue(freshness.age(at: now), places: 1), "error": JSONValue(freshness.state == .complete ? nil : freshness.problem),
        ]
      })
  }

  static func progress(_ progress: Progress?) -> JSONValue {
    guard let progress else { return .null }
    return [
      "phase": JSONValue(progress.phase), "fraction": JSONValue(progress.fraction, places: 3), "elapsed": JSONValue(progress.elapsed, places: 1),
      "eta": progress.eta.map { ["p50": JSONValue($0.p50, places: 1), "p90": JSONValue($0.p90, places: 1), "n": JSONValue($0.samples)] } ?? .null,
      "late": .bool(progress.isLate), "deadline": JSONValue(progress.deadline),
    ]
  }
}
