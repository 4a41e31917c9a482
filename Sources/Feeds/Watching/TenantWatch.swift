import FleetModel
import Synchronization

/// Asks the tenants and listens to their workspaces' streams, as the fleet's ``Wants`` have it. What there is to tell goes to the queue, and to
/// the queue alone: what follows from it is what the fleet wants next.
final class TenantWatch: Sendable {
  private typealias Visit = TenantErrands.Visit
  private typealias StreamID = TenantErrands.StreamID

  private struct Listener {
    let client: EventStreamClient
    let task: Task<Void, Never>
  }

  private struct State {
    var errands = TenantErrands()
    var listeners: [StreamID: Listener] = [:]
  }

  /// What a tenant is asked with.
  private struct Access {
    var client: TenantClient
    /// Of its token.
    var edition: UInt64
  }

  private struct List {
    var client: TenantClient
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
  /// Kicked when an answer came.
  private let kick: Kick
  private let state = Mutex(State())

  init(_ access: FleetAccess, queue: EventQueue, options: FleetFeeds.Options, kick: Kick) {
    environment = access.environment
    http = access.http
    controlPlane = access.controlPlane
    self.queue = queue
    self.options = options
    self.kick = kick
  }

  private func with<Value: Sendable>(_ body: (inout TenantErrands) -> sending Value) -> Value { state.withLock { body(&$0.errands) } }

  // MARK: - Asking

  /// Carries out what is wanted otherwise and what is due now. - Parameter moment: all are wanted anew from then on.
  func takeTurn(_ wanted: Wants.Changes, wantingAllAt moment: Double?, at now: Double, in group: inout DiscardingTaskGroup) {
    for action in with({ $0.heed(wanted, at: now) }) { carryOut(action) }
    if let moment { with { $0.wantAll(at: moment) } }
    for visit in with({ $0.beginDue(width: Self.width, at: now) }) {
      group.addTask {
        await self.ask(visit, within: 15)
        self.kick.kick()
      }
    }
    for action in with({ $0.arrange(at: now) }) { carryOut(action) }
  }

  func nextTurn(after now: Double) -> Double { with { $0.nextTurn(after: now) } }

  /// Listens to nobody any more.
  func end() { for listener in state.withLock({ $0.listeners.values.map(\.task) }) { listener.cancel() } }

  /// Asks everybody who is wanted once.
  func loadOnce(_ wanted: Wants.Changes) async {
    _ = with { $0.heed(wanted, at: monotonicSeconds()) }
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
      let want = try errand(visit).want
      let list = try await list(of: visit, isOnlyChance: isOnlyChance, until: deadline)
      post(visit, to: question, .workspaces(visit.org, list.rows))
      await askMore(of: visit, want, list, until: deadline)
      with { $0.answered(visit, at: monotonicSeconds()) }
    } catch {
      guard !Task.isCancelled else { return }
      // The tenant's name may be another org's by now: its source must not fail for that.
      if with({ $0.errand(visit) != nil }) { post(visit, to: question, .failed(error.description)) }
      with { $0.failed(visit, pause: error.pause, at: monotonicSeconds()) }
    }
  }

  private func errand(_ visit: Visit) throws(FeedError) -> TenantErrands.Errand {
    guard let errand = with({ $0.errand(visit) }) else { throw .unanswerable("tenant \(visit.slug): the org is gone") }
    return errand
  }

  /// One that refuses its token is asked again where another token may help, or where nobody will ask again: a good token is refused too while
  /// the tenant's database is away.
  private func list(of visit: Visit, isOnlyChance: Bool, until deadline: Double) async throws(FeedError) -> List {
    let policy = RetryPolicy(tries: isOnlyChance ? Self.triesOnce : .max)
    var refused: UInt64?
    let retried = await policy.run(until: deadline) { _ -> Attempt<Result<List, FeedError>> in
      do throws(FeedError) {
        let access = try await access(to: visit, refused: refused, until: deadline)
        do throws(FeedError) {
          let rows = try await access.client.workspaces(within: max(0.05, deadline - monotonicSeconds()))
          return Attempt(.success(List(client: access.client, rows: rows)), .final)
        } catch {
          guard error.isDenied else { throw error }
          let credential = with { $0.errand(visit)?.credential }
          // Else another one was read since.
          let isRefused = credential?.edition == access.edition
          if isRefused { post(visit, .tokenRefused(visit.org)) }
          refused = access.edition
          let mayHelp = credential?.mustBeRead(isRefused: isRefused, at: monotonicSeconds()) ?? false
          return Attempt(.failure(error), isOnlyChance || mayHelp ? .passing() : .final)
        }
      } catch { return Attempt(.failure(error), .final) }
    }
    guard let retried else { throw .transport("tenant \(visit.slug)", .cancelled, triedFor: 0) }
    return try retried.outcome.get()
  }

