import FleetModel
import FlyingFox
import Foundation
import Testing

@testable import Feeds

@Suite struct RedeploymentReadingTests {
  private func read(_ status: Int, _ text: String) async throws -> Result<Redeployment?, FeedError> {
    var read = Result<Redeployment?, FeedError>.success(nil)
    try await withServer({ _ in
      FlyingFox.HTTPResponse(
        statusCode: HTTPStatusCode(status, phrase: ""), headers: [.contentType: "application/json"], body: Data(text.utf8))
    }) { base in
      let client = ControlPlaneClient(http: HTTPClient(userAgent: "test"), base: base, token: Secret("t"))
      do throws(FeedError) { read = .success(try await client.redeployment(within: 5)) } catch { read = .failure(error) }
    }
    return read
  }

  /// Contract §1.12's row, in the answer that its `POST` gives.
  @Test func itIsReadAsThePOSTAnswersIt() async throws {
    let last = try await read(
      200,
      #"""
      {"ok":true,"target_tag":"latest","canary_slug":"harness-tenant","soak_seconds":60,"batch_size":3,"dry_run":false,
       "started_at":"2026-11-24T01:00:00Z","finished_at":"2026-11-24T01:04:00Z",
       "results":[{"slug":"harness-tenant","phase":"redeploy","ssm_status":"Success","ssm_exit_code":0,"healthz_ok":true},
                  {"phase":"nobody's"},{"slug":"acme","ssm_exit_code":"1","error":"a\u001b[31m b"}]}
      """#
    ).get()
    #expect(
      last
        == Redeployment(
          target: "latest", canary: "harness-tenant", soak: 60, batchSize: 3, startedAt: Timestamp(rfc3339: "2026-11-24T01:00:00Z"),
          endedAt: Timestamp(rfc3339: "2026-11-24T01:04:00Z"), isOK: true,
          results: [
            Redeployment.Result(slug: "harness-tenant", phase: "redeploy", command: "Success", exitCode: 0, isHealthy: true),
            Redeployment.Result(slug: "acme", error: last?.results.last?.error),
          ]))
    #expect(last?.results.last?.error?.contains("\u{1b}") == false)
    #expect(try await read(200, #"{"ok":true,"results":[]}"#).get() == nil, "there was none")
  }

  @Test("where only the POST is taken it is not offered, and an answer without results is none", arguments: [404, 405, 501, 200, 503])
  func notOffered(status: Int) async throws {
    switch try await read(status, #"{"orgs":[]}"#) {
    case .success: Issue.record("\(status) is no redeployment")
    case .failure(.notOffered): #expect([404, 405, 501].contains(status))
    case .failure: #expect([200, 503].contains(status))
    }
  }
}
