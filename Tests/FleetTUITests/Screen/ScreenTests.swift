import FleetModel
import Testing

@testable import FleetTUI

@Suite struct LineScrollingTests {
  @Test func aScrollOfSeveralLinesIsMadeOfSingleOnes() {
    func scrolled(_ text: String) -> String { String(decoding: LineScrolling.lineByLine(Array(text.utf8)), as: UTF8.self) }
    #expect(scrolled("a\u{1B}[6;28r\u{1B}[28;1H\u{1B}[3Sb\u{1B}[1;34r") == "a\u{1B}[6;28r\u{1B}[28;1H\n\n\nb\u{1B}[1;34r")
    #expect(scrolled("\u{1B}[2T") == "\u{1B}M\u{1B}M")
    for untouched in ["", "plain 3S", "\u{1B}[S", "\u{1B}[38;5;3m3T", "\u{1B}[3", "\u{1B}[", "\u{1B}[70X"] {
      #expect(scrolled(untouched) == untouched)
    }
  }
}

@Suite struct RepeatedColorsTests {
  @Test(arguments: [
    ("\u{1B}[38;5;9ma\u{1B}[38;5;9mb", "\u{1B}[38;5;9mab"),
    ("\u{1B}[38;5;9m\u{1B}[48;5;2ma\u{1B}[38;5;8m\u{1B}[48;5;2mb", "\u{1B}[38;5;9m\u{1B}[48;5;2ma\u{1B}[38;5;8mb"),
    ("\u{1B}[38;5;9ma\u{1B}[39;49m\u{1B}[38;5;9mb", "\u{1B}[38;5;9ma\u{1B}[39;49m\u{1B}[38;5;9mb"),
    ("\u{1B}[38;5;9ma\u{1B}[m\u{1B}[38;5;9mb", "\u{1B}[38;5;9ma\u{1B}[m\u{1B}[38;5;9mb"),
    ("\u{1B}[38;5;9ma\u{1B}[5;1Hb\u{1B}[38;5;9mc\u{1B}[K\u{1B}[", "\u{1B}[38;5;9ma\u{1B}[5;1Hbc\u{1B}[K\u{1B}["),
    ("\u{1B}[38:5:9ma\u{1B}[38;5;9mb", "\u{1B}[38:5:9mab"), ("\u{1B}[38;5;300ma\u{1B}[38;5;300mb", "\u{1B}[38;5;300ma\u{1B}[38;5;300mb"),
    ("plain", "plain"), ("", ""),
  ])
  func aColourThatIsThereAlreadyIsNotNamedAgain(_ frame: String, _ expected: String) {
    #expect(String(decoding: RepeatedColors.removed(from: Array(frame.utf8)), as: UTF8.self) == expected)
  }
}

@Suite struct LineTests {
  @Test(arguments: [
    ("acme", 6, "acme  "), ("acme", 4, "acme"), ("acme", 3, "ac…"), ("acme", 1, "…"), ("acme", 0, ""), ("", 3, "   "),
    ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日… "), ("日本語", 2, "… "), ("e\u{301}te\u{301}", 3, "e\u{301}te\u{301}"),
  ])
  func textIsFittedToColumns(_ text: String, _ width: Int, _ expected: String) {
    let fitted = Line(text).fitted(to: width)
    #expect(fitted.plain == expected)
    #expect(fitted.columns == width)
  }

