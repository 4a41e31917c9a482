/// One phase of a finished boot.
public struct PhaseTime: Hashable, Sendable {
  /// As the boot events name it.
  public var name: String
  /// How long it lasted; finite, never negative.
  public var seconds: Double

  public init(_ name: String, _ seconds: Double) {
    self.name = name
    self.seconds = BootRecord.isDuration(seconds) ? seconds : 0
  }
}

/// A boot that is over: what the history keeps of it, and what the ETA is learned from.
public struct BootRecord: Hashable, Sendable {
  public enum Outcome: String, Sendable {
    case ok
    /// Its last phase never ended: that it lasted so long is all it says.
    case failed
  }

  /// Coarse to fine, parted by slashes: `workspace/hermes`, `workspace/hermes/cold/t3.large` (``BootGroup``).
  public var group: String
  /// In the order they were gone through.
  public var phases: [PhaseTime]
  public var outcome: Outcome
  /// Unknown in files that were written by others.
  public var endedAt: Timestamp?
  /// What came up, `workspace/<id>` or `tenant/<org id>`: so that a boot which several dashboards watched is kept once.
  public var target: String?

  public init(group: String, phases: [PhaseTime], outcome: Outcome, endedAt: Timestamp? = nil, target: String? = nil) {
    self.group = group
    self.phases = phases
    self.outcome = outcome
    self.endedAt = endedAt
    self.target = target
  }

  /// Seconds from its beginning to its end.
  public var total: Double { phases.reduce(0) { $0 + $1.seconds } }

  /// Phases of one recorded boot that are read.
  static let phaseLimit = 4096

  static func isDuration(_ seconds: Double) -> Bool { Plausible.duration.contains(seconds) }
}

// MARK: - A line of a file

extension BootRecord {
  /// Why a line is not a recorded boot.
  public struct ReadError: Error, Hashable, CustomStringConvertible {
    public let description: String
    public init(description: String) { self.description = description }
  }

  /// Reads one line of NDJSON: `{"group": "workspace/hermes", "phases": [{"name": "launch", "seconds": 61.5}], "outcome": "ok"}`, optionally
  /// with `"ended_at"` and `"target"`. Members that are not known are passed over.
  /// - Throws: ``ReadError``, which names the member that is missing or makes no sense.
  public init(line: some Collection<UInt8>) throws(ReadError) {
    let value: JSONValue
    do throws(JSONReadError) { value = try JSONValue(parsing: line) } catch { throw ReadError(description: error.description) }
    guard case .object = value else { throw ReadError(description: "not a JSON object") }
    guard let group = value["group"]?.string else { throw ReadError(description: "group is missing or not a text") }
    guard let outcome = value["outcome"]?.string.flatMap(Outcome.init) else {
      throw ReadError(description: "outcome is neither \"ok\" nor \"failed\"")
    }
    guard let list = value["phases"]?.array else { throw ReadError(description: "phases is missing or not a list") }
    guard list.count <= Self.phaseLimit else { throw ReadError(description: "more than \(Self.phaseLimit) phases") }
    var phases: [PhaseTime] = []
    phases.reserveCapacity(list.count)
    for (index, element) in list.enumerated() {
      guard let name = element["name"]?.string else { throw ReadError(description: "phases[\(index)].name is missing or not a text") }
      guard let seconds = element["seconds"]?.double else {
        throw ReadError(description: "phases[\(index)].seconds is missing or not a number")
      }
      guard Self.isDuration(seconds) else { throw ReadError(description: "phases[\(index)].seconds is \(seconds): not a duration") }
      phases.append(PhaseTime(UntrustedText.clean(name, limit: 200), seconds))
    }
    self.init(
      group: UntrustedText.clean(group, limit: 200), phases: phases, outcome: outcome,
      endedAt: value["ended_at"]?.string.flatMap(Timestamp.init(rfc3339:)),
      target: value["target"]?.text.map { UntrustedText.clean($0, limit: 200) })
  }

  /// The same line, to be read again by anybody.
  public var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("group", .string(group)),
      .init("phases", .array(phases.map { ["name": .string($0.name), "seconds": JSONValue($0.seconds, places: 3)] })),
      .init("outcome", .string(outcome.rawValue)),
    ]
    if let endedAt { members.append(.init("ended_at", JSONValue(endedAt))) }
    if let target { members.append(.init("target", .string(target))) }
    return .object(members)
  }
}
