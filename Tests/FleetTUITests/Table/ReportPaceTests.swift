import FleetModel
import Testing

@testable import FleetTUI

/// When a report that costs as much as the fleet is large is made anew.
@Suite struct ReportPaceTests {
  private let start = Timestamp(seconds: 1_795_441_320)

  private struct Look: Equatable {
    var isDue: Bool
    /// Seconds from the start to the next one.
    var next: Double?
  }

  @Test func aReportIsMadeAnewSecondsAfterAChangeAndEachMinuteWithoutAny() {
    var pace = ReportPace()
    func isDue(_ seconds: Double) -> Look {
      var moment = Moment(now: start + seconds)
      let isDue = pace.isDue(whileMoving: false, &moment)
      return Look(isDue: isDue, next: moment.nextChange.map { $0 - start })
    }
    #expect(isDue(0) == Look(isDue: true, next: 60))
    #expect(isDue(5) == Look(isDue: false, next: 60))
    pace.noteChange()
    #expect(isDue(5) == Look(isDue: true, next: 65))
    pace.noteChange()
    #expect(isDue(6) == Look(isDue: false, next: 7))
    #expect(isDue(7) == Look(isDue: true, next: 67))
    #expect(isDue(66) == Look(isDue: false, next: 67))
    #expect(isDue(67) == Look(isDue: true, next: 127))
  }

  @Test func underAMovingHandItWaitsButNotForEver() {
    var pace = ReportPace()
    func isDue(_ seconds: Double, moving: Bool) -> Look {
      var moment = Moment(now: start + seconds)
      let isDue = pace.isDue(whileMoving: moving, &moment)
      return Look(isDue: isDue, next: moment.nextChange.map { $0 - start })
    }
    #expect(isDue(0, moving: true).isDue, "there is none yet")
    pace.noteChange()
    #expect(isDue(3, moving: true) == Look(isDue: false, next: 5), "it looks again once the hand may rest")
    #expect(isDue(5, moving: false) == Look(isDue: true, next: 65))
    #expect(pace.isFresh(at: start + 9) && !pace.isFresh(at: start + 10))
    pace.noteChange()
    #expect(isDue(9, moving: true) == Look(isDue: false, next: 11))
    #expect(isDue(10, moving: true) == Look(isDue: true, next: 70), "it is five seconds old")
  }
}
