import FleetModel
import Synchronization

/// Asks the tenants and listens to their workspaces' streams, as ``TenantRounds`` decides.
final class TenantWatch: Sendable {
  private typealias Visit = TenantRounds.Visit
  private typealias StreamID = TenantRounds.StreamID

  private struct Listener {
    let client: EventStreamClient
    let task: Task<Void, Never>
  }

  private struct State {
    var rounds: TenantRounds
    var listeners: [StreamID: Listener] = [:]
  }

  /// What a tenant is asked with.
  private struct Access {
    var client: TenantClient
    var token: Secret
  }

  private struct List {
    var access: Access
    var rows: [WorkspaceRow]
  }

  /// Tenants asked at once.
  private static let width = 16
  /// Tenants asked at once where everything is loaded once: those that hang must not keep the others waiting.
  private static let widthOnce = 128
  /// Tries of one that refuses its token and that nobody will ask again.
  private static let triesOnce = 5

  private let environment: FleetEnvironment
  private let http: HTTPClient
  private let queue: EventQueue
  private let controlPlane: ControlPlaneAccess?
  private let options: FleetFeeds.Options
  private let kick = Kick()
  private let state: Mutex<State>

  init(environment: FleetEnvironment, http: HTTPClient, queue: EventQueue, controlPlane: ControlPlaneAccess?, options: FleetFeeds.Options) {
    self.environment = environment
    self.http = http
    self.queue = queue
    self.controlPlane = controlPlane
    self.options = options
    state = Mutex(State(rounds: TenantRounds(budget: options.streams)))
  }

  private func with<Value: Sendable>(_ body: (inout TenantRounds) -> sending Value) -> Value { state.withLock { body(&$0.rounds) } }

  // MARK: - What others tell

  /// The roster came; a whole one also tells which tenants are gone.
  func take(_ rows: [OrgRow], isWhole: Bool) {
    with { $0.rosterCame(rows, isWhole: isWhole) }
    kick.kick()
  }

  func show(_ workspaces: Set<WorkspaceID>) { if with({ $0.shown(workspaces) }) { kick.kick() } }

  /// Somebody waits for that tenant, or for one of its workspaces.
  func follow(_ slug: Slug) {
    with { $0.follow(slug) }
    kick.kick()
  }

  func feedChanged(isOpen: Bool) {
    with { $0.feedChanged(isOpen: isOpen) }
    kick.kick()
  }

  func refresh() {
    with { $0.refresh(at: monotonicSeconds()) }
    kick.kick()
  }

  /// An event of the fleet feed: what it says of a workspace decides over its stream.
  func heard(_ event: StreamedEvent) { if with({ $0.heard(event, by: nil, at: monotonicSeconds()) }) { kick.kick() } }

