import FleetModel
import Testing

@testable import Feeds
@testable import FleetTUI

@Suite struct ReadingPanelTests {
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

  @Test(arguments: [120, 80, 60, 40]) func whatHostsWereAskedIsWrappedUnderItsSumAndNeverCut(_ width: Int) throws {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 40, columns: width)
    _ = scene.interface.perform(Action.about, scene.fleet, at: scene.now)
    var vitals = vitals()
    let busy = HTTPTally.Row(host: "control-plane.example.com", requests: 1250, failures: 2, throttled: 11, left: 591)
    vitals.requests = [busy, HTTPTally.Row(host: "acme.example:443", requests: 40)]
    scene.interface.desk.vitals = vitals
    let screen = scene.screen()
    #expect(!screen.contains { $0.contains("…") }, "\(screen)")
    #expect(screen.contains { $0.contains("591 left of its rate limit") } && screen.contains { $0.contains("11 too many (429)") })
    // Counts end in one column, under the sum where there is room for that.
    func end(of part: String) throws -> Int {
      let row = try #require(screen.first { $0.contains(part) }, "\(screen)")
      return row.ranges(of: part).first.map { row[..<$0.lowerBound].count } ?? -1
    }
    #expect(try end(of: "1250  control") == end(of: "  40  acme"))
    if width >= 60 { #expect(try end(of: "1250  control") == end(of: "1290")) }
    // One host alone was asked all of it: that is said once.
    vitals.requests = [busy]
    scene.interface.desk.vitals = vitals
    #expect(scene.screen().count { $0.contains("1250") } == 1)
  }

  @Test(arguments: [Action.help, .about], [Terminal.Size(rows: 10, columns: 40), Terminal.Size(rows: 24, columns: 80)])
  func itsFooterNamesWhatScrollsAndTheWayOut(_ action: Action, _ size: Terminal.Size) throws {
    var scene = InterfaceScene()
    scene.size = size
    _ = scene.interface.perform(action, scene.fleet, at: scene.now)
    let footer = try #require(scene.screen().last)
    #expect(footer.contains("pgup pgdn scroll") && footer.contains("any other key closes"), "\(footer)")
    let before = scene.screen()
    scene.press(.pageDown)
    #expect(action == .about || scene.screen() != before)
    scene.press(.character("x"))
    #expect(scene.screen().last?.contains("any other key") == false)
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
