import FleetModel
import Foundation
import Synchronization
import Testing

@testable import Feeds

@Suite struct HistoryFileTests {
  /// A directory of the test's own, gone when the test is.
  final class Place {
    let path: String
    var file: String { path + "/state/fleettui/history.sqlite" }

    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("fleettui-history-\(UUID().uuidString)").path
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(of file: String) -> Int? {
      (try? FileManager.default.attributesOfItem(atPath: file))?[.posixPermissions] as? Int
    }
  }

  static let start = Timestamp(milliseconds: 1_795_000_000_000)

  func boot(_ number: Int, target: String? = nil, after seconds: Double = 0) -> BootRecord {
    BootRecord(
      group: "workspace/hermes", phases: [PhaseTime("launch", 60), PhaseTime("adapter", Double(number))], outcome: .ok,
      endedAt: Self.start + Double(number * 1000) + seconds, target: target)
  }

  @Test func whenAnOrgWasLastSeenIsKeptPerEnvironment() throws {
    let place = try Place()
    let seen = OrgSighting(id: "o1", slug: "acme", lastSeen: Self.start)
    let file = try HistoryFile(path: place.file)
    try file.note([seen, OrgSighting(id: "o2", slug: "globex", lastSeen: Self.start + 9)], in: "staging")
    // An older look doesn't undo a newer one; a new name does.
    try file.note([OrgSighting(id: "o1", slug: "acme-2", lastSeen: Self.start + -50)], in: "staging")
    let again = try HistoryFile(path: place.file)
    #expect(
      try again.orgs(of: "staging") == [
        OrgSighting(id: "o2", slug: "globex", lastSeen: Self.start + 9), OrgSighting(id: "o1", slug: "acme-2", lastSeen: Self.start),
      ])
    #expect(try again.orgs(of: "prod").isEmpty)

