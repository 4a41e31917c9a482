import FleetModel
import FleetSim
import Foundation
import Testing

@testable import Feeds

@Suite struct RecordingTests {
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-recording-\(UUID().uuidString)").path
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private static let at = Timestamp(milliseconds: 1_763_905_327_123)

  private static func event(_ source: Source, _ change: FleetEvent.Change) -> FleetEvent {
    FleetEvent(source: source, at: at, asked: at + -0.2, epoch: 7, change: change)
  }

  private static func recorder(_ path: String) throws -> EventRecorder {
    try EventRecorder(path: path, environment: "staging") { Issue.record("\($0)") }
  }

  /// A real fleet's answers, recorded, make the same fleet again.
  @Test func aReplayMakesTheSameFleet() async throws {
    let folder = try Folder()
    let simulation = try FleetSimulation(SimulationOptions())
    let endpoints = try await simulation.start()
    var environment = FleetEnvironment(name: "sim")
    environment.controlPlane = endpoints.controlPlane
    environment.adminToken = .environment("TOKEN")
    environment.tenantURL = endpoints.tenantURL
    let recorder = try Self.recorder(folder.path + "/r.ndjson")
    let queue = EventQueue(recorder: recorder)
    let feeds = FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: ["TOKEN": endpoints.adminToken])
    await feeds.loadOnce()
    await simulation.stop()
    var live = Fleet()
    for event in queue.drain() { live.apply(event) }
    recorder.finish()

