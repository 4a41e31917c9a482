import FleetModel

/// The redeployment that was done before anybody looked (contract §1.12): the tenants that run now, the oldest as canary.
extension World {
  private static let soak = 60.0
  private static let batchSize = 3
  /// Seconds of the simulated world from its end to the beginning of this one.
  private static let redeployedBefore = 5400.0

  /// As `GET /cp/admin/tenants/redeploy-fleet` tells it; `nil` when there was none, since there was nobody.
  var redeployment: JSONValue? {
    let orgs = orgs.values.filter { $0.status == .running && $0.createdAt < startedAt }.sorted {
      ($0.createdAt, $0.id) < ($1.createdAt, $1.id)
    }
    guard let canary = orgs.first else { return nil }
    let ended = startedAt + -Self.redeployedBefore
    let batches = Double((orgs.count - 1 + Self.batchSize - 1) / Self.batchSize)
    return [
      "ok": .bool(orgs.allSatisfy(\.isUp)), "target_tag": "latest", "canary_slug": JSONValue(canary.slug),
      "soak_seconds": JSONValue(Self.soak), "batch_size": JSONValue(Self.batchSize), "dry_run": .bool(false),
      "started_at": JSONValue(ended + -(Self.soak + 90 * (batches + 1))), "finished_at": JSONValue(ended),
      "results": .array(orgs.map(Self.result)),
    ]
  }

  private static func result(_ org: Org) -> JSONValue {
    [
      "slug": JSONValue(org.slug), "phase": "redeploy", "ssm_status": .string(org.isUp ? "Success" : "Failed"),
      "ssm_exit_code": JSONValue(org.isUp ? 0 : 1), "healthz_ok": .bool(org.isUp), "verified_on_target": .bool(org.isUp),
      "error": org.isUp ? .null : "healthz did not answer within 90 s",
    ]
  }
}
