import FleetModel

/// That a tenant refuses its streams: all of them, since they share its token. One is tried now and then; the others wait for it.
struct StreamRefusal {
  fileprivate(set) var count = 1
  var nextTry: Double
  /// The one that is being tried.
  fileprivate(set) var probe: WorkspaceID?
}

extension TenantRounds {
  /// One stream from its opening to its end; what is heard of an earlier one of the same workspace is not of this.
  struct StreamID: Hashable {
    let workspace: WorkspaceID
    fileprivate let number: UInt64
  }

  struct Stream {
    let id: StreamID
    let visit: Visit
    var isOpen = false
    /// The token that it was asked for with.
    fileprivate var token: Secret?
    /// When the connection last showed that it lives.
    fileprivate var lastHeard: Double
    /// How often it was opened again because its workspace said nothing.
    fileprivate var silences = 0
  }

  enum StreamAction: Hashable {
    case open(StreamID, Visit)
    case close(StreamID, Visit, wasOpen: Bool)
    /// `gap`: what is said of what is lost by it, the first time.
    case restart(StreamID, Visit, gap: String?)
  }

  // MARK: - Which

  mutating func shown(_ workspaces: Set<WorkspaceID>) -> Bool {
    guard shown != workspaces else { return false }
    shown = workspaces
    mustRearrange = true
    return true
  }

  /// What is to be opened, closed and opened again now.
  mutating func arrange(at now: Double) -> [StreamAction] {
    if mustRearrange || tenants.values.contains(where: { $0.refusal.map { $0.probe == nil && $0.nextTry <= now } ?? false }) {
      return rearrange(at: now) + restarts(at: now)
    }
    return restarts(at: now)
  }

  /// When ``arrange(at:)`` has something to do although nothing happens; `nil`: never.
  func nextStreamTurn(after now: Double) -> Double? {
    let tries = tenants.values.lazy.compactMap(\.refusal).filter { $0.probe == nil && $0.nextTry > now }.map(\.nextTry).min()
    let silences = streams.values.lazy.filter(isExpectedToBeat).map(Self.silenceEnd).min()
    return [tries, silences].compactMap { $0 }.min()
  }

  private mutating func rearrange(at now: Double) -> [StreamAction] {
    mustRearrange = false
    var budget = budget
    if hearsFeed, budget.choice == .needed { budget.choice = .shown }
    var owners: [WorkspaceID: Visit] = [:]
    var candidates: [StreamBudget.Candidate] = []
    var probes: Set<WorkspaceID> = []
    for tenant in tenants.values where tenant.credential.token != nil {
      let all = tenant.workspaces.map { StreamBudget.Candidate(id: $0.key, status: $0.value, isShown: shown.contains($0.key)) }
      for candidate in all { owners[candidate.id] = tenant.visit }
      guard tenant.refusal != nil else {
        candidates += all
        continue
      }
      // Of those that are refused the ones that still stand stay.
      candidates += all.filter { streams[$0.id] != nil }
      if let probe = probe(of: tenant, among: all, budget, at: now) { probes.insert(probe) }
    }
    follow(Set(shown.compactMap { owners[$0]?.org }), at: now)
    let chosen = budget.chosen(of: candidates).union(probes)
    var actions: [StreamAction] = []
    for (id, stream) in streams where !chosen.contains(id) || owners[id] != stream.visit {
      actions.append(.close(stream.id, stream.visit, wasOpen: stream.isOpen))
      streams[id] = nil
    }
    for id in chosen where streams[id] == nil {
      guard let visit = owners[id] else { continue }
      opened += 1
      let stream = StreamID(workspace: id, number: opened)
      streams[id] = Stream(id: stream, visit: visit, lastHeard: now)
      actions.append(.open(stream, visit))
    }
    return actions
  }

  /// The one of a tenant's streams that is tried while they are refused; `nil`: not yet.
  private mutating func probe(
    of tenant: Tenant, among candidates: [StreamBudget.Candidate], _ budget: StreamBudget, at now: Double
  ) -> WorkspaceID? {
    guard let refusal = tenant.refusal else { return nil }
    if let probe = refusal.probe, streams[probe] != nil, tenant.workspaces[probe] != nil { return probe }
    guard refusal.nextTry <= now else { return nil }
    // Whether it is wanted or not: that the streams are refused is to be known until they no longer are.
    let probe = candidates.filter { $0.status != .removed && streams[$0.id] == nil }
      .min { (budget.wants($0) ? 0 : 1, $0.id) < (budget.wants($1) ? 0 : 1, $1.id) }?.id
    change(tenant.visit) { $0.refusal?.probe = probe }
    return probe
  }

