import Foundation
import Testing

@testable import FleetModel

@Suite struct ETABacktestTests {
  /// Several seeds of a kind, scored together: error over the baseline's, and coverage.
  func score(_ kind: ETAHistory, seeds: ClosedRange<UInt64> = 1...4) -> (ratio: Double, coverage: Double) {
    var error = 0.0
    var baseline = 0.0
    var coverage = 0.0
    for seed in seeds {
      var backtest = ETABacktest()
      for (number, boot) in kind.boots(seed: seed).enumerated() { _ = backtest.score(boot, number: number) }
      error += backtest.meanAbsoluteError ?? .infinity
      baseline += backtest.baselineMeanAbsoluteError ?? 0
      coverage += backtest.p90Coverage ?? 0
    }
    return (error / baseline, coverage / Double(seeds.count))
  }

  @Test(arguments: ETAHistory.allCases) func onEveryKindOfHistoryItBeatsTheMeanAndItsP90HoldsNineTimesInTen(_ kind: ETAHistory) {
    let (ratio, coverage) = score(kind)
    #expect(ratio < 0.97, "\(kind): \(ratio)")
    #expect((0.85...0.95).contains(coverage), "\(kind): \(coverage)")
  }

  @Test(arguments: ETAHistory.hard) func onLongTailsAndChangeItsErrorIsAtMostSevenTenthsOfTheMeans(_ kind: ETAHistory) {
    let ratio = score(kind).ratio
    #expect(ratio <= 0.70, "\(kind): \(ratio)")
  }

  @Test func figuresAreThoseThatTheirDefinitionGives() {
    var backtest = ETABacktest()
    func boot(_ seconds: [Double], _ outcome: BootRecord.Outcome = .ok, group: String = "workspace/hermes") -> BootRecord {
      BootRecord(group: group, phases: seconds.enumerated().map { PhaseTime("phase-\($0.offset)", $0.element) }, outcome: outcome)
    }
    #expect(backtest.score(boot([10, 20]), number: 0).isEmpty)
    #expect(backtest.score(boot([500], .failed), number: 1).isEmpty)
    #expect(backtest.score(boot([1, 1], group: "tenant/-"), number: 2).isEmpty)
    let predictions = backtest.score(boot([15, 25]), number: 4)
    #expect(predictions.map(\.boot) == [4, 4])
    #expect(predictions.map(\.phase) == [0, 1])
    #expect(predictions.map(\.elapsed) == [0, 15])
    #expect(predictions.map(\.actual) == [40, 25])
    #expect(predictions.map(\.forecast.samples) == [1, 1])
    #expect(backtest.boots == 4 && backtest.scored == 1)
    // |30 − 40| and |30 − 15 − 25|.
    #expect(backtest.baselineMeanAbsoluteError == 10)
  }

  @Test func aBootIsForetoldFromThoseBeforeItAlone() {
    let boots = ETAHistory.wandering.boots(seed: 5)
    var whole = ETABacktest()
    var cut = ETABacktest()
    for (number, boot) in boots.prefix(200).enumerated() {
      _ = whole.score(boot, number: number)
      _ = cut.score(boot, number: number)
    }
    var changed = BootRecord(group: boots[0].group, phases: ["launch", "adapter", "runtime_init"].map { PhaseTime($0, 60) }, outcome: .ok)
    let first = whole.score(changed, number: 200)
    changed.phases[1].seconds = 9000
    changed.phases[2].seconds = 1
    let second = cut.score(changed, number: 200)
    #expect(first[0].forecast == second[0].forecast)
    #expect(first[1].forecast == second[1].forecast)
  }

  @Test func absurdHistoriesGiveFiniteOrderedForecasts() {
    var dice = Dice(seed: 3)
    var backtest = ETABacktest()
    let absurd = [0, 1e-300, 1e-9, 1, 86_400, 3e8, 1e10, -5, .infinity, .nan, 1e300]
    for number in 0..<3000 {
      let phases = (0..<dice.choice(of: 8)).map { _ in
        PhaseTime(["a", "b", "", "new-\(number)"][dice.choice(of: 4)], absurd[dice.choice(of: absurd.count)])
      }
      let boot = BootRecord(
        group: ["x", "x/y", "x/y/z/w", "", "/", "//"][dice.choice(of: 6)], phases: phases, outcome: dice.chance(0.7) ? .ok : .failed)
      for prediction in backtest.score(boot, number: number) {
        let forecast = prediction.forecast
        #expect(forecast.p50 >= 0 && forecast.p50 <= forecast.p90 && forecast.p90.isFinite, "\(prediction)")
        #expect(prediction.actual >= 0 && prediction.elapsed.isFinite)
      }
    }
    #expect(backtest.meanAbsoluteError?.isFinite == true)
  }

