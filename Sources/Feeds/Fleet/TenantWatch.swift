import FleetModel
import Synchronization

/// Asks the tenants in turn and keeps the streams of those workspaces open that are worth one.
final class TenantWatch: Sendable {
  private struct Tenant {
    var org: OrgID
    var nextPoll: Double
    var failures = 0
    var epoch: UInt64 = 0
    var isBeingAsked = false
    var announced: Double?
    var token: Secret?
    var workspaces: [WorkspaceID: WorkspaceStatus] = [:]
    var polls = 0
  }

  private struct OpenStream {
    var tenant: Slug
    var client: EventStreamClient?
    var task: Task<Void, Never>?
    var lastHeard: Double
  }

  private struct State {
    var tenants: [Slug: Tenant] = [:]
    var streams: [WorkspaceID: OpenStream] = [:]
    var shown: Set<WorkspaceID> = []
    var hearsFeed = false
    /// Something changed that decides over streams; without, thousands of workspaces aren't looked at again.
    var mustRearrange = true
    var claims = WorkspaceClaims()

    mutating func forget(_ slug: Slug) {
      guard let tenant = tenants.removeValue(forKey: slug) else { return }
      mustRearrange = true
      claims.forget(tenant.org)
    }
  }

  /// An online workspace beats every 30 s (contract §3.1): seconds without a word after which its stream is taken for dead.
  private static let heartbeatLimit = 100.0
  /// Tenants asked at once.
  private static let width = 16
  /// Tenants asked at once where everything is loaded once: those that hang must not keep the others waiting.
  private static let widthOnce = 128

  private let environment: FleetEnvironment
  private let http: HTTPClient
  private let queue: EventQueue
  private let controlPlane: ControlPlaneAccess?
  private let options: FleetFeeds.Options
  private let kick = Kick()
  private let state = Mutex(State())

  init(environment: FleetEnvironment, http: HTTPClient, queue: EventQueue, controlPlane: ControlPlaneAccess?, options: FleetFeeds.Options) {
    self.environment = environment
    self.http = http
    self.queue = queue
    self.controlPlane = controlPlane
    self.options = options
  }

  // MARK: - What others tell

  /// The roster came; a whole one also tells which tenants are gone.
  func take(_ rows: [OrgRow], isWhole: Bool) {
    state.withLock { state in
      var listed: Set<Slug> = []
      for row in rows where Self.shouldAnswer(row.status) {
        listed.insert(row.slug)
        if state.tenants[row.slug]?.org != row.id {
          state.forget(row.slug)
          state.tenants[row.slug] = Tenant(org: row.id, nextPoll: 0)
          state.mustRearrange = true
        }
      }
      for row in rows where !listed.contains(row.slug) { state.forget(row.slug) }
      guard isWhole else { return }
      for slug in state.tenants.keys where !listed.contains(slug) { state.forget(slug) }
    }
    kick.kick()
  }

  /// Whether a tenant in that state has a name that answers.
  private static func shouldAnswer(_ status: OrgStatus?) -> Bool {
    switch status {
    case .running, .unknown: true
    case nil, .provisioning, .failed, .abandoned, .stopped, .suspended, .purged: false
    }
  }

  func show(_ workspaces: Set<WorkspaceID>) {
    let changed = state.withLock { state in
      guard state.shown != workspaces else { return false }
      state.shown = workspaces
      state.mustRearrange = true
      return true
    }
    if changed { kick.kick() }
  }

  func feedChanged(isOpen: Bool) {
    state.withLock { state in
      state.mustRearrange = state.mustRearrange || state.hearsFeed != isOpen
      state.hearsFeed = isOpen
    }
    kick.kick()
  }

  func refresh() {
    state.withLock { state in
      for slug in state.tenants.keys { state.tenants[slug]?.nextPoll = 0 }
    }
    kick.kick()
  }

  /// A streamed event: what it says of a workspace decides over its stream.
  func heard(_ event: StreamedEvent) {
    guard let id = event.workspaceID else { return }
    let changed = state.withLock { state in
      state.streams[id]?.lastHeard = monotonicSeconds()
      guard let slug = event.slug ?? state.streams[id]?.tenant, let status = Fleet.status(after: event.type) else { return false }
      guard let known = state.tenants[slug]?.workspaces[id] else {
        // A workspace that the list lacks: read it again.
        state.tenants[slug]?.nextPoll = 0
        return true
      }
      guard known != status else { return false }
      state.tenants[slug]?.workspaces[id] = status
      state.mustRearrange = true
      return true
    }
    if changed { kick.kick() }
  }

