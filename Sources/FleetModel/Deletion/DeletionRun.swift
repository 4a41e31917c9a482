/// One deletion, from the confirmed plan to its receipt: what happened goes in, what to do next comes out. No clock, no socket, no disk.
///
/// `checking` → `sending` → `following` → `ended`; back to `checking` after a 409 (`waiting`) and when a cascade that failed half-way is
/// resumed. Whatever happens, a request leaves only from `checking`, after a look at the roster and the audit, and after its record is on disk.
public struct DeletionRun: Hashable, Codable, Sendable {
  public struct Order: Hashable, Sendable {
    public var receiptID: String
    public var environment: String
    public var orgID: OrgID
    public var slug: Slug
    public var planHash: String
    /// What the plan named, so that it is looked for by name whatever becomes of its tags, and by whoever goes on with the run.
    public var machines: [InstanceID: Region]
    public var workspaces: [WorkspaceID]
    public var names: [String]
    public var hourlySaved: Double?
    public var `operator`: String
    public var startedAt: Timestamp
    /// Seconds that it is followed after the control plane's last word.
    public var verifyWithin: Double

    public init(
      receiptID: String, plan: DeletionPlan, planHash: String, operator: String, startedAt: Timestamp, verifyWithin: Double
    ) {
      self.receiptID = receiptID
      environment = plan.environment
      orgID = plan.orgID
      slug = plan.slug
      self.planHash = planHash
      machines = Dictionary(plan.machines.map { ($0.id, $0.region) }) { first, _ in first }
      workspaces = plan.workspaces
      names = plan.names ?? []
      hourlySaved = plan.hourlySaved
      self.operator = `operator`
      self.startedAt = startedAt
      self.verifyWithin = verifyWithin
    }

    init?(_ json: JSONValue) {
      guard let id = json["receipt_id"]?.text, let environment = json["environment"]?.text, let org = json["org_id"]?.text,
        let slug = json["slug"]?.text, let hash = json["plan_hash"]?.text, let name = json["operator"]?.text,
        let started = json["started_at"]?.integer, let within = json["verify_within"]?.duration
      else { return nil }
      receiptID = id
      self.environment = environment
      orgID = OrgID(org)
      self.slug = Slug(slug)
      planHash = hash
      machines = (json["instances"]?.members ?? []).reduce(into: [:]) { $0[InstanceID($1.name)] = Region($1.value.string ?? "") }
      workspaces = (json["workspaces"]?.array ?? []).compactMap { $0.string.map(WorkspaceID.init) }
      names = (json["dns"]?.array ?? []).compactMap(\.string)
      hourlySaved = json["hourly_saved"]?.rate
      self.operator = name
      startedAt = Timestamp(milliseconds: started)
      verifyWithin = within
    }

    var json: JSONValue {
      [
        "receipt_id": .string(receiptID), "environment": .string(environment), "org_id": JSONValue(orgID), "slug": JSONValue(slug),
        "plan_hash": .string(planHash),
        "instances": .object(machines.sorted { $0.key < $1.key }.map { .init($0.key.rawValue, JSONValue($0.value)) }),
        "workspaces": .array(workspaces.map { JSONValue($0) }), "dns": .array(names.map { .string($0) }),
        "hourly_saved": JSONValue(hourlySaved), "operator": .string(self.operator),
        "started_at": .integer(startedAt.milliseconds), "verify_within": .number(verifyWithin),
      ]
    }
  }

  public enum State: String, Hashable, Codable, Sendable {
    /// Looking whether the DELETE may be sent.
    case checking
    /// The DELETE is out.
    case sending
    /// 409: asked again later.
    case waiting
    /// Accepted, or perhaps: reading back.
    case following
    case ended
  }

  /// The control plane's last word on the cascade.
  public enum Word: Hashable, Codable, Sendable {
    case none
    /// A request left and nothing that can be understood came back.
    case lost(String)
    /// It runs, by the audit's word: this run's, or another operator's.
    case underWay
    case queued
    case failedHalfway(String)
    case done
    case absent
    case refused(String)
  }

  public enum Event: Hashable, Sendable {
    case started
    case read(DeletionReading)
    case answered(DeletionAnswer, status: Int)
    /// No answer. `mayHaveArrived` is false only when not one byte can have left.
    case unanswered(String, mayHaveArrived: Bool)
    case woke
    /// The record could not be written: nothing may leave.
    case unrecorded(String)
  }

