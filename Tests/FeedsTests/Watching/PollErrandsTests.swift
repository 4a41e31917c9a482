import Testing

@testable import Feeds
@testable import FleetModel

/// What is wanted of sources that are no tenants, and what is asked because of it: no socket, no clock.
@Suite struct PollErrandsTests {
  private var errands = PollErrands()
  private var recall = Recall()
  private var now = 0.0

  private mutating func want(_ polls: [Poll: PollWant?]) {
    var changes = Wants.Changes()
    changes.polls = polls
    errands.heed(changes, at: now)
  }

  /// Asks whoever is due; each answers at once. - Returns: who was asked.
  private mutating func ask(_ outcome: PollSchedule.Outcome = .answered) -> Set<Poll> {
    let due = errands.beginDue(at: now)
    for poll in due { errands.came(outcome, of: poll, random: 0.5, at: now) }
    return Set(due)
  }

  private mutating func recallAll() { if let moment = recall.take() { errands.wantAll(at: moment) } }

  @Test mutating func whatIsWantedIsAskedByItsRhythmThoughNobodySaysAnythingMore() {
    want([.roster: PollWant(interval: 15), .zone: PollWant(interval: 60), .bootEvents("o", "acme"): PollWant(interval: .infinity)])
    var asked: [Poll: Int] = [:]
    for poll in ask() { asked[poll, default: 0] += 1 }
    #expect(asked.count == 3)
    while errands.nextTurn(after: now) < 600 {
      now = errands.nextTurn(after: now)
      for poll in ask() { asked[poll, default: 0] += 1 }
    }
    #expect(asked == [.roster: 40, .zone: 10, .bootEvents("o", "acme"): 1])
    want([.roster: nil])
    #expect(errands.nextTurn(after: now) == 600)
  }

  @Test mutating func whatIsWantedBeyondItsRhythmIsAskedAtOnceAndOnceMoreWhereItWasBeingAsked() {
    want([.roster: PollWant(interval: 15)])
    #expect(ask() == [.roster])
    now = 5
    want([.roster: PollWant(interval: 15, readings: 1)])
    #expect(errands.beginDue(at: now) == [.roster])
    want([.roster: PollWant(interval: 15, readings: 2)])
    #expect(errands.beginDue(at: now).isEmpty)
    now = 8
    errands.came(.answered, of: .roster, random: 0, at: now)
    #expect(ask() == [.roster] && ask().isEmpty && errands.nextTurn(after: now) == 23)
    // More closely from now on: soon, not when its usual turn comes.
    want([.roster: PollWant(interval: 5, readings: 2)])
    #expect(errands.nextTurn(after: now) == 13)
  }

  @Test mutating func aServiceHasThePauseThatItAskedFor() {
    want([.roster: PollWant(interval: 15)])
    #expect(ask(.failed(pause: 90)) == [.roster])
    now = 10
    errands.wantAll(at: now)
    #expect(ask().isEmpty && errands.nextTurn(after: now) == 90)
  }

  @Test mutating func aDatabaseThatAnnouncesEachRowIsNotReadForEach() {
    want([.database: PollWant(interval: 30)])
    #expect(ask() == [.database])
    var readings = 0
    for _ in 0..<1000 {
      now += 0.01
      errands.want(.database, at: now)
      readings += ask().count
    }
    #expect((4...5).contains(readings))
  }

  @Test mutating func everythingIsReadAnewAtOnceButForWhatIsAskedOnceOrSlowly() {
    want([
      .roster: PollWant(interval: 15), .machines("r"): PollWant(interval: 15), .resources("r"): PollWant(interval: 300),
      .bootEvents("o", "acme"): PollWant(interval: .infinity),
    ])
    #expect(ask().count == 4)
    now = 2
    var common = Wants.Common()
    common.readings = 1
    recall.heed(common, at: now)
    recallAll()
    #expect(ask() == [.roster, .machines("r")])
    recall.heed(common, at: now)
    recallAll()
    #expect(ask().isEmpty)
  }

  @Test mutating func aFeedThatLosesEverythingHasTheFleetReadEveryTenSeconds() {
    want([.roster: PollWant(interval: 3600)])
    #expect(ask() == [.roster])
    var common = Wants.Common()
    var readings: [Double] = []
    now = 100
    while now < 140 {
      common.gaps += 1
      recall.heed(common, at: now)
      recallAll()
      if !ask().isEmpty { readings.append(now) }
      now += 0.5
    }
    #expect(readings == [100, 110, 120, 130])
    // What somebody asks for isn't kept waiting by that.
    common.readings += 1
    recall.heed(common, at: now)
    recallAll()
    #expect(ask() == [.roster])
  }
}