    let recording = try Recording(path: folder.path + "/r.ndjson")
    var replayed = Fleet()
    for event in await recording.events { replayed.apply(event) }
    #expect(recording.environment == "staging" && recording.problem == nil)
    #expect(live.orgs.count > 5 && live.workspaces.count > 5)
    #expect(Set(live.orgs.keys) == Set(replayed.orgs.keys))
    for (id, org) in live.orgs { #expect(replayed.orgs[id].map { "\($0)" } == "\(org)") }
    for (id, workspace) in live.workspaces { #expect(replayed.workspaces[id].map { "\($0)" } == "\(workspace)") }
    #expect(live.sources.keys.sorted() == replayed.sources.keys.sorted())
    #expect(replayed.checkInvariants().isEmpty)
  }

  @Test func statesKeepTheirOwnWordsAndDocumentsTheirOrder() async throws {
    let folder = try Folder()
    let recorder = try Self.recorder(folder.path + "/r.ndjson")
    let queue = EventQueue(recorder: recorder)
    let document = try JSONValue(parsing: #"{"z":1,"a":[0.5,null,true,"é\n"],"big":12345678901234567}"#)
    queue.post(
      Self.event(.tenant("acme"), .streamed(StreamedEvent(type: "NEW_TYPE", timestamp: Self.at, workspaceID: "w", data: document, id: 9))))
    queue.post(
      Self.event(.controlPlane, .roster([OrgRow(id: "o", slug: "acme", status: OrgStatus("thawing"))], limit: 500, unreadable: 1)))
    queue.post(
      Self.event(
        .ec2("us-east-2"),
        .instances(
          [InstanceRow(id: "i-1", region: "us-east-2", state: .shuttingDown, tags: ["OrgID": "o"])], complete: false, problem: "page 2: 503"
        )))
    _ = queue.drain()
    recorder.finish()
    let events = try await Recording(path: folder.path + "/r.ndjson").events
    #expect(events.map(\.source) == [.tenant("acme"), .controlPlane, .ec2("us-east-2")])
    #expect(events.allSatisfy { $0.at == Self.at && $0.asked == Self.at + -0.2 && $0.epoch == 7 })
    guard case .streamed(let streamed) = events[0].change, case .roster(let rows, 500, 1) = events[1].change,
      case .instances(let machines, false, "page 2: 503") = events[2].change
    else {
      Issue.record("\(events)")
      return
    }
    #expect(streamed.data.serialized() == document.serialized() && streamed.type == "NEW_TYPE" && streamed.id == 9)
    #expect(rows.first?.status == .unknown("thawing"))
    #expect(machines.first?.state == .shuttingDown && machines.first?.orgID == "o")
  }

  @Test func aRecordingIsForItsOwnerAloneAndNeverWrittenOver() throws {
    let folder = try Folder()
    let path = folder.path + "/new/r.ndjson"
    try Self.recorder(path).finish()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    let folderMode = try FileManager.default.attributesOfItem(atPath: folder.path + "/new")[.posixPermissions] as? Int
    #expect(mode == 0o600 && folderMode == 0o700)
    #expect(throws: RecordingFailure.self) { try Self.recorder(path) }
    #expect(throws: RecordingFailure.self) { try Self.recorder(folder.path) }
  }

  @Test func whatIsDamagedIsLeftOutAndSaidWhereItIsMissing() async throws {
    let folder = try Folder()
    let path = folder.path + "/r.ndjson"
    let recorder = try Self.recorder(path)
    let queue = EventQueue(recorder: recorder)
    for _ in 0..<3 { queue.post(Self.event(.controlPlane, .failed("connection refused"))) }
    _ = queue.drain()
    recorder.finish()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    func recording(_ bytes: Data) throws -> Recording {
      let file = folder.path + "/other.ndjson"
      try bytes.write(to: URL(fileURLWithPath: file))
      return try Recording(path: file)
    }
    let cut = try recording(whole.dropLast(20))
    #expect(cut.problem == "line 4 can't be read" && cut.start == Self.at && cut.end == Self.at)
    #expect(await cut.told == ["failed", "failed", "line 4 of the recording can't be read"])
    var damaged = whole
    damaged[whole.firstIndex(of: 10)! + 3] = 0xFF
    let hurt = try recording(damaged)
    #expect(await hurt.told == ["line 2 of the recording can't be read", "failed", "failed"])
    let edited = try recording(whole + Data("nonsense\n\n{}\n{\"at\":1}\n".utf8))
    #expect(edited.problem == "2 lines can't be read, the first is line 5")
    #expect(await edited.told == ["failed", "failed", "failed", "lines 5 to 8 of the recording can't be read"])
    for other in ["", "{}", "hello\nworld\n", #"{"recording":99,"environment":"x"}"#] {
      #expect(throws: RecordingFailure.self, "\(other)") { try recording(Data(other.utf8)) }
    }
  }

  /// What is played is read as there is room for it: however long the recording, memory holds no more of it than the queue.
  @Test func aReplayIsReadNoFasterThanItIsTakenIn() async throws {
    let folder = try Folder()
    let recorder = try Self.recorder(folder.path + "/r.ndjson")
    let queue = EventQueue(recorder: recorder)
    let data: JSONValue = ["text": .string(String(repeating: "x", count: 5000))]
    let (count, limit) = (400, 200_000)
    for _ in 0..<count { queue.post(Self.event(.feed, .streamed(StreamedEvent(type: "X", timestamp: nil, data: data)))) }
    _ = queue.drain()
    recorder.finish()
    let recording = try Recording(path: folder.path + "/r.ndjson")
    let player = EventQueue(weightLimit: limit)
    let playing = Task { await recording.play(into: player, speed: 1e12) }
    var taken = 0
    while taken < count {
      var entry = pollfd(fd: player.wakeDescriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, 10_000)
      let events = player.drain()
      #expect(events.reduce(0) { $0 + $1.weight } <= limit + 10_000)
      guard !events.isEmpty else { break }
      taken += events.count
    }
    await playing.value
    #expect(taken == count)
  }

  @Test func aRecordingFromAPipeIsReplayedToo() async throws {
    let folder = try Folder()
    let recorder = try Self.recorder(folder.path + "/r.ndjson")
    let queue = EventQueue(recorder: recorder)
    queue.post(Self.event(.feed, .answered))
    _ = queue.drain()
    recorder.finish()
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(contentsOf: URL(fileURLWithPath: folder.path + "/r.ndjson")))
    try pipe.fileHandleForWriting.close()
    let recording = try Recording(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
    #expect(recording.start == Self.at)
    #expect(await recording.events.count == 1)
  }

  /// Into a pipe that nobody reads, more is recorded than there is room for.
  @Test func whatTheDiskCanNotKeepUpWithIsAGapInTheRecordingAndSaidOnce() async throws {
    let folder = try Folder()
    let path = folder.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let told = LockedCount()
    try Self.recordTooMuch(into: path, told)
    #expect(told.value == 1)
    // To its end, which comes when the recorder is done and gone.
    var bytes = Data()
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      var entry = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 10_000) > 0 else { break }
      let count = read(reader, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk.prefix(count))
    }
    let file = folder.path + "/r.ndjson"
    try bytes.write(to: URL(fileURLWithPath: file))
    let recording = try Recording(path: file)
    let events = await recording.events
    let gaps = events.compactMap { event -> (Source, Int)? in
      guard case .gap(let text, nil) = event.change, text.hasSuffix("not recorded: the disk could not keep up") else { return nil }
      return (event.source, Int(text.prefix { $0.isNumber }) ?? 0)
    }
    #expect(Set(gaps.map(\.0)) == [.feed, .tenant("acme")])
    #expect(events.count - gaps.count + gaps.reduce(0) { $0 + $1.1 } == 100 && events.count < 100)
  }