  @Test func numbersStandAtTheRight() { #expect(Line("3.14").fitted(to: 7, .right).plain == "   3.14") }

  @Test func aCutFallsWithinTheSpanThatOverflows() {
    let line = Line([Span("one ", .ok), Span("two ", .late), Span("three", .failed)])
    #expect(line.fitted(to: 7).plain == "one tw…")
    #expect(line.fitted(to: 7).spans.map(\.role) == [.ok, .late])
    #expect(line.fitted(to: 4).plain == "one…")
    #expect(line.fitted(to: 13).plain == "one two three")
  }

  @Test(arguments: [
    "\u{1B}[31mred", "\u{1B}]0;title\u{07}", "\u{9B}31m", "a\u{0}b", "line\nbreak\r\ttab", "\u{202E}olleh\u{2066}", "\u{200B}\u{FEFF}x",
    "e" + String(repeating: "\u{301}", count: 10_000), String(repeating: "\u{301}", count: 50), "\u{E0041}\u{FE0F}",
  ])
  func hostileTextIsHarmlessAndOfBoundedWidth(_ text: String) {
    for width in [0, 1, 2, 10, 80] {
      let fitted = Line(text).fitted(to: width)
      #expect(fitted.columns == width)
      #expect(fitted.plain.unicodeScalars.count <= width * 3 + 2)
      for scalar in fitted.plain.unicodeScalars {
        #expect(scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value))
        #expect(!(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value) && scalar.value != 0x200B)
      }
    }
  }

  @Test func longTextIsWrappedAtSpacesAndWithinWords() {
    let lines = Line.wrapped("the adapter has had no output for 4m", role: .text, width: 12).map(\.plain)
    #expect(lines == ["the adapter", "has had no", "output for", "4m"])
    #expect(Line.wrapped("abcdefghij", role: .text, width: 4).map(\.plain) == ["abcd", "efgh", "ij"])
    #expect(Line.wrapped("", role: .text, width: 4).map(\.plain) == [""])
  }
}

@Suite struct ProgressBarTests {
  private func bar(_ fraction: Double?, tick: Double? = nil, width: Int = 12, _ glyphs: Glyphs = .unicode) -> String {
    Line(ProgressBar(fraction: fraction, tick: tick).spans(width: width, glyphs: glyphs)).plain
  }

  @Test func eighthsOfACellAreDrawn() {
    #expect(bar(0) == "▕░░░░░░░░░░▏")
    #expect(bar(0.0125) == "▕▏░░░░░░░░░▏")
    #expect(bar(0.45) == "▕████▌░░░░░▏")
    #expect(bar(1) == "▕██████████▏")
  }

  @Test func theTickStandsWhereThePhaseShouldEnd() {
    #expect(bar(0.45, tick: 0.7) == "▕████▌░░│░░▏")
    #expect(bar(0.45, tick: 1) == "▕████▌░░░░│▏")
    #expect(bar(0.45, tick: 0.2) == "▕████▌░░░░░▏")
  }

  @Test func asciiNeedsNothingButASCII() {
    #expect(bar(0.45, tick: 0.8, .ascii) == "[====>   | ]")
    #expect(bar(0, .ascii) == "[          ]")
    #expect(bar(1, .ascii) == "[==========]")
  }

  @Test func unknownLooksUnknown() { #expect(bar(nil) == "▕··········▏") }

  @Test(arguments: [-1.0, 2.0, Double.infinity, -Double.infinity, Double.nan])
  func aFractionOutOfBoundsDrawsABarAllTheSame(_ fraction: Double) {
    #expect(Line(ProgressBar(fraction: fraction, tick: fraction).spans(width: 10, glyphs: .unicode)).columns == 10)
  }

  @Test func aBarThatMovesIsNeverShorterThanBefore() {
    var filled = -1
    for step in 0...1000 {
      let text = bar(Double(step) / 1000)
      let eighths = text.unicodeScalars.dropFirst().dropLast().reduce(0) { sum, scalar in
        sum
          + ("▏▎▍▌▋▊▉█".unicodeScalars.firstIndex(of: scalar).map {
            "▏▎▍▌▋▊▉█".unicodeScalars.distance(from: "▏▎▍▌▋▊▉█".unicodeScalars.startIndex, to: $0) + 1
          } ?? 0)
      }
      #expect(eighths >= filled)
      filled = eighths
    }
    #expect(filled == 80)
  }

  @Test func sparklinesShowTheLastValues() {
    #expect(Sparkline(values: [9, 0, 4, 8]).span(width: 3, glyphs: .unicode).text == "▁▅█")
    #expect(Sparkline(values: []).span(width: 3, glyphs: .unicode).text == "")
  }

  @Test func theRateOfEventsEndsAtTheNewestAndChangesWithNothingElse() throws {
    let newest = Timestamp(milliseconds: 1_763_905_327_000)
    #expect(EventRate([Timestamp]()) == nil)
    let rate = try #require(EventRate([newest, newest + 0.5, newest + -9.9, newest + -10, newest + -25, newest + -6000]))
    #expect(rate.counts.suffix(3) == [1, 1, 3] && rate.counts.reduce(0, +) == 5)
    let line = rate.line(width: 60, .unicode)
    #expect(line.columns == 60 && line.plain.contains("▃▃█  up to 13:42:07, 3 at most in 10 s"))
    let isASCII = rate.line(width: 60, .ascii).plain.unicodeScalars.allSatisfy { $0.isASCII }
    #expect(isASCII)
    #expect(rate.line(width: 30, .unicode).plain.isEmpty)
  }
}

@Suite struct MomentTests {
  private let start = Timestamp(milliseconds: 1_700_000_000_000)

