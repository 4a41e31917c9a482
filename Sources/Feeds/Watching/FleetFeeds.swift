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

  /// Seconds between two readings of everything because the feed lost something.
  private static let gapPause = 10.0

  let environment: FleetEnvironment
  let http: HTTPClient
  let queue: EventQueue
  let options: Options
  let controlPlane: ControlPlaneAccess?
  let tenants: TenantWatch
  let regions: [RegionWatch]
  let database: DatabaseWatch?
  let zone: ZoneWatch?
  let rosterKick = Kick()
  let purgesKick = Kick()
  private let feedKick = Kick()
  private let gapKick = Kick()
  private let awaitKick = Kick()
  private let wantsKick = Kick()
  private let clockNews = ClockNews()

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
    tenants = TenantWatch(environment: environment, http: http, queue: queue, controlPlane: controlPlane, options: options)
    queue.wants.open(for: options.streams, tenants.kick, wantsKick)
    regions =
      access.aws.map { RegionWatch.all(of: $0, queue: queue, readsResources: options.readsResources, asksQuota: options.asksQuota) } ?? []
    database = access.database.map { DatabaseWatch($0, queue: queue) }
    zone = options.readsZone ? environment.dns.map { ZoneWatch(access, $0, neighbours: options.zoneNeighbours, queue: queue) } : nil
  }

  /// Asks and listens until the task is cancelled.
  public func run() async {
    announce()
    await withDiscardingTaskGroup { group in
      if controlPlane != nil {
        group.addTask { await self.watchRoster() }
        group.addTask { await self.watchPurges() }
        group.addTask { await self.watchAwaited() }
        group.addTask { await self.followWants() }
        if self.options.asksTenants { group.addTask { await self.tenants.run() } }
        if self.options.usesFleetFeed {
          group.addTask { await self.listenToFeed() }
          group.addTask { await self.closeGaps() }
        }
      }
      for region in regions { group.addTask { await region.run() } }
      if let database { group.addTask { await database.run() } }
      if let zone { group.addTask { await zone.run() } }
    }
  }

  /// Asks every source once, each within its budget.
  public func loadOnce() async {
    announce()
    await withDiscardingTaskGroup { group in
      if controlPlane != nil {
        group.addTask {
          let deadline = monotonicSeconds() + self.options.budget
          let reading = await self.readRoster(within: self.options.budget)
          guard self.options.asksTenants else { return }
          async let boots: Void = self.readBootEvents(of: reading.rows, alsoFailed: true, until: deadline)
          await self.tenants.loadOnce(reading.wanted)
          await boots
        }
        group.addTask { await self.readPurges(within: self.options.budget) }
      }
      for region in regions {
        group.addTask {
          // The machines first: the region's resources must not slow them down.
          let deadline = monotonicSeconds() + self.options.budget
          await region.read(within: self.options.budget)
          async let quota: Void = region.readQuota(within: max(0.05, deadline - monotonicSeconds()))
          if self.options.readsResources { await region.readResources(within: max(0.05, deadline - monotonicSeconds())) }
          await quota
        }
      }
      if let database { group.addTask { await database.read(within: self.options.budget) } }
      if let zone { group.addTask { await zone.read(within: self.options.budget) } }
    }
  }

  /// Asks sooner than its rhythm what the fleet wants sooner.
  private func followWants() async {
    var known = queue.wants.common
    while !Task.isCancelled {
      await wantsKick.wait(.infinity)
      let wanted = queue.wants.common
      if wanted.rosterReadings != known.rosterReadings { rosterKick.kick() }
      if wanted.readings != known.readings { gapKick.kick() }
      if wanted.awaited != known.awaited { awaitKick.kick() }
      known = wanted
    }
  }

  /// Whether an awaited org still stands, and what its machine tells: the roster answers for all orgs, and is not asked so often.
  private func watchAwaited() async {
    while !Task.isCancelled {
      let awaited = queue.wants.common.awaited
      if let awaited { await readBootEvents(of: awaited.org, awaited.slug, within: 10, believesAbsence: true) }
      await awaitKick.wait(awaited == nil ? 3600 : 5)
    }
  }

  /// Asks everything again now.
  public func refresh() {
    rosterKick.kick()
    purgesKick.kick()
    tenants.refresh()
    for region in regions { region.kick.kick() }
    database?.kick.kick()
    zone?.kick.kick()
  }

  private func announce() {
    if controlPlane != nil { post(.controlPlane, .expected(pollInterval: environment.rosterPoll)) }
    for region in regions { region.announce() }
    database?.announce()
    zone?.announce()
  }

  func post(_ source: Source, to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: source, answering: question, change))
  }

  // MARK: - The roster

  private func watchRoster() async {
    var isFirst = true
    while !Task.isCancelled {
      // However often it is asked, a slow answer is one.
      let reading = await readRoster(within: max(5, min(15, environment.rosterPoll)))
      if options.asksTenants { await readBootEvents(of: reading.rows, alsoFailed: isFirst, until: monotonicSeconds() + 10) }
      isFirst = false
      await rosterKick.wait(reading.wait)
    }
  }

  /// An answer of the roster.
  private struct RosterReading {
    /// None where it failed.
    var rows: [OrgRow] = []
    /// Seconds until it should be asked again.
    var wait: Double
    var event: FleetEvent?

    /// What a fleet wants that knows nothing but this.
    var wanted: Wants.Changes {
      var fleet = Fleet()
      if let event { fleet.apply(event) }
      return fleet.takeWants()
    }
  }

  private func readRoster(within budget: Double) async -> RosterReading {
    let question = Question()
    do throws(FeedError) {
      guard let controlPlane else { return RosterReading(wait: environment.rosterPoll) }
      let deadline = monotonicSeconds() + budget
      let roster = try await controlPlane.client().roster(within: max(1, deadline - monotonicSeconds()))
      let event = FleetEvent(
        from: .controlPlane, answering: question,
        .roster(roster.rows, limit: ControlPlaneClient.rosterLimit, unreadable: roster.unreadable))
      queue.post(event)
      feedKick.kick()
      if let clock = roster.clock, clockNews.isNews(clock) { post(.controlPlane, to: question, .clock(clock)) }
      return RosterReading(rows: roster.rows, wait: environment.rosterPoll, event: event)
    } catch {
      guard !Task.isCancelled else { return RosterReading(wait: environment.rosterPoll) }
      controlPlane?.note(error)
      post(.controlPlane, to: question, .failed(error.description))
      return RosterReading(wait: max(environment.rosterPoll, error.pause ?? 0))
    }
  }

  /// Boot events of the orgs that come up; the newest first, a bounded number, since a mass creation must not become a flood of questions.
  /// Once also of those that had failed before they were first seen: that there are none is the mark of a tenant that could not report.
  private func readBootEvents(of rows: [OrgRow], alsoFailed: Bool, until deadline: Double) async {
    guard !rows.isEmpty, (try? await controlPlane?.client()) != nil else { return }
    let coming = rows.filter { $0.status == .provisioning || $0.status == nil || (alsoFailed && $0.status == .failed) }.prefix(30)
    await withDiscardingTaskGroup { group in
      for row in coming {
        group.addTask {
          let left = deadline - monotonicSeconds()
          if left > 0 { await self.readBootEvents(of: row.id, row.slug, within: min(10, left)) }
        }
      }
    }
  }

  /// - Parameter believesAbsence: whether the control plane's word that there is no such org counts before the roster says so.
  private func readBootEvents(of org: OrgID, _ slug: Slug, within budget: Double, believesAbsence: Bool = false) async {
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

  // MARK: - Purges

  private func watchPurges() async {
    while !Task.isCancelled {
      await purgesKick.wait(await readPurges(within: 20))
    }
  }

  @discardableResult
  private func readPurges(within budget: Double) async -> Double {
    guard let controlPlane else { return 600 }
    let question = Question()
    do throws(FeedError) {
      let deadline = monotonicSeconds() + budget
      let client = try await controlPlane.client()
      post(.controlPlane, to: question, .purges(try await client.purges(within: max(1, deadline - monotonicSeconds()))))
      return 60
    } catch {
      if case .notOffered = error { return 600 }
      guard !Task.isCancelled else { return 60 }
      // Not none: unknown.
      post(.controlPlane, to: question, .lacking(.purges, "its purges could not be read: \(error)"))
      return max(60, error.pause ?? 0)
    }
  }

  // MARK: - The fleet feed

  private func listenToFeed() async {
    guard let controlPlane else { return }
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
        if resumedFrom == nil { gapKick.kick() }
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

  /// Where the feed's events are lost everything is read again, but not once an event: a feed that tells nothing readable would have the
  /// whole fleet asked all the time.
  private func closeGaps() async {
    while !Task.isCancelled {
      await gapKick.wait(.infinity)
      guard !Task.isCancelled else { return }
      refresh()
      try? await Task.sleep(seconds: Self.gapPause)
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
