import FleetModel
import Testing

@testable import FleetTUI

/// What the screen says of an org and its deletion is so, the same on every page, and a filter finds what is shown.
@Suite struct FleetPageTests {
  private var scene = InterfaceScene()

  /// One org runs, one is being deleted, one's deletion failed: each after `redis`, the last step that was completed.
  init() {
    scene.size = Terminal.Size(rows: 24, columns: 150)
    scene.apply(.controlPlane, .expected(pollInterval: 36_000))
    scene.roster(["acme", "halcyon", "soylent"].map { InterfaceScene.org($0) })
    let begun = scene.now + -300_000
    scene.apply(
      .controlPlane,
      .purges([
        PurgeRow(id: "p1", orgID: "id-halcyon", slug: "halcyon", status: .pending("running"), lastStep: "redis", createdAt: scene.now),
        PurgeRow(
          id: "p2", orgID: "id-soylent", slug: "soylent", status: .failed, lastStep: "redis", lastError: "infra: DependencyViolation",
          createdAt: begun),
      ]))
  }

  private mutating func row(_ name: String) -> String { scene.screen().dropFirst(3).first { $0.contains("  \(name) ") } ?? "" }

  private mutating func found(_ filter: String) -> [String] {
    scene.interface.desk.pages.current.setFilter(filter, scene.fleet, at: scene.now)
    let screen = scene.screen().dropFirst(3)
    return ["acme", "halcyon", "soylent"].filter { name in screen.contains { $0.hasPrefix("▶ \(name) ") || $0.hasPrefix("  \(name) ") } }
  }

  @Test mutating func theTenantsAreOrderedByWhatIsShownOfThem() {
    let problem = scene.interface.desk.pages.current.sort(by: ["tenant"], scene.fleet, at: scene.now)
    let screen = scene.screen()
    let order = ["halcyon", "soylent", "acme"].map { name in
      screen.firstIndex { $0.hasPrefix("▶ \(name) ") || $0.hasPrefix("  \(name) ") } ?? -1
    }
    #expect(problem == nil && order == order.sorted() && order[0] > 0, "\(order)")
  }

  @Test mutating func theCascadeNamesTheStepThatRunsOrFailedAsDeletionsDoes() throws {
    let soylent = try #require(scene.screen().first { $0.hasPrefix("▶ soylent") })
    #expect(soylent.contains("✕ purge failed") && soylent.contains("failed at infra"), "\(soylent)")
    #expect(row("halcyon").contains("◌ deleting") && row("halcyon").contains("cascade: infra"))
    scene.press(.enter)
    #expect(scene.screen().contains { $0.contains("deletion        failed at infra") })
    scene.press(.escape, .character("9"))
    #expect(row("halcyon").contains("● stripe ● redis ◌ infra · db_rows") && row("soylent").contains("● stripe ● redis ✕ infra · db_rows"))
  }

  @Test(arguments: [
    ("status:failed", ["soylent"]), ("status:running", ["acme"]), ("status:deleting", ["halcyon"]), ("status:purge", ["soylent"]),
    ("running", ["acme"]), ("progress:infra", ["halcyon", "soylent"]), ("progress:failed", ["soylent"]),
  ])
  mutating func aFilterFindsWhatIsShown(filter: String, orgs: [String]) {
    #expect(found(filter) == orgs)
  }

  @Test mutating func aDeletionThatFailedHasAFigureOfItsOwnAndIsInTheTab() {
    let screen = scene.screen()
    #expect(screen[1].hasPrefix(" ✕ 1 purge failed "), "\(screen[1])")
    #expect(screen[2].contains("9 Deletions 2"), "\(screen[2])")
    #expect(scene.fleet.figures.totals.failed.value == 0 && scene.fleet.figures.totals.failedDeletions.value == 1)
    scene.size.columns = 40
    #expect(scene.screen()[1].contains("1 purge"), "\(scene.screen()[1])")
  }

  @Test mutating func aDeletionThatLeftMachinesIsInTheTab() {
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 36_000))
    scene.apply(
      .controlPlane,
      .purges([
        PurgeRow(
          id: "p3", orgID: "id-tyrell", slug: "tyrell", status: .completed, lastStep: "completed", createdAt: scene.now + -7300,
          completedAt: scene.now + -7200)
      ]))
    #expect(scene.fleet.figures.totals.openDeletions.value == 2)
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-tyrell"]
    let machine = InstanceRow(
      id: "i-1", region: "us-east-2", state: .running, type: "t3.small", launchedAt: scene.now + -90_000, tags: tags)
    scene.apply(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    #expect(scene.screen()[2].contains("9 Deletions 3"), "\(scene.screen()[2])")
    scene.press(.character("9"))
    #expect(row("tyrell").contains("✕ completed") && row("tyrell").contains("delete it again"))
    scene.interface.desk.pages.current.setFilter("note:again", scene.fleet, at: scene.now)
    #expect(scene.screen().contains { $0.contains("▶ ✕ completed") && $0.contains("tyrell") })
  }

  @Test mutating func theErrorOfADeletionComesBeforeWhatItsAgeMeans() {
    scene.press(.character("9"))
    #expect(row("soylent").contains("infra: DependencyViolation; over 48 h, GDPR's"), "\(row("soylent"))")
  }

  @Test mutating func aStepThatIsDoneSaysSoWhetherItsTimeIsKnownOrNot() throws {
    func step(_ name: String, _ status: String, _ seconds: Double) -> FleetEvent.Change {
      .streamed(
        StreamedEvent(
          type: .purgeStep, timestamp: scene.now + seconds, orgID: "id-halcyon", slug: "halcyon",
          data: ["purge_id": "p1", "step": .string(name), "status": .string(status)]))
    }
    scene.apply(.feed, step("infra", "started", 0))
    scene.apply(.feed, step("infra", "ok", 2))
    scene.press(.character("9"), .enter)
    let screen = scene.screen()
    #expect(screen.contains { $0.contains("redis") && $0.contains("● done  ") }, "\(screen)")
    #expect(screen.contains { $0.contains("infra") && $0.contains("● done 2.0s") }, "\(screen)")
  }

  @Test mutating func moneyIsMarkedAsMoneyInEveryDetail() {
    scene.size.rows = 50
    scene.apply(.ec2("us-east-2"), .instances([], complete: true, problem: nil))
    scene.press(.enter)
    #expect(scene.screen().contains { $0.contains("cost an hour    $0.000") }, "\(scene.screen())")
  }
}
