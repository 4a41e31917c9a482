import Feeds
import FleetModel

/// The frame of every JSON document (`docs/json.md`): schema, environment, time, sources.
enum Document {
  /// - Parameter rosterSuspicion: why the roster is not believed although it came whole: then it counts as partial.
  static func make(
    _ body: [JSONValue.Member], environment: String, fleet: Fleet, at now: Timestamp, rosterSuspicion: String? = nil
  ) -> JSONValue {
    .object(
      [
        .init("schema", 1), .init("environment", .string(environment)), .init("at", JSONValue(now)),
        .init("sources", sources(of: fleet, at: now, rosterSuspicion)),
      ] + body)
  }

  /// The same frame for what rests on no source of the fleet: this machine's own files.
  /// - Parameter environment: the one that was chosen, if any.
  static func local(_ body: [JSONValue.Member], environment: String?, at now: Timestamp = wallClock()) -> JSONValue {
    .object(
      [
        .init("schema", 1), .init("environment", JSONValue(environment)), .init("at", JSONValue(now)), .init("sources", .array([])),
      ] + body)
  }

  private static func sources(of fleet: Fleet, at now: Timestamp, _ rosterSuspicion: String?) -> JSONValue {
    .array(
      fleet.sources.keys.sorted().map { source in
        var freshness = fleet.freshness(of: source, at: now)
        if source == .controlPlane, freshness.state == .complete, let rosterSuspicion {
          freshness = Freshness(state: .partial, at: freshness.at, problem: rosterSuspicion)
        }
        return [
          "name": .string(source.description), "state": .string(freshness.state.rawValue), "at": JSONValue(freshness.at),
          "age": JSONValue(freshness.age(at: now), places: 1), "error": JSONValue(freshness.trouble),
        ]
      })
  }

  static func progress(_ progress: Progress?) -> JSONValue {
    guard let progress else { return .null }
    return [
      "phase": JSONValue(progress.phase), "fraction": JSONValue(progress.fraction, places: 3),
      "elapsed": JSONValue(progress.elapsed, places: 1),
      "eta": progress.eta.map { ["p50": JSONValue($0.p50, places: 1), "p90": JSONValue($0.p90, places: 1), "n": JSONValue($0.samples)] }
        ?? .null,
      // Of what stands still nobody can say that it is on time.
      "late": progress.isStuck ? .null : .bool(progress.isLate), "deadline": JSONValue(progress.deadline),
      "standstill": JSONValue(progress.standstill?.words), "as_of": JSONValue(progress.asOf),
    ]
  }
}
