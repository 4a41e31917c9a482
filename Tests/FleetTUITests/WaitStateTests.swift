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
}
