import FleetModel

/// Compares what the fleet wants of its tenants with what is under way, and says what is to be done: without socket, clock or chance. Each
/// function is something that happened; ``TenantWatch`` tells it and carries out what follows.
///
/// It knows when it asked, what a question is asked with, and what stands open. What came of it the fleet alone knows.
struct TenantErrands {
  /// Whom a question is to. One that comes back after its org was let go of, and perhaps taken up again, is nobody's.
  struct Visit: Hashable {
    let org: OrgID
    let slug: Slug
    private let number: UInt64

    init(_ want: TenantWant) { (org, slug, number) = (want.org, want.slug, want.visit) }
    init(_ want: StreamWant) { (org, slug, number) = (want.org, want.slug, want.visit) }
  }

  /// The asking of one tenant. Its times are those of a clock that only goes forward.
  struct Errand {
    fileprivate(set) var want: TenantWant
    var credential = TenantCredential()
    fileprivate var due = -Double.infinity
    fileprivate var lastAsked = -Double.infinity
    /// It asked to be left alone until then.
    fileprivate(set) var notBefore = -Double.infinity
    /// Since the last answer.
    fileprivate var failures = 0
    fileprivate var isBeingAsked = false
    /// Somebody wants it read again who came while it was being read.
    fileprivate var isWantedAgain = false
    fileprivate var announced: Double?

    fileprivate init(_ want: TenantWant) { self.want = want }

    var visit: Visit { Visit(want) }

    /// When it may be read again because of something that happened.
    fileprivate func earliest(after now: Double) -> Double { max(now, notBefore, lastAsked + TenantErrands.shortestInterval) }

    fileprivate mutating func wantReading(at now: Double) {
      if isBeingAsked { isWantedAgain = true } else { due = min(due, earliest(after: now)) }
    }
  }

  /// Seconds between two readings of a tenant, whatever happens there.
  fileprivate static let shortestInterval = 1.0

  private(set) var errands: [OrgID: Errand] = [:]
  /// Seconds between two questions to a tenant at rest.
  private var interval = Wants.Common().interval
  var streams: [WorkspaceID: Stream] = [:]
  /// Streams that were ever opened.
  var opened: UInt64 = 0

  // MARK: - What is wanted

  /// The fleet wants something else from now on. - Returns: what is to be closed for that.
  mutating func heed(_ changes: Wants.Changes, at now: Double) -> [StreamAction] {
    interval = changes.common?.interval ?? interval
    for (org, want) in changes.tenants {
      guard let want else {
        errands[org] = nil
        continue
      }
      if errands[org]?.visit == Visit(want) { change(want, at: now) } else { errands[org] = Errand(want) }
    }
    return changes.streams.compactMap { id, want in heed(want, of: id, at: now) }
  }

  private mutating func change(_ want: TenantWant, at now: Double) {
    guard var errand = errands[want.org] else { return }
    let before = errand.want
    errand.want = want
    if want.readings != before.readings { errand.wantReading(at: now) }
    // The token is read anew before the list is; not before it may be.
    if want.token == .anew, before.token != .anew { errand.wantReading(at: max(now, errand.credential.readAgainAt)) }
    // Whoever is asked closely from now on is asked soon, not when its usual turn comes.
    if !errand.isBeingAsked, want.rhythm.close ?? .infinity < before.rhythm.close ?? .infinity {
      errand.due = min(errand.due, max(now + want.rhythm.wait(afterAnswer: interval), errand.notBefore))
    }
    errands[want.org] = errand
  }

  /// Somebody wants all of them read now.
  mutating func refresh(at now: Double) { for org in errands.keys { errands[org]?.wantReading(at: now) } }

  /// As long as it is the one that was asked.
  func errand(_ visit: Visit) -> Errand? { errands[visit.org].flatMap { $0.visit == visit ? $0 : nil } }

  mutating func change(_ visit: Visit, _ body: (inout Errand) -> Void) {
    guard var errand = errand(visit) else { return }
    errands[visit.org] = nil
    body(&errand)
    errands[visit.org] = errand
  }

  // MARK: - Asking

  /// Seconds between two questions to a tenant at rest, where they became others: what is older than three of them is stale.
  mutating func newInterval(of visit: Visit) -> Double? {
    guard let errand = errand(visit), errand.announced != interval else { return nil }
    errands[visit.org]?.announced = interval
    return interval
  }

  /// The tenants whose turn it is: they are being asked from now on. - Parameter width: so many are asked at once.
  mutating func beginDue(width: Int, at now: Double) -> [Visit] {
    let room = width - errands.values.count { $0.isBeingAsked }
    let due = errands.values.filter { !$0.isBeingAsked && $0.due <= now }
      .sorted { ($0.due, $0.want.slug) < ($1.due, $1.want.slug) }.prefix(max(0, room)).map(\.visit)
    for visit in due {
      errands[visit.org]?.isBeingAsked = true
      errands[visit.org]?.lastAsked = now
    }
    return due
  }

  /// Seconds until there is something to do although nothing happens; where there is no room, the next answer comes before.
  func wait(at now: Double) -> Double {
    let polls = errands.values.lazy.filter { !$0.isBeingAsked && $0.due > now }.map(\.due).min()
    let next = [polls, nextStreamTurn(after: now)].compactMap { $0 }.min() ?? .infinity
    return max(0.05, min(next - now, 3600))
  }

  /// Everybody who is asked, in the order of their names.
  var everyone: [Visit] { errands.values.map(\.visit).sorted { $0.slug < $1.slug } }

  /// Everything that was asked of it was answered.
  mutating func answered(_ visit: Visit, at now: Double) {
    let interval = interval
    change(visit) { errand in
      errand.failures = 0
      errand.isBeingAsked = false
      errand.due = errand.isWantedAgain ? errand.earliest(after: now) : now + errand.want.rhythm.wait(afterAnswer: interval)
      errand.isWantedAgain = false
    }
  }

  /// - Parameter pause: the seconds that it asked to be left alone.
  mutating func failed(_ visit: Visit, pause: Double?, at now: Double) {
    change(visit) { errand in
      errand.failures += 1
      if let pause { errand.notBefore = now + pause }
      errand.due = now + errand.want.rhythm.wait(afterFailures: errand.failures, pause: pause)
      errand.isBeingAsked = false
      errand.isWantedAgain = false
    }
  }
}
