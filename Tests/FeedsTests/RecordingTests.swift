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
    for event in recording.events { replayed.apply(event) }
    #expect(recording.environment == "staging" && recording.problem == nil)
    #expect(live.orgs.count > 5 && live.workspaces.count > 5)
    #expect(Set(live.orgs.keys) == Set(replayed.orgs.keys))
    for (id, org) in live.orgs { #expect(replayed.orgs[id].map { "\($0)" } == "\(org)") }
    for (id, workspace) in live.workspaces { #expect(replayed.workspaces[id].map { "\($0)" } == "\(workspace)") }
    #expect(live.sources.keys.sorted() == replayed.sources.keys.sorted())
    #expect(replayed.checkInvariants().isEmpty)
  }

  @Test func statesKeepTheirOwnWordsAndDocumentsTheirOrder() throws {
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
    let events = try Recording(path: folder.path + "/r.ndjson").events
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

  @Test func halfALastLineIsLeftOutAndADamagedOneBeforeItIsRefused() throws {
    let folder = try Folder()
    let path = folder.path + "/r.ndjson"
    let recorder = try Self.recorder(path)
    let queue = EventQueue(recorder: recorder)
    for _ in 0..<3 { queue.post(Self.event(.controlPlane, .failed("connection refused"))) }
    _ = queue.drain()
    recorder.finish()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let cut = try Recording(whole.dropLast(20), name: "cut")
    #expect(cut.events.count == 2 && cut.problem == "line 4 can't be read")
    var damaged = whole
    damaged[whole.firstIndex(of: 10)! + 3] = 0xFF
    #expect(throws: RecordingFailure.self) { try Recording(damaged, name: "damaged") }
    for other in ["", "{}", "hello\nworld\n", #"{"recording":99,"environment":"x"}"#] {
      #expect(throws: RecordingFailure.self) { try Recording(Data(other.utf8), name: "other") }
    }
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
    for _ in 0..<5 { queue.post(Self.event(.feed, .zoneRead)) }
    #expect(queue.drain().count == 5)
    recorder.finish()
    #expect(told.value == 1)
  }
}

private final class LockedCount: @unchecked Sendable {
  // Every access holds the lock.
  private let lock = NSLock()
  private var count = 0
  func add() { lock.withLock { count += 1 } }
  var value: Int { lock.withLock { count } }
}
