import FleetModel

/// The fleet feed's memory: the newest events, so that a client can resume (fleet feed, `Last-Event-ID`).
struct FeedLog: Sendable {
  private var events: [[UInt8]] = []
  /// The id of `events.first`.
  private var firstID: UInt64
  private let capacity: Int

  init(firstID: UInt64, capacity: Int) {
    self.firstID = firstID
    self.capacity = max(1, capacity)
  }

  /// The id of the newest event; one less than the first where there is none yet.
  var newestID: UInt64 { firstID + UInt64(events.count) - 1 }
  var oldestID: UInt64 { max(firstID, newestID + 1 > UInt64(capacity) ? newestID + 1 - UInt64(capacity) : 0) }

  var held: Int { events.count }

  /// Keeps `emission` and returns its bytes on the wire.
  mutating func append(_ emission: World.Emission) -> [UInt8] {
    var members: [JSONValue.Member] = [
      .init("type", .string(emission.type.rawValue)), .init("timestamp", .integer(emission.at.milliseconds)),
      .init("org_id", JSONValue(emission.org)), .init("slug", JSONValue(emission.slug)),
    ]
    if let workspace = emission.workspace { members.append(.init("workspace_id", JSONValue(workspace))) }
    members.append(.init("data", emission.data))
    let bytes = Self.frame(id: newestID + 1, .object(members))
    events.append(bytes)
    // In batches: dropping the first one each time would move all of them.
    if events.count >= 2 * capacity {
      let surplus = events.count - capacity
      events.removeFirst(surplus)
      firstID += UInt64(surplus)
    }
    return bytes
  }

  /// What a client gets first: nothing when it is new, what came after its last event when that is still held, else `FEED_RESET`.
  func opening(lastEventID: String?, at now: Timestamp) -> [[UInt8]] {
    guard let lastEventID, !lastEventID.isEmpty else { return [] }
    if let id = UInt64(lastEventID), id <= newestID, id + 1 >= oldestID { return Array(events.suffix(Int(newestID - id))) }
    let reset: JSONValue = [
      "type": "FEED_RESET", "timestamp": .integer(now.milliseconds), "data": ["oldest_id": .integer(Int64(clamping: oldestID))],
    ]
    return [Self.frame(id: newestID, reset)]
  }

  private static func frame(id: UInt64, _ event: JSONValue) -> [UInt8] {
    var out = Array("id: \(id)\ndata: ".utf8)
    event.write(to: &out)
    out.append(contentsOf: "\n\n".utf8)
    return out
  }
}
