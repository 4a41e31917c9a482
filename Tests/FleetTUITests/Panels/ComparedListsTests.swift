import FleetModel
import Testing

@testable import FleetTUI

/// What is compared of orgs and workspaces besides their facts: what is wrong with each, and an org's workspaces.
@Suite struct ComparedListsTests {
  private func watched(without lost: Set<Source> = []) -> WatchedScreen {
    var screen = WatchedScreen()
    screen.answer(except: lost)
    screen.pass(60, without: lost)
    return screen
  }

  /// `≠ name: left | right` under each heading.
  private func rows(_ left: Subject, _ right: Subject, _ screen: WatchedScreen) -> [String] {
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    return Comparison(left, right, screen.fleet, &context).rows.map { row in
      guard let name = row.name else { return "# " + row.heading }
      return "\(row.differs ? "≠ " : "")\(name): \(row.left?.text ?? "–") | \(row.right?.text ?? "–")"
    }
  }

  private func rows(_ left: Subject, _ right: Subject, of heading: String, _ screen: WatchedScreen) -> [String] {
    Array(rows(left, right, screen).drop { $0 != "# " + heading }.dropFirst().prefix { !$0.hasPrefix("# ") })
  }

  @Test func whatIsWrongWithEachStandsSideBySide() {
    let found = rows(.org("id-hooli"), .org("id-globex"), of: "Findings", watched())
    #expect(found.first == "≠ how many: none | ✕ 2", "\(found)")
    #expect(found.contains { $0.hasPrefix("≠ wedged: – | ✕ wedged: ") }, "\(found)")
    #expect(found.contains { $0 == "≠ status: – | ◐ off: offline" }, "\(found)")
  }

  @Test func theWorstComesFirstOnWhicheverSideItStands() {
    let screen = watched()
    let found = rows(.org("id-globex"), .org("id-wonka"), of: "Findings", screen)
    let signs = found.dropFirst().map { $0.contains("✕") ? 0 : 1 }
    #expect(signs == signs.sorted() && found.contains { $0.hasPrefix("≠ provisioner-disabled: – | ✕ ") }, "\(found)")
  }

  @Test func theWorkspacesAreCountedAndStandByTheirNames() {
    let found = rows(.org("id-acme"), .org("id-globex"), of: "Workspaces", watched())
    #expect(found.first == "≠ how many: 2: 1 paused, 1 provisioning | 3: 1 degraded, 1 offline, 1 online", "\(found)")
    #expect(found.contains("≠ well: – | ● online") && found.contains("≠ booting: ◌ provisioning | –"), "\(found)")
  }

  @Test func ofATenantThatIsNotHeardNothingIsCalledNone() {
    let screen = watched(without: [.tenant("hooli")])
    let workspaces = rows(.org("id-hooli"), .org("id-globex"), of: "Workspaces", screen)
    #expect(workspaces.first?.hasPrefix("how many: not known: its tenant is failed") == true, "\(workspaces)")
    #expect(workspaces.contains("well: ? | ● online"), "\(workspaces)")
    let findings = rows(.org("id-hooli"), .org("id-globex"), of: "Findings", screen)
    #expect(
      findings.first?.contains("seen; its tenant is failed") == true && findings.contains { $0.hasPrefix("wedged: ? | ✕") }, "\(findings)")
  }

  @Test func whatWasKnownBeforeIsOfThen() {
    var screen = watched()
    let heard = screen.now
    screen.pass(60, without: [.tenant("globex")])
    let found = rows(.org("id-globex"), .org("id-hooli"), of: "Workspaces", screen)
    #expect(
      found.first?.contains("3: 1 degraded, 1 offline, 1 online; its tenant is failed, told as of \(heard.timeOfDay)") == true, "\(found)")
    #expect(!found.contains { $0.contains("● online") }, "\(found)")
  }

  @Test func workspacesAreComparedByTheirFindings() {
    let screen = watched()
    let found = rows(.workspace("w-well"), .workspace("w-wedged"), of: "Findings", screen)
    #expect(found.first == "≠ how many: none | ✕ 1" && found.contains { $0.hasPrefix("≠ wedged: – | ✕ ") }, "\(found)")
    #expect(!rows(.workspace("w-well"), .workspace("w-wedged"), screen).contains("# Workspaces"))
  }

  @Test(arguments: [(200, 50), (80, 24), (40, 20)]) func codesAndTextsAreWholeOnEachScreen(columns: Int, rows: Int) {
    let screen = watched()
    var context = DrawingContext(moment: Moment(now: screen.now), glyphs: .unicode)
    let lines = Comparison(.org("id-hooli"), .org("id-wonka"), screen.fleet, &context).lines(width: columns, .unicode).map(\.plain)
    #expect(lines.allSatisfy { $0.count <= columns } && !lines.contains { $0.contains("…") }, "\(lines)")
    #expect(lines.contains { $0.contains("provisioner-disabled") })
  }
}
