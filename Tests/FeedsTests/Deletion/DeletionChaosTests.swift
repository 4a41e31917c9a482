import FleetModel
import Foundation
import Synchronization
import Testing

@testable import Feeds

/// A generator whose every run can be had again.
struct DeletionChaosRandom: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

private final class Tally: Sendable {
  private let value = Atomic(0)
  /// The value before.
  @discardableResult
  func count() -> Int { value.add(1, ordering: .relaxed).oldValue }
  var now: Int { value.load(ordering: .relaxed) }
}

private final class Outcomes: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  func note(_ outcome: String) { counts.withLock { $0[outcome, default: 0] += 1 } }
  var seen: [String: Int] { counts.withLock { $0 } }
}

@Suite(.serialized) struct DeletionChaosTests {
  static let http = HTTPClient(userAgent: "fleettui/test")

  struct Result: Sendable {
    var outcome: DeletionOutcome?
    var receipt: JSONValue?
    var refusal: String?
    /// How often the program was killed.
    var kills = 0
  }

  /// Carries the deletion out, restarting from the journal after every kill, as the next start of the program does.
  static func deletion(
    _ fake: DeletionFakeFleet, _ state: StateDirectory, within: Double, resumes: Int = 0, killAt: (index: Int, isWritten: Bool)? = nil
  ) async throws -> Result {
    let reader = try await DeletionReader(
      FleetAccess(environment: fake.environment, http: http, variables: DeletionFakeFleet.variables), names: nil, prices: .builtin)
    let written = Tally()
    let killed = Tally()
    var result = Result()
    for start in 0..<10 {
      guard case .held(let journal) = try DeletionJournal.open(in: state, for: fake.order(within: within)) else {
        Issue.record("the journal is locked although nobody runs")
        return result
      }
      var runner = DeletionRunner(reader: reader, state: state)
      if let killAt {
        runner.survives = { _, isWritten in
          let index = isWritten ? written.count() : written.now
          let dies = index == killAt.index && isWritten == killAt.isWritten && killed.now == 0
          if dies { killed.count() }
          return !dies
        }
      }
      // Where something had been sent it goes on with that.
      switch await runner.start(fake.order(within: within), resumes: start == 0 ? resumes : 0, journal: journal) {
      case .receipt(let receipt, let outcome, let problem):
        #expect(problem == nil)
        result.outcome = outcome
        result.receipt = receipt
        return result
      case .watched(let receipt):
        #expect(receipt.requests.isEmpty)
        result.outcome = receipt.outcome
        return result
      case .refused(let why):
        result.refusal = why
        return result
      case .interrupted: result.kills += 1
      }
    }
    Issue.record("it never ended")
    return result
  }

  /// What must hold whatever happened.
  static func judge(_ result: Result, _ fake: DeletionFakeFleet, _ state: StateDirectory, resumes: Int, _ what: String) throws {
    let truth = fake.truth.withLock { $0 }
    #expect(truth.doubled == 0, "\(what): a second cascade was asked for while one ran")
    #expect(truth.cascades <= 1 + resumes, "\(what): \(truth.cascades) cascades")
    switch result.outcome {
    case .verified:
      #expect(!truth.orgStands && truth.machines.values.allSatisfy { $0 == "terminated" }, "\(what): verified, but \(truth)")
      #expect(truth.purge?.status == "completed", "\(what): verified without an audit")
    case .failed: #expect(truth.cascades == 0, "\(what): failed, but a cascade ran: \(String(describing: result.receipt))")
    case .partial, .queued, .stalled: break
    case nil: #expect(result.refusal != nil && truth.cascades == 0, "\(what): no end")
    }
    #expect(DeletionJournal.leftovers(in: state).isEmpty, "\(what): the journal is still there")
    #expect(try ReceiptStore(state: state).verify().broken.isEmpty, "\(what): the chain is broken")
  }