  /// Reads the tenant's token where there is none, or none that counts.
  /// - Parameter refused: the edition that was refused just now, of which the fleet can't know yet.
  private func access(to visit: Visit, refused: UInt64?, until deadline: Double) async throws(FeedError) -> Access {
    guard let controlPlane else { throw .unanswerable("tenant \(visit.slug): there is no control plane") }
    let errand = try errand(visit)
    guard let base = base(of: visit) else {
      throw .unanswerable("tenant \(visit.slug): its address can't be derived from \(controlPlane.base); set tenant_url")
    }
    let now = monotonicSeconds()
    let credential = errand.credential
    func access(_ token: Secret) -> Access {
      Access(client: client(of: visit, base, token), edition: with { $0.errand(visit)?.credential.edition } ?? credential.edition)
    }
    guard let known = credential.token else { return access(try await read(visit, controlPlane, within: deadline - now)) }
    let isRefused = refused.map { $0 == credential.edition } ?? (errand.want.token == .anew)
    guard credential.mustBeRead(isRefused: isRefused, at: now) else { return access(known) }
    // Where that fails, the known one may be good after all.
    return access((try? await read(visit, controlPlane, within: (deadline - now) / 2)) ?? known)
  }

  private func read(_ visit: Visit, _ controlPlane: ControlPlaneAccess, within budget: Double) async throws(FeedError) -> Secret {
    do throws(FeedError) {
      let token = try await controlPlane.client().tenantToken(of: visit.slug, within: max(0.05, budget))
      if keep(token, of: visit) { post(visit, .tokenRead(visit.org)) }
      return token
    } catch {
      _ = keep(nil, of: visit)
      throw error
    }
  }

  /// - Returns: whether it is another one than before.
  private func keep(_ token: Secret?, of visit: Visit) -> Bool {
    with { errands in
      var isAnother = false
      errands.change(visit) { isAnother = $0.credential.read(token, at: monotonicSeconds()) }
      return isAnother
    }
  }

  private func base(of visit: Visit) -> String? {
    controlPlane.flatMap { TenantClient.base(of: visit.slug, template: environment.tenantURL, controlPlane: $0.base) }
  }

  private func client(of visit: Visit, _ base: String, _ token: Secret) -> TenantClient {
    TenantClient(http: http, slug: visit.slug, org: visit.org, base: base, token: token)
  }

  /// What the list lacks: since when something boots and why it failed; now and then whether the tenant's own subsystems tick.
  private func askMore(of visit: Visit, _ want: TenantWant, _ list: List, until deadline: Double) async {
    let left = max(0.05, deadline - monotonicSeconds())
    let client = list.client
    let boots = list.rows.contains { $0.status == .provisioning }
    await withDiscardingTaskGroup { group in
      if options.asksEvents, boots || list.rows.contains(where: { $0.status == .failed || $0.status == .degraded }) {
        group.addTask {
          guard let events = try? await client.events(explaining: want.unexplained(list.rows), within: left) else { return }
          self.post(visit, .storedEvents(visit.org, events))
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
      if want.asksSubsystems {
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

  private func carryOut(_ action: TenantErrands.StreamAction) {
    switch action {
    case .open(let stream, let visit, let pulse): open(stream, of: visit, pulse)
    case .close(let stream, let visit, let wasOpen):
      state.withLock { $0.listeners[stream] }?.task.cancel()
      if wasOpen { post(visit, .streamClosed(stream.workspace)) }
    case .restart(let stream, let visit, let gap):
      if let gap { post(visit, .gap(gap, stream.workspace)) }
      state.withLock { $0.listeners[stream] }?.client.restart(gap: nil)
    }
  }

  private func open(_ stream: StreamID, of visit: Visit, _ pulse: StreamPulse) {
    guard let base = base(of: visit), let token = with({ $0.connects(stream) }) else { return }
    var options = EventStreamClient.Options(policy: .tenant)
    // A token that was read anew counts from the next connection on.
    options.headers = { [self] in with { $0.connects(stream) }.map { TenantClient.headers(org: visit.org, base: base, token: $0) } ?? [] }
    let client = EventStreamClient(
      http: http, request: client(of: visit, base, token).streamRequest(of: stream.workspace), options: options)
    state.withLock { state in
      state.listeners[stream] = Listener(client: client, task: Task { await listen(to: stream, of: visit, client, pulse) })
    }
  }

  private func listen(to stream: StreamID, of visit: Visit, _ client: EventStreamClient, _ pulse: StreamPulse) async {
    await client.run(isFull: { [queue] in queue.isFull { client.resume() } }) { [self] delivery in
      hear(delivery, of: stream, visit, pulse)
    }
    state.withLock { $0.listeners[stream] = nil }
  }

  private func hear(_ delivery: EventStreamDelivery, of stream: StreamID, _ visit: Visit, _ pulse: StreamPulse) {
    let id = stream.workspace
    switch delivery {
    case .opened: if with({ $0.streamOpened(stream, at: monotonicSeconds()) }) { post(visit, .streamOpened(id)) }
    case .event(let event):
      pulse.beat(isEvent: true, at: monotonicSeconds())
      guard case .success(var streamed) = FeedEnvelope.read(event) else { return post(visit, .gap("an event could not be read", id)) }
      streamed.workspaceID = streamed.workspaceID ?? id
      post(visit, .streamed(streamed))
    case .comment: pulse.beat(isEvent: false, at: monotonicSeconds())
    case .gap(let reason): post(visit, .gap(reason, id))
    case .failed, .notOffered, .ended: noteBreak(of: stream, visit)
    case .refused(let reason):
      noteBreak(of: stream, visit)
      if with({ $0.streamRefused(stream, at: monotonicSeconds()) }) { post(visit, .streamRefused(id, reason)) } else { kick.kick() }
    }
  }

  private func noteBreak(of stream: StreamID, _ visit: Visit) {
    if with({ $0.streamBroke(stream) }) { post(visit, .streamClosed(stream.workspace)) }
  }
}