  @Test(
    arguments: [(0.0, "<1m"), (59.9, "<1m"), (60, "1m"), (3599, "59m"), (3600, "1h"), (86_399, "23h"), (86_400 * 41, "41d")]
      as [(Double, String)])
  func agesAreCoarse(_ seconds: Double, _ text: String) {
    var moment = Moment(now: start + seconds)
    #expect(moment.age(since: start) == text)
  }

  @Test func aSteadyAgeAsksForTheMomentItWouldReadDifferently() {
    var moment = Moment(now: start + 130)
    _ = moment.age(since: start)
    #expect(moment.nextChange == start + 180)
    _ = moment.age(since: start + -7000)
    #expect(moment.nextChange == start + 180)
    moment.changesEverySecond()
    #expect(moment.nextChange == start + 131)
  }

  @Test(
    arguments: [(41.0, "41s"), (250, "4m10s"), (3900, "1h05m"), (200_000, "2d"), (-5, "0s"), (Double.infinity, "1157d")]
      as [(Double, String)])
  func elapsedTimesAreExact(_ seconds: Double, _ text: String) { #expect(Moment.elapsed(seconds) == text) }

  @Test(arguments: [(1.0, "5s"), (33, "35s"), (58, "1m00s"), (249, "4m10s"), (3000, "50m"), (7300, "2h02m")] as [(Double, String)])
  func estimatesAreNoFinerThanTheyAreGoodFor(_ seconds: Double, _ text: String) { #expect(Moment.estimate(seconds) == text) }
}

@Suite struct TableLayoutTests {
  @Test func theLeastImportantColumnsGoFirst() {
    func shown(_ width: Int) -> [String] { TableLayout(FleetContent.columns, width: width).places.map(\.column.title) }
    #expect(shown(200).count == FleetContent.columns.count)
    #expect(shown(120) == ["ORG", "TENANT", "WORKSPACES", "PROGRESS", "COST/H", "FINDING"])
    #expect(shown(80) == ["ORG", "PROGRESS", "FINDING"])
    #expect(shown(40) == ["ORG", "FINDING"])
    #expect(shown(20) == ["ORG"])
  }

  @Test func aFindingHasItsWordsBeforeMachineCostAndAgeHaveAny() {
    for width in [80, 100, 120, 160] {
      let places = TableLayout(FleetContent.columns, width: width).places
      #expect(places.first { $0.column.title == "FINDING" }.map { $0.width >= 42 } == true, "\(width)")
      #expect(places.reduce(2) { $0 + $1.width + 2 } - 2 < width, "\(width)")
    }
  }

  @Test func noRowIsWiderThanTheScreen() {
    func isNoWider<Content>(_ columns: [Column<Content>]) {
      for width in 20...300 {
        let layout = TableLayout(columns, width: width)
        let line = layout.line(
          cells: layout.places.map { _ in [Span("日本語 a very long text indeed, longer than every column")] }, marker: Span(">"),
          isSelected: false)
        #expect(line.columns <= width)
      }
    }
    isNoWider(FleetContent.columns)
    isNoWider(ProvisioningContent.columns)
    isNoWider(InstancesContent.columns)
    isNoWider(EventsContent.columns)
  }

  @Test func theWholeRowUnderTheCursorIsLit() {
    var screen = WatchedScreen(rows: 24, columns: 120)
    screen.answer()
    let lit = screen.lines(of: .fleet).filter(\.isSelected)
    #expect(lit.count == 1 && lit[0].ground >= 120)
  }

  @Test func columnsOfATableAreToldApartByTheirTitles() {
    func areTold<Content>(_ columns: [Column<Content>], _ used: [Column<Content>?]) {
      #expect(Set(columns.map(\.title)).count == columns.count)
      #expect(used.allSatisfy { $0.map(columns.contains) ?? true })
    }
    func areTold<Content: TableContent>(in _: Content.Type) {
      areTold(Content.columns, [Content.initialSort.column, Content.noteColumn])
    }
    areTold(in: FleetContent.self)
    areTold(in: ProvisioningContent.self)
    areTold(in: TriageContent.self)
    areTold(in: InstancesContent.self)
    areTold(in: OrphansContent.self)
    areTold(in: CostsContent.self)
    areTold(in: DNSContent.self)
    areTold(in: PostureContent.self)
    areTold(in: DeletionsContent.self)
    areTold(in: EventsContent.self)
  }
}