  @Test func aServerThatInventsGroupsAndPhasesIsForgotten() {
    var history = BootHistory()
    for number in 0..<5000 {
      history.learn(BootRecord(group: "workspace/r\(number)", phases: (0..<3).map { PhaseTime("p\(number)-\($0)", 1) }, outcome: .ok))
      history.learn(BootRecord(group: "workspace/hermes", phases: (0..<5).map { PhaseTime("p\(number)-\($0)", 10) }, outcome: .ok))
    }
    #expect(history.summaries.count <= BootHistory.groupLimit)
    let forecast = history.forecast(group: "workspace/hermes", done: [PhaseTime("q0", 10)], phase: "q1", elapsed: 0)
    #expect(forecast.map { (35...45).contains($0.p50) } == true)
  }
}

@Suite struct BootHistoryTests {
  func boot(_ group: String, _ seconds: [Double]) -> BootRecord {
    BootRecord(group: group, phases: zip(["launch", "adapter", "runtime_init"], seconds).map { PhaseTime($0, $1) }, outcome: .ok)
  }

  @Test func fewSamplesAreAnsweredByTheCoarserGroup() {
    var history = BootHistory()
    for _ in 0..<20 { history.learn(boot("workspace/hermes/cold/t3.large", [60, 100, 140])) }
    history.learn(boot("workspace/hermes/cold/t3.xlarge", [1, 1, 1]))
    let coarse = history.forecast(group: "workspace/hermes/cold/t3.xlarge", done: [], phase: "launch", elapsed: 0)
    #expect(coarse?.samples == 21)
    #expect(coarse.map { $0.p50 > 200 } == true)
    #expect(history.forecast(group: "workspace/hermes/prebaked/t3.large", elapsed: 0)?.samples == 21)
    #expect(history.forecast(group: "workspace/langgraph/cold/t3.large", elapsed: 0) == nil)
  }