  public enum Action: Hashable, Sendable {
    /// On disk before anything that follows it.
    case record(DeletionRecord)
    case send
    case read
    /// Seconds.
    case wait(Double)
    case end(DeletionReceipt)
    /// Nothing was sent, and nothing will be.
    case refuse(String)
  }

  /// Seconds spent waiting on 409 at most, between two tries where the answer doesn't say, and at least.
  public static let longestLeaseWait = 60.0
  static let leaseRetry = 5.0
  static let shortestLeaseRetry = 1.0

  public let order: Order
  public internal(set) var state = State.checking
  public internal(set) var word = Word.none
  public internal(set) var purge: PurgeID?
  public internal(set) var requests: [DeletionReceipt.Request] = []
  /// The newest look, leg by leg.
  public internal(set) var legs: DeletionLegs?
  /// The cascade's newest step, as the audit tells it, and when each was seen to end.
  public internal(set) var step: String?
  public internal(set) var cascade = Cascade()
  /// The audit's row of this run, as last read.
  public internal(set) var row: PurgeRow?
  /// The org's machines as the newest look found them.
  public internal(set) var machines: DeletionReading.Machines?
  public internal(set) var outcome: DeletionOutcome?
  /// Only looks: somebody else on this machine carries the same deletion out.
  public internal(set) var isFollower = false
  /// Resends left for a cascade that failed half-way; one is used up when it leaves.
  var resumesLeft: Int
  /// The audit's rows on this org before anything was sent: what they say is no news.
  var before: [PurgeRow]?
  var lastWordAt: Timestamp
  /// Until when 409 is waited for; `nil` before the first.
  var leaseUntil: Timestamp?
  /// Looks since the request.
  public internal(set) var looks = 0
  /// The answer named another org.
  var isForAnother = false
  /// The audit's completion is a word too, but only once.
  var heardCompletion = false

  public init(_ order: Order, resumes: Int = 0, isFollower: Bool = false) {
    self.order = order
    resumesLeft = resumes
    self.isFollower = isFollower
    lastWordAt = order.startedAt
  }

  public var path: String { "/cp/admin/tenants/\(order.slug)" }

  /// Takes one event in. The actions are to be done in order; the last one brings the next event.
  public mutating func handle(_ event: Event, at now: Timestamp) -> [Action] {
    switch (state, event) {
    case (.ended, _): return []
    case (.checking, .started):
      if isFollower { state = .following }
      return [.read]
    case (.checking, .read(let reading)): return check(reading, at: now)
    case (.sending, .answered(let answer, let status)):
      return [.record(.answered(answer, status: status, at: now))] + hear(answer, status, at: now)
    case (.sending, .unanswered(let why, let mayHaveArrived)):
      return [.record(.unanswered(why, mayHaveArrived: mayHaveArrived, at: now))] + missAnswer(why, mayHaveArrived, at: now)
    case (.waiting, .woke):
      state = .checking
      return [.read]
    case (.following, .read(let reading)): return follow(reading, at: now)
    case (.following, .woke): return [.read]
    case (.sending, .unrecorded(let why)):
      requests.removeLast()
      return giveUp(why, at: now)
    default: return []
    }
  }

  // MARK: - Before a request

  private mutating func check(_ reading: DeletionReading, at now: Timestamp) -> [Action] {
    note(reading, at: now)
    // Somebody's cascade may be running, or be over only now while the roster was being read: it is followed, never doubled.
    if case .rows(let rows) = reading.audit, let running = rows.first(where: { $0.isPending || $0.wasCompleted(since: order.startedAt) }) {
      word = .underWay
      lastWordAt = now
      state = .following
      purge = running.id
      return [.record(.following(running.id, at: now))] + follow(reading, at: now)
    }
    // Whether a cascade runs can't be told: none is started.
    if case .failed(let why) = reading.audit {
      return holdBack("the list of runs could not be read just before the request: \(why)", reading, at: now)
    }
    switch reading.roster {
    case .listed(let row?, let namesake) where row.slug == order.slug && namesake == nil && row.status != .purged: break
    case .listed(let row, let namesake):
      if case .failedHalfway = word { return settle(reading, at: now) }
      let why =
        switch (row, namesake) {
        case (_, let other?): "the name \(order.slug) belongs to another org, \(other)"
        case (nil, nil): "the roster no longer holds it"
        case (let row?, nil): row.slug == order.slug ? "it is purged already" : "its name is \(row.slug) now"
        }
      return giveUp("org \(order.orgID): \(why)", at: now)
    case .partial(let why, _), .failed(let why):
      return holdBack("the roster could not be read just before the request: \(why)", reading, at: now)
    }
    if before == nil, case .rows(let rows) = reading.audit { before = rows }
    if case .failedHalfway = word { resumesLeft -= 1 }
    state = .sending
    requests.append(DeletionReceipt.Request(at: now, path: path))
    return [.record(.sending(before: before ?? [], at: now)), .send]
  }

