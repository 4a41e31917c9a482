import FleetModel
import Testing

@testable import FleetTUI

/// What holds of every table, whatever is in it.
@Suite struct TableLookTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var page: PageID
    var isStrange: Bool
    var testDescription: String { page.name + (isStrange ? ", strange" : "") }
  }

  static let cases = PageID.allCases.flatMap { [Case(page: $0, isStrange: false), Case(page: $0, isStrange: true)] }
  static let widths = [200, 120, 80, 40]

  /// With a row of each kind; strange: with names that are long, wide or hostile.
  static func screen(_ shown: Case) -> WatchedScreen {
    var screen = WatchedScreen.full()
    if shown.isStrange {
      let names = ["acme", "日本語のとても長い名前の会社", String(repeating: "long-", count: 12), "e\u{301}\u{301}x", "globex", "hooli"]
      let rows = names.map { OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: .running, createdAt: screen.now + -90_000) }
      screen.hear(.controlPlane, .roster(rows, limit: 500, unreadable: 0))
      screen.hear(
        .tenant("acme"),
        .workspaces(
          "id-acme",
          names.map { WorkspaceRow(id: WorkspaceID("w-\($0)"), name: $0, status: .provisioning, lastError: names[2] + names[1]) }))
      let machines = names.map { WatchedScreen.machine("i-\($0)", org: "gone-\($0)", workspace: "w-\($0)") }
      screen.hear(.ec2("us-east-2"), .instances(machines, complete: true, problem: nil))
      screen.settle()
    }
    _ = screen.lines(of: shown.page)
    return screen
  }

  /// Heading and rows, without what stands under the table.
  private static func table(_ screen: inout WatchedScreen, width: Int) -> [String] {
    var context = screen.interface.drawingContext(at: screen.now)
    // What a frame learned of its texts is kept for the next.
    _ = screen.interface.desk.pages.current.draw(screen.fleet, rows: 45, width: width, &context)
    let lines = screen.interface.desk.pages.current.draw(screen.fleet, rows: 45, width: width, &context)
    return lines.prefix(screen.interface.desk.pages.current.count + 1).map(\.plain)
  }

  /// A place a column of the screen: of a wide character the second is empty.
  private static func places(_ line: String, _ width: Int) -> [Character?] {
    var places: [Character?] = []
    for character in line {
      places.append(character)
      places += Array(repeating: nil, count: max(0, TextWidth.columns(of: String(character)) - 1))
    }
    return places + Array(repeating: " ", count: max(0, width - places.count))
  }

  @Test(arguments: cases) func noTextIsCutBesideColumnsThatNobodyNeeds(_ shown: Case) {
    var screen = Self.screen(shown)
    for width in Self.widths {
      let table = Self.table(&screen, width: width)
      #expect(table.count > 1)
      // One by itself says that something is being loaded.
      guard table.contains(where: { $0.contains("…") && $0.contains(/\S…/) }) else { continue }
      let places = table.map { Self.places($0, width) }
      var blank = 0
      // Before the first column is the cursor's room.
      for column in 2..<width {
        blank = places.allSatisfy { $0[column] == " " } ? blank + 1 : 0
        // Two are the gap, one the border's or the sort mark's.
        #expect(blank <= 3, "\(width) columns, at \(column):\n\(table.joined(separator: "\n"))")
        if blank > 3 { break }
      }
    }
  }

  @Test(arguments: cases) func nothingTouchesTheBorder(_ shown: Case) {
    var screen = Self.screen(shown)
    for width in Self.widths {
      for line in Self.table(&screen, width: width) {
        #expect(TextWidth.columns(of: line) <= width && Self.places(line, width)[width - 1] == " ", "\(width): \(line)|")
      }
    }
  }

  @Test(arguments: PageID.allCases) func theSortMarkTakesNoLetterAndPointsDownForTheLargest(_ page: PageID) {
    var screen = Self.screen(Case(page: page, isStrange: false))
    let glyphs = Glyphs.unicode
    for width in Self.widths {
      _ = screen.interface.desk.pages.current.sort(by: screen.interface.desk.pages.current.sorting, screen.fleet, at: screen.now)
      let titles = screen.interface.desk.pages.current.columnStates.map(\.title)
      for field in screen.interface.desk.pages.current.fields.map(\.id) {
        for name in [field, "-" + field] {
          _ = screen.interface.desk.pages.current.sort(by: [name], screen.fleet, at: screen.now)
          let heading = Self.table(&screen, width: width)[0]
          for word in heading.split(separator: /\s\s+|\s*[↑↓⇡⇣]\s*/) {
            let word = word.trimmingPrefix(" ").reversed().trimmingPrefix(" ").reversed()
            #expect(titles.contains(String(word)) || word.last == "…", "\(width), by \(name): \(String(word)) in \(heading)")
          }
          let marks = heading.filter { String($0) == glyphs.descending || String($0) == glyphs.ascending }
          #expect(marks.count <= 1, "\(heading)")
        }
      }
    }
  }

  // MARK: - Columns

  /// Figures stand at the right, words and what is told in words at the left, their headings with them.
  private func check<Content: TableContent>(_: Content.Type) {
    for column in Content.columns {
      let isFigure = column.figure != nil && column.export == .figure
      // So many of each state: a word for each.
      if Content.page == .fleet, column.field.id == "workspaces" { continue }
      #expect((column.room.alignment == .right) == isFigure, "\(Content.page.name): \(column.title)")
      if let measure = column.field.measure, measure == .money || column.title == "AGE" { #expect(column.room.alignment == .right) }
    }
  }

  @Test func figuresOfOneKindAlignInOneWayOnEveryPage() {
    check(FleetContent.self)
    check(ProvisioningContent.self)
    check(TriageContent.self)
    check(InstancesContent.self)
    check(OrphansContent.self)
    check(CostsContent.self)
    check(DNSContent.self)
    check(PostureContent.self)
    check(DeletionsContent.self)
    check(EventsContent.self)
    check(RolloutContent.self)
    check(SinceContent.self)
    check(SourcesContent.self)
  }

  /// What is of one name on two pages is sorted in one direction first, so that its mark says the same on both.
  @Test func theMostRecentAndTheDearestComeFirstOnEveryPage() {
    #expect(SinceContent.initialSort.column.order.isHighestFirst != SinceContent.initialSort.isReversed)
    #expect(EventsContent.initialSort.column.order.isHighestFirst != EventsContent.initialSort.isReversed)
    let costs = [
      FleetContent.cost.order.isHighestFirst, InstancesContent.cost.order.isHighestFirst, OrphansContent.cost.order.isHighestFirst,
      CostsContent.perHour.order.isHighestFirst, SinceContent.cost.order.isHighestFirst,
    ]
    #expect(costs.allSatisfy { $0 })
  }

  // MARK: - Cells

  @Test func aTextThatIsCutGoesOnOverEmptyCellsAndNoFurther() {
    let layout = TableLayout([FleetContent.org, FleetContent.tenant, FleetContent.cost], width: 50)
    let text = String(repeating: "x", count: 60)
    let over = layout.line(cells: [[Span(text)], [], [Span("0.021")]], marker: Span(" "), isSelected: false).plain
    let cut = layout.line(cells: [[Span(text)], [Span("on")], [Span("0.021")]], marker: Span(" "), isSelected: false).plain
    let width = layout.places[0].width
    #expect(over.filter { $0 == "x" }.count == width + 2 + layout.places[1].width - 1 && over.contains("…") && over.contains("0.021"))
    #expect(cut.filter { $0 == "x" }.count == width - 1)
    #expect(over.count == cut.count)
  }

  @Test func whatLacksLeastIsMadeWholeFirst() {
    let layout = TableLayout([FleetContent.org, FleetContent.tenant, FleetContent.finding], width: 80)
    let widths = layout.places.map(\.width)
    let eased = layout.eased(for: [5, widths[1] + 3, 200]).places.map(\.width)
    #expect(eased[0] == 5 && eased[1] == widths[1] + 3 && eased.reduce(0, +) == widths.reduce(0, +))
  }
}