  @Test func whatRemainsIsNeverNegativeNeverStandsAtASecondAndGrowsOnceThePastIsExceeded() {
    var history = BootHistory()
    var dice = Dice(seed: 8)
    for _ in 0..<100 { history.learn(boot("workspace/hermes", [60, 120, 150].map { $0 * exp(0.3 * dice.normal()) })) }
    let done = [PhaseTime("launch", 60), PhaseTime("adapter", 120)]
    var last = Double.infinity
    for elapsed in stride(from: 0.0, through: 20_000, by: 10) {
      let forecast = history.forecast(group: "workspace/hermes", done: done, phase: "runtime_init", elapsed: elapsed)
      guard let forecast else {
        Issue.record("nothing at \(elapsed)")
        return
      }
      #expect(forecast.p50 >= 0 && forecast.p50 <= forecast.p90 && forecast.p90.isFinite)
      if elapsed <= 100 {
        #expect(forecast.p50 <= last + 2, "shrinks while all is as usual")
        last = forecast.p50
      }
      if elapsed > 600 { #expect(forecast.p50 > 0.1 * elapsed, "what lasts so long lasts on: \(elapsed) \(forecast)") }
    }
  }

  @Test func aSlowBootIsExpectedToStaySlowWhereBootsAreSlowAltogether() {
    var history = BootHistory()
    for record in ETAHistory.slowHosts.boots(seed: 2) { history.learn(record) }
    func remaining(_ factor: Double) -> Double {
      let done = [PhaseTime("launch", 60 * factor), PhaseTime("install_apt_base", 120 * factor)]
      return history.forecast(group: "workspace/hermes", done: done, phase: "venv_pip", elapsed: 0)?.p50 ?? 0
    }
    #expect(remaining(3) > 1.7 * remaining(1))
  }

  @Test func aLearnedPlanHasTheUsualPhasesAndIsLatePastTheir95thPercentile() {
    var history = BootHistory()
    for index in 1...100 { history.learn(boot("workspace/hermes", [Double(index), 100, 200])) }
    history.settle()
    let plan = history.plan(for: "workspace/hermes", published: .hermes)
    #expect(plan.phases.map(\.name) == ["launch", "adapter", "runtime_init"])
    #expect(abs(plan.phases[0].median - 50.5) < 1 && abs(plan.phases[0].lateAfter - 96) < 1.5)
    #expect(plan.samples == 100 && plan.phases[1].samples == 100)
    #expect(history.plan(for: "workspace/langgraph", published: .prebaked) == .prebaked)
  }

  @Test func fewerThanEightBootsMakeNobodyLate() {
    var history = BootHistory()
    for count in 1...7 {
      history.learn(boot("workspace/hermes", [10, 20, 30]))
      history.settle()
      let plan = history.plan(for: "workspace/hermes", published: .hermes)
      #expect(plan.samples == count && plan.median == 60)
      #expect(plan.lateAfter == PhasePlan.hermes.lateAfter, "late by typical times")
      for phase in plan.phases {
        #expect(phase.lateAfter == PhasePlan.hermes.phases.first { $0.name == phase.name }?.lateAfter ?? .infinity)
      }
      #expect(history.plan(for: "workspace/hermes", published: PhasePlan([])).lateAfter == .infinity, "or never")
    }
    history.learn(boot("workspace/hermes", [10, 20, 30]))
    history.settle()
    #expect(history.plan(for: "workspace/hermes", published: .hermes).lateAfter == 61)
  }

  @Test func whatIsNeverLateHasNoSuchMoment() {
    let plan = PhasePlan([PhasePlan.Phase("launch", 10, lateAfter: .infinity)], median: 10, lateAfter: .infinity, samples: 2)
    let start = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    for tellsPhases in [false, true] {
      let progress = Progress(of: Boot(startedAt: start), plan: plan, tellsPhases: tellsPhases, deadline: nil, at: start + 5000)
      #expect(progress.lateAt == nil && !progress.isLate && progress.eta.map { $0.p90.isFinite } == true)
      #expect(progress.limit.map { (0...1).contains($0) } ?? true)
    }
  }

  @Test func bootsWithoutPhasesStretchThePublishedOnes() {
    var history = BootHistory()
    for _ in 0..<10 { history.learn(BootRecord(group: "workspace/hermes", phases: [PhaseTime("boot", 1260)], outcome: .ok)) }
    let plan = history.plan(for: "workspace/hermes", published: .hermes)
    #expect(plan.phases.map(\.name) == PhasePlan.hermes.phases.map(\.name))
    #expect(plan.median == 1260)
    #expect(abs(plan.phases.reduce(0) { $0 + $1.median } - 1260) < 1e-6)
  }

  @Test func aFailedBootTeachesItsFinishedPhasesOnly() {
    var history = BootHistory()
    for _ in 0..<30 { history.learn(boot("workspace/hermes", [60, 120, 150])) }
    let before = history.forecast(group: "workspace/hermes", done: [], phase: "launch", elapsed: 0)
    for _ in 0..<30 {
      history.learn(BootRecord(group: "workspace/hermes", phases: [PhaseTime("launch", 60), PhaseTime("adapter", 1800)], outcome: .failed))
    }
    #expect(history.forecast(group: "workspace/hermes", done: [], phase: "launch", elapsed: 0) == before)
    #expect(history.summaries.first?.failures == 30)
  }

  @Test func linesOfAFileAreReadAndWrittenAndBrokenOnesNameWhatIsWrong() throws {
    let record = BootRecord(
      group: "workspace/hermes", phases: [PhaseTime("launch", 61.25)], outcome: .failed, endedAt: Timestamp(rfc3339: "2026-11-24T03:00:00Z")
    )
    #expect(try BootRecord(line: Array(record.json.serialized().utf8)) == record)
    let broken: [(String, String)] = [
      ("{", "not JSON"), ("[]", "not a JSON object"), (#"{"phases":[],"outcome":"ok"}"#, "group"),
      (#"{"group":"g","phases":[],"outcome":"maybe"}"#, "outcome"), (#"{"group":"g","outcome":"ok"}"#, "phases"),
      (#"{"group":"g","phases":[{"name":"a","seconds":-1}],"outcome":"ok"}"#, "phases[0].seconds"),
      (#"{"group":"g","phases":[{"name":"a","seconds":NaN}],"outcome":"ok"}"#, "not JSON"),
      (#"{"group":"g","phases":[{"name":"a","seconds":1e999}],"outcome":"ok"}"#, "phases[0].seconds"),
      (#"{"group":"g","phases":[{"seconds":1}],"outcome":"ok"}"#, "phases[0].name"),
    ]
    for (line, problem) in broken {
      #expect { try BootRecord(line: Array(line.utf8)) } throws: { "\($0)".contains(problem) }
    }
    #expect(try BootRecord(line: Array(#"{"group":"g","phases":[],"outcome":"ok","host":7}"#.utf8)).phases.isEmpty)
  }

  @Test func aWindowsQuantilesAreThoseOfItsNewestFigures() {
    var dice = Dice(seed: 1)
    var window = QuantileWindow(capacity: 40)
    var all: [Double] = []
    for _ in 0..<500 {
      let value = dice.chance(0.3) ? 7 : dice.normal()
      window.add(value)
      window.add(.nan)
      all.append(value)
      let newest = all.suffix(40).sorted()
      #expect(window.quantile(0) == newest.first && window.quantile(1) == newest.last)
      let middle = newest.count / 2
      if newest.count % 2 == 1 { #expect(window.quantile(0.5) == newest[middle]) }
    }
  }
}