  /// What must be known before a request is not. Between two tries at a held lease it is looked for again; a failed run stays as it is.
  private mutating func holdBack(_ why: String, _ reading: DeletionReading, at now: Timestamp) -> [Action] {
    if case .failedHalfway = word { return settle(reading, at: now) }
    guard let leaseUntil, now < leaseUntil else { return giveUp(why, at: now) }
    state = .waiting
    return [.wait(min(Self.leaseRetry, leaseUntil - now))]
  }

  /// Nothing (more) is sent.
  private mutating func giveUp(_ why: String, at now: Timestamp) -> [Action] {
    guard !requests.isEmpty else {
      state = .ended
      outcome = .failed
      return [.refuse(why)]
    }
    // All that was sent so far was answered with 409, or failed half-way.
    return turnedDown(why, at: now)
  }

  // MARK: - After a request

  mutating func hear(_ answer: DeletionAnswer, _ status: Int, at now: Timestamp) -> [Action] {
    lastWordAt = now
    if let last = requests.indices.last { requests[last].status = status }
    switch answer {
    case .done(let id, let org):
      learn(id)
      // The slug was given to another org in the very moment: the worst that can be, and it is said.
      isForAnother = org.map { $0 != order.orgID } ?? false
      word = isForAnother ? .lost("the control plane deleted \(org?.rawValue ?? "another org") under this name") : .done
    case .queued(let id):
      learn(id)
      word = .queued
    case .absent: word = .absent
    case .busy(let retryAfter):
      let until = leaseUntil ?? now + Self.longestLeaseWait
      leaseUntil = until
      guard until - now > 0.05 else {
        return turnedDown(
          "answered 409 for \(Int(clamping: Self.longestLeaseWait)) s: the org's own provision or deprovision holds it", at: now)
      }
      let wait = min(max(retryAfter ?? Self.leaseRetry, Self.shortestLeaseRetry), until - now)
      state = .waiting
      return [.wait(wait)]
    case .failedHalfway(let id, let why):
      learn(id)
      word = .failedHalfway(why)
      if resumesLeft > 0 {
        state = .checking
        return [.read]
      }
    case .refused(let why): return turnedDown(why, at: now)
    case .unclear(let why): word = .lost(why)
    }
    state = .following
    return [.read]
  }

  /// A request began nothing. Of a resend: the run that failed half-way stands as it stood.
  private mutating func turnedDown(_ why: String, at now: Timestamp) -> [Action] {
    if case .failedHalfway = word { return end(.stalled, at: now) }
    word = .refused(why)
    return end(.failed, at: now)
  }

  private mutating func learn(_ id: PurgeID?) {
    guard let id else { return }
    purge = id
    if let last = requests.indices.last { requests[last].purgeID = id }
  }

  mutating func missAnswer(_ why: String, _ mayHaveArrived: Bool, at now: Timestamp) -> [Action] {
    lastWordAt = now
    guard mayHaveArrived else { return turnedDown(why, at: now) }
    word = .lost(why)
    state = .following
    return [.read]
  }

  func receipt(_ outcome: DeletionOutcome, _ legs: DeletionLegs, at now: Timestamp) -> DeletionReceipt {
    DeletionReceipt(
      id: order.receiptID, orgID: order.orgID, slug: order.slug, environment: order.environment, operator: order.operator,
      planHash: order.planHash, startedAt: order.startedAt, endedAt: now, requests: requests, legs: legs, outcome: outcome,
      hourlySaved: order.hourlySaved)
  }
}
