import FlyingFox
import Foundation
import Testing

@testable import Feeds
@testable import FleetModel

/// Services that answer with more than they were asked for, or could have.
@Suite struct LongListTests {
  private let http = HTTPClient(userAgent: "fleettui/test")

  private func answer(_ text: String) -> FlyingFox.HTTPResponse {
    FlyingFox.HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: Data(text.utf8))
  }

  private func list(_ count: Int, _ row: (Int) -> String) -> String { "[" + (0..<count).map(row).joined(separator: ",") + "]" }

  @Test func ofARosterOfManyThousandsAsManyRowsAreReadAsWereAskedForAndItIsPartial() async throws {
    let roster = #"{"orgs":"# + list(100_000) { #"{"id":"o-\#($0)","slug":"org-\#($0)","instance_status":"running"}"# } + "}"
    try await withServer({ _ in answer(roster) }) { base in
      let read = try await ControlPlaneClient(http: http, base: base, token: Secret("t")).roster()
      #expect(read.rows.count == 500 && read.unreadable == 0 && read.rows.last?.slug == "org-499")
      var fleet = Fleet()
      fleet.apply(
        FleetEvent(
          source: .controlPlane, at: Timestamp(milliseconds: 0),
          change: .roster(read.rows, limit: ControlPlaneClient.rosterLimit, unreadable: read.unreadable)))
      #expect(fleet.freshness(of: .controlPlane, at: Timestamp(milliseconds: 0)).state == .partial)
    }
  }

  @Test func purgesAndBootEventsAreCutWhereTheirLimitIs() async throws {
    let purges = #"{"purges":"# + list(2000) { #"{"id":"p-\#($0)","status":"completed"}"# } + "}"
    let events = #"{"slug":"acme","org_id":"o","events":"# + list(2000) { #"{"event":"step-\#($0)","status":"ok"}"# } + "}"
    try await withServer({ request in answer(request.path.contains("boot-events") ? events : purges) }) { base in
      let client = ControlPlaneClient(http: http, base: base, token: Secret("t"))
      let rows = try await client.purges()
      #expect(rows.count == 500 && rows.first?.id == "p-0")
      let boots = try await client.bootEvents(of: "acme", limit: 50)
      #expect(boots.rows.count == 50 && boots.org == "o")
    }
  }

  @Test func aTenantsListIsReadWholeOrNotAtAll() async throws {
    for (count, isBelieved) in [(TenantClient.workspaceLimit, true), (TenantClient.workspaceLimit + 1, false), (50_000, false)] {
      let workspaces = list(count) { #"{"id":"w-\#($0)","status":"online"}"# }
      try await withServer({ _ in answer(workspaces) }) { base in
        let client = TenantClient(http: http, slug: "acme", org: "o", base: base, token: Secret("t"))
        do throws(FeedError) {
          let read = try await client.workspaces()
          #expect(read.count == count && isBelieved)
        } catch {
          #expect(!isBelieved && error.description.contains("more than \(TenantClient.workspaceLimit) rows"))
        }
      }
    }
    let events = list(5000) { #"{"id":"e-\#($0)","event_type":"X","created_at":"2026-11-23T13:42:07Z"}"# }
    try await withServer({ _ in answer(events) }) { base in
      let client = TenantClient(http: http, slug: "acme", org: "o", base: base, token: Secret("t"))
      let read = try await client.events()
      #expect(read.count == TenantClient.eventLimit)
    }
  }

  @Test func aQueueIsFullByItsBytesToo() {
    let queue = EventQueue(weightLimit: 1 << 20)
    let event = FleetEvent(
      source: .feed, at: Timestamp(milliseconds: 0),
      change: .streamed(StreamedEvent(type: "X", timestamp: nil, data: ["text": .string(String(repeating: "x", count: 10_000))])))
    var count = 0
    while !queue.isFull(resume: {}), count < EventQueue.limit {
      queue.post(event)
      count += 1
    }
    #expect(count < 105 && count > 90)
    #expect(queue.drain().count == count && !queue.isFull(resume: {}))
  }
}
