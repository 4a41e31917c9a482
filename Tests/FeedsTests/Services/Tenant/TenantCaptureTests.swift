import Foundation
import Testing

@testable import Feeds
@testable import FleetModel

/// The recorded answers of a real tenant, sent byte for byte over a real socket.
@Suite struct TenantCaptureTests {
  static func bytes(_ name: String) throws -> [UInt8] {
    let url = try #require(Bundle.module.url(forResource: "Fixtures/tenant/\(name)", withExtension: nil))
    return Array(try Data(contentsOf: url))
  }

  private func withTenant<T>(_ capture: String, _ body: (TenantClient, ScriptedServer) async throws -> T) async throws -> T {
    let server = try ScriptedServer([.raw(try Self.bytes(capture))])
    defer { server.stop() }
    let client = TenantClient(
      http: HTTPClient(), slug: "acme", org: "0aabb05f-8218-40ec-ac44-b63b3d4004ba", base: server.base, token: Secret("tenant-token"))
    return try await body(client, server)
  }

  private func failure(_ capture: String, within budget: Double = 10) async throws -> FeedError {
    try await withTenant(capture) { client, _ in
      do throws(FeedError) { _ = try await client.workspaces(within: budget) } catch { return error }
      throw FeedError.unanswerable("\(capture) was taken for a list")
    }
  }