  private static func fault(_ random: inout DeletionChaosRandom) -> DeletionFakeFleet.Fault {
    var fault = DeletionFakeFleet.Fault()
    switch Int.random(in: 0..<13, using: &random) {
    case 0, 1: break
    case 2: fault.answerCut = Int.random(in: 0...240, using: &random)
    case 3: fault.requestCut = Int.random(in: 8...320, using: &random)
    case 4: fault.repeatsAnswer = true
    case 5: fault.delay = Double.random(in: 0...0.05, using: &random)
    case 6:
      fault.answer = .status(
        [500, 502, 503, 504].randomElement(using: &random)!, "<html><title>Bad Gateway</title></html>", type: "text/html")
      fault.starts = Bool.random(using: &random)
    case 7:
      fault.answer = .status(200, "<!doctype html><title>Sign in</title>", type: "text/html")
      fault.starts = Bool.random(using: &random)
    case 8:
      fault.answer = .status(409, #"{"error":"org lifecycle operation in flight; retry"}"#, type: "application/json")
      fault.starts = false
    case 9: fault.answer = .queued
    case 11:
      fault.answer = .status(403, #"{"error":"forbidden"}"#, type: "application/json")
      fault.starts = false
    case 10: fault.failsAt = ["stripe", "redis", "infra", "db_rows"].randomElement(using: &random)
    default:
      fault.answer = .nothing
      fault.starts = Bool.random(using: &random)
    }
    return fault
  }

  /// `FLEETTUI_CHAOS_RUNS` makes it more.
  @Test func inFiveHundredRunsOfChaosThereIsNeverASecondCascadeAndNoOutcomeIsBetterThanTheTruth() async throws {
    let runs = ProcessInfo.processInfo.environment["FLEETTUI_CHAOS_RUNS"].flatMap(Int.init) ?? 500
    let next = Tally()
    let outcomes = Outcomes()
    try await withThrowingTaskGroup(of: Void.self) { group in
      // They mostly wait for each other.
      for _ in 0..<16 {
        group.addTask {
          while true {
            let seed = next.count()
            guard seed < runs else { return }
            var random = DeletionChaosRandom(state: UInt64(seed))
            let fake = try DeletionFakeFleet()
            let temporary = TemporaryState()
            let faults = (0..<4).map { _ in Self.fault(&random) }
            let resumes = Int.random(in: 0...1, using: &random)
            let isForgetful = Int.random(in: 0..<10, using: &random) == 0
            let offersPurges = Int.random(in: 0..<8, using: &random) != 0
            let cascadeSeconds = Double.random(in: 0...0.1, using: &random)
            fake.truth.withLock {
              $0.faults = faults
              $0.offersPurges = offersPurges
              $0.cascadeSeconds = cascadeSeconds
              if isForgetful { $0.forgotten = ["i-0b"] }
            }
            let kill =
              Int.random(in: 0..<3, using: &random) == 0
              ? (index: Int.random(in: 0..<5, using: &random), isWritten: Bool.random(using: &random)) : nil
            let result = try await Self.deletion(fake, temporary.state, within: 0.3, resumes: resumes, killAt: kill)
            try Self.judge(result, fake, temporary.state, resumes: resumes, "seed \(seed)")
            outcomes.note(result.outcome?.rawValue ?? "refused")
          }
        }
      }
      try await group.waitForAll()
    }
    // Chaos that always ends alike would test nothing.
    let seen = outcomes.seen
    for outcome in ["verified", "partial", "failed", "stalled"] {
      #expect(seen[outcome, default: 0] > 0, "no run ended \(outcome): \(seen)")
    }
  }

  @Test(arguments: [false, true]) func aDeletionKilledAtAnyJournalWriteGoesOnFromThere(isWritten: Bool) async throws {
    for fault in [
      DeletionFakeFleet.Fault(), DeletionFakeFleet.Fault(answer: .queued), DeletionFakeFleet.Fault(failsAt: "infra"),
      DeletionFakeFleet.Fault(answer: .nothing),
    ] {
      for index in 0..<5 {
        let fake = try DeletionFakeFleet()
        let temporary = TemporaryState()
        fake.truth.withLock { $0.faults = [fault] }
        let result = try await Self.deletion(fake, temporary.state, within: 0.4, resumes: 0, killAt: (index, isWritten))
        try Self.judge(result, fake, temporary.state, resumes: 0, "killed \(isWritten ? "after" : "before") record \(index)")
        #expect(fake.truth.withLock { $0.deletes.count } <= 1)
      }
    }
  }

  @Test func anAnswerCutAtAnyByteIsResolvedFromTheAuditAndNeverByAskingAgain() async throws {
    // The whole answer has 208 bytes or so: every cut before its end.
    for cut in stride(from: 0, through: 200, by: 1) {
      let fake = try DeletionFakeFleet()
      let temporary = TemporaryState()
      fake.truth.withLock { $0.faults = [DeletionFakeFleet.Fault(answerCut: cut)] }
      let result = try await Self.deletion(fake, temporary.state, within: 10)
      #expect(result.outcome == .verified, "cut at \(cut): \(String(describing: result.receipt))")
      #expect(fake.truth.withLock { $0.deletes.count } == 1, "cut at \(cut)")
    }
  }
}
