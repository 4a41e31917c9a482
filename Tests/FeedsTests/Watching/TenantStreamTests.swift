import FlyingFox
import FlyingSocks
import Foundation
import Synchronization
import Testing

import class Feeds.EventQueue
import struct FleetModel.Fleet
import enum FleetModel.JSONValue
import struct FleetModel.OrgID
import struct FleetModel.WorkspaceID
import enum FleetModel.SourcePart

@testable import Feeds

/// A control plane without a feed, and one tenant whose stream breaks after each event.
private final class OneTenant: Sendable {
  private struct State {
    var streams = 0
    var lists = 0
    var tokens = 0
    var refusals = 0
    var status = "provisioning"
    var orgStatus = "running"
    /// Only this token is good; `nil`: any is.
    var token: String?
    var refusedStreams = 0
    var isNonsense = false
  }
  private let state = Mutex(State())
  let workspace = "5fc42138-fb6c-4b13-89d3-93481d3d8621"

  var lists: Int { state.withLock { $0.lists } }
  var streams: Int { state.withLock { $0.streams } }
  var tokens: Int { state.withLock { $0.tokens } }
  var refusedStreams: Int { state.withLock { $0.refusedStreams } }
  func become(_ orgStatus: String, workspace status: String) {
    state.withLock { state in
      state.orgStatus = orgStatus
      state.status = status
    }
  }
  /// From now on only the token that is asked for next is good.
  func rotate() { state.withLock { $0.token = "t\($0.tokens + 1)" } }
  /// From now on no token is good.
  func spoil() { state.withLock { $0.token = "none" } }
  /// From now on each stream tells something that is no event.
  func tellNonsense() { state.withLock { $0.isNonsense = true } }
  /// The next so many lists are refused as while the tenant's database is away.
  func refuse(_ count: Int) { state.withLock { $0.refusals = count } }

