import FleetModel

/// Decides which tenants are asked when, and which of their workspaces' streams are open: without socket, clock or chance. Each function is
/// something that happened; ``TenantWatch`` tells it and carries out what follows.
struct TenantRounds {
  /// Whom a question is to. One that comes back after its org was let go of, and perhaps taken up again, is nobody's.
  struct Visit: Hashable {
    let org: OrgID
    let slug: Slug
    fileprivate let number: UInt64
  }

  struct Tenant {
    let visit: Visit
    var credential = TenantCredential()
    var workspaces: [WorkspaceID: WorkspaceStatus] = [:]
    /// The status of each workspace whose reason was read.
    fileprivate var explained: [WorkspaceID: WorkspaceStatus] = [:]
    /// Answers so far.
    var polls = 0
    /// That its streams are refused.
    var refusal: StreamRefusal?
    fileprivate var nextPoll = -Double.infinity
    fileprivate var lastAsked = -Double.infinity
    /// It asked to be left alone until then.
    fileprivate(set) var notBefore = -Double.infinity
    fileprivate var failures = 0
    fileprivate var isBeingAsked = false
    /// Somebody wants it read again who came while it was being read.
    fileprivate var isWantedAgain = false
    fileprivate var announced: Double?

    fileprivate init(_ visit: Visit) { self.visit = visit }

    /// When it may be read again because of something that happened.
    fileprivate func earliest(after now: Double) -> Double { max(now, notBefore, lastAsked + TenantRounds.shortestInterval) }
  }

  /// Seconds between two readings of a tenant, whatever happens there.
  private static let shortestInterval = 1.0

  private(set) var tenants: [OrgID: Tenant] = [:]
  /// The org that each name stands for.
  private var orgs: [Slug: OrgID] = [:]
  private var visits: UInt64 = 0
  private var claims = WorkspaceClaims()
  var streams: [WorkspaceID: Stream] = [:]
  /// Streams that were ever opened.
  var opened: UInt64 = 0
  var shown: Set<WorkspaceID> = []
  /// The tenants of what is shown, and the one that is waited for.
  private var followed: Set<OrgID> = []
  private var awaited: Slug?
  private(set) var hearsFeed = false
  let budget: StreamBudget
  /// Something changed that decides over streams; without, thousands of workspaces aren't looked at again.
  var mustRearrange = true

  init(budget: StreamBudget) { self.budget = budget }

  // MARK: - Who there is

  /// The roster came. - Parameter isWhole: who isn't in it is gone.
  mutating func rosterCame(_ rows: [OrgRow], isWhole: Bool) {
    // Of two orgs of one name it belongs to the one that was created last.
    let owners = Dictionary(rows.map { ($0.slug, $0) }) { left, right in
      (left.createdAt?.milliseconds ?? .min, left.id) > (right.createdAt?.milliseconds ?? .min, right.id) ? left : right
    }
    let listed = Set(rows.map(\.id))
    for (id, tenant) in tenants {
      if let owner = owners[tenant.visit.slug] {
        if owner.id != id || !OrgStatus.hasTenant(owner.status) { forget(id) }
      } else if isWhole || listed.contains(id) {
        forget(id)
      }
    }
    for row in owners.values where OrgStatus.hasTenant(row.status) && tenants[row.id] == nil {
      visits += 1
      tenants[row.id] = Tenant(Visit(org: row.id, slug: row.slug, number: visits))
      orgs[row.slug] = row.id
      mustRearrange = true
    }
  }

  private mutating func forget(_ org: OrgID) {
    guard let tenant = tenants.removeValue(forKey: org) else { return }
    if orgs[tenant.visit.slug] == org { orgs[tenant.visit.slug] = nil }
    claims.forget(org)
    mustRearrange = true
  }

  /// The tenant as long as it is the one that was asked.
  func tenant(_ visit: Visit) -> Tenant? { tenants[visit.org].flatMap { $0.visit == visit ? $0 : nil } }

