import TestSupport
import Testing

@testable import FleetModel

/// Who speaks to whom (A2A), as the streams tell it.
@Suite struct ConversationTests {
  private static let start = Timestamp(rfc3339: "2026-11-24T13:02:00Z")!

  private static func fleet(workspaces: [WorkspaceID] = ["lead", "writer", "reader"]) -> Fleet {
    var fleet = Fleet()
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: start,
        change: .roster([OrgRow(id: "o1", slug: "acme", status: .running)], limit: 500, unreadable: 0)))
    list(workspaces, &fleet, at: start)
    return fleet
  }

  private static func list(_ workspaces: [WorkspaceID], _ fleet: inout Fleet, at now: Timestamp) {
    let rows = workspaces.map { WorkspaceRow(id: $0, name: $0.rawValue, status: .online) }
    fleet.apply(
      FleetEvent(
        source: .tenant("acme"), at: now, asked: now, epoch: UInt64(clamping: Int(clamping: now - start)) + 1,
        change: .workspaces("o1", rows)))
  }

  private static func tell(_ type: EventType, of id: WorkspaceID, _ data: JSONValue, _ fleet: inout Fleet, at now: Timestamp) {
    fleet.apply(
      FleetEvent(
        source: .tenant("acme"), at: now, change: .streamed(StreamedEvent(type: type, timestamp: now, workspaceID: id, data: data))))
  }

  private static func activity(
    _ type: String, _ source: WorkspaceID?, _ target: WorkspaceID?, status: String = "ok", milliseconds: Int = 1500
  ) -> JSONValue {
    [
      "activity_type": .string(type), "source_id": source.map { .string($0.rawValue) } ?? .null,
      "target_id": target.map { .string($0.rawValue) } ?? .null, "status": .string(status), "duration_ms": JSONValue(milliseconds),
      "summary": "hello, this is private",
    ]
  }

  @Test func aMessageThatBothEndsTellIsOne() throws {
    var fleet = Self.fleet()
    for second in 1...3 {
      let now = Self.start + Double(second)
      Self.tell(.activityLogged, of: "lead", Self.activity("a2a_send", "lead", "writer"), &fleet, at: now)
      let status = second == 2 ? "error" : "ok"
      Self.tell(.activityLogged, of: "writer", Self.activity("a2a_receive", "lead", "writer", status: status), &fleet, at: now)
      // The sender calls the answer so too.
      Self.tell(.activityLogged, of: "lead", Self.activity("a2a_receive", "lead", "writer", status: status), &fleet, at: now)
    }
    let talk = try #require(fleet.conversations(of: "o1").first)
    #expect(fleet.conversations(of: "o1").count == 1 && talk.from == "lead" && talk.to == "writer")
    #expect(talk.count == 3 && talk.failures == 1 && talk.duration == 1.5)
    #expect(talk.since == Self.start + 1 && talk.last == Self.start + 3)
  }

  @Test func aDelegationIsAMessageAndItsFailureIsTold() throws {
    var fleet = Self.fleet()
    let data: JSONValue = ["delegation_id": "d1", "target_id": "reader", "task_preview": "say hello"]
    Self.tell(.delegationSent, of: "lead", data, &fleet, at: Self.start + 1)
    Self.tell(.delegationFailed, of: "lead", data, &fleet, at: Self.start + 9)
    let talk = try #require(fleet.conversations(of: "o1").first)
    #expect(talk.to == "reader" && talk.count == 1 && talk.failures == 1 && talk.last == Self.start + 9)
  }

  @Test func whatTheTenantRecordedIsKnownAndNotCounted() throws {
    var fleet = Self.fleet()
    let row = StoredEventRow(
      id: "e1", type: .delegationSent, workspaceID: "lead", payload: ["delegation_id": "d1", "target_id": "writer"],
      createdAt: Self.start + -600)
    for _ in 0..<2 { fleet.apply(FleetEvent(source: .tenant("acme"), at: Self.start, change: .storedEvents("o1", [row]))) }
    let talk = try #require(fleet.conversations(of: "o1").first)
    #expect(talk.count == 0 && talk.since == nil && talk.last == Self.start + -600)
  }

  @Test func usersStrangersAndWhatSomebodyTellsOfOthersAreNoConversation() {
    var fleet = Self.fleet()
    Self.tell(.activityLogged, of: "writer", Self.activity("a2a_receive", nil, "writer"), &fleet, at: Self.start + 1)
    Self.tell(.activityLogged, of: "writer", Self.activity("a2a_receive", "elsewhere", "writer"), &fleet, at: Self.start + 2)
    Self.tell(.activityLogged, of: "writer", Self.activity("a2a_send", "lead", "reader"), &fleet, at: Self.start + 3)
    Self.tell(.activityLogged, of: "lead", Self.activity("agent_log", "lead", "writer"), &fleet, at: Self.start + 4)
    // Nobody heard of the message that this is the answer to.
    Self.tell(.activityLogged, of: "lead", Self.activity("a2a_receive", "lead", "writer", status: "error"), &fleet, at: Self.start + 5)
    #expect(fleet.conversations(of: "o1").isEmpty && fleet.checkInvariants().isEmpty)
  }

  @Test func theyGoWithTheirWorkspacesAndTheirOrg() {
    var fleet = Self.fleet()
    Self.tell(.activityLogged, of: "lead", Self.activity("a2a_send", "lead", "writer"), &fleet, at: Self.start + 1)
    Self.tell(.activityLogged, of: "reader", Self.activity("a2a_send", "reader", "lead"), &fleet, at: Self.start + 2)
    Self.list(["lead", "reader"], &fleet, at: Self.start + 10)
    #expect(fleet.conversations(of: "o1").map(\.from) == ["reader"] && fleet.checkInvariants().isEmpty)
    Self.list([], &fleet, at: Self.start + 20)
    #expect(fleet.conversations(of: "o1").isEmpty && fleet.checkInvariants().isEmpty)
  }

  @Test func theOneThatWasSilentForLongestLeaves() {
    let others = (0...Conversations.limit).map { WorkspaceID("w\($0)") }
    var fleet = Self.fleet(workspaces: ["lead"] + others)
    for (index, other) in others.enumerated() {
      Self.tell(.activityLogged, of: "lead", Self.activity("a2a_send", "lead", other), &fleet, at: Self.start + Double(index))
    }
    let talks = fleet.conversations(of: "o1")
    #expect(talks.count == Conversations.limit && talks.first?.to == others.last && !talks.contains { $0.to == "w0" })
    #expect(fleet.checkInvariants().isEmpty)
  }
}
