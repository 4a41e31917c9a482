import FlyingFox
import FlyingSocks
import Foundation
import Synchronization
import Testing

import class Feeds.EventQueue
import struct FleetModel.Fleet
import enum FleetModel.JSONValue
import struct FleetModel.WorkspaceID

@testable import Feeds

/// A control plane without a feed, and one tenant whose stream breaks after each event.
private final class OneTenant: Sendable {
  private struct State {
    var streams = 0
    var lists = 0
    var tokens = 0
    var refusals = 0
    var status = "provisioning"
  }
  private let state = Mutex(State())
  let workspace = "5fc42138-fb6c-4b13-89d3-93481d3d8621"

  var lists: Int { state.withLock { $0.lists } }
  var streams: Int { state.withLock { $0.streams } }
  var tokens: Int { state.withLock { $0.tokens } }
  /// The next so many lists are refused as while the tenant's database is away.
  func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func json(_ status: Int, _ text: String) -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(
        statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: "application/json"], body: Data(text.utf8))
    }
    switch request.path {
    case "/cp/admin/orgs": return json(200, #"{"orgs":[{"id":"org-1","slug":"acme","instance_status":"running"}]}"#)
    case "/cp/admin/orgs/acme/admin-token":
      let count = state.withLock { state in
        state.tokens += 1
        return state.tokens
      }
      return json(200, "{\"admin_token\":\"t\(count)\"}")
    case "/t/acme/workspaces":
      guard request.headers[HTTPHeader("X-Molecule-Org-Id")] == "org-1" else { return FlyingFox.HTTPResponse(statusCode: .notFound) }
      let (isRefused, status) = state.withLock { state in
        state.lists += 1
        let isRefused = state.refusals > 0
        if isRefused { state.refusals -= 1 }
        return (isRefused, state.status)
      }
      if isRefused { return json(401, #"{"error":"invalid admin auth token"}"#) }
      return json(200, "[{\"id\":\"\(workspace)\",\"name\":\"one\",\"status\":\"\(status)\",\"runtime\":\"hermes\"}]")
    case "/t/acme/workspaces/\(workspace)/events/stream":
      let count = state.withLock { state in
        state.streams += 1
        if state.streams == 2 { state.status = "online" }
        return state.streams
      }
      let body =
        ": ping\n\ndata: {\"type\":\"TASK_UPDATED\",\"timestamp\":\(1_795_438_040_000 + count),\"data\":{\"current_task\":\"task \(count)\"}}\n\n"
      return FlyingFox.HTTPResponse(statusCode: .ok, headers: [.contentType: "text/event-stream"], body: Data(body.utf8))
    default:
      return FlyingFox.HTTPResponse(statusCode: .notFound, headers: [.contentType: "text/plain"], body: Data("404 page not found".utf8))
    }
  }

  func feeds(_ base: String, _ queue: EventQueue) -> FleetFeeds {
    var environment = FleetEnvironment(name: "test")
    environment.controlPlane = base
    environment.adminToken = .environment("TOKEN")
    environment.tenantURL = base + "/t/{slug}"
    var options = FleetFeeds.Options()
    options.streams.choice = .all
    return FleetFeeds(environment: environment, http: HTTPClient(), queue: queue, variables: ["TOKEN": "cp"], options: options)
  }
}

@Suite struct TenantStreamTests {
  @Test func aStreamThatBreaksIsOpenedAgainAndEverythingIsReadAnew() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.log.count { $0.type == .taskUpdated } >= 3 })
      let log = listener.fleet.log
      #expect(log.contains { $0.type == .gap && $0.workspaceID?.rawValue == tenant.workspace && $0.slug == "acme" })
      // Each opening is followed by a reading of the list: nothing is replayed on this stream.
      #expect(await listener.wait { _ in tenant.lists >= 3 })
      // And what the list tells is a change that no stream told.
      #expect(await listener.wait { $0.log.contains { $0.type == .workspaceOnline && $0.data.contains("resynchronising") } })
      // The list names no task: what an event told of it stands until the next list.
      #expect(await listener.wait { $0.workspaces[WorkspaceID(tenant.workspace)]?.row.currentTask?.hasPrefix("task") == true })
    }
  }

  @Test func aSingle401IsAskedAgainWithAFreshToken() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.isComplete(.tenant("acme"), at: wallClock()) })
      let tokens = tenant.tokens
      tenant.refuse(1)
      feeds.refresh()
      #expect(await listener.wait { _ in tenant.tokens > tokens })
      #expect(await listener.wait { $0.isComplete(.tenant("acme"), at: wallClock()) })
      #expect(!listener.fleet.log.contains { $0.type == .sourceFailed && $0.source == .tenant("acme") })
    }
  }
}
