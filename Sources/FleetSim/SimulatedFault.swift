import FleetModel

/// A way in which the simulated services misbehave while it is switched on, each as a real fleet has been seen to.
public enum SimulatedFault: Hashable, Sendable {
  /// The roster answers 503 `{"error":…}`.
  case rosterUnavailable
  /// The roster answers 200 with a gateway's HTML page.
  case rosterHTML
  /// The roster answers 200 with no orgs.
  case rosterEmpty
  /// The roster answers 200 with an object that has no `orgs`.
  case rosterWithoutOrgs
  /// The roster never answers.
  case rosterHangs
  /// The roster holds at most so many rows, whatever `limit` says.
  case rosterTruncated(to: Int)
  /// The control plane refuses every bearer with 401.
  case tokenRefused
  /// EC2 of the region answers 500 `InternalError`.
  case regionFails(Region)
  /// EC2 of the region answers 503 `RequestLimitExceeded`.
  case regionThrottles(Region)
  /// The tenant's front answers 503 with a gateway's HTML page.
  case tenantUnreachable(Slug)
  /// The service is stopped.
  case stopped(SimulatedService)
  /// The tenant answers 401 to a valid token.
  case tenantUnauthorized(Slug)
  /// The tenant's allowance is used up by others behind the same address: 429 for everything, `/health` too (contract §3.3).
  case tenantLimited(Slug)
  /// The control plane's clock is so many seconds ahead, as its `Date` tells.
  case controlPlaneClock(ahead: Int)
  /// EC2's clock is so many seconds ahead, as its `Date` tells.
  case computeClock(ahead: Int)
  /// The DNS API answers 500.
  case dnsFails
  /// The fleet feed sends nothing, not even comments, and stays open.
  case feedSilent
  /// The fleet feed is not offered: 404.
  case feedNotOffered
  /// A cascade fails at this step (`stripe`, `redis`, `infra`, `db_rows`): 500 with its `purge_id`; it resumes once switched off.
  case cascadeFails(atStep: String)
  /// DELETE answers 202 at once and the cascade goes on by itself.
  case deletionQueued
}
