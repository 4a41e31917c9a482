import FleetModel
import Foundation
import Testing

@testable import Feeds

@Suite(.timeLimit(.minutes(5))) struct DeletionJournalTests {
  static let order = DeletionFakeFleet.order(within: 5)

  func open(_ temporary: TemporaryState) throws -> DeletionJournal.Opening {
    try DeletionJournal.open(in: temporary.state, for: Self.order)
  }

  @Test func twoOnOneMachineNeverHoldTheSameDeletion() throws {
    let temporary = TemporaryState()
    guard case .held(let journal) = try open(temporary) else {
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
      guard case .held(let journal) = try open(temporary) else {
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
      guard case .held(let journal) = try open(temporary), case .unsent = journal.standing else {
        Issue.record("not held, or taken for more than it says")
        return
      }
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

  /// A process that was killed with its request out, and an operator who confirms the same deletion anew.
  @Test func aJournalWhoseRequestMayHaveLeftIsGoneOnWithAndNeverBegunAnew() async throws {
    let sent = DeletionRecord.sending(before: [], at: Self.order.startedAt)
    for lines in [["\(DeletionRecord.begun(Self.order).json)", "\(sent.json)"], ["{\"record\":\"beg\u{1}", "\(sent.json)"], ["?"]] {
      let fake = try DeletionFakeFleet()
      let temporary = TemporaryState()
      try held(temporary).remove()
      let path = try held(temporary).path
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
      guard case .held(let journal) = try DeletionJournal.open(in: temporary.state, for: fake.order(within: 1)),
        case .unfinished = journal.standing
      else {
        Issue.record("\(lines) is taken for a deletion that had sent nothing")
        continue
      }
      #expect(throws: StateDirectory.Failure.self) { try journal.begin(fake.order(within: 1)) }
      let end = try await runner(fake, temporary.state).start(fake.order(within: 1), resumes: 3, journal: journal)
      guard case .receipt(let receipt, .stalled, _) = end else {
        Issue.record("\(end)")
        continue
      }
      #expect(receipt["requests"]?.array?.count == 1 && receipt["legs"]?["roster"]?["state"] == "present")
      #expect(fake.truth.withLock { $0.deletes.isEmpty && $0.requests.contains("GET /cp/admin/orgs") }, "\(lines)")
    }
  }

  @Test func aReceiptIsKeptOfWhatWasSentFromHereAndNotOfWhatWasLookedAt() async throws {
    let fake = try DeletionFakeFleet()
    fake.truth.withLock { $0.cascadeSeconds = 2 }
    let (mine, theirs) = (TemporaryState(), TemporaryState())
    async let other = DeletionChaosTests.deletion(fake, theirs.state, within: 5)
    await fake.waitForCascade()
    // Only to look; and confirmed, when another operator was faster.
    async let watching = try runner(fake, mine.state).watch(fake.order(within: 5))
    async let begun = try runner(fake, mine.state).start(fake.order(within: 5), resumes: 0, journal: held(mine))
    for end in [try await watching, try await begun] {
      guard case .watched(let seen) = end else {
        Issue.record("\(end)")
        continue
      }
      #expect(seen.outcome == .verified && seen.requests.isEmpty && seen.watched["id"] == .null && seen.watched["hash"] == .null)
    }
    #expect(try ReceiptStore(state: mine.state).all().isEmpty && DeletionJournal.leftovers(in: mine.state).isEmpty)
    #expect(try await other.outcome == .verified && ReceiptStore(state: theirs.state).all().count == 1)
    #expect(fake.truth.withLock { $0.deletes.count } == 1)
  }

  @Test func twoDashboardsAtOnceStartOneCascade() async throws {
    let fake = try DeletionFakeFleet()
    fake.truth.withLock { $0.cascadeSeconds = 2 }
    // Two machines: nothing is shared but the control plane.
    let (first, second) = (TemporaryState(), TemporaryState())
    async let one = DeletionChaosTests.deletion(fake, first.state, within: 5)
    await fake.waitForCascade()
    async let two = DeletionChaosTests.deletion(fake, second.state, within: 5)
    let results = try await [one, two]
    #expect(results.map(\.outcome) == [.verified, .verified])
    #expect(fake.truth.withLock { $0.deletes.count } == 1)
    #expect(fake.truth.withLock { $0.doubled } == 0)
  }

  func runner(_ fake: DeletionFakeFleet, _ state: StateDirectory) async throws -> DeletionRunner {
    let access = FleetAccess(environment: fake.environment, http: DeletionChaosTests.http, variables: DeletionFakeFleet.variables)
    return DeletionRunner(reader: try await DeletionReader(access, names: nil, prices: .builtin), state: state)
  }

  /// A journal that this process holds, as another process would.
  func held(_ temporary: TemporaryState) throws -> DeletionJournal {
    guard case .held(let journal) = try open(temporary) else { throw StateDirectory.Failure("journal", "is not held") }
    return journal
  }

  @Test func ofTwoOnOneMachineTheSecondFollowsTheFirstAndEndsWithItsReceipt() async throws {
    let fake = try DeletionFakeFleet()
    fake.truth.withLock { $0.cascadeSeconds = 2 }
    let temporary = TemporaryState()
    let order = fake.order(within: 5)
    async let first = try runner(fake, temporary.state).start(order, resumes: 0, journal: held(temporary))
    await fake.waitForCascade()
    let left = try #require(DeletionJournal.leftovers(in: temporary.state).first)
    let second = try await runner(fake, temporary.state).follow(left)
    guard case .receipt(let one, .verified, _) = try await first, case .receipt(let two, .verified, _) = second else {
      Issue.record("\(second)")
      return
    }
    #expect(one["id"] == two["id"] && one["hash"] == two["hash"])
    #expect(fake.truth.withLock { $0.deletes.count } == 1)
    #expect(try ReceiptStore(state: temporary.state).all().count == 1)
  }

  @Test func whenTheFirstIsKilledTheSecondTakesItsJournalOverAndSendsNothing() async throws {
    let fake = try DeletionFakeFleet()
    fake.truth.withLock { $0.cascadeSeconds = 2 }
    let temporary = TemporaryState()
    let order = fake.order(within: 5)
    var dying = try await runner(fake, temporary.state)
    // Killed when the answer comes, before it is written.
    dying.survives = { record, _ in if case .answered = record { false } else { true } }
    let first = Task { [dying] in
      guard case .held(let journal) = try self.open(temporary) else { return }
      _ = await dying.start(order, resumes: 0, journal: journal)
    }
    await fake.waitForCascade()
    let second = try await runner(fake, temporary.state).follow(#require(DeletionJournal.leftovers(in: temporary.state).first))
    try await first.value
    guard case .receipt(let receipt, .verified, _) = second else {
      Issue.record("\(second)")
      return
    }
    #expect(receipt["requests"]?.array?.count == 1 && receipt["requests"]?.array?[0]["status"] == .null)
    #expect(fake.truth.withLock { $0.deletes.count } == 1 && DeletionJournal.leftovers(in: temporary.state).isEmpty)
  }

  @Test func whatCouldNotBeKeptBesideTheReceiptIsToldWithIt() async throws {
    let fake = try DeletionFakeFleet()
    let temporary = TemporaryState()
    let journal = try held(temporary)
    // Where the evidence belongs there is a file.
    #expect(FileManager.default.createFile(atPath: temporary.state.evidence, contents: nil))
    let end = try await runner(fake, temporary.state).start(
      fake.order(within: 5), resumes: 0, journal: journal, evidence: DeletionEvidence(bootEvents: []))
    guard case .receipt(_, .verified, let problem) = end else {
      Issue.record("\(end)")
      return
    }
    #expect(problem?.contains("what the cascade destroys can't be kept") == true && problem?.contains("/evidence") == true)
  }

  @Test func aStateDirectoryThatCannotBeWrittenKeepsTheRequestBack() async throws {
    let fake = try DeletionFakeFleet()
    let temporary = TemporaryState()
    let journal = try held(temporary)
    // Where receipts belong there is a file: a deletion that can't be proved isn't begun.
    #expect(FileManager.default.createFile(atPath: temporary.state.receipts, contents: nil))
    guard case .refused(let why) = try await runner(fake, temporary.state).start(fake.order(within: 1), resumes: 0, journal: journal) else {
      Issue.record("it was begun")
      return
    }
    #expect(why.contains("receipts") && fake.truth.withLock { $0.deletes.isEmpty })
    #expect(DeletionJournal.leftovers(in: temporary.state).isEmpty)
  }

  @Test func oneMachineLeftBehindIsPartialWithItsIDAndCost() async throws {
    let fake = try DeletionFakeFleet()
    let temporary = TemporaryState()
    fake.truth.withLock { $0.forgotten = ["i-0b"] }
    let result = try await DeletionChaosTests.deletion(fake, temporary.state, within: 3)
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