  mutating func change(_ visit: Visit, _ body: (inout Tenant) -> Void) {
    guard var tenant = tenant(visit) else { return }
    tenants[visit.org] = nil
    body(&tenant)
    tenants[visit.org] = tenant
  }

  mutating func feedChanged(isOpen: Bool) {
    mustRearrange = mustRearrange || hearsFeed != isOpen
    hearsFeed = isOpen
  }

  // MARK: - Asking

  /// Seconds between two questions to a tenant at rest, where they became others: what is older than three of them is stale.
  mutating func newInterval(of visit: Visit) -> Double? {
    let interval = TenantSchedule.interval(tenants: tenants.count, hearsFeed: hearsFeed)
    guard let tenant = tenant(visit), tenant.announced != interval else { return nil }
    tenants[visit.org]?.announced = interval
    return interval
  }

  /// The tenants whose turn it is. - Parameter width: so many are asked at once.
  mutating func takeDue(width: Int, at now: Double) -> [Visit] {
    let room = width - tenants.values.count { $0.isBeingAsked }
    let due = tenants.values.filter { !$0.isBeingAsked && $0.nextPoll <= now }
      .sorted { ($0.nextPoll, $0.visit.slug) < ($1.nextPoll, $1.visit.slug) }.prefix(max(0, room)).map(\.visit)
    for visit in due {
      tenants[visit.org]?.isBeingAsked = true
      tenants[visit.org]?.lastAsked = now
    }
    return due
  }

  /// Seconds until it is somebody's turn; where there is no room, the next answer comes before.
  func wait(at now: Double) -> Double {
    let polls = tenants.values.lazy.filter { !$0.isBeingAsked && $0.nextPoll > now }.map(\.nextPoll).min()
    let next = [polls, nextStreamTurn(after: now)].compactMap { $0 }.min() ?? .infinity
    return max(0.05, min(next - now, 3600))
  }

  /// Everybody who is asked, in the order of their names.
  var everyone: [Visit] { tenants.values.map(\.visit).sorted { $0.slug < $1.slug } }

  mutating func refresh(at now: Double) { for org in tenants.keys { wantReading(of: org, at: now) } }

  /// Something happened that its list tells more of.
  mutating func wantReading(of org: OrgID, at now: Double) {
    guard let tenant = tenants[org] else { return }
    if tenant.isBeingAsked {
      tenants[org]?.isWantedAgain = true
    } else {
      tenants[org]?.nextPoll = min(tenant.nextPoll, tenant.earliest(after: now))
    }
  }

  /// Somebody waits for that tenant, or for one of its workspaces.
  mutating func follow(_ slug: Slug) {
    awaited = slug
    mustRearrange = true
  }

  /// These are looked at from now on. Whoever comes new is asked soon, not when its usual turn comes.
  mutating func follow(_ tenants: Set<OrgID>, at now: Double) {
    let followed = tenants.union(awaited.flatMap { orgs[$0] }.map { [$0] } ?? [])
    let soon = now + TenantSchedule.interval(followed: followed.count)
    for org in followed.subtracting(self.followed) {
      guard let tenant = self.tenants[org], !tenant.isBeingAsked else { continue }
      self.tenants[org]?.nextPoll = min(tenant.nextPoll, max(soon, tenant.notBefore))
    }
    self.followed = followed
  }

  /// Those of its workspaces of which nobody read yet why they are in their status.
  func unexplained(_ rows: [WorkspaceRow], of visit: Visit) -> [WorkspaceRow] {
    let explained = tenant(visit)?.explained ?? [:]
    return rows.filter { explained[$0.id] != $0.status }
  }

  mutating func explained(_ rows: [WorkspaceRow], of visit: Visit) {
    change(visit) { tenant in for row in rows { tenant.explained[row.id] = row.status } }
  }

  /// A workspace boots, and nothing tells of it any more.
  mutating func hasten(_ org: OrgID, at now: Double) {
    let soon = TenantSchedule.next(tenants: tenants.count, hearsFeed: hearsFeed, isMoving: true)
    guard let tenant = tenants[org], !tenant.isBeingAsked else { return }
    tenants[org]?.nextPoll = min(tenant.nextPoll, max(now + soon, tenant.notBefore))
  }