  func handle(_ request: FlyingFox.HTTPRequest) async throws -> FlyingFox.HTTPResponse {
    func json(_ status: Int, _ text: String) -> FlyingFox.HTTPResponse {
      FlyingFox.HTTPResponse(
        statusCode: HTTPStatusCode(status, phrase: "X"), headers: [.contentType: "application/json"], body: Data(text.utf8))
    }
    switch request.path {
    case "/cp/admin/orgs":
      return json(200, "{\"orgs\":[{\"id\":\"org-1\",\"slug\":\"acme\",\"instance_status\":\"\(state.withLock { $0.orgStatus })\"}]}")
    case "/cp/admin/purges": return json(503, #"{"error":"database away"}"#)
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
        let isRefused = state.refusals > 0 || !Self.isGood(request, state)
        if state.refusals > 0 { state.refusals -= 1 }
        return (isRefused, state.status)
      }
      if isRefused { return json(401, #"{"error":"invalid admin auth token"}"#) }
      return json(200, "[{\"id\":\"\(workspace)\",\"name\":\"one\",\"status\":\"\(status)\",\"runtime\":\"hermes\"}]")
    case "/t/acme/workspaces/\(workspace)/events/stream":
      let count: Int? = state.withLock { state in
        guard Self.isGood(request, state) else {
          state.refusedStreams += 1
          return nil
        }
        state.streams += 1
        if state.streams == 2 { state.status = "online" }
        return state.streams
      }
      guard let count else { return json(401, #"{"error":"invalid workspace auth token"}"#) }
      let body =
        state.withLock { $0.isNonsense }
        ? ": ping\n\ndata: [1, 2\n\n"
        : ": ping\n\ndata: {\"type\":\"TASK_UPDATED\",\"timestamp\":\(1_795_438_040_000 + count),\"data\":{\"current_task\":\"task \(count)\"}}\n\n"
      return FlyingFox.HTTPResponse(statusCode: .ok, headers: [.contentType: "text/event-stream"], body: Data(body.utf8))
    default:
      return FlyingFox.HTTPResponse(statusCode: .notFound, headers: [.contentType: "text/plain"], body: Data("404 page not found".utf8))
    }
  }

  private static func isGood(_ request: FlyingFox.HTTPRequest, _ state: State) -> Bool {
    state.token.map { request.headers[.authorization] == "Bearer \($0)" } ?? true
  }

  func feeds(_ base: String, _ queue: EventQueue, budget: Double = 20) -> FleetFeeds {
    var environment = FleetEnvironment(name: "test")
    environment.controlPlane = base
    environment.adminToken = .environment("TOKEN")
    environment.tenantURL = base + "/t/{slug}"
    var options = FleetFeeds.Options()
    options.streams.choice = .all
    options.budget = budget
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
      listener.wantEverything()
      #expect(await listener.wait { _ in tenant.tokens > tokens })
      #expect(await listener.wait { $0.isComplete(.tenant("acme"), at: wallClock()) })
      #expect(!listener.fleet.log.contains { $0.type == .sourceFailed && $0.source == .tenant("acme") })
    }
  }

  @Test func anOrgThatWasStoppedAndRunsAgainIsHeardAtOnce() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      let workspace = WorkspaceID(tenant.workspace)
      // Each opening of the stream is followed by a reading: many questions.
      #expect(await listener.wait { _ in tenant.lists >= 4 })
      tenant.become("stopped", workspace: "online")
      listener.wantEverything()
      #expect(await listener.wait { $0.orgs["org-1"]?.row.status == .stopped })
      tenant.become("running", workspace: "paused")
      let lists = tenant.lists
      listener.wantEverything()
      #expect(await listener.wait { $0.workspaces[workspace]?.row.status == .paused })
      #expect(tenant.lists <= lists + 2)
    }
  }

  @Test func aRotatedTokenReachesTheStreams() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { _ in tenant.streams >= 1 })
      tenant.rotate()
      // The next connection is refused, or the next list; either has the token read anew, once.
      #expect(await listener.wait { _ in tenant.tokens >= 2 })
      let streams = tenant.streams
      #expect(await listener.wait { _ in tenant.streams >= streams + 2 })
      #expect(tenant.refusedStreams <= 2 && tenant.tokens == 2)
      #expect(await listener.wait { $0.sources[.tenant("acme")]?.lacks.isEmpty == true })
    }
  }

  @Test func aTokenThatGoesOnBeingRefusedIsSaidAndNotTriedAllTheTime() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { _ in tenant.streams >= 1 })
      // One that the control plane doesn't know.
      tenant.spoil()
      #expect(await listener.wait { $0.sources[.tenant("acme")]?.lacks[.streams] != nil })
      let freshness = listener.fleet.freshness(of: .tenant("acme"), at: wallClock())
      #expect(freshness.lack == "its streams are refused: the token was refused (401)")
      #expect(await listener.wait { $0.findings(of: OrgID("org-1"), at: wallClock()).contains { $0.code == .streamsRefused } })
      #expect(listener.fleet.log.count { $0.type == .sourceFailed && $0.data.contains("streams are refused") } == 1)
      #expect(tenant.refusedStreams <= 2)
    }
  }

  @Test func purgesThatCanNotBeReadAreUnknown() async throws {
    let tenant = OneTenant()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      await tenant.feeds(base, queue, budget: 1).loadOnce()
      #expect(await listener.wait { $0.sources[.controlPlane]?.lacks[.purges] != nil })
      let freshness = listener.fleet.freshness(of: .controlPlane, at: wallClock())
      #expect(freshness.state == .complete && freshness.trouble?.contains("purges could not be read") == true)
      #expect(listener.fleet.purgesReadAt == nil)
    }
  }

  @Test func anEventThatCanNotBeReadIsAGapAndHasTheListReadAgain() async throws {
    let tenant = OneTenant()
    tenant.tellNonsense()
    try await withServer({ try await tenant.handle($0) }) { base in
      let queue = EventQueue()
      let listener = FleetListener(queue)
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      #expect(await listener.wait { $0.log.contains { $0.type == .gap && $0.data.contains("could not be read") } })
      #expect(await listener.wait { _ in tenant.lists >= 2 })
    }
  }

  /// The screen stalls: once something was wanted nobody takes anything from the queue any more.
  @Test func aQueueThatNobodyTakesFromDelaysNoPoll() async throws {
    let tenant = OneTenant()
    tenant.become("running", workspace: "paused")
    let asked = Kick()
    try await withServer({ request in
      defer { asked.kick() }
      return try await tenant.handle(request)
    }) { base in
      let queue = EventQueue()
      let feeds = tenant.feeds(base, queue)
      let task = Task { await feeds.run() }
      defer { task.cancel() }
      var fleet = Fleet()
      let deadline = monotonicSeconds() + 30
      while fleet.orgs.isEmpty, monotonicSeconds() < deadline {
        await asked.wait(0.2)
        for event in queue.drain() { fleet.apply(event) }
      }
      var wanted = fleet.takeWants()
      wanted.common?.interval = 0.2
      queue.wants.leave(wanted)
      while tenant.lists < 4, monotonicSeconds() < deadline { await asked.wait(0.2) }
      #expect(tenant.lists >= 4)
    }
  }
}