  private static func recordTooMuch(into path: String, _ told: LockedCount) throws {
    let recorder = try EventRecorder(path: path, environment: "x", backlogLimit: 400_000) { failure in
      #expect(failure.description.contains("has gaps"))
      told.add()
    }
    let data: JSONValue = ["text": .string(String(repeating: "x", count: 20_000))]
    let queue = EventQueue(recorder: recorder)
    for index in 0..<100 {
      let source: Source = index % 2 == 0 ? .feed : .tenant("acme")
      queue.post(event(source, .streamed(StreamedEvent(type: "X", timestamp: nil, data: data))))
      #expect(queue.drain().count == 1)
    }
    Thread.detachNewThread { recorder.finish() }
  }

  /// What no replay would read is not written either.
  @Test func anEventThatIsTooLongIsAGapInItsPlaceAndSaidOnce() async throws {
    let folder = try Folder()
    let path = folder.path + "/r.ndjson"
    let told = LockedCount()
    let recorder = try EventRecorder(path: path, environment: "x", lineLimit: JSONCoding.Limit(bytes: 10_000, values: 1000)) { failure in
      #expect(failure.description.contains("has gaps: an event was not recorded: it has more than 10000 bytes"))
      told.add()
    }
    let queue = EventQueue(recorder: recorder)
    for length in [10, 20_000, 10, 20_000] {
      let data: JSONValue = ["text": .string(String(repeating: "x", count: length))]
      queue.post(Self.event(.tenant("acme"), .streamed(StreamedEvent(type: "X", timestamp: nil, data: data))))
    }
    _ = queue.drain()
    recorder.finish()
    let recording = try Recording(path: path)
    #expect(recording.problem == nil)
    let gap = "1 event was not recorded: it has more than 10000 bytes"
    #expect(await recording.told == ["other", gap, "other", gap])
    #expect(await recording.events.allSatisfy { $0.source == .tenant("acme") && $0.at == Self.at })
    #expect(told.value == 1)
  }

  /// Whoever made the file: a line is an event or it is named.
  @Test func aHostileRecordingIsToldLineByLine() async throws {
    let folder = try Folder()
    let path = folder.path + "/r.ndjson"
    let well = #"{"source":"feed","at":1,"epoch":0,"change":{"zoneRead":{}}}"#
    let lines = [
      #"{"recording":2,"environment":"x","more":[[[]]]}"#, well, #"{"source":"feed","at":1e999,"epoch":0,"change":{"zoneRead":{}}}"#,
      #"{"source":7,"at":1,"epoch":0,"change":{"zoneRead":{}}}"#, #"{"source":"feed","at":1,"epoch":-1,"change":{"zoneRead":{}}}"#,
      #"{"source":"feed","at":1,"epoch":0,"change":{"zoneRead":{},"failed":{"_0":"x"}}}"#,
      #"{"source":"feed","at":1,"epoch":0,"change":"# + String(repeating: "[", count: 200_000),
      #"{"source":"feed","at":1,"epoch":0,"x":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        + #","change":{"zoneRead":{}}}"#, well,
    ]
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    let recording = try Recording(path: path)
    #expect(await recording.told == ["other", "lines 3 to 8 of the recording can't be read", "other"])
  }

  @Test func aFullDiskEndsTheRecordingAndSaysSoOnce() throws {
    guard let full = FileManager.default.isWritableFile(atPath: "/dev/full") ? "/dev/full" : nil else {
      print("skipped: this machine has no /dev/full")
      return
    }
    let told = LockedCount()
    let recorder = try EventRecorder(path: full, environment: "x") { failure in
      #expect(failure.description.contains("/dev/full ends here: No space left on device"))
      told.add()
    }
    let queue = EventQueue(recorder: recorder)
    for _ in 0..<5 { queue.post(Self.event(.feed, .answered)) }
    #expect(queue.drain().count == 5)
    recorder.finish()
    #expect(told.value == 1)
  }
}

extension Recording {
  fileprivate var events: [FleetEvent] {
    get async {
      var events: [FleetEvent] = []
      await forEach { part in
        if case .event(let event) = part { events.append(event) }
        return true
      }
      return events
    }
  }

  /// What a replay tells, in order.
  fileprivate var told: [String] {
    get async {
      let queue = EventQueue()
      await play(into: queue, speed: 1e12)
      return queue.drain().map { event in
        switch event.change {
        case .gap(let reason, _): reason
        case .failed: "failed"
        default: "other"
        }
      }
    }
  }
}

private final class LockedCount: @unchecked Sendable {
  // Every access holds the lock.
  private let lock = NSLock()
  private var count = 0
  func add() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
