import FleetModel
import Synchronization

/// Keeps every configured source of one environment asked, and posts what it answers, failures too, to a queue.
public final class FleetFeeds: Sendable {
  public struct Options: Sendable {
    public var streams = StreamBudget()
    /// Whether the control plane's own feed is used where it is offered.
    public var usesFleetFeed = true
    /// Seconds that one source may take when everything is loaded once.
    public var budget = 20.0
    /// Whether tenants and their boots are asked for: a zone's names are compared with the roster alone.
    public var asksTenants = true
    /// Whether what tenants recorded is read: who asks about one alone reads that one's events, and nobody else's.
    public var asksEvents = true
    /// Whether volumes, addresses and security groups are read too.
    public var readsResources = false
    /// Whether the DNS zone is read, where one is configured.
    public var readsZone = false
    /// The other environments of the configuration that name the same zone.
    public var zoneNeighbours: [FleetEnvironment] = []
    /// Whether Service Quotas is asked where the configuration gives no `vcpu_quota`.
    public var asksQuota = false

    public init() {}
  }

  private struct State {
    var polls = PollErrands()
    var recall = Recall()
  }

  let environment: FleetEnvironment
  let queue: EventQueue
  let options: Options
  let controlPlane: ControlPlaneAccess?
  private let http: HTTPClient
  private let tenants: TenantWatch
  private let regions: [Region: RegionWatch]
  private let database: DatabaseWatch?
  private let zone: ZoneWatch?
  /// Something else is wanted, or an answer came.
  private let kick = Kick()
  private let feedKick = Kick()
  private let clockNews = ClockNews()
  private let state = Mutex(State())

  /// - Parameter variables: the process's environment, for tokens and AWS credentials.
  public convenience init(
    environment: FleetEnvironment, http: HTTPClient, queue: EventQueue, variables: [String: String], options: Options = Options()
  ) {
    self.init(FleetAccess(environment: environment, http: http, variables: variables), queue: queue, options: options)
  }

  public init(_ access: FleetAccess, queue: EventQueue, options: Options = Options()) {
    environment = access.environment
    http = access.http
    self.queue = queue
    self.options = options
    controlPlane = access.controlPlane
    tenants = TenantWatch(access, queue: queue, options: options, kick: kick)
    queue.wants.open(for: options.streams, kick)
    let watches = access.aws.map {
      RegionWatch.all(of: $0, queue: queue, readsResources: options.readsResources, asksQuota: options.asksQuota)
    }
    regions = Dictionary(watches?.map { ($0.region, $0) } ?? []) { first, _ in first }
    database = access.database.map { DatabaseWatch($0, queue: queue) }
    zone = options.readsZone ? environment.dns.map { ZoneWatch(access, $0, neighbours: options.zoneNeighbours, queue: queue) } : nil
  }

  private func with<Value: Sendable>(_ body: (inout State) -> sending Value) -> Value { state.withLock { body(&$0) } }

  // MARK: - What is wanted

  /// Asks and listens until the task is cancelled. What is asked from the beginning waits for nobody to take it from the queue.
  public func run() async {
    announce { queue.wants.leave($0) }
    await withDiscardingTaskGroup { group in
      if options.usesFleetFeed, let controlPlane { group.addTask { await self.listenToFeed(of: controlPlane) } }
      if let database { group.addTask { await self.heedHints(of: database) } }
      while !Task.isCancelled {
        // One moment for all of it: what becomes due meanwhile is waited for.
        let now = monotonicSeconds()
        let wanted = queue.wants.drain()
        let recalled = with { state in
          state.polls.heed(wanted, at: now)
          if let common = wanted.common { state.recall.heed(common, at: now) }
          let moment = state.recall.take()
          if let moment { state.polls.wantAll(at: moment) }
          return moment
        }
        for poll in with({ $0.polls.beginDue(at: now) }) { group.addTask { await self.carryOut(poll) } }
        if options.asksTenants { tenants.takeTurn(wanted, wantingAllAt: recalled, at: now, in: &group) }
        let next = min(with { $0.polls.nextTurn(after: now) }, tenants.nextTurn(after: now))
        await kick.wait(max(0.05, min(next - now, 3600)))
      }
      tenants.end()
    }
    database?.end()
  }

