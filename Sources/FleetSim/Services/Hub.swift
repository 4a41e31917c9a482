import FleetModel
import Synchronization

/// Holds the world, lets time pass in it and tells its listeners. Everything that services and clients do to the fleet goes through here.
final class Hub: Sendable {
  typealias Chunks = AsyncThrowingStream<[UInt8], any Error>

  private struct State {
    var world: World?
    var log: FeedLog
    var faults: Set<SimulatedFault> = []
    var feedListeners: [Int: Chunks.Continuation] = [:]
    var workspaceListeners: [WorkspaceID: [Int: Chunks.Continuation]] = [:]
    var purgeWaiters: [PurgeID: [AsyncStream<Purge>.Continuation]] = [:]
    var worldWaiters: [CheckedContinuation<Void, Never>] = []
    var buckets: [Slug: Bucket] = [:]
    var nextListener = 0
    var sleeper: Task<Void, Never>?

    func isStopped(_ services: SimulatedService...) -> Bool { services.contains { faults.contains(.stopped($0)) } }
  }

  /// Requests of one minute at one tenant (contract §4.0).
  private struct Bucket {
    var since: Timestamp
    var count: Int
  }

  /// A tenant's allowance in requests a minute.
  static let rateLimit = 600
  /// Events that a client of a tenant's stream may lag behind before it loses some (contract §3.1).
  private static let tenantBuffer = 64
  /// The same for the fleet feed; beyond it the client is cut off and resumes.
  private static let feedBuffer = 4096

  private let state: Mutex<State>
  private let now: @Sendable () -> Timestamp

  init(options: SimulationOptions, now: @escaping @Sendable () -> Timestamp) {
    state = Mutex(State(log: FeedLog(firstID: 48_001, capacity: options.feedCapacity)))
    self.now = now
  }

  // MARK: - Time

