import FleetModel
import Testing

@testable import Feeds

@Suite struct ClockNewsTests {
  @Test func theSameClockIsToldNowAndThenAndAnotherAtOnce() {
    let news = ClockNews()
    func offset(_ ahead: Double) -> ClockOffset { ClockOffset(ahead: ahead, margin: 0.5) }
    #expect(news.isNews(offset(0.2), at: 0))
    #expect(!news.isNews(offset(0.9), at: 15) && !news.isNews(offset(-0.8), at: 119))
    #expect(news.isNews(offset(0.2), at: 121))
    #expect(news.isNews(offset(90), at: 122) && !news.isNews(offset(90.4), at: 137))
    #expect(news.isNews(offset(0), at: 138))
  }
}