  /// Its token was read; `nil`: it could not be.
  mutating func tokenCame(_ token: Secret?, for visit: Visit, at now: Double) {
    change(visit) { tenant in
      guard tenant.credential.read(token, at: now) else { return }
      tenant.refusal?.nextTry = now
    }
    mustRearrange = true
  }

  /// It refused that token. - Returns: whether another one may help: it is time to read it anew.
  mutating func refused(_ token: Secret, by visit: Visit, at now: Double) -> Bool {
    change(visit) { _ = $0.credential.refused(token) }
    return tenant(visit)?.credential.mustBeRead(at: now) ?? false
  }

  /// The list came: it decides over the streams at once, before what else is asked. - Returns: those of the rows that are the tenant's own.
  mutating func listCame(_ rows: [WorkspaceRow], from visit: Visit, with token: Secret) -> [WorkspaceRow] {
    guard let tenant = tenant(visit) else { return [] }
    let own = claims.take(rows, of: visit.org)
    let workspaces = Dictionary(own.map { ($0.id, $0.status) }, uniquingKeysWith: { _, last in last })
    tenants[visit.org]?.credential.accepted(token)
    guard tenant.workspaces != workspaces else { return own }
    tenants[visit.org]?.workspaces = workspaces
    mustRearrange = true
    return own
  }

  /// Everything that was asked of it was answered. - Parameter random: in 0..<1.
  mutating func answered(_ visit: Visit, at now: Double, random: Double) {
    guard let tenant = tenant(visit) else { return }
    let isMoving = !hearsFeed && tenant.workspaces.contains { $0.value == .provisioning && streams[$0.key]?.isOpen != true }
    // A little apart from each other, so that a fleet isn't asked in beats.
    let usual = TenantSchedule.next(
      tenants: tenants.count, hearsFeed: hearsFeed, isMoving: isMoving, followed: followed.contains(visit.org) ? followed.count : nil)
    let interval = usual * (0.9 + random / 5)
    change(visit) { tenant in
      // It is back: so are its streams, perhaps.
      if tenant.failures > 0 { tenant.refusal?.nextTry = now }
      tenant.failures = 0
      tenant.polls += 1
      tenant.nextPoll = tenant.isWantedAgain ? tenant.earliest(after: now) : now + interval
      tenant.isBeingAsked = false
      tenant.isWantedAgain = false
    }
  }

  /// - Parameters:
  ///   - pause: the seconds that it asked to be left alone.
  ///   - random: in 0..<1.
  mutating func failed(_ visit: Visit, pause: Double?, at now: Double, random: Double) {
    let isAwaited = awaited == visit.slug
    change(visit) { tenant in
      tenant.failures += 1
      if let pause { tenant.notBefore = now + pause }
      tenant.nextPoll =
        now + TenantSchedule.next(afterFailures: tenant.failures, pause: pause, isAwaited: isAwaited, random: random)
      tenant.isBeingAsked = false
      tenant.isWantedAgain = false
    }
  }

  /// What was said of a workspace. - Parameter visit: whose stream said it; `nil`: the feed. What the fleet refuses to believe of a tenant
  /// decides over nothing here either.
  /// - Returns: whether it decides over anything.
  mutating func heard(_ event: StreamedEvent, by visit: Visit?, at now: Double) -> Bool {
    guard let id = event.workspaceID, let status = Fleet.status(after: event.type) else { return false }
    if let visit {
      guard tenant(visit) != nil, claims.objection(to: event, from: visit.slug, of: visit.org) == nil else { return false }
    }
    guard let org = visit?.org ?? event.orgID ?? event.slug.flatMap({ orgs[$0] }), let tenant = tenants[org] else { return false }
    guard let known = tenant.workspaces[id] else {
      // A workspace that the list lacks.
      wantReading(of: org, at: now)
      return true
    }
    guard known != status else { return false }
    tenants[org]?.workspaces[id] = status
    mustRearrange = true
    return true
  }
}
