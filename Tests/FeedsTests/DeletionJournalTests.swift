import FleetModel
import Foundation
import Testing

@testable import Feeds

@Suite struct DeletionJournalTests {
  func open(_ temporary: TemporaryState) throws -> DeletionJournal.Opening {
    try DeletionJournal.open(in: temporary.state, environment: "staging", org: DeletionFakeFleet.org)
  }

  @Test func twoOnOneMachineNeverHoldTheSameDeletion() throws {
    let temporary = TemporaryState()
    guard case .held(let journal, _) = try open(temporary) else {
      Issue.record("not held")
      return
    }
    guard case .busy = try open(temporary) else {
      Issue.record("held twice")
      return
    }
    journal.remove()
  }

  @Test func aLineThatWasCutOffWhileItWasWrittenNeverHappened() throws {
    let temporary = TemporaryState()
    let order = try DeletionFakeFleet().order(within: 1)
    var path = ""
    do {
      guard case .held(let journal, _) = try open(temporary) else {
        Issue.record("not held")
        return
      }
      try journal.append(.begun(order))
      path = journal.path
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let line = Array((DeletionRecord.sending(before: [], at: order.startedAt).json.serialized() + "\n").utf8)
    for cut in 1..<line.count {
      try (whole + Data(line.prefix(cut))).write(to: URL(fileURLWithPath: path))
      guard case .held(let journal, let records) = try open(temporary) else {
        Issue.record("not held")
        return
      }
      #expect(records == [.begun(order)])
      // What is written next starts on a line of its own.
      try journal.append(.following("p1", at: order.startedAt))
      #expect(
        DeletionJournal.records(in: Array(try Data(contentsOf: URL(fileURLWithPath: path)))) == [
          .begun(order), .following("p1", at: order.startedAt),
        ])
    }
  }

  @Test func aDamagedLineIsTakenForARequestThatLeft() throws {
    let temporary = TemporaryState()
    let order = try DeletionFakeFleet().order(within: 1)
    let records = DeletionJournal.records(in: Array("\(DeletionRecord.begun(order).json)\n{\"record\":\"sen\u{0}\n".utf8))
    guard case .lost? = DeletionRun(resuming: records, at: order.startedAt)?.word else {
      Issue.record("\(records)")
      return
    }
    _ = temporary
  }

  @Test func twoDashboardsAtOnceStartOneCascade() async throws {
    let fake = try DeletionFakeFleet()
    fake.truth.withLock { $0.cascadeSeconds = 0.3 }
    // Two machines: nothing is shared but the control plane.
    let (first, second) = (TemporaryState(), TemporaryState())
    async let one = DeletionChaosTests.deletion(fake, first.state, within: 5)
    while fake.truth.withLock({ !$0.isRunning && $0.cascades == 0 }) { await Task.yield() }
    async let two = DeletionChaosTests.deletion(fake, second.state, within: 5)
    let results = try await [one, two]
    #expect(results.map(\.outcome) == [.verified, .verified])
    #expect(fake.truth.withLock { $0.deletes.count } == 1)
    #expect(fake.truth.withLock { $0.doubled } == 0)
  }

  @Test func oneMachineLeftBehindIsPartialWithItsIDAndCost() async throws {
    let fake = try DeletionFakeFleet()
    let temporary = TemporaryState()
    fake.truth.withLock { $0.forgotten = ["i-0b"] }
    let result = try await DeletionChaosTests.deletion(fake, temporary.state, within: 0.5)
    #expect(result.outcome == .partial)
    let detail = result.receipt?["legs"]?["instances"]?["detail"]?.string ?? ""
    #expect(detail.contains("i-0b") && !detail.contains("i-0a") && detail.contains("$0.0208/h"))
  }

  @Test func theDeleteLeavesOnceWithTheConfirmationInItsBody() async throws {
    let fake = try DeletionFakeFleet()
    let temporary = TemporaryState()
    let result = try await DeletionChaosTests.deletion(fake, temporary.state, within: 2)
    #expect(result.outcome == .verified)
    #expect(
      fake.truth.withLock { $0.requests.filter { !$0.hasPrefix("GET ") && !$0.hasSuffix("/ec2/") } } == ["DELETE /cp/admin/tenants/acme"])
  }
}