  @Test func aListOfWorkspacesLosesNothing() async throws {
    for capture in ["12-list-3.http", "25-list-degraded.http"] {
      try await withTenant(capture) { client, server in
        let rows = try await client.workspaces()
        let text = String(decoding: try Self.bytes(capture), as: UTF8.self)
        let json = try JSONValue(parsing: String(text[try #require(text.range(of: "\r\n\r\n")).upperBound...].filter { $0 != "\r" }))
        let list = try #require(json.array)
        #expect(rows.count == list.count)
        for (row, source) in zip(rows, list) {
          #expect(row.id.rawValue == source["id"]?.string)
          #expect(row.name == source["name"]?.string)
          #expect(row.status.text == source["status"]?.string)
          #expect(row.runtime == source["runtime"]?.string)
          #expect(row.parentID?.rawValue == source["parent_id"]?.string)
          #expect(row.tier.map(Int64.init) == source["tier"]?.integer)
          #expect(row.budgetLimitCents.map(Int64.init) == source["budget_limit"]?.integer)
          #expect(row.lastError == source["last_sample_error"]?.text.map { UntrustedText.cleanLines($0) })
        }
        #expect(server.text(0).contains("X-Molecule-Org-Id: 0aabb05f-8218-40ec-ac44-b63b3d4004ba\r\n"))
        #expect(server.text(0).contains("Authorization: Bearer tenant-token\r\n"))
        #expect(server.text(0).contains("Origin: \(server.base)\r\n"))
      }
    }
  }

  @Test func anEmptyListIsAnEmptyListAndNotAnError() async throws {
    let rows = try await withTenant("04-list-empty.http") { client, _ in try await client.workspaces() }
    #expect(rows.isEmpty)
  }

  @Test func recordedEventsLoseNothing() async throws {
    for capture in ["62-events-all.http", "63-events-A.http"] {
      let rows = try await withTenant(capture) { client, _ in try await client.events() }
      let text = String(decoding: try Self.bytes(capture), as: UTF8.self)
      #expect(rows.count == text.components(separatedBy: "\"event_type\"").count - 1)
      #expect(rows.allSatisfy { $0.workspaceID != nil && $0.payload.members != nil })
      #expect(rows.contains { $0.type == .workspaceProvisioning } || capture == "62-events-all.http")
    }
  }

  @Test func livenessNamesItsSubsystems() async throws {
    let rows = try await withTenant("64-admin-liveness.http") { client, _ in try await client.subsystems() }
    #expect(rows == [SubsystemRow(name: "scheduler", lastTickAt: Timestamp(rfc3339: "2026-11-23T12:47:16.367Z"), secondsAgo: 3)])
  }

  @Test func healthIsPlain() async throws {
    for capture in ["01-health.http", "221-tenant-health.http"] {
      try await withTenant(capture) { client, _ in try await client.health() }
    }
  }

  @Test func aMissingOrWrongTokenIsNamed() async throws {
    let advice = "– its token is read anew; while the tenant's database is away it refuses good ones too"
    let error1 = try await failure("02-list-noauth.http")
    #expect(error1.description == "tenant acme /workspaces answered 401: admin auth required \(advice)")
    let error2 = try await failure("03-list-badauth.http")
    #expect(error2.description == "tenant acme /workspaces answered 401: invalid admin auth token \(advice)")
    let error3 = try await failure("264-dbdown-sse-VALID-wstoken.http")
    #expect(error3.description.contains("answered 401"))
    let error4 = try await failure("13-sse-noauth.http")
    #expect(error4.description.contains("401: missing workspace auth token"))
  }

  @Test func theGuardsBare404PointsAtTheOrgsId() async throws {
    for capture in ["218-tenant-noorg.http", "220-tenant-wrongorg.http"] {
      let error5 = try await failure(capture)
      #expect(
        error5.description == "tenant acme /workspaces answered 404: the tenant's guard refuses the org id: is this the org's own tenant?")
    }
  }

  @Test func anUnknownPathOrMethodIsPlainText() async throws {
    for capture in ["65-not-found.http", "66-wrong-method.http"] {
      let error6 = try await failure(capture)
      #expect(error6.description == "tenant acme /workspaces answered 404: 404 page not found")
    }
  }

  @Test func theDatabaseBeingAwayIsAskedAgainAndThenNamed() async throws {
    try await withTenant("212-dbdown-list.http") { client, server in
      do throws(FeedError) {
        _ = try await client.workspaces(within: 2)
        Issue.record("503 was taken for a list")
      } catch {
        // Where the last try came late it says for how long it was tried.
        #expect(error.description.hasPrefix("tenant acme /workspaces answered 503: platform datastore unavailable — retry shortly"))
      }
      #expect(server.requests.count > 1)
    }
    let error7 = try await failure("214-dbdown-sse-admin.http")
    #expect(error7.description.contains("500: failed to verify workspace"))
  }

  @Test func aRateLimitTellsHowLongToWait() async throws {
    for capture in ["204-ratelimit-2.http", "206-ratelimit-sse.http"] {
      let error = try await failure(capture)
      #expect(error.retryAfter.map { $0 > 50 } == true)
      #expect(error.description.contains("rate limit exceeded"))
    }
  }

  @Test func otherErrorsSayTheirOwnWords() async throws {
    let words = [
      "09-create-badbody.http": "400", "15-sse-unknown-ws.http": "404: workspace not found",
      "16-sse-nonuuid-ws.http": "500: failed to verify workspace",
      "48-get-unknown.http": "404", "49-get-nonuuid.http": "400", "72-delete-needs-confirm.http": "409", "77-state-removed.http": "404",
    ]
    for (capture, text) in words {
      let error = try await failure(capture)
      #expect(error.description.contains(text), "\(capture)")
    }
  }

  @Test func anAnswerThatIsNoListIsNeverAnEmptyOne() async throws {
    for capture in [
      "46-get-A.http", "47-state-A.http", "54-budget.http", "55-metrics-ws.http", "73-delete-confirmed.http", "76-get-removed.http",
      "20-register-ok.http",
    ] {
      let error8 = try await failure(capture)
      #expect(error8.description.contains("not a list"), "\(capture)")
    }
  }

  @Test func whereATenantAnswersFollowsFromTheControlPlanesHost() {
    #expect(TenantClient.base(of: "acme", template: nil, controlPlane: "https://api.example.com") == "https://acme.example.com")
    #expect(
      TenantClient.base(of: "acme", template: nil, controlPlane: "https://staging-api.example.com") == "https://acme.staging.example.com")
    #expect(
      TenantClient.base(of: "acme", template: "http://127.0.0.1:9/t/{slug}", controlPlane: "http://127.0.0.1:9")
        == "http://127.0.0.1:9/t/acme")
    #expect(TenantClient.base(of: "acme", template: nil, controlPlane: "https://cp.example.com") == nil)
    for slug in ["evil.example.com/", "a/../b", "", "-a", "A", "a b", "é"] {
      #expect(TenantClient.base(of: Slug(slug), template: "https://{slug}.example.com", controlPlane: "https://api.example.com") == nil)
    }
  }
}