  // MARK: - What becomes of them

  private func current(_ id: StreamID) -> Stream? { streams[id.workspace].flatMap { $0.id == id ? $0 : nil } }

  /// It is connecting. - Returns: the token to ask with.
  mutating func connects(_ id: StreamID) -> Secret? {
    guard let stream = current(id), let token = tenant(stream.visit)?.credential.token else { return nil }
    streams[id.workspace]?.token = token
    return token
  }

  /// Nothing is ever replayed (contract §3.1): what happened before is in the list. - Returns: whether it is still wanted.
  mutating func streamOpened(_ id: StreamID, at now: Double) -> Bool {
    guard let stream = current(id) else { return false }
    streams[id.workspace]?.isOpen = true
    streams[id.workspace]?.lastHeard = now
    wantReading(of: stream.visit.org, at: now)
    guard tenant(stream.visit)?.refusal != nil else { return true }
    change(stream.visit) { $0.refusal = nil }
    mustRearrange = true
    return true
  }

  /// Something came on it; `isEvent`: its workspace said something.
  mutating func streamHeard(_ id: StreamID, isEvent: Bool, at now: Double) {
    guard current(id) != nil else { return }
    streams[id.workspace]?.lastHeard = now
    if isEvent { streams[id.workspace]?.silences = 0 }
  }

  /// Something that it told is lost. What is known of its silence stays.
  mutating func streamMissed(_ id: StreamID, at now: Double) {
    if let stream = current(id) { wantReading(of: stream.visit.org, at: now) }
  }

  /// It is not open, or no longer. - Returns: whether it was.
  mutating func streamBroke(_ id: StreamID, at now: Double) -> Bool {
    guard let stream = current(id), stream.isOpen else { return false }
    streams[id.workspace]?.isOpen = false
    if !hearsFeed, tenant(stream.visit)?.workspaces[id.workspace] == .provisioning { hasten(stream.visit.org, at: now) }
    return true
  }

  /// Its token was refused: that of all streams of its tenant.
  /// - Parameter random: in 0..<1.
  /// - Returns: whether that says something of the tenant that was not known before.
  mutating func streamRefused(_ id: StreamID, at now: Double, random: Double) -> Bool {
    guard let stream = current(id) else { return false }
    streams[id.workspace] = nil
    mustRearrange = true
    guard var tenant = tenant(stream.visit) else { return false }
    // With a token that was read since it is tried again at once.
    guard tenant.credential.refused(stream.token) else { return false }
    if let refusal = tenant.refusal {
      // Those that were asked for together are refused together.
      guard refusal.probe == id.workspace else { return false }
      tenant.refusal?.count += 1
    } else {
      tenant.refusal = StreamRefusal(nextTry: now)
    }
    let pause = TenantSchedule.next(afterRefusals: tenant.refusal?.count ?? 1, random: random)
    tenant.refusal?.nextTry = max(now + pause, tenant.notBefore)
    tenant.refusal?.probe = nil
    change(stream.visit) { $0 = tenant }
    // The token is read anew before the list is.
    if tenant.credential.mustBeRead(at: now) { wantReading(of: stream.visit.org, at: now) }
    return true
  }

  // MARK: - Silence

  /// An idle stream is normal, one of an online workspace without heartbeats is not.
  private func isExpectedToBeat(_ stream: Stream) -> Bool {
    stream.isOpen && tenant(stream.visit)?.workspaces[stream.id.workspace] == .online
  }

  private static func silenceEnd(_ stream: Stream) -> Double { stream.lastHeard + TenantSchedule.next(afterSilences: stream.silences) }

  /// Whether the workspace is silent or its connection dead can't be seen from here. A new connection shows it; the first time that is told.
  private mutating func restarts(at now: Double) -> [StreamAction] {
    var actions: [StreamAction] = []
    for (id, stream) in streams where isExpectedToBeat(stream) && Self.silenceEnd(stream) <= now {
      let seconds = Int(clamping: TenantSchedule.next(afterSilences: 0))
      actions.append(
        .restart(
          stream.id, stream.visit,
          gap: stream.silences == 0 ? "no heartbeat for \(seconds) s of a workspace that should be online: connected again" : nil))
      streams[id]?.lastHeard = now
      streams[id]?.silences += 1
    }
    return actions
  }
}