    var fleet = Fleet()
    fleet.adopt(try again.orgs(of: "staging"))
    #expect(fleet.departed["o1"]?.lastSeen == Self.start)
    fleet.apply(
      FleetEvent(source: .controlPlane, at: Self.start, change: .roster([OrgRow(id: "o1", slug: "acme")], limit: 500, unreadable: 0)))
    #expect(fleet.departed["o1"] == nil && fleet.sightings.map(\.id) == ["o1"])
  }

  @Test func whatIsAddedIsThereForTheNextInOrder() throws {
    let place = try Place()
    let boots = (0..<10).map { boot($0, target: "workspace/w\($0)") }
    #expect(try HistoryFile(path: place.file).add(boots) == 10)
    let again = try HistoryFile(path: place.file)
    #expect(try again.boots() == boots)
    #expect(try again.boots(newest: 3) == Array(boots.suffix(3)))
    var fleet = Fleet()
    fleet.adopt(try again.boots())
    #expect(fleet.history.forecast(group: "workspace/hermes", elapsed: 0)?.samples == 10)
  }

  @Test func theFileAndItsSideFilesAreThisUsersAlone() throws {
    let place = try Place()
    let file = try HistoryFile(path: place.file)
    try file.add([boot(1)])
    #expect(place.mode(of: place.file) == 0o600)
    #expect(place.mode(of: place.path + "/state") == 0o700)
    #expect(place.mode(of: place.path + "/state/fleettui") == 0o700)
    for side in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: place.file + side) {
      #expect(place.mode(of: place.file + side) == 0o600)
    }
  }

  @Test func aBootThatTwoDashboardsWatchedIsKeptOnce() throws {
    let place = try Place()
    let one = try HistoryFile(path: place.file)
    let other = try HistoryFile(path: place.file)
    #expect(try one.add([boot(1, target: "workspace/w1")]) == 1)
    #expect(try other.add([boot(1, target: "workspace/w1", after: 20), boot(1, target: "workspace/w2")]) == 1)
    #expect(try one.add([boot(1, target: "workspace/w1", after: 600)]) == 1)
    #expect(try one.boots().count == 3)
  }

  @Test func importingTwiceAddsNothing() throws {
    let place = try Place()
    let file = try HistoryFile(path: place.file)
    let foreign = (0..<5).map { BootRecord(group: "g", phases: [PhaseTime("a", Double($0))], outcome: .ok) }
    #expect(try file.add(foreign) == 5)
    #expect(try file.add(foreign) == 0)
  }

  /// A fresh file each time: the making of it is where they can be in each other's way.
  @Test(arguments: 0..<12) func manyWritersAtOnceLoseNothing(_: Int) async throws {
    let place = try Place()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        let path = place.file
        group.addTask {
          let file = try HistoryFile(path: path)
          for number in 0..<20 { try file.add([boot(number, target: "workspace/w\(writer)")]) }
        }
      }
      try await group.waitForAll()
    }
    #expect(try HistoryFile(path: place.file).boots().count == 160)
  }

  @Test func onlyTheNewestAreKept() throws {
    let place = try Place()
    let file = try HistoryFile(path: place.file)
    try file.add((0..<HistoryFile.limit + 50).map { BootRecord(group: "g", phases: [PhaseTime("a", Double($0))], outcome: .ok) })
    let kept = try file.boots()
    #expect(kept.count == HistoryFile.limit)
    #expect(kept.first?.phases == [PhaseTime("a", 50)])
  }

  @Test func aFileThatIsNoHistoryIsRefusedAndLeftAsItIs() throws {
    let place = try Place()
    let path = place.path + "/history.sqlite"
    let garbage = Data(repeating: 0x41, count: 5000)
    try garbage.write(to: URL(fileURLWithPath: path))
    #expect { try HistoryFile(path: path) } throws: { "\($0)".contains(path) && "\($0)".contains("damaged or not a history") }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == garbage)
  }

  @Test func aPlaceWhereNoFileCanBeIsRefused() throws {
    let place = try Place()
    try Data().write(to: URL(fileURLWithPath: place.path + "/file"))
    for path in [place.path + "/file/history.sqlite", place.path, "/no-such-home-of-anybody/history.sqlite"] {
      #expect(throws: HistoryFailure.self) { try HistoryFile(path: path) }
    }
    #expect(!FileManager.default.fileExists(atPath: "/no-such-home-of-anybody"))
  }

  @Test func damagedRowsArePassedOver() throws {
    let place = try Place()
    let file = try HistoryFile(path: place.file)
    try file.add([boot(1), boot(2)])
    try file.testRun("UPDATE boot SET record = '{\"group\": 7' WHERE id = 1")
    #expect(try file.boots() == [boot(2)])
  }

  @Test func aHistoryOfANewerProgramIsRefused() throws {
    let place = try Place()
    try HistoryFile(path: place.file).testRun("INSERT INTO grdb_migrations VALUES ('99: what nobody knows yet')")
    #expect { try HistoryFile(path: place.file) } throws: { "\($0)".contains("newer fleettui") }
  }

  @Test func laterWritesArriveAndTheirFailuresAreReported() async throws {
    let place = try Place()
    let file = try HistoryFile(path: place.file)
    file.addLater([boot(1)]) { Issue.record("\($0)") }
    // The queue is serial: this one waits for the other.
    #expect(try file.boots().count == 1)
    try file.testRun("DROP TABLE boot")
    let reported = AsyncStream<HistoryFailure>.makeStream()
    file.addLater([boot(2)]) { reported.continuation.yield($0) }
    for await failure in reported.stream {
      #expect(failure.description.contains(place.file))
      break
    }
  }

  @Test func itsPlaceFollowsTheConfigurationThenTheVariables() {
    #expect(HistoryFile.path(configured: "/a/b", variables: [:]) == "/a/b")
    #expect(HistoryFile.path(configured: nil, variables: ["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/fleettui/history.sqlite")
    #expect(
      HistoryFile.path(configured: "", variables: ["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/fleettui/history.sqlite")
    #expect(HistoryFile.path(configured: nil, variables: [:]) == nil)
  }
}