  // MARK: - Asking

  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        // One moment for all of it: what becomes due meanwhile is waited for.
        let now = monotonicSeconds()
        for visit in with({ $0.takeDue(width: Self.width, at: now) }) {
          group.addTask {
            await self.ask(visit, within: 15)
            self.kick.kick()
          }
        }
        for action in with({ $0.arrange(at: now) }) { carryOut(action) }
        await kick.wait(with { $0.wait(at: now) })
      }
      for listener in state.withLock({ $0.listeners.values.map(\.task) }) { listener.cancel() }
    }
  }

  /// Asks every tenant once.
  func loadOnce() async {
    await withTaskGroup(of: Void.self) { group in
      var rest = with { $0.everyone }[...]
      func askNext() {
        guard let visit = rest.popFirst() else { return }
        group.addTask { await self.ask(visit, within: self.options.budget, isOnlyChance: true) }
      }
      for _ in 0..<Self.widthOnce { askNext() }
      for await _ in group { askNext() }
    }
  }

  /// - Parameter isOnlyChance: nobody will ask it again.
  private func ask(_ visit: Visit, within budget: Double, isOnlyChance: Bool = false) async {
    let deadline = monotonicSeconds() + budget
    let question = Question()
    if let interval = with({ $0.newInterval(of: visit) }) { post(visit, .expected(pollInterval: interval)) }
    do throws(FeedError) {
      var list = try await list(of: visit, isOnlyChance: isOnlyChance, until: deadline)
      post(visit, to: question, .workspaces(visit.org, list.rows))
      list.rows = with { [list] in $0.listCame(list.rows, from: visit, with: list.access.token) }
      kick.kick()
      await askMore(of: visit, list, until: deadline)
      with { $0.answered(visit, at: monotonicSeconds(), random: .random(in: 0..<1)) }
    } catch {
      guard !Task.isCancelled else { return }
      // The tenant's name may be another org's by now: its source must not fail for that.
      if with({ $0.tenant(visit) != nil }) { post(visit, to: question, .failed(error.description)) }
      with { $0.failed(visit, pause: error.pause, at: monotonicSeconds(), random: .random(in: 0..<1)) }
    }
  }

  /// One that refuses its token is asked again where another token may help, or where nobody will ask again: a good token is refused too while
  /// the tenant's database is away.
  private func list(of visit: Visit, isOnlyChance: Bool, until deadline: Double) async throws(FeedError) -> List {
    var schedule = RetrySchedule()
    var tries = 1
    while true {
      let access = try await access(to: visit, until: deadline)
      do throws(FeedError) {
        return List(access: access, rows: try await access.client.workspaces(within: max(0.05, deadline - monotonicSeconds())))
      } catch {
        let now = monotonicSeconds()
        guard error.isDenied else { throw error }
        let mayHelp = with { $0.refused(access.token, by: visit, at: now) }
        guard isOnlyChance ? tries < Self.triesOnce : mayHelp,
          let delay = schedule.delay(status: 503, retryAfter: nil, left: deadline - now, random: .random(in: 0..<1))
        else { throw error }
        tries += 1
        do { try await Task.sleep(seconds: delay) } catch { throw .transport("tenant \(visit.slug)", .cancelled, triedFor: 0) }
      }
    }
  }

  /// Reads the tenant's token where there is none, or none that counts.
  private func access(to visit: Visit, until deadline: Double) async throws(FeedError) -> Access {
    guard let controlPlane, let credential = with({ $0.tenant(visit)?.credential }) else {
      throw .unanswerable("tenant \(visit.slug): the org is gone")
    }
    guard let base = base(of: visit) else {
      throw .unanswerable("tenant \(visit.slug): its address can't be derived from \(controlPlane.base); set tenant_url")
    }
    let now = monotonicSeconds()
    guard let known = credential.token else {
      let token = try await read(visit, controlPlane, within: deadline - now)
      return Access(client: client(of: visit, base, token), token: token)
    }
    var token = known
    if credential.mustBeRead(at: now) {
      // Where that fails, the known one may be good after all.
      token = (try? await read(visit, controlPlane, within: (deadline - now) / 2)) ?? known
    }
    return Access(client: client(of: visit, base, token), token: token)
  }

  private func read(_ visit: Visit, _ controlPlane: ControlPlaneAccess, within budget: Double) async throws(FeedError) -> Secret {
    do throws(FeedError) {
      let token = try await controlPlane.client().tenantToken(of: visit.slug, within: max(0.05, budget))
      with { $0.tokenCame(token, for: visit, at: monotonicSeconds()) }
      return token
    } catch {
      with { $0.tokenCame(nil, for: visit, at: monotonicSeconds()) }
      throw error
    }
  }

  private func base(of visit: Visit) -> String? {
    controlPlane.flatMap { TenantClient.base(of: visit.slug, template: environment.tenantURL, controlPlane: $0.base) }
  }

  private func client(of visit: Visit, _ base: String, _ token: Secret) -> TenantClient {
    TenantClient(http: http, slug: visit.slug, org: visit.org, base: base, token: token)
  }

  /// What the list lacks: since when something boots and why it failed; now and then whether the tenant's own subsystems tick.
  private func askMore(of visit: Visit, _ list: List, until deadline: Double) async {
    let left = max(0.05, deadline - monotonicSeconds())
    let client = list.access.client
    let boots = list.rows.contains { $0.status == .provisioning }
    let polls = with { $0.tenant(visit)?.polls } ?? 0
    await withDiscardingTaskGroup { group in
      if options.asksEvents, boots || list.rows.contains(where: { $0.status == .failed || $0.status == .degraded }) {
        group.addTask {
          let asking = self.with { $0.unexplained(list.rows, of: visit) }
          guard let events = try? await client.events(explaining: asking, within: left) else { return }
          self.post(visit, .storedEvents(visit.org, events))
          self.with { $0.explained(asking.filter { $0.isExplained(by: events) }, of: visit) }
        }
      }
      if boots, let controlPlane {
        group.addTask {
          guard let answer = try? await controlPlane.client().bootEvents(of: visit.slug, within: min(10, left)),
            answer.org == nil || answer.org == visit.org
          else { return }
          self.post(visit, .bootEvents(visit.org, answer.rows))
        }
      }
      if polls % 4 == 0 {
        group.addTask {
          if let subsystems = try? await client.subsystems(within: left) { self.post(visit, .subsystems(visit.org, subsystems)) }
        }
      }
    }
  }

  private func post(_ visit: Visit, to question: Question? = nil, _ change: FleetEvent.Change) {
    queue.post(FleetEvent(from: .tenant(visit.slug), answering: question, change))
  }

  // MARK: - Listening

  private func carryOut(_ action: TenantRounds.StreamAction) {
    switch action {
    case .open(let stream, let visit): open(stream, of: visit)
    case .close(let stream, let visit, let wasOpen):
      state.withLock { $0.listeners[stream] }?.task.cancel()
      if wasOpen { post(visit, .streamClosed(stream.workspace)) }
    case .restart(let stream, let visit, let gap):
      if let gap { post(visit, .gap(gap, stream.workspace)) }
      state.withLock { $0.listeners[stream] }?.client.restart(gap: nil)
    }
  }

  private func open(_ stream: StreamID, of visit: Visit) {
    guard let base = base(of: visit), let token = with({ $0.connects(stream) }) else { return }
    var options = EventStreamClient.Options(policy: .tenant)
    // A token that was read anew counts from the next connection on.
    options.headers = { [self] in with { $0.connects(stream) }.map { TenantClient.headers(org: visit.org, base: base, token: $0) } ?? [] }
    let client = EventStreamClient(
      http: http, request: client(of: visit, base, token).streamRequest(of: stream.workspace), options: options)
    state.withLock { state in
      state.listeners[stream] = Listener(client: client, task: Task { await listen(to: stream, of: visit, client) })
    }
  }

  private func listen(to stream: StreamID, of visit: Visit, _ client: EventStreamClient) async {
    await client.run(isFull: { [queue] in queue.isFull { client.resume() } }) { [self] delivery in
      take(delivery, of: stream, visit)
    }
    state.withLock { $0.listeners[stream] = nil }
  }

  private func take(_ delivery: EventStreamDelivery, of stream: StreamID, _ visit: Visit) {
    let now = monotonicSeconds()
    let id = stream.workspace
    switch delivery {
    case .opened:
      guard with({ $0.streamOpened(stream, at: now) }) else { return }
      post(visit, .streamOpened(id))
      kick.kick()
    case .event(let event):
      with { $0.streamHeard(stream, isEvent: true, at: now) }
      guard case .success(var streamed) = FeedEnvelope.read(event) else { return miss("an event could not be read", of: stream, visit) }
      streamed.workspaceID = streamed.workspaceID ?? id
      post(visit, .streamed(streamed))
      if with({ [streamed] in $0.heard(streamed, by: visit, at: now) }) { kick.kick() }
    case .comment: with { $0.streamHeard(stream, isEvent: false, at: now) }
    case .gap(let reason): miss(reason, of: stream, visit)
    case .failed, .notOffered, .ended: noteBreak(of: stream, visit)
    case .refused(let reason):
      noteBreak(of: stream, visit)
      if with({ $0.streamRefused(stream, at: now, random: .random(in: 0..<1)) }) {
        post(visit, .lacking(.streams, "its streams are refused: \(reason)"))
      }
      kick.kick()
    }
  }

  /// Something is lost: that is said, and what there is is read again.
  private func miss(_ reason: String, of stream: StreamID, _ visit: Visit) {
    post(visit, .gap(reason, stream.workspace))
    with { $0.streamMissed(stream, at: monotonicSeconds()) }
    kick.kick()
  }

  private func noteBreak(of stream: StreamID, _ visit: Visit) {
    if with({ $0.streamBroke(stream, at: monotonicSeconds()) }) { post(visit, .streamClosed(stream.workspace)) }
    kick.kick()
  }
}
