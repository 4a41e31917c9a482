import FleetModel
import Testing

@testable import FleetTUI

/// What stays of the header where there is little room.
@Suite struct HeaderTests {
  /// A screen with something late, failed, orphaned and wasted.
  private func lines(_ columns: Int) -> [String] {
    var screen = WatchedScreen(rows: 24, columns: columns)
    screen.answer()
    screen.pass(60)
    return screen.screen(.fleet)
  }

  @Test(arguments: [200, 160, 120, 100, 80, 60, 40])
  func whatNeedsAHumanStaysAtEveryWidth(_ columns: Int) {
    let totals = lines(columns)[1]
    #expect(TextWidth.columns(of: totals) <= columns)
    for words in ["1 stuck", "2 orph", "waste $0.04/h"] { #expect(totals.contains(words), "\(columns): \(totals)") }
  }

  @Test func nothingTouchesTheBorder() {
    for columns in 34...90 {
      for line in lines(columns).prefix(3) { #expect(line.count < columns || line.hasSuffix(" "), "\(columns): \(line)|") }
    }
  }

  @Test func whereEveryColumnCountsWhatFailedIsOneNumberAndTheMoneyKeepsItsName() {
    var screen = WatchedScreen(rows: 24, columns: 40)
    screen.answer()
    let orgs = ["acme": OrgStatus.running, "globex": .running, "hooli": .running, "worse": .running, "bad": .failed].map {
      OrgRow(id: OrgID("id-\($0)"), slug: Slug($0), status: $1, createdAt: WatchedScreen.start + -90_000)
    }
    let wonka = OrgRow(id: "id-wonka", slug: "wonka", createdAt: WatchedScreen.start + -660)
    screen.hear(.controlPlane, .roster(orgs + [wonka], limit: 500, unreadable: 0))
    screen.hear(.tenant("worse"), .workspaces("id-worse", []))
    screen.hear(.controlPlane, .purges([PurgeRow(id: "p", orgID: "id-worse", slug: "worse", status: .failed, lastStep: "redis")]))
    screen.settle()
    let totals = screen.screen(.fleet)[1]
    for words in ["1 stuck", "2 fail", "orph", "waste $"] { #expect(totals.contains(words), "\(totals)") }
  }

  @Test(arguments: [120, 100, 80, 70, 60, 50])
  func aWarningIsNeverLeftOutWithoutAWord(_ columns: Int) {
    let totals = lines(columns)[1]
    let isSaid = ["degraded", "offline"].allSatisfy(totals.contains) || totals.contains("◐+") || totals.contains("◐ +")
    #expect(isSaid, "\(columns): \(totals)")
  }

  @Test func calmSumsGoBeforeAnythingElse() {
    let wide = lines(200)[1]
    for words in ["5 orgs", "7 machines", "5 workspaces", "$0.15/h"] { #expect(wide.contains(words), "\(wide)") }
    #expect(wide.hasPrefix(" ✕ 1 stuck"), "\(wide)")
    let narrow = lines(60)[1]
    #expect(!narrow.contains("machines") && !narrow.contains("workspaces"), "\(narrow)")
    #expect(narrow.contains("offline") && narrow.contains("degraded"), "\(narrow)")
  }

  @Test(arguments: [200, 120, 80, 60, 40, 24])
  func aSourceIsNeverLeftOutWithoutAWord(_ columns: Int) {
    let line = lines(columns)[0]
    #expect(TextWidth.columns(of: line) <= columns)
    let named = ["control plane", "cp"].contains(where: line.contains) ? 1 : 0
    let regions = line.contains("ec2") ? 1 : 0
    let tenants = line.contains("tenants") ? 1 : 0
    let isSaid = line.contains(named + regions + tenants == 3 ? "●" : " +\(3 - named - regions - tenants) source")
    #expect(columns < 40 || isSaid, "\(columns): \(line)")
  }

  @Test func severalRegionsThatAreWellAreOne() {
    var scene = InterfaceScene()
    for region in ["us-east-1", "us-east-2", "eu-west-1"] {
      scene.apply(.ec2(Region(region)), .expected(pollInterval: 15))
      scene.apply(.ec2(Region(region)), .instances([], complete: true, problem: nil))
    }
    scene.roster([])
    scene.size = Terminal.Size(rows: 24, columns: 70)
    #expect(scene.screen()[0].contains("● ec2 ×3"), "\(scene.screen()[0])")
    scene.apply(.ec2("us-east-2"), .failed("refused"))
    #expect(scene.screen()[0].contains("● ec2 +2") && scene.screen()[0].contains("✕ ec2 us-east-2"), "\(scene.screen()[0])")
  }

  @Test(arguments: [200, 120, 110, 90, 80, 70, 60, 40])
  func noTabIsTorn(_ columns: Int) {
    let tabs = lines(columns)[2]
    #expect(TextWidth.columns(of: tabs) <= columns)
    let known = Set(PageID.allCases.flatMap { [$0.title, $0.shortTitle] })
    for word in tabs.split(separator: " ") where word.first?.isLetter == true { #expect(known.contains(String(word)), "\(tabs)") }
    #expect(tabs.contains("1 Fleet") && tabs.contains("3") && !tabs.contains("…"))
  }

  /// Those that the name of a page takes which has a tab only while it is open stay free.
  @Test func freeColumnsOfTheTabsAreUsed() {
    for columns in [80, 100, 120] { #expect(TextWidth.columns(of: lines(columns)[2]) > columns - 18, "\(lines(columns)[2])") }
    #expect(lines(80)[2].contains("3 Triage"))
  }
}