  /// Asks every source once, each within its budget: what is wanted before anything is known, and what is because of that.
  public func loadOnce() async {
    let deadline = monotonicSeconds() + options.budget
    var wanted = Wants.Changes()
    announce { wanted = $0 }
    await withDiscardingTaskGroup { group in
      for poll in wanted.polls.keys {
        group.addTask {
          await self.ask(poll, until: deadline)
          if case .machines(let region) = poll { await self.ask(.resources(region), until: deadline) }
        }
      }
    }
  }

  /// Tells which sources there are. - Parameter heed: is given what a fleet wants that knows nothing else, before it can hear of it.
  private func announce(_ heed: (Wants.Changes) -> Void) {
    var rhythms = regions.keys.map { (Source.ec2($0), PollSchedule.machines) }
    if controlPlane != nil { rhythms.append((.controlPlane, environment.rosterPoll)) }
    if database != nil { rhythms.append((.database, PollSchedule.database)) }
    if zone != nil { rhythms.append((.dns, PollSchedule.zone)) }
    let events = rhythms.map { FleetEvent(from: $0.0, .expected(pollInterval: $0.1)) }
    var wanted = wants(after: events)
    // Whoever owns the fleet may have said more of that already.
    wanted.common = nil
    heed(wanted)
    for event in events { queue.post(event) }
  }

  /// What a fleet wants that heard nothing but that.
  private func wants(after events: [FleetEvent]) -> Wants.Changes {
    var fleet = Fleet()
    for event in events { fleet.apply(event) }
    return fleet.takeWants()
  }

  /// The database says itself when it changed: who shows it need not know before it is read.
  private func heedHints(of database: DatabaseWatch) async {
    while !Task.isCancelled {
      await database.hint.wait(.infinity)
      with { $0.polls.want(.database, at: monotonicSeconds()) }
      kick.kick()
    }
  }

  private func carryOut(_ poll: Poll) async {
    let outcome = await ask(poll)
    with { $0.polls.came(outcome, of: poll, random: .random(in: 0..<1), at: monotonicSeconds()) }
    kick.kick()
  }

  /// - Parameter deadline: nobody will ask it again, and it is asked until then.
  @discardableResult
  private func ask(_ poll: Poll, until deadline: Double? = nil) async -> PollSchedule.Outcome {
    func budget(_ usual: Double) -> Double { deadline.map { max(0.05, $0 - monotonicSeconds()) } ?? usual }
    switch poll {
    // However often it is asked, a slow answer is one.
    case .roster: return await readRoster(within: budget(max(5, min(15, environment.rosterPoll))), andFollows: deadline)
    case .purges: return await readPurges(within: budget(20))
    case .bootEvents(let org, let slug):
      if options.asksTenants {
        await readBootEvents(of: org, slug, within: min(10, budget(10)), believesAbsence: with { $0.polls.isAwaited(poll) })
      }
    case .machines(let region):
      let rows = await regions[region]?.read(within: budget(60)) ?? 0
      if deadline == nil { HeapTrim.afterAnswer(rows: rows) }
    case .resources(let region): await regions[region]?.readBeside(within: budget(60))
    case .zone: await zone?.read(within: budget(60))
    case .database:
      if let failure = await database?.read(within: budget(20)) {
        return failure.isTransient || failure.kind == .timedOut ? .failed(pause: nil) : .refused
      }
    }
    return .answered
  }

