import FleetModel
import Testing

@testable import FleetTUI

/// What stands beside the table or under it, and the line that stands in for it where there is no room.
@Suite struct PaneTests {
  private func watched(_ rows: Int, _ columns: Int, _ pane: PaneKind = .detail) -> WatchedScreen {
    var screen = WatchedScreen(rows: rows, columns: columns, pane: pane)
    screen.answer()
    screen.pass(60)
    return screen
  }

  private func text(_ screen: inout WatchedScreen, _ page: PageID = .fleet) -> String { screen.screen(page).joined(separator: "\n") }

  @Test func from160ColumnsTheDetailStandsBesideTheTable() {
    var screen = watched(50, 200)
    let lines = screen.screen(.fleet)
    #expect(lines.allSatisfy { TextWidth.columns(of: $0) <= 200 } && lines.count == 50)
    #expect(lines[3].contains("┬") && lines[48].contains("┴"))
    #expect(lines[4].contains("FINDING ↓") && lines[4].contains("│── org "))
    // The table keeps what is wrong; what kind of machine it is the detail tells.
    #expect(screen.row(.fleet, "wonka")?.plain.prefix { $0 != "│" }.contains("provisioner disabled") == true)
    #expect(!lines[4].contains("MACHINE"))
    #expect(lines.contains { $0.contains("events of org") })
  }

  @Test func from30RowsItLiesUnderTheTable() {
    var screen = watched(30, 120)
    let lines = screen.screen(.fleet)
    let title = lines.firstIndex { $0.hasPrefix("── org ") }
    #expect(title.map { $0 > 9 && $0 < 24 } == true, "\(lines)")
    #expect(lines[4].contains("FINDING"))
  }

  @Test func withoutRoomForItTheWholeFindingStandsOverTheFooter() {
    for (rows, columns) in [(24, 80), (29, 120), (10, 40)] {
      var screen = watched(rows, columns)
      screen.interface.jump(to: .fleet, .org("id-wonka"), screen.fleet, at: screen.now)
      let lines = screen.interface.compose(screen.fleet, size: Terminal.Size(rows: rows, columns: columns), at: screen.now).frame.lines.map(
        \.plain)
      #expect(!lines.contains { $0.hasPrefix("── org ") })
      let end = lines.suffix(6).joined(separator: "\n")
      #expect(end.contains(" wonka: provisioner disabled"), "\(rows)x\(columns): \(end)")
      #expect(rows < 20 || end.contains("next: "), "\(rows)x\(columns): \(end)")
    }
  }

  @Test func thePaneFollowsTheCursorOnceTheHandRests() {
    var screen = watched(50, 200)
    _ = text(&screen)
    _ = screen.interface.handle(.down, screen.fleet, at: screen.now)
    let selected = screen.interface.selection
    let name = Detail.title(of: selected!, screen.fleet)
    func compose() -> (text: String, next: Timestamp?) {
      let drawn = screen.interface.compose(screen.fleet, size: Terminal.Size(rows: 50, columns: 200), at: screen.now)
      return (drawn.frame.lines.map(\.plain).joined(separator: "\n"), drawn.nextChange)
    }
    let first = compose()
    #expect(!first.text.contains("── \(name) "))
    #expect(first.next.map { $0 - screen.now <= 0.15 } == true)
    screen.now = screen.now + 0.15
    #expect(compose().text.contains("── \(name) "))
  }

  /// A screen of other rows costs more than a pane: it needs no frame of its own then.
  @Test func thePaneFollowsAtOnceWhereTheRowsTurn() {
    var screen = watched(8, 200)
    let before = text(&screen)
    _ = screen.interface.handle(.end, screen.fleet, at: screen.now)
    let name = Detail.title(of: screen.interface.selection!, screen.fleet)
    #expect(!before.contains("── \(name) ") && text(&screen).contains("── \(name) "))
  }

  @Test func theKeyGoesThroughThePanesAndTheyAreRemembered() {
    var screen = watched(50, 200)
    _ = screen.interface.handle(.character("|"), screen.fleet, at: screen.now)
    #expect(screen.interface.desk.remembered.pane == .events)
    #expect(text(&screen).contains("│── events of org"))
    _ = screen.interface.handle(.character("|"), screen.fleet, at: screen.now)
    #expect(screen.interface.desk.remembered.pane == PaneKind.none)
    #expect(!text(&screen).contains("│── "))
    #expect(screen.screen(.fleet)[4].contains("FINDING"))
    let pane = Action.named("pane")!
    _ = screen.interface.perform(pane, with: "detail", screen.fleet, at: screen.now)
    #expect(screen.interface.desk.remembered.pane == .detail)
    _ = screen.interface.perform(pane, with: "moon", screen.fleet, at: screen.now)
    #expect(screen.interface.notice?.text.contains("detail, events or none") == true)
  }

