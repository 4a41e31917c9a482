import Feeds
import FleetModel
import Testing

@testable import FleetTUI

/// The documents of pages are read from what the pages draw: the same rows in the same order with the same words.
@Suite struct PageDocumentTests {
  /// Two orgs that boot, one that failed, agents that are well and ill, and a deletion that left a machine.
  private static func scene() -> InterfaceScene {
    var scene = InterfaceScene()
    scene.size = Terminal.Size(rows: 40, columns: 240)
    scene.apply(.ec2("us-east-2"), .expected(pollInterval: 15))
    scene.roster([
      InterfaceScene.org("acme"), InterfaceScene.org("slow", .provisioning, age: 900), InterfaceScene.org("young", .provisioning, age: 10),
      InterfaceScene.org("broken", .failed, error: "tunnel step failed"),
    ])
    scene.apply(
      .tenant("acme"),
      .workspaces(
        "id-acme",
        [
          WorkspaceRow(
            id: "w-1", name: "support", status: .failed, runtime: "hermes", lastError: "missing required environment variables: K"),
          WorkspaceRow(id: "w-2", name: "well", status: .online, runtime: "hermes"),
        ]))
    let tags = Tags(["ManagedBy": "molecule-cp", "Role": "tenant", "OrgID": "id-gone", "OrgSlug": "gone"])
    scene.apply(
      .ec2("us-east-2"),
      .instances(
        [
          InstanceRow(
            id: "i-left", region: "us-east-2", state: .running, type: "t3.small", launchedAt: InterfaceScene.start + -1e6, tags: tags)
        ],
        complete: true, problem: nil))
    scene.apply(
      .controlPlane,
      .purges([
        PurgeRow(
          id: "p-1", orgID: "id-gone", slug: "gone", status: .completed, createdAt: InterfaceScene.start + -9000,
          completedAt: InterfaceScene.start + -8900),
        PurgeRow(id: "p-2", orgID: "id-old", slug: "old", status: .failed, lastError: "redis", createdAt: InterfaceScene.start + -90_000),
      ]))
    return scene
  }

  /// The rows of a page as they are drawn, from their first column on.
  private func rows(_ scene: inout InterfaceScene, _ key: Character, _ count: Int) -> [String] {
    scene.press(.character(key))
    let screen = scene.screen()
    let head = screen.firstIndex { $0.hasPrefix("  ") && $0.contains("TARGET") || $0.contains("STATE ") || $0.contains("EVENT ") } ?? 0
    return screen[(head + 1)...].prefix(count).map { String($0.dropFirst(2)) }
  }

  @Test func triageHasThePagesRowsAndEndsWith3() throws {
    var scene = Self.scene()
    let document = TriageDocument(fleet: scene.fleet, now: scene.now)
    let findings = try #require(document.json["findings"]?.array)
    let shown = rows(&scene, "3", findings.count)
    #expect(findings.count >= 4 && shown.count == findings.count)
    for (finding, row) in zip(findings, shown) {
      #expect(row.contains(finding["code"]?.string ?? "?") && row.contains(finding["severity"]?.string ?? "?"), "\(row)")
    }
    for (cells, row) in zip(document.table.rows, shown) { #expect(row.contains(cells[1]) && row.contains(cells[2])) }
    #expect(document.exitCode == 3 && document.gaps.isEmpty)
    #expect(document.json["counts"]?["critical"]?.integer.map(Int.init) == scene.fleet.triage.count(of: .critical))
  }

  @Test func whatCouldNotBeReadBeatsWhatWasFound() {
    var scene = Self.scene()
    scene.apply(.ec2("us-east-2"), .failed("UnauthorizedOperation"))
    let triage = TriageDocument(fleet: scene.fleet, now: scene.now)
    #expect(triage.exitCode == 4 && triage.hasFound && triage.gaps == ["ec2:us-east-2 is failed: UnauthorizedOperation"])
    // Boots are known without EC2.
    #expect(ProvisioningDocument(fleet: scene.fleet, now: scene.now).exitCode == 3)
    #expect(DeletionsDocument(fleet: scene.fleet, receipts: .success([]), now: scene.now).exitCode == 4)
    scene.apply(.controlPlane, .lacking(.purges, "purges: 500"))
    #expect(DeletionsDocument(fleet: scene.fleet, receipts: .success([]), now: scene.now).gaps.contains("purges: 500"))
  }

  @Test func aTenantWhoseSilenceIsAFindingIsNoGapAndAnotherIs() {
    var scene = Self.scene()
    scene.apply(.tenant("acme"), .failed("connection refused"))
    scene.now = scene.now + 200
    _ = scene.screen()
    let explained = scene.fleet.triage.findings(of: .org("id-acme")).contains {
      [.tenantUnreachable, .tunnelOrDNSFailed, .statusDisagrees].contains($0.code)
    }
    let isGap = scene.fleet.gaps(at: scene.now).contains { $0.source == .tenant("acme") }
    #expect(explained != isGap)
  }

  @Test func provisioningHasThePagesRowsTheLateFirst() throws {
    var scene = Self.scene()
    let document = ProvisioningDocument(fleet: scene.fleet, now: scene.now)
    let boots = try #require(document.json["boots"]?.array)
    let shown = rows(&scene, "2", boots.count)
    #expect(!boots.isEmpty && shown.count == boots.count)
    for (cells, row) in zip(document.table.rows, shown) { #expect(row.contains(cells[0]), "\(row)") }
    for boot in boots {
      let id = BootTarget.tenant(OrgID(boot["target"]?["id"]?.string ?? ""))
      guard let progress = scene.fleet.progress(of: id, at: scene.now) else { continue }
      #expect(boot["progress"] == JSONValue(progress))
    }
    #expect(document.exitCode == 3)
  }

  @Test func deletionsHaveThePagesRowsAndNotes() throws {
    var scene = Self.scene()
    let document = DeletionsDocument(fleet: scene.fleet, receipts: .success([]), now: scene.now)
    let deletions = try #require(document.json["deletions"]?.array)
    let shown = rows(&scene, "9", deletions.count)
    #expect(deletions.count == 2 && shown.count == 2)
    for (deletion, row) in zip(deletions, shown) {
      #expect(row.contains(deletion["org"]?["slug"]?.string ?? "?") && row.contains(deletion["state"]?.string ?? "?"), "\(row)")
      #expect(row.contains(deletion["note"]?.string?.prefix(20) ?? "?"), "\(row)")
    }
    #expect(document.json["counts"]?.serialized() == #"{"open":0,"failed":2}"#)
    #expect(document.exitCode == 3)
    #expect(deletions.first { $0["id"] == "p-1" }?["machines_left"] == 1)
  }

  @Test func eventsHaveThePagesRowsTheNewestFirst() throws {
    var scene = Self.scene()
    for (seconds, task) in [(1.0, "first"), (2.0, "second")] {
      scene.apply(
        .tenant("acme"),
        .streamed(
          StreamedEvent(type: .taskUpdated, timestamp: scene.now + seconds, workspaceID: "w-2", data: ["current_task": .string(task)])))
    }
    let document = EventsDocument(fleet: scene.fleet, since: InterfaceScene.start, now: scene.now)
    let events = try #require(document.json["events"]?.array)
    let shown = rows(&scene, "0", events.count)
    #expect(events.count >= 2 && events.first?["data"]?["current_task"] == "second")
    for (event, row) in zip(events, shown) { #expect(row.contains(event["type"]?.string ?? "?"), "\(row)") }
    #expect(document.exitCode == 0)
  }
}
