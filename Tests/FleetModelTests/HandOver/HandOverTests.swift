import Testing

@testable import FleetModel

@Suite struct HandOverTests {
  private var scene = Scene()

  private mutating func judge() {
    scene.fleet.judge(at: scene.now)
    _ = scene.fleet.takeChanges()
  }

  private func happened(since moment: Timestamp) -> [String] {
    HandOver(of: scene.fleet, since: moment).items.map { "\($0.kind.rawValue) \($0.name)" }
  }

  private mutating func fail(_ status: WorkspaceStatus) {
    scene.hear(.tenant("acme"), .workspaces("org-acme", [WorkspaceRow(id: "w", name: "one", status: status, lastError: "RUNTIME CRASHED")]))
    judge()
  }

  @Test mutating func whatBecameCriticalAndRecoveredIsKeptWithItsTimes() {
    scene.roster("acme")
    let begin = scene.now
    judge()
    scene.pass(600)
    fail(.failed)
    let found = scene.now
    let report = HandOver(of: scene.fleet, since: begin)
    #expect(report.count(.critical) == 1 && report.stillCritical == 1 && report.watchedSince == begin)
    // Judged again it is the same thing still.
    scene.pass(60)
    fail(.failed)
    scene.pass(540)
    fail(.online)
    #expect(happened(since: begin) == ["recovered acme/one", "critical acme/one"])
    #expect(happened(since: found + 1) == ["recovered acme/one"])
    #expect(HandOver(of: scene.fleet, since: begin).stillCritical == 0)
  }

  @Test mutating func whatIsGoneDidNotRecover() {
    scene.roster("acme", "b")
    let begin = scene.now
    fail(.failed)
    scene.pass(60)
    scene.hear(.tenant("acme"), .workspaces("org-acme", []))
    judge()
    #expect(happened(since: begin) == ["critical acme/one"])
  }

  @Test mutating func orgsThatCameAndWentAreToldByTheControlPlaneWhetherAnybodyWatchedOrNot() {
    let dawn = Timestamp(rfc3339: "2026-11-24T02:00:00Z")!
    scene.roster("acme", "b")
    scene.hear(
      .controlPlane,
      .purges([
        PurgeRow(id: "p1", orgID: "org-old", slug: "old", status: .completed, lastStep: "completed", completedAt: dawn + 600),
        PurgeRow(id: "p2", orgID: "org-older", slug: "older", status: .completed, lastStep: "completed", completedAt: dawn + -600),
        PurgeRow(id: "p3", orgID: "org-open", slug: "open", status: .failed, createdAt: dawn + 700),
      ]))
    judge()
    #expect(happened(since: dawn) == ["new acme", "new b", "deleted old"])
    scene.pass(60)
    scene.roster("acme")
    judge()
    #expect(Set(happened(since: dawn)) == ["new acme", "deleted b", "deleted old"])
  }

  @Test mutating func aMachineThatIsFoundToRunForNobodyIsNamedOnce() {
    scene.roster("acme", "b", "c")
    let begin = scene.now
    let rows = [Scene.machine("i-0", org: "acme"), Scene.machine("i-1", org: "gone", launched: "2026-11-23T00:00:00Z")]
    for _ in 0..<3 {
      scene.hear(.ec2("us-east-2"), .instances(rows, complete: true, problem: nil))
      judge()
      scene.pass(30)
    }
    // A source that is lost takes nothing back, and nothing is found anew once it is there again.
    scene.hear(.controlPlane, .failed("503"))
    judge()
    scene.pass(30)
    scene.roster("acme", "b", "c")
    judge()
    let found = HandOver(of: scene.fleet, since: begin).items.filter { $0.kind == .orphan }
    #expect(found.map(\.name) == ["i-1"] && found.map(\.why) == ["org gone"])
  }

  @Test mutating func theOldestGoWhenThereAreTooMany() {
    scene.roster("acme")
    for round in 0..<(Chronicle.limit / 2 + 10) {
      fail(round % 2 == 0 ? .failed : .online)
      scene.pass(1)
    }
    for _ in 0..<Chronicle.limit {
      fail(.failed)
      scene.pass(1)
      fail(.online)
      scene.pass(1)
    }
    #expect(scene.fleet.chronicle.items.count == Chronicle.limit)
  }

  // MARK: - Money

  @Test func whatWasSpentIsCountedFromTheLaterOfTwoMoments() throws {
    let start = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    var burn = BurnHistory()
    #expect(burn.spent(since: start, at: start) == nil)
    burn.note(2, at: start)
    burn.note(4, at: start + 1800)
    let all = try #require(burn.spent(since: start + -3600, at: start + 3600))
    #expect(all.dollars == 3 && all.from == start)
    let late = try #require(burn.spent(since: start + 2700, at: start + 3600))
    #expect(late.dollars == 1 && late.from == start + 2700)
  }
}
