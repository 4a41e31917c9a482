import FleetModel
import Testing

@testable import Feeds
@testable import FleetTUI

@Suite struct AboutPanelTests {
  private func vitals(at uptime: Double = 61) -> Vitals {
    var vitals = Vitals(uptime: uptime, written: 5_242_880, frames: 12, events: 700, requests: [], terminal: "xterm, 100x24, 256 colours")
    vitals.resident = 41 << 20
    vitals.processor = 1.25
    vitals.load = 0.031
    return vitals
  }

  @Test func itTellsWhatTheProgramTakesAndAnyKeyClosesIt() {
    var scene = InterfaceScene()
    scene.size.rows = 40
    #expect(!scene.interface.showsVitals)
    _ = scene.interface.perform(Action.about, scene.fleet, at: scene.now)
    #expect(scene.interface.showsVitals)
    scene.interface.desk.vitals = vitals()
    let screen = scene.screen().joined(separator: "\n")
    for part in [
      "fleettui 0.", "staging", "xterm, 100x24, 256 colours", "1m01s", "1.3 s, 3.1 % now", "41.0 MiB resident", "5.0 MiB in 12 frames",
      "700",
    ] {
      #expect(screen.contains(part), "\(part)")
    }
    scene.press(.escape)
    #expect(!scene.interface.showsVitals)
  }

  @Test func itTellsWhatMayStillBeAskedAsSourcesDoes() throws {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 50, columns: 120)
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    scene.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    _ = scene.interface.perform(Action.about, scene.fleet, at: scene.now)
    var vitals = vitals()
    vitals.requests = [HTTPTally.Row(host: "acme.example:443", requests: 40, throttled: 1, left: 17)]
    scene.interface.desk.vitals = vitals
    let screen = scene.screen()
    // A host's requests stand under the requests.
    let lines = ["requests  ", "acme.example:443", "streams open"].map { part in screen.firstIndex { $0.contains(part) } ?? -1 }
    #expect(lines == lines.sorted() && lines[0] > 0, "\(screen)")
    #expect(screen.contains { $0.contains("the terminal's ground is not known") && !$0.contains("by the terminal") })
    #expect(screen.contains { $0.contains("1 too many (429)  17 left of its rate limit") }, "\(screen)")
    let budget = try #require(SourcesContent.budget(of: .source(.ec2("us-east-2")), scene.fleet, at: scene.now))
    #expect(screen.contains { $0.contains("EC2 budget") && $0.contains(budget) && $0.contains("us-east-2") })
  }

  @Test func onlyWhileItIsOpenTheScreenMovesBySecond() {
    var scene = InterfaceScene()
    let idle = scene.nextChange()
    _ = scene.interface.perform(Action.about, scene.fleet, at: scene.now)
    #expect(scene.nextChange().map { $0 - scene.now <= 1 } == true)
    scene.press(.escape)
    #expect(scene.nextChange() == idle)
  }

  @Test func aReadingIsOfThisProcessAndRatesNeedTwo() {
    var reader = VitalsReader()
    let first = reader.read { Vitals(uptime: 61, written: 0, frames: 0, events: 0, requests: [], terminal: "") }
    #expect((first.resident ?? 0) > 1 << 20 && first.processor > 0)
    #expect(first.load == nil && first.eventRate == nil)
    // Asked again at once it gives what it read.
    #expect(reader.read { Vitals(uptime: 99, written: 0, frames: 0, events: 0, requests: [], terminal: "") }.uptime == 61)
  }
}