  @Test func whereNoEventWasHeardThatIsSaidAndNotThatNothingHappened() {
    var screen = watched(50, 200)
    #expect(text(&screen).contains("no event of it was heard"))
    // A finding's events are its org's or its workspace's.
    _ = text(&screen, .triage)
    screen.interface.desk.pages.current.setFilter("finding:wedged", screen.fleet, at: screen.now)
    _ = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now)
    screen.now = screen.now + 3
    let triage = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now).frame.lines.map(\.plain).joined(separator: "\n")
    #expect(triage.contains("── events of workspace globex/wedged ") && !triage.contains("events of wedged of"), "\(triage)")
  }

  @Test func ofWhatNoEventTellsThereIsNoPaneOfThem() {
    var screen = watched(50, 200)
    #expect(!text(&screen, .sources).contains("── events"))
    #expect(Subject.leftover(OrphanID(kind: .volume, id: "vol-1")).heard(in: screen.fleet) == nil)
    #expect(Subject.record("r").heard(in: screen.fleet) == nil && Subject.instance("i-lost").heard(in: screen.fleet) == nil)
    #expect(Subject.instance("i-boot").heard(in: screen.fleet) == .workspace("w-boot"))
    var asked = watched(50, 200, .events)
    let sources = text(&asked, .sources)
    #expect(sources.contains("── events ─") && sources.contains("no events tell of this"), "\(sources)")
  }

  @Test func ofAnOrgThatIsGoneTheEventsAreHeardAll() {
    var screen = watched(50, 200)
    screen.hear(.controlPlane, .purges([PurgeRow(id: "p", orgID: "id-hooli", slug: "hooli", status: .completed, completedAt: screen.now)]))
    screen.hear(
      .feed, .streamed(StreamedEvent(type: EventType(rawValue: "TEST"), timestamp: screen.now, orgID: "id-hooli", slug: "hooli", data: [:]))
    )
    screen.settle()
    let deletions = text(&screen, .deletions)
    #expect(deletions.contains("── events of org hooli ") && deletions.contains("  TEST  "), "\(deletions)")
  }

  private func split(_ lines: [String], at title: String) -> Int? { lines.firstIndex { $0.hasPrefix(title) } }

  private func posture(_ rows: Int, _ columns: Int, _ pane: PaneKind) -> WatchedScreen {
    var screen = WatchedScreen.full(rows: rows, columns: columns, pane: pane)
    let checks = (0..<40).map { number in
      let evidence = number % 2 == 0 ? [] : (0..<6).map { "ingress tcp port \($0) from anywhere" }
      return Check("check-\(10 + number)", .fail, target: "sg-\(number)", "lets port 22 in", evidence: evidence)
    }
    _ = screen.interface.hear(.posture(checks, at: screen.now), screen.fleet, at: screen.now)
    _ = screen.screen(.posture)
    return screen
  }

  private func compose(_ screen: inout WatchedScreen) -> (lines: [String], next: Timestamp?) {
    let drawn = screen.interface.compose(screen.fleet, size: screen.size, at: screen.now)
    return (drawn.frame.lines.map(\.plain), drawn.nextChange)
  }

  @Test func underTheTableItTakesNoMoreRowsThanItHasToSay() {
    var screen = posture(30, 120, .detail)
    let lines = compose(&screen).lines
    let title = split(lines, at: "── check-10 ")
    #expect(title == 24 && !lines[24..<28].contains { $0.allSatisfy { $0 == " " } }, "\(lines)")
    // The table has the rest: its heading, its rows, and what its page says under them.
    #expect(lines[5..<22].allSatisfy { $0.contains("check-") }, "\(lines)")
  }

  @Test func itGrowsAtOnceAndShrinksOnceTheHandRests() {
    var screen = posture(30, 120, .detail)
    _ = screen.interface.handle(.down, screen.fleet, at: screen.now)
    #expect(split(compose(&screen).lines, at: "── check-10 ") == 24)
    screen.now = screen.now + 0.2
    let grown = split(compose(&screen).lines, at: "── check-11 ")
    #expect(grown == 19)
    _ = screen.interface.handle(.down, screen.fleet, at: screen.now)
    _ = compose(&screen)
    screen.now = screen.now + 0.2
    let (lines, next) = compose(&screen)
    #expect(split(lines, at: "── check-12 ") == 19 && next.map { $0 - screen.now <= SteadyRows.rest } == true)
    screen.now = screen.now + SteadyRows.rest
    let rested = compose(&screen)
    #expect(split(rested.lines, at: "── check-12 ") == 24)
    // And rests.
    #expect(rested.next.map { $0 - screen.now > 1 } ?? true)
  }

  @Test func itsSizeByKeyIsTheMostThatItTakes() {
    var screen = posture(30, 120, .detail)
    screen.interface.desk.remembered.paneRows = 6
    _ = screen.interface.handle(.down, screen.fleet, at: screen.now)
    _ = compose(&screen)
    screen.now = screen.now + 3
    let lines = compose(&screen).lines
    #expect(split(lines, at: "── check-11 ") == 22 && lines[27].contains("more lines"), "\(lines)")
    // Smaller begins at what is seen.
    _ = screen.interface.handle(.up, screen.fleet, at: screen.now)
    screen.interface.desk.remembered.paneRows = 14
    for _ in 0..<3 {
      _ = compose(&screen)
      screen.now = screen.now + 3
    }
    _ = screen.interface.handle(.character("-"), screen.fleet, at: screen.now)
    #expect(screen.interface.desk.remembered.paneRows == 5)
  }

  @Test func itHasTheRowsThatAShortTableLeaves() {
    var screen = WatchedScreen.full(rows: 30, columns: 120, pane: .detail)
    screen.interface.jump(to: .fleet, .org("id-acme"), screen.fleet, at: screen.now)
    let lines = compose(&screen).lines
    // Two fifths of its 24 rows are 9.
    #expect(split(lines, at: "── org acme ").map { 28 - $0 > 9 } == true, "\(lines)")
    #expect(lines.contains { $0.contains(" wonka ") } && !lines[5..<10].contains { $0.allSatisfy { $0 == " " } }, "\(lines)")
  }

  @Test func aDetailThatIsOpenedTakesNoMoreRowsThanItHasToSay() {
    var screen = posture(24, 80, .detail)
    _ = screen.interface.handle(.enter, screen.fleet, at: screen.now)
    let lines = compose(&screen).lines
    #expect(split(lines, at: "── check-10 ") == 18 && lines[5..<16].allSatisfy { $0.contains("check-") }, "\(lines)")
  }

  @Test func whatNeedsNobodyLeavesItsRowsToTheTableOnceTheHandRests() {
    var screen = WatchedScreen.full(rows: 24, columns: 80)
    screen.interface.jump(to: .fleet, .org("id-wonka"), screen.fleet, at: screen.now)
    let needy = compose(&screen).lines
    let rule = needy.indices.dropFirst(5).first { needy[$0].hasPrefix("──") } ?? 0
    #expect(needy[rule + 1].hasPrefix(" ✕ wonka: provisioner disabled"), "\(needy)")
    screen.interface.jump(to: .fleet, .org("id-hooli"), screen.fleet, at: screen.now)
    let moved = compose(&screen).lines
    #expect(moved[rule].hasPrefix("──") && moved[rule + 1].contains(" hooli: nothing here"), "\(moved)")
    screen.now = screen.now + SteadyRows.rest
    let rested = compose(&screen).lines
    #expect(rested[21].contains(" hooli: nothing here") && rested[20].hasPrefix("──"), "\(rested)")
  }

  @Test func theLineOfNeedsSaysByASignHowBadItIs() {
    for isASCII in [false, true] {
      var screen = WatchedScreen.full(rows: 24, columns: 80, isASCII: isASCII)
      for (page, subject) in [(PageID.fleet, Subject.org("id-wonka")), (.provisioning, .org("id-wonka")), (.rollout, .org("id-wonka"))] {
        screen.interface.jump(to: page, subject, screen.fleet, at: screen.now)
        let sign = screen.interface.glyphs.failed
        #expect(compose(&screen).lines.contains { $0.hasPrefix(" \(sign) wonka") }, "\(page)")
      }
    }
  }

  @Test func itsSizeIsChangedByKeysWithinBounds() {
    for (rows, columns) in [(50, 200), (40, 100)] {
      var screen = watched(rows, columns)
      for key in ["+", "-"] {
        for _ in 0..<60 {
          _ = text(&screen)
          _ = screen.interface.handle(.character(Character(key)), screen.fleet, at: screen.now)
        }
        let lines = screen.screen(.fleet)
        #expect(lines.contains { $0.contains("── org ") } && lines.contains { $0.contains("wonka") }, "\(key) \(lines)")
        let size = screen.interface.desk.remembered
        #expect((size.paneColumns ?? size.paneRows).map { key == "+" ? $0 > 20 : $0 < 50 } == true)
      }
    }
  }

  @Test func whatIsShownInAPaneIsDrawnAnewWhenItChangesAndNotBefore() {
    var screen = watched(50, 200)
    _ = text(&screen)
    guard case .org(let id)? = screen.interface.selection else { return }
    var changes = FleetChanges()
    changes.orgs = ["id-nobody"]
    let isTouchedByOthers = screen.interface.update(changes, screen.fleet, at: screen.now)
    changes.orgs = [id]
    let isTouched = screen.interface.update(changes, screen.fleet, at: screen.now)
    #expect(!isTouchedByOthers && isTouched)
  }

  @Test func everyPageHasItsPane() {
    for (rows, columns) in [(50, 200), (30, 120), (24, 80), (10, 40)] {
      for kind in [PaneKind.detail, .events] {
        var screen = watched(rows, columns, kind)
        for page in PageID.allCases {
          let lines = screen.screen(page)
          #expect(lines.count == rows && lines.allSatisfy { TextWidth.columns(of: $0) <= columns }, "\(page)")
        }
      }
    }
  }
}