  /// Takes the finished world; what happened before counts as told.
  func open(_ world: World) {
    let waiters = state.withLock { state in
      state.world = world
      state.world?.failingStep = Self.failingStep(state.faults)
      defer { state.worldWaiters = [] }
      return state.worldWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns once the world is there: the server accepts connections before.
  func ready() async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.world == nil { state.worldWaiters.append(continuation) }
        return state.world != nil
      }
      if isThere { continuation.resume() }
    }
  }

  /// Lets things happen at their times until cancelled.
  func run() async {
    await ready()
    while !Task.isCancelled {
      let sleeper = state.withLock { state in
        let next = state.world?.agenda.next
        // Never shorter than 10 ms: thousands of agents would else wake the program once a heartbeat.
        let pause = next.map { max(0.01, $0 - now()) } ?? 3600
        let sleeper = Task { () -> Void in try? await Task.sleep(seconds: pause) }
        state.sleeper = sleeper
        return sleeper
      }
      await withTaskCancellationHandler {
        await sleeper.value
      } onCancel: {
        sleeper.cancel()
      }
      withWorld { _, _ in }
    }
  }

  /// Reads or changes the world as it is now. What happens is told in order, within the lock; whoever hangs up is told after it.
  @discardableResult
  func withWorld<Result: Sendable>(_ body: (inout World, Timestamp) -> Result) -> Result? {
    let (result, cut): (Result?, [Chunks.Continuation]) = state.withLock { state in
      guard var world = state.world else { return (nil, []) }
      state.world = nil
      let moment = now()
      var cut = Self.tell(world.advance(to: moment), of: world, in: &state)
      let planned = world.agenda.next
      let result = body(&world, moment)
      cut += Self.tell(world.advance(to: moment), of: world, in: &state)
      if world.agenda.next != planned { state.sleeper?.cancel() }
      state.world = world
      return (result, cut)
    }
    for continuation in cut { continuation.finish(throwing: StreamCut()) }
    return result
  }

  /// Hands `emissions` to whoever listens; returns the feed's listeners that lag too far behind.
  private static func tell(_ emissions: [World.Emission], of world: World, in state: inout State) -> [Chunks.Continuation] {
    var cut: [Chunks.Continuation] = []
    for emission in emissions {
      if emission.onFeed {
        let bytes = state.log.append(emission)
        if !state.faults.contains(.feedSilent) {
          for (id, listener) in state.feedListeners {
            if case .dropped = listener.yield(bytes) { cut.append(state.feedListeners.removeValue(forKey: id) ?? listener) }
          }
        }
      }
      // An agent's report is not taken while the platform's database is away, and nobody is told of it.
      if emission.onTenantStream, !state.isStopped(.databases, .database(emission.slug)), let workspace = emission.workspace,
        let listeners = state.workspaceListeners[workspace]
      {
        let bytes = tenantFrame(emission)
        for listener in listeners.values { listener.yield(bytes) }
      }
      if emission.type == .orgPurged || emission.type == .purgeStep { endWaiting(world, in: &state) }
    }
    return cut
  }

  private static func endWaiting(_ world: World, in state: inout State) {
    for purge in world.purges where !purge.isRunning {
      for waiter in state.purgeWaiters.removeValue(forKey: purge.id) ?? [] {
        waiter.yield(purge)
        waiter.finish()
      }
    }
  }

  private static func tenantFrame(_ emission: World.Emission) -> [UInt8] {
    var out = Array("data: ".utf8)
    let event: JSONValue = [
      "type": .string(emission.type.rawValue), "timestamp": .integer(emission.at.milliseconds), "data": emission.data,
    ]
    event.write(to: &out)
    out.append(contentsOf: "\n\n".utf8)
    return out
  }

  // MARK: - Listening

  /// The fleet feed from now on, or from what `lastEventID` names.
  func feed(lastEventID: String?) -> Chunks {
    withWorld { _, _ in }
    return state.withLock { state in
      let (chunks, continuation) = Chunks.makeStream(bufferingPolicy: .bufferingOldest(Self.feedBuffer + state.log.held))
      if !state.faults.contains(.feedSilent) {
        continuation.yield(Array("retry: 2000\n\n".utf8))
        for bytes in state.log.opening(lastEventID: lastEventID, at: now()) { continuation.yield(bytes) }
      }
      let id = state.nextListener
      state.nextListener += 1
      state.feedListeners[id] = continuation
      continuation.onTermination = { [weak self] _ in self?.forget(id) }
      return chunks
    }
  }

  func workspaceStream(_ workspace: WorkspaceID) -> Chunks {
    withWorld { _, _ in }
    return state.withLock { state in
      let (chunks, continuation) = Chunks.makeStream(bufferingPolicy: .bufferingOldest(Self.tenantBuffer))
      continuation.yield(Array(": ping\n\n".utf8))
      let id = state.nextListener
      state.nextListener += 1
      state.workspaceListeners[workspace, default: [:]][id] = continuation
      continuation.onTermination = { [weak self] _ in self?.forget(id, of: workspace) }
      return chunks
    }
  }

  private func forget(_ id: Int) { state.withLock { state in state.feedListeners[id] = nil } }

  private func forget(_ id: Int, of workspace: WorkspaceID) {
    state.withLock { state in
      state.workspaceListeners[workspace]?[id] = nil
      if state.workspaceListeners[workspace]?.isEmpty == true { state.workspaceListeners[workspace] = nil }
    }
  }

  func keepFeedAlive() {
    state.withLock { state in
      guard !state.faults.contains(.feedSilent) else { return }
      for listener in state.feedListeners.values { listener.yield(Array(": keep-alive\n\n".utf8)) }
    }
  }

  func cutFeed() {
    let listeners = state.withLock { state in
      defer { state.feedListeners = [:] }
      return Array(state.feedListeners.values)
    }
    for listener in listeners { listener.finish(throwing: StreamCut()) }
  }

  /// Ends every stream and every wait.
  func close() {
    let (streams, waiters) = state.withLock { state in
      defer { (state.feedListeners, state.workspaceListeners, state.purgeWaiters) = ([:], [:], [:]) }
      let streams = Array(state.feedListeners.values) + state.workspaceListeners.values.flatMap(\.values)
      return (streams, state.purgeWaiters.values.flatMap { $0 })
    }
    for stream in streams { stream.finish(throwing: StreamCut()) }
    for waiter in waiters { waiter.finish() }
  }

  /// The purge as it ended, completed or failed; `nil` when the simulation stops first.
  func end(of id: PurgeID) async -> Purge? {
    let (stream, continuation) = AsyncStream<Purge>.makeStream()
    state.withLock { state in
      if let purge = state.world?.purges.first(where: { $0.id == id }), !purge.isRunning {
        continuation.yield(purge)
        continuation.finish()
      } else {
        state.purgeWaiters[id, default: []].append(continuation)
      }
    }
    for await purge in stream { return purge }
    return nil
  }

  // MARK: - Faults and limits

  func set(_ fault: SimulatedFault, on: Bool) {
    state.withLock { state in
      if on { state.faults.insert(fault) } else { state.faults.remove(fault) }
      state.world?.failingStep = Self.failingStep(state.faults)
    }
    guard on, case .stopped(let service) = fault else { return }
    // Who served them is gone.
    switch service {
    case .controlPlane, .feed: cutFeed()
    case .tenants: cutStreams(of: nil)
    case .tenant(let slug): cutStreams(of: slug)
    case .ec2, .region, .dns, .databases, .database: break
    }
  }

  func isStopped(_ services: SimulatedService...) -> Bool { state.withLock { state in services.contains { state.isStopped($0) } } }

  var stopped: Set<SimulatedService> {
    state.withLock { state in Set(state.faults.compactMap { if case .stopped(let service) = $0 { service } else { nil } }) }
  }

  /// Gives a tenant another admin token and starts it anew: streams that were opened with the old one end with the old process.
  /// - Returns: whether there is such a tenant.
  func rotateToken(of slug: Slug) -> Bool {
    let isKnown = withWorld { world, _ in world.rotateToken(of: slug) } ?? false
    if isKnown { cutStreams(of: slug) }
    return isKnown
  }

  /// - Parameter slug: `nil`: every tenant's.
  private func cutStreams(of slug: Slug?) {
    let workspaces = withWorld { world, _ in slug.flatMap { world.orgIDs[$0] }.flatMap { world.orgs[$0]?.workspaces } } ?? nil
    let listeners = state.withLock { state in
      let ids = slug == nil ? Array(state.workspaceListeners.keys) : workspaces ?? []
      return ids.flatMap { state.workspaceListeners.removeValue(forKey: $0).map { Array($0.values) } ?? [] }
    }
    for listener in listeners { listener.finish(throwing: StreamCut()) }
  }

  private static func failingStep(_ faults: Set<SimulatedFault>) -> Purge.Step? {
    faults.lazy.compactMap { if case .cascadeFails(let step) = $0 { Purge.Step(rawValue: step) } else { nil } }.first
  }

  /// Seconds that the clock behind a path is ahead.
  func clockAhead(of service: String?) -> Int {
    state.withLock { state in
      state.faults.lazy.compactMap { fault in
        switch fault {
        case .controlPlaneClock(let ahead) where service == "cp" || service == "health": ahead
        case .computeClock(let ahead) where service == "ec2": ahead
        default: nil
        }
      }.first ?? 0
    }
  }

  func has(_ fault: SimulatedFault) -> Bool { state.withLock { $0.faults.contains(fault) } }

  var rosterCap: Int? {
    state.withLock { state in
      state.faults.compactMap { if case .rosterTruncated(let rows) = $0 { rows } else { nil } }.min()
    }
  }

  /// Counts one request against a tenant's allowance: how many are left in this minute, and when it ends, in seconds.
  func spend(at slug: Slug) -> (remaining: Int, reset: Int, isOver: Bool) {
    state.withLock { state in
      let moment = now()
      var bucket = state.buckets[slug] ?? Bucket(since: moment, count: 0)
      if moment - bucket.since >= 60 { bucket = Bucket(since: moment, count: 0) }
      bucket.count += 1
      state.buckets[slug] = bucket
      let reset = max(1, Int(clamping: (60 - (moment - bucket.since)).rounded(.up)))
      return (max(0, Self.rateLimit - bucket.count), reset, bucket.count > Self.rateLimit)
    }
  }
}