  private func post(_ source: Source, to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: source, answering: question, change))
  }

  // MARK: - The control plane

  /// - Parameter deadline: what is wanted because of it is asked at once, until then.
  private func readRoster(within budget: Double, andFollows deadline: Double?) async -> PollSchedule.Outcome {
    guard let controlPlane else { return .answered }
    let question = Question()
    do throws(FeedError) {
      let end = monotonicSeconds() + budget
      let roster = try await controlPlane.client().roster(within: max(1, end - monotonicSeconds()))
      let event = FleetEvent(
        from: .controlPlane, answering: question,
        .roster(roster.rows, limit: ControlPlaneClient.rosterLimit, unreadable: roster.unreadable))
      queue.post(event)
      feedKick.kick()
      if let clock = roster.clock, clockNews.isNews(clock) { post(.controlPlane, to: question, .clock(clock)) }
      if let deadline, options.asksTenants { await follow(event, until: deadline) }
      return .answered
    } catch {
      guard !Task.isCancelled else { return .answered }
      controlPlane.note(error)
      post(.controlPlane, to: question, .failed(error.description))
      return .failed(pause: error.pause)
    }
  }

  private func follow(_ roster: FleetEvent, until deadline: Double) async {
    let wanted = wants(after: [FleetEvent(from: .controlPlane, .expected(pollInterval: environment.rosterPoll)), roster])
    await withDiscardingTaskGroup { group in
      for case .bootEvents(let org, let slug) in wanted.polls.keys {
        group.addTask { await self.ask(.bootEvents(org, slug), until: deadline) }
      }
      group.addTask { await self.tenants.loadOnce(wanted) }
    }
  }

  /// - Parameter believesAbsence: whether the control plane's word that there is no such org counts before the roster says so.
  private func readBootEvents(of org: OrgID, _ slug: Slug, within budget: Double, believesAbsence: Bool) async {
    let question = Question()
    do throws(FeedError) {
      guard let answer = try await controlPlane?.client().bootEvents(of: slug, within: budget) else { return }
      // The name may have been given to another org meanwhile.
      guard answer.org == nil || answer.org == org else { return }
      post(.controlPlane, to: question, .bootEvents(org, answer.rows))
    } catch {
      // Not a source of its own: the boot stays as it was known, and `doctor` names the endpoint.
      if believesAbsence, case .absent = error { post(.controlPlane, to: question, .orgAbsent(slug)) }
    }
  }

  private func readPurges(within budget: Double) async -> PollSchedule.Outcome {
    guard let controlPlane else { return .answered }
    let question = Question()
    do throws(FeedError) {
      let end = monotonicSeconds() + budget
      let client = try await controlPlane.client()
      post(.controlPlane, to: question, .purges(try await client.purges(within: max(1, end - monotonicSeconds()))))
      return .answered
    } catch {
      if case .notOffered = error { return .notOffered }
      guard !Task.isCancelled else { return .answered }
      // Not none: unknown.
      post(.controlPlane, to: question, .lacking(.purges, "its purges could not be read: \(error)"))
      return .failed(pause: error.pause)
    }
  }

  // MARK: - The fleet feed

  private func listenToFeed(of controlPlane: ControlPlaneAccess) async {
    post(.feed, .expected(pollInterval: nil))
    // Without a token nothing can be heard: the roster says why, and kicks once it was answered.
    while (try? await controlPlane.client()) == nil {
      await feedKick.wait(600)
      if Task.isCancelled { return }
    }
    var request = HTTPRequest(.get, controlPlane.base + "/cp/admin/events/stream", timeout: nil)
    // A comment comes every 15 s: three missed ones are a dead peer (docs/fleet-feed.md).
    request.silenceLimit = 45
    var options = EventStreamClient.Options(policy: .fleetFeed)
    // A rotated token counts from the next connection on.
    options.headers = { controlPlane.headers ?? [] }
    let stream = EventStreamClient(http: http, request: request, options: options)
    await stream.run(isFull: { [queue] in queue.isFull { stream.resume() } }) { [self] delivery in
      switch delivery {
      case .opened(let resumedFrom):
        post(.feed, .streamOpened(nil))
        // Connected first, snapshots next: what happens meanwhile is in the stream.
        if resumedFrom == nil {
          with { $0.recall.lose(at: monotonicSeconds()) }
          kick.kick()
        }
      case .event(let event): hear(event)
      case .comment: break
      case .gap(let reason):
        post(.feed, .gap(reason, nil))
      case .failed(let reason, _), .refused(let reason):
        post(.feed, .failed("fleet feed: \(reason)"))
      case .notOffered(let reason, _):
        post(.feed, .notOffered("\(reason): polling the roster and listening to the tenants instead"))
      case .ended(let reason):
        post(.feed, .failed("fleet feed: \(reason)"))
      }
    }
  }

  private func hear(_ event: EventStreamEvent) {
    guard case .success(let streamed) = FeedEnvelope.read(event) else {
      return post(.feed, .gap("an event could not be read", nil))
    }
    post(.feed, .streamed(streamed))
    if streamed.type == .feedReset { post(.feed, .gap("the feed no longer holds what came after the last event", nil)) }
  }
}
