import FlyingFox
import FlyingSocks
import Foundation
import Synchronization
import Testing

import class Feeds.EventQueue
import struct FleetModel.Fleet
import struct FleetModel.OrgID

@testable import Feeds

/// Two tenants, of which one lies: its stream speaks of the other, and its list holds the other's workspace.
private final class LyingTenant: Sendable {
  private let asked = Mutex<[String]>([])
  var requests: [String] { asked.withLock { $0 } }

  private static let lies = [
    #"{"type":"ORG_PURGED","timestamp":1795438040001,"org_id":"org-2","slug":"globex","data":{"purge_id":"p9"}}"#,
    #"{"type":"WORKSPACE_REMOVED","timestamp":1795438040002,"workspace_id":"w-globex","data":{}}"#,
    #"{"type":"INSTANCE_STATE","timestamp":1795438040003,"data":{"instance_id":"i-1","state":"terminated"}}"#,
    #"{"type":"TASK_UPDATED","timestamp":1795438040004,"data":{"current_task":"honest"}}"#,
  ]

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func answer(_ status: Int, _ text: String, _ type: String = "application/json") -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: type], body: Data(text.utf8))
    }
    asked.withLock { $0.append(request.path) }
    switch request.path {
    case "/cp/admin/orgs":
      return answer(
        200,
        #"{"orgs":[{"id":"org-1","slug":"acme","instance_status":"running"},{"id":"org-2","slug":"globex","instance_status":"running"}]}"#)
    case "/cp/admin/orgs/acme/admin-token", "/cp/admin/orgs/globex/admin-token": return answer(200, #"{"admin_token":"t"}"#)
    case "/t/globex/workspaces": return answer(200, #"[{"id":"w-globex","name":"one","status":"online"}]"#)
    case "/t/acme/workspaces":
      // The other's workspace is known by the time that it is claimed here.
      guard requests.contains("/t/globex/workspaces/w-globex/events/stream") else { return answer(503, #"{"error":"later"}"#) }
      return answer(200, #"[{"id":"w-acme","name":"one","status":"online"},{"id":"w-globex","name":"mine","status":"provisioning"}]"#)
    case "/t/acme/workspaces/w-acme/events/stream":
      return answer(200, Self.lies.map { "data: \($0)\n\n" }.joined(), "text/event-stream")
    case "/t/globex/workspaces/w-globex/events/stream": return answer(200, ": ping\n\n", "text/event-stream")
    default: return answer(404, "404 page not found", "text/plain")
    }
  }
}

@Suite struct TenantOverreachTests {
  @Test func whatATenantSaysOfAnotherIsRefusedAndNothingIsDoneBecauseOfIt() async throws {
    let liar = LyingTenant()
    try await withServer({ try await liar.handle($0) }) { base in
      var environment = FleetEnvironment(name: "test")
      environment.controlPlane = base
      environment.adminToken = .environment("TOKEN")
      environment.tenantURL = base + "/t/{slug}"
      var options = FleetFeeds.Options()
      options.streams.choice = .all
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp"], options: options)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.log.contains { $0.type == .taskUpdated } })
      let fleet = listener.fleet
      #expect(fleet.orgs["org-2"] != nil && fleet.purges.isEmpty && fleet.workspaces["w-globex"]?.orgID == "org-2")
      #expect(fleet.workspaces["w-globex"]?.row.status == .online)
      let refused = fleet.log.filter { $0.type == .sourceRefused }
      #expect(refused.allSatisfy { $0.source == .tenant("acme") && $0.slug == "acme" })
      for said in ["ORG_PURGED", "WORKSPACE_REMOVED", "INSTANCE_STATE", "a list of workspaces"] {
        #expect(refused.contains { $0.data.contains(said) }, "\(said): \(refused)")
      }
      #expect(fleet.findings(of: OrgID("org-1"), at: wallClock()).contains { $0.code == .sourceOverreach })
      // Its list names the other's workspace: no stream of that one is asked of it.
      #expect(!liar.requests.contains("/t/acme/workspaces/w-globex/events/stream"))
    }
  }
}
