import Feeds
import FleetModel

/// What every JSON document begins with (`docs/json.md`): schema, environment, time, and the sources that it rests on.
struct DocumentFrame: Sendable {
  /// The one that was looked at or chosen; `nil` where there is none.
  let environment: String?
  let at: Timestamp
  private let sources: [JSONValue]

  /// The frame of what is told of a fleet. A roster that the safety gate suspects came whole, and counts as partial all the same.
  init(of fleet: Fleet, at now: Timestamp) {
    environment = fleet.settings.environment
    at = now
    sources = fleet.sources.keys.sorted().map { source in
      var freshness = fleet.freshness(of: source, at: now)
      if source == .controlPlane, freshness.state == .complete, let suspicion = fleet.judgement.safetyGate {
        freshness = Freshness(state: .partial, at: freshness.at, problem: suspicion)
      }
      return [
        "name": .string(source.description), "state": .string(freshness.state.rawValue), "at": JSONValue(freshness.at),
        "age": JSONValue(freshness.age(at: now), places: 1), "error": JSONValue(freshness.trouble),
      ]
    }
  }

  /// The frame of what rests on no source of the fleet: this machine's own files.
  init(ofFilesFor environment: String?, at now: Timestamp = wallClock()) {
    self.environment = environment
    at = now
    sources = []
  }

  /// The whole document.
  func json(_ body: [JSONValue.Member]) -> JSONValue {
    .object(
      [
        .init("schema", 1), .init("environment", JSONValue(environment)), .init("at", JSONValue(at)), .init("sources", .array(sources)),
      ] + body)
  }
}
