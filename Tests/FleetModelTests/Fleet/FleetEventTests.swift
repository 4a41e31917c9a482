import Foundation
import Testing

@testable import FleetModel

@Suite struct FleetEventTests {
  private func read(_ line: String) throws -> FleetEvent { try JSONDecoder().decode(FleetEvent.self, from: Data(line.utf8)) }

  private func written(_ event: FleetEvent) throws -> JSONValue { try JSONValue(parsing: JSONEncoder().encode(event)) }

  @Test func aRecordingThatCallsItZoneReadIsReadAndWrittenSo() throws {
    let event = try read(#"{"source":"dns","at":1000,"asked":900,"epoch":7,"change":{"zoneRead":{}}}"#)
    guard case .answered = event.change else {
      Issue.record("\(event.change)")
      return
    }
    #expect(event.epoch == 7 && event.asked == Timestamp(milliseconds: 900))
    #expect(try written(event)["change"]?["zoneRead"] != nil)
    var fleet = Fleet()
    fleet.apply(event)
    #expect(fleet.isComplete(.dns, at: Timestamp(milliseconds: 1000)) && fleet.zone == nil)
  }

  @Test func whatNobodyAskedForHasNoEpochAndIsZeroInARecording() throws {
    let event = try read(#"{"source":"feed","at":1000,"epoch":0,"change":{"gap":{"_0":"reconnected"}}}"#)
    #expect(event.epoch == nil)
    #expect(try written(event)["epoch"]?.integer == 0)
  }

  @Test func whatAnswersNoQuestionIsOlderThanAnyAnswer() {
    let now = Timestamp(milliseconds: 1_000_000)
    func roster(_ slugs: Slug..., epoch: UInt64?) -> FleetEvent {
      let rows = slugs.map { OrgRow(id: OrgID("org-\($0)"), slug: $0) }
      return FleetEvent(source: .controlPlane, at: now, epoch: epoch, change: .roster(rows, limit: 500, unreadable: 0))
    }
    var fleet = Fleet()
    fleet.apply(roster("acme", epoch: nil))
    fleet.apply(roster("acme", "globex", epoch: nil))
    #expect(fleet.orgs.count == 2)
    fleet.apply(roster("acme", "globex", "initech", epoch: 0))
    fleet.apply(roster("acme", epoch: nil))
    #expect(fleet.orgs.count == 3, "the answer to a question stands")
    #expect(fleet.checkInvariants().isEmpty)
  }
}
