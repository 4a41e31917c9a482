import Testing

@testable import FleetModel

@Suite struct TimelineTests {
  private static let start = Timestamp(milliseconds: 1_763_905_327_000)

  /// A workspace of an org whose machine EC2 calls launched at `launched`.
  private func fleet(launched: Timestamp) -> Fleet {
    var fleet = Fleet()
    func hear(_ source: Source, _ change: FleetEvent.Change) {
      fleet.apply(FleetEvent(source: source, at: Self.start + 600, asked: Self.start + 600, epoch: 1, change: change))
    }
    hear(.controlPlane, .roster([OrgRow(id: "o", slug: "acme", status: .running, createdAt: Self.start + 0.7)], limit: 500, unreadable: 0))
    let tags: Tags = ["ManagedBy": "molecule-cp", "Role": "workspace", "OrgID": "o", "WorkspaceID": "w"]
    let machine = InstanceRow(id: "i-1", region: "us-east-2", state: .running, type: "t3.small", launchedAt: launched, tags: tags)
    hear(.ec2("us-east-2"), .instances([machine], complete: true, problem: nil))
    hear(.tenant("acme"), .workspaces("o", [WorkspaceRow(id: "w", name: "billing", status: .online, runtime: "hermes")]))
    return fleet
  }

  private func timeline(_ fleet: Fleet, _ file: CaseFile, ofOrg: Bool = false) -> [String] {
    guard let org = fleet.orgs["o"], let workspace = fleet.workspaces["w"] else { return [] }
    return Timeline.of(org, workspace: ofOrg ? nil : workspace, in: fleet, file: file).map { String($0.event.prefix { $0 != "," }) }
  }

  private func boot(_ rows: [(String, BootEventRow.Status, Double)]) -> CaseFile.Reading<[BootEventRow]> {
    .read(rows.map { BootEventRow(event: $0, status: $1, at: Self.start + $2, workspaceID: "w") }, at: Self.start)
  }

  private func event(_ type: EventType, _ seconds: Double) -> StoredEventRow {
    StoredEventRow(id: "\(type)-\(seconds)", type: type, workspaceID: "w", payload: [:], createdAt: Self.start + seconds)
  }

  @Test func ofOneMomentACauseComesBeforeItsEffectHoweverTheListsAreOrdered() {
    let steps: [(String, BootEventRow.Status, Double)] = [
      ("runtime_init", .ok, 3), ("runtime_init", .started, 3), ("install_apt_base", .ok, 3), ("install_apt_base", .started, 3),
    ]
    let events = [event(.workspaceOnline, 3), event(.workspaceProvisioning, 3), event(.workspaceHeartbeat, 3)]
    for isTurned in [false, true] {
      var file = CaseFile()
      file.bootEvents = boot(isTurned ? steps.reversed() : steps)
      file.events = .read(isTurned ? events.reversed() : events, at: Self.start)
      #expect(
        timeline(fleet(launched: Self.start + 3), file) == [
          "WORKSPACE_PROVISIONING", "i-1 launched", "boot: install_apt_base started", "boot: install_apt_base ok",
          "boot: runtime_init started", "boot: runtime_init ok", "WORKSPACE_ONLINE", "WORKSPACE_HEARTBEAT",
        ])
    }
  }

  /// EC2 tells launches in whole seconds: earlier than what led to them.
  @Test func aLaunchComesAfterWhatLedToIt() {
    var file = CaseFile()
    file.events = .read([event(.workspaceProvisioning, 0.8)], at: Self.start)
    #expect(
      timeline(fleet(launched: Self.start), file, ofOrg: true) == [
        "org created", "billing: WORKSPACE_PROVISIONING", "billing: i-1 launched",
      ])
  }

  @Test func whatOneSourceToldExactlyStaysInItsOrder() {
    var file = CaseFile()
    file.events = .read(
      [event(.workspaceOnline, 5.9), event(.workspaceProvisioning, 5.4), event(.workspaceOffline, 5.1)], at: Self.start)
    #expect(
      timeline(fleet(launched: Self.start + 5), file) == [
        "WORKSPACE_OFFLINE", "WORKSPACE_PROVISIONING", "i-1 launched", "WORKSPACE_ONLINE",
      ])
  }
}
