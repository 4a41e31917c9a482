import FleetModel
import Testing

@testable import FleetTUI

@Suite struct WaitStateTests {
  @Test func aTenantThatSaysThatAnotherOrgIsPurgedEndsNoWait() {
    let now = Timestamp(rfc3339: "2026-11-24T03:00:00Z")!
    var fleet = Fleet()
    let rows = ["acme", "globex"].map { OrgRow(id: OrgID("org-\($0)"), slug: Slug($0), status: .running) }
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .roster(rows, limit: 500, unreadable: 0)))
    var state = WaitState(goal: .gone)
    #expect(state.verdict(of: "globex", in: fleet, at: now) == .waiting("running"))
    let purged = StreamedEvent(type: .orgPurged, timestamp: now, orgID: "org-globex", slug: "globex")
    fleet.apply(FleetEvent(source: .tenant("acme"), at: now, change: .streamed(purged)))
    #expect(state.verdict(of: "globex", in: fleet, at: now) == .waiting("running"))
    // `watch` tells of it.
    let line = fleet.log.last.map { WatchLine.json(of: $0, environment: "staging") }
    #expect(line?["type"] == "SOURCE_REFUSED" && line?["source"] == "tenant:acme" && line?["data"]?["said"] == "ORG_PURGED")
    fleet.apply(FleetEvent(source: .feed, at: now, change: .streamed(purged)))
    #expect(state.verdict(of: "globex", in: fleet, at: now) == .reached("the roster no longer holds its org"))
  }

  @Test func waitingBeginsCalmly() {
    var fleet = Fleet()
    let now = ExplainDocumentTests.now
    var state = WaitState(goal: .ready)
    fleet.apply(FleetEvent(source: .controlPlane, at: now, change: .expected(pollInterval: 15)))
    #expect(state.verdict(of: "acme", in: fleet, at: now) == .asking("asking the control plane"))
    fleet.apply(
      FleetEvent(
        source: .controlPlane, at: now, asked: now, epoch: 1,
        change: .roster([OrgRow(id: "o", slug: "acme", status: .running)], limit: 500, unreadable: 0)))
    #expect(state.verdict(of: "acme", in: fleet, at: now) == .asking("running, asking its tenant"))
    fleet.apply(FleetEvent(source: .tenant("acme"), at: now, change: .failed("tenant acme /workspaces answered 502")))
    #expect(state.verdict(of: "acme", in: fleet, at: now) == .waiting("running; tenant acme /workspaces answered 502"))
  }

  @Test func onATerminalItIsOneLineWithABar() {
    var boot = Boot(startedAt: ExplainDocumentTests.now + -120)
    boot.note(BootEventRow(event: "install_apt_base", status: .started, at: ExplainDocumentTests.now + -60), at: ExplainDocumentTests.now)
    let progress = Progress(
      of: boot, plan: PhasePlan.published(role: .workspace, runtime: "hermes"), tellsPhases: true, deadline: nil,
      at: ExplainDocumentTests.now)
    let line = WaitScreen.line("acme/one", "provisioning", progress, .unicode).plain
    #expect(line.hasPrefix("acme/one  ▕█") && line.contains("%") && line.contains("install_apt_base"), "\(line)")
    #expect(WaitScreen.line("acme", "asking", nil, .ascii).plain == "acme  asking")
  }
}
