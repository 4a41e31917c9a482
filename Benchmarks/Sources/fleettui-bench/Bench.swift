import Feeds
import FleetModel
import Foundation

/// Prints one line a figure. With a directory as its argument it leaves what it read there, for the peers to read too.
@main enum Bench {
  static func main() {
    let corpus = Corpus()
    if let directory = CommandLine.arguments.dropFirst().first { write(corpus, to: directory) }

    Measurement("JSON: a roster of 200 orgs, 20 times") {
      (0..<20).reduce(0) { sum, _ in sum + ((try? JSONValue(parsing: corpus.roster))?["orgs"]?.array?.count ?? 0) }
    }.print(bytes: corpus.roster.count * 20)

    let data = Data(corpus.roster)
    Measurement("JSON: a roster of 200 orgs, 20 times") {
      (0..<20).reduce(0) { sum, _ in sum + ((try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]).count }
    }.print("Foundation", bytes: corpus.roster.count * 20)

    if let roster = try? JSONValue(parsing: corpus.roster) {
      Measurement("JSON: writing it, 20 times") { (0..<20).reduce(0) { sum, _ in sum + roster.serialized().utf8.count } }
        .print(bytes: corpus.roster.count * 20)
    }

    Measurement("RFC 3339: reading") { corpus.moments.reduce(0) { $0 + (Timestamp(rfc3339: $1) == nil ? 0 : 1) } }
      .print(count: corpus.moments.count, "moments")

    let bytes = corpus.lines.reduce(0) { $0 + $1.utf8.count }
    Measurement("text: cleaning and masking log lines") { corpus.lines.reduce(0) { $0 + UntrustedText.clean($1).utf8.count } }
      .print(bytes: bytes)

    Measurement("event stream: parsing, pieces of 16 KiB") { parse(corpus.stream).count }.print(bytes: corpus.stream.count)

    let items = parse(corpus.stream)
    Measurement("event stream: envelopes of parsed events") { envelopes(items).count }.print(count: items.count, "events")

    let events = envelopes(items)
    Measurement("reducer: streamed events, 4,000 workspaces") { reduce(events) }.print(count: events.count, "events")

    EventBench.run()

    OrphanBench.run()

    CostBench.run()
  }

  private static func parse(_ stream: [UInt8]) -> [EventStreamEvent] {
    var parser = EventStreamParser()
    var events: [EventStreamEvent] = []
    events.reserveCapacity(Corpus.streamEvents)
    stream.withUnsafeBytes { bytes in
      var at = 0
      while at < bytes.count {
        let end = min(bytes.count, at + 16 << 10)
        parser.feed(UnsafeRawBufferPointer(rebasing: bytes[at..<end])) { if case .event(let event) = $0 { events.append(event) } }
        at = end
      }
    }
    return events
  }

  private static func envelopes(_ items: [EventStreamEvent]) -> [StreamedEvent] { items.compactMap { try? FeedEnvelope.read($0).get() } }

  private static func reduce(_ events: [StreamedEvent]) -> Int {
    let now = Timestamp(milliseconds: 1_795_438_040_162)
    var fleet = Fleet()
    let orgs = (0..<200).map { OrgRow(id: OrgID(Corpus.uuid($0)), slug: Slug("org-\($0)"), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(orgs, limit: 500, unreadable: 0)))
    for org in 0..<200 {
      let rows = stride(from: org, to: 4000, by: 200).map {
        WorkspaceRow(id: WorkspaceID(Corpus.uuid(10_000 + $0)), name: "ws-\($0)", status: .online)
      }
      fleet.apply(FleetEvent(source: .tenant(Slug("org-\(org)")), at: now, change: .workspaces(OrgID(Corpus.uuid(org)), rows)))
    }
    for event in events {
      fleet.apply(FleetEvent(source: .feed, at: event.timestamp ?? now, change: .streamed(event)))
    }
    return fleet.workspaces.count
  }

  private static func write(_ corpus: Corpus, to directory: String) {
    let files: [(String, [UInt8])] = [
      ("roster.json", corpus.roster), ("stream.txt", corpus.stream), ("moments.txt", Array(corpus.moments.joined(separator: "\n").utf8)),
    ]
    for (name, bytes) in files {
      guard let file = fopen("\(directory)/\(name)", "wb") else {
        print("bench: can't write \(directory)/\(name): \(String(cString: strerror(errno)))")
        exit(1)
      }
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
    }
  }
}
