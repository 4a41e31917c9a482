import FleetModel

/// Why an event of a stream could not be read; the stream itself is whole.
public struct FeedEnvelopeProblem: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

/// The envelope `{"type","timestamp","org_id","slug","workspace_id","data"}` that every event of the tenants' streams and of the fleet feed
/// comes in (contract §3.1, `docs/fleet-feed.md`).
///
/// The envelope's members are found without building the document: an agent card of a megabyte is passed over, not decoded.
public enum FeedEnvelope {
  /// Bytes of JSON that `data` may have to be kept whole; of a larger one the scalars of its top level stay, and `left_out` tells the others'
  /// names and how many bytes each has.
  public static let wholeDataLimit = 64 << 10
  /// Scalars kept of one text.
  static let textLimit = 4096
  static let nameLimit = 256

  /// The event with everything in it cleaned. Members that are unknown, missing or of another type than expected are passed over, all but
  /// the type.
  public static func read(_ event: EventStreamEvent) -> Result<StreamedEvent, FeedEnvelopeProblem> {
    event.data.withUnsafeBufferPointer { bytes in
      do throws(FeedEnvelopeProblem) {
        guard var members = JSONMembers(bytes) else { return .failure(FeedEnvelopeProblem(description: "the event is not a JSON object")) }
        var envelope = StreamedEvent(type: "", timestamp: nil, id: number(event.lastEventID))
        while let member = try members.next() {
          switch member.name {
          case "type": envelope.type = EventType(rawValue: try name(member.value) ?? "")
          case "timestamp": envelope.timestamp = timestamp(try JSONMembers.value(member.value))
          case "org_id": envelope.orgID = try name(member.value).map(OrgID.init(rawValue:))
          case "slug": envelope.slug = try name(member.value).map(Slug.init(rawValue:))
          case "workspace_id": envelope.workspaceID = try name(member.value).map(WorkspaceID.init(rawValue:))
          case "data":
            envelope.data = UntrustedText.clean(
              try data(member.value), limit: textLimit, keepingLinesOf: UntrustedText.programOutput)
          default: break
          }
        }
        guard !envelope.type.rawValue.isEmpty else { return .failure(FeedEnvelopeProblem(description: "the event has no type")) }
        return .success(envelope)
      } catch { return .failure(error) }
    }
  }

  private static func name(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(FeedEnvelopeProblem) -> String? {
    guard bytes.first == UInt8(ascii: "\"") else { return nil }
    return try JSONMembers.value(bytes).text.map { UntrustedText.clean($0, limit: nameLimit) }
  }

  /// Unix milliseconds; the WebSocket's RFC 3339 too.
  private static func timestamp(_ value: JSONValue) -> Timestamp? {
    if let text = value.string { return Timestamp(rfc3339: text) }
    return value.double.flatMap { Timestamp(unix: $0 / 1000) }
  }

  private static func data(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(FeedEnvelopeProblem) -> JSONValue {
    if bytes.count <= wholeDataLimit {
      let value = try JSONMembers.value(bytes)
      return value.isNull ? .object([]) : value
    }
    guard var members = JSONMembers(UnsafeBufferPointer(rebasing: bytes)) else {
      return bytes.first == UInt8(ascii: "\"") ? try JSONMembers.value(bytes) : ["left_out": ["data": JSONValue(bytes.count)]]
    }
    var kept: [JSONValue.Member] = []
    var left: [JSONValue.Member] = []
    while let member = try members.next() {
      if let first = member.value.first, first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
        kept.append(JSONValue.Member(member.name, try JSONMembers.value(member.value)))
      } else {
        left.append(JSONValue.Member(member.name, JSONValue(member.value.count)))
      }
    }
    if !left.isEmpty { kept.append(JSONValue.Member("left_out", .object(left))) }
    return .object(kept)
  }

  /// The fleet feed's ids are decimals.
  private static func number(_ id: String) -> UInt64? {
    guard !id.isEmpty, id.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return UInt64(id)
  }
}
