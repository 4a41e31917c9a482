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

  /// The asking of one tenant.
  struct Errand {
    fileprivate(set) var want: TenantWant
    var credential = TenantCredential()
    fileprivate(set) var turn = Turn(shortestInterval: 1)
    fileprivate var announced: Double?

    fileprivate init(_ want: TenantWant) { self.want = want }

    var visit: Visit { Visit(want) }
  }

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
    if want.readings != before.readings { errand.turn.want(at: now) }
    // The token is read anew before the list is; not before it may be.
    if want.token == .anew, before.token != .anew { errand.turn.want(at: max(now, errand.credential.readAgainAt)) }
    // Whoever is asked closely from now on is asked soon, not when its usual turn comes.
    if want.rhythm.close ?? .infinity < before.rhythm.close ?? .infinity {
      errand.turn.hasten(to: now + want.rhythm.wait(afterAnswer: interval))
    }
    errands[want.org] = errand
  }

  /// All of them are wanted anew, from that moment on.
  mutating func wantAll(at moment: Double) { for org in errands.keys { errands[org]?.turn.want(at: moment) } }

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
    let room = width - errands.values.count { $0.turn.isBeingAsked }
    let due = errands.values.filter { $0.turn.isDue(at: now) }
      .sorted { ($0.turn.due, $0.want.slug) < ($1.turn.due, $1.want.slug) }.prefix(max(0, room)).map(\.visit)
    for visit in due { errands[visit.org]?.turn.begin(at: now) }
    return due
  }

  /// When there is something to do although nothing happens; where there is no room, the next answer comes before. Infinite: never.
  func nextTurn(after now: Double) -> Double {
    let polls = errands.values.lazy.filter { !$0.turn.isBeingAsked && $0.turn.due > now }.map(\.turn.due).min()
    return [polls, nextStreamTurn(after: now)].compactMap { $0 }.min() ?? .infinity
  }

  /// Everybody who is asked, in the order of their names.
  var everyone: [Visit] { errands.values.map(\.visit).sorted { $0.slug < $1.slug } }

  /// Everything that was asked of it was answered.
  mutating func answered(_ visit: Visit, at now: Double) {
    let interval = interval
    change(visit) { $0.turn.answered(wait: $0.want.rhythm.wait(afterAnswer: interval), at: now) }
  }

  /// - Parameter pause: the seconds that it asked to be left alone.
  mutating func failed(_ visit: Visit, pause: Double?, at now: Double) {
    change(visit) { errand in
      let rhythm = errand.want.rhythm
      errand.turn.failed(pause: pause, wait: { rhythm.wait(afterFailures: $0, pause: pause) }, at: now)
    }
  }
}
