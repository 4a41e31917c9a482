import FleetModel
import TestSupport
import Testing

@testable import FleetTUI

@Suite struct RowWindowTests {
  @Test func whateverHappensToListAndScreenTheRangeIsOneOfTheList() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var window = RowWindow()
      for _ in 0..<200 {
        switch Int.random(in: 0..<7, using: &random) {
        case 0: window.fit(Int.random(in: 0...200, using: &random), height: Int.random(in: -5...80, using: &random))
        case 1: window.scroll(by: Int.random(in: -1000...1000, using: &random))
        case 2: window.turn(by: Int.random(in: -3...3, using: &random))
        case 3: window.moveToEnd()
        case 4: window.moveToTop()
        case 5: window.reveal(Int.random(in: -1...200, using: &random), ahead: Int.random(in: 0...50, using: &random))
        default: window.begin(at: Int.random(in: -1...300, using: &random))
        }
        let count = Int.random(in: 0...200, using: &random)
        let range = window.range(of: count)
        #expect((0...count).contains(range.lowerBound) && (0...count).contains(range.upperBound) && range.count <= window.height)
        // No row is hidden while there is room for it.
        #expect(range.count == min(count, window.height))
      }
    }
  }

  @Test func itMovesNoFurtherThanItMustToShowARow() {
    var window = RowWindow()
    window.fit(100, height: 10)
    window.reveal(12)
    #expect(window.range(of: 100) == 3..<13)
    window.reveal(5)
    #expect(window.range(of: 100) == 3..<13)
    window.reveal(1)
    #expect(window.range(of: 100) == 1..<11)
    window.moveToEnd()
    #expect(window.range(of: 100) == 90..<100)
    // A list that shrank meanwhile is seen whole.
    #expect(window.range(of: 3) == 0..<3 && window.range(of: 0) == 0..<0)
    window.scroll(by: -1)
    #expect(window.range(of: 100) == 89..<99)
  }

  @Test func itMayMoveAScreenAheadAndKeepsSomeRowsOfTheLast() {
    var window = RowWindow()
    window.fit(100, height: 10)
    window.reveal(9, ahead: 7)
    #expect(window.range(of: 100) == 0..<10)
    window.reveal(10, ahead: 7)
    #expect(window.range(of: 100) == 8..<18)
    window.reveal(7, ahead: 7)
    #expect(window.range(of: 100) == 0..<10)
    window.reveal(99, ahead: 7)
    #expect(window.range(of: 100) == 90..<100)
  }

  @Test func theLastLineSaysHowManyFollow() {
    var window = RowWindow()
    let lines = (0..<10).map { Line("line \($0)") }
    #expect(window.fit(lines, height: 4).map(\.plain) == ["line 0", "line 1", "line 2", "  … 7 more lines"])
    window.moveToEnd()
    #expect(window.fit(lines, height: 4).map(\.plain) == ["line 6", "line 7", "line 8", "line 9"])
    #expect(window.fit(lines, height: 1).map(\.plain) == ["line 6"])
    #expect(window.fit(lines, height: 0).isEmpty && window.fit([], height: 5).isEmpty)
    #expect(window.fit(lines, height: -3).isEmpty)
  }
}

/// Rows that vanish while the table isn't drawn, and numbers that no drawing expects.
@Suite struct VanishingRowsTests {
  private func orgs(_ count: Int) -> [OrgRow] { (0..<count).map { InterfaceScene.org("org-\($0)") } }

  @Test func aRosterThatShrinksUnderTheHelpIsShownFromItsTop() {
    var scene = InterfaceScene()
    scene.roster(orgs(90))
    scene.press(.character("1"), .character("G"), .character("?"))
    scene.now = scene.now + 5
    scene.roster(orgs(3))
    #expect(scene.interface.shownWorkspaces(scene.fleet)?.isEmpty == true)
    scene.press(.escape)
    #expect(scene.screen().contains { $0.hasPrefix("▶ org-2") } && scene.screen().last?.contains("1–3 of 3") == true)
  }

  @Test func aFilterThatIsTypedOnAScreenTooSmallLeavesAPlaceToReturnTo() {
    var scene = InterfaceScene()
    scene.roster(orgs(100))
    scene.press(.character("1"), .character("G"))
    scene.size = Terminal.Size(rows: 3, columns: 10)
    scene.press(.character("/"))
    scene.type("zzz")
    #expect(scene.interface.shownWorkspaces(scene.fleet)?.isEmpty == true)
    scene.size = Terminal.Size(rows: 24, columns: 100)
    #expect(scene.screen().contains { $0.contains("no row holds \"zzz\"") })
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308, -1e308, Double.leastNonzeroMagnitude, -1, 0])
  func noNumberBreaksADrawing(_ number: Double) {
    for glyphs in [Glyphs.unicode, .ascii] {
      for width in -1...12 {
        _ = ProgressBar(fraction: number, tick: number, limit: number).spans(width: width, glyphs: glyphs)
        _ = Sparkline(values: [number, 1, number]).span(width: width, glyphs: glyphs)
        #expect(AreaGraph(values: [number, 1, number]).lines(rows: width, width: width, glyphs: glyphs).count == max(0, width))
        #expect(Line("日本").fitted(to: width).columns == max(0, width))
        _ = Line.wrapped("日本 x", role: .text, width: width)
        _ = Line("a long line of some words").folded(to: width)
        _ = TableLayout(FleetContent.columns, width: width)
      }
      var boot = Boot(startedAt: InterfaceScene.start)
      boot.note(BootEventRow(event: "launch", status: .started, at: InterfaceScene.start), at: InterfaceScene.start)
      let plan = PhasePlan([PhasePlan.Phase("launch", number, lateAfter: number), PhasePlan.Phase("image_pull", number)])
      let now = InterfaceScene.start + 60
      let progress = Progress(of: boot, plan: plan, tellsPhases: true, deadline: nil, at: now)
      _ = Waterfall(boot: boot, plan: plan, progress: progress) { _, _ in number }.lines(width: 120, glyphs, at: now)
    }
  }
}
