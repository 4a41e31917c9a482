import Feeds
import FleetModel

/// What `doctor` asks of the tenants that should run: whether they take the token that the control plane gives, for their lists and for their
/// streams.
struct TenantsExamination: Sendable {
  /// Tenants asked: a large fleet isn't asked as a whole to find out whether anything works.
  private static let limit = 24

  let environment: FleetEnvironment
  let http: HTTPClient
  let controlPlane: ControlPlaneClient

  private struct Outcome: Sendable {
    var slug: Slug
    var problem: String?
    /// Whether it has a workspace whose stream could be tried.
    var hasStream = false
  }

  func check(_ rows: [OrgRow], until deadline: Double) async -> DoctorCheck {
    let running = rows.filter { $0.status == .running }.sorted { $0.slug < $1.slug }
    guard !running.isEmpty else { return DoctorCheck("tenants", .skipped, "no org is running") }
    let asked = running.prefix(Self.limit)
    let outcomes = await withTaskGroup(of: Outcome.self) { group in
      for row in asked { group.addTask { await self.examine(row, until: deadline) } }
      var outcomes: [Outcome] = []
      for await outcome in group { outcomes.append(outcome) }
      return outcomes.sorted { $0.slug < $1.slug }
    }
    let bad = outcomes.compactMap(\.problem)
    let whom = asked.count == running.count ? "\(running.count)" : "\(asked.count) of \(running.count)"
    guard let first = bad.first else {
      return DoctorCheck(
        "tenants", .pass, "\(whom) running tenants asked: all answer, \(outcomes.count(where: \.hasStream)) opened a stream")
    }
    return DoctorCheck(
      "tenants", .warn, "\(whom) running tenants asked, \(bad.count) of them in vain: \(first)" + (bad.count > 1 ? "; …" : ""),
      nextStep: "look at it layer by layer with `fleettui check \(outcomes.first { $0.problem != nil }?.slug.rawValue ?? "ORG")`")
  }

  private func examine(_ row: OrgRow, until deadline: Double) async -> Outcome {
    var outcome = Outcome(slug: row.slug)
    func left() -> Double { max(0.05, deadline - monotonicSeconds()) }
    do throws(FeedError) {
      guard let base = TenantClient.base(of: row.slug, template: environment.tenantURL, controlPlane: controlPlane.base) else {
        outcome.problem = "tenant \(row.slug): its address can't be derived from \(controlPlane.base); set tenant_url"
        return outcome
      }
      let token = try await controlPlane.tenantToken(of: row.slug, within: left())
      let client = TenantClient(http: http, slug: row.slug, org: row.id, base: base, token: token)
      let workspaces = try await client.workspaces(within: left())
      guard let workspace = workspaces.min(by: { ($0.status == .online ? 0 : 1, $0.id) < ($1.status == .online ? 0 : 1, $1.id) }) else {
        return outcome
      }
      try await client.tryStream(of: workspace.id, within: min(10, left()))
      outcome.hasStream = true
    } catch { outcome.problem = error.description }
    return outcome
  }
}