  // MARK: - Asking

  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let (due, wait) = takeDue()
        for slug in due {
          group.addTask {
            await self.ask(slug, within: 15)
            self.kick.kick()
          }
        }
        arrangeStreams()
        await kick.wait(wait)
      }
      state.withLock { state in
        for stream in state.streams.values { stream.task?.cancel() }
      }
    }
  }

  /// Asks every tenant once.
  func loadOnce() async {
    let slugs = state.withLock { $0.tenants.keys.sorted() }
    await withTaskGroup(of: Void.self) { group in
      var rest = slugs[...]
      for slug in rest.prefix(Self.widthOnce) { group.addTask { await self.ask(slug, within: self.options.budget, isOnlyChance: true) } }
      rest = rest.dropFirst(Self.widthOnce)
      for await _ in group {
        if let slug = rest.popFirst() { group.addTask { await self.ask(slug, within: self.options.budget, isOnlyChance: true) } }
      }
    }
  }

  /// The tenants whose turn it is, and the seconds until the next turn.
  private func takeDue() -> (due: [Slug], wait: Double) {
    let now = monotonicSeconds()
    return state.withLock { state in
      let room = Self.width - state.tenants.values.count { $0.isBeingAsked }
      let waiting = state.tenants.filter { !$0.value.isBeingAsked }
      let due = waiting.filter { $0.value.nextPoll <= now }.sorted { ($0.value.nextPoll, $0.key) < ($1.value.nextPoll, $1.key) }.prefix(
        max(0, room))
      for (slug, _) in due {
        state.tenants[slug]?.isBeingAsked = true
        // Whoever wants it read again while it is being read sets this to 0.
        state.tenants[slug]?.nextPoll = .infinity
      }
      // With no room the next answer kicks.
      let later = min(waiting.values.map(\.nextPoll).filter { $0 > now }.min() ?? .infinity, now + 3600)
      let silent =
        state.streams.filter { $0.value.client != nil && isOnline($0.key, $0.value, state) }
        .map { $0.value.lastHeard + Self.heartbeatLimit }.min() ?? now + 3600
      return (due.map(\.key), max(0.05, min(later, silent) - now))
    }
  }

  private func isOnline(_ id: WorkspaceID, _ stream: OpenStream, _ state: borrowing State) -> Bool {
    state.tenants[stream.tenant]?.workspaces[id] == .online
  }

  /// - Parameter isOnlyChance: nobody will ask it again.
  private func ask(_ slug: Slug, within budget: Double, isOnlyChance: Bool = false) async {
    let deadline = monotonicSeconds() + budget
    guard let tenant = state.withLock({ $0.tenants[slug] }) else { return }
    let epoch = tenant.epoch + 1
    let asked = wallClock()
    announce(slug)
    do throws(FeedError) {
      var listed = try await workspaces(of: slug, refusals: isOnlyChance ? 4 : tenant.token == nil ? 0 : 1, until: deadline)
      post(slug, asked: asked, epoch: epoch, .workspaces(tenant.org, listed.rows))
      listed.rows = note(listed.rows, of: slug)
      await askMore(slug, tenant, listed, until: deadline)
      succeeded(slug, listed.rows, epoch: epoch)
    } catch {
      guard !Task.isCancelled else { return }
      if case .status(_, 401, _, _, _) = error { state.withLock { $0.tenants[slug]?.token = nil } }
      post(slug, asked: asked, epoch: epoch, .failed(error.description))
      failed(slug, error, epoch: epoch)
    }
  }

  private struct Listed: Sendable {
    var rows: [WorkspaceRow]
    /// Whose token the tenant took.
    var client: TenantClient
  }

  /// A valid token gets 401 while the tenant's database is away, and one that was rotated too: after each refusal it is asked again, with a
  /// token read anew.
  private func workspaces(
    of slug: Slug, refusals: Int, until deadline: Double
  ) async throws(FeedError) -> Listed {
    var schedule = RetrySchedule()
    var refusals = refusals
    while true {
      let client = try await client(of: slug, within: max(0.05, deadline - monotonicSeconds()))
      do throws(FeedError) {
        return Listed(rows: try await client.workspaces(within: max(0.05, deadline - monotonicSeconds())), client: client)
      } catch {
        let left = deadline - monotonicSeconds()
        guard case .status(_, 401, _, _, _) = error, refusals > 0,
          let delay = schedule.delay(status: 503, retryAfter: nil, left: left, random: .random(in: 0..<1))
        else { throw error }
        refusals -= 1
        state.withLock { $0.tenants[slug]?.token = nil }
        do { try await Task.sleep(seconds: delay) } catch { throw .transport("tenant \(slug)", .cancelled, triedFor: 0) }
      }
    }
  }

  /// What the list lacks: since when something boots and why it failed; now and then whether the tenant's own subsystems tick.
  private func askMore(_ slug: Slug, _ tenant: Tenant, _ listed: Listed, until deadline: Double) async {
    let (rows, client) = (listed.rows, listed.client)
    let left = max(0.05, deadline - monotonicSeconds())
    let boots = rows.contains { $0.status == .provisioning }
    await withDiscardingTaskGroup { group in
      if boots || rows.contains(where: { $0.status == .failed || $0.status == .degraded }) {
        group.addTask {
          if let events = try? await client.events(within: left) { self.post(slug, .storedEvents(tenant.org, events)) }
        }
      }
      if boots, let controlPlane {
        group.addTask {
          guard let answer = try? await controlPlane.client().bootEvents(of: slug, within: min(10, left)),
            answer.org == nil || answer.org == tenant.org
          else { return }
          self.post(slug, .bootEvents(tenant.org, answer.rows))
        }
      }
      if tenant.polls % 4 == 0 {
        group.addTask {
          if let subsystems = try? await client.subsystems(within: left) { self.post(slug, .subsystems(tenant.org, subsystems)) }
        }
      }
    }
  }

  /// Its workspaces decide over their streams at once, before what else is asked of it. - Returns: those of the rows that are its own.
  private func note(_ rows: [WorkspaceRow], of slug: Slug) -> [WorkspaceRow] {
    let (own, isChanged) = state.withLock { state in
      guard let tenant = state.tenants[slug] else { return (rows, false) }
      let own = state.claims.take(rows, of: tenant.org)
      let workspaces = Dictionary(own.map { ($0.id, $0.status) }, uniquingKeysWith: { _, last in last })
      guard tenant.workspaces != workspaces else { return (own, false) }
      state.tenants[slug]?.workspaces = workspaces
      state.mustRearrange = true
      return (own, true)
    }
    if isChanged { kick.kick() }
    return own
  }

  private func mayBelieve(_ event: StreamedEvent, of slug: Slug) -> Bool {
    state.withLock { state in state.tenants[slug].map { state.claims.objection(to: event, from: slug, of: $0.org) == nil } ?? false }
  }

  private func succeeded(_ slug: Slug, _ rows: [WorkspaceRow], epoch: UInt64) {
    let now = monotonicSeconds()
    state.withLock { state in
      guard var tenant = state.tenants[slug] else { return }
      let isMoving = !state.hearsFeed && rows.contains { $0.status == .provisioning && state.streams[$0.id] == nil }
      tenant.failures = 0
      tenant.epoch = epoch
      tenant.polls += 1
      tenant.isBeingAsked = false
      // A little apart from each other, so that a fleet isn't asked in beats.
      if tenant.nextPoll > 0 {
        tenant.nextPoll =
          now
          + TenantSchedule.next(tenants: state.tenants.count, hearsFeed: state.hearsFeed, isMoving: isMoving) * Double.random(in: 0.9...1.1)
      }
      state.tenants[slug] = tenant
    }
  }

  private func failed(_ slug: Slug, _ error: FeedError, epoch: UInt64) {
    let now = monotonicSeconds()
    state.withLock { state in
      guard var tenant = state.tenants[slug] else { return }
      tenant.failures += 1
      tenant.epoch = epoch
      tenant.isBeingAsked = false
      tenant.nextPoll = now + TenantSchedule.next(afterFailures: tenant.failures, retryAfter: error.retryAfter, random: .random(in: 0..<1))
      state.tenants[slug] = tenant
    }
  }

  /// Tells how often this tenant is asked: what is older than three such intervals is stale.
  private func announce(_ slug: Slug) {
    let interval = state.withLock { state -> Double? in
      let interval = TenantSchedule.interval(tenants: state.tenants.count, hearsFeed: state.hearsFeed)
      guard state.tenants[slug]?.announced != interval else { return nil }
      state.tenants[slug]?.announced = interval
      return interval
    }
    if let interval { post(slug, .expected(pollInterval: interval)) }
  }

  private func client(of slug: Slug, within budget: Double) async throws(FeedError) -> TenantClient {
    guard let controlPlane, let tenant = state.withLock({ $0.tenants[slug] }) else {
      throw .unanswerable("tenant \(slug): the org is gone")
    }
    guard let base = TenantClient.base(of: slug, template: environment.tenantURL, controlPlane: controlPlane.base) else {
      throw .unanswerable("tenant \(slug): its address can't be derived from \(controlPlane.base); set tenant_url")
    }
    let token: Secret
    if let known = tenant.token {
      token = known
    } else {
      token = try await controlPlane.client().tenantToken(of: slug, within: budget)
      state.withLock { $0.tenants[slug]?.token = token }
    }
    return TenantClient(http: http, slug: slug, org: tenant.org, base: base, token: token)
  }

  private func post(_ slug: Slug, asked: Timestamp? = nil, epoch: UInt64 = .max, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(source: .tenant(slug), at: wallClock(), asked: asked, epoch: epoch, change: change))
  }

  // MARK: - Streams

  private func arrangeStreams() {
    let (opening, closing) = state.withLock { $0.mustRearrange ? rearranged(&$0) : ([], []) }
    for stream in closing { stream.task?.cancel() }
    for (id, slug) in opening {
      let task = Task { await self.listen(to: id, of: slug) }
      state.withLock { state in
        if state.streams[id] == nil { task.cancel() } else { state.streams[id]?.task = task }
      }
    }
    restartSilentStreams()
  }

  /// Chooses anew which workspaces get a stream. - Returns: what to open and what to close.
  private func rearranged(_ state: inout State) -> (opening: [(WorkspaceID, Slug)], closing: [OpenStream]) {
    state.mustRearrange = false
    var budget = options.streams
    if state.hearsFeed, budget.choice == .needed { budget.choice = .shown }
    var owner: [WorkspaceID: Slug] = [:]
    var candidates: [StreamBudget.Candidate] = []
    for (slug, tenant) in state.tenants {
      for (id, status) in tenant.workspaces {
        owner[id] = slug
        candidates.append(StreamBudget.Candidate(id: id, status: status, isShown: state.shown.contains(id)))
      }
    }
    let chosen = budget.chosen(of: candidates)
    var closing: [OpenStream] = []
    for (id, stream) in state.streams where !chosen.contains(id) || owner[id] != stream.tenant {
      closing.append(stream)
      state.streams[id] = nil
    }
    var opening: [(WorkspaceID, Slug)] = []
    for id in chosen where state.streams[id] == nil {
      guard let slug = owner[id] else { continue }
      state.streams[id] = OpenStream(tenant: slug, lastHeard: monotonicSeconds())
      opening.append((id, slug))
    }
    return (opening, closing)
  }

  /// An idle stream is normal, one of an online workspace without heartbeats is not.
  private func restartSilentStreams() {
    let now = monotonicSeconds()
    let silent = state.withLock { state in
      let silent = state.streams.filter {
        $0.value.client != nil && isOnline($0.key, $0.value, state) && $0.value.lastHeard + Self.heartbeatLimit <= now
      }
      for id in silent.keys { state.streams[id]?.lastHeard = now }
      return silent
    }
    for (id, stream) in silent {
      post(stream.tenant, .gap("no heartbeat for \(Int(clamping: Self.heartbeatLimit)) s of a workspace that should be online", id))
      stream.client?.restart()
    }
  }

  private func listen(to id: WorkspaceID, of slug: Slug) async {
    guard let client = try? await client(of: slug, within: 20), !Task.isCancelled else {
      // No token: the control plane is away. Not again at once.
      try? await Task.sleep(for: .seconds(15))
      state.withLock { state in
        guard state.streams[id]?.client == nil else { return }
        state.streams[id] = nil
        state.mustRearrange = true
      }
      return kick.kick()
    }
    let stream = EventStreamClient(http: http, request: client.streamRequest(of: id), options: EventStreamClient.Options(policy: .tenant))
    state.withLock { $0.streams[id]?.client = stream }
    await stream.run(isFull: { [queue] in queue.isFull { stream.resume() } }) { [self] delivery in
      switch delivery {
      case .opened:
        post(slug, .streamOpened(id))
        // Nothing is ever replayed (contract §3.1): what happened before is read by REST.
        resynchronise(slug, id)
      case .event(let event):
        guard case .success(var streamed) = FeedEnvelope.read(event) else { return post(slug, .gap("an event could not be read", id)) }
        streamed.workspaceID = streamed.workspaceID ?? id
        post(slug, .streamed(streamed))
        guard mayBelieve(streamed, of: slug) else { return }
        streamed.slug = slug
        heard(streamed)
      case .comment: state.withLock { $0.streams[id]?.lastHeard = monotonicSeconds() }
      case .gap(let reason):
        post(slug, .gap(reason, id))
        resynchronise(slug, id)
      case .failed, .notOffered, .ended: post(slug, .streamClosed(id))
      }
    }
    // Ended for good while still wanted (204): what it does not tell is polled.
    state.withLock { if $0.streams[id]?.client === stream { $0.streams[id]?.client = nil } }
  }

  private func resynchronise(_ slug: Slug, _ id: WorkspaceID) {
    state.withLock { state in
      state.streams[id]?.lastHeard = monotonicSeconds()
      state.tenants[slug]?.nextPoll = 0
    }
    kick.kick()
  }
}
